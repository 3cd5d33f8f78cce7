"""The criteria's data, and the roll-up from findings to their states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudsoc.criteria import Category, EvidenceKind, roll_up, texts
from cloudsoc.model import MEDIUM, Check, Criterion, Failed, Verdict, check
from cloudsoc.model.criterion import CC6_1, CC6_6, CC7_2
from cloudsoc.model.report import Cause, CriterionResult, CriterionState, Finding, FoundResource, Outcome

CONTRADICTED, SUPPORTED, NOT_ASSESSED, MANUAL = CriterionState.CONTRADICTED, CriterionState.SUPPORTED, CriterionState.NOT_ASSESSED, CriterionState.MANUAL


@check(direct=(CC6_1,), supporting=(CC7_2,), severity=MEDIUM)
def door_is_locked() -> Verdict:
    """The door is locked.

    Why: anyone could walk in.

    Fix: turn the key.
    """
    return Failed("never called here")


@check(direct=(CC6_1, CC6_6), severity=MEDIUM)
def window_is_shut() -> Verdict:
    """The window is shut.

    Why: anyone could climb in.

    Fix: shut it.
    """
    return Failed("never called here")


CHECKS: dict[str, Check[Any]] = {"door": door_is_locked, "window": window_is_shut}
HOUSE = FoundResource(arn="house", id="house", type="Test::House", region="global", account="111122223333", partition="aws", owner="111122223333")
VERDICTS = {"+": Outcome.PASSED, "-": Outcome.FAILED, "n": Outcome.NOT_APPLICABLE, "?": Outcome.NOT_ASSESSED, "o": Outcome.NOT_ASSESSED}


def found(name: str, mark: str, number: int = 0) -> Finding:
    """A finding of ``door`` or ``window``; ``?`` is a gap, ``o`` one that only the scope leaves open."""
    made = CHECKS[name]
    return Finding(
        id=f"{name}{mark}{number}",
        check=made.id,
        title=made.manual.title,
        verdict=VERDICTS[mark],
        reason="",
        severity=made.severity,
        resource=HOUSE,
        direct=made.direct,
        supporting=made.supporting,
        evidence={},
        remedy="",
        causes=(Cause(operation="house:Look", error="AccessDenied", outside=mark == "o"),) if mark in "?o" else (),
        observed_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def rolled(
    findings: Sequence[Finding], ran: Sequence[str] = ("door", "window"), available: Sequence[str] = ("door", "window"), outside: Sequence[str] = ()
) -> dict[Criterion, CriterionResult]:
    results = roll_up(
        findings, available=[CHECKS[name] for name in available], ran=[CHECKS[name].id for name in ran], outside=[CHECKS[name].id for name in outside]
    )
    assert [one.id for one in results] == list(Criterion)
    return {one.id: one for one in results}


# marks of door, marks of window, which ran, which the profile has: the state of CC6.1 and a word of its reason
CASES = {
    "both hold": ("+", "+", "door window", "door window", SUPPORTED, "all 2 direct checks ran on all in scope"),
    "one holds, one has no subject": ("+", "n", "door window", "door window", SUPPORTED, "all 2"),
    "the only check of the profile holds": ("++n", "", "door", "door", SUPPORTED, "the direct check ran"),
    "one fails": ("+", "-", "door window", "door window", CONTRADICTED, "1 failure of 1 direct check"),
    "one fails beside a gap": ("?", "-", "door window", "door window", CONTRADICTED, "1 failure"),
    "one fails in a partial selection": ("--", "", "door", "door window", CONTRADICTED, "2 failures of 1 direct check"),
    "a gap": ("+", "+?", "door window", "door window", NOT_ASSESSED, "1 not assessed"),
    "open only by the scope asked for": ("+", "+o", "door window", "door window", NOT_ASSESSED, "outside the scope"),
    "a partial selection": ("+", "", "door", "door window", NOT_ASSESSED, "1 of 2 direct checks did not run"),
    "nothing ran": ("", "", "", "door window", NOT_ASSESSED, "2 of 2 direct checks did not run"),
    "nothing applicable": ("n", "nn", "door window", "door window", NOT_ASSESSED, "concern exists"),
    "a check that judged nothing": ("+", "", "door window", "door window", NOT_ASSESSED, "nothing in scope to judge"),
    "no check in the profile": ("", "", "", "", MANUAL, "a person"),
    "a check beyond the profile holds": ("+", "", "door", "", SUPPORTED, "the direct check"),
    "a check beyond the profile fails": ("-", "", "door", "", CONTRADICTED, "1 failure"),
}


@pytest.mark.parametrize(("door", "window", "ran", "available", "state", "word"), CASES.values(), ids=CASES)
def test_state(door: str, window: str, ran: str, available: str, state: CriterionState, word: str) -> None:
    findings = [found(name, mark, number) for name, marks in (("door", door), ("window", window)) for number, mark in enumerate(marks)]
    result = rolled(findings, ran.split(), available.split())[CC6_1]
    assert result.state is state
    assert word in result.reason


def test_a_look_at_a_part_supports_nothing() -> None:
    """All that was asked for holds; what lies in the other regions was not even listed, so that no finding says so."""
    held = [found("door", "+"), found("window", "+")]
    results = rolled(held, outside=["window"])
    assert {results[one].state for one in (CC6_1, CC6_6)} == {NOT_ASSESSED}
    assert results[CC6_1].reason == "1 direct check did not look at all regions: they are outside the scope that was asked for"
    assert rolled(held)[CC6_1].state is SUPPORTED
    assert rolled([found("door", "-"), found("window", "+")], outside=["window"])[CC6_1].state is CONTRADICTED


def test_a_failed_supporting_check_is_a_weakness_and_contradicts_nothing() -> None:
    result = rolled([found("door", "-"), found("window", "+")])[CC7_2]
    assert result.state is MANUAL
    assert result.weaknesses == ("door-0",)
    assert result.failed == ()
    assert result.supporting == (door_is_locked.id,)


def test_what_ran_what_did_not_and_what_stays_manual_are_named() -> None:
    result = rolled([found("window", "-"), found("window", "+"), found("window", "n"), found("window", "?")], ran=["window"])[CC6_1]
    assert result.direct == (window_is_shut.id,)
    assert result.not_run == (door_is_locked.id,)
    assert result.failed == ("window-0",)
    assert (result.passed, result.not_applicable, result.not_assessed) == (1, 1, 1)
    assert result.manual == texts()[CC6_1].auditor_asks
    assert result.category == "security"


rows = st.lists(st.tuples(st.sampled_from(list(CHECKS)), st.sampled_from("+-n?o")), max_size=6)
names = st.sets(st.sampled_from(list(CHECKS)))


@given(rows=rows, ran=names, available=names)
def test_supported_needs_every_direct_check_whole(rows: list[tuple[str, str]], ran: set[str], available: set[str]) -> None:
    findings = [found(name, mark, number) for number, (name, mark) in enumerate(rows)]
    for result in rolled(findings, sorted(ran), sorted(available)).values():
        own = [one for one in findings if result.id in one.direct]
        if result.state is SUPPORTED:
            assert {one.verdict for one in own} <= {Outcome.PASSED, Outcome.NOT_APPLICABLE}
            assert any(one.verdict is Outcome.PASSED for one in own)
            assert not result.not_run
            assert set(result.direct) == {one.check for one in own}
        else:
            assert result.reason


@given(rows=rows, ran=names, failing=st.sampled_from(list(CHECKS)))
def test_a_further_failure_contradicts_whatever_else_was_found(rows: list[tuple[str, str]], ran: set[str], failing: str) -> None:
    findings = [found(name, mark, number) for number, (name, mark) in enumerate(rows)]
    results = rolled([*findings, found(failing, "-", 99)], sorted(ran))
    for criterion in CHECKS[failing].direct:
        assert results[criterion].state is CONTRADICTED


@given(rows=rows, left_out=st.sampled_from(list(CHECKS)))
def test_a_check_that_did_not_run_supports_nothing(rows: list[tuple[str, str]], left_out: str) -> None:
    findings = [found(name, mark, number) for number, (name, mark) in enumerate(rows)]
    results = rolled(findings, [name for name in CHECKS if name != left_out])
    for criterion in CHECKS[left_out].direct:
        assert results[criterion].state is not SUPPORTED


def test_all_61_criteria_have_their_texts() -> None:
    assert list(texts()) == list(Criterion)
    assert len(texts()) == 61
    for text in texts().values():
        assert text.summary
        assert text.aws_evidence
        assert text.auditor_asks
        assert (text.coso_principle is not None) == (text.id[:3] in {"CC1", "CC2", "CC3", "CC4", "CC5"})
    assert {text.category for text in texts().values()} == set(Category)
    assert {text.evidence_kind for text in texts().values()} == set(EvidenceKind)
    principles = [text.coso_principle for text in texts().values() if text.coso_principle]
    assert sorted(principles) == list(range(1, 18))  # COSO's seventeen, each once
