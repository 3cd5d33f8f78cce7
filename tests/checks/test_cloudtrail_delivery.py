"""Whether the record arrives, and event data stores: CloudTrail checks on hand-made facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cloudsoc.aws.cloudtrail import EventDataStore
from cloudsoc.model import LOW
from cloudsoc_checks.cloudtrail.delivery import delivery_is_healthy, log_file_validation_enabled, logs_encrypted_with_kms, streams_to_cloudwatch_logs
from cloudsoc_checks.cloudtrail.stores import event_data_store_protected
from tests.checks.table import UNREAD, but, given, table
from tests.checks.test_cloudtrail import OFF, ON, TRAIL
from tests.checks.test_kms import KEY

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
JUST, LONG_AGO = AT - timedelta(hours=24), AT - timedelta(hours=24, seconds=1)

test_log_file_validation_enabled = table(
    log_file_validation_enabled,
    passed={
        "written": given(TRAIL, but(ON, latest_digest_delivery_time=AT), says="2026-06-01 12:00 UTC"),
        "on, none written yet": (TRAIL, ON),
    },
    failed={
        "off": given(but(TRAIL, log_file_validation_enabled=False), ON, says="no digests"),
        "off, whatever the status": (but(TRAIL, log_file_validation_enabled=False), UNREAD),
        "on, but not written": given(TRAIL, but(ON, latest_digest_delivery_error="AccessDenied"), says="AccessDenied"),
    },
    not_assessed={"status unread": (TRAIL, UNREAD)},
)

test_logs_encrypted_with_kms = table(
    logs_encrypted_with_kms,
    passed={"a key of the customer": given(but(TRAIL, kms_key_id=KEY.arn), KEY, says=KEY.key_id)},
    failed={
        "no key": given(TRAIL, None, says="names no KMS key"),
        "AWS's key": given(but(TRAIL, kms_key_id=KEY.arn), but(KEY, key_manager="AWS"), says="managed by AWS"),
        "a key that is going": given(but(TRAIL, kms_key_id=KEY.arn), but(KEY, key_state="PendingDeletion"), says="PendingDeletion"),
    },
    not_assessed={"the key is another account's, which is not in the inventory": (but(TRAIL, kms_key_id=KEY.arn), UNREAD)},
)

STREAMED = but(TRAIL, cloud_watch_logs_log_group_arn="arn:aws:logs:eu-west-1:111122223333:log-group:trail/logs:*")
WRITTEN = but(ON, latest_cloud_watch_logs_delivery_time=JUST)

test_streams_to_cloudwatch_logs = table(
    streams_to_cloudwatch_logs,
    passed={
        "just now": given(STREAMED, WRITTEN, AT, says="log group trail/logs on 2026-05-31 12:00 UTC"),
        "CT-1: into another account's log group": (
            but(STREAMED, cloud_watch_logs_log_group_arn="arn:aws:logs:eu-west-1:999988887777:log-group:o:*"),
            WRITTEN,
            AT,
        ),
        "long ago, where that is enough": given(STREAMED, but(ON, latest_cloud_watch_logs_delivery_time=LONG_AGO), AT, max_delivery_age_hours=25),
    },
    failed={
        "to no log group": given(TRAIL, WRITTEN, AT, says="no log group"),
        "to no log group, whatever the status": (TRAIL, UNREAD, AT),
        "stopped": given(STREAMED, but(WRITTEN, is_logging=False), AT, says="stopped"),
        "an error": given(STREAMED, but(WRITTEN, latest_cloud_watch_logs_delivery_error="ResourceNotFoundException"), AT, says="ResourceNotFoundException"),
        "long ago": given(STREAMED, but(ON, latest_cloud_watch_logs_delivery_time=LONG_AGO), AT, says="more than 24 hours"),
        "never": given(STREAMED, ON, AT, says="nothing was ever delivered"),
        "started long ago": given(STREAMED, but(ON, start_logging_time=LONG_AGO), AT, says="nothing was ever delivered"),
        "just started": given(STREAMED, but(ON, start_logging_time=JUST), AT, says="yet", severity=LOW),
    },
    not_assessed={"status unread": (STREAMED, UNREAD, AT)},
)

HEALTHY = but(ON, latest_delivery_time=JUST)
NO_DIGESTS = but(TRAIL, log_file_validation_enabled=False)

test_delivery_is_healthy = table(
    delivery_is_healthy,
    passed={
        "just now": given(TRAIL, HEALTHY, AT, says="bucket logs on 2026-05-31 12:00 UTC"),
        "an error without a text is none": (TRAIL, but(HEALTHY, latest_delivery_error="", latest_digest_delivery_error=""), AT),
        "an old error of digests that are off": (NO_DIGESTS, but(HEALTHY, latest_digest_delivery_error="AccessDenied"), AT),
    },
    failed={
        "logging, and unable to write": given(TRAIL, but(HEALTHY, latest_delivery_error="NoSuchBucket"), AT, says="bucket logs: NoSuchBucket"),
        "digests cannot be written": given(TRAIL, but(HEALTHY, latest_digest_delivery_error="AccessDenied"), AT, says="digests to bucket logs: AccessDenied"),
        "silent": given(TRAIL, but(ON, latest_delivery_time=LONG_AGO), AT, says="more than 24 hours"),
        "silent for less than a day, where that is too long": given(TRAIL, HEALTHY, AT, max_delivery_age_hours=23, says="more than 23 hours"),
        "never": given(TRAIL, ON, AT, says="nothing was ever delivered"),
        "just started": given(TRAIL, but(ON, start_logging_time=JUST), AT, says="yet", severity=LOW),
    },
    not_applicable={"stopped": given(TRAIL, but(OFF, latest_delivery_error="NoSuchBucket"), AT, says="stopped")},
    not_assessed={"status unread": (TRAIL, UNREAD, AT)},
)

STORE = EventDataStore(
    arn="arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/1",
    region="eu-west-1",
    name="lake",
    status="ENABLED",
    retention_period=365,
    termination_protection_enabled=True,
    multi_region_enabled=True,
    kms_key_id=KEY.arn,
)

test_event_data_store_protected = table(
    event_data_store_protected,
    passed={
        "all of it": given(STORE, KEY, says="all regions for 365 days"),
        "of one region": given(but(STORE, multi_region_enabled=False), KEY, says="one region"),
        "shorter, where that is enough": given(but(STORE, retention_period=364), KEY, min_days=364),
    },
    failed={
        "no key": given(but(STORE, kms_key_id=None), None, says="no key of its own"),
        "AWS's key": given(STORE, but(KEY, key_manager="AWS"), says="AWS managed"),
        "a key that is off": given(STORE, but(KEY, key_state="Disabled"), says="Disabled"),
        "short": given(but(STORE, retention_period=364), KEY, says="364 days, fewer than 365"),
        "short, and not protected": given(but(STORE, retention_period=7, termination_protection_enabled=False), KEY, says="deleted; it keeps events for 7"),
        "not protected": given(but(STORE, termination_protection_enabled=False), KEY, says="can be deleted"),
        "nobody can agree to less than half a year": given(but(STORE, retention_period=179), KEY, min_days=90, says="fewer than 180"),
        "short, and its key unread": given(but(STORE, retention_period=7), UNREAD, says="7 days"),
        "being deleted": given(but(STORE, status="PENDING_DELETION"), KEY, says="being deleted"),
    },
    not_assessed={"the key is another account's, which is not in the inventory": (STORE, UNREAD)},
)
