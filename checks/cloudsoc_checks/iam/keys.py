"""What SOC 2 asks of access keys."""

from __future__ import annotations

from cloudsoc.aws.iam.credentials import AccessKey
from cloudsoc.model import MEDIUM, Failed, NotApplicable, ObservedAt, Passed, Verdict, check
from cloudsoc.model.criterion import CC6_1, CC6_2


@check(
    direct=(CC6_1, CC6_2),
    severity=MEDIUM,
    refs=(
        "SecurityHub:IAM.3",
        "Config:access-keys-rotated",
        "CIS:3.0:1.14",
        "CIS:5.0:1.13",
        "CIS:6.0:2.13",
        "CIS:7.0:2.12",
        "Prowler:iam_rotate_access_key_90_days",
        "Steampipe:iam_user_access_key_age_90",
    ),
)
def access_key_rotated_within_limit(key: AccessKey, at: ObservedAt, *, max_age_days: int = 90) -> Verdict:
    """Active access keys are younger than the limit.

    Why: a key works for whoever holds a copy, for as long as it is active; nobody knows all the places that an old one has been to.

    Fix: ``aws iam update-access-key --user-name {key.user_name} --access-key-id {key.access_key_id} --status Inactive`` once its program uses a new key or,
    better, a role.

    Terraform: replace ``aws_iam_access_key``.
    """
    if key.status != "Active":
        return NotApplicable(f"the key of {key.user_name} is {key.status.lower()}")
    days = (at - key.create_date).days
    reason = f"the key of {key.user_name} is {days} days old, the limit is {max_age_days}"
    return Passed(reason) if days <= max_age_days else Failed(reason)
