"""Roles: those that there should be, those that nobody needs, and what others may read through them."""

from __future__ import annotations

from collections.abc import Callable

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.roles import Role, service_linked
from cloudsoc.aws.organizations import Organization, OrganizationAccounts
from cloudsoc.graphs.administrators import Administrators
from cloudsoc.graphs.effective_policies import EffectivePolicies, Held
from cloudsoc.graphs.exposures import RoleOpenings, told
from cloudsoc.graphs.rights import Rights, changing, reading, share
from cloudsoc.model import EXTENDED, HIGH, LOW, Failed, NotApplicable, ObservedAt, Passed, TrustedAccounts, Verdict, check
from cloudsoc.model.criterion import CC1_3, CC2_3, CC4_1, CC6_2, CC6_3, CC6_6, CC7_4, CC9_2

SUPPORT = ("support:CreateCase", "support:DescribeCases", "support:DescribeCommunications", "support:AddCommunicationToCase", "support:ResolveCase")
AUDIT = (
    "iam:GetAccountAuthorizationDetails",
    "iam:GetCredentialReport",
    "iam:GetAccountPasswordPolicy",
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetTrailStatus",
    "ec2:DescribeSecurityGroups",
    "kms:ListKeys",
    "s3:GetBucketPolicyStatus",
    "rds:DescribeDBInstances",
)
"""What an auditor must be able to read of each part that the criteria speak of."""
HARDLY_ANY = 0.005
"""So much of what changes something even AWS's own policies for readers hold: reports to be made, queries to be started."""
BROAD = 0.15
"""Who may read that much of everything reads what he was not meant to: AWS's ViewOnlyAccess holds 0.2 of all that reads, SecurityAudit 0.3, ReadOnlyAccess 0.7."""


def _role(effective: EffectivePolicies, administrators: Administrators, good: Callable[[Rights], bool]) -> Held | None:
    """A role that people can assume and that is good for something without being good for everything."""
    for held in effective.every():
        if isinstance(held.principal, Role) and _for_people(held.principal) and good(held.rights) and administrators.of(held.arn) is None:
            return held
    return None


def _for_people(role: Role) -> bool:
    """Whether its trust lets anybody in besides services."""
    return service_linked(role) is None and any(
        one.allows and any(principal.kind in ("AWS", "Federated") for principal in one.principals or ()) for one in role.assume_role_policy_document
    )


@check(
    direct=(CC7_4,),
    supporting=(CC2_3,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        "SecurityHub:IAM.18",
        "Config:iam-policy-in-use",
        "CIS:3.0:1.17",
        "CIS:5.0:1.16",
        "CIS:6.0:2.16",
        "CIS:7.0:2.15",
        "Prowler:iam_support_role_created",
        "Steampipe:iam_support_role",
    ),
)
def support_role_exists(account: Account, effective: EffectivePolicies, administrators: Administrators) -> Verdict:
    """There is a role for handling incidents with AWS Support, which people can assume.

    Why: in an incident whoever is on duty must reach AWS at once, without the rights of an administrator.

    Fix: ``aws iam create-role --role-name aws-support --assume-role-policy-document file://trust.json`` in account {account.account}, then
    ``aws iam attach-role-policy --role-name aws-support --policy-arn arn:aws:iam::aws:policy/AWSSupportAccess``

    Terraform: ``aws_iam_role_policy_attachment``.
    """
    found = _role(effective, administrators, lambda rights: all(rights.may(action, "*") for action in SUPPORT))
    return Passed(f"{found.name} may handle cases") if found else Failed("no role that people can assume may handle cases, unless as an administrator")


@check(
    direct=(CC4_1,),
    supporting=(CC1_3,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:iam_securityaudit_role_created", "Steampipe:iam_security_audit_role"),
)
def security_audit_role_exists(account: Account, effective: EffectivePolicies, administrators: Administrators) -> Verdict:
    """There is a role for auditors that reads settings and changes nothing.

    Why: whoever judges the controls must see them for himself, and must not be able to alter them.

    Fix: ``aws iam create-role --role-name security-audit --assume-role-policy-document file://trust.json`` in account {account.account}, then
    ``aws iam attach-role-policy --role-name security-audit --policy-arn arn:aws:iam::aws:policy/SecurityAudit``

    Terraform: ``aws_iam_role_policy_attachment``.
    """

    def reads(rights: Rights) -> bool:
        return all(rights.may(action, "*") for action in AUDIT) and share(rights.on_everything(), changing()) <= HARDLY_ANY

    found = _role(effective, administrators, reads)
    return (
        Passed(f"{found.name} reads settings and changes nothing") if found else Failed("no role that people can assume reads all settings and changes nothing")
    )


@check(
    direct=(CC6_2, CC6_3),
    severity=LOW,
    profile=EXTENDED,
    refs=("Steampipe:iam_role_unused_60",),
)
def role_used_or_removed(role: Role, at: ObservedAt, *, max_unused_days: int = 60) -> Verdict:
    """Roles that nobody has used for long are removed.

    Why: nobody misses a role that is not used, and so nobody notices when a stranger uses it.

    Fix: ``aws iam delete-role --role-name {role.role_name}``, after its policies are detached and deleted.

    Terraform: remove ``aws_iam_role``.
    """
    if fixed := service_linked(role):
        return fixed
    used = role.role_last_used.last_used_date if role.role_last_used else None
    days = (at - (used or role.create_date)).days
    reason = f"last used {days} days ago" if used else f"made {days} days ago, and not used in the last 400 days" if days else "made today"
    return Passed(reason) if days <= max_unused_days else Failed(f"{reason}, the limit is {max_unused_days}")


@check(
    direct=(CC6_3, CC9_2),
    supporting=(CC6_6,),
    severity=HIGH,
    refs=(
        "Prowler:iam_role_cross_account_readonlyaccess_policy",
        "Steampipe:iam_role_cross_account_read_only_access_policy",
        "Steampipe:iam_role_cross_account_write_access_policy",
    ),
)
def cross_account_read_role_limited(
    role: Role,
    openings: RoleOpenings,
    effective: EffectivePolicies,
    administrators: Administrators,
    members: OrganizationAccounts | None,
    organization: Organization | None,
    *,
    trusted_accounts: TrustedAccounts = (),
) -> Verdict:
    """Roles that foreign accounts may assume do not read everything.

    Why: what AWS calls read only includes the contents of buckets, tables and queues: a vendor that has it has the data.

    Fix: ``aws iam detach-role-policy --role-name {role.role_name} --policy-arn ARN`` for what is broad, and a policy with what the vendor needs; or add the
    account to ``trusted_accounts``.

    Terraform: ``aws_iam_role_policy_attachment``.
    """
    if fixed := service_linked(role):
        return fixed
    outside = openings.exposed.only(lambda one: one.who.kind not in ("service", "federated"))
    if not outside:
        return NotApplicable("no other account may assume it")
    part = share(effective.of(role.arn).rights.on_everything(), reading())
    administrator = administrators.of(role.arn)
    if part < BROAD and administrator is None:
        return Passed(f"{told(outside)} may assume it, which reads little")
    if unknown := openings.foreign(trusted_accounts, organization, members):
        what = f"administrator: {administrator.why}" if administrator else f"reads {int(part * 100)} % of all that can be read"
        return Failed(f"{told(unknown)} may assume it ({what})")
    return Passed(f"trusted: {told(outside)}")
