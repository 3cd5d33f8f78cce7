"""Runs the rows of `exposures.md`, and asks the answers what checks ask them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cloudsoc.policy import Exposure, ExposureGrant, Policies, Policy, decide, exposure
from tests.policy.test_decisions import statement

OWN = "111122223333"
TABLE = (Path(__file__).parent / "exposures.md").read_text(encoding="utf-8")


class Row(NamedTuple):
    line: int
    policy: str
    who: str
    because: str


def rows() -> Iterator[Row]:
    for number, line in enumerate(TABLE.splitlines(), start=1):
        if line.startswith("| ") and not line.startswith("| policy |"):
            yield Row(number, *(cell.strip() for cell in line.strip("| ").split(" | ")))


ROWS = tuple(rows())


def document(text: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement(part, is_about_itself=True) for part in text.split(" // ")]}


def named(grant: ExposureGrant) -> str:
    guard = (" guarded" if grant.guarded else " unguarded") if grant.who.kind in ("service", "federated") else ""
    return ("? " if grant.needs_review is not None else "") + str(grant.who) + guard


def of(text: str, **more: Any) -> Exposure:
    return exposure(document(text), account=OWN, **more)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"line {row.line}: {row.because}")
def test_who_is_let_in(row: Row) -> None:
    resource = "arn:aws:s3:::photos" if "arn:aws:s3:::photos" in row.policy else None
    exposed = of(row.policy, resource=resource)
    expected = [] if row.who == "-" else sorted(row.who.split("; "))
    assert sorted({named(grant) for grant in exposed}) == expected, exposed.explanation
    everything = Policy.of({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    for grant in exposed.certain:
        assert grant.witness is not None
        assert decide(grant.witness, Policies(identity=(everything,), session=(everything,), resource=Policy.of(document(row.policy)))).allowed


def test_the_rows_differ() -> None:
    assert len({row.policy for row in ROWS}) == len(ROWS) >= 150
    assert len({row.who for row in ROWS}) > 30
