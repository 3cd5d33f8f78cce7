"""The buckets of trails: CloudTrail checks on hand-made facts."""

from __future__ import annotations

from datetime import UTC, datetime

from cloudsoc.aws.s3 import (
    Bucket,
    BucketLifecycle,
    BucketLogging,
    BucketObjectLock,
    BucketVersioning,
    DefaultRetention,
    LifecycleExpiration,
    LifecycleRule,
    LifecycleRuleFilter,
    LoggingEnabled,
    NoncurrentVersionExpiration,
    ObjectLockRule,
)
from cloudsoc.graphs.bucket_access import BucketAccess, Doubt, Opening
from cloudsoc.model import LOW, Everywhere
from cloudsoc_checks.cloudtrail.buckets import (
    bucket_access_logging_enabled,
    bucket_locks_log_objects,
    bucket_not_public,
    bucket_requires_mfa_delete,
    bucket_retains_logs_for_audit_period,
    logs_stored_in_separate_account,
)
from tests.checks.table import UNREAD, but, given, table
from tests.checks.test_cloudtrail import ON, TRAIL

ELSEWHERE = {"CT-4: the bucket is in an account that is not in the inventory": (TRAIL, UNREAD)}
READABLE = Opening("everyone", ("s3:GetObject",), "the bucket policy, statement 0")
WRITABLE = Opening("everyone", ("s3:PutObject",), "the bucket policy, statement 1")

test_bucket_not_public = table(
    bucket_not_public,
    passed={
        "nothing is granted": given(TRAIL, BucketAccess(), says="bucket logs: nothing is granted"),
        "blocked twice": given(TRAIL, BucketAccess(closed=("one", "two")), says="one; two"),
        "blocked, told by what": given(TRAIL, BucketAccess(closed=("the account has public ACLs ignored",)), says="the account has public ACLs ignored"),
    },
    failed={
        "readable": given(TRAIL, BucketAccess(openings=(READABLE,)), says="everyone may s3:GetObject"),
        "writable": given(TRAIL, BucketAccess(openings=(WRITABLE,)), says="everyone may s3:PutObject"),
        "readable and writable": given(TRAIL, BucketAccess(openings=(READABLE, WRITABLE)), says="statement 0; everyone may s3:PutObject"),
        "writable, whatever else there might be": given(TRAIL, BucketAccess((WRITABLE,), (Doubt((UNREAD,)),)), says="s3:PutObject"),
    },
    not_assessed={
        **ELSEWHERE,
        "something that could open it was not read": (TRAIL, BucketAccess(doubts=(Doubt((UNREAD,)),))),
        "something that might let write": (TRAIL, BucketAccess(doubts=(Doubt((UNREAD,), WRITABLE),))),
    },
)


def logged_to(bucket: str) -> BucketLogging:
    return BucketLogging(logging_enabled=LoggingEnabled(target_bucket=bucket, target_prefix=""))


test_bucket_access_logging_enabled = table(
    bucket_access_logging_enabled,
    passed={"CT-4: logged elsewhere": given(TRAIL, logged_to("access-logs"), says="to bucket access-logs")},
    failed={
        "not logged": given(TRAIL, BucketLogging(), says="are not logged"),
        "into itself": given(TRAIL, logged_to("logs"), says="into itself"),
    },
    not_assessed=ELSEWHERE,
)


def lock(mode: str | None = "COMPLIANCE", *, days: int | None = None, years: int | None = None, enabled: str | None = "Enabled") -> BucketObjectLock:
    return BucketObjectLock(object_lock_enabled=enabled, rule=ObjectLockRule(default_retention=DefaultRetention(mode=mode, days=days, years=years)))


VERSIONS = BucketVersioning(status="Enabled")
BY_REQUEST = BucketObjectLock(object_lock_enabled="Enabled")

test_bucket_requires_mfa_delete = table(
    bucket_requires_mfa_delete,
    passed={
        "a second factor": given(TRAIL, but(VERSIONS, mfa_delete="Enabled"), None, says="second factor"),
        "a second factor, whatever the lock": (TRAIL, but(VERSIONS, mfa_delete="Enabled"), UNREAD),
        "a lock that nobody opens": given(TRAIL, VERSIONS, lock(days=180), says="for 180 days"),
    },
    failed={
        "neither": given(TRAIL, VERSIONS, None, says="no second factor"),
        "a second factor for versions that are not kept": (TRAIL, but(VERSIONS, status="Suspended", mfa_delete="Enabled"), None),
        "switched off": (TRAIL, but(VERSIONS, mfa_delete="Disabled"), None),
        "a lock that some may open": (TRAIL, VERSIONS, lock("GOVERNANCE", days=999)),
        "a lock on request": (TRAIL, VERSIONS, BY_REQUEST),
        "a lock for no time": (TRAIL, VERSIONS, lock()),
        "a lock for less than an audit looks back": (TRAIL, VERSIONS, lock(days=179)),
        "a lock that is off": (TRAIL, VERSIONS, lock(days=999, enabled=None)),
    },
    not_assessed={
        "CT-4: the bucket is in an account that is not in the inventory": (TRAIL, UNREAD, UNREAD),
        "no second factor, and the lock unread": (TRAIL, VERSIONS, UNREAD),
    },
)

test_bucket_locks_log_objects = table(
    bucket_locks_log_objects,
    passed={
        "half a year": given(TRAIL, lock(days=180), says="180 days in compliance mode"),
        "a year": given(TRAIL, lock(years=1), says="365 days"),
        "shorter, where that is enough": given(TRAIL, lock(days=30), min_lock_days=30),
    },
    failed={
        "no lock": given(TRAIL, None, says="locks nothing"),
        "off": given(TRAIL, lock(days=180, enabled=None), says="locks nothing"),
        "on request": given(TRAIL, BY_REQUEST, says="CloudTrail does not"),
        "a rule without a time": given(TRAIL, but(BY_REQUEST, rule=ObjectLockRule()), says="CloudTrail does not"),
        "short": given(TRAIL, lock(days=179), says="179 days, fewer than 180"),
        "that some may open": given(TRAIL, lock("GOVERNANCE", days=400), says="GOVERNANCE mode", severity=LOW),
    },
    not_assessed=ELSEWHERE,
)


def expires(days: int | None, prefix: str = "", **more: object) -> LifecycleRule:
    return LifecycleRule(
        status="Enabled",
        filter=LifecycleRuleFilter(prefix=prefix),
        expiration=LifecycleExpiration(days=days, **more),  # type: ignore[arg-type]
    )


def rules(*several: LifecycleRule) -> BucketLifecycle:
    return BucketLifecycle(rules=several)


OLD_VERSIONS = LifecycleRule(status="Enabled", filter=LifecycleRuleFilter(), noncurrent_version_expiration=NoncurrentVersionExpiration(noncurrent_days=30))

test_bucket_retains_logs_for_audit_period = table(
    bucket_retains_logs_for_audit_period,
    passed={
        "no rule at all": given(TRAIL, None, says="deletes nothing below AWSLogs/"),
        "a year": given(TRAIL, rules(expires(365)), says="after 365 days"),
        "a rule for something else": (TRAIL, rules(expires(7, "tmp/"))),
        "a rule that is off": (TRAIL, rules(but(expires(7), status="Disabled"))),
        "old versions alone, which no log has": (TRAIL, rules(OLD_VERSIONS)),
        "another prefix than the trail's": (but(TRAIL, s3_key_prefix="audit"), rules(expires(7, "AWSLogs/"))),
        "shorter, where that is enough": given(TRAIL, rules(expires(200)), min_days=200),
    },
    failed={
        "short": given(TRAIL, rules(expires(364)), says="after 364 days, before 365"),
        "short for a part of the logs": (TRAIL, rules(expires(400), expires(90, "AWSLogs/111122223333/CloudTrail/eu-west-1/"))),
        "below the trail's own prefix": given(but(TRAIL, s3_key_prefix="audit"), rules(expires(90, "audit/")), says="below audit/AWSLogs/"),
        "by a date": given(TRAIL, rules(expires(None, date=datetime(2027, 1, 1, tzinfo=UTC))), says="at a date that is set, whatever its age"),
        "below the floor, whatever is set": given(TRAIL, rules(expires(179)), min_days=30, says="before 180"),
    },
    not_assessed=ELSEWHERE,
)

OTHER = Bucket(arn="arn:aws:s3:::files", region="eu-west-1", name="files")
OWN = but(OTHER, arn="arn:aws:s3:::logs", name="logs")
DELIVERED = but(ON, latest_delivery_time=datetime(2026, 6, 1, tzinfo=UTC))

test_logs_stored_in_separate_account = table(
    logs_stored_in_separate_account,
    passed={
        "none of its own": given(TRAIL, DELIVERED, Everywhere([OTHER]), says="none of this account's 1"),
        "it has none at all": (TRAIL, DELIVERED, Everywhere[Bucket]()),
    },
    failed={
        "its own": given(TRAIL, DELIVERED, Everywhere([OTHER, OWN]), says="own account"),
        "its own, whatever was not read": given(TRAIL, UNREAD, Everywhere([OWN], [UNREAD]), says="own account"),
        "one that is not there any more": given(TRAIL, but(DELIVERED, latest_delivery_error="NoSuchBucket"), Everywhere([OTHER]), says="NoSuchBucket"),
        "one that nothing has reached": given(TRAIL, ON, Everywhere([OTHER]), says="nothing was ever delivered"),
    },
    not_assessed={"buckets unread": (TRAIL, DELIVERED, Everywhere([OTHER], [UNREAD])), "status unread": (TRAIL, UNREAD, Everywhere([OTHER]))},
)
