"""What happens to a bucket is recorded, and somebody is told."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.cloudtrail import Trail
from cloudsoc.aws.s3 import Bucket, BucketLogging, BucketNotification, BucketTagging
from cloudsoc.graphs.trails import Recording, named
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Every, Everywhere, Failed, Incomplete, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC6_1, CC7_2, CC7_3, PI1_2, PI1_4
from cloudsoc_checks.s3.tags import not_meant


@check(
    direct=(CC6_1, CC7_2),
    supporting=(CC7_3, PI1_4),
    severity=MEDIUM,
    refs=(
        "SecurityHub:S3.9",
        "Config:s3-bucket-logging-enabled",
        "Prowler:s3_bucket_server_access_logging_enabled",
        "Steampipe:s3_bucket_logging_enabled",
    ),
)
def bucket_access_logging_enabled(
    bucket: Bucket, logging: BucketLogging, others: Every[tuple[Bucket, BucketLogging]], trails: Everywhere[tuple[Trail, Recording]], account: Account
) -> Verdict:
    """Requests to a bucket are logged, by S3 or by a trail.

    Why: after a leak the question is who took what; without a log of requests there is no answer.

    Fix: ``aws s3api put-bucket-logging --bucket {bucket.name} --bucket-logging-status LoggingEnabled={{TargetBucket=LOG_BUCKET,TargetPrefix={bucket.name}/}}``;
    data events of a trail for the bucket, reading and writing, do as well.

    Terraform: ``aws_s3_bucket_logging``.
    """
    if (to := logging.logging_enabled) is not None:
        return Passed(f"logged to {to.target_bucket}/{to.target_prefix}")
    if any(one.logging_enabled and one.logging_enabled.target_bucket == bucket.name for _, one in others):
        return NotApplicable("it receives the access logs of other buckets")
    recorded: dict[str, str] = {}
    for trail, recording in trails.known:
        if trail.is_multi_region_trail or trail.home_region == bucket.region:
            recorded |= dict.fromkeys(recording.data("AWS::S3::Object", f"{bucket.arn}/"), named(trail, account.account))
    if len(recorded) == 2:
        return Passed(f"data events are recorded by {' and '.join(sorted({*recorded.values()}))}")
    if trails.unread:  # one of them may record what the others leave out
        raise Incomplete(*trails.unread)
    if recorded:
        (kind,) = recorded
        return Failed(f"no access log, and only {kind} events are recorded by {recorded[kind]}")
    return Failed("no access log, and no trail records its data events")


@check(
    direct=(CC7_3, PI1_2),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        "SecurityHub:S3.11",
        "Config:s3-event-notifications-enabled",
        "Prowler:s3_bucket_event_notifications_enabled",
        "Steampipe:s3_bucket_event_notifications_enabled",
    ),
)
def bucket_event_notifications_enabled(
    bucket: Bucket, notification: BucketNotification, tagging: BucketTagging | None, *, applies_to_tag: str = "any"
) -> Verdict:
    """Somebody is told when objects come or go.

    Why: what is delivered to a bucket is processed once, and at once, only if its coming is an event. It matters for buckets that take data in: name their tag in
    ``applies_to_tag``.

    Fix: ``aws s3api put-bucket-notification-configuration --bucket {bucket.name} --notification-configuration EventBridgeConfiguration={{}}``

    Terraform: ``aws_s3_bucket_notification``.
    """
    if other := not_meant(tagging, applies_to_tag):
        return other
    told = [one.topic_arn for one in notification.topic_configurations]
    told += [one.queue_arn for one in notification.queue_configurations]
    told += [one.lambda_function_arn for one in notification.lambda_function_configurations]
    told += ["EventBridge"] if notification.event_bridge_configuration is not None else []
    return Passed(f"told: {', '.join(told)}") if told else Failed("nobody is told of events")
