"""Whether changes are recorded: recorders and what they take in."""

from __future__ import annotations

from datetime import timedelta
from fnmatch import fnmatchcase

from cloudsoc.aws.account import Region
from cloudsoc.aws.cloudtrail_events import LOOKUP_DAYS, RecorderChange
from cloudsoc.aws.config import Recorder, RecorderStatus
from cloudsoc.graphs.recording import GLOBAL_TYPES, not_recorded, pace, records_global_types
from cloudsoc.model import EXTENDED, HIGH, LOW, MEDIUM, Every, Everywhere, Failed, Its, NotApplicable, ObservedAt, Passed, Verdict, check
from cloudsoc.model.criterion import CC2_1, CC3_1, CC3_4, CC4_1, CC6_3, CC7_1, CC8_1

SERVICE_LINKED = ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


@check(
    direct=(CC7_1, CC8_1),
    supporting=(CC2_1, CC3_1, CC3_4, CC4_1),
    severity=HIGH,
    refs=(
        "SecurityHub:Config.1",
        "Config:aws-config-process-check",
        "CIS:3.0:3.3",
        "CIS:5.0:3.3",
        "CIS:6.0:4.3",
        "CIS:7.0:4.3",
        "Prowler:config_recorder_all_regions_enabled",
        "Steampipe:config_enabled_all_regions",
    ),
)
def recorder_enabled(region: Region, recorders: Every[tuple[Recorder, RecorderStatus]]) -> Verdict:
    """A configuration recorder runs in every region.

    Why: which change opened the door, when, and what it looked like before: without a recorder nobody can say.

    Fix: ``aws configservice start-configuration-recorder --region {region.region_name} --configuration-recorder-name default``, after
    ``put-configuration-recorder`` and ``put-delivery-channel`` where there is none.

    Terraform: ``aws_config_configuration_recorder``, ``aws_config_configuration_recorder_status.is_enabled``.
    """
    verdicts: list[Verdict] = []
    for recorder, status in recorders:
        verdicts.append(verdict := _running(recorder, status))
        if isinstance(verdict, Passed):
            return verdict
    return verdicts[0] if verdicts else Failed("there is no configuration recorder")


def _running(recorder: Recorder, status: RecorderStatus) -> Verdict:
    last = (status.last_status or "unknown").lower()
    if not status.recording:
        return Failed(f"recorder {recorder.name} is stopped")
    if last == "success":
        return Passed(f"recorder {recorder.name} records")
    if last == "failure":
        return Failed(f"recorder {recorder.name} is on but fails: {status.last_error_code or 'no error code'}")
    return Failed(f"recorder {recorder.name} is on but has recorded nothing yet (status {last})", severity=LOW)


@check(direct=(CC7_1, CC8_1), supporting=(CC2_1,), severity=MEDIUM)
def recorder_records_all_resource_types(
    region: Region,
    recorders: Its[Recorder],
    everywhere: Everywhere[tuple[Recorder, RecorderStatus]],
    *,
    approved_exclusions: tuple[str, ...] = (),
) -> Verdict:
    """Recorders take in all resource types, the global ones in at least one region.

    Why: a type that is not recorded changes unseen; IAM, where most attacks lead, is among those that are off unless switched on.

    Fix: ``aws configservice put-configuration-recorder --region {region.region_name} --recording-group allSupported=true,includeGlobalResourceTypes=true
    --configuration-recorder name=default,roleARN=ROLE``; the global types in one region are enough.

    Terraform: ``aws_config_configuration_recorder.recording_group``.
    """
    own = list(recorders)
    if not own:
        return NotApplicable("there is no recorder here")
    gaps = [gap for recorder in own if (gap := not_recorded(recorder.recording_group, approved_exclusions))]
    if len(gaps) == len(own):
        return Failed(gaps[0])
    when = "".join(sorted({pace(recorder) for recorder in own}))
    if GLOBAL_TYPES.issubset(approved_exclusions) or any(status.recording and records_global_types(recorder) for recorder, status in everywhere):
        return Passed(f"all resource types{when}")
    return Failed(f"all types of the region{when}, but the global ones (IAM) are recorded in no region")


@check(direct=(CC6_3,), supporting=(CC7_1,), severity=LOW, profile=EXTENDED, refs=("SecurityHub:Config.1", "Prowler:config_recorder_using_aws_service_role"))
def recorder_uses_service_linked_role(region: Region, recorders: Its[Recorder]) -> Verdict:
    """Recorders run with the role that AWS keeps for them.

    Why: a role of one's own that lacks a permission makes types disappear from the record without a word; AWS's has what is needed and nothing else can use it.

    Fix: ``aws iam create-service-linked-role --aws-service-name config.amazonaws.com``, then ``aws configservice put-configuration-recorder --region
    {region.region_name} --configuration-recorder name=default,roleARN=ROLE_ARN``.

    Terraform: ``aws_config_configuration_recorder.role_arn``.
    """
    others = [recorder for recorder in recorders.known if not (recorder.role_arn or "").endswith(SERVICE_LINKED)]
    if others:
        return Failed("; ".join(f"recorder {one.name} runs as {one.role_arn or 'nobody knows whom'}" for one in others))
    return Passed("the recorder runs with AWS's role") if len(recorders) else NotApplicable("there is no recorder here")


@check(direct=(CC7_1,), supporting=(CC4_1, CC8_1), severity=MEDIUM, profile=EXTENDED)
def recording_not_interrupted_in_period(
    region: Region, changes: Its[RecorderChange], at: ObservedAt, *, lookback_days: int = LOOKUP_DAYS, approved_actors: tuple[str, ...] = ()
) -> Verdict:
    """Nobody stopped or deleted the recorder in the period.

    Why: a change that was made while the recorder was off stands nowhere. CloudTrail's history, where this is looked up, reaches 90 days back.

    Fix: ``aws cloudtrail lookup-events --region {region.region_name} --lookup-attributes AttributeKey=EventName,AttributeValue=StopConfigurationRecorder`` shows
    each call; find out who did it and what for, and let a service control policy deny it.

    Terraform: ``aws_organizations_policy``.
    """
    days = min(lookback_days, LOOKUP_DAYS)
    recent = [one for one in changes.known if at - one.event_time <= timedelta(days=days) and not _approved(one.actor, approved_actors)]
    if done := sorted((one for one in recent if one.error_code is None), key=lambda one: (one.event_time, one.event_id), reverse=True):
        said = [f"{one.event_name} on {one.event_time:%Y-%m-%d %H:%M} UTC by {one.actor or 'unknown'}" for one in done[:3]]
        return Failed("; ".join(said) + (f" and {len(done) - 3} more" if len(done) > 3 else ""))
    len(changes)  # what was not read might be one
    return Passed(f"nobody stopped or deleted it in {days} days" + (f"; {len(recent)} refused" if recent else ""))


def _approved(actor: str | None, patterns: tuple[str, ...]) -> bool:
    return actor is not None and any(fnmatchcase(actor, pattern) for pattern in patterns)
