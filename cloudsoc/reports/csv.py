"""The findings as CSV: one for spreadsheets, in which no cell is a formula, and one for machines, in which every cell is as it was read."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from csv import QUOTE_ALL
from csv import writer as csv_writer
from json import dumps

from cloudsoc.model.report import Finding, Report
from cloudsoc.reports.terminal import printable

LONGEST_CELL = 32_767
"""What a cell of a spreadsheet holds; more would be cut without a word or spill into the next row."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""With what a cell begins that a spreadsheet would calculate."""
CUT = " [cut]"

COLUMNS: dict[str, Callable[[Finding], object]] = {
    "id": lambda one: one.id,
    "verdict": lambda one: one.verdict.value,
    "severity": lambda one: one.severity.value,
    "check": lambda one: one.check,
    "title": lambda one: one.title,
    "direct": lambda one: " ".join(one.direct),
    "supporting": lambda one: " ".join(one.supporting),
    "partition": lambda one: one.resource.partition,
    "account": lambda one: one.resource.account,
    "region": lambda one: one.resource.region,
    "type": lambda one: one.resource.type,
    "resource": lambda one: one.resource.arn,
    "name": lambda one: one.resource.id,
    "owner": lambda one: one.resource.owner,
    "tags": lambda one: "" if one.resource.tags is None else _json(one.resource.tags),
    "reason": lambda one: one.reason,
    "remedy": lambda one: one.remedy,
    "causes": lambda one: _json([cause.model_dump() for cause in one.causes]) if one.causes else "",
    "waiver": lambda one: _json(one.waiver.model_dump(mode="json")) if one.waiver else "",
    "waived_until": lambda one: one.waiver.expires.isoformat() if one.waiver else "",
    "outside": lambda one: str(one.outside).lower(),
    "population": lambda one: str(one.population).lower(),
    "observed_at": lambda one: one.observed_at.isoformat(),
    "evidence": lambda one: _json(one.evidence),
}


def csv(report: Report) -> Iterator[str]:
    """For a spreadsheet: formulas are text, what cannot be seen is escaped, and a cell that is too long says that it was cut."""
    return _rows(report, cell)


def csv_raw(report: Report) -> Iterator[str]:
    """For machines: every cell as it was read. Do not open it in a spreadsheet: a resource's name may be a formula."""
    return _rows(report, str)


def cell(value: object) -> str:
    """A value as a cell that a spreadsheet shows and does not calculate."""
    text = str(value)
    # The quote must stand before what the reader sees, and blanks before a formula do not stop one.
    shown = printable(text)
    if text.lstrip(" ").startswith(FORMULA) or shown.startswith(FORMULA):
        shown = "'" + shown
    return shown if len(shown) <= LONGEST_CELL else shown[: LONGEST_CELL - len(CUT)] + CUT


def _rows(report: Report, written: Callable[[object], str]) -> Iterator[str]:
    line = io.StringIO(newline="")
    out = csv_writer(line, quoting=QUOTE_ALL)
    out.writerow(COLUMNS)
    for finding in report.findings:
        yield line.getvalue()
        line.seek(0)
        line.truncate()
        out.writerow([written(column(finding)) for column in COLUMNS.values()])
    yield line.getvalue()


def _json(value: object) -> str:
    return dumps(value, ensure_ascii=False, sort_keys=True, default=str)
