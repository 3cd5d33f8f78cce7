"""A small report of a small company, as the formats get it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cloudsoc.criteria import roll_up
from cloudsoc.model.criterion import CC6_1, CC6_6, CC7_2
from cloudsoc.model.report import AccountScanned, Asked, Cause, CheckAsked, CoverageRow, Finding, FoundResource, Outcome, RegionScope, Report, finding_id
from cloudsoc.model.verdict import Profile, Severity

ACCOUNT = "111122223333"
AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
MakeFinding = Callable[..., Finding]
MakeReport = Callable[..., Report]


@pytest.fixture(scope="session")
def finding() -> MakeFinding:
    def make(
        check: str, verdict: str, resource: str = "thing", *, region: str = "eu-west-1", severity: str = "medium", kind: str = "AWS::KMS::Key", **more: Any
    ) -> Finding:
        values = {
            "id": finding_id(check, "aws", ACCOUNT, region, resource),
            "check": check,
            "title": check.replace("-", " "),
            "verdict": Outcome(verdict),
            "reason": f"it {verdict}",
            "severity": Severity(severity),
            "resource": FoundResource(arn=resource, id=resource.rsplit("/", 1)[-1], type=kind, region=region, account=ACCOUNT, partition="aws", owner=ACCOUNT),
            "direct": (CC6_1,),
            "supporting": (CC7_2,),
            "evidence": {},
            "remedy": f"``aws fix {resource}``" if verdict == "failed" else "",
            "observed_at": AT,
        }
        if verdict == "not_assessed":
            values["causes"] = (Cause(operation="kms:DescribeKey", error="AccessDeniedException", region=region, account=ACCOUNT),)
        return Finding.model_validate(values | more)

    return make


@pytest.fixture(scope="session")
def report() -> MakeReport:
    def make(*findings: Finding, **more: Any) -> Report:
        ids = sorted({one.check for one in findings})
        checks = tuple(
            CheckAsked(
                id=id, title=id, why="because", fix="do it", terraform="", severity=Severity.MEDIUM, profile=Profile.CORE, direct=(CC6_1, CC6_6),
                supporting=(), refs=(), operations=("kms:ListKeys",), settings={}, version="1",
            )
            for id in ids
        )  # fmt: skip
        scanned = AccountScanned(
            account=ACCOUNT, partition="aws", caller=f"arn:aws:iam::{ACCOUNT}:role/auditor", observed_at=AT, finished_at=AT,
            regions=(RegionScope(name="eu-west-1", state="read"), RegionScope(name="us-east-1", state="read")), vanished={}, inventory="0" * 64, calls=(),
        )  # fmt: skip
        values = {
            "accounts": (scanned,),
            "asked": Asked(checks=checks, versions={"cloudsoc": "0"}),
            "findings": findings,
            "criteria": roll_up(findings, available=(), ran=ids),
            "coverage": tuple(CoverageRow(check=id, account=ACCOUNT, region="eu-west-1", passed=1) for id in ids),
        }
        return Report.model_validate(values | more)

    return make
