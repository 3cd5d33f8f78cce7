"""S3 checks on hand-made facts: who records, and who is told."""

from __future__ import annotations

from cloudsoc.aws.cloudtrail import Trail
from cloudsoc.aws.s3 import (
    Bucket,
    BucketLogging,
    BucketNotification,
    EventBridgeConfiguration,
    LambdaFunctionConfiguration,
    LoggingEnabled,
    QueueConfiguration,
    TopicConfiguration,
)
from cloudsoc.graphs.trails import Intake, Recording
from cloudsoc.model import Every, Everywhere
from cloudsoc_checks.s3.events import bucket_access_logging_enabled, bucket_event_notifications_enabled
from tests.checks.s3_facts import ACCOUNT, BUCKET, OTHER, OWN, tagged
from tests.checks.table import UNREAD, but, given, table

OFF = BucketLogging()
ON = BucketLogging(logging_enabled=LoggingEnabled(target_bucket="logs", target_prefix="photos/"))
LOGS = Bucket(arn="arn:aws:s3:::logs", region="eu-west-1", name="logs")
NOBODY = Every([(BUCKET, OFF), (LOGS, OFF)])

TRAIL = Trail(
    arn=f"arn:aws:cloudtrail:us-east-1:{OWN}:trail/t",
    region="us-east-1",
    name="t",
    home_region="us-east-1",
    s3_bucket_name="trail",
    is_multi_region_trail=True,
    is_organization_trail=False,
    include_global_service_events=True,
    log_file_validation_enabled=True,
)
LOCAL = but(TRAIL, is_multi_region_trail=False)


def records(*kinds: str, within: str = "") -> Recording:
    return Recording("", (Intake("Data", frozenset(kinds), of="AWS::S3::Object", within=(within,) if within else ()),))


BOTH = records("read", "write")
NO_TRAIL: Everywhere[tuple[Trail, Recording]] = Everywhere([])
DENIED: Everywhere[tuple[Trail, Recording]] = Everywhere([], [UNREAD])

test_bucket_access_logging_enabled = table(
    bucket_access_logging_enabled,
    passed={
        "by S3": given(BUCKET, ON, Every([], [UNREAD]), DENIED, UNREAD, says="logged to logs/photos/"),
        "by a trail": given(BUCKET, OFF, NOBODY, Everywhere([(TRAIL, BOTH)]), ACCOUNT, says="recorded by trail t"),
        "by a trail of its region": (BUCKET, OFF, NOBODY, Everywhere([(but(LOCAL, home_region="eu-west-1"), BOTH)]), ACCOUNT),
        "by a trail that names it": (BUCKET, OFF, NOBODY, Everywhere([(TRAIL, records("read", "write", within="arn:aws:s3:::photos/"))]), ACCOUNT),
        "by two trails together": given(
            BUCKET, OFF, NOBODY, Everywhere([(TRAIL, records("read")), (but(TRAIL, name="u"), records("write"))]), ACCOUNT, says="trail t and trail u"
        ),
        "by a trail, though another was not read": (BUCKET, OFF, NOBODY, Everywhere([(TRAIL, BOTH)], [UNREAD]), ACCOUNT),
        "by a trail of the organization": given(
            BUCKET,
            OFF,
            NOBODY,
            Everywhere([(but(TRAIL, arn=f"arn:aws:cloudtrail:us-east-1:{OTHER}:trail/t", is_organization_trail=True), BOTH)]),
            ACCOUNT,
            says=OTHER,
        ),
    },
    failed={
        "by nobody": given(BUCKET, OFF, NOBODY, NO_TRAIL, ACCOUNT, says="no trail records"),
        "writing only": given(BUCKET, OFF, NOBODY, Everywhere([(TRAIL, records("write"))]), ACCOUNT, says="only write events are recorded by trail t"),
        "by a trail that stopped": (BUCKET, OFF, NOBODY, Everywhere([(TRAIL, Recording("it is stopped"))]), ACCOUNT),
        "by a trail of another region": (BUCKET, OFF, NOBODY, Everywhere([(LOCAL, BOTH)]), ACCOUNT),
        "by a trail that names another": (BUCKET, OFF, NOBODY, Everywhere([(TRAIL, records("read", "write", within="arn:aws:s3:::photos-2/"))]), ACCOUNT),
    },
    not_applicable={
        "it receives the logs of others": (LOGS, OFF, Every([(BUCKET, ON), (LOGS, OFF)]), DENIED, ACCOUNT),
        "though others were not read": (LOGS, OFF, Every([(BUCKET, ON)], [UNREAD]), NO_TRAIL, ACCOUNT),
    },
    not_assessed={
        "denied": (BUCKET, UNREAD, NOBODY, NO_TRAIL, ACCOUNT),
        "it may receive the logs of others": (BUCKET, OFF, Every([(BUCKET, OFF)], [UNREAD]), NO_TRAIL, ACCOUNT),
        "a trail was not read": (BUCKET, OFF, NOBODY, DENIED, ACCOUNT),
        "a trail was not read, another records half": (BUCKET, OFF, NOBODY, Everywhere([(TRAIL, records("read"))], [UNREAD]), ACCOUNT),
    },
)

SILENT = BucketNotification()

test_bucket_event_notifications_enabled = table(
    bucket_event_notifications_enabled,
    passed={
        "a topic": given(BUCKET, but(SILENT, topic_configurations=(TopicConfiguration(topic_arn="arn:topic"),)), UNREAD, says="told: arn:topic"),
        "a queue": given(BUCKET, but(SILENT, queue_configurations=(QueueConfiguration(queue_arn="arn:queue"),)), None, says="arn:queue"),
        "a function": given(
            BUCKET, but(SILENT, lambda_function_configurations=(LambdaFunctionConfiguration(lambda_function_arn="arn:function"),)), None, says="arn:function"
        ),
        "a topic and EventBridge": given(
            BUCKET,
            but(SILENT, topic_configurations=(TopicConfiguration(topic_arn="arn:topic"),), event_bridge_configuration=EventBridgeConfiguration()),
            None,
            says="told: arn:topic, EventBridge",
        ),
        "EventBridge": given(BUCKET, but(SILENT, event_bridge_configuration=EventBridgeConfiguration()), None, says="told: EventBridge"),
    },
    failed={"nobody": (BUCKET, SILENT, UNREAD), "nobody, of what is meant": given(BUCKET, SILENT, tagged(Ingest="yes"), applies_to_tag="Ingest=yes")},
    not_applicable={
        "not meant": given(BUCKET, SILENT, tagged(Ingest="no"), applies_to_tag="Ingest=yes", says="Ingest=no"),
        "untagged": given(BUCKET, SILENT, None, applies_to_tag="Ingest"),
    },
    not_assessed={"denied": (BUCKET, UNREAD, None), "the tags denied": given(BUCKET, SILENT, UNREAD, applies_to_tag="Ingest")},
)
