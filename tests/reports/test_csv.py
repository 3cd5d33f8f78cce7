from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudsoc.model.report import Report
from cloudsoc.reports.csv import COLUMNS, CUT, LONGEST_CELL, cell, csv_raw
from cloudsoc.reports.csv import csv as as_csv
from tests.reports.conftest import HOSTILE


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_finding_is_a_row(sample: Report) -> None:
    for written in ("".join(as_csv(sample)), "".join(csv_raw(sample))):
        found = rows(written)
        assert [one["id"] for one in found] == [one.id for one in sample.findings]
        assert [one["verdict"] for one in found] == [one.verdict.value for one in sample.findings]
        assert all(one.keys() == COLUMNS.keys() for one in found)


def test_raw_is_what_was_read(sample: Report) -> None:
    for row, finding in zip(rows("".join(csv_raw(sample))), sample.findings, strict=True):
        assert (row["resource"], row["reason"], row["remedy"]) == (finding.resource.arn, finding.reason, finding.remedy)
        assert json.loads(row["evidence"]) == finding.evidence
        assert (json.loads(row["tags"]) if row["tags"] else None) == finding.resource.tags


def test_no_cell_is_a_formula(samples: dict[str, Report]) -> None:
    cells = [value for row in rows("".join(as_csv(samples["hostile"]))) for value in row.values()]
    assert not [one for one in cells if one.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))]
    assert [one for one in cells if one.startswith("'=cmd")]


@given(st.text() | st.sampled_from(HOSTILE))
def test_a_cell_is_text(value: str) -> None:
    written = cell(value)
    assert written.isprintable()
    assert not written.lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("value", ["plain", "a=b", "1-2", "'quoted"])
def test_what_is_no_formula_stays(value: str) -> None:
    assert cell(value) == value


def test_a_cell_that_no_spreadsheet_holds_says_that_it_was_cut(finding: Any, report: Any) -> None:
    made = report(finding("kms-a", "failed", evidence={"list": ["x" * 100] * 1000}))
    shown = rows("".join(as_csv(made)))[0]["evidence"]
    assert len(shown) == LONGEST_CELL
    assert shown.endswith(CUT)
    assert json.loads(rows("".join(csv_raw(made)))[0]["evidence"]) == made.findings[0].evidence
