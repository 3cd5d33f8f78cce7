"""The rules of verdicts, one by one: nothing is green that was not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest

import cloudsoc
from cloudsoc.aws.account import Account, Region
from cloudsoc.engine.evaluate import Evaluation, Judgement
from cloudsoc.engine.findings import coverage, finding
from cloudsoc.engine.inventory import Inventory
from cloudsoc.engine.signature import signature
from cloudsoc.model import (
    CRITICAL,
    LOW,
    MEDIUM,
    Check,
    Every,
    Everywhere,
    Failed,
    Incomplete,
    Its,
    NotApplicable,
    NotAssessed,
    ObservedAt,
    Passed,
    Ref,
    Resource,
    Unread,
    Verdict,
    check,
    derivation,
    listed,
)
from cloudsoc.model.criterion import CC6_1
from tests.engine.house import AT, DARK, DENIED, HERE, KINDS, LIT, OPEN, OTHER, SHUT, THERE, Door, Garden, Lamp, Room, Street

DOC = "Something holds.\n\nWhy: so.\n\nFix: do it to {room.key_id}."


def made(function: Any) -> Check[...]:
    function.__doc__ = function.__doc__ or DOC
    found: Check[...] = check(direct=(CC6_1,), severity=MEDIUM)(function)
    return found


def judged(check: Check[...], *streets: Street, **settings: Any) -> list[Judgement]:
    inventory = Inventory([street.inventory for street in streets])
    own = {name: settings.get(name, one.default) for name, one in signature(check.function).settings.items()}
    return list(Evaluation(inventory, settings).run([check], lambda _: own))


def verdicts(check: Check[...], *streets: Street, **settings: Any) -> dict[str, Any]:
    return {one.address.short: one.verdict for one in judged(check, *streets, **settings) if not one.population}


def populations(check: Check[...], *streets: Street) -> dict[str, Any]:
    return {one.address.region: one.verdict for one in judged(check, *streets) if one.population}


@made
def lit_and_shut(room: Room, lamp: Lamp, door: Door | None) -> Verdict:
    if not lamp.key_rotation_enabled:
        return Failed("dark")
    if door is None:
        return Failed("no door")
    return Passed("shut") if door.key_state == "Enabled" else Failed("open")


# -- facts --------------------------------------------------------------------------------------------------------------


def test_one_verdict_a_subject() -> None:
    street = Street()
    street.room("hall", door=SHUT)
    street.room("cellar", THERE, door=OPEN)
    assert verdicts(lit_and_shut, street) == {"hall": Passed("shut"), "cellar": Failed("open")}
    assert populations(lit_and_shut, street) == {}


def test_looking_at_an_unread_fact_ends_the_check_and_a_verdict_before_stands() -> None:
    street = Street()
    street.room("hall", door=DENIED, lamp=LIT)
    street.room("attic", door=DENIED, lamp=DARK)
    assert verdicts(lit_and_shut, street) == {"hall": NotAssessed((DENIED,)), "attic": Failed("dark")}


def test_absent_is_an_answer_and_unread_is_not_absent() -> None:
    street = Street()
    street.room("hall", door=None)
    assert verdicts(lit_and_shut, street)["hall"] == Failed("no door")

    @made
    def has_no_door(room: Room, door: Door | None) -> Verdict:
        return Passed("none") if door is None else Failed("one")

    street = Street()
    street.room("hall", door=DENIED)  # `is None` cannot be intercepted: asked once with None, once without
    assert verdicts(has_no_door, street)["hall"] == NotAssessed((DENIED,))


def test_no_except_of_a_check_turns_unread_into_an_answer() -> None:
    @made
    def tolerant(room: Room, lamp: Lamp) -> Verdict:
        try:
            return Passed("lit") if lamp.key_rotation_enabled else Failed("dark")
        except Exception:  # noqa: BLE001 this is what must not help
            return Passed("whatever")

    street = Street()
    street.room("hall", lamp=DENIED)
    assert verdicts(tolerant, street)["hall"] == NotAssessed((DENIED,))


def test_a_check_may_decide_by_itself_what_unread_means() -> None:
    @made
    def strict(room: Room, lamp: Lamp | Unread) -> Verdict:
        return Failed("nobody may look") if isinstance(lamp, Unread) else Passed("seen")

    street = Street()
    street.room("hall", lamp=DENIED)
    assert verdicts(strict, street)["hall"] == Failed("nobody may look")


def test_a_check_that_raises_is_not_assessed() -> None:
    @made
    def broken(room: Room) -> Verdict:
        raise ZeroDivisionError

    @made
    def wordless(room: Room) -> Verdict:
        return None  # type: ignore[return-value]

    street = Street()
    street.room("hall")
    (cause,) = verdicts(broken, street)["hall"].causes
    assert cause.error == "raised ZeroDivisionError"
    assert isinstance(verdicts(wordless, street)["hall"], NotAssessed)


def test_two_different_answers_about_one_resource_are_unread() -> None:
    street = Street()
    hall = street.room("hall", door=SHUT)
    street.inventory.learn(Door, hall.id, OPEN)
    (cause,) = verdicts(lit_and_shut, street)["hall"].causes
    assert "two different answers" in cause.error


def test_a_fact_that_does_not_exist_for_a_resource_is_not_applicable() -> None:
    street = Street()
    hall = street.room("hall", door=SHUT)
    street.inventory.facts["kms.Lamp"][hall.id] = NotApplicable("it has no ceiling")
    assert verdicts(lit_and_shut, street)["hall"] == NotApplicable("it has no ceiling")


def test_the_clock_is_the_one_of_the_collection() -> None:
    @made
    def late(room: Room, at: ObservedAt) -> Verdict:
        return Passed(at.isoformat())

    street = Street()
    street.room("hall")
    assert verdicts(late, street)["hall"] == Passed(AT.isoformat())


def test_a_fact_of_a_class_that_was_not_collected_is_not_assessed() -> None:
    street = Street(kinds=tuple(kind for kind in KINDS if kind is not Lamp))
    street.room("hall", door=SHUT)
    street.inventory.facts.pop("kms.Lamp")
    (cause,) = verdicts(lit_and_shut, street)["hall"].causes
    assert "not in this inventory" in cause.error


# -- populations ----------------------------------------------------------------------------------------------------------


@made
def any_lit(region: Region, rooms: Every[tuple[Room, Lamp]]) -> Verdict:
    """Some room is lit.

    Why: so.

    Fix: light one in {region.region_name}.
    """
    if any(lamp.key_rotation_enabled for _, lamp in rooms):
        return Passed("one is")
    return Failed("none is")


@made
def all_lit(region: Region, rooms: Every[tuple[Room, Lamp]]) -> Verdict:
    """All rooms are lit.

    Why: so.

    Fix: light them in {region.region_name}.
    """
    return Passed(f"all {len(rooms)}") if all(lamp.key_rotation_enabled for _, lamp in rooms) else Failed("one is dark")


def test_a_witness_decides_and_its_absence_does_not() -> None:
    street = Street()
    street.room("hall", lamp=LIT)
    street.room("attic", lamp=DENIED)
    assert verdicts(any_lit, street)[HERE] == Passed("one is")
    assert verdicts(all_lit, street)[HERE] == NotAssessed((DENIED,))
    street = Street()
    street.room("hall", lamp=DARK)
    street.room("attic", lamp=DENIED)
    assert verdicts(any_lit, street)[HERE] == NotAssessed((DENIED,))
    assert verdicts(all_lit, street)[HERE] == Failed("one is dark")


def test_a_listing_that_broke_keeps_what_it_has_and_the_gap() -> None:
    street = Street()
    street.room("hall", lamp=LIT)
    street.miss(Room, DENIED, street.regions[HERE])
    assert verdicts(any_lit, street)[HERE] == Passed("one is")
    assert verdicts(all_lit, street)[HERE] == NotAssessed((DENIED,))
    assert verdicts(all_lit, street)[THERE] == Passed("all 0")  # the gap is in another region
    assert verdicts(lit_and_shut, street) == {"hall": Failed("no door")}
    assert populations(lit_and_shut, street) == {HERE: NotAssessed((DENIED,)), THERE: NotApplicable("there is no Test::Room")}


def test_an_empty_listing_and_an_unread_one_leave_a_row() -> None:
    street = Street()
    street.miss(Room, DENIED, street.regions[THERE])
    assert populations(lit_and_shut, street) == {HERE: NotApplicable("there is no Test::Room"), THERE: NotAssessed((DENIED,))}
    street = Street()
    denied = Unread("ec2:DescribeRegions", "UnauthorizedOperation", "global")
    street = Street(regions=())
    street.miss(Region, denied, street.address)
    assert populations(lit_and_shut, street) == {"global": NotAssessed((denied,))}


def test_scopes_region_account_and_subject() -> None:
    @made
    def counts(region: Region, here: Every[Room], everywhere: Everywhere[Room], its: Its[Room], gardens: Every[Garden]) -> Verdict:
        """It counts.

        Why: so.

        Fix: nothing.
        """
        return Passed(f"{len(here)} {len(everywhere)} {len(its)} {len(gardens)}")

    street = Street()
    street.room("hall")
    street.room("cellar", THERE)
    street.room("attic", THERE)
    street.garden("front")
    assert verdicts(counts, street) == {HERE: Passed("1 3 1 1"), THERE: Passed("2 3 2 1")}


def test_only_narrows_and_keeps_the_gap() -> None:
    rooms = Every([1, 2, 3], [DENIED])
    assert rooms.only(lambda one: one > 2).known == (3,)
    with pytest.raises(Incomplete):
        len(rooms.only(lambda one: one > 2))
    assert 2 in rooms
    with pytest.raises(Incomplete):
        assert 9 not in rooms
    with pytest.raises(Incomplete):
        sorted(rooms)


# -- derivations ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Comfort:
    """How pleasant a room is."""

    lit: bool


@derivation
def comfort(room: Room, lamp: Lamp, door: Door | None) -> Comfort:
    """Both."""
    return Comfort(lamp.key_rotation_enabled and door is not None)


@made
def is_comfortable(room: Room, comfort: Comfort) -> Verdict:
    if room.key_id == "cellar":
        return NotApplicable("nobody lives there")
    return Passed("it is") if comfort.lit else Failed("it is not")


def test_a_derivation_carries_its_gaps() -> None:
    street = Street()
    street.room("hall", door=SHUT)
    street.room("attic", door=DENIED)
    street.room("cellar", door=DENIED)  # the verdict does not look at it
    street.room("dark", door=DENIED, lamp=DARK)  # a no that no door could have changed
    assert verdicts(is_comfortable, street) == {
        "hall": Passed("it is"),
        "attic": NotAssessed((DENIED,)),
        "cellar": NotApplicable("nobody lives there"),
        "dark": Failed("it is not"),
    }


# -- settings -------------------------------------------------------------------------------------------------------------


def test_an_undeclared_setting_is_like_an_unread_fact() -> None:
    @made
    def is_approved(room: Room, *, approved: tuple[str, ...]) -> Verdict:
        if room.key_id == "hall":
            return Passed("everybody knows it")
        return Passed("approved") if room.key_id in approved else Failed("not approved")

    street = Street()
    street.room("hall")
    street.room("attic")
    found = verdicts(is_approved, street)
    assert found["hall"] == Passed("everybody knows it")
    assert found["attic"].reason == "approved is not declared"
    assert verdicts(is_approved, street, approved=())["attic"] == Failed("not approved")


# -- whose it is, and where -----------------------------------------------------------------------------------------------


def test_what_another_account_owns_stays_and_is_judged_there() -> None:
    street = Street()
    street.room("lent", owner=OTHER, door=SHUT)
    street.room("of the city", owner="aws")
    assert verdicts(lit_and_shut, street) == {
        "lent": NotApplicable(f"owned by {OTHER}: judged there"),
        "of the city": NotApplicable("AWS's own: nobody but AWS can change it"),
    }


def test_disabled_and_outside_regions() -> None:
    street = Street()
    street.room("hall", door=SHUT)
    street.garden("far", THERE)
    street.inventory.regions[THERE] = ("outside", "not asked for")
    assert populations(lit_and_shut, street) == {}
    assert verdicts(any_lit, street) == {HERE: Passed("one is")}

    @made
    def counts(account: Account, rooms: Everywhere[Room]) -> Verdict:
        """It counts.

        Why: so.

        Fix: nothing.
        """
        return Passed(f"{len(rooms)}")

    (cause,) = verdicts(counts, street)[street.inventory.account].causes
    assert cause.outside
    (one,) = [finding(judgement) for judgement in judged(counts, street)]
    assert one.outside
    rows = coverage([], Evaluation(street.whole), [lit_and_shut])
    assert [(row.region, row.outside) for row in rows] == [(THERE, 1)]
    street.inventory.regions[THERE] = ("disabled", "it is not enabled")
    assert populations(lit_and_shut, street) == {THERE: NotApplicable("it is not enabled")}
    assert verdicts(counts, street) == {street.inventory.account: Passed("1")}


@listed("cloudtrail:DescribeTrails.trailList[]", arn="{TrailARN}", resource_type="Test::Sign")
class Sign(Resource[Region]):
    """Points to a room."""

    kms_key_id: str | None = None


@made
def points_to_a_shut_room(sign: Sign, door: Annotated[Door | None, Ref("kms_key_id")]) -> Verdict:
    """A sign points to a shut room.

    Why: so.

    Fix: nothing.
    """
    if door is None:
        return Failed("to nothing, or to one without a door")
    return Passed("shut") if door.key_state == "Enabled" else Failed("open")


def sign(street: Street, to: str | None) -> None:
    street.inventory.fields.setdefault("cloudtrail.Sign", ("arn", "kms_key_id", "region"))
    arn = f"arn:aws:cloudtrail:{HERE}:{street.inventory.account}:trail/sign"
    street.add(Sign, arn, HERE, street.regions[HERE], Sign(arn=arn, region=HERE, kms_key_id=to))


@pytest.mark.parametrize("to", ["hall", f"arn:aws:kms:{HERE}:111122223333:key/hall"])
def test_a_reference_by_name_or_arn(to: str) -> None:
    street = Street()
    street.room("hall", door=SHUT)
    street.room("hall-there", THERE, door=OPEN)
    sign(street, to)
    assert verdicts(points_to_a_shut_room, street) == {"sign": Passed("shut")}


def test_a_reference_to_nothing_to_another_account_and_to_the_unknown() -> None:
    street = Street()
    sign(street, None)
    assert isinstance(verdicts(points_to_a_shut_room, street)["sign"], Failed)
    arn = f"arn:aws:kms:{HERE}:{OTHER}:key/hall"
    street = Street()
    sign(street, arn)
    (cause,) = verdicts(points_to_a_shut_room, street)["sign"].causes
    assert cause.account == OTHER
    assert "not in the inventory" in cause.error
    neighbour = Street(OTHER)
    neighbour.room("hall", door=SHUT)
    assert verdicts(points_to_a_shut_room, street, neighbour)["sign"] == Passed("shut")
    assert isinstance(verdicts(points_to_a_shut_room, street, Street(OTHER))["sign"], NotAssessed)
    street = Street()
    street.miss(Room, DENIED, street.regions[HERE])
    sign(street, "hall")
    assert verdicts(points_to_a_shut_room, street)["sign"] == NotAssessed((DENIED,))


# -- findings -------------------------------------------------------------------------------------------------------------


def test_a_failure_may_be_less_severe_than_its_check_never_more() -> None:
    @made
    def low(room: Room) -> Verdict:
        return Failed("a little", severity=LOW if room.key_id == "hall" else CRITICAL)

    street = Street()
    street.room("hall")
    street.room("attic")
    found = {one.resource.id: one for one in map(finding, judged(low, street))}
    assert found["hall"].severity is LOW
    assert found["attic"].severity is MEDIUM


def test_a_finding_says_all_and_its_id_outlives_renames() -> None:
    street = Street()
    street.room("hall; rm -rf /", door=OPEN)
    judgement = next(one for one in judged(lit_and_shut, street) if not one.population)
    one = finding(judgement)
    assert one.remedy == "do it to 'hall; rm -rf /'."
    assert one.evidence["door"] == {"key_state": "Disabled"}
    assert one.resource.type == "Test::Room"
    assert (one.direct, one.severity, one.observed_at) == ((CC6_1,), MEDIUM, AT)
    renamed = check(direct=(CC6_1,), severity=MEDIUM, formerly=(lit_and_shut.id,))(is_comfortable.function)
    other = next(one for one in judged(renamed, street) if not one.population)
    assert finding(other).id == one.id


def test_evidence_is_small() -> None:
    from cloudsoc.engine.findings import LONGEST, MOST, shown

    assert len(shown("x" * 10_000)) < LONGEST + 40
    assert len(shown(tuple(range(1000)))) == MOST + 1
    assert shown(Every([1, 2, 3, 4], [DENIED])) == {"count": 4, "unread": 1, "first": [1, 2, 3]}
    assert shown(DENIED).startswith("not read: kms:DescribeKey")


def test_evaluating_twice_is_evaluating_once() -> None:
    street = Street()
    street.room("hall", door=SHUT)
    checks = {lit_and_shut.id: lit_and_shut}
    assert cloudsoc.evaluate(street.whole, checks=checks) == cloudsoc.evaluate(street.whole, checks=checks)
