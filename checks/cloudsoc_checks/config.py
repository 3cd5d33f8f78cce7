"""What SOC 2 asks of the record of configuration changes."""

from __future__ import annotations

from cloudsoc.aws.account import Region
from cloudsoc.aws.config import Recorder, RecorderStatus, RecordingGroup
from cloudsoc.model import HIGH, LOW, MEDIUM, Every, Everywhere, Failed, Its, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC2_1, CC3_1, CC3_4, CC4_1, CC7_1, CC8_1

GLOBAL_TYPES = frozenset({"AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::Policy"})
"""The resource types that exist once per account and that AWS Config records in any region where it is told to."""

# Only in the regions that had AWS Config before February 2022; none will be added to these.
# AWS source: AWS Config Developer Guide, "Recording AWS Resources with AWS Config", Global resources.
RECORD_GLOBAL_TYPES = frozenset(
    {
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "af-south-1", "me-south-1"),
        *("eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-2", "eu-west-3"),
        *("ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3"),
        *("cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1"),
    }
)


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
def recorder_enabled(region: Region, recorders: Every[tuple[Recorder, RecorderStatus]]) -> Verdict:  # noqa: ARG001 the subject
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
    region: Region,  # noqa: ARG001 the subject
    recorders: Its[Recorder],
    everywhere: Everywhere[Recorder],
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
    gaps = [gap for recorder in own if (gap := _not_recorded(recorder.recording_group, approved_exclusions))]
    if len(gaps) == len(own):
        return Failed(gaps[0])
    pace = "".join(sorted({_pace(recorder) for recorder in own}))
    approved = GLOBAL_TYPES.issubset(approved_exclusions)
    if any(map(records_global_types, own)) or approved or any(map(records_global_types, everywhere)):
        return Passed(f"all resource types{pace}")
    return Failed(f"all types of the region{pace}, but the global ones (IAM) are recorded in no region")


def _not_recorded(group: RecordingGroup | None, approved: tuple[str, ...]) -> str:
    """What a recorder leaves out of the types of its region; empty where nothing."""
    if group is None:
        return "the recorder does not say what it records"
    strategy = group.recording_strategy.use_only if group.recording_strategy else None
    if strategy == "EXCLUSION_BY_RESOURCE_TYPES" and group.exclusion_by_resource_types:
        left_out = sorted({*group.exclusion_by_resource_types.resource_types} - GLOBAL_TYPES - {*approved})
        return f"all types but {_some(left_out)} are recorded" if left_out else ""
    if group.all_supported:
        return ""
    return f"only {_some(sorted(group.resource_types))} are recorded" if group.resource_types else "nothing is recorded"


def records_global_types(recorder: Recorder) -> bool:
    """Whether a recorder takes in the global types: switched on, not excluded, or each listed."""
    group = recorder.recording_group
    if group is None or recorder.region not in RECORD_GLOBAL_TYPES:
        return False
    strategy = group.recording_strategy.use_only if group.recording_strategy else None
    if strategy == "EXCLUSION_BY_RESOURCE_TYPES" and group.exclusion_by_resource_types:
        return GLOBAL_TYPES.isdisjoint(group.exclusion_by_resource_types.resource_types)
    return (group.all_supported and group.include_global_resource_types) or GLOBAL_TYPES.issubset(group.resource_types)


def _pace(recorder: Recorder) -> str:
    mode = recorder.recording_mode
    if mode is None or mode.recording_frequency == "CONTINUOUS":
        daily = sorted({name for one in mode.recording_mode_overrides if one.recording_frequency == "DAILY" for name in one.resource_types}) if mode else []
        return f"; {_some(daily)} once a day" if daily else ""
    return "; once a day"


def _some(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"
