"""Two reports side by side: what is new, fixed, gone or not seen any more, and whether the environment changed or the rule.

A failure counts as gone or fixed only where the newer report says so: what it did not look at is *not compared*, and what it could not read *newly not assessed*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from cloudsoc.model.report import Finding, Outcome, Report
from cloudsoc.model.verdict import Severity


class ComparisonError(ValueError):
    """Two reports that have no account in common."""


class Change(Enum):
    """What became of a finding."""

    NEW = "new"
    FIXED = "fixed"
    UNCHANGED = "unchanged"
    GONE = "gone"
    NEWLY_NOT_ASSESSED = "newly not assessed"
    NOT_COMPARED = "not compared"


class Because(Enum):
    """What changed, as far as it can be told."""

    ENVIRONMENT = "the environment changed"
    RULE = "the check or its settings changed"
    EITHER = "the environment, the check or its settings changed"
    SEEN = "it could not be assessed before"
    ACCEPTED = "a waiver accepted it before"
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding that failed in either report, or cannot be assessed any more. ``finding`` is the newer one, or the older where there is no newer."""

    change: Change
    because: Because
    finding: Finding
    before: Finding | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences, the worst first."""

    old: Report
    new: Report
    differences: tuple[Difference, ...]

    def of(self, change: Change) -> tuple[Difference, ...]:
        """Those of one kind."""
        return tuple(one for one in self.differences if one.change is change)

    def new_failures(self, at_least: Severity = Severity.LOW) -> tuple[Finding, ...]:
        """The failures that the older report does not have, has at a lower severity, or has under a waiver that is gone, and that nobody accepts: what a gate looks at."""
        return tuple(one.finding for one in self.of(Change.NEW) if one.finding.severity >= at_least and one.finding.waiver is None)


def compare(old: Report, new: Report) -> Comparison:
    """The difference between an older report and a newer one. Raises ``ComparisonError`` where they have no account in common."""
    accounts = _accounts(old), _accounts(new)
    if not accounts[0] & accounts[1]:
        known = [", ".join(sorted(account for _, account in one)) or "none" for one in accounts]
        raise ComparisonError(f"the two reports have no account in common: {known[0]}; {known[1]}")
    found = sorted(_differences(old, new), key=_order)
    return Comparison(old, new, tuple(found))


def _order(one: Difference) -> tuple[int, int, str, str]:
    return list(Change).index(one.change), -list(Severity).index(one.finding.severity), one.finding.check, one.finding.resource.arn


def _accounts(report: Report) -> set[tuple[str, str]]:
    return {(one.partition, one.account) for one in report.accounts}


def _differences(old: Report, new: Report) -> Iterator[Difference]:
    rules = _Rules(old, new)
    scope = _Scope(new)
    before = {one.id: one for one in old.findings}
    now = {one.id for one in new.findings}
    for finding in new.findings:
        earlier = before.get(finding.id)
        if (change := _change(earlier, finding)) is not None:
            yield Difference(change, rules.because(earlier, finding, change), finding, earlier)
    for finding in old.findings:
        if finding.verdict in {Outcome.FAILED, Outcome.PASSED} and finding.id not in now:
            change = scope.what_became_of(finding)
            if finding.verdict is Outcome.FAILED or change is Change.NEWLY_NOT_ASSESSED:
                yield Difference(change, Because.NOTHING, finding, finding)


def _change(before: Finding | None, now: Finding) -> Change | None:
    """What became of a finding that the newer report has; None where neither report says anything bad."""
    failed = before is not None and before.verdict is Outcome.FAILED
    if now.outside:
        return Change.NOT_COMPARED if failed else None
    if now.verdict is Outcome.NOT_ASSESSED:
        return None if before is not None and before.verdict is Outcome.NOT_ASSESSED and not before.outside else Change.NEWLY_NOT_ASSESSED
    if now.verdict is Outcome.FAILED:
        # The same failure at a higher severity was never accepted at this one, and what a waiver accepted is not accepted without it.
        same = failed and before is not None and now.severity <= before.severity and not _lost_its_waiver(before, now)
        return Change.UNCHANGED if same else Change.NEW
    return Change.FIXED if failed else None


def _lost_its_waiver(before: Finding, now: Finding) -> bool:
    return before.waiver is not None and now.waiver is None


class _Rules:
    """Whether a check was the same in both reports: its source, and the settings in force."""

    def __init__(self, old: Report, new: Report) -> None:
        self._old = {one.id: one for one in old.asked.checks}
        self._new = {one.id: one for one in new.asked.checks}

    def because(self, before: Finding | None, now: Finding, change: Change) -> Because:
        """Why the verdict is another one."""
        if change is Change.UNCHANGED or change is Change.NOT_COMPARED or now.verdict is Outcome.NOT_ASSESSED:
            return Because.NOTHING
        if before is not None and before.verdict is Outcome.NOT_ASSESSED:
            return Because.SEEN
        if before is not None and now.verdict is Outcome.FAILED and _lost_its_waiver(before, now):
            return Because.ACCEPTED
        old, new = self._old.get(before.check if before else now.check), self._new.get(now.check)
        if old is None or new is None:
            return Because.RULE  # a check that was not asked before
        if _hash(old.version) == _hash(new.version) and (old.settings, old.undeclared) == (new.settings, new.undeclared):
            return Because.ENVIRONMENT
        return Because.RULE if before is not None and before.evidence == now.evidence else Because.EITHER


def _hash(version: str) -> str:
    """The part of a check's version that is its source: a release by itself changes no rule."""
    return version.rpartition("+")[2]


class _Scope:
    """What the newer report looked at: only there does a missing finding mean that the resource is gone."""

    def __init__(self, report: Report) -> None:
        self._checks = {one.id for one in report.asked.checks}
        self._regions = {(one.account, region.name) for one in report.accounts for region in one.regions if region.state == "read"}
        self._accounts = {one.account for one in report.accounts}
        self._excluded = {(where.account, where.arn) for one in report.exclusions for where in one.resources}
        self._unread = {(one.check, one.resource.account) for one in report.findings if one.population and one.verdict is Outcome.NOT_ASSESSED}

    def what_became_of(self, finding: Finding) -> Change:
        """Of a failure that the newer report does not have."""
        where = finding.resource
        if finding.check not in self._checks or where.account not in self._accounts:
            return Change.NOT_COMPARED
        if (where.account, where.arn) in self._excluded:
            return Change.NOT_COMPARED
        if where.region != "global" and (where.account, where.region) not in self._regions:
            return Change.NOT_COMPARED
        # A resource may be listed elsewhere than it lives, so that a listing that was refused anywhere may have had it.
        if (finding.check, where.account) in self._unread:
            return Change.NEWLY_NOT_ASSESSED
        return Change.GONE
