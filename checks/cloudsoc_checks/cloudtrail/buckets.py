"""The buckets that hold the logs of trails: who gets at them, and how long they keep what. The trail is judged, not the bucket, wherever that lies."""

from __future__ import annotations

from typing import Annotated

from cloudsoc.aws.cloudtrail import Trail, TrailStatus
from cloudsoc.aws.s3 import Bucket, BucketLifecycle, BucketLogging, BucketObjectLock, BucketVersioning
from cloudsoc.graphs.bucket_access import BucketAccess
from cloudsoc.graphs.retention import LEAST_DAYS, days_asked_for, days_kept
from cloudsoc.model import CRITICAL, EXTENDED, LOW, MEDIUM, Everywhere, Failed, Passed, Ref, Verdict, check
from cloudsoc.model.criterion import C1_1, C1_2, CC2_1, CC3_3, CC6_1, CC6_3, CC6_6, CC7_2, PI1_5


@check(
    direct=(CC6_1, CC6_6),
    supporting=(C1_1,),
    severity=CRITICAL,
    refs=(
        "SecurityHub:CloudTrail.6",
        "Config:cloudtrail-s3-bucket-public-access-prohibited",
        "Prowler:cloudtrail_logs_s3_bucket_is_not_publicly_accessible",
        "Steampipe:cloudtrail_bucket_not_public",
    ),
)
def bucket_not_public(trail: Trail, access: Annotated[BucketAccess, Ref("s3_bucket_name")]) -> Verdict:
    """The bucket with trail logs is not public.

    Why: the logs are a map of the account: who may do what, from where, and what was noticed.

    Fix: ``aws s3api put-public-access-block --bucket {trail.s3_bucket_name} --public-access-block-configuration
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true``.

    Terraform: ``aws_s3_bucket_public_access_block``.
    """
    if openings := access.openings or (*access.to_read(), *access.to_write()):
        return Failed(f"bucket {trail.s3_bucket_name}: {'; '.join(dict.fromkeys(map(str, openings)))}")
    return Passed(f"bucket {trail.s3_bucket_name}: {'; '.join(access.closed) or 'nothing is granted to the public'}")


@check(
    direct=(CC6_1, CC7_2),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        "SecurityHub:CloudTrail.7",
        "Config:cloudtrail-s3-bucket-access-logging",
        "CIS:3.0:3.4",
        "CIS:5.0:3.4",
        "CIS:6.0:4.4",
        "CIS:7.0:4.4",
        "Prowler:cloudtrail_logs_s3_bucket_access_logging_enabled",
        "Steampipe:cloudtrail_s3_logging_enabled",
    ),
)
def bucket_access_logging_enabled(trail: Trail, logging: Annotated[BucketLogging, Ref("s3_bucket_name")]) -> Verdict:
    """Access to the bucket with trail logs is itself logged.

    Why: who read or deleted the record is the last question of an investigation, and the record itself cannot answer it.

    Fix: ``aws s3api put-bucket-logging --bucket {trail.s3_bucket_name} --bucket-logging-status file://logging.json`` with another bucket as target.

    Terraform: ``aws_s3_bucket_logging``.
    """
    if logging.logging_enabled is None:
        return Failed(f"requests to bucket {trail.s3_bucket_name} are not logged")
    target = logging.logging_enabled.target_bucket
    if target == trail.s3_bucket_name:
        return Failed(f"requests to bucket {target} are logged into itself: who can delete the record can delete that")
    return Passed(f"requests to bucket {trail.s3_bucket_name} are logged to bucket {target}")


@check(
    direct=(CC6_1, PI1_5),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:cloudtrail_bucket_requires_mfa_delete", "Steampipe:cloudtrail_trail_bucket_mfa_enabled"),
)
def bucket_requires_mfa_delete(
    trail: Trail,
    versioning: Annotated[BucketVersioning, Ref("s3_bucket_name")],
    lock: Annotated[BucketObjectLock | None, Ref("s3_bucket_name")],
) -> Verdict:
    """Deleting trail logs for good takes a second factor, or is not possible at all.

    Why: one stolen session of an administrator is otherwise enough to take the record away.

    Fix: ``aws s3api put-bucket-versioning --bucket {trail.s3_bucket_name} --versioning-configuration Status=Enabled,MFADelete=Enabled --mfa "SERIAL CODE"``, as
    the root user; a lock in compliance mode does better.

    Terraform: ``aws_s3_bucket_versioning.versioning_configuration.mfa_delete``.
    """
    if versioning.status == "Enabled" and versioning.mfa_delete == "Enabled":
        return Passed(f"bucket {trail.s3_bucket_name} asks for a second factor")
    mode, days = _lock(lock)
    if mode == "COMPLIANCE" and days >= LEAST_DAYS:
        return Passed(f"bucket {trail.s3_bucket_name} lets nobody delete for {days} days")
    return Failed(f"bucket {trail.s3_bucket_name} asks for no second factor and has no lock in compliance mode for {LEAST_DAYS} days")


def _lock(lock: BucketObjectLock | None) -> tuple[str, int]:
    """The mode of the lock that new objects get, and for how many days; none: nothing and 0."""
    if lock is None or lock.object_lock_enabled != "Enabled" or lock.rule is None or lock.rule.default_retention is None:
        return "", 0
    kept = lock.rule.default_retention
    return kept.mode or "", (kept.days or 0) + 365 * (kept.years or 0)


@check(direct=(CC7_2, PI1_5), supporting=(CC6_1,), severity=MEDIUM)
def bucket_locks_log_objects(trail: Trail, lock: Annotated[BucketObjectLock | None, Ref("s3_bucket_name")], *, min_lock_days: int = 180) -> Verdict:
    """Trail logs can be neither overwritten nor deleted for a time.

    Why: digests show that logs are gone, a lock keeps them from going.

    Fix: ``aws s3api put-object-lock-configuration --bucket {trail.s3_bucket_name} --object-lock-configuration
    '{{"ObjectLockEnabled":"Enabled","Rule":{{"DefaultRetention":{{"Mode":"COMPLIANCE","Days":365}}}}}}'``, on a bucket with versions.

    Terraform: ``aws_s3_bucket_object_lock_configuration``.
    """
    mode, days = _lock(lock)
    if lock is None or lock.object_lock_enabled != "Enabled":
        return Failed(f"bucket {trail.s3_bucket_name} locks nothing")
    if not days:
        return Failed(f"bucket {trail.s3_bucket_name} can lock objects but does so only for whoever asks, and CloudTrail does not")
    if days < min_lock_days:
        return Failed(f"bucket {trail.s3_bucket_name} locks new objects for {days} days, fewer than {min_lock_days}")
    if mode != "COMPLIANCE":
        return Failed(f"bucket {trail.s3_bucket_name} locks new objects for {days} days in {mode} mode, which some may bypass", severity=LOW)
    return Passed(f"bucket {trail.s3_bucket_name} locks new objects for {days} days in compliance mode")


@check(direct=(CC7_2, C1_2), supporting=(CC2_1,), severity=MEDIUM)
def bucket_retains_logs_for_audit_period(trail: Trail, lifecycle: Annotated[BucketLifecycle | None, Ref("s3_bucket_name")], *, min_days: int = 365) -> Verdict:
    """Trail logs are kept at least as long as the audit period.

    Why: what the auditor draws a sample from must still be there; intrusions are often found after many months.

    Fix: ``aws s3api get-bucket-lifecycle-configuration --bucket {trail.s3_bucket_name}`` shows the rules; give those that touch AWSLogs/ an expiration of 365
    days or more with ``put-bucket-lifecycle-configuration``.

    Terraform: ``aws_s3_bucket_lifecycle_configuration.rule.expiration``.
    """
    prefix = f"{trail.s3_key_prefix}/AWSLogs/" if trail.s3_key_prefix else "AWSLogs/"
    days, limit = days_kept(lifecycle, prefix), days_asked_for(min_days)
    if days is None:
        return Passed(f"bucket {trail.s3_bucket_name} deletes nothing below {prefix}")
    if not days:
        return Failed(f"bucket {trail.s3_bucket_name} deletes what stands below {prefix} at a date that is set, whatever its age")
    said = f"bucket {trail.s3_bucket_name} deletes what stands below {prefix} after {days} days"
    return Passed(said) if days >= limit else Failed(f"{said}, before {limit} days are over")


@check(direct=(CC7_2,), supporting=(CC3_3, CC6_3), severity=LOW, profile=EXTENDED)
def logs_stored_in_separate_account(trail: Trail, status: TrailStatus, buckets: Everywhere[Bucket]) -> Verdict:
    """Trail logs live in an account whose administrators are not those who are logged.

    Why: who administers an account can delete what its own buckets hold, the record of his deeds included.

    Fix: ``aws cloudtrail update-trail --region {trail.home_region} --name {trail.arn} --s3-bucket-name BUCKET`` with a bucket of an account for logs alone.

    Terraform: ``aws_cloudtrail.s3_bucket_name``.
    """
    if any(bucket.name == trail.s3_bucket_name for bucket in buckets):
        return Failed(f"bucket {trail.s3_bucket_name} is in the trail's own account")
    if error := status.latest_delivery_error:
        return Failed(f"bucket {trail.s3_bucket_name} is none of this account's, and cannot be written to: {error}")
    if status.latest_delivery_time is None:
        return Failed(f"bucket {trail.s3_bucket_name} is none of this account's, and nothing was ever delivered to it")
    return Passed(f"bucket {trail.s3_bucket_name}, which takes the deliveries, is none of this account's {len(buckets)}")
