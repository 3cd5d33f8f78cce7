"""What becomes of what AWS Config records, on hand-made facts."""

from __future__ import annotations

from datetime import UTC, datetime

from cloudsoc.aws.config import DeliveryChannel, DeliveryChannelStatus, ExportDelivery, Recorder, RecorderStatus, RetentionConfiguration, StreamDelivery
from cloudsoc.aws.config_history import SampledHistory
from cloudsoc.aws.s3 import BucketEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionRule
from cloudsoc.graphs.bucket_access import BucketAccess, Doubt
from cloudsoc.model import LOW, Its
from cloudsoc_checks.config.delivery import (
    delivery_bucket_protected,
    history_retained_for_audit_period,
    recorder_delivers_successfully,
    resource_history_available,
)
from tests.checks.table import UNREAD, but, given, table
from tests.checks.test_cloudtrail import REGION
from tests.checks.test_cloudtrail_buckets import READABLE, WRITABLE
from tests.checks.test_config import GOOD, RECORDER

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
CHANNEL = DeliveryChannel(arn="111122223333/eu-west-1/delivery-channel/default", region="eu-west-1", name="default", s3_bucket_name="history")
SUCCESS = ExportDelivery(last_status="SUCCESS", last_successful_time=AT)
FAILURE = ExportDelivery(last_status="FAILURE", last_error_code="AccessDenied")
DELIVERED = DeliveryChannelStatus(config_history_delivery_info=SUCCESS)
RECORDERS = Its([(RECORDER, GOOD)])
NO_RECORDER = Its[tuple[Recorder, RecorderStatus]]()


def channel(status: DeliveryChannelStatus) -> Its[tuple[DeliveryChannel, DeliveryChannelStatus]]:
    return Its([(CHANNEL, status)])


test_recorder_delivers_successfully = table(
    recorder_delivers_successfully,
    passed={
        "history": given(REGION, RECORDERS, channel(DELIVERED), says="bucket history, last on 2026-06-01 12:00 UTC"),
        "history, by a recorder that tells no status": (REGION, Its([(RECORDER, but(GOOD, last_status=None))]), channel(DELIVERED)),
        "everything, in AWS's other spelling": (
            REGION,
            RECORDERS,
            channel(
                DeliveryChannelStatus(
                    config_history_delivery_info=ExportDelivery(last_status="Success"),
                    config_snapshot_delivery_info=ExportDelivery(last_status="Not_Applicable"),
                    config_stream_delivery_info=StreamDelivery(last_status="Success"),
                )
            ),
        ),
    },
    failed={
        "CFG-3: no channel": given(REGION, RECORDERS, Its[tuple[DeliveryChannel, DeliveryChannelStatus]](), says="no delivery channel"),
        "CFG-3: the recorder cannot write": given(REGION, Its([(RECORDER, but(GOOD, last_status="FAILURE", last_error_code="NoSuchBucket"))]), channel(DELIVERED), says="NoSuchBucket"),
        "the recorder and the messages, nobody knows why": given(REGION, Its([(RECORDER, but(GOOD, last_status="FAILURE"))]), channel(but(DELIVERED, config_stream_delivery_info=StreamDelivery(last_status="FAILURE"))), says="default: it fails; messages: it fails"),
        "the history": given(REGION, RECORDERS, channel(but(DELIVERED, config_history_delivery_info=FAILURE)), says="history: AccessDenied"),
        "the snapshots": given(REGION, RECORDERS, channel(but(DELIVERED, config_snapshot_delivery_info=but(FAILURE, last_error_code=None))), says="snapshots: it fails"),
        "the messages": given(REGION, RECORDERS, channel(but(DELIVERED, config_stream_delivery_info=StreamDelivery(last_status="FAILURE"))), says="messages: it fails"),
        "a failure, whatever was not read": given(REGION, Its([(RECORDER, GOOD)], [UNREAD]), channel(but(DELIVERED, config_history_delivery_info=FAILURE)), says="AccessDenied"),
        "nothing yet": given(REGION, RECORDERS, channel(DeliveryChannelStatus()), says="yet", severity=LOW),
        "a history without a word": given(REGION, RECORDERS, channel(DeliveryChannelStatus(config_history_delivery_info=ExportDelivery())), severity=LOW),
    },
    not_applicable={
        "no recorder": (REGION, NO_RECORDER, channel(DELIVERED)),
        "a stopped one, whatever it once delivered": given(REGION, Its([(RECORDER, but(GOOD, recording=False))]), channel(DELIVERED), says="stopped"),
    },
    not_assessed={
        "recorders unread": (REGION, Its((), [UNREAD]), channel(DELIVERED)),
        "one of them unread": (REGION, Its([(RECORDER, GOOD)], [UNREAD]), channel(DELIVERED)),
        "channels unread": (REGION, RECORDERS, Its((), [UNREAD])),
    },
)  # fmt: skip


def encrypted(algorithm: str) -> BucketEncryption:
    return BucketEncryption(rules=(ServerSideEncryptionRule(apply_server_side_encryption_by_default=ServerSideEncryptionByDefault(sse_algorithm=algorithm)),))


S3S_OWN = encrypted("AES256")

test_delivery_bucket_protected = table(
    delivery_bucket_protected,
    passed={
        "S3's own encryption": given(CHANNEL, BucketAccess(), S3S_OWN, says="encrypted (AES256); nothing is granted"),
        "a key": given(CHANNEL, BucketAccess(closed=("ACLs are disabled",)), encrypted("aws:kms"), says="(aws:kms); ACLs are disabled"),
        "two algorithms, and closed twice": given(
            CHANNEL,
            BucketAccess(closed=("one", "two")),
            BucketEncryption(rules=(*S3S_OWN.rules, *encrypted("aws:kms").rules)),
            says="(AES256, aws:kms); one; two",
        ),
        "the channel's own key": given(but(CHANNEL, s3_kms_key_arn="arn:aws:kms:eu-west-1:111122223333:key/1"), BucketAccess(), None, says="of its own"),
    },
    failed={
        "readable": given(CHANNEL, BucketAccess(openings=(READABLE,)), S3S_OWN, says="bucket history: everyone may s3:GetObject"),
        "writable": given(CHANNEL, BucketAccess(openings=(WRITABLE,)), S3S_OWN, says="s3:PutObject"),
        "readable and writable": given(CHANNEL, BucketAccess(openings=(READABLE, WRITABLE)), S3S_OWN, says="statement 0; everyone may s3:PutObject"),
        "readable, its encryption unread": (CHANNEL, BucketAccess(openings=(READABLE,)), UNREAD),
        "no encryption": given(CHANNEL, BucketAccess(), None, says="names no encryption"),
        "rules without one": given(CHANNEL, BucketAccess(), BucketEncryption(rules=(ServerSideEncryptionRule(),)), says="names no encryption"),
    },
    not_assessed={
        "the bucket is in an account that is not in the inventory": (CHANNEL, UNREAD, UNREAD),
        "something that could open it was not read": (CHANNEL, BucketAccess(doubts=(Doubt((UNREAD,)),)), S3S_OWN),
        "something that might let write": (CHANNEL, BucketAccess(doubts=(Doubt((UNREAD,), WRITABLE),)), S3S_OWN),
        "its encryption unread": (CHANNEL, BucketAccess(), UNREAD),
    },
)


def kept(*days: int) -> Its[RetentionConfiguration]:
    return Its([RetentionConfiguration(arn="r", region="eu-west-1", retention_period_in_days=one) for one in days])


SOME = Its([RECORDER])

test_history_retained_for_audit_period = table(
    history_retained_for_audit_period,
    passed={
        "seven years, as nothing else is set": given(REGION, SOME, kept(), says="2557 days, as AWS does"),
        "a year": given(REGION, SOME, kept(365), says="for 365 days"),
        "shorter, where that is enough": given(REGION, SOME, kept(200), min_days=200),
    },
    failed={
        "short": given(REGION, SOME, kept(364), says="364 days, fewer than 365"),
        "short, whatever was not read": (REGION, SOME, Its(kept(30).known, [UNREAD])),
        "below the floor, whatever is set": given(REGION, SOME, kept(179), min_days=30, says="fewer than 180"),
        "more than AWS keeps": given(REGION, SOME, kept(), min_days=2558, says="2557 days, fewer than 2558"),
    },
    not_applicable={"no recorder": (REGION, Its[Recorder](), kept(30))},
    not_assessed={"unread": (REGION, SOME, Its((), [UNREAD])), "recorders unread": (REGION, Its((), [UNREAD]), kept(30))},
)

STATES = SampledHistory(arn="s", region="eu-west-1", resource_type="AWS::EC2::Instance", resource_id="i-1", states=3, oldest=AT)
BARE = but(STATES, resource_id="i-2", states=0, oldest=None)

test_resource_history_available = table(
    resource_history_available,
    passed={"each has one": given(REGION, Its([STATES, but(STATES, resource_id="i-3")]), says="each of 2 sampled resources has its history, the oldest state of 2026-06-01"), "AWS does not say since when": (REGION, Its([but(STATES, oldest=None)]))},
    failed={
        "one has none": given(REGION, Its([STATES, BARE]), says="1 of 2 sampled resources have no history: AWS::EC2::Instance i-2"),
        "one has none, the rest unread": (REGION, Its([BARE], [UNREAD])),
        "three have none": (REGION, Its([but(BARE, resource_id=f"i-{number}") for number in range(3)])),
        "many have none": given(REGION, Its([but(BARE, resource_id=f"i-{number}") for number in range(4)]), says="i-2 ..."),
    },
    not_applicable={"nothing is discovered": (REGION, Its[SampledHistory]())},
    not_assessed={"unread": (REGION, Its((), [UNREAD])), "one unread": (REGION, Its([STATES], [UNREAD]))},
)  # fmt: skip
