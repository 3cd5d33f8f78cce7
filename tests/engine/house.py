"""A small house as facts and checks, for tests of the engine: an account is a street, a region a house, things stand in rooms."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cloudsoc.aws.account import Account, Region
from cloudsoc.engine.fields import field_paths
from cloudsoc.engine.inventory import AccountInventory, Inventory, Value, path
from cloudsoc.engine.plan import fact_name
from cloudsoc.model import MEDIUM, Address, Check, Fact, Failed, Passed, Resource, Unread, Verdict, check, listed, reads
from cloudsoc.model.criterion import CC6_1

if TYPE_CHECKING:
    from tests.end_to_end.account import Simulated

ACCOUNT, OTHER = "111122223333", "444455556666"
HERE, THERE = "eu-west-1", "us-east-1"
DENIED = Unread("kms:DescribeKey", "AccessDeniedException", HERE, ACCOUNT)
AT = datetime(2026, 3, 1, tzinfo=UTC)


@listed("kms:ListKeys.Keys[]", arn="{KeyArn}", names={"KeyId": "{KeyId}"}, gone="NotFoundException", resource_type="Test::Room")
class Room(Resource[Region]):
    """A room."""

    key_id: str


@reads("kms:DescribeKey.KeyMetadata", absent="NoSuchEntity")
class Door(Fact[Room]):
    """What a room is shut with, if anything."""

    key_state: str


@reads("kms:GetKeyRotationStatus")
class Lamp(Fact[Room]):
    """Whether there is light."""

    key_rotation_enabled: bool


@listed("s3:ListBuckets.Buckets[]", arn="arn:{partition}:s3:::{Name}", names={"Bucket": "{Name}"}, resource_type="Test::Garden")
class Garden(Resource[Account]):
    """Belongs to the street, not to a house."""

    name: str
    bucket_region: str | None = None


KINDS: tuple[Any, ...] = (Account, Region, Room, Door, Lamp, Garden)


def keys(aws: Simulated, count: int) -> list[str]:
    """Rooms for a simulated account, where they are keys."""
    return [aws.client("kms").create_key()["KeyMetadata"]["KeyId"] for _ in range(count)]


class Street:
    """Builds an inventory by hand."""

    def __init__(self, account: str = ACCOUNT, regions: tuple[str, ...] = (HERE, THERE), kinds: tuple[Any, ...] = KINDS) -> None:
        self.inventory = AccountInventory(account, "aws", f"arn:aws:iam::{account}:role/auditor", AT)
        self.inventory.fields = {fact_name(kind): field_paths(kind) for kind in kinds}
        self.address = self.add(Account, account, "global", None, Account(arn=account, region="global", account=account))
        self.regions = {
            name: self.add(
                Region,
                f"{account}/{name}",
                name,
                self.address,
                Region(arn=f"{account}/{name}", region=name, region_name=name, opt_in_status="opt-in-not-required"),
            )
            for name in regions
        }
        self.inventory.regions = dict.fromkeys(regions, ("read", ""))

    def add(self, kind: Any, id: str, region: str, parent: Address | None, value: Value, **names: str) -> Address:
        address = Address(kind, id, region, self.inventory.account, self.inventory.partition, parent, names)
        self.inventory.found(address)
        self.inventory.learn(kind, id, value)
        return address

    def room(self, name: str, region: str = HERE, *, owner: str = "", door: Value = None, lamp: Value = None) -> Address:
        arn = f"arn:aws:kms:{region}:{owner or self.inventory.account}:key/{name}"
        address = self.add(Room, arn, region, self.regions[region], Room(arn=arn, region=region, key_id=name), KeyId=name)
        self.inventory.learn(Door, arn, door)
        self.inventory.learn(Lamp, arn, lamp if lamp is not None else Lamp(key_rotation_enabled=True))
        return address

    def garden(self, name: str, region: str = HERE) -> Address:
        arn = f"arn:aws:s3:::{name}"
        return self.add(Garden, arn, region, self.address, Garden(arn=arn, region=region, name=name), Bucket=name)

    def miss(self, kind: Any, unread: Unread, parent: Address) -> None:
        self.inventory.miss(kind, unread, path(parent))

    @property
    def whole(self) -> Inventory:
        return Inventory([self.inventory])


SHUT, OPEN = Door(key_state="Enabled"), Door(key_state="Disabled")
LIT, DARK = Lamp(key_rotation_enabled=True), Lamp(key_rotation_enabled=False)


@check(direct=(CC6_1,), severity=MEDIUM)
def room_is_shut(room: Room, door: Door | None, *, states: tuple[str, ...] = ("Enabled",)) -> Verdict:
    """A room is shut.

    Why: so.

    Fix: ``shut {room.key_id}``.
    """
    if door is None:
        return Failed("there is no door")
    return Passed(f"it is {door.key_state}") if door.key_state in states else Failed(f"it is {door.key_state}")


@check(direct=(CC6_1,), severity=MEDIUM)
def garden_is_named(garden: Garden) -> Verdict:
    """A garden has a name.

    Why: so.

    Fix: ``name {garden.arn}``.
    """
    return Passed(garden.name) if garden.name else Failed("it has none")


IS_SHUT, IS_NAMED = room_is_shut.id, garden_is_named.id
CHECKS: dict[str, Check[...]] = {one.id: one for one in (room_is_shut, garden_is_named)}
