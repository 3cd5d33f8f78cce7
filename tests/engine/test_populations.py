"""Populations at their edges: regions that are closed, resources in resources, several kinds of subjects, facts with settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import cloudsoc
from cloudsoc.aws.account import Account, Region
from cloudsoc.engine.fields import field_paths
from cloudsoc.engine.findings import finding
from cloudsoc.engine.inventory import Inventory
from cloudsoc.engine.plan import fact_name
from cloudsoc.engine.signature import UNDECLARED
from cloudsoc.model import (
    Address,
    Calls,
    Every,
    Everywhere,
    Fact,
    Failed,
    Its,
    NotApplicable,
    NotAssessed,
    Passed,
    Resource,
    Unread,
    Verdict,
    listed,
    reading,
    reads,
)
from tests.engine.house import DENIED, HERE, KINDS, LIT, OTHER, SHUT, THERE, Garden, Lamp, Room, Street
from tests.engine.test_evaluate import judged, made, populations, verdicts


@reads("ec2:GetEbsEncryptionByDefault")
class Wiring(Fact[Region]):
    """A fact of a house."""

    ebs_encryption_by_default: bool


@listed("kms:ListAliases.Aliases[]", arn="{AliasName}", resource_type="Test::Chair")
class Chair(Resource[Room]):
    """Stands in a room."""

    alias_name: str


@reads("kms:ListAliases.Aliases[]", joins="{AliasName}", absent="NoSuchEntity")
class Cushion(Fact[Chair]):
    """One call answers for all chairs."""

    alias_name: str


@reading("kms:ListGrants")
def counted(call: Calls, about: Address, *, days: int = 30, names: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """How many came in some days."""
    yield {"count": len(names)}


@reads(counted)
class Visitors(Fact[Room]):
    """A fact with settings."""

    count: int


def street(*kinds: Any, **more: Any) -> Street:
    return Street(kinds=(*KINDS, *kinds), **more)


# -- closed regions -------------------------------------------------------------------------------------------------------


@made
def wired(account: Account, houses: Everywhere[tuple[Region, Wiring]]) -> Verdict:
    """All houses are wired.

    Why: so.

    Fix: nothing.
    """
    bare = [region.region_name for region, wiring in houses if not wiring.ebs_encryption_by_default]
    return Failed(f"bare: {bare}") if bare else Passed("all are")


def test_a_region_that_is_not_enabled_is_in_no_population() -> None:
    made_ = street(Wiring)
    made_.inventory.learn(Wiring, made_.regions[HERE].id, Wiring(ebs_encryption_by_default=True))
    made_.inventory.regions[THERE] = ("disabled", "it is not enabled")
    assert verdicts(wired, made_) == {made_.inventory.account: Passed("all are")}


def test_a_region_outside_the_scope_is_a_gap_that_was_left_on_purpose() -> None:
    made_ = street(Wiring)
    made_.inventory.learn(Wiring, made_.regions[HERE].id, Wiring(ebs_encryption_by_default=True))
    made_.inventory.regions[THERE] = ("outside", "not asked for")
    (found,) = judged(wired, made_)
    assert isinstance(found.verdict, NotAssessed)
    assert [cause.outside for cause in found.verdict.causes] == [True]
    assert finding(found).outside


def test_a_witness_against_it_decides_whatever_was_left_out() -> None:
    made_ = street(Wiring)
    made_.inventory.learn(Wiring, made_.regions[HERE].id, Wiring(ebs_encryption_by_default=False))
    made_.inventory.regions[THERE] = ("outside", "not asked for")

    @made
    def any_bare(account: Account, houses: Everywhere[Wiring]) -> Verdict:
        """None is bare.

        Why: so.

        Fix: nothing.
        """
        return Failed("one is") if any(not wiring.ebs_encryption_by_default for wiring in houses) else Passed("none is")

    assert verdicts(any_bare, made_) == {made_.inventory.account: Failed("one is")}


def test_a_fact_of_its_region_is_joined_and_unread_where_there_is_none() -> None:
    @made
    def in_a_wired_house(room: Room, wiring: Wiring) -> Verdict:
        return Passed("it is") if wiring.ebs_encryption_by_default else Failed("it is not")

    made_ = street(Wiring)
    made_.room("hall")
    made_.room("attic", THERE)
    made_.inventory.learn(Wiring, made_.regions[HERE].id, Wiring(ebs_encryption_by_default=True))
    made_.inventory.learn(Wiring, made_.regions[THERE].id, DENIED)
    assert verdicts(in_a_wired_house, made_) == {"hall": Passed("it is"), "attic": NotAssessed((DENIED,))}


# -- resources in resources -----------------------------------------------------------------------------------------------


@made
def has_chairs(room: Room, chairs: Its[Chair]) -> Verdict:
    return Passed(f"{len(chairs)}") if chairs else Failed("none")


@made
def is_soft(chair: Chair, cushion: Cushion | None) -> Verdict:
    """A chair is soft.

    Why: so.

    Fix: nothing.
    """
    return Failed("no cushion") if cushion is None else Passed("soft")


def chair(made_: Street, room: Address, name: str) -> Address:
    return made_.add(Chair, name, room.region, room, Chair(arn=name, region=room.region, alias_name=name))


def test_its_own_are_its_own() -> None:
    made_ = street(Chair)
    hall, _ = made_.room("hall"), made_.room("attic")
    chair(made_, hall, "one")
    chair(made_, hall, "two")
    assert verdicts(has_chairs, made_) == {"hall": Passed("2"), "attic": Failed("none")}


def test_a_child_that_is_called_like_its_parent_is_counted_once() -> None:
    made_ = street(Chair)
    hall = made_.room("hall")
    chair(made_, hall, hall.id)
    assert verdicts(has_chairs, made_) == {"hall": Passed("1")}


def test_a_gap_inside_one_resource_is_no_gap_of_another() -> None:
    made_ = street(Chair)
    hall, attic, cellar = made_.room("hall"), made_.room("attic"), made_.room("cellar")
    chair(made_, hall, "one")
    chair(made_, cellar, "two")
    made_.miss(Chair, DENIED, attic)
    made_.miss(Chair, DENIED, cellar)
    assert verdicts(has_chairs, made_) == {"hall": Passed("1"), "attic": NotAssessed((DENIED,)), "cellar": NotAssessed((DENIED,))}

    @made
    def somewhere(region: Region, chairs: Every[Chair]) -> Verdict:
        """It has chairs.

        Why: so.

        Fix: nothing.
        """
        return Passed(f"{len(chairs)}")

    assert verdicts(somewhere, made_) == {HERE: NotAssessed((DENIED,)), THERE: Passed("0")}
    assert populations(is_soft, made_)[HERE] == NotAssessed((DENIED,))


def test_one_call_for_all_that_was_refused_is_never_taken_for_absent() -> None:
    """The call was made once for the house; the chairs stand in its rooms."""
    made_ = street(Chair, Cushion)
    hall, attic = made_.room("hall"), made_.room("attic", THERE)
    chair(made_, hall, "one")
    chair(made_, attic, "two")
    made_.miss(Cushion, DENIED, made_.regions[HERE])
    assert verdicts(is_soft, made_) == {"one": NotAssessed((DENIED,)), "two": Failed("no cushion")}


def test_a_row_of_which_a_part_does_not_exist_is_no_row_and_one_of_which_a_part_is_unread_is_a_gap() -> None:
    @made
    def lit(region: Region, rooms: Every[tuple[Room, Lamp]]) -> Verdict:
        """They are lit.

        Why: so.

        Fix: nothing.
        """
        return Passed(" ".join(sorted(room.key_id for room, lamp in rooms if lamp.key_rotation_enabled)))

    made_ = street()
    made_.room("hall", lamp=LIT)
    attic = made_.room("attic")
    made_.inventory.facts["kms.Lamp"][attic.id] = NotApplicable("no ceiling")
    made_.room("cellar", THERE, lamp=DENIED)
    assert verdicts(lit, made_) == {HERE: Passed("hall"), THERE: NotAssessed((DENIED,))}


def test_the_same_elements_are_not_confused_between_scopes() -> None:
    @made
    def counts(room: Room, here: Every[Room], all_: Everywhere[Room], chairs: Its[Chair], every: Every[Chair]) -> Verdict:
        return Passed(f"{len(here)} {len(all_)} {len(chairs)} {len(every)}")

    made_ = street(Chair)
    hall, _ = made_.room("hall"), made_.room("attic", THERE)
    chair(made_, hall, "one")
    assert verdicts(counts, made_) == {"hall": Passed("1 2 1 1"), "attic": Passed("1 2 0 0")}


# -- several kinds of subjects --------------------------------------------------------------------------------------------


@made
def exists(one: Room | Garden) -> Verdict:
    """It exists.

    Why: so.

    Fix: nothing.
    """
    return Passed(one.arn)


@made
def is_there(one: Account | Region | Room) -> Verdict:
    """It is there.

    Why: so.

    Fix: nothing.
    """
    return Passed(one.arn)


def test_several_kinds_have_one_row_for_an_empty_or_unread_population() -> None:
    made_ = street()
    assert populations(exists, made_) == {"global": NotApplicable("there is no Test::Room or Test::Garden")}
    assert len(judged(exists, made_)) == 1
    made_.miss(Room, DENIED, made_.regions[HERE])
    made_.miss(Garden, Unread("s3:ListBuckets", "AccessDenied", "global"), made_.address)
    assert populations(exists, made_) == {HERE: NotAssessed((DENIED,)), "global": NotAssessed((Unread("s3:ListBuckets", "AccessDenied", "global"),))}
    made_.garden("front")
    assert set(verdicts(exists, made_)) == {"front"}


def test_findings_of_several_kinds_have_several_ids() -> None:
    made_ = street()
    made_.room("hall")
    made_.miss(Room, DENIED, made_.regions[HERE])
    made_.miss(Region, DENIED, made_.address)
    made_.inventory.regions[THERE] = ("disabled", "it is not enabled")
    found = [finding(one) for check in (is_there, exists) for one in judged(check, made_)]
    assert len({one.id for one in found}) == len(found)


def test_no_report_has_an_id_twice() -> None:
    made_, other = street(), Street(OTHER)
    made_.room("hall", door=SHUT)
    made_.room("lent", owner=OTHER)
    other.room("lent")
    report = cloudsoc.evaluate(Inventory([made_.inventory, other.inventory]), checks={one.id: one for one in (exists, is_there, wired, has_chairs, is_soft)})
    assert len({one.id for one in report.findings}) == len(report.findings)


# -- facts with settings --------------------------------------------------------------------------------------------------


@made
def has_visitors(room: Room, visitors: Visitors) -> Verdict:
    return Passed(f"{visitors.count}")


@listed(counted, arn="{region}/guests/{count}", resource_type="Test::Guest")
class Guests(Resource[Region]):
    """A population that depends on settings."""

    count: int


@made
def guests_are_few(guests: Guests) -> Verdict:
    return Passed(f"{guests.count}")


@made
def house_has_no_guests(house: Region, guests: Every[Guests]) -> Verdict:
    return Failed("there are some") if any(guests) else Passed("there are none")


def test_a_fact_that_was_asked_for_with_other_settings_does_not_answer() -> None:
    made_ = street(Visitors)
    hall = made_.room("hall")
    made_.inventory.learn(Visitors, hall.id, Visitors(count=3))
    asked = made_.inventory.settings[fact_name(Visitors)] = {"days": 7, "names": ("a",)}
    assert verdicts(has_visitors, made_, days=7, names=("a",))["hall"] == Passed("3")

    def why(**given: Any) -> str:
        (cause,) = verdicts(has_visitors, made_, **given)["hall"].causes
        assert isinstance(cause, Unread)
        return cause.error

    assert why(days=90, names=("a",)) == "the snapshot was collected with days 7, not 90"
    assert why(names=("a",)) == "the snapshot was collected with days 7, not 30"  # the default is in force where nothing is said
    assert why(days=7) == "the snapshot was collected with names ('a',), not undeclared"
    asked["names"] = UNDECLARED
    assert why(days=7, names=("a",)) == "the snapshot was collected with names undeclared, not ('a',)"
    del asked["names"]
    assert why(days=7, names=("a",)) == f"the snapshot is older than the setting names of {fact_name(Visitors)}"


def test_a_population_that_was_looked_for_with_other_settings_is_not_known_even_if_nothing_was_found() -> None:
    made_ = street(Guests)
    made_.inventory.settings[fact_name(Guests)] = {"days": 7, "names": ()}
    empty = judged(guests_are_few, made_, days=7, names=())
    assert [type(one.verdict) for one in empty] == [NotApplicable, NotApplicable]
    assert list(verdicts(house_has_no_guests, made_, days=7, names=()).values()) == 2 * [Passed("there are none")]
    (gap,) = judged(guests_are_few, made_, days=90, names=())
    assert gap.population
    assert isinstance(gap.verdict, NotAssessed)
    assert gap.verdict.reason.startswith("kms:ListGrants: the snapshot was collected with days 7, not 90")
    assert {type(one) for one in verdicts(house_has_no_guests, made_, days=90, names=()).values()} == {NotAssessed}


def test_a_fact_with_settings_of_an_older_snapshot_has_its_fields() -> None:
    assert field_paths(Visitors) == ("count",)


# -- regions that are not judged ------------------------------------------------------------------------------------------


def test_what_is_missing_in_a_region_that_is_not_judged_is_no_row() -> None:
    made_ = street()
    made_.room("hall", door=SHUT)
    made_.miss(Room, DENIED, made_.regions[THERE])
    narrow = cloudsoc.evaluate(made_.whole, checks={exists.id: exists}, regions=[HERE])
    assert [(one.resource.id, one.verdict.value) for one in narrow.findings] == [("hall", "passed")]
    assert narrow.complete
    assert not cloudsoc.evaluate(made_.whole, checks={exists.id: exists}, regions=[THERE]).complete
