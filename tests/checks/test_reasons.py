"""What an auditor reads: verdict, reason, severity and evidence of every case of every table, in full. A change of words is a change of evidence, and shows here.

After a change that was meant: ``python -m tests.checks.test_reasons``; the difference is part of the review.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from cloudsoc.model import Failed
from tests.checks.table import Table
from tests.worlds import tables

RECORD = Path(__file__).with_name("reasons")
TABLES = tables()
Row = tuple[str, ...]


def reasons(table: Table) -> list[Row]:
    """Check, verdict, case, reason, severity of a failure, and evidence."""
    found = []
    for (expected, name), case in table.cases.items():
        verdict = table.verdict(case)
        severity = (verdict.severity or table.check.severity).value if isinstance(verdict, Failed) else ""
        evidence = (f"{key}: {value}" for key, value in getattr(verdict, "evidence", {}).items())
        found.append((table.check.id, expected, name, verdict.reason, severity, *evidence))
    return sorted(found, key=lambda row: row[:3])


@cache
def record() -> dict[str, list[Row]]:
    """What is committed, by check."""
    found: dict[str, list[Row]] = defaultdict(list)
    for file in sorted(RECORD.glob("*.csv")):
        with file.open(newline="") as lines:
            for row in csv.reader(lines):
                found[row[0]].append(tuple(row))
    return dict(found)


@pytest.mark.parametrize("id", TABLES)
def test_reasons(id: str) -> None:
    assert reasons(TABLES[id]) == record().get(id), "if this was meant: python -m tests.checks.test_reasons"


def test_the_record_knows_no_other_checks() -> None:
    assert record().keys() <= TABLES.keys()


def write() -> None:
    """Write the record anew, one file a service."""
    services: dict[str, list[Row]] = defaultdict(list)
    for _, table in sorted(TABLES.items()):
        services[table.check.service] += reasons(table)
    RECORD.mkdir(exist_ok=True)
    for file in RECORD.glob("*.csv"):
        file.unlink()
    for service, rows in services.items():
        with (RECORD / f"{service}.csv").open("w", newline="") as lines:
            csv.writer(lines, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    write()
