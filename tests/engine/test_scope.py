"""Scope: what is declared to be no part of the system under audit is counted, listed and not judged; and nothing else is lost with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cloudsoc.aws.account import Account
from cloudsoc.criteria import roll_up
from cloudsoc.engine.evaluate import Evaluation, Judgement
from cloudsoc.engine.findings import coverage, exclusions, finding, tags_unread
from cloudsoc.engine.inventory import AccountInventory, Inventory
from cloudsoc.engine.scope import Scope, View
from cloudsoc.model import MEDIUM, Address, Check, Every, Everywhere, Failed, NotApplicable, NotAssessed, Passed, Unread, Verdict, check
from cloudsoc.model.criterion import CC6_1
from cloudsoc.model.report import CriterionState, Exclusion, Outcome
from tests.engine.house import ACCOUNT, DARK, DENIED, HERE, LIT, OPEN, OTHER, SHUT, THERE, Garden, Lamp, Room, Street, garden_is_named, room_is_shut

REASON = "a sandbox"
DEV: dict[str, tuple[str, ...]] = {"Environment": ("dev", "sand*")}
SMALL = {"owner": "us"}


def excluding(*exclusions: Exclusion, tags: Mapping[str, Mapping[str, str] | Unread] | None = None, home: str = "") -> Scope:
    """A scope; ``tags`` by the last part of a resource's id, where others have none."""

    def tags_of(_: AccountInventory, address: Address) -> Mapping[str, str] | Unread:
        return (tags or {}).get(address.short, {})

    return Scope(exclusions, [f"cloudsoc.toml:{number}" for number in range(1, len(exclusions) + 1)], tags_of, {"aws": home})


def without(*regions: str) -> Exclusion:
    return Exclusion(regions=regions, reason=REASON)


DEVELOPMENT = Exclusion(tags=DEV, reason=REASON)


class Judged:
    """What checks say of a street under a scope."""

    def __init__(self, scope: Scope, street: Street, *checks: Check[...]) -> None:
        self.evaluation, self.checks = Evaluation(street.whole, scope=scope), checks
        self.judgements: list[Judgement] = list(self.evaluation.run(checks, lambda _: {"states": ("Enabled",)} if checks == (room_is_shut,) else {}))
        self.findings = tuple(map(finding, self.judgements))

    @property
    def verdicts(self) -> dict[str, Any]:
        return {one.address.short: one.verdict for one in self.judgements if not one.population}

    @property
    def populations(self) -> dict[str, Any]:
        return {one.address.region: one.verdict for one in self.judgements if one.population}

    @property
    def counted(self) -> dict[str, tuple[int, int]]:
        """By region, how many were judged and how many are out of scope."""
        rows = coverage(self.findings, self.evaluation, self.checks)
        return {one.region: (one.subjects - one.out_of_scope - one.outside, one.out_of_scope) for one in rows}

    @property
    def criterion(self) -> Any:
        partly = {one.check for one in coverage(self.findings, self.evaluation, self.checks) if one.outside}
        found = roll_up(self.findings, available=self.checks, ran=[one.id for one in self.checks], outside=partly)
        return next(one for one in found if one.id is CC6_1)


@check(direct=(CC6_1,), severity=MEDIUM)
def all_rooms_are_lit(account: Account, rooms: Everywhere[tuple[Room, Lamp]]) -> Verdict:
    """All rooms are lit.

    Why: so.

    Fix: light them.
    """
    return Passed(f"all {len(rooms)}") if all(lamp.key_rotation_enabled for _, lamp in rooms) else Failed("one is dark")


@check(direct=(CC6_1,), severity=MEDIUM)
def a_room_is_lit(account: Account, rooms: Everywhere[tuple[Room, Lamp]]) -> Verdict:
    """Some room is lit.

    Why: so.

    Fix: light one.
    """
    return Passed("one is") if any(lamp.key_rotation_enabled for _, lamp in rooms) else Failed("none is")


@check(direct=(CC6_1,), severity=MEDIUM)
def gardens_are_named(account: Account, gardens: Every[Garden]) -> Verdict:
    """All gardens have a name.

    Why: so.

    Fix: name them.
    """
    return Passed(f"all {len(gardens)}")


# -- what an exclusion means --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exclusion", "account", "region", "fits"),
    [
        (without("eu-*"), ACCOUNT, HERE, True),
        (without("eu"), ACCOUNT, HERE, False),
        (without("*"), ACCOUNT, "global", False),
        (without("*"), ACCOUNT, "unknown", False),
        (Exclusion(all_regions_but=(HERE,), reason=REASON), ACCOUNT, HERE, False),
        (Exclusion(all_regions_but=(HERE,), reason=REASON), ACCOUNT, THERE, True),
        (Exclusion(all_regions_but=(HERE,), reason=REASON), ACCOUNT, "global", False),
        (Exclusion(regions=("eu-*",), accounts=(OTHER,), reason=REASON), ACCOUNT, HERE, False),
        (Exclusion(regions=("eu-*",), accounts=(OTHER,), reason=REASON), OTHER, HERE, True),
        (Exclusion(accounts=(ACCOUNT,), reason=REASON), ACCOUNT, HERE, False),
        (Exclusion(regions=("eu-*",), tags=DEV, reason=REASON), ACCOUNT, HERE, False),
    ],
    ids=repr,
)
def test_regions(exclusion: Exclusion, account: str, region: str, fits: bool) -> None:
    assert (excluding(exclusion).region(account, region) == 0) is fits


@pytest.mark.parametrize(
    ("exclusion", "tags", "fits"),
    [
        (DEVELOPMENT, {"Environment": "dev"}, True),
        (DEVELOPMENT, {"Environment": "sandbox"}, True),
        (DEVELOPMENT, {"Environment": "developer"}, False),
        (DEVELOPMENT, {"environment": "dev"}, False),
        (DEVELOPMENT, {}, False),
        (Exclusion(tags={"a": ("*",), "b": ("1",)}, reason=REASON), {"a": "", "b": "1"}, True),
        (Exclusion(tags={"a": ("*",), "b": ("1",)}, reason=REASON), {"b": "1"}, False),
        (Exclusion(tags=DEV, regions=("us-*",), reason=REASON), {"Environment": "dev"}, False),
        (Exclusion(tags=DEV, regions=("eu-*",), accounts=(ACCOUNT,), reason=REASON), {"Environment": "dev"}, True),
        (Exclusion(tags=DEV, accounts=(OTHER,), reason=REASON), {"Environment": "dev"}, False),
        (without("eu-*"), {"Environment": "dev"}, False),
    ],
    ids=repr,
)
def test_resources(exclusion: Exclusion, tags: dict[str, str], fits: bool) -> None:
    assert (excluding(exclusion).resource(ACCOUNT, HERE, tags) == 0) is fits


def test_what_is_kept_must_exist() -> None:
    scope = excluding(Exclusion(all_regions_but=("eu-wset-1", "eu-*", "xx-*"), reason=REASON))
    assert scope.unknown(ACCOUNT, [HERE, THERE]) == ["eu-wset-1", "xx-*"]
    assert excluding(Exclusion(all_regions_but=("xx",), accounts=(OTHER,), reason=REASON)).unknown(ACCOUNT, [HERE]) == []


# -- regions ------------------------------------------------------------------------------------------------------------------


def test_a_region_out_of_scope_is_counted_and_not_judged() -> None:
    street = Street()
    street.room("hall", door=SHUT)
    street.room("cellar", THERE, door=OPEN)
    found = Judged(excluding(without("us-*")), street, room_is_shut)
    assert found.verdicts == {"hall": Passed("it is Enabled")}
    assert found.populations == {}
    assert found.counted == {HERE: (1, 0), THERE: (0, 1)}
    assert found.criterion.state is CriterionState.SUPPORTED
    (use,) = exclusions(found.evaluation)
    assert [(one.account, one.region) for one in use.regions] == [(ACCOUNT, THERE)]
    assert use.origin == "cloudsoc.toml:1"


def test_gaps_and_emptiness_there_are_no_rows() -> None:
    street = Street()
    street.room("hall", door=SHUT)
    street.miss(Room, DENIED, street.regions[THERE])
    assert Judged(excluding(), street, room_is_shut).populations == {THERE: NotAssessed((DENIED,))}
    found = Judged(excluding(without("us-*")), street, room_is_shut)
    assert found.populations == {}
    assert found.counted == {HERE: (1, 0), THERE: (0, 1)}  # the region stands for what is in it
    assert found.criterion.state is CriterionState.SUPPORTED


def test_of_an_account_is_said_what_holds_in_scope_and_that_it_is_so() -> None:
    street = Street()
    street.room("hall", lamp=LIT)
    street.room("cellar", THERE, lamp=DARK)
    found = Judged(excluding(without("us-*")), street, all_rooms_are_lit)
    assert found.verdicts == {ACCOUNT: Passed("all 1 (said of the 1 region in scope)")}
    assert found.criterion.state is CriterionState.SUPPORTED
    street.room("attic", lamp=DARK)
    assert Judged(excluding(without("us-*")), street, all_rooms_are_lit).verdicts == {ACCOUNT: Failed("one is dark")}


def test_a_witness_in_scope_decides_by_itself_and_one_outside_does_not() -> None:
    street = Street()
    street.room("cellar", THERE, lamp=LIT)
    assert Judged(excluding(without("us-*")), street, a_room_is_lit).verdicts == {ACCOUNT: Failed("none is (said of the 1 region in scope)")}
    street.room("hall", lamp=LIT)
    assert Judged(excluding(without("us-*")), street, a_room_is_lit).verdicts == {ACCOUNT: Passed("one is")}


def test_without_the_region_that_records_global_services_nothing_is_said_of_an_account_as_a_whole() -> None:
    street = Street()
    street.room("hall", lamp=LIT)
    found = Judged(excluding(without("us-*"), home=THERE), street, all_rooms_are_lit)
    (cause,) = found.verdicts[ACCOUNT].causes
    assert cause.outside
    assert found.findings[0].outside
    assert found.criterion.state is CriterionState.NOT_ASSESSED


def test_nor_where_nobody_knows_which_region_that_is() -> None:
    street = Street()
    street.room("hall", lamp=LIT)
    street.inventory.partition = "aws-iso"
    assert isinstance(Judged(excluding(without("us-*")), street, all_rooms_are_lit).verdicts[ACCOUNT], NotAssessed)


def test_a_region_that_was_not_asked_for_stays_a_gap_of_the_criterion() -> None:
    street = Street()
    street.room("hall", lamp=LIT)
    street.inventory.regions[THERE] = ("outside", "not asked for")
    assert isinstance(Judged(excluding(), street, all_rooms_are_lit).verdicts[ACCOUNT], NotAssessed)
    assert isinstance(Judged(excluding(without("eu-north-*")), street, all_rooms_are_lit).verdicts[ACCOUNT], NotAssessed)
    assert isinstance(Judged(excluding(without("us-*")), street, all_rooms_are_lit).verdicts[ACCOUNT], Passed)


def test_what_could_not_be_read_in_scope_stays_unread() -> None:
    street = Street()
    street.room("hall", lamp=DENIED)
    assert DENIED in Judged(excluding(without("us-*")), street, all_rooms_are_lit).verdicts[ACCOUNT].causes
    street = Street()
    street.miss(Room, DENIED, street.regions[HERE])
    found = Judged(excluding(without("us-*")), street, all_rooms_are_lit)
    assert DENIED in found.verdicts[ACCOUNT].causes
    assert not found.findings[0].outside


def test_what_belongs_to_no_region_and_lies_in_one() -> None:
    street = Street()
    street.garden("rose")
    street.garden("wild", THERE)
    found = Judged(excluding(without("us-*")), street, garden_is_named)
    assert found.verdicts == {"rose": Passed("rose")}
    assert Judged(excluding(without("us-*")), street, gardens_are_named).verdicts == {ACCOUNT: Passed("all 1 (said of the 1 region in scope)")}
    found = Judged(excluding(without("us-*", "eu-*")), street, garden_is_named)
    assert found.populations == {"global": NotApplicable("out of scope: all 2 Test::Garden")}


def test_where_every_region_is_out_of_scope_a_row_says_so() -> None:
    street = Street()
    street.room("hall", door=SHUT)
    found = Judged(excluding(without("*")), street, room_is_shut)
    assert found.verdicts == {}
    assert found.populations == {"global": NotApplicable("out of scope: all regions")}
    assert found.criterion.state is CriterionState.NOT_ASSESSED


def test_a_report_names_each_region_and_why() -> None:
    street = Street()
    street.inventory.regions["ap-east-1"] = ("disabled", "it is not enabled")
    view = View(excluding(without("us-*", "ap-*")), street.inventory)
    assert view.regions == {HERE: ("read", ""), **dict.fromkeys((THERE, "ap-east-1"), ("out_of_scope", f"out of scope (cloudsoc.toml:1): {REASON}"))}


# -- resources ----------------------------------------------------------------------------------------------------------------


def test_a_resource_out_of_scope_by_its_tags() -> None:
    street = Street()
    street.room("hall", door=SHUT)
    street.room("shed", door=OPEN)
    tags = {"shed": {"Environment": "dev"}, "hall": SMALL}
    found = Judged(excluding(DEVELOPMENT, tags=tags), street, room_is_shut)
    assert found.verdicts == {"hall": Passed("it is Enabled")}
    assert found.populations == {THERE: NotApplicable("there is no Test::Room")}
    assert found.counted == {HERE: (1, 1), THERE: (1, 0)}
    assert found.criterion.state is CriterionState.SUPPORTED
    (use,) = exclusions(found.evaluation)
    assert [(one.id, one.region, one.tags) for one in use.resources] == [("shed", HERE, tags["shed"])]
    assert [one.resource.tags for one in found.findings if one.resource.id == "hall"] == [SMALL]


def test_where_all_are_out_of_scope_a_row_says_so() -> None:
    street = Street()
    street.room("shed", door=OPEN)
    scope = excluding(DEVELOPMENT, tags={"shed": {"Environment": "dev"}})
    found = Judged(scope, street, room_is_shut)
    assert found.populations == {HERE: NotApplicable("out of scope: all 1 Test::Room"), THERE: NotApplicable("there is no Test::Room")}
    assert found.criterion.state is CriterionState.NOT_ASSESSED  # nothing was shown
    street.miss(Room, DENIED, street.regions[HERE])
    assert Judged(scope, street, room_is_shut).populations[HERE] == NotAssessed((DENIED,))


def test_a_resource_out_of_scope_is_still_seen_by_what_is_in_scope() -> None:
    street = Street()
    street.room("shed", lamp=DARK)
    scope = excluding(DEVELOPMENT, tags={"shed": {"Environment": "dev"}})
    assert Judged(scope, street, all_rooms_are_lit).verdicts == {ACCOUNT: Failed("one is dark")}


def test_a_resource_whose_tags_are_unread_stays_and_the_report_says_why() -> None:
    street = Street()
    for name in ("hall", "shed"):
        street.room(name, door=OPEN)
    unread = Unread("tag:GetResources", "AccessDenied", HERE, ACCOUNT)
    found = Judged(excluding(DEVELOPMENT, tags={"hall": unread, "shed": unread}), street, room_is_shut)
    assert set(found.verdicts) == {"hall", "shed"}
    (left,) = tags_unread(found.evaluation)
    assert (left.type, left.resources, left.region, left.cause.error) == ("Test::Room", 2, HERE, "AccessDenied")
    assert all(one.verdict is not Outcome.NOT_ASSESSED for one in found.findings)
    # Where no exclusion by tags could concern them, nobody asks.
    elsewhere = Exclusion(tags=DEV, regions=("us-*",), reason=REASON)
    assert tags_unread(Judged(excluding(elsewhere, tags={"hall": unread}), street, room_is_shut).evaluation) == ()


def test_what_exists_in_something_out_of_scope_is_out_of_scope_with_it() -> None:
    street = Street()
    room = street.room("shed")
    box = Address(Garden, "box", HERE, ACCOUNT, "aws", room)
    unread = Unread("tag:GetResources", "not told", HERE, ACCOUNT)
    view = View(excluding(DEVELOPMENT, tags={"shed": {"Environment": "dev"}, "box": unread}), street.inventory)
    assert view.exclusion(box) == 0
    assert view.undecided == {}
    view = View(excluding(DEVELOPMENT, tags={"shed": SMALL, "box": unread}), street.inventory)
    assert view.exclusion(box) is None
    assert view.undecided == {}  # the tags of what it exists in decide
    view = View(excluding(DEVELOPMENT, tags={"shed": unread, "box": unread}), street.inventory)
    view.exclusion(box)
    assert {kind for kind, _, _ in view.undecided} == {"Test::Room", "Test::Garden"}


# -- accounts -----------------------------------------------------------------------------------------------------------------


def test_an_account_out_of_scope_is_counted_and_not_judged() -> None:
    here, other = Street(), Street(OTHER)
    here.room("hall", door=SHUT)
    other.room("attic", door=OPEN)
    evaluation = Evaluation(Inventory([here.inventory, other.inventory]), scope=excluding(Exclusion(accounts=(OTHER,), reason=REASON)))
    found = [finding(one) for one in evaluation.run([room_is_shut], lambda _: {"states": ("Enabled",)})]
    assert {one.resource.account for one in found} == {ACCOUNT}
    rows = coverage(found, evaluation, [room_is_shut])
    assert [(one.account, one.region, one.out_of_scope) for one in rows if one.out_of_scope] == [(OTHER, HERE, 1)]
    (use,) = exclusions(evaluation)
    assert use.accounts == (OTHER,)
