from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jsonschema
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from cloudsoc.model.report import Outcome, Report
from cloudsoc.reports.ocsf import CLASS, VERSION, ocsf


@cache
def validator() -> Any:
    made = OcsfJsonSchemaEmbedded(get_ocsf_schema(VERSION)).get_class_schema("compliance_finding", ["cloud", "datetime"])
    return jsonschema.Draft202012Validator(made)


def events(report: Report) -> list[dict[str, Any]]:
    lines = list(ocsf(report))
    assert all(len(line.splitlines()) == 1 for line in lines)
    return [json.loads(line) for line in lines]


def test_every_event_follows_the_schema(sample: Report) -> None:
    for event in events(sample):
        validator().validate(event)


def test_the_schema_refuses_what_is_wrong(samples: dict[str, Report]) -> None:
    event = events(samples["demo"])[0]
    assert not validator().is_valid(event | {"no_such_attribute": 1})
    assert not validator().is_valid({key: value for key, value in event.items() if key != "cloud"})


def test_every_finding_is_an_event(sample: Report) -> None:
    assert [event["finding_info"]["uid"] for event in events(sample)] == [one.id for one in sample.findings]
    assert {event["class_uid"] for event in events(sample)} <= {CLASS}
    assert {event["type_uid"] for event in events(sample)} <= {200301}


def test_only_what_passed_is_a_pass(sample: Report) -> None:
    for event, finding in zip(events(sample), sample.findings, strict=True):
        assert (event["compliance"]["status_id"] == 1) == (finding.verdict is Outcome.PASSED)
        assert (event["compliance"]["status_id"] == 3) == (finding.verdict is Outcome.FAILED)
        assert (event["severity_id"] > 1) == (finding.verdict is Outcome.FAILED)


def test_times_are_milliseconds(finding: Any, report: Any) -> None:
    at = datetime(2026, 3, 1, 12, 30, 0, 250_000, tzinfo=UTC)
    (event,) = events(report(finding("kms-a", "failed", observed_at=at)))
    assert event["time"] == event["finding_info"]["created_time"] == 1_772_368_200_250
    assert event["time_dt"] == "2026-03-01T12:30:00.250000+00:00"


def test_not_assessed_says_why(finding: Any, report: Any) -> None:
    (event,) = events(report(finding("kms-a", "not_assessed")))
    assert event["compliance"]["status"] == "Unknown"
    assert "kms:DescribeKey: AccessDeniedException (eu-west-1, 111122223333)" in event["compliance"]["status_details"]
