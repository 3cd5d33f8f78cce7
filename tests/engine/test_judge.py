"""One question asked: what a look at something unread does, whatever the look, and what is no answer."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from cloudsoc.engine.findings import finding, shown
from cloudsoc.engine.judge import judge
from cloudsoc.engine.signature import UNDECLARED, signature
from cloudsoc.engine.unseen import hidden, unseen
from cloudsoc.model import Failed, Incomplete, NotApplicable, NotAssessed, Passed, Unread, Verdict, derivation
from tests.engine.house import DENIED, HERE, KINDS, LIT, SHUT, Door, Lamp, Room, Street
from tests.engine.test_evaluate import judged, made, verdicts

ROOM = Room(arn=f"arn:aws:kms:{HERE}:111122223333:key/hall", region=HERE, key_id="hall")
ALSO = Unread("kms:GetKeyRotationStatus", "ThrottlingException", HERE)


def answer(function: Callable[..., Any], *values: Any, **settings: Any) -> Any:
    return judge(function, signature(function), values, settings)


# -- looks ----------------------------------------------------------------------------------------------------------------


def _matches(one: Any) -> bool:
    match one:
        case Lamp(key_rotation_enabled=True):
            return True
    return False


LOOKS: dict[str, Callable[[Any], object]] = {
    "a field": lambda one: one.key_rotation_enabled,
    "a field by name": lambda one: getattr(one, "x", None),
    "whether there is a field": lambda one: hasattr(one, "x"),
    "truth": lambda one: not one,
    "or": lambda one: one or 1,
    "equality": lambda one: one == 1,
    "equality from the other side": lambda one: one == LIT,
    "inequality": lambda one: one != 1,
    "order": lambda one: one < 1,
    "order from the other side": lambda one: one > 1,
    "text": str,
    "text by format": lambda one: f"{one}",
    "text by percent": lambda one: "%s" % one,  # noqa: UP031 that is the look
    "repr": repr,
    "class": lambda one: isinstance(one, Lamp),
    "abstract class": lambda one: isinstance(one, Iterable),
    "pattern": _matches,
    "iteration": list,
    "unpacking": lambda one: (*one,),
    "next": next,
    "length": len,
    "membership in it": lambda one: 1 in one,
    "membership of it": lambda one: one in (1, 2),
    "membership of it in a set": lambda one: one in {1, 2},
    "a key": lambda one: {one: 1},
    "an item": lambda one: one[0],
    "a call": lambda one: one(),
    "sum": lambda one: 1 + one,
    "number": int,
    "floor": math.floor,
    "max": lambda one: max(1, one),
    "sorting": lambda one: sorted([1, one]),
    "copy": copy.copy,
    "json": lambda one: json.dumps({"x": one}, default=str),
    "dir": dir,
    "with": lambda one: one.__enter__(),
}


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_at_something_unread_ends_the_check(look: str) -> None:
    def looks(room: Room, lamp: Lamp) -> Verdict:
        LOOKS[look](lamp)
        return Passed("seen")

    assert isinstance(answer(looks, ROOM, DENIED), NotAssessed)
    if look != "floor":  # Python asks for that on the type and says TypeError, which is no answer either
        assert answer(looks, ROOM, DENIED) == NotAssessed((DENIED,))
    assert answer(looks, ROOM, NotApplicable("no ceiling")) == NotApplicable("no ceiling") or look == "floor"


def test_why_something_may_not_be_looked_at_can_be_told() -> None:
    because = Incomplete(DENIED)
    assert hidden(unseen(because)) is because
    assert hidden(LIT) is None
    assert shown({"lamp": unseen(because)}) == {"lamp": f"not read: {DENIED}"}


def test_the_subject_itself_may_be_unread() -> None:
    def cares(room: Room) -> Verdict:
        return Passed(room.key_id)

    def does_not(room: Room, lamp: Lamp) -> Verdict:
        return Passed("lit") if lamp.key_rotation_enabled else Failed("dark")

    assert answer(cares, DENIED) == NotAssessed((DENIED,))
    assert answer(does_not, DENIED, LIT) == Passed("lit")


# -- None -----------------------------------------------------------------------------------------------------------------


def test_what_may_be_none_is_asked_both_ways() -> None:
    def both(room: Room, door: Door | None, lamp: Lamp) -> Verdict:
        if not lamp.key_rotation_enabled:
            return Failed("dark")
        return Failed("no door") if door is None else Passed("a door")

    assert answer(both, ROOM, DENIED, LIT) == NotAssessed((DENIED,))
    assert answer(both, ROOM, DENIED, ALSO) == NotAssessed((ALSO,))
    assert answer(both, ROOM, DENIED, Lamp(key_rotation_enabled=False)) == Failed("dark")


def test_several_that_may_be_none_are_asked_in_all_ways() -> None:
    def apart(room: Room, one: Door | None, two: Door | None) -> Verdict:
        return Passed("the same") if (one is None) == (two is None) else Failed("not")

    assert isinstance(answer(apart, ROOM, DENIED, ALSO), NotAssessed)
    assert set(answer(apart, ROOM, DENIED, ALSO).causes) == {DENIED, ALSO}

    def either(room: Room, one: Door | None, two: Door | None) -> Verdict:
        return Passed("whatever")

    assert answer(either, ROOM, DENIED, ALSO) == Passed("whatever")


@dataclass(frozen=True)
class Held:
    """Keeps a door without looking at it."""

    door: Door | None
    key: str = ""


@derivation
def held(room: Room, door: Door | None) -> Held:
    """Looks at nothing."""
    return Held(door, room.key_id)


@made
def is_held(room: Room, held: Held) -> Verdict:
    if held.key == "cellar":
        return Passed("whatever its door is")
    return Passed("open") if held.door is None else Passed(held.door.key_state)


def test_a_derivation_that_hands_on_what_it_did_not_look_at() -> None:
    """With None it would be something else: nothing is known of it."""
    street = Street()
    street.room("hall", door=DENIED)
    street.room("attic", door=SHUT)
    assert verdicts(is_held, street) == {"hall": NotAssessed((DENIED,)), "attic": Passed("Enabled")}


@dataclass(frozen=True)
class Glow:
    """Keeps a lamp without looking at it."""

    lamp: Lamp = field(compare=False)


@derivation
def glow(room: Room, lamp: Lamp) -> Glow:
    """Looks at nothing."""
    return Glow(lamp)


def test_what_a_derivation_did_not_look_at_ends_the_check_that_does() -> None:
    @made
    def glows(room: Room, glow: Glow) -> Verdict:
        if room.key_id == "cellar":
            return NotApplicable("nobody lives there")
        return Passed("it does") if glow.lamp.key_rotation_enabled else Failed("it does not")

    street = Street()
    street.room("hall", lamp=DENIED)
    street.room("cellar", lamp=DENIED)
    found = {one.address.short: one for one in judged(glows, street) if not one.population}
    assert {name: one.verdict for name, one in found.items()} == {"hall": NotAssessed((DENIED,)), "cellar": NotApplicable("nobody lives there")}
    assert finding(found["hall"]).evidence["glow"] == {"lamp": f"not read: {DENIED}"}  # telling it is no crash


# -- evidence -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: [one], lambda one: {"x": (one,)}, Held], ids=["bare", "list", "nested", "dataclass"])
def test_evidence_is_a_look(wrap: Callable[[Any], object]) -> None:
    def shows(room: Room, lamp: Lamp) -> Verdict:
        return Passed("it is lit", evidence={"lamp": wrap(lamp)})

    assert answer(shows, ROOM, DENIED) == NotAssessed((DENIED,))
    assert isinstance(answer(shows, ROOM, LIT), Passed)


# -- no answer ------------------------------------------------------------------------------------------------------------


class Untellable(Exception):
    """An error that cannot even be told."""

    def __str__(self) -> str:
        raise ZeroDivisionError


def _raise(error: BaseException) -> Any:
    raise error


NO_ANSWERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "an error": (lambda _: 1 / 0, "raised ZeroDivisionError"),
    "an error that cannot be told": (lambda _: _raise(Untellable()), "raised Untellable"),
    "an error about something unread": (lambda lamp: _raise(ValueError(lamp)), "raised ValueError"),
    "Incomplete of nothing": (lambda _: _raise(Incomplete()), "raised Incomplete without saying what is unread"),
    "what only the engine says": (lambda _: NotAssessed(()), "returned a NotAssessed, which only the engine says"),
    "None": (lambda _: None, "returned a NoneType, not a verdict"),
    "truth": (lambda _: True, "returned a bool, not a verdict"),
    "a class": (lambda _: Passed, "returned a type, not a verdict"),
    "a reason that is no text": (lambda _: Failed(None), "returned a Failed whose reason is a NoneType, not text"),  # type: ignore[arg-type]
    "a severity that is none": (lambda _: Failed("x", severity="low"), "returned a Failed whose severity is a str"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", NO_ANSWERS)
def test_what_is_no_verdict_is_not_assessed_and_in_scope(what: str) -> None:
    answers, said = NO_ANSWERS[what]

    @made
    def odd(room: Room, lamp: Lamp) -> Verdict:
        found: Verdict = answers(lamp)
        return found

    street = Street()
    street.room("hall", lamp=DENIED)
    (one,) = [one for one in judged(odd, street) if not one.population]
    assert isinstance(one.verdict, NotAssessed)
    assert [cause.error for cause in one.verdict.causes] == [said]
    assert not finding(one).outside  # nobody left it out on purpose


def test_a_derivation_that_raises_is_not_assessed_where_it_is_looked_at() -> None:
    @made
    def asks(room: Room, broken: Broken) -> Verdict:
        if room.key_id == "cellar":
            return Passed("whatever")
        return Passed("fine") if broken.fine else Failed("not")

    street = Street()
    street.room("hall")
    street.room("cellar")
    found = verdicts(asks, street)
    assert found["cellar"] == Passed("whatever")
    assert [cause.error for cause in found["hall"].causes] == ["raised ZeroDivisionError"]


@dataclass(frozen=True)
class Broken:
    """Never comes to be."""

    fine: bool


@derivation
def broken(room: Room) -> Broken:
    """Raises."""
    return Broken(1 / 0 > 0)


# -- several causes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Whole:
    """Of both."""

    fine: bool


@derivation
def whole(room: Room, door: Door | Unread | None, lamp: Lamp | Unread) -> Whole:
    """Says all that it lacks."""
    if lacking := [one for one in (door, lamp) if isinstance(one, Unread)]:
        raise Incomplete(*lacking)
    return Whole(door is not None)


def test_several_causes_stay_several() -> None:
    @made
    def is_whole(room: Room, whole: Whole) -> Verdict:
        return Passed("it is") if whole.fine else Failed("it is not")

    @made
    def sees(room: Room, whole: Whole | Unread) -> Verdict:
        return Failed(f"{whole.operation}: {whole.error}") if isinstance(whole, Unread) else Passed("it is")

    street = Street()
    street.room("hall", door=DENIED, lamp=ALSO)
    assert verdicts(is_whole, street)["hall"] == NotAssessed((DENIED, ALSO))
    assert verdicts(sees, street)["hall"] == Failed("kms:DescribeKey; kms:GetKeyRotationStatus: AccessDeniedException; ThrottlingException")
    (one,) = [finding(one) for one in judged(is_whole, street) if not one.population]
    assert {cause.operation for cause in one.causes} == {"kms:DescribeKey", "kms:GetKeyRotationStatus"}


# -- settings -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Guests:
    """Who may come in."""

    count: int


@derivation
def guests(room: Room, *, invited: tuple[str, ...]) -> Guests:
    """By an approval list."""
    return Guests(len(invited))


def test_a_derivations_undeclared_setting_is_a_gap_of_it() -> None:
    @made
    def has_guests(room: Room, guests: Guests) -> Verdict:
        if room.key_id == "cellar":
            return NotApplicable("nobody lives there")
        return Passed(f"{guests.count}")

    street = Street()
    street.room("hall")
    street.room("cellar")
    found = verdicts(has_guests, street)
    assert found == {"hall": NotAssessed((Unread("setting invited", "invited is not declared"),)), "cellar": NotApplicable("nobody lives there")}
    assert str(found["hall"].reason) == "invited is not declared"
    assert verdicts(has_guests, street, invited=("a",))["hall"] == Passed("1")


def test_settings_of_a_check_that_are_undeclared_and_not_looked_at() -> None:
    def asks(room: Room, *, approved: tuple[str, ...]) -> Verdict:
        return Passed("known") if room.key_id == "hall" or room.key_id in approved else Failed("unknown")

    assert answer(asks, ROOM, approved=UNDECLARED) == Passed("known")
    assert KINDS


@pytest.mark.parametrize(
    ("gap", "region", "elsewhere"),
    [
        (HERE, HERE, False),
        ("us-east-1", HERE, True),
        ("", HERE, False),
        ("global", HERE, False),
        ("us-east-1", "unknown", False),
        ("us-east-1", "global", False),
    ],
)
def test_only_what_is_certainly_of_another_region_is_elsewhere(gap: str, region: str, elsewhere: bool) -> None:
    assert Unread("x:Y", "Z", gap).elsewhere(region) is elsewhere


def test_what_does_not_exist_for_a_resource_is_neither_there_nor_absent() -> None:
    because = NotApplicable("it has no ceiling")

    def there(room: Room, door: Door | None) -> Verdict:
        return Failed("no door") if door is None else Passed("there is a door")

    def either(room: Room, door: Door | None) -> Verdict:
        return Passed("with a door or without")

    def looks(room: Room, door: Door | None) -> Verdict:
        return Failed("no door") if door is None else Passed(door.key_state)

    assert answer(there, ROOM, because) == because
    assert answer(looks, ROOM, because) == because
    assert answer(either, ROOM, because) == Passed("with a door or without")
