"""Whether what a trail records arrives, in time and unaltered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from cloudsoc.aws.cloudtrail import Trail, TrailStatus
from cloudsoc.aws.kms import Key
from cloudsoc.model import HIGH, LOW, MEDIUM, Failed, NotApplicable, ObservedAt, Passed, Ref, Verdict, check
from cloudsoc.model.criterion import C1_1, CC2_1, CC4_1, CC6_1, CC7_2, CC7_3, PI1_3, PI1_4, PI1_5


@check(
    direct=(CC7_2, PI1_5),
    supporting=(CC7_3, PI1_3),
    severity=MEDIUM,
    refs=(
        "SecurityHub:CloudTrail.4",
        "Config:cloud-trail-log-file-validation-enabled",
        "CIS:3.0:3.2",
        "CIS:5.0:3.2",
        "CIS:6.0:4.2",
        "CIS:7.0:4.2",
        "Prowler:cloudtrail_log_file_validation_enabled",
        "Steampipe:cloudtrail_trail_validation_enabled",
    ),
)
def log_file_validation_enabled(trail: Trail, status: TrailStatus) -> Verdict:
    """Trails write digests that prove that their log files were not altered.

    Why: who covers his traces edits the log; a signed digest shows what is missing or changed.

    Fix: ``aws cloudtrail update-trail --region {trail.home_region} --name {trail.arn} --enable-log-file-validation``.

    Terraform: ``aws_cloudtrail.enable_log_file_validation``.
    """
    if not trail.log_file_validation_enabled:
        return Failed("no digests are written")
    if error := status.latest_digest_delivery_error:
        return Failed(f"digests are on but cannot be written: {error}")
    written = status.latest_digest_delivery_time
    return Passed(f"digests are written{f', the latest on {written:%Y-%m-%d %H:%M} UTC' if written else ''}")


@check(
    direct=(CC6_1,),
    supporting=(C1_1,),
    severity=MEDIUM,
    refs=(
        "SecurityHub:CloudTrail.2",
        "Config:cloud-trail-encryption-enabled",
        "CIS:3.0:3.5",
        "CIS:5.0:3.5",
        "CIS:6.0:4.5",
        "CIS:7.0:4.5",
        "Prowler:cloudtrail_kms_encryption_enabled",
        "Steampipe:cloudtrail_trail_logs_encrypted_with_kms_cmk",
    ),
)
def logs_encrypted_with_kms(trail: Trail, key: Annotated[Key | None, Ref("kms_key_id")]) -> Verdict:
    """Trails encrypt their log files with a customer managed key.

    Why: the logs tell an intruder where to go and what was noticed; with a key of its own, reading them takes a second permission, which can be watched.

    Fix: ``aws cloudtrail update-trail --region {trail.home_region} --name {trail.arn} --kms-key-id KEY``; the key's policy lets CloudTrail encrypt with it.

    Terraform: ``aws_cloudtrail.kms_key_id``.
    """
    if key is None:
        return Failed(f"trail {trail.name} names no KMS key: its log files have S3's own encryption only")
    if key.key_manager != "CUSTOMER":
        return Failed(f"key {key.key_id} is managed by AWS: nobody can say who may use it")
    if key.key_state != "Enabled":
        return Failed(f"key {key.key_id} is {key.key_state}: logs cannot be read, or not for long")
    return Passed(f"customer managed key {key.key_id}")


@check(
    direct=(CC7_2,),
    supporting=(CC4_1, CC7_3, PI1_3),
    severity=MEDIUM,
    refs=(
        "SecurityHub:CloudTrail.5",
        "Config:cloud-trail-cloud-watch-logs-enabled",
        "Prowler:cloudtrail_cloudwatch_logging_enabled",
        "Steampipe:cloudtrail_trail_integrated_with_logs",
        "Steampipe:cloudtrail_multi_region_trail_integrated_with_logs",
    ),
)
def streams_to_cloudwatch_logs(trail: Trail, status: TrailStatus, at: ObservedAt, *, max_delivery_age_hours: int = 24) -> Verdict:
    """What a trail records reaches CloudWatch Logs promptly.

    Why: files in a bucket wake nobody; alarms are made on a log group.

    Fix: ``aws cloudtrail update-trail --region {trail.home_region} --name {trail.arn} --cloud-watch-logs-log-group-arn GROUP --cloud-watch-logs-role-arn ROLE``.

    Terraform: ``aws_cloudtrail.cloud_watch_logs_group_arn``, ``aws_cloudtrail.cloud_watch_logs_role_arn``.
    """
    if not trail.cloud_watch_logs_log_group_arn:
        return Failed("it goes to no log group")
    group = trail.cloud_watch_logs_log_group_arn.split(":log-group:")[-1].removesuffix(":*")
    if not status.is_logging:
        return Failed(f"it is stopped: nothing reaches log group {group}")
    if error := status.latest_cloud_watch_logs_delivery_error:
        return Failed(f"it cannot write to log group {group}: {error}")
    return _recent(f"log group {group}", status.latest_cloud_watch_logs_delivery_time, status.start_logging_time, at, max_delivery_age_hours)


def _recent(where: str, last: datetime | None, started: datetime | None, at: datetime, hours: int) -> Verdict:
    if last is not None:
        said = f"last delivered to {where} on {last:%Y-%m-%d %H:%M} UTC"
        return Passed(said) if at - last <= timedelta(hours=hours) else Failed(f"{said}, more than {hours} hours before the scan")
    if started is not None and at - started <= timedelta(hours=hours):
        return Failed(f"nothing was delivered to {where} yet; it was started less than {hours} hours before the scan", severity=LOW)
    return Failed(f"nothing was ever delivered to {where}")


@check(direct=(CC7_2,), supporting=(CC2_1, PI1_4), severity=HIGH)
def delivery_is_healthy(trail: Trail, status: TrailStatus, at: ObservedAt, *, max_delivery_age_hours: int = 24) -> Verdict:
    """Trails that log deliver without errors and without long silence.

    Why: a trail that logs and cannot write to its bucket is as good as none, and nothing but its status says so.

    Fix: ``aws cloudtrail get-trail-status --region {trail.home_region} --name {trail.arn}`` names the error; mostly the policy of bucket
    {trail.s3_bucket_name} or of the key does not let CloudTrail write.

    Terraform: ``aws_s3_bucket_policy``, ``aws_kms_key.policy``.
    """
    if not status.is_logging:
        return NotApplicable("the trail is stopped; whether one is logging is asked elsewhere")
    where = f"bucket {trail.s3_bucket_name}"
    if error := status.latest_delivery_error:
        return Failed(f"it cannot write to {where}: {error}")
    if trail.log_file_validation_enabled and (error := status.latest_digest_delivery_error):
        return Failed(f"it cannot write its digests to {where}: {error}")
    return _recent(where, status.latest_delivery_time, status.start_logging_time, at, max_delivery_age_hours)
