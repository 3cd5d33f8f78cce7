"""Which resource a name means; where that is not certain, it means none."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from cloudsoc.aws.account import Region
from cloudsoc.engine.findings import finding
from cloudsoc.model import Failed, NotAssessed, Passed, Ref, Resource, Unread, Verdict, listed
from tests.engine.house import DENIED, HERE, KINDS, OPEN, OTHER, SHUT, THERE, Door, Garden, Lamp, Room, Street
from tests.engine.test_evaluate import judged, made, verdicts


@listed("cloudtrail:DescribeTrails.trailList[]", arn="{TrailARN}", resource_type="Test::Letter")
class Letter(Resource[Region]):
    """Is addressed to a room and to a garden."""

    kms_key_id: str
    s3_bucket_name: str


@made
def lands_behind_a_door(letter: Letter, door: Annotated[Door | None, Ref("kms_key_id")]) -> Verdict:
    """It does.

    Why: so.

    Fix: nothing.
    """
    return Failed("no door") if door is None else Passed(door.key_state)


@made
def lands_in_a_garden(letter: Letter, garden: Annotated[Garden, Ref("s3_bucket_name")]) -> Verdict:
    """It does.

    Why: so.

    Fix: nothing.
    """
    return Passed(garden.name)


def streets(to: str = "", garden: str = "", *more: Street) -> Street:
    made_ = Street(kinds=(*KINDS, Letter))
    arn = f"arn:aws:cloudtrail:{HERE}:{made_.inventory.account}:trail/letter"
    made_.add(Letter, arn, HERE, made_.regions[HERE], Letter(arn=arn, region=HERE, kms_key_id=to, s3_bucket_name=garden))
    return made_


def only(check: Any, *several: Street) -> Any:
    return verdicts(check, *several)["letter"]


def test_a_name_that_several_have_means_none_of_them() -> None:
    street = streets("hall")
    for path in ("a", "b"):
        arn = f"arn:aws:kms:{HERE}:{street.inventory.account}:key/{path}/hall"
        street.add(Room, arn, HERE, street.regions[HERE], Room(arn=arn, region=HERE, key_id=path), KeyId=path)
        street.inventory.learn(Door, arn, SHUT)
    (cause,) = only(lands_behind_a_door, street).causes
    assert cause.error == "hall may mean any of 2 resources"


def test_an_identity_is_more_than_a_name_and_a_name_more_than_the_end_of_an_arn() -> None:
    street = streets("hall")
    right, wrong = (f"arn:aws:kms:{HERE}:{street.inventory.account}:key/{path}" for path in ("a", "b/hall"))
    for arn, name, door in ((right, "hall", SHUT), (wrong, "other", OPEN)):
        street.add(Room, arn, HERE, street.regions[HERE], Room(arn=arn, region=HERE, key_id=name), KeyId=name)
        street.inventory.learn(Door, arn, door)
    assert only(lands_behind_a_door, street) == Passed("Enabled")


def test_a_name_is_said_in_its_region_and_account_an_arn_anywhere() -> None:
    street = streets("hall")
    street.room("hall", THERE, door=SHUT)
    neighbour = Street(OTHER)
    neighbour.room("hall", door=SHUT)
    assert isinstance(only(lands_behind_a_door, street, neighbour), NotAssessed)
    street = streets(f"arn:aws:kms:{THERE}:111122223333:key/hall")
    street.room("hall", THERE, door=SHUT)
    assert only(lands_behind_a_door, street) == Passed("Enabled")


def test_a_name_that_is_the_whole_partitions_is_found_in_another_account() -> None:
    street, neighbour = streets(garden="front"), Street(OTHER)
    neighbour.garden("front")
    assert only(lands_in_a_garden, street, neighbour) == Passed("front")
    neighbour.inventory.partition = "aws-cn"
    assert isinstance(only(lands_in_a_garden, street, neighbour), NotAssessed)


def test_what_several_accounts_see_is_read_where_it_lives() -> None:
    arn = f"arn:aws:kms:{HERE}:{OTHER}:key/hall"
    street, neighbour = streets(arn), Street(OTHER)
    street.room("hall", owner=OTHER, door=DENIED)
    assert only(lands_behind_a_door, street) == NotAssessed((DENIED,))
    neighbour.room("hall", door=SHUT)
    assert only(lands_behind_a_door, street, neighbour) == only(lands_behind_a_door, neighbour, street) == Passed("Enabled")


def test_what_lies_outside_the_scope_was_left_out_on_purpose() -> None:
    street = streets(f"arn:aws:kms:{THERE}:111122223333:key/hall")
    street.inventory.regions[THERE] = ("outside", "not asked for")
    (found,) = [finding(one) for one in judged(lands_behind_a_door, street) if not one.population]
    assert found.outside
    assert f"in {THERE}, outside the scope" in found.reason


def test_what_is_missing_is_unread_with_the_account_behind_it() -> None:
    (cause,) = only(lands_behind_a_door, streets("nowhere")).causes
    assert (cause.error, cause.account) == ("nowhere was not found in any account of the inventory", "111122223333")
    (cause,) = only(lands_behind_a_door, streets(f"arn:aws:kms:{HERE}:{OTHER}:key/x"), Street(OTHER)).causes
    assert (cause.error.partition(" was ")[2], cause.account) == (f"not found in account {OTHER}", OTHER)


@pytest.mark.parametrize("about", ["the one that names", "the one that is named"])
def test_what_is_unread_on_the_way_is_the_cause(about: str) -> None:
    street = streets("hall")
    hall = street.room("hall", door=SHUT)
    (letter,) = street.inventory.known(Letter)
    if about == "the one that names":
        street.inventory.facts["cloudtrail.Letter"][letter] = DENIED
    else:
        street.inventory.facts["kms.Door"][hall.id] = DENIED
    assert only(lands_behind_a_door, street) == NotAssessed((DENIED,))


def test_a_check_may_decide_what_a_lost_reference_means() -> None:
    @made
    def lenient(letter: Letter, lamp: Annotated[Lamp | Unread, Ref("kms_key_id")]) -> Verdict:
        """It does.

        Why: so.

        Fix: nothing.
        """
        return Failed(f"nobody knows: {lamp.account}") if isinstance(lamp, Unread) else Passed("known")

    arn = f"arn:aws:kms:{HERE}:{OTHER}:key/hall"
    assert only(lenient, streets(arn)) == Failed(f"nobody knows: {OTHER}")
