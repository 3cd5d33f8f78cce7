"""S3 checks on hand-made facts: how data is kept, recovered and let go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cloudsoc.aws.kms import Key
from cloudsoc.aws.s3 import (
    BlockedEncryptionTypes,
    Bucket,
    BucketEncryption,
    BucketLifecycle,
    BucketObjectLock,
    BucketReplication,
    BucketTagging,
    BucketVersioning,
    DefaultRetention,
    LifecycleExpiration,
    LifecycleRule,
    LifecycleRuleAndOperator,
    LifecycleRuleFilter,
    NoncurrentVersionExpiration,
    ObjectLockRule,
    ReplicationRule,
    ServerSideEncryptionByDefault,
    ServerSideEncryptionRule,
    Tag,
)
from cloudsoc.graphs.bucket_logs import LogTarget, LogTargets
from cloudsoc.model import Every, Unread
from cloudsoc_checks.s3.disposal import (
    bucket_lifecycle_configured,
    confidential_bucket_disposes_on_schedule,
    log_bucket_retains_logs_for_audit_period,
    versioned_bucket_expires_old_versions,
)
from cloudsoc_checks.s3.encryption import bucket_encrypted_by_default, bucket_encrypted_with_kms
from cloudsoc_checks.s3.recovery import bucket_object_lock_enabled, bucket_replicates_to_other_region, bucket_requires_mfa_delete, bucket_versioning_enabled
from cloudsoc_checks.s3.tags import bucket_has_classification_tag
from tests.checks.s3_facts import BUCKET, OTHER, OWN, tagged
from tests.checks.table import UNREAD, but, given, table

# -- encryption --------------------------------------------------------------------------------------------------------

KEY_ARN = f"arn:aws:kms:eu-west-1:{OWN}:key/1"


def key(manager: str, arn: str = KEY_ARN) -> Key:
    return Key(
        arn=arn,
        region="eu-west-1",
        key_id=arn.rpartition("/")[2],
        key_manager=manager,
        key_spec="SYMMETRIC_DEFAULT",
        key_state="Enabled",
        origin="AWS_KMS",
        creation_date=datetime(2025, 1, 1, tzinfo=UTC),
    )


def encrypted(algorithm: str, named: str | None = None, *, bucket_key: bool | None = None, blocked: tuple[str, ...] | None = None) -> BucketEncryption:
    default = ServerSideEncryptionByDefault(sse_algorithm=algorithm, kms_master_key_id=named)
    closed = None if blocked is None else BlockedEncryptionTypes(encryption_type=blocked)
    rule = ServerSideEncryptionRule(apply_server_side_encryption_by_default=default, bucket_key_enabled=bucket_key, blocked_encryption_types=closed)
    return BucketEncryption(rules=(rule,))


NO_RULE = BucketEncryption(rules=(ServerSideEncryptionRule(bucket_key_enabled=False),))

test_bucket_encrypted_by_default = table(
    bucket_encrypted_by_default,
    passed={
        # S3-10: what AWS does by itself is no failure
        "S3-10: with S3's own keys": given(BUCKET, encrypted("AES256"), says="by default AES256"),
        "S3-10: what can be told beside it": given(
            BUCKET,
            encrypted("aws:kms", KEY_ARN, bucket_key=True, blocked=("SSE-C",)),
            says=f"by default aws:kms with {KEY_ARN}, a bucket key; not allowed: SSE-C",
        ),
        "two ways are blocked": (BUCKET, encrypted("AES256", blocked=("SSE-C", "SSE-KMS"))),
        "nothing is blocked": (BUCKET, encrypted("AES256", blocked=("NONE",))),
    },
    failed={"AWS names none": given(BUCKET, None, says="no default"), "a rule without a default": (BUCKET, NO_RULE)},
    not_assessed={"denied": (BUCKET, UNREAD)},
)

NO_KEYS: Every[Key] = Every([], [UNREAD])
ALIAS = f"arn:aws:kms:eu-west-1:{OWN}:alias"

test_bucket_encrypted_with_kms = table(
    bucket_encrypted_with_kms,
    passed={
        "a key by its ARN": given(BUCKET, encrypted("aws:kms", KEY_ARN), NO_KEYS, says=KEY_ARN),
        "the key that AWS manages": given(BUCKET, encrypted("aws:kms"), NO_KEYS, says="the key that AWS manages"),
        "twice": (BUCKET, encrypted("aws:kms:dsse"), NO_KEYS),
        "after a rule without a default": (BUCKET, BucketEncryption(rules=(*NO_RULE.rules, *encrypted("aws:kms").rules)), NO_KEYS),
        "a key of the customer's, asked for": given(BUCKET, encrypted("aws:kms", KEY_ARN), Every([key("CUSTOMER")]), require_customer_key=True),
        "by its id": given(BUCKET, encrypted("aws:kms", "1"), Every([key("CUSTOMER")]), require_customer_key=True),
        "an alias of the customer's": given(BUCKET, encrypted("aws:kms", f"{ALIAS}/photos"), NO_KEYS, require_customer_key=True),
        "by the alias alone": given(BUCKET, encrypted("aws:kms", "alias/photos"), NO_KEYS, require_customer_key=True),
        "a key of another account": given(BUCKET, encrypted("aws:kms", f"arn:aws:kms:eu-west-1:{OTHER}:key/9"), Every([key("AWS")]), require_customer_key=True),
    },
    failed={
        "S3's own keys": given(BUCKET, encrypted("AES256"), NO_KEYS, says="AES256"),
        "AWS names none": given(BUCKET, None, NO_KEYS, says="no default"),
        "a rule without a default": (BUCKET, NO_RULE, NO_KEYS),
        "the key that AWS manages, and a customer's is asked for": given(BUCKET, encrypted("aws:kms"), NO_KEYS, require_customer_key=True, says="AWS manages"),
        "its alias": given(BUCKET, encrypted("aws:kms", f"{ALIAS}/aws/s3"), NO_KEYS, require_customer_key=True),
        "its ARN": given(BUCKET, encrypted("aws:kms", KEY_ARN), Every([key("AWS")]), require_customer_key=True),
    },
    not_assessed={
        "denied": (BUCKET, UNREAD, NO_KEYS),
        "a customer's key is asked for, and the keys are not known": given(BUCKET, encrypted("aws:kms", KEY_ARN), NO_KEYS, require_customer_key=True),
        "the key is not to be found": given(BUCKET, encrypted("aws:kms", KEY_ARN), Every([key("AWS", f"{KEY_ARN}2")]), require_customer_key=True),
    },
)

# -- versions, locks, copies -------------------------------------------------------------------------------------------

ON, SUSPENDED, NEVER = BucketVersioning(status="Enabled"), BucketVersioning(status="Suspended"), BucketVersioning()

test_bucket_versioning_enabled = table(
    bucket_versioning_enabled,
    passed={"on": (BUCKET, ON)},
    failed={"suspended": given(BUCKET, SUSPENDED, says="suspended"), "never": given(BUCKET, NEVER, says="never")},
    not_assessed={"denied": (BUCKET, UNREAD)},
)

test_bucket_requires_mfa_delete = table(
    bucket_requires_mfa_delete,
    passed={"on": (BUCKET, but(ON, mfa_delete="Enabled"))},
    failed={
        "off": given(BUCKET, but(ON, mfa_delete="Disabled"), says="MFA delete is off"),
        "not said": (BUCKET, ON),
        "no versions": given(BUCKET, but(SUSPENDED, mfa_delete="Enabled"), says="versioning is not on"),
    },
    not_assessed={"denied": (BUCKET, UNREAD)},
)


def lock(mode: str | None = "COMPLIANCE", *, days: int | None = None, years: int | None = None) -> BucketObjectLock:
    return BucketObjectLock(object_lock_enabled="Enabled", rule=ObjectLockRule(default_retention=DefaultRetention(mode=mode, days=days, years=years)))


RECORDS = tagged(DataClassification="Audit-Log")

test_bucket_object_lock_enabled = table(
    bucket_object_lock_enabled,
    passed={
        "for days": given(BUCKET, lock(days=400), RECORDS, says="400 days, mode compliance"),
        "for years": given(BUCKET, lock(years=7), tagged(DataClassification="regulated"), says="7 years"),
        "in a mode that is not told": given(BUCKET, lock(None, days=1), RECORDS, says="mode unknown; whoever"),
        "governance": given(BUCKET, lock("GOVERNANCE", days=1), RECORDS, says="whoever may bypass governance"),
        "all buckets are meant": given(BUCKET, lock(days=1), UNREAD, applies_to_tag="any"),
    },
    failed={
        "off": given(BUCKET, None, RECORDS, says="off"),
        "said to be off": (BUCKET, BucketObjectLock(), RECORDS),
        "on, without a default": given(BUCKET, BucketObjectLock(object_lock_enabled="Enabled"), RECORDS, says="unless their writer"),
        "on, with an empty rule": (BUCKET, BucketObjectLock(object_lock_enabled="Enabled", rule=ObjectLockRule()), RECORDS),
        "on, for no time": (BUCKET, lock(), RECORDS),
    },
    not_applicable={
        "other data": given(BUCKET, None, tagged(DataClassification="public"), says="DataClassification=public"),
        "no such tag": given(BUCKET, UNREAD, tagged(Owner="me"), says="has no such tag"),
        "no tags": (BUCKET, None, None),
    },
    not_assessed={"the lock denied": (BUCKET, UNREAD, RECORDS), "the tags denied": (BUCKET, None, UNREAD)},
)

COPIES = Bucket(arn="arn:aws:s3:::copies", region="us-east-1", name="copies")
NEAR = Bucket(arn="arn:aws:s3:::near", region="eu-west-1", name="near")
ALL_BUCKETS = Every([BUCKET, COPIES, NEAR])
CRITICAL = tagged(Tier="critical")


def rule(name: str = "copies", *, status: str = "Enabled", account: str | None = None, whole: bool = True) -> ReplicationRule:
    return ReplicationRule(status=status, destination_bucket=f"arn:aws:s3:::{name}", destination_account=account, whole_bucket=whole)


def copied(*rules: ReplicationRule) -> BucketReplication:
    return BucketReplication(rules=rules)


test_bucket_replicates_to_other_region = table(
    bucket_replicates_to_other_region,
    passed={
        "the whole bucket": given(BUCKET, copied(rule()), CRITICAL, ALL_BUCKETS, says="replicated to copies in us-east-1"),
        "to two other regions": given(
            BUCKET,
            copied(rule(), rule("far")),
            CRITICAL,
            Every([*ALL_BUCKETS, but(COPIES, name="far", region="us-west-2")]),
            says="us-east-1, replicated to far",
        ),
        "one rule of several": (BUCKET, copied(rule("near"), rule(whole=False), rule()), CRITICAL, ALL_BUCKETS),
        "though other buckets are not known": (BUCKET, copied(rule("elsewhere"), rule()), CRITICAL, Every([COPIES], [UNREAD])),
        "all buckets are meant": given(BUCKET, copied(rule()), UNREAD, ALL_BUCKETS, applies_to_tag="any"),
        "any value of the tag": given(BUCKET, copied(rule()), tagged(Tier="minor"), ALL_BUCKETS, applies_to_tag="Tier"),
    },
    failed={
        "not at all": given(BUCKET, None, CRITICAL, ALL_BUCKETS, says="not replicated"),
        "disabled": given(BUCKET, copied(rule(status="Disabled")), CRITICAL, ALL_BUCKETS, says="no rule of replication is enabled"),
        "to the same region": given(BUCKET, copied(rule("near")), CRITICAL, ALL_BUCKETS, says="stay in eu-west-1: near"),
        "twice to the same region": given(BUCKET, copied(rule("near"), rule("near")), CRITICAL, ALL_BUCKETS, says="eu-west-1: near, near"),
        "two parts, to who knows where": given(
            BUCKET, copied(rule("a", whole=False), rule("b", whole=False)), CRITICAL, Every([], [UNREAD]), says="region: a, b"
        ),
        "a part": given(BUCKET, copied(rule(whole=False)), CRITICAL, ALL_BUCKETS, says="only a part"),
        "a part, to who knows where": given(BUCKET, copied(rule("elsewhere", whole=False)), CRITICAL, Every([], [UNREAD]), says="at most a part"),
    },
    not_applicable={
        "not critical": given(BUCKET, None, tagged(Tier="minor"), ALL_BUCKETS, says="Tier=minor"),
        "untagged": (BUCKET, UNREAD, None, ALL_BUCKETS),
    },
    not_assessed={
        "denied": (BUCKET, UNREAD, CRITICAL, ALL_BUCKETS),
        "the tags denied": (BUCKET, None, UNREAD, ALL_BUCKETS),
        "to another account": given(BUCKET, copied(rule("theirs", account=OTHER)), CRITICAL, ALL_BUCKETS, says=f"account {OTHER}"),
        "to a bucket that is not there": given(BUCKET, copied(rule("gone")), CRITICAL, ALL_BUCKETS, says="another account, or nowhere"),
        "the buckets are not known": given(BUCKET, copied(rule()), CRITICAL, Every([], [UNREAD]), says="test:Withheld"),
    },
)

# -- disposal and retention --------------------------------------------------------------------------------------------


def life(*rules: LifecycleRule) -> BucketLifecycle:
    return BucketLifecycle(rules=rules)


def goes(days: int | None = None, *, old: int | None = None, newer: int | None = None, status: str = "Enabled", **narrow: Any) -> LifecycleRule:
    """A rule; ``old``: after how many days old versions go, ``newer``: how many of them stay."""
    return LifecycleRule(
        status=status,
        id="r",
        prefix=narrow.pop("own_prefix", None),
        filter=LifecycleRuleFilter(**narrow) if narrow else None,
        expiration=LifecycleExpiration(days=days) if days is not None else None,
        noncurrent_version_expiration=NoncurrentVersionExpiration(noncurrent_days=old, newer_noncurrent_versions=newer) if old is not None else None,
    )


A_TAG = Tag(key="k", value="v")
NARROW: dict[str, dict[str, Any]] = {
    "by prefix": {"prefix": "tmp/"},
    "by the older form of a prefix": {"own_prefix": "tmp/"},
    "by a tag": {"tag": A_TAG},
    "by size": {"object_size_greater_than": 0},
    "by size, upwards": {"object_size_less_than": 100},
    "by a prefix among others": {"and_": LifecycleRuleAndOperator(prefix="tmp/")},
    "by tags": {"and_": LifecycleRuleAndOperator(tags=(A_TAG,))},
    "by sizes": {"and_": LifecycleRuleAndOperator(object_size_greater_than=0)},
    "by sizes, upwards": {"and_": LifecycleRuleAndOperator(object_size_less_than=9)},
}
ALL_OBJECTS: dict[str, dict[str, Any]] = {
    "without a filter": {},
    "with an empty prefix": {"prefix": ""},
    "with an empty older form of a prefix": {"own_prefix": ""},
    "with an empty filter of several": {"and_": LifecycleRuleAndOperator()},
}

test_bucket_lifecycle_configured = table(
    bucket_lifecycle_configured,
    passed={
        "a rule": given(BUCKET, life(goes(30)), says="1 rules in force: r"),
        "six, of which five are named": given(
            BUCKET, life(*(but(goes(30), id=f"r{number}") for number in range(6))), says="6 rules in force: r0, r1, r2, r3, r4"
        ),
        "one without a name": given(BUCKET, life(but(goes(30), id=None)), says="without a name"),
    },
    failed={
        "none": given(BUCKET, None, says="no lifecycle rule"),
        "disabled": given(BUCKET, life(goes(30, status="Disabled")), says="disabled"),
        "an empty lifecycle": given(BUCKET, life(), says="no lifecycle rule"),
    },
    not_assessed={"denied": (BUCKET, UNREAD)},
)

test_versioned_bucket_expires_old_versions = table(
    versioned_bucket_expires_old_versions,
    passed={
        **{f"all objects {name}": given(BUCKET, ON, life(goes(old=30, **narrow)), says="after 30 days") for name, narrow in ALL_OBJECTS.items()},
        "as late as allowed": (BUCKET, SUSPENDED, life(goes(old=365))),
        "the earliest counts": given(BUCKET, ON, life(goes(old=900), goes(old=30)), says="30"),
        "another rule keeps some": (BUCKET, ON, life(goes(old=30, newer=3), goes(old=90))),
    },
    failed={
        **{f"some objects {name}": given(BUCKET, ON, life(goes(old=30, **narrow)), says="only some objects") for name, narrow in NARROW.items()},
        "no rule": given(BUCKET, ON, None, says="stay for ever"),
        "no rule for them": given(BUCKET, ON, life(goes(30)), says="old versions stay for ever"),
        "disabled": (BUCKET, ON, life(goes(old=30, status="Disabled"))),
        "too late": given(BUCKET, SUSPENDED, life(goes(old=366)), says="366 days, more than 365"),
        "later than asked": given(BUCKET, ON, life(goes(old=60)), max_noncurrent_days=30),
        "the newest stay": given(BUCKET, ON, life(goes(old=30, newer=3)), says="newest old versions"),
    },
    not_applicable={"never versioned": (BUCKET, NEVER, UNREAD)},
    not_assessed={"versioning denied": (BUCKET, UNREAD, None), "lifecycle denied": (BUCKET, ON, UNREAD)},
)

SECRET = tagged(DataClassification="Confidential")
LIMITS = {"confidential": 400, "personal": 90}

test_confidential_bucket_disposes_on_schedule = table(
    confidential_bucket_disposes_on_schedule,
    passed={
        "without versions": given(BUCKET, SECRET, life(goes(365)), NEVER, says="after 365 days; no limit is declared"),
        "within the limit": given(BUCKET, SECRET, life(goes(400)), NEVER, max_days_by_value=LIMITS, says="after 400 days"),
        "a limit for other data": given(BUCKET, SECRET, life(goes(900)), NEVER, max_days_by_value={"personal": 90}, says="no limit"),
        "with versions, that go as well": given(BUCKET, SECRET, life(goes(300, old=30)), ON, says="after 330 days"),
        "by two rules": given(BUCKET, SECRET, life(goes(300), goes(old=30)), SUSPENDED, says="after 330 days"),
        "another tag": given(BUCKET, tagged(Class="secret"), life(goes(1)), NEVER, classification_tag="Class", values=("secret",)),
    },
    failed={
        "no rule": given(BUCKET, SECRET, None, NEVER, says="no rule"),
        "disabled": (BUCKET, SECRET, life(goes(30, status="Disabled")), NEVER),
        **{f"some objects {name}": (BUCKET, SECRET, life(goes(30, **narrow)), NEVER) for name, narrow in NARROW.items()},
        "old versions stay": given(BUCKET, SECRET, life(goes(30)), ON, says="old versions stay"),
        "old versions stay from before": given(BUCKET, SECRET, life(goes(30)), SUSPENDED, says="old versions stay"),
        "some of them": given(BUCKET, SECRET, life(goes(30, old=3, newer=1)), ON, says="old versions stay"),
        "only old versions go": given(BUCKET, SECRET, life(goes(old=30)), ON, says="no rule"),
        "too late": given(BUCKET, SECRET, life(goes(401)), NEVER, max_days_by_value=LIMITS, says="401 days, more than 400"),
        "too late with its versions": given(BUCKET, SECRET, life(goes(390, old=11)), ON, max_days_by_value=LIMITS, says="401 days"),
        "at a date": (BUCKET, SECRET, life(LifecycleRule(status="Enabled", expiration=LifecycleExpiration(date=datetime(2030, 1, 1, tzinfo=UTC)))), NEVER),
    },
    not_applicable={
        "other data": given(BUCKET, tagged(DataClassification="public"), UNREAD, UNREAD, says="its data is public"),
        "no such tag": given(BUCKET, tagged(Owner="me"), UNREAD, UNREAD, says="no tag DataClassification"),
        "no tags": (BUCKET, None, UNREAD, UNREAD),
    },
    not_assessed={
        "the tags denied": (BUCKET, UNREAD, life(goes(30)), NEVER),
        "the lifecycle denied": (BUCKET, SECRET, UNREAD, NEVER),
        "versioning denied": (BUCKET, SECRET, life(goes(30)), UNREAD),
    },
)

LOG = LogTarget("photos", "web/", "load balancer front")
RECEIVES = LogTargets((LOG, LogTarget("other", "", "bucket x")))
SOMETHING = LogTargets((LOG,), near=(Unread("elb:DescribeLoadBalancers", "AccessDenied", "eu-west-1", OWN),))

test_log_bucket_retains_logs_for_audit_period = table(
    log_bucket_retains_logs_for_audit_period,
    passed={
        "nothing goes": given(BUCKET, RECEIVES, None, says="for ever: of load balancer front"),
        "late enough": given(BUCKET, RECEIVES, life(goes(365)), says="365 days at least"),
        "what goes early is not the log": (BUCKET, RECEIVES, life(goes(7, prefix="tmp/"))),
        "old versions go": (BUCKET, RECEIVES, life(goes(old=7))),
        "as long as asked": given(BUCKET, RECEIVES, life(goes(180)), min_days=180),
        "other sources are not known, and nothing goes": (BUCKET, SOMETHING, None),
        "other sources are not known, and all is kept for as long as asked": (BUCKET, SOMETHING, life(goes(365))),
        "six sources, of which five are named": given(
            BUCKET, LogTargets(tuple(LogTarget("photos", "", f"bucket {number}") for number in range(6))), None, says="bucket 3, bucket 4"
        ),
    },
    failed={
        "too early": given(BUCKET, RECEIVES, life(goes(364)), says="load balancer front goes after 364 days, before 365"),
        "the log itself": (BUCKET, RECEIVES, life(goes(30, prefix="web/"))),
        "a part of the log": (BUCKET, RECEIVES, life(goes(30, prefix="web/AWSLogs/"))),
        "below what any setting may say": given(BUCKET, RECEIVES, life(goes(179)), min_days=30, says="before 180"),
        "at a date": given(
            BUCKET,
            RECEIVES,
            life(LifecycleRule(status="Enabled", expiration=LifecycleExpiration(date=datetime(2030, 1, 1, tzinfo=UTC)))),
            says="at a date that is set",
        ),
        "too early, though other sources are not known": (BUCKET, SOMETHING, life(goes(30))),
    },
    not_applicable={
        "no log": given(BUCKET, LogTargets((LogTarget("other", "", "bucket x"),)), UNREAD, says="no log"),
        "no log, and the gap is far away": (BUCKET, LogTargets((), near=(Unread("elb:DescribeLoadBalancers", "AccessDenied", "us-east-1"),)), None),
    },
    not_assessed={
        "the lifecycle denied": (BUCKET, RECEIVES, UNREAD),
        "the sources denied": (BUCKET, UNREAD, None),
        "a source near by was not read": (BUCKET, LogTargets((), near=(Unread("elb:DescribeLoadBalancers", "AccessDenied", "eu-west-1"),)), None),
        "a source of no region was not read": (BUCKET, LogTargets((), near=(Unread("elb:DescribeLoadBalancers", "AccessDenied"),)), None),
        "a source that writes anywhere was not read": (BUCKET, LogTargets((), far=(Unread("ec2:DescribeFlowLogs", "AccessDenied", "us-east-1"),)), None),
        "what goes early might be another log": (BUCKET, SOMETHING, life(goes(7, prefix="tmp/"))),
    },
)

LABELS: BucketTagging = tagged(DataClassification="public", Owner="platform", Environment="production")

test_bucket_has_classification_tag = table(
    bucket_has_classification_tag,
    passed={
        "all": given(BUCKET, LABELS, says="DataClassification=public, Owner=platform, Environment=production"),
        "those that are asked for": given(BUCKET, tagged(Team="a"), tag_keys=("Team",)),
    },
    failed={
        "none": given(BUCKET, None, says="not tagged with DataClassification, Owner, Environment"),
        "one missing": given(BUCKET, tagged(DataClassification="public", Owner="platform"), says="not tagged with Environment"),
        "an empty one": given(BUCKET, tagged(DataClassification="public", Owner=" ", Environment="x"), says="Owner"),
    },
    not_assessed={"denied": (BUCKET, UNREAD)},
)
