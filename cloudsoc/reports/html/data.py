"""The findings as the page's script gets them: each text once, compressed, in letters that no parser of HTML could take for anything else."""

from __future__ import annotations

import base64
import zlib
from json import dumps
from typing import Any

from cloudsoc.model.report import Finding, Outcome, Report
from cloudsoc.model.verdict import Severity

VERDICTS = (Outcome.FAILED, Outcome.NOT_ASSESSED, Outcome.PASSED, Outcome.NOT_APPLICABLE)
"""The order in which a person wants them."""
SEVERITIES = tuple(reversed(Severity))


def packed(report: Report) -> str:
    """The findings, worst first, and the checks behind them: JSON, deflated, in base 64."""
    checks = {
        one.id: {
            "why": one.why,
            "fix": one.fix,
            "terraform": one.terraform,
            "refs": one.refs,
            "version": one.version,
            "operations": one.operations,
            "settings": [
                *(f"{name}={dumps(value, ensure_ascii=False)}" for name, value in one.settings.items()),
                *(f"{name} (not declared)" for name in one.undeclared),
            ],
        }
        for one in report.asked.checks
    }
    findings = sorted(report.findings, key=lambda one: (VERDICTS.index(one.verdict), SEVERITIES.index(one.severity), one.check, one.resource.arn))
    text = dumps({"checks": checks, "findings": [_row(one) for one in findings]}, ensure_ascii=False, separators=(",", ":"), default=str)
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def _row(finding: Finding) -> dict[str, Any]:
    where = finding.resource
    row = {
        "id": finding.id,
        "check": finding.check,
        "title": finding.title,
        "verdict": "outside" if finding.outside else "waived" if finding.waiver else finding.verdict.value,
        "severity": finding.severity.value,
        "reason": finding.reason,
        "waiver": finding.waiver.model_dump(mode="json", exclude_defaults=True) if finding.waiver else None,
        "arn": where.arn,
        "name": where.id,
        "type": where.type,
        "region": where.region,
        "account": where.account,
        "owner": where.owner,
        "tags": where.tags,
        "direct": finding.direct,
        "supporting": finding.supporting,
        "evidence": finding.evidence,
        "remedy": finding.remedy,
        "causes": [cause.model_dump(exclude_defaults=True) for cause in finding.causes],
        "at": finding.observed_at.isoformat(timespec="seconds"),
    }
    return {name: value for name, value in row.items() if value}
