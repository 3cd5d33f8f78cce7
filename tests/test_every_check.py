"""What holds for every check, those to come included."""

from __future__ import annotations

from functools import cache
from string import Formatter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cloudsoc
from cloudsoc.engine.signature import hints, signature
from tests.worlds import World, answers, tables, without_a_fact, without_a_value_of_its_table
from tests.worlds import worlds as made

CHECKS = cloudsoc.load_checks()
TABLES = tables()
BRIEF = settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))
every_check = pytest.mark.parametrize("id", CHECKS)


@cache
def worlds(id: str) -> tuple[World, ...]:
    return made(CHECKS[id], TABLES.get(id))


@every_check
def test_has_a_table(id: str) -> None:
    """One that passes, one that fails; and where a fact can be withheld, what happens then."""
    assert id in TABLES, f"{id} has no table in tests/checks"
    verdicts = {verdict for verdict, _ in TABLES[id].cases}
    assert {"passed", "failed"} <= verdicts
    assert "not_assessed" in verdicts, "no case in which a fact is withheld"


@every_check
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


@every_check
@given(data=st.data())
@BRIEF
def test_answers_whatever_the_facts(id: str, data: st.DataObject) -> None:
    for world in worlds(id):
        answers(world, data.draw)


@every_check
@given(data=st.data())
@BRIEF
def test_a_withheld_fact_never_decides(id: str, data: st.DataObject) -> None:
    for world in worlds(id):
        without_a_fact(world, data.draw)


@every_check
def test_a_withheld_value_of_its_table_never_decides(id: str) -> None:
    for world in worlds(id):
        if world.table:
            without_a_value_of_its_table(world)
