"""AWS Config checks on hand-made facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cloudsoc.aws.cloudtrail_events import RecorderChange
from cloudsoc.aws.config import ExclusionByResourceTypes, Recorder, RecorderStatus, RecordingGroup, RecordingMode, RecordingModeOverride, RecordingStrategy
from cloudsoc.graphs.recording import GLOBAL_TYPES
from cloudsoc.model import LOW, Every, Everywhere, Its
from cloudsoc_checks.config.recorders import (
    recorder_enabled,
    recorder_records_all_resource_types,
    recorder_uses_service_linked_role,
    recording_not_interrupted_in_period,
)
from tests.checks.table import UNREAD, but, given, table
from tests.checks.test_cloudtrail import REGION

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
        "CFG-3: on, but failing, and AWS does not say why": (REGION, Every([(RECORDER, but(GOOD, last_status="FAILURE"))])),
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
NOWHERE = Everywhere([(REGIONAL, GOOD)])
SOMEWHERE = Everywhere([(ALL, GOOD)])
US = but(ALL, region="us-east-1")
DAILY = RecordingMode(
    recording_frequency="CONTINUOUS", recording_mode_overrides=(RecordingModeOverride(resource_types=("AWS::EC2::Instance",), recording_frequency="DAILY"),)
)

test_recorder_records_all_resource_types = table(
    recorder_records_all_resource_types,
    passed={
        "all, global types included": (REGION, Its([ALL]), SOMEWHERE),
        "CFG-2: the global types are recorded in another region": (REGION, Its([REGIONAL]), Everywhere([(REGIONAL, GOOD), (US, GOOD)])),
        "CFG-2: another region decides although one is unread": (REGION, Its([REGIONAL]), Everywhere([(US, GOOD)], [UNREAD])),
        "once a day, told": given(REGION, Its([but(ALL, recording_mode=RecordingMode(recording_frequency="DAILY"))]), SOMEWHERE, says="once a day"),
        "two recorders, each in its own time": given(
            REGION, Its([ALL, but(ALL, recording_mode=RecordingMode(recording_frequency="DAILY"))]), SOMEWHERE, says="once a day"
        ),
        "some once a day, told": given(REGION, Its([but(ALL, recording_mode=DAILY)]), SOMEWHERE, says="AWS::EC2::Instance once a day"),
        "an exclusion that was approved": given(
            REGION, Its([records(excluded=("AWS::EC2::NetworkInterface",))]), SOMEWHERE, approved_exclusions=("AWS::EC2::NetworkInterface",)
        ),
        "the global types left out on purpose": given(REGION, Its([REGIONAL]), NOWHERE, approved_exclusions=tuple(GLOBAL_TYPES)),
    },
    failed={
        "CFG-3: a list of types": given(REGION, Its([records("AWS::EC2::Instance")]), SOMEWHERE, says="only AWS::EC2::Instance"),
        "CFG-3: an exclusion": given(REGION, Its([records(excluded=("AWS::S3::Bucket",))]), SOMEWHERE, says="all types but AWS::S3::Bucket"),
        "nothing": given(REGION, Its([records()]), SOMEWHERE, says="nothing is recorded"),
        "CFG-2: the global types in no region": given(REGION, Its([REGIONAL]), NOWHERE, says="global ones"),
        "CFG-2: in a region that cannot record them": (REGION, Its([REGIONAL]), Everywhere([(but(ALL, region="il-central-1"), GOOD)])),
        "CFG-2: in a region whose recorder is off": given(REGION, Its([REGIONAL]), Everywhere([(US, but(GOOD, recording=False))]), says="global ones"),
        "no word about what it records": (REGION, Its([but(RECORDER, recording_group=None)]), SOMEWHERE),
    },
    not_applicable={"no recorder: another check's matter": (REGION, Its(), NOWHERE)},
    not_assessed={
        "its recorders unread": (REGION, Its((), [UNREAD]), SOMEWHERE),
        "the global types may be recorded where it was not read": (REGION, Its([REGIONAL]), Everywhere([(REGIONAL, GOOD)], [UNREAD])),
    },
)

SERVICE_LINKED = but(RECORDER, role_arn="arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")

test_recorder_uses_service_linked_role = table(
    recorder_uses_service_linked_role,
    passed={"AWS's role": (REGION, Its([SERVICE_LINKED]))},
    failed={
        "one of its own": given(REGION, Its([but(RECORDER, role_arn="arn:aws:iam::111122223333:role/config")]), says="recorder default runs as arn:aws:iam"),
        "two of its own": (REGION, Its([RECORDER, but(RECORDER, role_arn="arn:aws:iam::111122223333:role/config")])),
        "one of its own, named alike": (REGION, Its([but(RECORDER, role_arn="arn:aws:iam::111122223333:role/AWSServiceRoleForConfig")])),
        "one of its own beside AWS's": (REGION, Its([SERVICE_LINKED, but(RECORDER, role_arn="arn:aws:iam::111122223333:role/config")])),
        "none": given(REGION, Its([RECORDER]), says="nobody knows whom"),
        "whatever was not read": (REGION, Its([RECORDER], [UNREAD])),
    },
    not_applicable={"no recorder": (REGION, Its[Recorder]())},
    not_assessed={"unread": (REGION, Its((), [UNREAD])), "the rest unread": (REGION, Its([SERVICE_LINKED], [UNREAD]))},
)

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
STOPPED = RecorderChange(
    arn="1",
    region="eu-west-1",
    event_id="1",
    event_name="StopConfigurationRecorder",
    event_time=AT - timedelta(days=30),
    actor="arn:aws:iam::111122223333:user/eve",
    source_ip_address="198.51.100.7",
    error_code=None,
)
REFUSED = but(STOPPED, error_code="AccessDenied")
MANY = [but(STOPPED, event_id=str(number), event_time=AT - timedelta(days=number)) for number in range(5)]

test_recording_not_interrupted_in_period = table(
    recording_not_interrupted_in_period,
    passed={
        "none": given(REGION, Its[RecorderChange](), AT, says="in 90 days"),
        "tried, and refused": given(REGION, Its([REFUSED]), AT, says="1 refused"),
        "before the period": given(REGION, Its([STOPPED]), AT, lookback_days=29, says="in 29 days"),
        "by whom it may": given(REGION, Its([STOPPED]), AT, approved_actors=("*:user/eve",)),
        "further back than the history reaches": given(REGION, Its[RecorderChange](), AT, lookback_days=365, says="in 90 days"),
    },
    failed={
        "stopped": given(REGION, Its([STOPPED]), AT, says="StopConfigurationRecorder on 2026-05-02 12:00 UTC by arn:aws:iam::111122223333:user/eve"),
        "on the last day of the period": given(REGION, Its([STOPPED]), AT, lookback_days=30),
        "its deliveries ended": given(REGION, Its([but(STOPPED, event_name="DeleteDeliveryChannel")]), AT, says="DeleteDeliveryChannel"),
        "by nobody that is known": given(REGION, Its([but(STOPPED, actor=None)]), AT, approved_actors=("*",), says="by unknown"),
        "many, the newest first": given(REGION, Its(MANY), AT, says="StopConfigurationRecorder on 2026-06-01 12:00 UTC"),
        "many": given(REGION, Its(MANY), AT, says="and 2 more"),
        "three": (REGION, Its(MANY[:3]), AT),
        "four": given(REGION, Its(MANY[:4]), AT, says="and 1 more"),
        "whatever was not read": (REGION, Its([STOPPED], [UNREAD]), AT),
    },
    not_assessed={"unread": (REGION, Its((), [UNREAD]), AT), "refused as far as is known": (REGION, Its([REFUSED], [UNREAD]), AT)},
)
