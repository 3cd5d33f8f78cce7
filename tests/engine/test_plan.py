"""The plan: what a selection of checks needs, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from cloudsoc.aws.account import Region
from cloudsoc.engine.plan import Plan
from cloudsoc.engine.signature import UNDECLARED
from cloudsoc.model import (
    MEDIUM,
    Address,
    Calls,
    DeclarationError,
    Every,
    Fact,
    NotApplicable,
    Passed,
    Ref,
    Resource,
    Shared,
    Verdict,
    check,
    derivation,
    listed,
    reading,
    reads,
)
from cloudsoc.model.criterion import CC6_1
from cloudsoc.settings import Settings, SettingsError
from tests.engine.house import Door, Lamp, Room

Function = Callable[..., Any]


# -- the plan -----------------------------------------------------------------------------------------------------------


def needs(function: Function) -> Plan:
    function.__doc__ = "T.\n\nWhy: w.\n\nFix: f."
    return Plan({"x": check(direct=(CC6_1,), severity=MEDIUM)(function)})


def test_the_plan_is_what_the_signatures_say_and_no_more() -> None:
    def asks(room: Room, lamp: Lamp) -> Verdict:
        return Passed("")

    def refers(tree: Signpost, door: Annotated[Door | None, Ref("label")]) -> Verdict:
        return Passed("")

    def gathers(region: Region, rooms: Every[tuple[Room, Lamp]]) -> Verdict:
        return Passed("")

    everywhere = {"sts:GetCallerIdentity", "ec2:DescribeRegions"}
    assert set(needs(asks).operations) == everywhere | {"kms:ListKeys", "kms:GetKeyRotationStatus"}
    assert set(needs(gathers).operations) == set(needs(asks).operations)
    assert set(needs(refers).operations) == everywhere | {"ec2:DescribeVpcs", "kms:ListKeys", "kms:DescribeKey"}


def test_the_plan_follows_derivations_conditions_and_their_settings() -> None:
    plan = needs(asks_much)
    assert set(plan.operations) == {
        "sts:GetCallerIdentity",
        "ec2:DescribeRegions",
        "kms:ListKeys",
        "kms:DescribeKey",
        "kms:GetKeyRotationStatus",
        "kms:ListGrants",
    }
    (one,) = plan.checks.values()
    assert {name: setting.default for name, setting in plan.settings_of(one).items()} == {"limit": 3, "days": 30, "shade": UNDECLARED}
    order = [kind.__name__ for kind in plan.facts]
    assert order.index("Room") < order.index("Door") < order.index("Bell")
    assert plan.permissions()["kms:ListGrants"] == ("kms:LookAtGrants",)


@listed("ec2:DescribeVpcs.Vpcs[]", arn="{VpcId}", resource_type="Test::Signpost")
class Signpost(Resource[Region]):
    """Perhaps has a label."""

    label: str | None


@reading("kms:ListGrants")
def rings(call: Calls, about: Address, *, days: int = 30) -> Any:
    """Rings."""


def has_a_door(room: Room, door: Door | None) -> NotApplicable | None:
    """A bell hangs on a door."""
    return None if door else NotApplicable("no door")


@reads(rings, when=has_a_door, permission="kms:LookAtGrants")
class Bell(Fact[Room]):
    """Asked for where there is a door."""

    rings: int


@dataclass(frozen=True)
class Comfy:
    """Derived."""


@derivation
def comfy(room: Room, lamp: Lamp, *, shade: str) -> Comfy:
    """Derives."""
    return Comfy()


def asks_much(room: Room, bell: Bell, comfy: Comfy, *, limit: int = 3) -> Verdict:
    """Asks."""
    return Passed("")


def test_two_fact_classes_of_one_name_are_refused() -> None:
    def twin() -> Any:
        @reads("kms:GetKeyRotationStatus")
        class Twin(Fact[Room]):
            """One of two."""

            key_rotation_enabled: bool

        return Twin

    def asks(room: Room, twin: Any) -> Verdict:
        return Passed("")

    def asks_other(room: Room, twin: Any) -> Verdict:
        return Passed("")

    functions = []
    for function in (asks, asks_other):
        kind = twin()
        kind.__qualname__ = "Twin"
        function.__annotations__ |= {"twin": kind}
        function.__doc__ = "T.\n\nWhy: w.\n\nFix: f."
        functions.append(check(direct=(CC6_1,), severity=MEDIUM)(function))
    with pytest.raises(DeclarationError, match=r"two fact classes are called kms\.Twin"):
        Plan({str(number): one for number, one in enumerate(functions)})


def test_a_setting_of_a_check_that_is_also_one_of_its_facts_is_one_setting() -> None:
    def otherwise(room: Room, bell: Bell, *, days: int = 90) -> Verdict:
        return Passed("")

    def by_another_default(room: Room, bell: Bell, *, long: Annotated[int, Shared("days", "how long")] = 90) -> Verdict:
        return Passed("")

    def the_same(room: Room, bell: Bell, *, long: Annotated[int, Shared("days", "how long")] = 30) -> Verdict:
        return Passed("")

    for wrong in (otherwise, by_another_default):
        with pytest.raises(DeclarationError, match="is a setting of what it needs too"):
            needs(wrong)
    (one,) = (plan := needs(the_same)).checks.values()
    known = {one.id: one}
    assert Settings.read({"days": 7}, known).of(one) == {"long": 7}
    with pytest.raises(SettingsError, match="set once for all checks"):
        Settings.read({one.id: {"long": 7}}, known)
    assert "kms:ListGrants" in plan.operations
