"""What SOC 2 asks of the way in which people sign in."""

from __future__ import annotations

from fnmatch import fnmatchcase

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.federation import OidcProvider, SamlProvider
from cloudsoc.aws.identity_center import IdentityCenterInstance
from cloudsoc.aws.organizations import Organization
from cloudsoc.graphs.elsewhere import told_elsewhere
from cloudsoc.model import EXTENDED, LOW, Every, Everywhere, Failed, ObservedAt, Passed, Unread, Verdict, check
from cloudsoc.model.criterion import CC6_1, CC6_2

PROGRAMS = (
    *("*.actions.githubusercontent.com*", "gitlab.com*", "oidc.eks.*", "oidc-eks.*", "app.terraform.io*", "oidc.circleci.com*", "agent.buildkite.com*"),
    *("api.bitbucket.org*", "api.pulumi.com*", "*.spacelift.io*", "vstoken.dev.azure.com*", "storage.googleapis.com*", "oidc.vercel.com*"),
    *("container.googleapis.com*", "*.oic.prod-aks.azure.com*", "s3.*.amazonaws.com*", "*.s3.*amazonaws.com*", "rh-oidc.s3.*", "oidc.codefresh.io*"),
    *("scalr.io*", "proidc.upbound.io*", "tokens.cloud.shisho.dev*", "oidc.fly.io*"),
)
"""Issuers that vouch for pipelines and pods, not for people."""


@check(
    direct=(CC6_1,),
    supporting=(CC6_2,),
    severity=LOW,
    profile=EXTENDED,
    refs=("CIS:3.0:1.21", "CIS:5.0:1.20", "CIS:6.0:2.20", "CIS:7.0:2.19", "Prowler:iam_check_saml_providers_sts"),
)
def federated_sign_in_configured(
    account: Account,
    saml: Every[SamlProvider],
    oidc: Every[OidcProvider],
    centers: Everywhere[IdentityCenterInstance],
    organization: Organization | None,
    at: ObservedAt,
    *,
    workload_issuers: tuple[str, ...] = PROGRAMS,
) -> Verdict:
    """People sign in through an identity provider.

    Why: whoever leaves the company loses all access at one place and at once; local users are forgotten.

    Fix: enable IAM Identity Center for the organization of {account.account}, or ``aws iam create-saml-provider --name NAME --saml-metadata-document FILE``.

    Terraform: ``aws_ssoadmin_permission_set``, ``aws_iam_saml_provider``.
    """
    active = [one for one in centers.known if one.status == "ACTIVE"]
    if center := next((one for one in active if one.owner_account_id != account.account), None):
        return Passed(_center(center))
    if provider := next((one for one in saml.known if one.valid_until is None or one.valid_until > at), None):
        return Passed(f"SAML provider {provider.name}{f', valid until {provider.valid_until:%Y-%m-%d}' if provider.valid_until else ''}")
    if people := next((one for one in oidc.known if not any(fnmatchcase(one.issuer, pattern) for pattern in workload_issuers)), None):
        return Passed(f"OpenID Connect provider {people.issuer}")
    if active and organization is not None and organization.master_account_id == account.account:
        return Passed(_center(active[0]))
    expired = [one.name for one in saml]
    programs = [one.issuer for one in oidc]
    said = f"no identity provider for people{_listed('; expired', expired)}{_listed('; for programs', programs)}"
    said += "; IAM Identity Center of this account alone gives no access to AWS" if active else ""
    seen = [one for one in centers if one.owner_account_id != account.account]
    if seen or organization is None or organization.master_account_id == account.account:
        return Failed(said)
    raise told_elsewhere(Unread("sso-admin:ListInstances", f"{said}; IAM Identity Center cannot be seen from a member account"), account, organization)


def _center(center: IdentityCenterInstance) -> str:
    return f"IAM Identity Center of account {center.owner_account_id} in {center.region}"


def _listed(what: str, names: list[str]) -> str:
    return f"{what}: {', '.join(names)}" if names else ""
