"""What somebody accepts, in the words of whoever wrote the waiver, keeps to each format's schema and limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cloudsoc.model.report import Report, Waiver
from cloudsoc.waivers import apply
from tests.reports import test_asff, test_ocsf, test_oscal, test_sarif
from tests.reports.conftest import HOSTILE

SCHEMAS: dict[str, Callable[[Report], None]] = {
    "asff": test_asff.test_every_finding_keeps_to_the_limits,
    "ocsf": test_ocsf.test_every_event_follows_the_schema,
    "oscal": test_oscal.test_it_follows_the_schema_and_holds_together,
    "sarif": test_sarif.test_it_follows_the_schema_and_githubs_limits,
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_waived_failure_keeps_to_the_schema(name: str, finding: Any, report: Any) -> None:
    words = [one for one in HOSTILE if one]
    waivers = [
        Waiver(check="kms-a", resource=f"r{number}", reason=text, owner=text, approver=text, ticket=text, compensating_control=text, expires=date(2026, 12, 31))
        for number, text in enumerate(words)
    ]
    made = apply(report(*(finding("kms-a", "failed", f"r{number}") for number in range(len(words)))), waivers)
    assert all(one.waiver for one in made.findings)
    SCHEMAS[name](made)
