"""Managed and inline policies as such: full rights, use, and where they stand."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.policies import ManagedPolicy, inline_policies
from cloudsoc.aws.iam.roles import Role, from_identity_center, service_linked
from cloudsoc.aws.iam.users import Group, User
from cloudsoc.graphs.administrators import gives_any_right
from cloudsoc.graphs.written import Written, written
from cloudsoc.model import CRITICAL, EXTENDED, LOW, MEDIUM, Every, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC1_3, CC6_1, CC6_3, CC6_7

CLOUDSHELL = "policy/AWSCloudShellFullAccess"
EVERYTHING = "allows every action on every resource"


def _everything(one: Written) -> str:
    """Whether a document allows everything, in words; a condition does not excuse it, and neither does a Deny that leaves the right to give oneself the rest."""
    if not (one.rights.allows_everything() and gives_any_right(one.rights)):
        return ""
    keys = sorted({condition.key for statement in one.document if statement.allows for condition in statement.conditions})
    return one.told(EVERYTHING + (f", under conditions on {', '.join(keys)}" if keys else ""))


@check(
    direct=(CC6_1, CC6_3),
    supporting=(CC1_3,),
    severity=CRITICAL,
    refs=(
        "SecurityHub:IAM.1",
        "Config:iam-policy-no-statements-with-admin-access",
        "CIS:3.0:1.16",
        "CIS:5.0:1.15",
        "CIS:6.0:2.15",
        "CIS:7.0:2.14",
        "Prowler:iam_customer_attached_policy_no_administrative_privileges",
        "Steampipe:iam_policy_no_star_star",
        "Steampipe:iam_policy_custom_attached_no_star_star",
        "Steampipe:iam_policy_all_attached_no_star_star",
    ),
)
def customer_policy_avoids_full_admin(policy: ManagedPolicy) -> Verdict:
    """Attached customer policies do not allow every action on every resource.

    Why: whoever holds such a policy, or steals the credentials of one who does, owns the account; and its name need not say so.

    Fix: ``aws iam create-policy-version --policy-arn {policy.arn} --policy-document file://policy.json --set-as-default`` with what is needed; the few who need
    everything hold AWS's AdministratorAccess, where everybody sees it.

    Terraform: ``aws_iam_policy.policy``.
    """
    if policy.attachment_count == 0:
        return NotApplicable("attached to nobody")
    return _without_everything(policy, f"attached {policy.attachment_count} times; does not allow everything")


@check(
    direct=(CC6_1, CC6_3),
    supporting=(CC1_3,),
    severity=CRITICAL,
    refs=("SecurityHub:IAM.1", "Prowler:iam_inline_policy_no_administrative_privileges", "Steampipe:iam_inline_policy_no_administrative_privileges"),
)
def inline_policy_avoids_full_admin(identity: User | Group | Role) -> Verdict:
    """Inline policies do not allow every action on every resource.

    Why: an inline policy stands in no list of policies, so that an administrator made by one is easily overlooked.

    Fix: remove it from {identity.arn} with ``aws iam delete-user-policy``, ``delete-group-policy`` or ``delete-role-policy``, and attach a managed policy with
    what is needed.

    Terraform: ``aws_iam_user_policy.policy``, ``aws_iam_group_policy.policy``, ``aws_iam_role_policy.policy``.
    """
    return _without_everything(identity, "no inline policy allows everything")


@check(
    direct=(CC6_3,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:iam_customer_unattached_policy_no_administrative_privileges", "Steampipe:iam_custom_policy_unattached_no_star_star"),
)
def unattached_policy_avoids_full_admin(policy: ManagedPolicy) -> Verdict:
    """Customer policies that nobody holds do not carry full rights either.

    Why: it takes one call to attach it, and a name in a list is all that whoever does so looks at.

    Fix: ``aws iam delete-policy --policy-arn {policy.arn}``

    Terraform: remove ``aws_iam_policy``.
    """
    if policy.attachment_count:
        return NotApplicable("attached")
    return _without_everything(policy, "attached to nobody; does not allow everything")


def _without_everything(holder: ManagedPolicy | User | Group | Role, right: str) -> Verdict:
    documents = written(holder)
    if isinstance(documents, NotApplicable):
        return documents
    wrong = [found for one in documents if (found := _everything(one))]
    return Failed(wrong[0]) if wrong else Passed(right)


@check(
    direct=(CC6_3,),
    supporting=(CC1_3,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Config:iam-no-inline-policy-check", "Steampipe:iam_group_user_role_no_inline_policies"),
)
def identity_has_no_inline_policy(identity: User | Group | Role) -> Verdict:
    """Users, groups and roles have managed policies, which can be reviewed in one place.

    Why: an inline policy has no versions and stands in no list: nobody who reviews policies meets it.

    Fix: make a managed policy of it and attach that to {identity.arn}; then ``aws iam delete-user-policy``, ``delete-group-policy`` or ``delete-role-policy``.

    Terraform: ``aws_iam_policy`` with its attachment in place of ``aws_iam_user_policy``, ``aws_iam_group_policy``, ``aws_iam_role_policy``.
    """
    if isinstance(identity, Role) and (fixed := service_linked(identity) or from_identity_center(identity)):
        return fixed
    names = [one.policy_name for one in inline_policies(identity)]
    return Failed(f"inline: {', '.join(names[:5])}" + (f" and {len(names) - 5} more" if len(names) > 5 else "")) if names else Passed("no inline policy")


@check(
    direct=(CC6_3,),
    supporting=(CC1_3,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        "Config:iam-policy-in-use",
        "Steampipe:iam_custom_policy_unused",
        "Steampipe:iam_custom_managed_policy_attached_to_role",
        "Steampipe:iam_policy_unused",
    ),
)
def managed_policy_in_use(policy: ManagedPolicy) -> Verdict:
    """Customer policies are attached to something, or removed.

    Why: a policy that nobody holds is reviewed by nobody, until it is attached again without a second look.

    Fix: ``aws iam delete-policy --policy-arn {policy.arn}``

    Terraform: remove ``aws_iam_policy``.
    """
    limits = policy.permissions_boundary_usage_count or 0
    if policy.attachment_count:
        return Passed(f"attached {policy.attachment_count} times" + (f", the boundary of {limits}" if limits else ""))
    return Passed(f"the boundary of {limits}") if limits else Failed("attached to nobody, nobody's boundary")


@check(
    direct=(CC6_3,),
    supporting=(CC6_7,),
    severity=MEDIUM,
    refs=(
        "SecurityHub:IAM.27",
        "Config:iam-policy-blacklisted-check",
        "CIS:3.0:1.22",
        "CIS:5.0:1.21",
        "CIS:6.0:2.21",
        "CIS:7.0:2.20",
        "Prowler:iam_policy_cloudshell_admin_not_attached",
        "Steampipe:iam_user_group_role_cloudshell_fullaccess_restricted",
    ),
)
def cloudshell_full_access_restricted(account: Account, managed: Every[ManagedPolicy], users: Every[User], groups: Every[Group], roles: Every[Role]) -> Verdict:
    """AWS's policy for all of CloudShell is attached to nobody.

    Why: it lets files in and out through the browser, past everything that watches data on its way out of the network.

    Fix: for each that is named, ``aws iam detach-role-policy --role-name NAME --policy-arn arn:aws:iam::aws:policy/AWSCloudShellFullAccess`` (or
    ``detach-user-policy``, ``detach-group-policy``); a policy of account {account.account} that denies ``cloudshell:GetFileDownloadUrls`` and
    ``GetFileUploadUrls`` leaves the shell without the transfer.

    Terraform: remove ``aws_iam_role_policy_attachment``.
    """
    for policy in managed:
        if policy.is_aws_managed and policy.arn.endswith(f":{CLOUDSHELL}") and policy.attachment_count:
            return Failed(f"attached to {_holders(policy, (*users.known, *groups.known, *roles.known))}")
    return Passed("attached to nobody")


def _holders(policy: ManagedPolicy, identities: tuple[User | Group | Role, ...]) -> str:
    held = [one.arn.rpartition(":")[2] for one in identities if any(policy.arn == attached.policy_arn for attached in one.attached_managed_policies)][:5]
    others = policy.attachment_count - len(held)
    return (", ".join(held) + (f" and {others} more" if others else "")) if held else f"{others} identities"
