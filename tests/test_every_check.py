"""What holds for every check, those to come included."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cloudsoc
import tests.checks
from cloudsoc.engine.evaluate import judge
from cloudsoc.engine.signature import hints, signature
from cloudsoc.model import Failed, NotApplicable, NotAssessed, Passed
from cloudsoc.model.parameters import Every
from tests.checks.table import Table
from tests.facts import WITHHELD, World, more, possible, withheld, worlds

CHECKS = cloudsoc.load_checks()
BRIEF = settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))
ALTERNATIVES = 4


def tables() -> Iterator[Table]:
    for found in pkgutil.walk_packages(tests.checks.__path__, "tests.checks."):
        for name, value in vars(importlib.import_module(found.name)).items():
            if isinstance(made := getattr(value, "table", None), Table) and name.startswith("test_"):
                yield made


TABLES = {made.check.id: made for made in tables()}


@pytest.mark.parametrize("id", CHECKS)
def test_has_a_table(id: str) -> None:
    """One that passes, one that fails; and where a fact can be withheld, what happens then."""
    assert id in TABLES, f"{id} has no table in tests/checks"
    verdicts = {verdict for verdict, _ in TABLES[id].cases}
    assert {"passed", "failed"} <= verdicts
    assert "not_assessed" in verdicts, "no case in which a fact is withheld"


@pytest.mark.parametrize("id", CHECKS)
def test_has_a_manual_page_that_fits_its_subjects(id: str) -> None:
    check = CHECKS[id]
    assert check.manual.title
    assert check.manual.why
    assert check.manual.fix
    assert len(check.manual.title) <= 120
    asked = signature(check.function)
    subjects: tuple[Any, ...] = asked.subjects
    for _, field, _, _ in Formatter().parse(check.manual.fix):
        if field:
            first, _, name = field.partition(".")
            assert first == asked.first, f"{{{field}}} is not a field of {asked.first}"
            assert any(name in hints(subject) for subject in subjects), f"{{{field}}}: there is no such field"


@pytest.mark.parametrize("id", CHECKS)
@given(data=st.data())
@BRIEF
def test_answers_whatever_the_facts(id: str, data: st.DataObject) -> None:
    for world in worlds(CHECKS[id]):
        subject, facts, given_settings = data.draw(world.subjects()), draw_all(world, data), data.draw(world.settings())
        verdict = world.verdict(subject, facts, given_settings)
        assert_a_verdict(world, verdict)


@pytest.mark.parametrize("id", CHECKS)
@given(data=st.data())
@BRIEF
def test_a_withheld_fact_never_decides(id: str, data: st.DataObject) -> None:
    """Without it the check is not assessed, or says what it says for every value; one that takes it ``| Unread`` may fail as well."""
    for world in worlds(CHECKS[id]):
        if not world.leaves:
            continue
        subject, facts, given_settings = data.draw(world.subjects()), draw_all(world, data), data.draw(world.settings())
        leaf = data.draw(st.sampled_from(sorted(world.leaves, key=repr)))
        lenient = any(need.or_unread and world.leaves[leaf][0] == need for need in world.asked.needs)
        known = facts[leaf]
        partly = isinstance(known, Every) and data.draw(st.booleans())
        missing = type(known)(known.known, [WITHHELD]) if partly else withheld(known)
        verdict = world.verdict(subject, facts | {leaf: missing}, given_settings)
        assert_a_verdict(world, verdict)
        if isinstance(verdict, NotAssessed) or (lenient and isinstance(verdict, Failed)):
            continue
        for _ in range(ALTERNATIVES):
            other = data.draw(world.strategy(leaf))
            if isinstance(other, NotApplicable) and not isinstance(known, NotApplicable):
                continue
            if partly:
                other = more(known, other)
            if not possible(facts | {leaf: other}):
                continue
            said = world.verdict(subject, facts | {leaf: other}, given_settings)
            assert isinstance(said, (type(verdict), NotAssessed)), f"{verdict} without {leaf}, {said} with {other}"


ALONE = [id for id, check in CHECKS.items() if not signature(check.function).needs]


@pytest.mark.parametrize("id", ALONE)
def test_a_check_of_the_subject_alone_needs_it(id: str) -> None:
    check = CHECKS[id]
    asked = signature(check.function)
    verdict = judge(check.function, asked, (WITHHELD,), {name: one.default for name, one in asked.settings.items()})
    assert isinstance(verdict, NotAssessed)


def draw_all(world: World, data: st.DataObject) -> dict[tuple[Any, ...], Any]:
    return {leaf: data.draw(world.strategy(leaf)) for leaf in world.leaves}


def assert_a_verdict(world: World, verdict: object) -> None:
    assert isinstance(verdict, (Passed, Failed, NotApplicable, NotAssessed)), verdict
    if isinstance(verdict, NotAssessed):
        assert not any(cause.error.startswith("raised ") for cause in verdict.causes), verdict
    else:
        assert verdict.reason
    if isinstance(verdict, Failed) and verdict.severity is not None:
        assert verdict.severity <= world.check.severity
