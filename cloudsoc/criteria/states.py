"""The roll-up: from findings to what they say about each criterion. Nothing is supported that was not seen whole."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from cloudsoc.criteria.texts import texts
from cloudsoc.model.check import Check
from cloudsoc.model.criterion import Criterion
from cloudsoc.model.report import CriterionResult, CriterionState, Finding, Outcome


def roll_up(findings: Iterable[Finding], *, available: Iterable[Check[Any]], ran: Iterable[str], outside: Iterable[str] = ()) -> tuple[CriterionResult, ...]:
    """The state of all 61 criteria.

    ``available``: the checks of the profile that was asked for; ``ran``: the ids of those that ran. A check that ran although it is not among
    ``available`` counts as well, for the criteria that its findings name. ``outside``: the ids of those that would have had more to look at, in regions that
    were not asked for; no finding tells of it.
    """
    by_criterion: dict[Criterion, list[Finding]] = defaultdict(list)
    direct: dict[Criterion, set[str]] = defaultdict(set)
    supporting: dict[Criterion, set[str]] = defaultdict(set)
    for check in available:
        for criterion in check.direct:
            direct[criterion].add(check.id)
        for criterion in check.supporting:
            supporting[criterion].add(check.id)
    for finding in findings:
        for criterion in finding.direct:
            direct[criterion].add(finding.check)
            by_criterion[criterion].append(finding)
        for criterion in finding.supporting:
            supporting[criterion].add(finding.check)
            by_criterion[criterion].append(finding)
    went, partly = frozenset(ran), frozenset(outside)
    return tuple(_result(criterion, by_criterion[criterion], direct[criterion], supporting[criterion], went, partly) for criterion in Criterion)


def _result(
    criterion: Criterion, findings: list[Finding], direct: set[str], supporting: set[str], ran: frozenset[str], partly: frozenset[str]
) -> CriterionResult:
    text = texts()[criterion]
    verdicts = Counter(finding.verdict for finding in findings)
    own = [finding for finding in findings if criterion in finding.direct]
    state, reason = _state(own, direct, ran, partly)
    return CriterionResult(
        id=criterion,
        category=text.category,
        summary=text.summary,
        state=state,
        reason=reason,
        direct=tuple(sorted(direct & ran)),
        supporting=tuple(sorted(supporting & ran)),
        not_run=tuple(sorted(direct - ran)),
        failed=tuple(finding.id for finding in own if finding.verdict is Outcome.FAILED),
        weaknesses=tuple(finding.id for finding in findings if finding.verdict is Outcome.FAILED and criterion in finding.supporting),
        passed=verdicts[Outcome.PASSED],
        not_applicable=verdicts[Outcome.NOT_APPLICABLE],
        not_assessed=verdicts[Outcome.NOT_ASSESSED],
        manual=text.auditor_asks,
    )


def _state(findings: list[Finding], direct: set[str], ran: frozenset[str], partly: frozenset[str]) -> tuple[CriterionState, str]:
    """The state that the findings of direct checks give, in the design's order, and why."""
    if failed := [finding for finding in findings if finding.verdict is Outcome.FAILED]:
        return CriterionState.CONTRADICTED, f"{_count(len(failed), 'failure')} of {_count(len({one.check for one in failed}), 'direct check')}"
    if not direct:
        return CriterionState.MANUAL, "no check shows it directly: a person has to"
    if gaps := list(_gaps(findings, direct, ran, partly)):
        return CriterionState.NOT_ASSESSED, "; ".join(gaps)
    return CriterionState.SUPPORTED, f"{'the' if len(direct) == 1 else f'all {len(direct)}'} direct check{'s' * (len(direct) > 1)} ran on all in scope"


def _gaps(findings: list[Finding], direct: set[str], ran: frozenset[str], partly: frozenset[str]) -> Iterable[str]:
    """What stands between a criterion without failures and *supported*."""
    if left_out := len(direct - ran):
        yield f"{left_out} of {_count(len(direct), 'direct check')} did not run"
    unread = [finding for finding in findings if finding.verdict is Outcome.NOT_ASSESSED]
    if outside := sum(finding.outside for finding in unread):
        yield f"{outside} need{'s' * (outside == 1)} what is outside the scope that was asked for"
    if narrow := len(direct & ran & partly - {finding.check for finding in unread if finding.outside}):
        yield f"{_count(narrow, 'direct check')} did not look at all regions: they are outside the scope that was asked for"
    if missing := len(unread) - outside:
        yield f"{missing} not assessed"
    # A check that judged nothing at all, not even an empty population, has shown nothing: every resource of its kind was left out.
    if silent := len((direct & ran) - {finding.check for finding in findings}):
        yield f"{_count(silent, 'direct check')} had nothing in scope to judge"
    if direct & ran and not any(finding.verdict is Outcome.PASSED for finding in findings) and not unread and not silent:
        yield "nothing that its direct checks concern exists here"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
