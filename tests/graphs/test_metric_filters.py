"""Metric filter patterns by meaning: however they are written, and against brute force."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cloudsoc.graphs.metric_filters import AllOf, AnyOf, Compare, Expression, Not, PatternError, equal, implies, missing_from, parse

SELECTORS = ("$.eventName", "$.eventSource", "$.userIdentity.type", "$.errorCode")
TEXTS = ("StopLogging", "DeleteTrail", "Delete*", "*Trail", "*", "s3.amazonaws.com")

equalities = st.builds(Compare, st.sampled_from(SELECTORS), st.sampled_from(("=", "!=")), st.sampled_from(TEXTS))
limits = st.builds(Compare, st.just("$.latency"), st.sampled_from(("=", "!=", "<", "<=", ">", ">=")), st.sampled_from((1.0, 2.5, -3.0)))
words = st.builds(Compare, st.sampled_from(SELECTORS[2:]), st.just("is"), st.sampled_from(("true", "false", "null")))
absences = st.builds(Compare, st.sampled_from(SELECTORS), st.just("missing"))
comparisons = st.one_of(equalities, limits, words, absences)
regexes = st.builds(Compare, st.sampled_from(SELECTORS[:1]), st.sampled_from(("=", "!=")), st.sampled_from(("%Trail$%", "%^Stop%")))


def several(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    lists = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, lists), st.builds(AnyOf, lists))


expressions: st.SearchStrategy[Expression] = st.recursive(st.one_of(comparisons, regexes), several, max_leaves=6)
plain: st.SearchStrategy[Expression] = st.recursive(comparisons, several, max_leaves=5)


class Spelling:
    """One of the many ways in which the same is written."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def one_of(self, *ways: str) -> str:
        return self.data.draw(st.sampled_from(ways))

    @property
    def gap(self) -> str:
        return self.one_of("", " ", "  ", "\n", "\t ")

    @property
    def space(self) -> str:
        return self.one_of(" ", "  ", "\n ")

    def selector(self, text: str) -> str:
        head, _, last = text.rpartition(".")
        return self.one_of(text, f'{head}["{last}"]', f"{head}['{last}']")

    def value(self, value: str | float) -> str:
        if isinstance(value, float):
            return self.one_of(repr(value), f"{value:.3f}")
        if value.startswith("%"):
            return value
        return self.one_of(f'"{value}"', value)

    def written(self, one: Expression, inside: str = "") -> str:
        if isinstance(one, Compare):
            selector = self.selector(one.selector)
            if one.operator == "missing":
                text = f"{selector}{self.space}NOT{self.space}EXISTS"
            elif one.operator == "is":
                text = f"{selector}{self.space}{self.one_of('IS', 'is')}{self.space}{self.one_of(str(one.value).upper(), str(one.value))}"
            else:
                text = f"{selector}{self.gap}{one.operator}{self.gap}{self.value(one.value)}"
            needed = False
        else:
            assert isinstance(one, (AllOf, AnyOf))
            mark = "&&" if isinstance(one, AllOf) else "||"
            parts = self.data.draw(st.permutations(one.parts))
            text = f"{self.space}{mark}{self.gap}".join(self.written(part, mark) for part in parts)
            needed = mark == "||" and inside == "&&"
        return f"({self.gap}{text}{self.gap})" if needed or self.data.draw(st.booleans()) else text

    def pattern(self, one: Expression) -> str:
        return f"{self.gap}{{{self.gap}{self.written(one)}{self.space}}}{self.gap}"


@given(expressions, st.data())
@settings(deadline=None)
def test_order_space_quotes_and_parentheses_change_nothing(one: Expression, data: st.DataObject) -> None:
    pattern = Spelling(data).pattern(one)
    assert equal(parse(pattern), one), pattern


@given(plain, plain)
@settings(deadline=None)
def test_de_morgan(one: Expression, other: Expression) -> None:
    assert equal(Not(AllOf((one, other))), AnyOf((Not(one), Not(other))))
    assert equal(Not(AnyOf((one, other))), AllOf((Not(one), Not(other))))
    assert equal(Not(Not(one)), one)


@given(plain, plain, plain)
@settings(deadline=None)
def test_laws(one: Expression, other: Expression, third: Expression) -> None:
    assert implies(AllOf((one, other)), one)
    assert implies(one, AnyOf((one, other)))
    assert equal(AllOf((one, AnyOf((other, third)))), AnyOf((AllOf((one, other)), AllOf((one, third)))))
    assert implies(one, AllOf())


VALUES: dict[str, list[Any]] = {
    "$.eventName": [..., "StopLogging", "DeleteTrail", "DeleteBucket", "UpdateTrail", "Other", "Delete", "Trail"],
    "$.eventSource": [..., "s3.amazonaws.com", "", "x"],
    "$.userIdentity.type": [..., "Delete-Trail", True, False, None, 7.0],
    "$.errorCode": [..., "*Trail", None],
    "$.latency": [..., 0.0, 1.0, 2.0, 2.5, 9.0, -3.0, -4.0, "1"],
}
EVENTS = [{selector: value for selector, value in zip(VALUES, values, strict=True) if value is not ...} for values in product(*VALUES.values())]


@given(plain, plain, st.booleans())
@settings(deadline=None, max_examples=60)
def test_against_brute_force(one: Expression, other: Expression, differs: bool) -> None:
    witness = missing_from(one, other, missing_differs=differs)
    if witness is not None:
        assert one.holds(witness, differs)
        assert not other.holds(witness, differs)
    else:
        assert not any(one.holds(event, differs) and not other.holds(event, differs) for event in EVENTS)


@given(st.lists(st.text("ab*", max_size=4), min_size=1, max_size=3, unique=True), st.text("abc", max_size=6))
@settings(deadline=None)
def test_every_text_has_its_like(patterns: list[str], text: str) -> None:
    """For whatever text: the texts that are tried hold one that matches the same patterns."""
    from cloudsoc.graphs.metric_filters import _texts

    def matched(one: str) -> tuple[bool, ...]:
        return tuple(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), one) is not None for pattern in patterns)

    assert matched(text) in {matched(one) for one in _texts(tuple(sorted(patterns)))}


CIS = "{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) || ($.eventName = StartLogging) || ($.eventName = StopLogging) }"
ROOT = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(CIS.replace("(", "").replace(")", ""), id="CT-5: without parentheses"),
        pytest.param(CIS.replace("CreateTrail", '"CreateTrail"'), id="CT-5: quotes"),
        pytest.param(CIS.replace(" || ", "\n||\n"), id="CT-5: line breaks"),
        pytest.param(
            "{ $.eventName = StopLogging || $.eventName = StartLogging || $.eventName = *Trail }", id="CT-5: another order, and a star that takes in more"
        ),
        pytest.param("", id="everything"),
    ],
)
def test_takes_in_all_that_is_wanted(pattern: str) -> None:
    assert implies(parse(CIS), parse(pattern))


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(CIS.replace("|| ($.eventName = StopLogging)", ""), id="CT-5: a clause is missing"),
        pytest.param(CIS.replace("StopLogging", "Stoplogging"), id="another letter"),
        pytest.param(CIS.replace("||", "&&"), id="CT-5: never true"),
        pytest.param(CIS.replace("StopLogging)", "StopLogging && $.errorCode NOT EXISTS)"), id="a condition more"),
        pytest.param(CIS.replace("$.eventName = StopLogging", "$.eventName = %StopLogging%"), id="a regular expression, which may mean anything"),
    ],
)
def test_leaves_out_some(pattern: str) -> None:
    assert not implies(parse(CIS), parse(pattern))


def test_what_is_uncertain_is_tried_both_ways() -> None:
    asked, strict = parse('{ $.a = 1 && $.b != "x" }'), parse('{ $.a = 1 && ($.b != "x" || $.b NOT EXISTS) }')
    assert implies(asked, strict)
    assert not implies(strict, asked)  # where != needs a value, an event without $.b is left out
    assert implies(parse('{ $.b = "*" }'), parse("{ $.b EXISTS }"))


def test_a_broader_filter_is_not_equal() -> None:
    broad = parse('{ $.userIdentity.type = "Root" }')
    assert implies(parse(ROOT), broad)
    assert not equal(parse(ROOT), broad)
    assert missing_from(broad, parse(ROOT), missing_differs=False) is not None


def test_and_binds_closer_than_or() -> None:
    assert equal(parse("{ $.a = x || $.b = y && $.c = z }"), parse("{ $.a = x || ($.b = y && $.c = z) }"))
    assert not equal(parse("{ $.a = x || $.b = y && $.c = z }"), parse("{ ($.a = x || $.b = y) && $.c = z }"))


def test_too_many_events_prove_nothing() -> None:
    many = parse("{ " + " && ".join(f"$.f{number} = x" for number in range(20)) + " }")
    assert not implies(many, many)


@pytest.mark.parametrize(
    "pattern",
    ["ERROR", "[a, b]", "{ }", "{ $.a }", "{ $.a = }", "{ $.a = x", "{ ($.a = x }", "{ $.a = x) }", "{ a = x }", "{ $.a IS x }", "{ $.a NOT x }", "{ $.a = x y }",
     "{ $.a[*] = x }", '{ $.a = "x }', "{ $.a = x || }", "{ $.a = $.b }"],
)  # fmt: skip
def test_what_is_no_pattern_over_fields(pattern: str) -> None:
    with pytest.raises(PatternError):
        parse(pattern)


@given(st.text(max_size=60) | st.text('{}()$.ab=!<>&|"%* ', max_size=40))
def test_any_text_is_a_pattern_or_none(text: str) -> None:
    try:
        found = parse(text)
    except PatternError:
        return
    assume(isinstance(found, (AllOf, AnyOf, Compare, Not)))
    assert implies(found, found) or len(text) > 40
