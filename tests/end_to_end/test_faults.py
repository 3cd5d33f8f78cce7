"""Every operation that a check needs, spoilt in every way that AWS or the network can spoil it: nothing is green for it, no row is lost, and the report says what happened."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

import cloudsoc
from cloudsoc import Check, Finding, Inventory, Outcome
from cloudsoc.aws.permissions import EVERY_SCAN
from cloudsoc.demo.answer import Answer, broken_off
from cloudsoc.engine.evaluate import Evaluation
from cloudsoc.engine.findings import finding
from cloudsoc.engine.plan import Plan, fact_name
from cloudsoc.engine.shape import FILLED, follow, operation_model, snake, walk
from cloudsoc.engine.signature import hints
from cloudsoc.model import Unread
from cloudsoc.model.fact import Source
from cloudsoc.model.report import Cause
from cloudsoc.settings import Settings
from tests.recorded.account import Asked, Interfere, Recorded, account_answers, recorded, said, session
from tests.recorded.answers import HOME, NOW, Refused
from tests.recorded.clock import run_fast
from tests.recorded.paging import asked_for, cut, paging
from tests.recorded.wire import refused

CHECKS = cloudsoc.load_checks()
PLAN = Plan(CHECKS)
WHO = "sts:GetCallerIdentity"
OPERATIONS = sorted({*PLAN.operations, *EVERY_SCAN} - {WHO})
DEFAULTS = Settings()
WITHOUT_AN_ITEM: Mapping[str, str] = {}
"""Operations of which the recorded account has nothing to tell, and why."""
Spoil = Callable[[str, str, Mapping[str, Any], dict[str, Any]], None]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting takes no time, few threads do the work, and the checks are loaded."""
    run_fast(monkeypatch)
    monkeypatch.setattr("cloudsoc.scanning.load_checks", lambda: CHECKS)
    monkeypatch.setattr("cloudsoc.scanning.THREADS", 4)
    monkeypatch.setattr("cloudsoc.engine.collect.THREADS", 4)


# -- running ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """One scan."""

    inventory: Inventory
    findings: Mapping[str, Finding]
    account: Recorded

    @property
    def not_assessed(self) -> list[Finding]:
        return [one for one in self.findings.values() if one.verdict is Outcome.NOT_ASSESSED]


def run(interfere: Interfere | None = None, checks: Mapping[str, Check[...]] = CHECKS, spoil: Spoil | None = None) -> Run:
    """Collect and judge; without what a report adds to that, for the sake of speed."""
    with recorded(interfere) as account:
        account.spoil = spoil
        inventory = cloudsoc.collect(session(), checks=checks, rates=None, deadline=None)
    return Run(inventory, judged(inventory, checks), account)


def judged(inventory: Inventory, checks: Mapping[str, Check[...]]) -> dict[str, Finding]:
    """The findings by their ids."""
    found = [finding(one) for one in Evaluation(inventory).run(checks.values(), DEFAULTS.of)]
    assert len({one.id for one in found}) == len(found), "an id twice"
    return {one.id: one for one in found}


@cache
def clean() -> Run:
    """The scan to which nothing happens."""
    made = run()
    gc.freeze()  # hundreds of scans follow, and each ends with a look through all that there is
    return made


@cache
def needing(operation: str) -> dict[str, Check[...]]:
    """The checks that need an operation."""
    return {id: check for id, check in CHECKS.items() if operation in PLAN.operations_of(check)} or CHECKS


# -- faults -----------------------------------------------------------------------------------------------------------


def _always(kind: Any) -> Callable[[Asked], Answer | None]:
    return lambda asked: refused(asked.operation, asked.region, kind)


def _raise(error: type[Exception]) -> Callable[[Asked], Answer | None]:
    def answer(asked: Asked) -> Answer | None:
        raise error(endpoint_url=f"https://{asked.operation}")  # type: ignore[call-arg]

    return answer


def _broken(asked: Asked) -> Answer | None:
    good = account_answers(asked.operation, asked.region, asked.request)
    return broken_off(good) if good.status < 300 else good


def _last_page(asked: Asked) -> Answer | None:
    page, request = asked_for(asked.operation, asked.request)
    if page == 1:
        return refused(asked.operation, asked.region, "fail")
    return account_answers(asked.operation, asked.region, request, lambda said: cut(asked.operation, said, 2)[0])


FAULTS: Mapping[str, tuple[Callable[[Asked], Answer | None], frozenset[str]]] = {
    "denied": (_always("deny"), frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})),
    "throttled": (_always("throttle"), frozenset({"Throttling", "ThrottlingException", "RequestLimitExceeded", "SlowDown", "503", "throttled for too long"})),
    "failing": (_always("fail"), frozenset({"InternalFailure", "InternalError", "500"})),
    "expired": (_always("expired"), frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "400"})),
    "hanging": (_raise(ReadTimeoutError), frozenset({"ReadTimeoutError", "not reachable (ReadTimeoutError)"})),
    "reset": (_raise(ConnectionClosedError), frozenset({"ConnectionClosedError", "not reachable (ConnectionClosedError)"})),
    "malformed": (_broken, frozenset({"ResponseParserError", "ParseError", "UnreadableAnswer", "malformed answer", "InternalError", "500"})),
    "last page": (_last_page, frozenset({"InternalFailure", "InternalError"})),
}
"""What happens to a call, and by which errors a report may name it."""


OF_ALL = ("throttled for too long", "not reachable")
"""Errors that may be said of other operations of the same service in the same region: none of them is asked any more."""


def happening(operation: str, fault: Callable[[Asked], Answer | None]) -> Interfere:
    return lambda asked: fault(asked) if asked.operation == operation else None


# -- what holds of each -----------------------------------------------------------------------------------------------


def holds(operation: str, faulted: Run, errors: frozenset[str]) -> None:
    """Nothing is green for the fault, no row is lost, and it is named where it stands in place of a verdict."""
    checks = needing(operation)
    before = {_row(one): one for one in clean().findings.values() if one.check in checks}
    after = {_row(one): one for one in faulted.findings.values()}
    assert len(after) == len(faulted.findings), "two rows about one resource"
    regions = {asked.region for asked in clean().account.asked if asked.operation == operation}
    for row, one in after.items():
        was = before.get(row)
        if one.verdict is Outcome.NOT_ASSESSED:
            if was is None or was.verdict is not Outcome.NOT_ASSESSED:
                told = [cause for cause in one.causes if _fits(cause, operation, errors) and (cause.region in regions or cause.region == "global")]
                assert told, f"{_said(one)} does not name {operation}, {errors}, {regions}"
        else:
            assert was is not None, f"{_said(one)} is new"
            assert one.verdict is was.verdict, f"{_said(one)}, and without the fault {_said(was)}"
        assert was is not None or one.population, f"{_said(one)} is new"
    open_ = {(one.check, one.resource.region) for one in after.values() if one.population and one.verdict is Outcome.NOT_ASSESSED}
    for row, was in before.items():
        if row not in after:
            assert {(was.check, was.resource.region), (was.check, "global")} & open_, f"{_said(was)} disappeared"


def _fits(cause: Cause, operation: str, errors: frozenset[str]) -> bool:
    if not any(error in cause.error for error in errors):
        return False
    service = operation.partition(":")[0]
    return cause.operation == operation or (cause.operation.startswith(f"{service}:") and cause.error.startswith(OF_ALL))


def _row(one: Finding) -> tuple[str, str, str]:
    """What a row is about. The region counts for populations alone: that of a resource may be what could not be read."""
    return one.check, one.resource.arn, one.resource.region if one.population else ""


def _said(one: Finding) -> str:
    causes = [(cause.operation, cause.error, cause.region) for cause in one.causes]
    return f"{one.check} about {one.resource.arn}{'/*' if one.population else ''} is {one.verdict.value} ({one.reason}) {causes or ''}"


def named(operation: str, faulted: Run, errors: frozenset[str]) -> bool:
    """Whether the collection record names operation, region and error."""
    calls = {(call.operation, call.region, call.outcome) for call in faulted.inventory.accounts[0].calls}
    causes = {(cause.operation, cause.region, cause.error) for one in faulted.not_assessed for cause in one.causes}
    return any(one == operation and region and any(told in error for told in errors) for one, region, error in calls | causes)


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_nothing_is_green_and_no_row_is_lost(operation: str, kind: str) -> None:
    fault, errors = FAULTS[kind]
    if kind == "last page" and paging(operation) is None:
        pytest.skip("answers all at once")
    if (operation, kind) == ("s3:HeadBucket", "malformed"):
        pytest.skip("its answer has no body")
    faulted = run(happening(operation, fault), needing(operation))
    holds(operation, faulted, errors)
    assert named(operation, faulted, errors), "the collection record does not name it"


def _told(run: Run, checks: Mapping[str, Check[...]]) -> list[Finding]:
    return [one.model_copy(update={"observed_at": NOW}) for one in run.findings.values() if one.check in checks]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_throttled_twice_is_as_if_nothing_had_been(operation: str) -> None:
    faulted = run(happening(operation, lambda asked: refused(operation, asked.region, "throttle") if asked.attempt <= 2 else None), needing(operation))
    assert _told(faulted, needing(operation)) == _told(clean(), needing(operation))
    assert max(asked.attempt for asked in faulted.account.asked) == 3


# -- pages ------------------------------------------------------------------------------------------------------------


def test_pages_make_no_difference() -> None:
    """The account with every answer that can be cut on three pages."""

    def in_three(asked: Asked) -> Answer | None:
        if paging(asked.operation) is None:
            return None
        page, request = asked_for(asked.operation, asked.request)
        return account_answers(asked.operation, asked.region, request, lambda said: cut(asked.operation, said, 3)[page])

    paged = run(in_three)
    assert _told(paged, CHECKS) == _told(clean(), CHECKS)
    assert {asked.operation for asked in paged.account.asked if paging(asked.operation)} == {one for one in OPERATIONS if paging(one)}


def test_every_operation_is_asked_and_has_something_to_say() -> None:
    """What is not asked, or answers nothing, no fault can spoil."""
    asked = {one.operation for one in clean().account.asked}
    assert set(OPERATIONS) - asked == set()
    items: Counter[str] = Counter()
    for call in clean().inventory.accounts[0].calls:
        items[call.operation] += call.items
    assert {one for one in OPERATIONS if not items[one]} == set(WITHOUT_AN_ITEM)


# -- one odd item -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Odd:
    """A member of the last item of one answer that gets another type: the first of these names that the item has."""

    kind: Any
    source: Source
    members: tuple[str, ...]

    @property
    def operation(self) -> str:
        return self.source.operations[0]

    def interfere(self, done: list[str]) -> Spoil:
        victim = next(one for one in sorted(clean().account.asked, key=lambda one: (one.region != HOME, repr(one.request))) if self._in(one))

        def spoil(operation: str, region: str, request: Mapping[str, Any], answer: dict[str, Any]) -> None:
            if (operation, region, request) == (victim.operation, victim.region, victim.request):
                item = list(follow(self.source.path, answer))[-1]
                member = next(one for one in self.members if one in item)
                item[member] = 17 if isinstance(item[member], str) else "neither"
                done.append(member)

        return spoil

    def _in(self, asked: Asked) -> bool:
        """Whether the last item of an answer has one of the members."""
        if asked.operation != self.operation:
            return False
        try:
            items = list(follow(self.source.path, said(asked.operation, asked.region, asked.request)))
        except Refused:
            return False
        return bool(items) and any(one in items[-1] for one in self.members)


def _sources() -> Iterator[tuple[Any, Source, frozenset[str]]]:
    """What is read straight off an answer, and the members that name what an item is about."""
    for kind in PLAN.facts:
        for source, lists in ((kind.listing, True), (kind.source, False)):
            if source and isinstance(source.call, str) and source.operations[0] != WHO:
                templates = (kind.listing.arn, kind.listing.region or "", *kind.listing.names.values()) if lists else (source.joins or "",)
                fields = {name for template in templates for _, name, _, _ in Formatter().parse(template) if name}
                yield kind, source, frozenset(fields - {"partition", "account", "region"})


def _odd_members() -> Iterator[Any]:
    """Where the resources have an answer of their own, their listing says no more than who there is."""
    for kind, source, naming in _sources():
        if source is kind.listing and kind.source:
            continue
        theirs = {snake(name): name for name in walk(source.path, operation_model(source.operations[0]).output_shape).members}
        ours = tuple(theirs[name] for name in hints(kind) if name not in FILLED and theirs[name] not in naming)
        if ours:
            yield pytest.param(Odd(kind, source, ours), id=kind.__name__)


def _odd_names() -> Iterator[Any]:
    for kind, source, naming in _sources():
        for name in sorted(naming):
            yield pytest.param(Odd(kind, source, (name,)), id=f"{kind.__name__}-{name}")


@pytest.mark.parametrize("odd", list(_odd_members()))
def test_one_odd_item_is_unread_and_not_its_page(odd: Odd) -> None:
    whole = clean().inventory.accounts[0].facts[fact_name(odd.kind)]
    done: list[str] = []
    faulted = run(None, needing(odd.operation), odd.interfere(done))
    assert len(done) == 1
    facts = faulted.inventory.accounts[0].facts[fact_name(odd.kind)]
    assert facts.keys() == whole.keys()
    (changed,) = (value for id, value in facts.items() if value != whole[id])
    assert isinstance(changed, Unread)
    assert (changed.operation, changed.error) == (odd.operation, "malformed answer")
    holds(odd.operation, faulted, frozenset({"malformed answer"}))


@pytest.mark.parametrize("odd", list(_odd_names()))
def test_an_item_of_an_odd_name_is_a_gap(odd: Odd) -> None:
    done: list[str] = []
    holds(odd.operation, run(None, needing(odd.operation), odd.interfere(done)), frozenset({"malformed answer", "does not mention"}))
    assert len(done) == 1
