"""That the properties which hold for every check can fail: each of these checks is broken in its own way, and one of them finds it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cloudsoc.aws.account import Account, Region
from cloudsoc.model import (
    CRITICAL,
    Check,
    Every,
    Everywhere,
    Failed,
    Incomplete,
    NotApplicable,
    NotAssessed,
    Passed,
    Ref,
    Unread,
    Verdict,
    derivation,
)
from cloudsoc.model.parameters import Its
from tests.checks.table import Table
from tests.engine.house import DARK, DENIED, HERE, LIT, Door, Garden, Lamp, Room
from tests.engine.test_evaluate import made
from tests.worlds import Draw, World, answers, without_a_fact, without_a_value_of_its_table, worlds

SEARCH = settings(
    max_examples=100,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],  # that there is a counterexample is enough
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
HALL = Room(arn=f"arn:aws:kms:{HERE}:111122223333:key/hall", region=HERE, key_id="hall")


def holds(check: Check[...], what: Callable[[World, Draw], None]) -> None:
    made_ = worlds(check)

    @given(data=st.data())
    @SEARCH
    def search(data: st.DataObject) -> None:
        for world in made_:
            what(world, data.draw)

    search()


@dataclass(frozen=True)
class Homely:
    """Whether a house is lit, as far as anybody knows: it forgets its gaps."""

    lit: bool


@derivation
def homely(region: Region, rooms: Every[tuple[Room, Lamp]]) -> Homely:
    """Forgets its gaps."""
    return Homely(any(lamp.key_rotation_enabled for _, lamp in rooms.known))


@dataclass(frozen=True)
class Cosy:
    """The same, and it keeps them."""

    lit: bool


@derivation
def cosy(region: Region, rooms: Every[tuple[Room, Lamp]]) -> Cosy:
    """Keeps its gaps."""
    return Cosy(any(lamp.key_rotation_enabled for _, lamp in rooms))


# -- broken ---------------------------------------------------------------------------------------------------------------


@made
def raises_at_a_certain_number(account: Account, rooms: Everywhere[Room]) -> Verdict:
    """Breaks.

    Why: so.

    Fix: nothing.
    """
    return Passed(f"{1 / (len(rooms) - 2)}")


@made
def raises_at_a_certain_word(room: Room, door: Door | None) -> Verdict:
    if door is not None and door.key_state == "ReplicaKeyOfSomebody":
        raise ValueError(door)
    return Passed("fine")


@made
def says_nothing_without_a_door(room: Room, door: Door | None) -> Verdict:
    return Passed("shut") if door else None  # type: ignore[return-value]


@made
def gives_no_reason(room: Room, lamp: Lamp) -> Verdict:
    return Passed("lit") if lamp.key_rotation_enabled else Failed("")


@made
def raises_its_severity(room: Room, lamp: Lamp) -> Verdict:
    return Passed("lit") if lamp.key_rotation_enabled else Failed("dark", severity=CRITICAL)


@made
def assesses_by_itself(room: Room, lamp: Lamp | Unread) -> Verdict:
    return NotAssessed((DENIED,)) if isinstance(lamp, Unread) else Passed("seen")  # type: ignore[return-value]


@made
def gives_up_without_a_cause(room: Room, lamp: Lamp) -> Verdict:
    if not lamp.key_rotation_enabled:
        raise Incomplete
    return Passed("lit")


BROKEN_ANSWERS = (
    raises_at_a_certain_number,
    raises_at_a_certain_word,
    says_nothing_without_a_door,
    gives_no_reason,
    raises_its_severity,
    gives_up_without_a_cause,
)


@made
def counts_only_what_it_knows(region: Region, rooms: Every[tuple[Room, Lamp]]) -> Verdict:
    """Breaks.

    Why: so.

    Fix: nothing.
    """
    return Failed("one is dark") if any(not lamp.key_rotation_enabled for _, lamp in rooms.known) else Passed("none is dark")


@made
def takes_unread_for_good(room: Room, lamp: Lamp | Unread) -> Verdict:
    if isinstance(lamp, Unread):
        return Passed("nobody could look")
    return Passed("lit") if lamp.key_rotation_enabled else Failed("dark")


@made
def takes_unread_for_not_its_business(room: Room, lamp: Lamp | Unread) -> Verdict:
    if isinstance(lamp, Unread):
        return NotApplicable("nobody could look")
    return Passed("lit") if lamp.key_rotation_enabled else Failed("dark")


@made
def swallows_the_gap(room: Room, lamp: Lamp) -> Verdict:
    try:
        return Passed("lit") if lamp.key_rotation_enabled else Failed("dark")
    except BaseException:  # noqa: BLE001 this is how it is broken
        return Passed("whatever")


@made
def asks_for_the_type(room: Room, lamp: Lamp) -> Verdict:
    if type(lamp) is Lamp:
        return Passed("lit") if lamp.key_rotation_enabled else Failed("dark")
    return Passed("no lamp")


@made
def forgets_the_gaps_of_its_derivation(region: Region, homely: Homely) -> Verdict:
    """Breaks.

    Why: so.

    Fix: nothing.
    """
    return Passed("lit") if homely.lit else Failed("dark")


@made
def forgets_the_gaps_of_its_regions_derivation(room: Room, homely: Homely) -> Verdict:
    return Failed("dark") if not homely.lit else Passed("lit")


@made
def takes_an_unread_reference_for_none(room: Room, lamp: Annotated[Lamp | Unread, Ref("key_id")]) -> Verdict:
    return Passed("lit") if isinstance(lamp, Unread) or lamp.key_rotation_enabled else Failed("dark")


@made
def takes_an_unread_subject_for_good(garden: Garden) -> Verdict:
    """Breaks.

    Why: so.

    Fix: nothing.
    """
    return Failed("no name") if type(garden) is Garden and garden.name == "a" else Passed("named")


BROKEN_WITHOUT = (
    counts_only_what_it_knows,
    takes_unread_for_good,
    takes_unread_for_not_its_business,
    swallows_the_gap,
    asks_for_the_type,
    forgets_the_gaps_of_its_derivation,
    forgets_the_gaps_of_its_regions_derivation,
    takes_an_unread_reference_for_none,
    takes_an_unread_subject_for_good,
)


@pytest.mark.parametrize("check", BROKEN_ANSWERS, ids=lambda check: check.id)
def test_a_check_that_gives_no_answer_is_found_out(check: Check[...]) -> None:
    with pytest.raises(AssertionError):
        holds(check, answers)


@pytest.mark.parametrize("check", [*BROKEN_WITHOUT, assesses_by_itself], ids=lambda check: check.id)
def test_a_check_that_is_green_without_seeing_is_found_out(check: Check[...]) -> None:
    with pytest.raises(AssertionError):
        holds(check, without_a_fact)


@pytest.mark.parametrize("check", [takes_unread_for_good, takes_unread_for_not_its_business, swallows_the_gap, asks_for_the_type], ids=lambda check: check.id)
def test_the_cases_of_its_table_find_it_out_as_well(check: Check[...]) -> None:
    (world,) = worlds(check, Table(check, {"passed": {"lit": (HALL, LIT)}, "failed": {"dark": (HALL, DARK)}}))
    with pytest.raises(AssertionError):
        without_a_value_of_its_table(world)


# -- whole ----------------------------------------------------------------------------------------------------------------


@made
def whole(room: Room, lamp: Lamp, door: Door | None) -> Verdict:
    if not lamp.key_rotation_enabled:
        return Failed("dark")
    return Passed("shut") if door else Failed("no door")


@made
def whole_of_a_population(region: Region, rooms: Every[tuple[Room, Lamp]], own: Its[Room]) -> Verdict:
    """Holds.

    Why: so.

    Fix: nothing.
    """
    if any(lamp.key_rotation_enabled for _, lamp in rooms):
        return Passed("one is lit")
    return Failed("none is lit") if own else NotApplicable("there is no room")


@made
def whole_with_a_derivation(room: Room, cosy: Cosy) -> Verdict:
    return Passed("lit") if cosy.lit else Failed("dark")


@made
def whole_and_lenient(room: Room, lamp: Lamp | Unread, cosy: Cosy | Unread) -> Verdict:
    if isinstance(lamp, Unread) or isinstance(cosy, Unread):
        return Failed("nobody may look")
    return Passed("lit") if lamp.key_rotation_enabled and cosy.lit else Failed("dark")


@made
def whole_by_reference(room: Room, door: Annotated[Door | None, Ref("key_id")], lamp: Annotated[Lamp | Unread, Ref("key_id")]) -> Verdict:
    if isinstance(lamp, Unread):
        return Failed("not known")
    return Passed("lit") if door and lamp.key_rotation_enabled else Failed("dark")


@pytest.mark.parametrize("check", [whole, whole_of_a_population, whole_with_a_derivation, whole_and_lenient, whole_by_reference], ids=lambda check: check.id)
@pytest.mark.parametrize("what", [answers, without_a_fact])
def test_a_check_that_is_right_holds(check: Check[...], what: Any) -> None:
    holds(check, what)
