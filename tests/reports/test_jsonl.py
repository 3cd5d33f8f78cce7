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


def test_a_file_that_broke_off_is_no_report(sample: Report) -> None:
    """A disk that was full, a scan that was killed: failures that are not there are not gone."""
    lines = list(jsonl(sample))
    for kept in {*range(0, len(lines), max(len(lines) // 50, 1)), 1, len(lines) - 1} - {len(lines)}:
        with pytest.raises(ReportError):
            read(lines[:kept])


@pytest.mark.parametrize("line", ['{"kind":"findng"}', "[]", "1", '{"kind":["finding"]}', "{}", '{"kind":"call"}', '{"kind":"account"}'])
def test_a_line_that_is_none_of_ours_is_named(line: str, samples: dict[str, Report]) -> None:
    with pytest.raises(ReportError, match=r"line|call|account"):
        read([*jsonl(samples["every verdict"]), line])


def test_two_reports_in_one_file_are_not_one(samples: dict[str, Report]) -> None:
    with pytest.raises(ReportError, match="2 reports"):
        read([*jsonl(samples["every verdict"]), *jsonl(samples["every verdict"])])


def test_a_file_from_before_lines_were_counted_is_read(samples: dict[str, Report]) -> None:
    first, *rest = jsonl(samples["every verdict"])
    body = json.loads(first)
    assert body.pop("lines")
    assert read([json.dumps(body), *rest]) == samples["every verdict"]
