"""AWS Config checks on hand-made facts."""

from __future__ import annotations

from cloudsoc.aws.account import Region
from cloudsoc.aws.config import ExclusionByResourceTypes, Recorder, RecorderStatus, RecordingGroup, RecordingMode, RecordingModeOverride, RecordingStrategy
from cloudsoc.model import LOW, Every, Everywhere, Its
from cloudsoc_checks.config import GLOBAL_TYPES, recorder_enabled, recorder_records_all_resource_types
from tests.checks.table import UNREAD, but, given, table

REGION = Region(arn="111122223333/eu-west-1", region="eu-west-1", region_name="eu-west-1", opt_in_status="opt-in-not-required")
EVERYTHING = RecordingGroup(all_supported=True, include_global_resource_types=True)
RECORDER = Recorder(arn="111122223333/eu-west-1/configuration-recorder/default", region="eu-west-1", name="default", recording_group=EVERYTHING)
GOOD = RecorderStatus(recording=True, last_status="SUCCESS")

test_recorder_enabled = table(
    recorder_enabled,
    passed={
        "runs": (REGION, Every([(RECORDER, GOOD)])),
        "one runs beside one that does not": (REGION, Every([(RECORDER, but(GOOD, recording=False)), (RECORDER, GOOD)])),
        "one runs, whatever else there is": (REGION, Every([(RECORDER, GOOD)], [UNREAD])),
    },
    failed={
        "none": given(REGION, Every(), says="no configuration recorder"),
        "stopped": given(REGION, Every([(RECORDER, but(GOOD, recording=False))]), says="stopped"),
        "CFG-3: on, but failing": given(REGION, Every([(RECORDER, but(GOOD, last_status="FAILURE", last_error_code="AccessDenied"))]), says="AccessDenied"),
        "CFG-3: on, with nothing recorded yet": given(REGION, Every([(RECORDER, but(GOOD, last_status="PENDING"))]), severity=LOW),
        "CFG-3: on, and silent about it": given(REGION, Every([(RECORDER, but(GOOD, last_status=None))]), severity=LOW),
    },
    not_assessed={"unread": (REGION, Every((), [UNREAD])), "stopped as far as is known": (REGION, Every([(RECORDER, but(GOOD, recording=False))], [UNREAD]))},
)


def records(*types: str, excluded: tuple[str, ...] = (), all_supported: bool = False, global_types: bool = False) -> Recorder:
    strategy = "EXCLUSION_BY_RESOURCE_TYPES" if excluded else "ALL_SUPPORTED_RESOURCE_TYPES" if all_supported else "INCLUSION_BY_RESOURCE_TYPES"
    return but(
        RECORDER,
        recording_group=RecordingGroup(
            all_supported=all_supported,
            include_global_resource_types=global_types,
            resource_types=types,
            exclusion_by_resource_types=ExclusionByResourceTypes(resource_types=excluded),
            recording_strategy=RecordingStrategy(use_only=strategy),
        ),
    )


ALL, REGIONAL = records(all_supported=True, global_types=True), records(all_supported=True)
NOWHERE: Everywhere[Recorder] = Everywhere([REGIONAL])
DAILY = RecordingMode(
    recording_frequency="CONTINUOUS", recording_mode_overrides=(RecordingModeOverride(resource_types=("AWS::EC2::Instance",), recording_frequency="DAILY"),)
)

test_recorder_records_all_resource_types = table(
    recorder_records_all_resource_types,
    passed={
        "all, global types included": (REGION, Its([ALL]), Everywhere([ALL])),
        "CFG-2: the global types are recorded in another region": (REGION, Its([REGIONAL]), Everywhere([REGIONAL, but(ALL, region="us-east-1")])),
        "CFG-2: another region decides although one is unread": (REGION, Its([REGIONAL]), Everywhere([but(ALL, region="us-east-1")], [UNREAD])),
        "once a day, told": given(REGION, Its([but(ALL, recording_mode=RecordingMode(recording_frequency="DAILY"))]), Everywhere([ALL]), says="once a day"),
        "some once a day, told": given(REGION, Its([but(ALL, recording_mode=DAILY)]), Everywhere([ALL]), says="AWS::EC2::Instance once a day"),
        "an exclusion that was approved": given(
            REGION, Its([records(excluded=("AWS::EC2::NetworkInterface",))]), Everywhere([ALL]), approved_exclusions=("AWS::EC2::NetworkInterface",)
        ),
        "the global types left out on purpose": given(REGION, Its([REGIONAL]), NOWHERE, approved_exclusions=tuple(GLOBAL_TYPES)),
    },
    failed={
        "CFG-3: a list of types": given(REGION, Its([records("AWS::EC2::Instance")]), Everywhere([ALL]), says="only AWS::EC2::Instance"),
        "CFG-3: an exclusion": given(REGION, Its([records(excluded=("AWS::S3::Bucket",))]), Everywhere([ALL]), says="all types but AWS::S3::Bucket"),
        "nothing": given(REGION, Its([records()]), Everywhere([ALL]), says="nothing is recorded"),
        "CFG-2: the global types in no region": given(REGION, Its([REGIONAL]), NOWHERE, says="global ones"),
        "CFG-2: in a region that cannot record them": (REGION, Its([REGIONAL]), Everywhere([but(ALL, region="il-central-1")])),
        "no word about what it records": (REGION, Its([but(RECORDER, recording_group=None)]), Everywhere([ALL])),
    },
    not_applicable={"no recorder: another check's matter": (REGION, Its(), NOWHERE)},
    not_assessed={
        "its recorders unread": (REGION, Its((), [UNREAD]), Everywhere([ALL])),
        "the global types may be recorded where it was not read": (REGION, Its([REGIONAL]), Everywhere([REGIONAL], [UNREAD])),
    },
)
