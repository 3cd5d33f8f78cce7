"""What SOC 2 asks of encryption keys."""

from __future__ import annotations

from cloudsoc.aws.kms import Key, KeyRotation
from cloudsoc.model import CRITICAL, MEDIUM, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import A1_2, C1_1, CC6_1, CC6_5, PI1_5


@check(
    direct=(CC6_1, C1_1),
    severity=MEDIUM,
    refs=(
        "SecurityHub:KMS.4",
        "Config:cmk-backing-key-rotation-enabled",
        "CIS:3.0:3.6",
        "CIS:5.0:3.6",
        "CIS:6.0:4.6",
        "CIS:7.0:4.6",
        "Prowler:kms_cmk_rotation_enabled",
        "Steampipe:kms_cmk_rotation_enabled",
    ),
)
def key_rotation_enabled(key: Key, rotation: KeyRotation, *, max_rotation_days: int = 365) -> Verdict:
    """Customer managed keys rotate their material.

    Why: a copied key opens everything it ever encrypted, until its material changes.

    Fix: ``aws kms enable-key-rotation --region {key.region} --key-id {key.key_id}``

    Terraform: ``aws_kms_key.enable_key_rotation``, ``aws_kms_key.rotation_period_in_days``.
    """
    if key.key_state != "Enabled":
        return NotApplicable(f"the key is {key.key_state}")
    if not rotation.key_rotation_enabled:
        return Failed("rotation is off")
    days = rotation.rotation_period_in_days or 365  # AWS's default where it names none
    return Passed(f"every {days} days") if days <= max_rotation_days else Failed(f"every {days} days, the limit is {max_rotation_days}")


@check(
    direct=(CC6_1,),
    supporting=(CC6_5, A1_2, PI1_5),
    severity=CRITICAL,
    refs=(
        "SecurityHub:KMS.3",
        "Config:kms-cmk-not-scheduled-for-deletion",
        "Prowler:kms_cmk_not_deleted_unintentionally",
        "Steampipe:kms_key_not_pending_deletion",
    ),
)
def key_not_pending_deletion(key: Key) -> Verdict:
    """No customer managed key is about to be deleted.

    Why: with the key goes everything that it encrypted, backups included, and nothing brings it back. Where that is the purpose, the disposal is evidence for
    itself: waive the finding with its ticket.

    Fix: ``aws kms cancel-key-deletion --region {key.region} --key-id {key.key_id}``, then enable the key.

    Terraform: keep ``aws_kms_key`` in the configuration; ``aws_kms_key.deletion_window_in_days`` gives time to notice.
    """
    if key.key_manager == "AWS":
        return NotApplicable("AWS managed keys cannot be deleted by the customer")
    if key.key_state not in ("PendingDeletion", "PendingReplicaDeletion"):
        return Passed(f"the key is {key.key_state}")
    if key.deletion_date is None:
        return Failed("deletion is scheduled for when the last replica is gone")
    return Failed(f"deletion is scheduled for {key.deletion_date:%Y-%m-%d}")
