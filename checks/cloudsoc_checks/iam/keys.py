"""What SOC 2 asks of access keys."""

from __future__ import annotations

from datetime import timedelta

from cloudsoc.aws.iam.credentials import AccessKey, CredentialRow, ReportedKey
from cloudsoc.aws.iam.last_accessed import UserServiceAccess
from cloudsoc.aws.iam.users import User
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Failed, Incomplete, Its, NotApplicable, ObservedAt, Passed, Unread, Verdict, check
from cloudsoc.model.criterion import CC1_3, CC6_1, CC6_2, CC6_3

_ACTIVE = "Active"
_WAYS_TO_ROLES = {"iam", "sts"}
"""Services that a key may be used for on the way to temporary credentials."""


@check(
    direct=(CC6_1, CC6_2),
    severity=MEDIUM,
    refs=(
        *("SecurityHub:IAM.3", "Config:access-keys-rotated"),
        *("CIS:3.0:1.14", "CIS:5.0:1.13", "CIS:6.0:2.13", "CIS:7.0:2.12"),
        *("Prowler:iam_rotate_access_key_90_days",),
        *("Steampipe:iam_user_access_key_age_90",),
    ),
)
def access_key_rotated_within_limit(key: AccessKey, at: ObservedAt, *, max_age_days: int = 90) -> Verdict:
    """Active access keys are younger than the limit.

    Why: a key works for whoever holds a copy, for as long as it is active; nobody knows all the places that an old one has been to.

    Fix: ``aws iam update-access-key --user-name {key.user_name} --access-key-id {key.access_key_id} --status Inactive`` once its program uses a new key or,
    better, a role.

    Terraform: replace ``aws_iam_access_key``.
    """
    if key.status != _ACTIVE:
        return NotApplicable(f"the key of {key.user_name} is {key.status.lower()}")
    days = (at - key.create_date).days
    reason = f"the key of {key.user_name} is {days} days old, the limit is {max_age_days}"
    return Passed(reason) if days <= max_age_days else Failed(reason)


@check(
    direct=(CC6_1, CC6_2, CC6_3),
    supporting=(CC1_3,),
    severity=MEDIUM,
    refs=(
        *("SecurityHub:IAM.22", "SecurityHub:IAM.8", "Config:iam-user-unused-credentials-check"),
        *("CIS:3.0:1.12", "CIS:5.0:1.11", "CIS:6.0:2.11", "CIS:7.0:2.11"),
        *("Prowler:iam_user_accesskey_unused",),
        *("Steampipe:iam_user_unused_credentials_90", "Steampipe:iam_user_unused_credentials_45", "Steampipe:iam_user_access_key_unused_45"),
    ),
)
def access_key_used_or_removed(key: AccessKey, row: CredentialRow, at: ObservedAt, *, max_unused_days: int = 45) -> Verdict:
    """Active access keys are in use.

    Why: nobody misses a key that nobody uses, so nobody notices when somebody else does.

    Fix: ``aws iam update-access-key --user-name {key.user_name} --access-key-id {key.access_key_id} --status Inactive``, and after a while
    ``aws iam delete-access-key --user-name {key.user_name} --access-key-id {key.access_key_id}``.

    Terraform: remove ``aws_iam_access_key``.
    """
    if key.status != _ACTIVE:
        return NotApplicable(f"the key of {key.user_name} is {key.status.lower()}")
    if (age := (at - key.create_date).days) <= max_unused_days:
        return Passed(f"the key of {key.user_name} is {age} days old: it need not have been used yet")
    since = sorted(_reported(key, row), key=lambda one: one.last_used or key.create_date)
    inside = {(at - (one.last_used or key.create_date)).days <= max_unused_days for one in since}
    if len(inside) != 1:
        raise Incomplete(Unread("iam:GetCredentialReport", f"needs review: the report does not say which of the keys of {key.user_name} was used when"))
    used = since[0].last_used
    days = (at - (used or key.create_date)).days
    said = f"the key of {key.user_name} was {'last used' if used else 'never used, and made'} {days} days ago"
    said += f" (report of {row.generated_time:%Y-%m-%d %H:%M} UTC); the limit is {max_unused_days}"
    return Passed(said) if inside == {True} else Failed(said)


def _reported(key: AccessKey, row: CredentialRow) -> tuple[ReportedKey, ...]:
    """What in the report can be this key: it names no ids. The one that was made when this one was, else every active one."""
    active = tuple(one for one in row.keys if one.active)
    same = tuple(one for one in active if one.last_rotated and abs(one.last_rotated - key.create_date) < timedelta(seconds=2))
    return same or active


@check(
    direct=(CC6_1,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        *("CIS:3.0:1.13", "CIS:5.0:1.12", "CIS:6.0:2.12"),
        *("Prowler:iam_user_two_active_access_key",),
        *("Steampipe:iam_user_one_active_key",),
    ),
)
def user_has_single_active_access_key(user: User, keys: Its[AccessKey], at: ObservedAt, *, rotation_grace_days: int = 7) -> Verdict:
    """No user has two active access keys, except during a rotation.

    Why: the second key is there to replace the first; where both stay, each change is done by halves and twice as much can leak.

    Fix: ``aws iam list-access-keys --user-name {user.user_name}`` shows both; deactivate the one that nothing uses any more.

    Terraform: one ``aws_iam_access_key`` a user.
    """
    active = sorted((one for one in keys if one.status == _ACTIVE), key=lambda one: (one.create_date, one.access_key_id))
    if not active:
        return NotApplicable(f"{user.user_name} has no active access key")
    if len(active) == 1:
        return Passed(f"one active key, {active[0].access_key_id}")
    days = (at - active[-1].create_date).days
    said = f"{' and '.join(one.access_key_id for one in active)} are active, the younger for {days} days"
    return Passed(f"{said}: a rotation") if days <= rotation_grace_days else Failed(f"{said}; a rotation may take {rotation_grace_days}")


@check(
    direct=(CC6_1, CC6_2),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        *("CIS:3.0:1.11", "CIS:5.0:1.10", "CIS:6.0:2.10"),
        *("Prowler:iam_user_no_setup_initial_access_key",),
        *("Steampipe:iam_user_access_keys_and_password_at_setup",),
    ),
)
def console_user_created_without_access_key(user: User, row: CredentialRow, *, setup_minutes: int = 5) -> Verdict:
    """No access key was made together with a console user.

    Why: a key that comes with every new user is mostly not needed, and lies around in the message in which it was sent.

    Fix: ``aws iam list-access-keys --user-name {user.user_name}``, then delete the key that is as old as the user; whoever needs one asks for it.

    Terraform: no ``aws_iam_access_key`` beside ``aws_iam_user_login_profile``.
    """
    if row.password_enabled is False:
        return NotApplicable(f"{user.user_name} has no console password")
    within = timedelta(minutes=setup_minutes)
    if any(one.active and one.last_rotated and abs(one.last_rotated - user.create_date) <= within for one in row.keys):
        return Failed(f"an active access key was made within {setup_minutes} minutes of the user, on {user.create_date:%Y-%m-%d}")
    return Passed(f"no active access key is as old as the user (report of {row.generated_time:%Y-%m-%d %H:%M} UTC)")


@check(
    direct=(CC6_1,),
    supporting=(CC6_3,),
    severity=MEDIUM,
    refs=("Prowler:iam_user_with_temporary_credentials",),
)
def workload_uses_temporary_credentials(user: User, row: CredentialRow, access: UserServiceAccess) -> Verdict:
    """Access keys of users serve at most to get temporary credentials.

    Why: a program with a role has credentials that end by themselves; a user's key works until somebody remembers it.

    Fix: give what uses the keys of {user.user_name} a role (instance profile, task role, IRSA, OIDC from the pipeline, IAM Roles Anywhere), then ``aws iam
    list-access-keys --user-name {user.user_name}`` and delete them.

    Terraform: ``aws_iam_role`` in place of ``aws_iam_access_key``.
    """
    active = [one for one in row.keys if one.active]
    if not active:
        return NotApplicable(f"{user.user_name} has no active access key")
    used = {one.service: one.last_used for one in active if one.last_used}
    if not used:
        return Passed(f"no active key of {user.user_name} was ever used")
    if beyond := sorted(used.keys() - _WAYS_TO_ROLES - {"N/A", "no_information", "not_supported"}):
        return Failed(f"an active access key was last used for {' and '.join(beyond)}")
    if others := sorted(one.service_namespace for one in access.services if one.last_authenticated and one.service_namespace not in _WAYS_TO_ROLES):
        return Failed(f"a user with active access keys, used for {', '.join(others[:5])}{f' and {len(others) - 5} more' if len(others) > 5 else ''}")
    return Passed("its active keys were used for IAM and STS alone")
