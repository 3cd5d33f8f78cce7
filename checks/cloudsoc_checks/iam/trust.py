"""Who may assume roles: trust policies."""

from __future__ import annotations

import re
from dataclasses import replace

from cloudsoc.aws.iam.roles import Role, service_linked
from cloudsoc.aws.organizations import Organization, OrganizationAccounts
from cloudsoc.graphs.exposures import Opening, RoleOpenings, told
from cloudsoc.model import CRITICAL, HIGH, MEDIUM, Failed, Incomplete, NotApplicable, Passed, TrustedAccounts, Verdict, check
from cloudsoc.model.criterion import CC6_1, CC6_3, CC6_6, CC8_1, CC9_2
from cloudsoc.policy import Condition, Policies, Policy, Principal, Statement, decide, exposure
from cloudsoc.policy.operators import Operator

REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]+")
MADE_UP = "x9-that-nobody-gave-out-x9"
MADE_UP_SUBJECTS = (MADE_UP, f"system:serviceaccount:{MADE_UP}:{MADE_UP}", f"repo:{MADE_UP}/{MADE_UP}:ref:refs/heads/main")


@check(direct=(CC6_1, CC6_6), severity=CRITICAL)
def role_trust_excludes_wildcard_principal(role: Role, openings: RoleOpenings) -> Verdict:
    """No role can be assumed by anyone.

    Why: a trust policy that says ``*`` lets everybody in who has an AWS account and knows the role's name.

    Fix: ``aws iam update-assume-role-policy --role-name {role.role_name} --policy-document file://trust.json``, with accounts or roles in place of the star, or
    with ``aws:PrincipalOrgID`` as a condition.

    Terraform: ``aws_iam_role.assume_role_policy``.
    """
    if fixed := service_linked(role):
        return fixed
    if public := openings.such(lambda one: one.is_public):
        return Failed(f"{told(public)} may assume it")
    return Passed(f"outside may assume it only: {told(openings.exposed)}" if openings.exposed else "nobody outside may assume it")


@check(direct=(CC6_1, CC9_2), supporting=(CC6_6,), severity=HIGH)
def third_party_role_requires_external_id(
    role: Role,
    openings: RoleOpenings,
    members: OrganizationAccounts | None,
    organization: Organization | None,
    *,
    trusted_accounts: TrustedAccounts = (),
) -> Verdict:
    """Roles for foreign accounts demand an external id.

    Why: a vendor works for many; without an id that only our contract has, another customer of his can have him enter our account. The findings are the list
    of vendors with access.

    Fix: ``aws iam update-assume-role-policy --role-name {role.role_name} --policy-document file://trust.json``, with ``sts:ExternalId`` under ``StringEquals``;
    or add the account to ``trusted_accounts`` where it is a company of yours.

    Terraform: ``aws_iam_role.assume_role_policy``.
    """
    if fixed := service_linked(role):
        return fixed
    found, unclear = list[Opening](), list[str]()
    if free := _without_external_id(role, openings).foreign(trusted_accounts, organization, members):
        return Failed(f"{told(free)} may assume it without an external id")
    for some in openings.strangers(trusted_accounts, organization, members):
        found += some.certain.grants
        unclear += some.needs_review
    if unclear:  # whether they bring one is not known
        raise Incomplete(openings.review("; ".join(dict.fromkeys(unclear))))
    return Passed(f"{told(found)} may assume it with an external id") if found else NotApplicable("no foreign account may assume it")


def _without_external_id(role: Role, openings: RoleOpenings) -> RoleOpenings:
    """Who may still assume a role if every id that its policy speaks of is refused: without an id, or with one that he makes up."""
    document = role.assume_role_policy_document
    written = {value for one in document for condition in one.conditions if condition.key.lower() == "sts:externalid" for value in condition.values}
    if ids := tuple(sorted(one for one in written if set(one) - {"*", "?"})):
        refused = Condition(Operator.parse("StringLike"), "sts:ExternalId", ids)
        denied = Statement("Deny", actions=("sts:*",), principals=(Principal("AWS", "*"),), conditions=(refused,))
        document = replace(document, statements=(*document, denied))
    exposed = exposure(document, account=openings.account, resource=role.arn, service="sts")
    return replace(openings, exposed=exposed.only(lambda one: "sts:AssumeRole" in one.actions or one.needs_review is not None))


@check(
    direct=(CC6_1,),
    supporting=(CC6_3,),
    severity=MEDIUM,
    refs=("Prowler:iam_role_cross_service_confused_deputy_prevention",),
)
def service_role_prevents_confused_deputy(role: Role, openings: RoleOpenings, *, exempt_services: tuple[str, ...] = ("ec2", "lambda", "ecs-tasks")) -> Verdict:
    """Roles for services of AWS say for which account or resource the service may act.

    Why: a service works for everybody; where the trust does not say for whom, somebody else may send it with a resource of his own and have it use our role.

    Fix: ``aws iam update-assume-role-policy --role-name {role.role_name} --policy-document file://trust.json``, with ``aws:SourceAccount`` or ``aws:SourceArn``
    as a condition.

    Terraform: ``aws_iam_role.assume_role_policy``.
    """
    if fixed := service_linked(role):
        return fixed
    services = openings.exposed.to("service")
    if not services:
        return NotApplicable("no service may assume it")
    if free := openings.such(lambda one: one.who.kind == "service" and not one.guarded and _name(one) not in exempt_services):
        return Failed(f"{told(free)} may assume it for anybody")
    if all(_name(one) in exempt_services for one in services):
        return NotApplicable(f"{told(services)} passes on no other's request")
    return Passed(f"bound: {told(services)}")


def _name(one: Opening) -> str:
    """A service as people say it: without region and domain. What stands before another dot is a service of its own (``ec2.application-autoscaling``)."""
    name, _, rest = one.who.value.removesuffix(".cn").removesuffix(".amazonaws.com").partition(".")
    return f"{name}.{rest}" if rest and not REGION.fullmatch(rest) else name


@check(
    direct=(CC6_1,),
    supporting=(CC6_6, CC8_1),
    severity=HIGH,
    refs=("Config:iam-oidc-provider-client-id-list-check",),
)
def oidc_role_trust_restricts_subject(role: Role, openings: RoleOpenings) -> Verdict:
    """Roles for web identities say whose they are: which repository, workload or application.

    Why: an identity provider like GitHub's gives tokens to all its customers; without a condition on the subject any pipeline in the world may deploy here.

    Fix: ``aws iam update-assume-role-policy --role-name {role.role_name} --policy-document file://trust.json``, with the provider's ``:sub`` (and ``:aud``) under
    ``StringEquals`` or ``StringLike`` as a condition.

    Terraform: ``aws_iam_role.assume_role_policy``.
    """
    if fixed := service_linked(role):
        return fixed
    web = openings.exposed.to("federated").doing("sts:AssumeRoleWithWebIdentity")
    if not web:
        return NotApplicable("no web identity may assume it")
    if free := openings.such(lambda one: one in web.grants and not (one.guarded and _tells_subject(role, one))):
        return Failed(
            f"{told(free)}: any of its identities may assume it" + (f", {', '.join(free[0].required)} does not tell them apart" if free[0].required else "")
        )
    return Passed(f"{told(web)}: only {', '.join(sorted({guard for one in web for guard in one.guards})[:3]) or 'those of its owner'}")


def _tells_subject(role: Role, one: Opening) -> bool:
    """Whether a statement tells identities of a provider apart. The audience does so only for AWS's built-in providers, where it is the application; elsewhere
    all have the same one.
    """
    if ":oidc-provider/" not in one.who.value or one.witness is None:
        return True
    claims = {key for key in one.restricted_by if key.rpartition(":")[2] not in ("aud", "azp", "iss")}
    if any(not key.endswith(":sub") for key in claims):
        return True
    policies = Policies(resource=Policy("trust policy", role.assume_role_policy_document))
    strangers = [dict.fromkeys(claims, (subject,)) for subject in MADE_UP_SUBJECTS]
    return bool(claims) and not any(decide(replace(one.witness, context={**one.witness.context, **given}), policies).allowed for given in strangers)
