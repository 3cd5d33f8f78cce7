"""What was overwritten, deleted or lost with a region can be brought back, and what must not change does not."""

from __future__ import annotations

from cloudsoc.aws.s3 import Bucket, BucketObjectLock, BucketReplication, BucketTagging, BucketVersioning, ReplicationRule
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Every, Failed, Incomplete, Passed, Unread, Verdict, check
from cloudsoc.model.criterion import A1_2, C1_1, CC6_1, CC7_4, CC7_5, CC9_1, PI1_5
from cloudsoc_checks.s3.tags import not_meant


@check(
    direct=(A1_2,),
    supporting=(CC7_4, CC7_5, PI1_5),
    severity=MEDIUM,
    refs=(
        "SecurityHub:S3.14",
        "Config:s3-bucket-versioning-enabled",
        "Prowler:s3_bucket_object_versioning",
        "Steampipe:s3_bucket_versioning_enabled",
    ),
)
def bucket_versioning_enabled(bucket: Bucket, versioning: BucketVersioning) -> Verdict:
    """Buckets keep old versions of what is overwritten or deleted.

    Why: without versions one wrong command, or one intruder, takes the data away for good.

    Fix: ``aws s3api put-bucket-versioning --bucket {bucket.name} --versioning-configuration Status=Enabled``, with a lifecycle rule that removes old versions.

    Terraform: ``aws_s3_bucket_versioning.versioning_configuration.status``.
    """
    if versioning.status == "Enabled":
        return Passed("versioning is on")
    return Failed("versioning is suspended: what is overwritten now is lost" if versioning.status == "Suspended" else "versioning was never on")


@check(
    direct=(CC6_1,),
    supporting=(A1_2, PI1_5),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        "SecurityHub:S3.20",
        "Config:s3-bucket-mfa-delete-enabled",
        "CIS:3.0:2.1.2",
        "CIS:5.0:2.1.2",
        "CIS:6.0:3.1.2",
        "CIS:7.0:3.1.2",
        "Prowler:s3_bucket_no_mfa_delete",
        "Steampipe:s3_bucket_mfa_delete_enabled",
    ),
)
def bucket_requires_mfa_delete(bucket: Bucket, versioning: BucketVersioning) -> Verdict:
    """Buckets ask for a second factor before a version is deleted for good.

    Why: a stolen key alone cannot destroy old versions then. Only the root user can set it, and lifecycle rules are ruled out; Object Lock often serves better.

    Fix: as root, ``aws s3api put-bucket-versioning --bucket {bucket.name} --versioning-configuration Status=Enabled,MFADelete=Enabled --mfa "SERIAL CODE"``

    Terraform: ``aws_s3_bucket_versioning.versioning_configuration.mfa_delete``.
    """
    if versioning.status != "Enabled":
        return Failed("versioning is not on: whatever is deleted is deleted for good")
    return Passed("deletion for good needs a second factor") if versioning.mfa_delete == "Enabled" else Failed("MFA delete is off")


@check(
    direct=(PI1_5,),
    supporting=(CC6_1, A1_2, C1_1),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        "SecurityHub:S3.15",
        "Config:s3-bucket-default-lock-enabled",
        "Prowler:s3_bucket_object_lock",
        "Steampipe:s3_bucket_object_lock_enabled",
    ),
)
def bucket_object_lock_enabled(
    bucket: Bucket, lock: BucketObjectLock | None, tagging: BucketTagging | None, *, applies_to_tag: str = "DataClassification=regulated,audit-log"
) -> Verdict:
    """Buckets with records that must not change lock new objects.

    Why: a lock holds against administrators too; a record that somebody could have changed proves little.

    Fix: ``aws s3api put-object-lock-configuration --bucket {bucket.name} --object-lock-configuration
    ObjectLockEnabled=Enabled,Rule={{DefaultRetention={{Mode=COMPLIANCE,Days=365}}}}``

    Terraform: ``aws_s3_bucket_object_lock_configuration.rule.default_retention``.
    """
    if other := not_meant(tagging, applies_to_tag):
        return other
    if lock is None or lock.object_lock_enabled != "Enabled":
        return Failed("Object Lock is off")
    retention = lock.rule.default_retention if lock.rule else None
    if retention is None or not (retention.days or retention.years):
        return Failed("Object Lock is on, but new objects are not locked unless their writer says so")
    held = f"{retention.years} years" if retention.years else f"{retention.days} days"
    unless = "" if retention.mode == "COMPLIANCE" else "; whoever may bypass governance can lift it"
    return Passed(f"new objects are locked for {held}, mode {(retention.mode or 'unknown').lower()}{unless}")


@check(
    direct=(A1_2,),
    supporting=(CC7_4, CC7_5, CC9_1),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        "SecurityHub:S3.7",
        "Config:s3-bucket-cross-region-replication-enabled",
        "Config:s3-bucket-replication-enabled",
        "Prowler:s3_bucket_cross_region_replication",
        "Steampipe:s3_bucket_cross_region_replication_enabled",
    ),
)
def bucket_replicates_to_other_region(
    bucket: Bucket, replication: BucketReplication | None, tagging: BucketTagging | None, buckets: Every[Bucket], *, applies_to_tag: str = "Tier=critical"
) -> Verdict:
    """Buckets that the service stands on are replicated to another region.

    Why: S3 keeps an object in one region; what must survive the loss of that has to be in a second one.

    Fix: ``aws s3api put-bucket-replication --bucket {bucket.name} --replication-configuration file://replication.json`` with an enabled rule for the whole
    bucket whose destination lies in another region. Both buckets need versioning.

    Terraform: ``aws_s3_bucket_replication_configuration.rule``.
    """
    if other := not_meant(tagging, applies_to_tag):
        return other
    rules = [rule for rule in replication.rules if rule.status == "Enabled"] if replication else []
    if not rules:
        return Failed("no rule of replication is enabled" if replication else "it is not replicated")
    regions = {one.name: one.region for one in buckets.known}
    far = [rule for rule in rules if regions.get(_name(rule), bucket.region) != bucket.region]
    if whole := [rule for rule in far if rule.whole_bucket]:
        return Passed(", ".join(f"replicated to {_name(rule)} in {regions[_name(rule)]}" for rule in whole))
    if elsewhere := [rule for rule in rules if rule.whole_bucket and _name(rule) not in regions]:
        raise Incomplete(*(_unknown(rule, bucket, buckets) for rule in elsewhere))
    if far:
        return Failed("only a part of it is replicated to another region")
    if elsewhere := [rule for rule in rules if _name(rule) not in regions]:
        return Failed(f"at most a part of it is replicated to another region: {', '.join(map(_name, elsewhere))}")
    return Failed(f"its copies stay in {bucket.region}: {', '.join(map(_name, rules))}")


def _name(rule: ReplicationRule) -> str:
    return rule.destination_bucket.rpartition(":")[2]


def _unknown(rule: ReplicationRule, bucket: Bucket, buckets: Every[Bucket]) -> Unread:
    """Why it is not known where a destination lies."""
    if buckets.unread and not rule.destination_account:
        return buckets.unread[0]
    where = f"account {rule.destination_account}" if rule.destination_account else "another account, or nowhere"
    return Unread("s3:ListBuckets", f"where the destination {_name(rule)} lies is not known: it is in {where}", bucket.region, rule.destination_account or "")
