"""What a configuration recorder takes in."""

from __future__ import annotations

from cloudsoc.aws.config import Recorder, RecordingGroup

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


def not_recorded(group: RecordingGroup | None, approved: tuple[str, ...]) -> str:
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


def pace(recorder: Recorder) -> str:
    """What is recorded less often than it changes, as an addition to a sentence."""
    mode = recorder.recording_mode
    if mode is None or mode.recording_frequency == "CONTINUOUS":
        daily = sorted({name for one in mode.recording_mode_overrides if one.recording_frequency == "DAILY" for name in one.resource_types}) if mode else []
        return f"; {_some(daily)} once a day" if daily else ""
    return "; once a day"


def _some(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"
