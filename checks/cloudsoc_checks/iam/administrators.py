"""Who may do everything."""

from __future__ import annotations

from cloudsoc.aws.iam.roles import Role, service_linked
from cloudsoc.aws.iam.users import User
from cloudsoc.graphs.administrators import Administrators
from cloudsoc.model import HIGH, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC1_3, CC3_3, CC6_3
from cloudsoc.policy.patterns import glob


@check(
    direct=(CC6_3,),
    supporting=(CC1_3, CC3_3),
    severity=HIGH,
    refs=(
        "CIS:3.0:1.16",
        "CIS:5.0:1.15",
        "CIS:6.0:2.15",
        "CIS:7.0:2.14",
        "Prowler:iam_aws_attached_policy_no_administrative_privileges",
        "Prowler:iam_group_administrator_access_policy",
        "Prowler:iam_role_administratoraccess_policy",
        "Prowler:iam_user_administrator_access_policy",
        "Steampipe:iam_role_no_administrator_access_policy_attached",
    ),
)
def administrator_access_limited_to_approved_principals(
    principal: User | Role, administrators: Administrators, *, approved_principals: tuple[str, ...], max_admin_principals: int = 5
) -> Verdict:
    """Administrators are few, and each of them is approved.

    Why: an administrator can read, change and delete everything, the records of it included. The findings are the list that an access review goes through:
    by what all policies of a user or role allow together, whatever they are called.

    Fix: take the policies that are named from {principal.arn}, or approve it: ``approved_principals`` takes ARNs and names, with ``*`` for what changes in
    them.

    Terraform: ``aws_iam_user_policy_attachment``, ``aws_iam_role_policy_attachment``, ``aws_iam_group_membership``.
    """
    if isinstance(principal, Role) and (fixed := service_linked(principal)):
        return fixed
    found = administrators.of(principal.arn)
    if found is None:
        return NotApplicable("no administrator")
    used = _last_use(principal)
    if len(administrators.known) > max_admin_principals:
        return Failed(f"one of {len(administrators.known)} administrators, more than {max_admin_principals}: {found.why}{used}", evidence=found.evidence)
    names = (principal.arn, principal.user_name if isinstance(principal, User) else principal.role_name)
    if any(glob(one).matches(name) for one in approved_principals for name in names):
        return Passed(f"approved: {found.why}{used}", evidence=found.evidence)
    return Failed(f"an administrator that nobody approved: {found.why}{used}", evidence=found.evidence)


def _last_use(principal: User | Role) -> str:
    if isinstance(principal, User):
        return ""  # the credential report tells, and other checks ask it
    date = principal.role_last_used.last_used_date if principal.role_last_used else None
    return f"; last used on {date:%Y-%m-%d}" if date else "; not used in 400 days"
