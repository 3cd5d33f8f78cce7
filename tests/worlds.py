"""A check as a function of all the facts behind it, those of its derivations included, and what must hold for every check over any of them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

import tests.checks
from cloudsoc.aws.s3 import BucketPolicy, BucketPolicyStatus
from cloudsoc.engine.evaluate import Judgement
from cloudsoc.engine.findings import finding
from cloudsoc.engine.inventory import AccountInventory
from cloudsoc.engine.judge import judge
from cloudsoc.engine.signature import UNDECLARED, Element, Need, Signature, about, ancestors, derived, signature
from cloudsoc.model import Address, Check, Failed, NotApplicable, NotAssessed, Passed, Ref, Unread
from cloudsoc.model.parameters import Every
from cloudsoc.policy.buckets import s3_calls_public
from tests.checks.table import Table
from tests.facts import ACCOUNTS, AT, WITHHELD, facts, values

Leaf = tuple[Any, ...]
Draw = Callable[[st.SearchStrategy[Any]], Any]
Around = tuple[Ref, ...]
"""By which references a fact is reached; empty for the subject and what it exists in."""
ALTERNATIVES = 4


# -- tables ---------------------------------------------------------------------------------------------------------------


def tables() -> dict[str, Table]:
    """The tables of all checks, by their ids; modules that cannot be imported fail by themselves."""
    found: dict[str, Table] = {}
    for module in pkgutil.walk_packages(tests.checks.__path__, "tests.checks."):
        try:
            names = vars(importlib.import_module(module.name))
        except Exception:  # noqa: BLE001 pytest shows it where it belongs
            continue
        for name, value in names.items():
            if name.startswith("test_") and isinstance(made := getattr(value, "table", None), Table):
                found[made.check.id] = made
    return found


def _seeds(table: Table | None, index: int, kind: type[Any]) -> tuple[Any, ...]:
    """The values of one parameter in the cases of a check's table."""
    return tuple(case.values[index] for case in (table.cases.values() if table else ()) if isinstance(value := case.values[index], kind) and not _gap(value))


def _gap(value: Any) -> bool:
    return isinstance(value, Unread) or (isinstance(value, Every) and bool(value.unread))


# -- worlds ---------------------------------------------------------------------------------------------------------------


class World:
    """A check and one kind of its subjects: its leaves are the facts and populations behind it, which can be drawn, withheld and exchanged one by one."""

    def __init__(self, check: Check[...], subject: Any, table: Table | None = None) -> None:
        self.check, self.subject, self.asked, self.table = check, subject, signature(check.function), table
        self.leaves: dict[Leaf, Need] = {}
        self.lenient: set[Leaf] = set()
        self._parameter: dict[Leaf, int] = {}
        self._modules: set[str] = {check.function.__module__, subject.__module__}
        for index, need in enumerate(self.asked.needs, 1):
            self._find(
                (need,), subject, (), index if derived(need.elements[0].kind) is None or need.gather else 0, lenient=need.or_unread
            ) if need.elements else None
        self._strategies: dict[Leaf | None, st.SearchStrategy[Any]] = {}

    def _find(self, needs: Iterable[Need], own: Any, around: Around, index: int = 0, *, lenient: bool = False) -> None:
        for need in needs:
            self._modules |= {(made.function if (made := derived(one.kind)) else one.kind).__module__ for one in need.elements}
            if need.observed:
                continue
            made = derived(need.elements[0].kind) if need.gather is None else None
            if made is None:
                leaf = _leaf(need, around)
                self.leaves[leaf] = need
                self._parameter[leaf] = index
                self.lenient |= {leaf} if lenient else set()
                continue
            inner = (*around, need.ref) if need.ref else around
            asked = signature(made.function)
            if need.ref or own not in asked.subjects:
                other = _subject(need)
                self.leaves[_leaf(other, inner)] = other
                self.lenient |= {_leaf(other, inner)} if lenient else set()
            self._find(asked.needs, own if own in asked.subjects and not need.ref else asked.subjects[0], inner, lenient=lenient)

    # -- drawing ------------------------------------------------------------------------------------------------------

    def strategy(self, leaf: Leaf | None) -> st.SearchStrategy[Any]:
        """Any value of one fact or population, or of the subject (None); made once, since making is what takes time."""
        if leaf not in self._strategies:
            modules = tuple(sorted(self._modules))
            index = self._parameter.get(leaf, 0) if leaf else 0
            found = self._strategy(self.leaves[leaf], modules) if leaf else facts(self.subject, modules)
            seeds = _seeds(self.table, index, self.subject if leaf is None else object) if leaf is None or index else ()
            self._strategies[leaf] = st.one_of(st.sampled_from(seeds), found) if seeds else found
        return self._strategies[leaf]

    def _strategy(self, need: Need, modules: tuple[str, ...]) -> st.SearchStrategy[Any]:
        if need.gather is not None:
            rows = st.tuples(*(_element(one, modules) for one in need.elements)) if need.rows else _element(need.elements[0], modules)
            return st.lists(rows, max_size=3).map(need.gather)
        found = _element(need.elements[0], modules)
        source = need.elements[0].kind.source
        return st.one_of(found, st.just(NotApplicable("it does not exist for this one"))) if source and source.when and not need.ref else found

    def settings(self) -> st.SearchStrategy[dict[str, Any]]:
        """The defaults, and any value for what has none."""
        modules = tuple(sorted(self._modules))
        return st.fixed_dictionaries(
            {name: st.just(one.default) if one.default is not UNDECLARED else values(one.type, modules) for name, one in self.asked.settings.items()}
        )

    def draw(self, draw: Draw) -> tuple[Any, dict[Leaf, Any], dict[str, Any]]:
        """A subject, all facts behind the check, and its settings."""
        return draw(self.strategy(None)), {leaf: draw(self.strategy(leaf)) for leaf in self.leaves}, draw(self.settings())

    # -- judging ------------------------------------------------------------------------------------------------------

    def values(self, subject: Any, given: Mapping[Leaf, Any]) -> tuple[Any, ...]:
        """What the check is called with."""
        return (subject, *(self._value(subject, self.subject, need, given, ()) for need in self.asked.needs))

    def verdict(self, subject: Any, given: Mapping[Leaf, Any], settings: Mapping[str, Any]) -> Any:
        """What the engine makes of the check over these facts."""
        return judge(self.check.function, self.asked, self.values(subject, given), settings)

    def _value(self, subject: Any, own: Any, need: Need, given: Mapping[Leaf, Any], around: Around) -> Any:
        if need.observed:
            return AT
        made = derived(need.elements[0].kind) if need.gather is None else None
        if made is None:
            return given[_leaf(need, around)]
        inner = (*around, need.ref) if need.ref else around
        asked = signature(made.function)
        if need.ref or own not in asked.subjects:
            subject, own = given[_leaf(_subject(need), inner)], asked.subjects[0]
        return None if subject is None else run(made.function, subject, lambda one: self._value(subject, own, one, given, inner))

    def judgement(self, subject: Any, given: Mapping[Leaf, Any], settings: Mapping[str, Any]) -> Judgement:
        """The same, as findings are made of it."""
        address = Address(self.subject, getattr(subject, "arn", "a"), getattr(subject, "region", "global"), ACCOUNTS[0], "aws")
        found = self.verdict(subject, given, settings)
        return Judgement(self.check, AccountInventory(ACCOUNTS[0], observed_at=AT), address, found, self.values(subject, given))


def worlds(check: Check[...], table: Table | None = None) -> tuple[World, ...]:
    """One for each kind of subject."""
    return tuple(World(check, subject, table) for subject in signature(check.function).subjects)


def _leaf(need: Need, around: Around) -> Leaf:
    """What is the same fact wherever it is asked for."""
    return (need.gather or need.elements[0].kind, need.elements if need.gather else need.ref, need.rows, around)


def _subject(need: Need) -> Need:
    """The resource that a derived value is about, as something that is asked for."""
    return Need("", (Element(about(need.elements[0].kind), need.optional),))


def _element(element: Element, modules: tuple[str, ...]) -> st.SearchStrategy[Any]:
    found: st.SearchStrategy[Any] = _derived(made.function, modules) if (made := derived(element.kind)) else facts(element.kind, modules)
    return st.one_of(found, st.none()) if element.optional else found


@cache
@st.composite
def _derived(draw: st.DrawFn, function: Callable[..., Any], modules: tuple[str, ...]) -> Any:
    """A derived value of some resource, as it stands in a population."""

    def of(function: Callable[..., Any], subject: Any, own: Any) -> Any:
        asked = signature(function)
        if own not in asked.subjects:
            own = asked.subjects[0]
            subject = draw(facts(own, modules))

        def value(need: Need) -> Any:
            if need.observed:
                return AT
            if need.gather is not None:
                return need.gather([])
            made = derived(need.elements[0].kind)
            return of(made.function, subject, own) if made else draw(_element(need.elements[0], modules))

        return run(function, subject, value)

    found = of(function, None, None)
    return found if not isinstance(found, Unread) else draw(st.nothing())


def run(function: Callable[..., Any], subject: Any, value: Callable[[Need], Any]) -> Any:
    """A derivation's value as the engine computes it: ``Unread`` where it looked at something unread."""
    asked: Signature = signature(function)
    settings = {name: one.default for name, one in asked.settings.items()}
    answer = judge(function, asked, (subject, *(value(need) for need in asked.needs)), settings)
    return answer.causes[0] if isinstance(answer, NotAssessed) else answer


# -- what must hold -------------------------------------------------------------------------------------------------------


def answers(world: World, draw: Draw) -> None:
    """With any facts there is a verdict, and a finding of it that can be written."""
    subject, given, settings = world.draw(draw)
    judgement = world.judgement(subject, given, settings)
    _is_verdict(world, judgement.verdict)
    finding(judgement).model_dump_json()


def without_a_fact(world: World, draw: Draw) -> None:
    """With any fact withheld the check is not assessed, or says what it says for every value; one that takes it ``| Unread`` may fail as well."""
    subject, given, settings = world.draw(draw)
    leaf: Leaf | None = draw(st.sampled_from([None, *sorted(world.leaves, key=repr)]))
    known = subject if leaf is None else given[leaf]
    partly = isinstance(known, Every) and draw(st.booleans())

    def verdict(value: Any) -> Any:
        return world.verdict(value, given, settings) if leaf is None else world.verdict(subject, given | {leaf: value}, settings)

    said = verdict(withheld(known, partly=partly))
    _is_verdict(world, said)
    if isinstance(said, NotAssessed) or (leaf in world.lenient and isinstance(said, Failed)):
        return
    for _ in range(ALTERNATIVES):
        other = draw(world.strategy(leaf))
        if isinstance(other, NotApplicable) and not isinstance(known, NotApplicable):
            continue
        other = more(known, other) if partly else other
        if leaf is None or possible(given | {leaf: other}):
            _is_same(said, verdict(other), leaf or world.subject.__name__, other)


def without_a_value_of_its_table(world: World) -> None:
    """The same, starting from the facts by which the check's own table passes, fails and does not apply."""
    assert world.table
    asked = world.asked
    subjects = [case for case in world.table.cases.values() if isinstance(case.values[0], world.subject)]
    defaults = {name: one.default for name, one in asked.settings.items()}
    for case in subjects:
        settings = defaults | dict(case.settings)
        for index, known in enumerate(case.values):
            need = asked.needs[index - 1] if index else None
            if isinstance(known, (Unread, NotApplicable)) or (need and need.observed):
                continue
            for partly in (False, True) if isinstance(known, Every) else (False,):
                given = _with(case.values, index, withheld(known, partly=partly))
                said = judge(world.check.function, asked, given, settings)
                _is_verdict(world, said)
                if isinstance(said, NotAssessed) or (need and need.or_unread and isinstance(said, Failed)):
                    continue
                others = [other.values[index] for other in subjects if not _gap(other.values[index]) and not isinstance(other.values[index], NotApplicable)]
                for other in (*others, *([None] if need and need.optional else [])):
                    value = more(known, other) if partly else other
                    if possible(_by_kind(world, _with(case.values, index, value))):
                        _is_same(
                            said, judge(world.check.function, asked, _with(case.values, index, value), settings), need.name if need else asked.first, value
                        )


def _with(several: tuple[Any, ...], index: int, value: Any) -> tuple[Any, ...]:
    return (*several[:index], value, *several[index + 1 :])


def _by_kind(world: World, several: tuple[Any, ...]) -> dict[Leaf, Any]:
    return {_leaf(need, ()): value for need, value in zip(world.asked.needs, several[1:], strict=True) if need.elements}


def _is_verdict(world: World, verdict: object) -> None:
    assert isinstance(verdict, (Passed, Failed, NotApplicable, NotAssessed)), verdict
    if isinstance(verdict, NotAssessed):
        assert verdict.causes, "not assessed for no reason"
        assert not any(cause.error.startswith(("raised ", "returned ")) for cause in verdict.causes), verdict
    else:
        assert verdict.reason
        assert isinstance(verdict.reason, str)
    if isinstance(verdict, Failed) and verdict.severity is not None:
        assert verdict.severity <= world.check.severity, f"{verdict.severity} is above the check's {world.check.severity}"


def _is_same(without: Any, said: Any, what: object, value: object) -> None:
    assert isinstance(said, (type(without), NotAssessed)), f"{without} without {what}, {said} with {value}"


def withheld(known: Any, *, partly: bool) -> Any:
    """A fact of which nothing is known; a population of which nothing is known, or something is missing."""
    return type(known)(known.known if partly else (), [WITHHELD]) if isinstance(known, Every) else WITHHELD


def more(population: Every[Any], extra: Every[Any]) -> Every[Any]:
    """A population and what else might have been in it."""
    return type(population)((*population.known, *extra.known))


def possible(given: Mapping[Leaf, Any]) -> bool:
    """Whether AWS can give these answers together: nothing is in what does not exist, and some answers follow from others."""
    populations = {about(elements[0].kind): value for (_, elements, *_), value in given.items() if isinstance(value, Every)}
    empty = {kind for kind, value in populations.items() if not value.known and not value.unread}
    if any(value.known and empty & {*ancestors(kind)[1:]} for kind, value in populations.items()):
        return False
    found = {leaf[0]: value for leaf, value in given.items() if leaf[0] in (BucketPolicy, BucketPolicyStatus)}
    if len(found) < 2 or any(isinstance(value, Unread) for value in found.values()):
        return True
    policy, status = found[BucketPolicy], found[BucketPolicyStatus]
    if policy is None or status is None:
        return policy is status
    return bool(status.is_public == s3_calls_public(policy.policy))
