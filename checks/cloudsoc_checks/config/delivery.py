"""Whether what is recorded arrives, is kept, and can be shown."""

from __future__ import annotations

from typing import Annotated

from cloudsoc.aws.account import Region
from cloudsoc.aws.config import DeliveryChannel, DeliveryChannelStatus, Recorder, RecorderStatus, RetentionConfiguration
from cloudsoc.aws.config_history import SampledHistory
from cloudsoc.aws.s3 import BucketEncryption
from cloudsoc.graphs.bucket_access import BucketAccess
from cloudsoc.graphs.retention import days_asked_for
from cloudsoc.model import EXTENDED, HIGH, LOW, MEDIUM, Failed, Its, NotApplicable, Passed, Ref, Verdict, check
from cloudsoc.model.criterion import C1_1, CC2_1, CC3_4, CC6_1, CC7_1, CC7_2, CC8_1

SEVEN_YEARS = 2557
"""For how many days AWS Config keeps the history where nothing else is set."""


@check(direct=(CC7_1, CC7_2), supporting=(CC2_1,), severity=HIGH, refs=("Steampipe:config_configuration_recorder_no_failed_deliver_logs",))
def recorder_delivers_successfully(
    region: Region, recorders: Its[tuple[Recorder, RecorderStatus]], channels: Its[tuple[DeliveryChannel, DeliveryChannelStatus]]
) -> Verdict:
    """What recorders record is delivered without errors.

    Why: a recorder that cannot write to its bucket goes on recording, and its history ends where nobody looks.

    Fix: ``aws configservice describe-delivery-channel-status --region {region.region_name}`` names the error; mostly the bucket's policy or the role does not let
    AWS Config write.

    Terraform: ``aws_config_delivery_channel``.
    """
    if not recorders:
        return NotApplicable("there is no recorder here")
    if not any(status.recording for _, status in recorders):
        return NotApplicable("the recorder is stopped; whether one runs is asked elsewhere")
    failing = [f"recorder {one.name}: {status.last_error_code or 'it fails'}" for one, status in recorders.known if _failed(status.last_status)]
    failing += [f"{what}: {error}" for channel, status in channels.known for what, error in _errors(status)]
    if failing:
        return Failed("; ".join(failing))
    len(recorders)
    found = list(channels)
    if not found:
        return Failed("there is no delivery channel: nothing that is recorded leaves AWS Config")
    channel, status = found[0]
    history = status.config_history_delivery_info
    if history is None or (history.last_status or "").lower() != "success":
        return Failed(f"nothing was delivered to bucket {channel.s3_bucket_name} yet", severity=LOW)
    when = f", last on {history.last_successful_time:%Y-%m-%d %H:%M} UTC" if history.last_successful_time else ""
    return Passed(f"history is delivered to bucket {channel.s3_bucket_name}{when}")


def _failed(status: str | None) -> bool:
    return (status or "").lower() == "failure"


def _errors(status: DeliveryChannelStatus) -> list[tuple[str, str]]:
    parts = {"history": status.config_history_delivery_info, "snapshots": status.config_snapshot_delivery_info, "messages": status.config_stream_delivery_info}
    return [(what, one.last_error_code or "it fails") for what, one in parts.items() if one is not None and _failed(one.last_status)]


@check(direct=(CC6_1,), supporting=(C1_1,), severity=HIGH)
def delivery_bucket_protected(
    channel: DeliveryChannel,
    access: Annotated[BucketAccess, Ref("s3_bucket_name")],
    encryption: Annotated[BucketEncryption | None, Ref("s3_bucket_name")],
) -> Verdict:
    """The bucket with configuration history is encrypted and not public.

    Why: the history is a plan of the whole account, with every door that was ever open.

    Fix: ``aws s3api put-public-access-block --bucket {channel.s3_bucket_name} --public-access-block-configuration
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true``.

    Terraform: ``aws_s3_bucket_public_access_block``, ``aws_s3_bucket_server_side_encryption_configuration``.
    """
    if openings := access.openings or (*access.to_read(), *access.to_write()):
        return Failed(f"bucket {channel.s3_bucket_name}: {'; '.join(dict.fromkeys(map(str, openings)))}")
    used = (
        {rule.apply_server_side_encryption_by_default.sse_algorithm for rule in encryption.rules if rule.apply_server_side_encryption_by_default}
        if encryption
        else set()
    )
    if channel.s3_kms_key_arn:
        used = {"a KMS key of its own"}
    if not used:
        return Failed(f"bucket {channel.s3_bucket_name} names no encryption")
    return Passed(f"bucket {channel.s3_bucket_name} is encrypted ({', '.join(sorted(used))}); {'; '.join(access.closed) or 'nothing is granted to the public'}")


@check(direct=(CC2_1,), supporting=(CC7_1, CC8_1), severity=MEDIUM)
def history_retained_for_audit_period(region: Region, recorders: Its[Recorder], retention: Its[RetentionConfiguration], *, min_days: int = 365) -> Verdict:
    """Configuration history is kept at least for the audit period.

    Why: an auditor asks for the state of any day of the period, and for what changed between two of them.

    Fix: ``aws configservice put-retention-configuration --region {region.region_name} --retention-period-in-days 2557``.

    Terraform: ``aws_config_retention_configuration.retention_period_in_days``.
    """
    if not recorders:
        return NotApplicable("there is no recorder here")
    limit = days_asked_for(min_days)
    for one in retention.known:
        if one.retention_period_in_days < limit:
            return Failed(f"history is kept for {one.retention_period_in_days} days, fewer than {limit}")
    days = [one.retention_period_in_days for one in retention] or [SEVEN_YEARS]
    if min(days) < limit:
        return Failed(f"history is kept for {SEVEN_YEARS} days, fewer than {limit}")
    return Passed(f"history is kept for {min(days)} days{'' if retention else ', as AWS does where nothing else is set'}")


@check(direct=(CC8_1,), supporting=(CC3_4, CC7_1), severity=LOW, profile=EXTENDED)
def resource_history_available(region: Region, sample: Its[SampledHistory]) -> Verdict:
    """For sampled resources the history of their changes can be shown.

    Why: an auditor draws a sample of changes; what has no history cannot be drawn from. This judges no single change.

    Fix: ``aws configservice describe-configuration-recorders --region {region.region_name}`` says which types are recorded; those of the resources that are named
    are not, or not any more.

    Terraform: ``aws_config_configuration_recorder.recording_group``.
    """
    if bare := sorted(f"{one.resource_type} {one.resource_id}" for one in sample.known if not one.states):
        return Failed(f"{len(bare)} of {len(sample.known)} sampled resources have no history: {', '.join(bare[:3])}{' ...' if len(bare) > 3 else ''}")
    found = list(sample)
    if not found:
        return NotApplicable("AWS Config has discovered no resource here")
    oldest = min((one.oldest for one in found if one.oldest), default=None)
    since = f", the oldest state of {oldest:%Y-%m-%d}" if oldest else ""
    evidence = {"sample": [f"{one.resource_type} {one.resource_id}: {one.states}" for one in found]}
    return Passed(f"each of {len(found)} sampled resources has its history{since}", evidence)
