"""What a person need not read twice: equal findings and equal causes, folded. The report itself keeps every row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cloudsoc.model.report import Cause, Finding, Report, WaiverUse
from cloudsoc.model.verdict import Severity
from cloudsoc.reports.terminal import count, some


@dataclass(frozen=True, slots=True)
class Failure:
    """One reason for which a check failed, and the resources that it failed for; ``default`` ones are network objects that AWS itself made."""

    reason: str
    findings: tuple[Finding, ...]
    default: bool

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the resources live."""
        return tuple(sorted({finding.resource.region for finding in self.findings}))


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """All failures of one check, at the worst severity among them."""

    check: str
    severity: Severity
    direct: bool
    failures: tuple[Failure, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them."""
        return tuple(finding for failure in self.failures for finding in failure.findings)


def failed_checks(report: Report) -> list[FailedCheck]:
    """The checks that failed, the worst first: by severity, then those that contradict a criterion by themselves, then by how often."""
    by_check: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.failed():
        by_check[finding.check].append(finding)
    found = [
        FailedCheck(check, max(one.severity for one in findings), any(one.direct for one in findings), tuple(_failures(findings)))
        for check, findings in by_check.items()
    ]
    return sorted(found, key=lambda one: (-list(Severity).index(one.severity), not one.direct, -len(one.findings), one.check))


def _failures(findings: Iterable[Finding]) -> list[Failure]:
    """The findings of one check by severity and reason; default network objects apart, since nobody made them and there is one in every region."""
    groups: dict[tuple[Severity, str, bool], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.severity, finding.reason, on_default_network(finding)].append(finding)
    order = sorted(groups.items(), key=lambda group: (-list(Severity).index(group[0][0]), group[0][2], -len(group[1])))
    return [Failure(reason, tuple(rows), default) for (_, reason, default), rows in order]


def on_default_network(finding: Finding) -> bool:
    """Whether the evidence says that this is a network object that AWS made by itself, or one inside a VPC that AWS made."""
    return finding.resource.type.startswith("AWS::EC2::") and _says_default(finding.evidence)


def _says_default(evidence: Any) -> bool:
    if isinstance(evidence, Mapping):
        if evidence.get("is_default") is True or evidence.get("default_for_az") is True or evidence.get("group_name") == "default":
            return True
        return any(_says_default(inner) for inner in evidence.values())
    return isinstance(evidence, (list, tuple)) and any(_says_default(inner) for inner in evidence)


def told(finding: Finding) -> str:
    """The reason of a finding, with its waiver: a failure that somebody accepts never stands without saying so."""
    if finding.waiver is None:
        return finding.reason
    return (
        f"waived until {finding.waiver.expires.isoformat()} by {finding.waiver.approver} ({finding.waiver.ticket}: {finding.waiver.reason}); {finding.reason}"
    )


def stale(report: Report) -> list[str]:
    """What is wrong with waivers, a line each: those that hold no more, then those that soon will not."""
    return [stale_line(use) for use in (*report.stale_waivers, *(one for one in report.waivers if one.soon and one not in report.stale_waivers))]


def stale_line(use: WaiverUse) -> str:
    """What is wrong with a waiver."""
    waiver = use.waiver
    what = {
        "expired": f"expired on {waiver.expires.isoformat()}",
        "unmatched": "waives nothing: what it names did not fail",
    }.get(use.state, f"expires on {waiver.expires.isoformat()}")
    return f"{waiver.check} on {waiver.resource} ({waiver.ticket}, {waiver.owner}): {what}"


def excluded(report: Report) -> list[str]:
    """What is out of scope, an exclusion a line: how much it took out, why, and where that is declared; then what it could not because of unread tags."""
    lines = []
    for one in report.exclusions:
        took = ((one.accounts, "account"), (one.regions, "region"), (one.resources, "resource"))
        much = ", ".join(count(len(what), name) for what, name in took if what) or "nothing"
        lines.append(f"{much}: {one.exclusion.reason}" + (f" ({one.origin})" if one.origin else ""))
    unread: Counter[str] = Counter()
    for left in report.tags_unread:
        unread[left.type] += left.resources
    if unread:
        lines.append(f"judged, because their tags are not known: {some([f'{number} {kind}' for kind, number in unread.most_common()])}")
    return lines


@dataclass(frozen=True, slots=True)
class Gap:
    """One cause for which findings were not assessed: an operation and what came back, a setting that nobody declared."""

    cause: Cause
    findings: tuple[Finding, ...]
    regions: tuple[str, ...]

    @property
    def what(self) -> str:
        """The cause in a few words."""
        # The engine names an undeclared setting both as operation and in the error: once is enough.
        return self.cause.error if self.cause.operation.startswith("setting ") else f"{self.cause.operation}: {self.cause.error}"

    @property
    def checks(self) -> tuple[str, ...]:
        """The checks that would have needed it."""
        return tuple(sorted({finding.check for finding in self.findings}))


def gaps(report: Report) -> list[Gap]:
    """Why things in scope were not assessed, the cause behind most findings first. A finding with two causes counts under both."""
    found: dict[tuple[str, str], list[tuple[Cause, Finding]]] = defaultdict(list)
    for finding in report.not_assessed:
        for cause in finding.causes:
            if not cause.outside:
                found[cause.operation, cause.error].append((cause, finding))
    folded = [
        Gap(rows[0][0], tuple({finding.id: finding for _, finding in rows}.values()), tuple(sorted({cause.region for cause, _ in rows if cause.region})))
        for rows in found.values()
    ]
    return sorted(folded, key=lambda gap: (-len(gap.findings), gap.what))


def not_grantable(report: Report) -> dict[str, tuple[str, ...]]:
    """The refused actions that no Allow for the identity helps to, by who decided."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in report.refusals:
        if not one.grantable:
            found[one.told].append(one.action)
    return {told: tuple(dict.fromkeys(actions)) for told, actions in found.items()}
