"""What an auditor reads: the reason of every case of every table of S3, in full. A change of words is a change of evidence, and shows here."""

from __future__ import annotations

import csv
from pathlib import Path

from cloudsoc.model import Failed
from tests.checks import test_s3, test_s3_data, test_s3_events, test_s3_policies
from tests.checks.table import Table

FILE = Path(__file__).with_name("s3_reasons.csv")
TABLES = [
    made
    for module in (test_s3, test_s3_data, test_s3_events, test_s3_policies)
    for value in vars(module).values()
    if isinstance(made := getattr(value, "table", None), Table)
]


def reasons() -> list[tuple[str, ...]]:
    """Check, verdict, case, reason, severity and evidence."""
    found = []
    for made in TABLES:
        for (expected, name), case in made.cases.items():
            verdict = made.verdict(case)
            severity = (verdict.severity or made.check.severity).value if isinstance(verdict, Failed) else ""
            found.append((made.check.id, expected, name, verdict.reason, severity, *map(str, getattr(verdict, "evidence", {}).items())))
    return sorted(found)


def test_reasons() -> None:
    with FILE.open(newline="") as file:
        known = [tuple(row) for row in csv.reader(file)]
    assert reasons() == known


if __name__ == "__main__":  # after a change that was meant
    with FILE.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(reasons())
