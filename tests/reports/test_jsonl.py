from __future__ import annotations

import json
import random

import jsonschema
import pytest

from cloudsoc.model.report import Report, ReportError
from cloudsoc.reports.json import json as as_json
from cloudsoc.reports.json import schema
from cloudsoc.reports.jsonl import jsonl, line_schema, read


def test_json_follows_its_schema(sample: Report) -> None:
    jsonschema.validate(json.loads(as_json(sample)), json.loads(schema()))


def test_every_line_follows_the_schema(sample: Report) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(line_schema()))
    validator.check_schema(validator.schema)
    for line in jsonl(sample):
        assert line.endswith("\n")
        assert len(line.splitlines()) == 1
        validator.validate(json.loads(line))


def test_the_schema_refuses_what_is_no_line() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(line_schema()))
    assert not validator.is_valid({"kind": "finding"})
    assert not validator.is_valid({"kind": "report", "schema_version": 1, "asked": {}, "more": 1})


def test_the_lines_are_the_whole_report(sample: Report) -> None:
    assert read(jsonl(sample)) == sample


def test_the_order_of_kinds_does_not_matter(samples: dict[str, Report]) -> None:
    lines = list(jsonl(samples["demo"]))
    random.Random(1).shuffle(lines)
    kinds = sorted(lines, key=lambda line: lines.index(line))
    found = read(kinds)
    assert {one.id for one in found.findings} == {one.id for one in samples["demo"].findings}


def test_lines_without_a_report_are_no_report() -> None:
    with pytest.raises(ReportError):
        read([])
