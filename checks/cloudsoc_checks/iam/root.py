"""What SOC 2 asks of the root user."""

from __future__ import annotations

from datetime import datetime

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.mfa import VirtualMfaDevice
from cloudsoc.aws.iam.root import RootCredentialRow, RootUser, nobody_signs_in
from cloudsoc.aws.organizations import Organization, RootAccessFeatures
from cloudsoc.graphs.elsewhere import told_elsewhere
from cloudsoc.model import CRITICAL, HIGH, MEDIUM, Every, Failed, NotApplicable, ObservedAt, Passed, Unread, Verdict, check
from cloudsoc.model.criterion import CC3_3, CC5_2, CC6_1, CC6_3, CC6_6, CC7_2

_CENTRAL = "RootCredentialsManagement"
_UNTOLD = "not_supported"


def _needs_no_factor(root: RootUser) -> NotApplicable | None:
    if found := nobody_signs_in(root):
        return found
    if root.account_mfa_enabled == 0 and not root.credentials:
        return NotApplicable("the root user has no credentials: no password, no access keys, no signing certificates")
    return None


@check(
    direct=(CC6_1,),
    supporting=(CC6_6,),
    severity=CRITICAL,
    refs=(
        *("SecurityHub:IAM.9", "Config:root-account-mfa-enabled"),
        *("CIS:3.0:1.5", "CIS:5.0:1.4", "CIS:6.0:2.4", "CIS:7.0:2.5"),
        *("Prowler:iam_root_mfa_enabled",),
        *("Steampipe:iam_root_user_mfa_enabled",),
    ),
)
def root_user_requires_mfa(root: RootUser) -> Verdict:
    """The root user has a second factor, if it can sign in at all.

    Why: nothing limits the root user; whoever learns its password owns the account, and can close it.

    Fix: sign in as the root user of {root.arn} and register a passkey or hardware key under Security credentials; in a member account of an organization,
    ``aws sts assume-root`` from the management account can remove its credentials altogether.

    Terraform: ``aws_iam_organizations_features`` lets the organization remove root credentials.
    """
    if found := _needs_no_factor(root):
        return found
    if root.account_mfa_enabled:
        return Passed("the root user has a second factor")
    return Failed(f"the root user has no second factor, but {', '.join(root.credentials)}{_unsaid(root)}")


def _unsaid(root: RootUser) -> str:
    return " (AWS does not say whether there is a password)" if root.account_password_present is None else ""


@check(
    direct=(CC6_1,),
    supporting=(CC6_6,),
    severity=HIGH,
    refs=(
        *("SecurityHub:IAM.6", "Config:root-account-hardware-mfa-enabled"),
        *("CIS:3.0:1.6", "CIS:5.0:1.5", "CIS:6.0:2.5", "CIS:7.0:2.6"),
        *("Prowler:iam_root_hardware_mfa_enabled",),
        *("Steampipe:iam_root_user_hardware_mfa_enabled",),
    ),
)
def root_user_requires_hardware_mfa(root: RootUser, virtual: Every[VirtualMfaDevice]) -> Verdict:
    """The root user's second factor is a hardware key or passkey, not an app.

    Why: the codes of an app can be phished, and its seed be copied from a backup or the picture of its QR code; a key that signs for the right site cannot.

    Fix: sign in as the root user of {root.arn}, register a passkey or hardware key, then remove the virtual device under Security credentials.

    Terraform: none, root users are not managed by it.
    """
    if found := _needs_no_factor(root):
        return found
    if not root.account_mfa_enabled:
        return Failed("the root user has no second factor at all")
    apps = [one.serial_number for one in virtual.known if one.user.arn == root.arn]
    if apps:
        return Failed(f"virtual device {', '.join(apps)} belongs to the root user; AWS does not list what else it has")
    len(virtual)  # what was not read might be one
    return Passed("the root user has a second factor and no virtual device belongs to it: a hardware key or passkey")


@check(
    direct=(CC6_1,),
    supporting=(CC6_3,),
    severity=CRITICAL,
    refs=(
        *("SecurityHub:IAM.4", "Config:iam-root-access-key-check"),
        *("CIS:3.0:1.4", "CIS:5.0:1.3", "CIS:6.0:2.3", "CIS:7.0:2.4"),
        *("Prowler:iam_no_root_access_key",),
        *("Steampipe:iam_root_user_no_access_keys",),
    ),
)
def root_user_has_no_access_keys(root: RootUser) -> Verdict:
    """The root user has no access keys.

    Why: such a key may do everything from anywhere, without a second factor, and no policy in the account can limit it.

    Fix: sign in as the root user of {root.arn} and delete the keys under Security credentials, once what uses them has a role.

    Terraform: none, root users are not managed by it.
    """
    return Failed("the root user has access keys") if root.account_access_keys_present else Passed("the root user has no access keys")


@check(
    direct=(CC6_1, CC6_3),
    supporting=(CC3_3, CC7_2),
    severity=HIGH,
    refs=(
        *("CIS:3.0:1.7", "CIS:5.0:1.6", "CIS:6.0:2.6", "CIS:7.0:2.7"),
        *("Prowler:iam_avoid_root_usage",),
        *("Steampipe:iam_root_last_used",),
    ),
)
def root_user_not_used_in_period(root: RootUser, row: RootCredentialRow, at: ObservedAt, *, max_age_days: int = 90) -> Verdict:
    """The root user was not used.

    Why: what the root user does cannot be limited and is nobody's in particular; daily work belongs to people and roles. Use in an emergency is documented, and
    waived here.

    Fix: find out who used {root.arn} and what for (CloudTrail: userIdentity.type is Root); give that task to a role.

    Terraform: none, root users are not managed by it.
    """
    uses = {"its password": row.password_last_used, "access key 1": row.access_key_1_last_used_date, "access key 2": row.access_key_2_last_used_date}
    known = {name: time for name, time in uses.items() if isinstance(time, datetime)}
    said = f"(report of {row.generated_time:%Y-%m-%d %H:%M} UTC)"
    if recent := [f"{name} on {time:%Y-%m-%d}" for name, time in known.items() if (at - time).days <= max_age_days]:
        return Failed(f"the root user was used within {max_age_days} days: {', '.join(recent)} {said}")
    if row.password_last_used == _UNTOLD:
        return NotApplicable(f"the report does not tell about sign-ins of the root user in partition {root.partition}; its keys were not used {said}")
    return Passed(f"last used on {max(known.values()):%Y-%m-%d} {said}" if known else f"AWS knows of no use {said}")


@check(
    direct=(CC6_1,),
    supporting=(CC5_2, CC6_3),
    severity=MEDIUM,
    refs=("CIS:7.0:2.1.1", "Prowler:iam_root_credentials_management_enabled"),
)
def root_credentials_centrally_managed(account: Account, organization: Organization | None, features: RootAccessFeatures | Unread | None) -> Verdict:
    """The organization manages the root credentials of its members centrally.

    Why: where the organization can remove the root credentials of a member account there is nothing left to steal there, and nobody can recover them by e-mail.

    Fix: ``aws iam enable-organizations-root-credentials-management`` from the management account (now asked from {account.account}), after
    ``aws organizations enable-aws-service-access --service-principal iam.amazonaws.com``.

    Terraform: ``aws_iam_organizations_features.enabled_features``.
    """
    if organization is None:
        return NotApplicable("the account is in no organization")
    if isinstance(features, Unread):
        raise told_elsewhere(features, account, organization)
    if features is None:
        return Failed("IAM has no trusted access to the organization, or the organization has not all features")
    enabled = ", ".join(features.enabled_features) or "nothing"
    return Passed(f"enabled: {enabled}") if _CENTRAL in features.enabled_features else Failed(f"{_CENTRAL} is not enabled; enabled: {enabled}")
