"""What a configuration recorder takes in."""

from __future__ import annotations

import pytest

from cloudsoc.aws.config import Recorder, RecordingMode, RecordingModeOverride
from cloudsoc.graphs.recording import GLOBAL_TYPES, RECORD_GLOBAL_TYPES, not_recorded, pace, records_global_types
from tests.checks.table import but
from tests.checks.test_config import ALL, RECORDER, REGIONAL, records

IAM = ("AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User")


def test_the_global_types() -> None:
    assert sorted(GLOBAL_TYPES) == [*IAM]


@pytest.mark.parametrize(
    ("recorder", "expected"),
    [
        (ALL, True),
        (REGIONAL, False),
        (records(*IAM), True),
        (records(*IAM[:3]), False),
        (records(excluded=("AWS::S3::Bucket",)), True),
        (records(excluded=("AWS::S3::Bucket", "AWS::IAM::Role")), False),
        (records(excluded=("AWS::IAM::Role",), all_supported=True, global_types=True), False),
        (but(RECORDER, recording_group=None), False),
    ],
)
def test_whether_they_are_recorded(recorder: Recorder, expected: bool) -> None:
    assert records_global_types(recorder) is expected


def test_regions_that_came_later_cannot_record_them() -> None:
    old = (
        "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 af-south-1 me-south-1 eu-central-1 eu-north-1 eu-south-1 eu-west-1 eu-west-2 eu-west-3 "
        "ap-east-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 cn-north-1 cn-northwest-1 "
        "us-gov-east-1 us-gov-west-1"
    ).split()
    assert sorted(RECORD_GLOBAL_TYPES) == sorted(old)
    for region in ("eu-central-2", "eu-south-2", "il-central-1", "ca-west-1"):
        assert not records_global_types(but(ALL, region=region))


@pytest.mark.parametrize(
    ("recorder", "approved", "expected"),
    [
        (ALL, (), ""),
        (but(RECORDER, recording_group=None), (), "the recorder does not say what it records"),
        (records(), (), "nothing is recorded"),
        (records("b", "a"), (), "only a, b are recorded"),
        (records(*"edcba"), (), "only a, b, c and 2 more are recorded"),
        (records(*"dcba"), (), "only a, b, c, d are recorded"),
        (records(excluded=("b", "a", "AWS::IAM::Role")), ("b",), "all types but a are recorded"),
        (records(excluded=("b", "AWS::IAM::Role")), ("b",), ""),
    ],
)
def test_what_is_left_out(recorder: Recorder, approved: tuple[str, ...], expected: str) -> None:
    assert not_recorded(recorder.recording_group, approved) == expected


def override(frequency: str, *types: str) -> RecordingModeOverride:
    return RecordingModeOverride(resource_types=types, recording_frequency=frequency)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (None, ""),
        (RecordingMode(recording_frequency="CONTINUOUS"), ""),
        (RecordingMode(recording_frequency="DAILY"), "; once a day"),
        (RecordingMode(recording_frequency="DAILY", recording_mode_overrides=(override("CONTINUOUS", "a"),)), "; once a day"),
        (
            RecordingMode(recording_frequency="CONTINUOUS", recording_mode_overrides=(override("DAILY", "b", "a"), override("CONTINUOUS", "c"))),
            "; a, b once a day",
        ),
    ],
)
def test_how_often(mode: RecordingMode | None, expected: str) -> None:
    assert pace(but(RECORDER, recording_mode=mode)) == expected
