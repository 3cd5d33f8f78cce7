"""KMS checks on hand-made facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cloudsoc.aws.kms import (
    Key,
    KeyLastUsage,
    KeyReach,
    KeyRotation,
    KeyTags,
    LastUsage,
    MultiRegionConfiguration,
    MultiRegionKey,
    aws_can_rotate,
    customer_managed,
)
from cloudsoc_checks.kms.keys import (
    imported_key_material_not_expiring,
    key_has_classification_tag,
    key_in_use,
    key_not_pending_deletion,
    key_rotation_enabled,
    key_stays_single_region,
)
from tests.checks.table import UNREAD, but, given, table

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)

KEY = Key(
    arn="arn:aws:kms:eu-west-1:111122223333:key/1",
    region="eu-west-1",
    key_id="1",
    key_manager="CUSTOMER",
    key_spec="SYMMETRIC_DEFAULT",
    key_state="Enabled",
    origin="AWS_KMS",
    creation_date=AT - timedelta(days=800),
)
AWS_MANAGED = but(KEY, key_manager="AWS")
DOOMED = but(KEY, key_state="PendingDeletion", deletion_date=datetime(2026, 12, 1, tzinfo=UTC))
ON = KeyRotation(key_rotation_enabled=True, rotation_period_in_days=365)
OFF = KeyRotation(key_rotation_enabled=False)

test_key_rotation_enabled = table(
    key_rotation_enabled,
    passed={
        "rotating": (KEY, ON),
        "the default period": (KEY, but(ON, rotation_period_in_days=None)),
        "as often as asked": given(KEY, but(ON, rotation_period_in_days=90), max_rotation_days=90),
    },
    failed={"not rotating": (KEY, OFF), "too seldom": given(KEY, but(ON, rotation_period_in_days=730), says="730")},
    not_applicable={
        # KMS-3: rotation reads false while a key waits for its deletion
        "pending deletion": (but(KEY, key_state="PendingDeletion"), OFF),
        # KMS-1, KMS-2, KMS-4: by spec, origin and manager, never by AWS's error
        "AWS managed": given(KEY, aws_can_rotate(AWS_MANAGED), says="AWS managed"),
        "asymmetric": given(KEY, aws_can_rotate(but(KEY, key_spec="RSA_2048")), says="RSA_2048"),
        "HMAC": given(KEY, aws_can_rotate(but(KEY, key_spec="HMAC_256")), says="HMAC_256"),
        "imported material": given(KEY, aws_can_rotate(but(KEY, origin="EXTERNAL")), says="EXTERNAL"),
        "custom key store": given(KEY, aws_can_rotate(but(KEY, origin="AWS_CLOUDHSM")), says="AWS_CLOUDHSM"),
        "external key store": given(KEY, aws_can_rotate(but(KEY, origin="EXTERNAL_KEY_STORE")), says="EXTERNAL_KEY_STORE"),
    },
    not_assessed={"KMS-2: rotation denied": (KEY, UNREAD), "the key itself unread": (UNREAD, ON)},
)

test_key_not_pending_deletion = table(
    key_not_pending_deletion,
    passed={"enabled": (KEY,), "disabled": (but(KEY, key_state="Disabled"),)},
    failed={
        "scheduled": given(DOOMED, says="2026-12-01"),
        "waiting for its replicas": (but(KEY, key_state="PendingReplicaDeletion"),),
    },
    not_applicable={"KMS-4: AWS managed": (AWS_MANAGED,)},
    not_assessed={"unread": (UNREAD,)},
)

LONG_AGO = AT - timedelta(days=1000)
USED = KeyLastUsage(key_last_usage=LastUsage(operation="Decrypt", timestamp=AT - timedelta(days=3)), tracking_start_date=LONG_AGO)
UNUSED = KeyLastUsage(key_last_usage=LastUsage(), tracking_start_date=LONG_AGO)
NEW = but(KEY, creation_date=AT - timedelta(days=2))

test_key_in_use = table(
    key_in_use,
    passed={
        "used": given(KEY, USED, AT, says="3 days ago"),
        "on the last day": (KEY, but(USED, key_last_usage=LastUsage(operation="Sign", timestamp=AT - timedelta(days=365))), AT),
        "new, not used yet": given(NEW, but(UNUSED, tracking_start_date=NEW.creation_date), AT, says="never used in 2 days"),
    },
    failed={
        "disabled": given(but(KEY, key_state="Disabled"), UNREAD, AT, says="Disabled"),
        "used long ago": given(KEY, but(USED, key_last_usage=LastUsage(operation="Sign", timestamp=AT - timedelta(days=366))), AT, says="366 days ago"),
        "used before the limit": given(KEY, USED, AT, max_unused_days=2, says="the limit is 2"),
        "never used": given(KEY, UNUSED, AT, says="never used in 800 days"),
        "AWS says nothing of use": (KEY, but(UNUSED, key_last_usage=None), AT),
        "AWS has looked for a day longer than the limit": (KEY, but(UNUSED, tracking_start_date=AT - timedelta(days=366)), AT),
        "not used for as long as AWS looks": (KEY, but(UNUSED, tracking_start_date=AT - timedelta(days=400)), AT),
    },
    not_applicable={
        "KMS-4: AWS managed": (AWS_MANAGED, customer_managed(AWS_MANAGED), AT),
        "KMS-3: pending deletion": given(DOOMED, USED, AT, says="PendingDeletion"),
    },
    not_assessed={
        "use unread": (KEY, UNREAD, AT),
        "AWS has looked for as long as the limit is, to the day": (KEY, but(UNUSED, tracking_start_date=AT - timedelta(days=365)), AT),
        "AWS has looked for a month only": given(KEY, but(UNUSED, tracking_start_date=AT - timedelta(days=30)), AT, says="2026-10-26"),
    },
)

WIDE = but(KEY, key_id="mrk-1", arn=KEY.arn.replace("key/", "key/mrk-"))
REACH = KeyReach(
    multi_region_configuration=MultiRegionConfiguration(
        multi_region_key_type="PRIMARY",
        primary_key=MultiRegionKey(arn=WIDE.arn, region="eu-west-1"),
        replica_keys=(MultiRegionKey(arn=WIDE.arn.replace("eu-west-1", "us-east-1"), region="us-east-1"),),
    ),
)

test_key_stays_single_region = table(
    key_stays_single_region,
    passed={
        "regional": (KEY, KeyReach()),
        "approved": given(WIDE, REACH, approved_multi_region_keys=("mrk-1",), says="approved"),
        "approved by ARN": given(WIDE, REACH, approved_multi_region_keys=("arn:aws:kms:*:111122223333:key/mrk-1",)),
    },
    failed={
        "multi-region": given(WIDE, REACH, says="eu-west-1, us-east-1"),
        "without word of where": given(WIDE, KeyReach(), says="eu-west-1"),
        "another is approved": given(WIDE, REACH, approved_multi_region_keys=("mrk-11",)),
    },
    not_applicable={"AWS managed": (AWS_MANAGED, REACH)},
    not_assessed={"the key unread": (UNREAD, REACH), "its reach unread": (WIDE, UNREAD)},
)

IMPORTED = but(KEY, origin="EXTERNAL", expiration_model="KEY_MATERIAL_EXPIRES", valid_to=AT + timedelta(days=30))

test_imported_key_material_not_expiring = table(
    imported_key_material_not_expiring,
    passed={
        "in time": given(IMPORTED, AT, says="in 30 days"),
        "for ever": given(but(IMPORTED, expiration_model="KEY_MATERIAL_DOES_NOT_EXPIRE", valid_to=None), AT, says="does not expire"),
        "sooner, where that is enough": given(but(IMPORTED, valid_to=AT + timedelta(days=8)), AT, min_days_left=7),
    },
    failed={
        "soon": given(but(IMPORTED, valid_to=AT + timedelta(days=29)), AT, says="in 29 days"),
        "run out": given(but(IMPORTED, key_state="PendingImport", valid_to=None), AT, says="no key material"),
    },
    not_applicable={
        "AWS's own material": given(KEY, AT, says="AWS_KMS"),
        "pending deletion": given(but(IMPORTED, key_state="PendingDeletion"), AT, says="PendingDeletion"),
    },
    not_assessed={"unread": (UNREAD, AT)},
)

test_key_has_classification_tag = table(
    key_has_classification_tag,
    passed={
        "tagged": given(KEY, KeyTags(tags={"DataClassification": "secret", "owner": "a"}), says="DataClassification = secret"),
        "by the names that are set": given(KEY, KeyTags(tags={"level": "1"}), tag_keys=("level",)),
        "by two names": given(KEY, KeyTags(tags={"b": "2", "a": "1"}), tag_keys=("a", "b"), says="a = 1, b = 2"),
    },
    failed={
        "no tag": given(KEY, KeyTags(tags={}), says="DataClassification"),
        "another spelling is another tag": (KEY, KeyTags(tags={"dataclassification": "secret"})),
        "an empty value says nothing": (KEY, KeyTags(tags={"DataClassification": " "})),
        "one of two": given(KEY, KeyTags(tags={"a": "1"}), tag_keys=("a", "b"), says="no tag b"),
        "neither of two": given(KEY, KeyTags(tags={}), tag_keys=("a", "b"), says="no tag a, b"),
    },
    not_applicable={"AWS managed": (AWS_MANAGED, customer_managed(AWS_MANAGED)), "pending deletion": (DOOMED, KeyTags(tags={}))},
    not_assessed={"unread": (KEY, UNREAD)},
)
