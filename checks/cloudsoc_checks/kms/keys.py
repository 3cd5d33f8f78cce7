"""Keys themselves: rotation, deletion, use, where their material is."""

from __future__ import annotations

from cloudsoc.aws.kms import Key, KeyLastUsage, KeyReach, KeyRotation, KeyTags, customer_managed, is_multi_region
from cloudsoc.model import CRITICAL, EXTENDED, LOW, MEDIUM, Failed, Incomplete, NotApplicable, ObservedAt, Passed, Unread, Verdict, check
from cloudsoc.model.criterion import A1_2, C1_1, CC6_1, CC6_5, PI1_5
from cloudsoc.policy.patterns import glob

GOING = ("PendingDeletion", "PendingReplicaDeletion")


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
    if key.key_state not in GOING:
        return Passed(f"the key is {key.key_state}")
    if key.deletion_date is None:
        return Failed("deletion is scheduled for when the last replica is gone")
    return Failed(f"deletion is scheduled for {key.deletion_date:%Y-%m-%d}")


@check(
    direct=(CC6_1,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:kms_cmk_are_used", "Steampipe:kms_cmk_unused"),
)
def key_in_use(key: Key, usage: KeyLastUsage, at: ObservedAt, *, max_unused_days: int = 365) -> Verdict:
    """Customer managed keys are enabled and in use.

    Why: a key that nobody uses is one more thing whose policy must be right, and a disabled one makes what it encrypted unreadable when it is needed.

    Fix: ``aws kms disable-key --region {key.region} --key-id {key.key_id}`` first, and after a time in which nothing failed
    ``aws kms schedule-key-deletion``; ``aws kms enable-key`` where the key is needed after all.

    Terraform: remove ``aws_kms_key``, or ``aws_kms_key.is_enabled``.
    """
    if (own := customer_managed(key)) or key.key_state in GOING:
        return own or NotApplicable(f"the key is {key.key_state}")
    if key.key_state != "Enabled":
        return Failed(f"the key is {key.key_state}")
    used = usage.key_last_usage.timestamp if usage.key_last_usage else None
    if used is None and usage.tracking_start_date > key.creation_date and (at - usage.tracking_start_date).days <= max_unused_days:
        raise Incomplete(Unread("kms:GetKeyLastUsage", f"needs review: AWS keeps track since {usage.tracking_start_date:%Y-%m-%d} only", key.region))
    days = (at - (used or key.creation_date)).days
    reason = f"last used {days} days ago" if used else f"never used in {days} days"
    return Passed(reason) if days <= max_unused_days else Failed(f"{reason}, the limit is {max_unused_days}")


@check(
    direct=(CC6_1,),
    supporting=(C1_1,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:kms_cmk_not_multi_region",),
)
def key_stays_single_region(key: Key, reach: KeyReach, *, approved_multi_region_keys: tuple[str, ...] = ()) -> Verdict:
    """Key material stays in its region, unless it is approved to leave.

    Why: each replica is a whole copy of the key under a policy of its own, and opens in its region whatever the first one encrypted.

    Fix: add {key.key_id} to ``approved_multi_region_keys`` where another region needs it for recovery; else encrypt anew with a key of this region, since a
    multi-region key cannot become a regional one: ``aws kms create-key --region {key.region}``

    Terraform: ``aws_kms_key.multi_region``.
    """
    if own := customer_managed(key):
        return own
    if not is_multi_region(key):
        return Passed("its material is in this region alone")
    shared = reach.multi_region_configuration
    regions = sorted({one.region for one in (shared.primary_key, *shared.replica_keys)}) if shared else [key.region]
    reason = f"its material may leave the region; it is in {', '.join(regions)}"
    approved = any(glob(one).matches(name) for one in approved_multi_region_keys for name in (key.key_id, key.arn))
    return Passed(f"approved: {reason}") if approved else Failed(reason)


@check(direct=(CC6_1,), supporting=(A1_2,), severity=MEDIUM)
def imported_key_material_not_expiring(key: Key, at: ObservedAt, *, min_days_left: int = 30) -> Verdict:
    """Imported key material does not run out soon.

    Why: on the day it expires AWS deletes it, and everything under the key is unreadable until somebody imports the very same material again.

    Fix: import it again, for longer or for ever: ``aws kms get-parameters-for-import --region {key.region} --key-id {key.key_id} ...``, then
    ``aws kms import-key-material --region {key.region} --key-id {key.key_id} --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE ...``

    Terraform: ``aws_kms_external_key.valid_to``.
    """
    if key.origin != "EXTERNAL":
        return NotApplicable(f"its material is not imported: its origin is {key.origin}")
    if key.key_state in GOING:
        return NotApplicable(f"the key is {key.key_state}")
    if key.key_state == "PendingImport":
        return Failed("there is no key material: it has run out, was deleted, or never came")
    if key.valid_to is None:
        return Passed("its material does not expire")
    days = (key.valid_to - at).days
    reason = f"its material expires on {key.valid_to:%Y-%m-%d}, in {days} days"
    return Passed(reason) if days >= min_days_left else Failed(f"{reason}; at least {min_days_left} are wanted")


@check(
    direct=(C1_1,),
    supporting=(CC6_1,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Config:kms-key-tagged",),
)
def key_has_classification_tag(key: Key, tags: KeyTags, *, tag_keys: tuple[str, ...] = ("DataClassification",)) -> Verdict:
    """Keys say what data they protect.

    Why: whoever decides about a key (who may use it, when it may go) must know how confidential the data behind it is.

    Fix: ``aws kms tag-resource --region {key.region} --key-id {key.key_id} --tags TagKey=DataClassification,TagValue=confidential``

    Terraform: ``aws_kms_key.tags``.
    """
    if key.key_state in GOING:
        return NotApplicable(f"the key is {key.key_state}")
    found = {name: tags.tags[name] for name in tag_keys if tags.tags.get(name, "").strip()}
    if missing := [name for name in tag_keys if name not in found]:
        return Failed(f"no tag {', '.join(missing)}")
    return Passed(", ".join(f"{name} = {value}" for name, value in found.items()))
