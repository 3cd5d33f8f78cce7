"""A small report of a small company, as the formats get it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cloudsoc.criteria import roll_up
from cloudsoc.model.criterion import CC6_1, CC6_6, CC7_2
from cloudsoc.model.refusals import refusals
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
            "refusals": refusals(findings, lambda operation: (operation,)),
            "criteria": roll_up(findings, available=(), ran=ids),
            "coverage": tuple(CoverageRow(check=id, account=ACCOUNT, region="eu-west-1", passed=1) for id in ids),
        }
        return Report.model_validate(values | more)

    return make


HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"'`|\\ ]]> --> {0} {{ {% [a](javascript:alert(1)) **b** __c__ ~~d~~ $e$ &amp;",
    "\x00\x01\x08\x0b\x1b[2J\x1b]0;owned\x07\x7f\x85\x9b31m",
    "line\r\nbreak\ttab\u2028separator\u2029\ufeff\ufffe",
    "\u202egpj.exe\u2066\u200b",
    "n" * 10_000,
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "  =1+1",
    "＝1+1",
    "@everyone see https://example.com and www.example.com",
    "../../etc/passwd",
    "a//b/./..",
    "Grüße 🦊 \U000e0041",
    " ",
    "",
    "arn:aws:iam::111122223333:role/<b>x</b>",
)
"""What somebody who may create a resource could call it."""
SAMPLES = ("demo", "empty", "every verdict", "hostile")


@pytest.fixture(scope="session")
def samples(finding: MakeFinding, report: MakeReport) -> dict[str, Report]:
    """The reports that every format must take."""
    outside = finding("kms-c", "not_assessed", "e", causes=(Cause(operation="kms:ListKeys", error="left out", outside=True),))
    verdicts = [
        finding(f"kms-{severity.value}", outcome.value, f"k-{severity.value}-{outcome.value}", severity=severity.value)
        for severity in Severity
        for outcome in Outcome
    ]
    return {
        "demo": _demo(),
        "empty": report(),
        "every verdict": report(*verdicts, outside, finding("kms-d", "not_applicable", "eu-west-1", population=True)),
        "hostile": report(*(_hostile(finding, name, number) for number, name in enumerate(HOSTILE))),
    }


def _hostile(finding: MakeFinding, name: str, number: int) -> Finding:
    """A finding in which all that comes from an account is the name."""
    cause = Cause(operation="kms:DescribeKey", error=name or "none", message=name, region="eu-west-1", account=ACCOUNT)
    verdict = ("failed", "not_assessed", "passed", "not_applicable")[number % 4]
    where = FoundResource(arn=name, id=name, type="AWS::KMS::Key", region="eu-west-1", account=ACCOUNT, partition="aws", owner=ACCOUNT, tags={name: name})
    more = {"causes": (cause,) if verdict == "not_assessed" else (), "remedy": f"``aws kms x --name {name}``, then {name}"}
    made = finding("kms-a", verdict, f"{number}{name}", reason=name, evidence={"name": name, f"_{name}": [name]}, **more)
    return made.model_copy(update={"resource": where})


def _demo() -> Report:
    import cloudsoc
    from cloudsoc.demo import Simulation

    with Simulation() as simulation:
        return cloudsoc.scan(simulation.session(), regions=("eu-west-1", "us-east-1"))


@pytest.fixture(params=SAMPLES)
def sample(request: pytest.FixtureRequest, samples: dict[str, Report]) -> Report:
    """Each of them in turn."""
    return samples[request.param]


@pytest.fixture(scope="session")
def large(finding: MakeFinding, report: MakeReport) -> Report:
    """20,000 findings, about as telling as real ones."""
    verdicts = ("passed", "failed", "passed", "not_applicable", "not_assessed")
    services = ("kms", "s3", "iam", "ec2")
    severities = [one.value for one in Severity]
    return report(
        *(
            finding(
                f"{services[number % 4]}-check-{number % 150}", verdicts[number % 5], f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{number:08d}-c951-4807-a7da-8f454040592d",
                severity=severities[number % 3], region=("eu-west-1", "us-east-1")[number % 2], reason=f"rotation is off since {number % 37} days",
                evidence={"key": {"key_id": f"{number:08d}", "key_manager": "CUSTOMER", "key_state": "Enabled", "origin": "AWS_KMS"}, "rotation": {"key_rotation_enabled": False}},
            )
            for number in range(20_000)
        )
    )  # fmt: skip
