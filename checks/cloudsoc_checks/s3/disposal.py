"""Data goes when its time is over, and logs stay until then."""

from __future__ import annotations

from collections.abc import Mapping

from cloudsoc.aws.s3 import Bucket, BucketLifecycle, BucketTagging, BucketVersioning
from cloudsoc.graphs.bucket_disposal import days_to_disposal, days_to_expiry, days_to_last_version, enabled, holds_versions, keeps_some_versions
from cloudsoc.graphs.bucket_logs import LogTargets
from cloudsoc.graphs.retention import days_asked_for, days_kept
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import C1_1, C1_2, CC2_1, CC6_5, CC7_2, P4_2, P4_3
from cloudsoc_checks.s3.tags import ClassificationTag

NO_LIMITS: Mapping[str, int] = {}


@check(
    direct=(C1_2, P4_2),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        "SecurityHub:S3.13",
        "Config:s3-lifecycle-policy-check",
        "Prowler:s3_bucket_lifecycle_enabled",
        "Steampipe:s3_bucket_lifecycle_policy_enabled",
    ),
)
def bucket_lifecycle_configured(bucket: Bucket, lifecycle: BucketLifecycle | None) -> Verdict:
    """Buckets have a lifecycle rule in force.

    Why: without one nothing ever goes by itself, and data outlives the reason for which it was collected.

    Fix: ``aws s3api put-bucket-lifecycle-configuration --bucket {bucket.name} --lifecycle-configuration file://lifecycle.json``

    Terraform: ``aws_s3_bucket_lifecycle_configuration.rule``.
    """
    if rules := enabled(lifecycle):
        return Passed(f"{len(rules)} rules in force: {', '.join(rule.id or 'without a name' for rule in rules[:5])}")
    return Failed("all lifecycle rules are disabled" if lifecycle and lifecycle.rules else "there is no lifecycle rule")


@check(
    direct=(C1_1, C1_2, P4_3),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        "SecurityHub:S3.10",
        "Config:s3-version-lifecycle-policy-check",
        "Steampipe:s3_bucket_versioning_and_lifecycle_policy_enabled",
    ),
)
def versioned_bucket_expires_old_versions(
    bucket: Bucket, versioning: BucketVersioning, lifecycle: BucketLifecycle | None, *, max_noncurrent_days: int = 365
) -> Verdict:
    """Buckets with versions remove old ones after a set time.

    Why: with versions, what was deleted is still there; without a rule that removes old versions it is there for ever.

    Fix: ``aws s3api put-bucket-lifecycle-configuration --bucket {bucket.name} --lifecycle-configuration file://lifecycle.json`` with a rule for all objects and
    ``NoncurrentVersionExpiration``, ``NoncurrentDays``.

    Terraform: ``aws_s3_bucket_lifecycle_configuration.rule.noncurrent_version_expiration``.
    """
    if not holds_versions(versioning):
        return NotApplicable("it never had versions")
    days = days_to_last_version(lifecycle)
    if days is not None:
        told = f"old versions go after {days} days"
        return Passed(told) if days <= max_noncurrent_days else Failed(f"{told}, more than {max_noncurrent_days}")
    if keeps_some_versions(enabled(lifecycle)):
        return Failed("the newest old versions of each object stay for ever")
    partly = any(rule.noncurrent_version_expiration for rule in enabled(lifecycle))
    return Failed("only some objects lose their old versions" if partly else "old versions stay for ever")


@check(direct=(C1_2, P4_2, P4_3), supporting=(CC6_5,), severity=MEDIUM)
def confidential_bucket_disposes_on_schedule(
    bucket: Bucket,
    tagging: BucketTagging | None,
    lifecycle: BucketLifecycle | None,
    versioning: BucketVersioning,
    *,
    classification_tag: ClassificationTag = "DataClassification",
    values: tuple[str, ...] = ("confidential", "personal"),
    max_days_by_value: Mapping[str, int] = NO_LIMITS,
) -> Verdict:
    """Buckets with confidential or personal data let it go in time.

    Why: confidential data is to be disposed of when its time is over, and personal data must be; a rule does it, a good intention does not. In a bucket with
    versions an expired object is only hidden until its old versions go as well.

    Fix: ``aws s3api put-bucket-lifecycle-configuration --bucket {bucket.name} --lifecycle-configuration file://lifecycle.json`` with a rule for all objects:
    ``Expiration``, ``Days``, and for a bucket with versions ``NoncurrentVersionExpiration``, ``NoncurrentDays``.

    Terraform: ``aws_s3_bucket_lifecycle_configuration.rule.expiration``, ``...rule.noncurrent_version_expiration``.
    """
    value = tagging.value(classification_tag) if tagging else None
    if value is None:
        return NotApplicable(f"it has no tag {classification_tag}")
    if value.lower() not in {one.lower() for one in values}:
        return NotApplicable(f"its data is {value}")
    days = days_to_disposal(lifecycle, versioning)
    if days is None:
        return Failed("objects expire, but their old versions stay" if days_to_expiry(lifecycle) is not None else "no rule lets all objects go after some days")
    limit = {key.lower(): most for key, most in max_days_by_value.items()}.get(value.lower())
    if limit is not None and days > limit:
        return Failed(f"{value} data goes after {days} days, more than {limit}")
    return Passed(f"{value} data goes after {days} days" + ("" if limit is not None else "; no limit is declared for it"))


@check(direct=(CC7_2, C1_2), supporting=(CC2_1,), severity=MEDIUM)
def log_bucket_retains_logs_for_audit_period(bucket: Bucket, targets: LogTargets, lifecycle: BucketLifecycle | None, *, min_days: int = 365) -> Verdict:
    """Buckets that receive logs keep them for the period of an audit.

    Why: a log that went before the auditor asked, or before the intrusion was noticed, might as well not have been written.

    Fix: ``aws s3api put-bucket-lifecycle-configuration --bucket {bucket.name} --lifecycle-configuration file://lifecycle.json`` with a later expiration.

    Terraform: ``aws_s3_bucket_lifecycle_configuration.rule.expiration``.
    """
    limit = days_asked_for(min_days)
    received = targets.of(bucket)
    if not received:
        targets.complete(bucket)
        return NotApplicable("no log of a bucket, load balancer, distribution or network goes to it")
    for target in received:
        days = days_kept(lifecycle, target.prefix)
        if days is not None and days < limit:
            return Failed(f"the log of {target.source} goes " + (f"after {days} days, before {limit}" if days else "at a date that is set, whatever its age"))
    shortest = days_kept(lifecycle, "")
    if shortest is not None and shortest < limit:
        targets.complete(bucket)  # what goes early may be the log of something that was not read
    kept = "for ever" if shortest is None else f"{limit} days at least"
    return Passed(f"logs are kept {kept}: of {', '.join(sorted({one.source for one in received})[:5])}")
