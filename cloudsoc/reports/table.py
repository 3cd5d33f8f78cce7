"""The whole report as plain tables: every criterion, every finding, the coverage."""

from __future__ import annotations

from collections.abc import Iterable

from tabulate import tabulate

from cloudsoc.model.report import Report
from cloudsoc.reports.folding import excluded, stale, told
from cloudsoc.reports.screen import last_line
from cloudsoc.reports.terminal import printable


def table(report: Report) -> str:
    """Every row, none folded or cut."""
    criteria = [(one.id, one.state.value, one.summary, one.reason, one.manual) for one in report.criteria]
    findings = [
        (
            one.verdict.value,
            one.severity.value,
            one.check,
            one.resource.account,
            one.resource.region,
            one.resource.arn,
            told(one),
            one.remedy.replace("``", "`"),
        )
        for one in report.findings
    ]
    coverage = [
        (one.check, one.account, one.region, one.passed, one.failed, one.not_applicable, one.not_assessed, one.outside, one.out_of_scope)
        for one in report.coverage
    ]
    accounts = [
        (
            one.account,
            one.observed_at.isoformat(timespec="seconds"),
            one.finished_at.isoformat(timespec="seconds"),
            one.caller,
            one.inventory,
            ", ".join(region.name for region in one.regions if region.state == "read"),
        )
        for one in report.accounts
    ]
    parts = (
        _rows(("account", "observed", "finished", "read as", "content hash", "regions read"), accounts),
        _rows(("criterion", "state", "summary", "why", "what an auditor asks for"), criteria),
        _rows(("verdict", "severity", "check", "account", "region", "resource", "reason", "remedy"), findings),
        _rows(("check", "account", "region", "passed", "failed", "not applicable", "not assessed", "outside", "out of scope"), coverage),
        *([_rows(("out of scope",), [(line,) for line in excluded(report)])] if report.exclusions else []),
        *([_rows(("waivers that need a look",), [(line,) for line in stale(report)])] if stale(report) else []),
        last_line(report) + "\n",
    )
    return "\n".join(parts)


def _rows(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    return tabulate([tuple(map(printable, row)) for row in rows], headers=head, tablefmt="simple", disable_numparse=True) + "\n"
