"""KMS checks on hand-made facts."""

from __future__ import annotations

from datetime import UTC, datetime

from cloudsoc.aws.kms import Key, KeyRotation, aws_can_rotate
from cloudsoc_checks.kms import key_not_pending_deletion, key_rotation_enabled
from tests.checks.table import UNREAD, but, given, table

KEY = Key(
    arn="arn:aws:kms:eu-west-1:111122223333:key/1",
    region="eu-west-1",
    key_id="1",
    key_manager="CUSTOMER",
    key_spec="SYMMETRIC_DEFAULT",
    key_state="Enabled",
    origin="AWS_KMS",
)
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
        "AWS managed": given(KEY, aws_can_rotate(but(KEY, key_manager="AWS")), says="AWS managed"),
        "asymmetric": given(KEY, aws_can_rotate(but(KEY, key_spec="RSA_2048")), says="RSA_2048"),
        "imported material": given(KEY, aws_can_rotate(but(KEY, origin="EXTERNAL")), says="EXTERNAL"),
    },
    not_assessed={"KMS-2: rotation denied": (KEY, UNREAD), "the key itself unread": (UNREAD, ON)},
)

SOON = datetime(2026, 12, 1, tzinfo=UTC)

test_key_not_pending_deletion = table(
    key_not_pending_deletion,
    passed={"enabled": (KEY,), "disabled": (but(KEY, key_state="Disabled"),)},
    failed={
        "scheduled": given(but(KEY, key_state="PendingDeletion", deletion_date=SOON), says="2026-12-01"),
        "waiting for its replicas": (but(KEY, key_state="PendingReplicaDeletion"),),
    },
    not_applicable={"AWS managed": (but(KEY, key_manager="AWS"),)},
    not_assessed={"unread": (UNREAD,)},
)
