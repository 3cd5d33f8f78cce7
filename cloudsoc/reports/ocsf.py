"""The findings as OCSF 1.5.0 Compliance Findings (class 2003), one a line: what SIEMs and data lakes take in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from json import dumps
from typing import Any

from cloudsoc.model.report import CheckAsked, Finding, Outcome, Report
from cloudsoc.model.verdict import Severity
from cloudsoc.reports.json import visible

VERSION, CLASS, CATEGORY, CREATE = "1.5.0", 2003, 2, 1
SEVERITIES = {Severity.LOW: (2, "Low"), Severity.MEDIUM: (3, "Medium"), Severity.HIGH: (4, "High"), Severity.CRITICAL: (5, "Critical")}
INFORMATIONAL = (1, "Informational")
STATUSES = {Outcome.PASSED: (1, "Pass"), Outcome.FAILED: (3, "Fail"), Outcome.NOT_APPLICABLE: (99, "Not Applicable"), Outcome.NOT_ASSESSED: (0, "Unknown")}
"""Not assessed is *unknown*; OCSF's *warning* would say that something was seen."""


def ocsf(report: Report) -> Iterator[str]:
    """A line a finding, all verdicts."""
    checks = {one.id: one for one in report.asked.checks}
    version = report.asked.versions.get("cloudsoc", "0")
    return (
        visible(dumps(_event(one, checks.get(one.check), version), ensure_ascii=False, separators=(",", ":"), default=str)) + "\n" for one in report.findings
    )


def _event(finding: Finding, check: CheckAsked | None, version: str) -> dict[str, Any]:
    where = finding.resource
    severity_id, severity = SEVERITIES[finding.severity] if finding.verdict is Outcome.FAILED else INFORMATIONAL
    unmapped = {"verdict": finding.verdict.value, "outside": finding.outside, "population": finding.population, "severity_of_check": finding.severity.value}
    event: dict[str, Any] = {
        "activity_id": CREATE,
        "activity_name": "Create",
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "type_uid": CLASS * 100 + CREATE,
        "type_name": "Compliance Finding: Create",
        "time": _milliseconds(finding.observed_at),
        "time_dt": finding.observed_at.isoformat(),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": 1,
        "status": "New",
        "message": f"{finding.title}: {finding.reason}",
        "metadata": {
            "version": VERSION,
            "product": {"name": "cloudsoc", "vendor_name": "cloudsoc", "version": version},
            "profiles": ["cloud", "datetime"],
            "event_code": finding.check,
        },
        "finding_info": {
            "uid": finding.id,
            "title": finding.title,
            "desc": check.why if check else finding.title,
            "types": ["SOC 2"],
            "created_time": _milliseconds(finding.observed_at),
            "created_time_dt": finding.observed_at.isoformat(),
        },
        "compliance": _compliance(finding),
        "cloud": {"provider": "AWS", "region": where.region, "account": {"uid": where.account, "type": "AWS Account", "type_id": 10}},
        "resources": [_resource(finding)],
        "unmapped": unmapped,
    }
    if finding.waiver:
        waiver = finding.waiver
        event |= {
            "status_id": 3,
            "status": "Suppressed",
            "comment": f"{waiver.reason} ({waiver.ticket}, approved by {waiver.approver}, until {waiver.expires.isoformat()})",
        }
        event["unmapped"] = {**unmapped, "waiver": waiver.model_dump(mode="json")}
    if finding.remedy:
        event["remediation"] = {"desc": finding.remedy}
    return event


def _compliance(finding: Finding) -> dict[str, Any]:
    status_id, status = STATUSES[finding.verdict]
    causes = [f"{one.operation}: {one.error} ({one.region}, {one.account})" for one in finding.causes]
    return {
        "standards": ["SOC 2"],
        "requirements": [*finding.direct, *finding.supporting],
        "control": finding.check,
        "status_id": status_id,
        "status": status,
        "status_details": [finding.reason, *causes],
    }


def _resource(finding: Finding) -> dict[str, Any]:
    where = finding.resource
    found: dict[str, Any] = {
        "uid": where.arn,
        "name": where.id,
        "type": where.type,
        "region": where.region,
        "cloud_partition": where.partition,
        "owner": {"uid": where.owner, "account": {"uid": where.owner, "type": "AWS Account", "type_id": 10}},
        "data": finding.evidence,
    }
    if where.tags is not None:
        found["tags"] = [{"name": name, "value": value} for name, value in where.tags.items()]
    return found


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
