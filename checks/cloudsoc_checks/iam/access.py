"""What SOC 2 asks of rights that nobody uses, and of the record of who was given which."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from cloudsoc.aws.account import Account, Region
from cloudsoc.aws.cloudtrail_events import LOOKUP_DAYS, IdentityChange, records_iam
from cloudsoc.aws.iam.last_accessed import RoleServiceAccess, ServiceAccess, UserServiceAccess
from cloudsoc.aws.iam.roles import Role
from cloudsoc.aws.iam.users import User
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Everywhere, Failed, Incomplete, NotApplicable, ObservedAt, Passed, Unread, Verdict, check
from cloudsoc.model.criterion import CC1_5, CC6_2, CC6_3


def _stale(access: tuple[ServiceAccess, ...], made: datetime, at: datetime, services: tuple[str, ...], limit: int) -> Verdict:
    held = [one for one in access if one.service_namespace in services]
    if not held:
        return NotApplicable(f"no rights to {', '.join(services)}")
    if (age := (at - made).days) <= limit:
        return Passed(f"made {age} days ago: its rights need not have been used yet")
    said = {one.service_namespace: one.last_authenticated for one in held}
    told = ", ".join(f"{name} {f'used on {time:%Y-%m-%d}' if time else 'never used'}" for name, time in sorted(said.items()))
    stale = any(time is None or (at - time).days > limit for time in said.values())
    return Failed(f"{told}; the limit is {limit} days") if stale else Passed(told)


@check(
    direct=(CC6_3,),
    severity=LOW,
    profile=EXTENDED,
    refs=(*("Prowler:iam_role_access_not_stale_to_bedrock", "Prowler:iam_user_access_not_stale_to_bedrock", "Prowler:iam_user_access_not_stale_to_sagemaker"),),
)
def sensitive_service_access_not_stale(
    role: Role, access: RoleServiceAccess, at: ObservedAt, *, services: tuple[str, ...] = ("bedrock", "sagemaker"), max_unused_days: int = 60
) -> Verdict:
    """Roles use the rights to sensitive services that they have.

    Why: rights to models are worth money to thieves, and nobody misses them where nobody uses them. AWS looks back 400 days.

    Fix: take the services out of the policies of {role.role_name}: ``aws iam generate-service-last-accessed-details --arn {role.arn}`` shows which are used.

    Terraform: ``aws_iam_role_policy``, ``aws_iam_role_policy_attachment``.
    """
    return _stale(access.services, role.create_date, at, services, max_unused_days)


@check(direct=(CC6_3,), severity=LOW, profile=EXTENDED, refs=("Prowler:iam_user_access_not_stale_to_bedrock", "Prowler:iam_user_access_not_stale_to_sagemaker"))
def user_sensitive_service_access_not_stale(
    user: User, access: UserServiceAccess, at: ObservedAt, *, services: tuple[str, ...] = ("bedrock", "sagemaker"), max_unused_days: int = 60
) -> Verdict:
    """Users use the rights to sensitive services that they have.

    Why: rights to models are worth money to thieves, and nobody misses them where nobody uses them. AWS looks back 400 days.

    Fix: take the services out of the policies and groups of {user.user_name}: ``aws iam generate-service-last-accessed-details --arn {user.arn}`` shows which
    are used.

    Terraform: ``aws_iam_user_policy_attachment``, ``aws_iam_user_group_membership``.
    """
    return _stale(access.services, user.create_date, at, services, max_unused_days)


@check(
    direct=(CC6_2, CC6_3),
    supporting=(CC1_5,),
    severity=MEDIUM,
    profile=EXTENDED,
)
def user_changes_recorded_for_review(account: Account, regions: Everywhere[Region], changes: Everywhere[IdentityChange]) -> Verdict:
    """Who was given or lost a user, a key or a right in the last 90 days can be listed.

    Why: reviewers and auditors take their samples of joiners, movers and leavers from this list; each entry says when, and who did it.

    Fix: ``aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=CreateUser`` in account {account.account} shows the calls; ask AWS
    about those that name nobody. Older ones stand in the bucket of a trail.

    Terraform: ``aws_cloudtrail`` keeps more than 90 days.
    """
    home = next((one.region_name for one in regions.known if records_iam(one) is None), None)
    if home is None:
        len(regions)
        raise Incomplete(Unread("cloudtrail:LookupEvents", "needs review: it is not known in which region of this partition IAM's calls are recorded"))
    known = changes.known
    if gaps := [one for one in changes.unread if not one.outside]:  # what is recorded in other regions is not IAM's
        raise Incomplete(*gaps)
    if nobody := [f"{one.event_name} on {one.event_time:%Y-%m-%d}" for one in known if not one.actor]:
        return Failed(f"{len(nobody)} of {len(known)} changes do not say who made them: {', '.join(nobody[:5])}")
    counts = ", ".join(f"{times} {name}" for name, times in sorted(Counter(one.event_name for one in known).items()))
    return Passed(f"{len(known)} changes in {LOOKUP_DAYS} days, each with time and author{': ' if counts else ''}{counts}")
