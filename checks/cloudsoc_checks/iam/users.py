"""What SOC 2 asks of IAM users and groups."""

from __future__ import annotations

from datetime import datetime

from cloudsoc.aws.iam.credentials import CredentialRow
from cloudsoc.aws.iam.roles import Role, from_identity_center, service_linked
from cloudsoc.aws.iam.users import Group, User
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Every, Failed, NotApplicable, ObservedAt, Passed, Verdict, check
from cloudsoc.model.criterion import CC1_3, CC1_5, CC6_1, CC6_2, CC6_3


@check(
    direct=(CC6_1, CC6_2, CC6_3),
    supporting=(CC1_3,),
    severity=MEDIUM,
    refs=(
        *("SecurityHub:IAM.22", "SecurityHub:IAM.8", "Config:iam-user-unused-credentials-check"),
        *("CIS:3.0:1.12", "CIS:5.0:1.11", "CIS:6.0:2.11", "CIS:7.0:2.11"),
        *("Prowler:iam_user_console_access_unused",),
        *("Steampipe:iam_user_unused_credentials_90", "Steampipe:iam_user_console_access_unused_45"),
    ),
)
def console_password_used_or_removed(user: User, row: CredentialRow, at: ObservedAt, *, max_unused_days: int = 45) -> Verdict:
    """Console passwords are in use.

    Why: whoever has left, or never came, does not notice when somebody else signs in as them.

    Fix: ``aws iam delete-login-profile --user-name {user.user_name}``.

    Terraform: remove ``aws_iam_user_login_profile``.
    """
    if row.password_enabled is False:
        return NotApplicable(f"{user.user_name} has no console password")
    said = f"(report of {row.generated_time:%Y-%m-%d %H:%M} UTC); the limit is {max_unused_days}"
    if isinstance(row.password_last_used, datetime):
        days, reason = (at - row.password_last_used).days, "last used"
    else:  # never: it counts from when it was made
        since = row.password_last_changed if isinstance(row.password_last_changed, datetime) else user.create_date
        days, reason = (at - since).days, "never used, and made"
    return Passed(f"{reason} {days} days ago {said}") if days <= max_unused_days else Failed(f"{reason} {days} days ago {said}")


@check(
    direct=(CC6_3,),
    supporting=(CC1_3,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        *("SecurityHub:IAM.2", "Config:iam-user-no-policies-check"),
        *("CIS:3.0:1.15", "CIS:5.0:1.14", "CIS:6.0:2.14", "CIS:7.0:2.13"),
        *("Prowler:iam_policy_attached_only_to_group_or_roles",),
        *("Steampipe:iam_user_no_inline_attached_policies",),
    ),
)
def user_permissions_only_through_groups(user: User) -> Verdict:
    """Users have their rights through groups alone.

    Why: rights that hang on single users are overlooked in a review, and stay when their owner changes the job.

    Fix: ``aws iam add-user-to-group --user-name {user.user_name} --group-name GROUP`` for what is needed, then ``aws iam detach-user-policy --user-name
    {user.user_name} --policy-arn ARN`` and ``aws iam delete-user-policy --user-name {user.user_name} --policy-name NAME``.

    Terraform: ``aws_iam_user_group_membership`` in place of ``aws_iam_user_policy_attachment`` and ``aws_iam_user_policy``.
    """
    attached = [one.policy_name for one in user.attached_managed_policies]
    inline = [f"{one.policy_name} (inline)" for one in user.user_policy_list]
    if found := (*attached, *inline):
        return Failed(f"on the user itself: {', '.join(found)}")
    return Passed(f"no policies on the user itself; groups: {', '.join(user.group_list) or 'none'}")


@check(
    direct=(CC6_3,),
    supporting=(CC1_3,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Config:iam-user-group-membership-check", "Steampipe:iam_user_in_group"),
)
def user_belongs_to_group(user: User) -> Verdict:
    """Every user is in a group.

    Why: a group says what somebody's work is; a user without one has either no rights, or rights that nobody can place.

    Fix: ``aws iam add-user-to-group --user-name {user.user_name} --group-name GROUP``.

    Terraform: ``aws_iam_user_group_membership``.
    """
    return Passed(f"in {', '.join(user.group_list)}") if user.group_list else Failed("in no group")


@check(
    direct=(CC6_3,),
    supporting=(CC1_3,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Config:iam-group-has-users-check", "Steampipe:iam_group_not_empty"),
)
def group_has_members(group: Group, users: Every[User]) -> Verdict:
    """Every group has members.

    Why: the rights of a group that nobody is in wait for the next one who is put there, and nobody reviews them.

    Fix: ``aws iam delete-group --group-name {group.group_name}``, after its policies are detached.

    Terraform: remove ``aws_iam_group``.
    """
    first = next((one.user_name for one in users if group.group_name in one.group_list), None)
    return Passed(f"{first} is a member") if first else Failed("nobody is in the group")


@check(
    direct=(CC6_2,),
    supporting=(CC1_5,),
    severity=LOW,
    profile=EXTENDED,
)
def identity_has_owner_tag(identity: User | Role, *, tag_keys: tuple[str, ...] = ("Owner",)) -> Verdict:
    """Users and roles name an accountable owner.

    Why: a review asks somebody whether the access is still needed; without an owner there is nobody to ask.

    Fix: ``aws iam tag-user --user-name {identity.user_name} --tags Key=Owner,Value=NAME``, or ``aws iam tag-role --role-name {identity.role_name} --tags
    Key=Owner,Value=NAME``.

    Terraform: ``aws_iam_user.tags``, ``aws_iam_role.tags``.
    """
    if isinstance(identity, Role) and (found := service_linked(identity) or from_identity_center(identity)):
        return found
    wanted = {key.lower() for key in tag_keys}
    owners = [f"{tag.key}={tag.value}" for tag in identity.tags if tag.key.lower() in wanted and tag.value.strip()]
    return Passed(f"owned: {', '.join(owners)}") if owners else Failed(f"no tag {' or '.join(tag_keys)} with a value")
