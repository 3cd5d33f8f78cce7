"""What cannot work is refused when it is loaded, with file and line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest

from cloudsoc.aws.account import Account, Region
from cloudsoc.engine.plan import Plan
from cloudsoc.engine.shape import projection
from cloudsoc.engine.signature import UNDECLARED, signature
from cloudsoc.model import (
    MEDIUM,
    DeclarationError,
    Every,
    Fact,
    Its,
    ObservedAt,
    Part,
    Passed,
    Ref,
    Resource,
    Shared,
    TrustedAccounts,
    Unread,
    Verdict,
    check,
    derivation,
    listed,
    part,
    reads,
)
from cloudsoc.model.criterion import CC6_1
from tests.engine.house import Door, Garden, Lamp, Room

Function = Callable[..., Any]


@dataclass(frozen=True)
class Loop:
    """Derived from itself, by way of another."""


@dataclass(frozen=True)
class Other:
    """The other."""


@listed("ec2:DescribeVpcs.Vpcs[]", arn="{VpcId}", resource_type="Test::Tree")
class Tree(Resource[Region]):
    """Has a height and perhaps a label."""

    height: int
    label: str | None


@listed("kms:ListKeys.Keys[]", arn="{KeyArn}", resource_type="Test::Gate")
@reads("kms:DescribeKey.KeyMetadata", absent="NotFoundException")
class Gate(Resource[Region]):
    """Listed, and yet absent."""

    key_id: str


class Cloud(Fact[Room]):
    """Comes from nowhere."""

    source = listing = None


def no_parameters() -> Verdict: ...  # type: ignore[empty-body]
def no_annotation(room) -> Verdict: ...  # type: ignore[no-untyped-def,empty-body]
def no_subject(lamp: Lamp) -> Verdict: ...  # type: ignore[empty-body]
def no_fact(room: Room, number: int) -> Verdict: ...  # type: ignore[empty-body]
def not_of_the_subject(room: Room, garden: Garden) -> Verdict: ...  # type: ignore[empty-body]
def none_forgotten(room: Room, door: Door) -> Verdict: ...  # type: ignore[empty-body]
def none_too_many(room: Room, lamp: Lamp | None) -> Verdict: ...  # type: ignore[empty-body]
def not_its_own(room: Room, gardens: Its[Garden]) -> Verdict: ...  # type: ignore[empty-body]
def mixed_rows(region: Region, rows: Every[tuple[Room, Garden]]) -> Verdict: ...  # type: ignore[empty-body]
def no_such_field(room: Room, door: Annotated[Door | None, Ref("keyid")]) -> Verdict: ...  # type: ignore[empty-body]
def default_for_a_fact(room: Room, lamp: Lamp = None) -> Verdict: ...  # type: ignore[assignment,empty-body]
def star(room: Room, *rest: Lamp) -> Verdict: ...  # type: ignore[empty-body]
def setting_that_may_be_none(room: Room, *, limit: int | None) -> Verdict: ...  # type: ignore[empty-body]
def default_for_the_subject(room: Room = None) -> Verdict: ...  # type: ignore[assignment,empty-body]
def unread_rows(region: Region, rows: Every[tuple[Room, Lamp | Unread]]) -> Verdict: ...  # type: ignore[empty-body]
def reference_to_many(room: Room, doors: Annotated[Every[Lamp], Ref("key_id")]) -> Verdict: ...  # type: ignore[empty-body]
def reference_by_no_name(room: Tree, door: Annotated[Door | None, Ref("height")]) -> Verdict: ...  # type: ignore[empty-body]
def reference_that_may_be_missing(room: Tree, lamp: Annotated[Lamp, Ref("label")]) -> Verdict: ...  # type: ignore[empty-body]
def of_a_region_that_it_has_not(garden: Garden, region: Region) -> Verdict: ...  # type: ignore[empty-body]
def resource_that_is_absent(gate: Gate) -> Verdict: ...  # type: ignore[empty-body]
def population_or_unread(region: Region, rooms: Every[Room] | Unread) -> Verdict: ...  # type: ignore[empty-body]
def nothing_says_where_from(room: Room, cloud: Cloud) -> Verdict: ...  # type: ignore[empty-body]
def two_facts_in_one(room: Room, both: Lamp | Door) -> Verdict: ...  # type: ignore[empty-body]
def unknown_name(room: Room, lamp: Lampe) -> Verdict: ...  # type: ignore[name-defined,empty-body]  # noqa: F821


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (no_parameters, "there is none"),
        (no_annotation, "every parameter says what it needs"),
        (no_subject, "not Lamp"),
        (no_fact, "int is neither a fact nor"),
        (not_of_the_subject, "Garden is a fact of Garden, not of Room"),
        (none_forgotten, "Door can be absent: add '| None'"),
        (none_too_many, "Lamp cannot be absent: drop '| None'"),
        (not_its_own, "no Garden belongs to a Room"),
        (mixed_rows, "facts of one resource"),
        (no_such_field, "has no field 'keyid'"),
        (default_for_a_fact, "a fact is never defaulted"),
        (star, "every parameter says what it needs"),
        (setting_that_may_be_none, "undeclared says that already"),
        (default_for_the_subject, "the resource that is judged has no default"),
        (unread_rows, "what is unread is a gap of the population"),
        (reference_to_many, "a reference names one resource"),
        (reference_by_no_name, "Tree.height is not a name"),
        (reference_that_may_be_missing, "Lamp can be absent: add '| None'"),
        (of_a_region_that_it_has_not, "Region is a fact of Region, and a Garden is in none"),
        (resource_that_is_absent, "a Gate that was listed is there"),
        (population_or_unread, "is neither a fact nor"),
        (nothing_says_where_from, "nothing says where Cloud comes from"),
        (two_facts_in_one, "is neither a fact nor"),
        (unknown_name, "name 'Lampe' is not defined"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_wrong_signature_is_refused_with_file_and_line(function: Function, said: str) -> None:
    with pytest.raises(DeclarationError) as error:
        signature(function)
    assert said in str(error.value)
    assert f"{Path(__file__).name}:{function.__code__.co_firstlineno}: {function.__name__}" in str(error.value)


def test_what_a_signature_may_hold() -> None:
    def everything(
        room: Room,
        lamp: Lamp | Unread,
        door: Door | None,
        region: Region,
        account: Account,
        at: ObservedAt,
        rooms: Every[tuple[Room, Lamp]],
        gardens: Every[Garden],
        *,
        limit: int = 3,
        names: Annotated[tuple[str, ...], Shared("names", "of all")],
        trusted_accounts: TrustedAccounts = (),
    ) -> Verdict:
        return Passed("")

    asked = signature(everything)
    assert asked.subjects == (Room,)
    assert [need.name for need in asked.needs] == ["lamp", "door", "region", "account", "at", "rooms", "gardens"]
    assert [need.or_unread for need in asked.needs][:2] == [True, False]
    assert {name: one.default for name, one in asked.settings.items()} == {"limit": 3, "names": UNDECLARED, "trusted_accounts": ()}
    assert asked.settings["trusted_accounts"].shared is not None


def test_a_union_is_asked_of_each_kind() -> None:
    def either(one: Room | Garden) -> Verdict:
        return Passed("")

    assert signature(either).subjects == (Room, Garden)


def test_derivations_that_depend_on_each_other_are_refused() -> None:
    def loop(room: Room, other: Other) -> Loop:
        return Loop()

    def other(room: Room, loop: Loop) -> Other:
        return Other()

    def asks(room: Room, loop: Loop) -> Verdict:
        """T.

        Why: w.

        Fix: f.
        """
        return Passed("")

    derivation(loop)
    derivation(other)
    with pytest.raises(DeclarationError, match="depend on each other"):
        Plan({"x": check(direct=(CC6_1,), severity=MEDIUM)(asks)})


# -- what is declared ---------------------------------------------------------------------------------------------------


def declared(more: dict[str, Any]) -> Any:
    whole: dict[str, Any] = {"direct": (CC6_1,), "severity": MEDIUM} | more
    return check(**whole)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"direct": ("CC6.1x",)}, "unknown criterion"),
        ({"direct": CC6_1}, "unknown criterion"),
        ({"direct": (), "supporting": ()}, "at least one criterion"),
        ({"supporting": (CC6_1,)}, "both direct and supporting"),
        ({"severity": "high"}, "not a Severity"),
        ({"profile": "core"}, "not a Profile"),
        ({"formerly": "kms-old"}, "not a tuple of str"),
    ],
    ids=repr,
)
def test_a_wrong_declaration_is_refused_with_file_and_line(more: dict[str, Any], said: str) -> None:
    def something(room: Room) -> Verdict:
        return Passed("")

    with pytest.raises(DeclarationError) as error:
        declared(more)(something)
    assert said in str(error.value)
    assert f"{Path(__file__).name}:{something.__code__.co_firstlineno}: something" in str(error.value)


def test_a_check_without_a_manual_page_is_refused() -> None:
    def something(room: Room) -> Verdict:
        """Only a title."""
        return Passed("")

    with pytest.raises(DeclarationError, match="lacks Why:, Fix:"):
        _ = check(direct=(CC6_1,), severity=MEDIUM)(something).manual


@pytest.mark.parametrize(
    ("call", "field", "said"),
    [
        ("kms:DescribeKey.KeyMetadata", "key_stat", "did you mean key_state"),
        ("kms:DescribeKy.KeyMetadata", "key_state", "did you mean DescribeKey"),
        ("kms:DescribeKey.Metadata", "key_state", "has no Metadata"),
        ("kmz:DescribeKey.KeyMetadata", "key_state", "knows no service 'kmz'"),
    ],
)
def test_a_misspelt_operation_or_member_is_refused_with_the_nearest(call: str, field: str, said: str) -> None:
    if field == "key_stat":

        @reads(call)
        class Misspelt(Fact[Room]):
            """A member that AWS does not have."""

            key_stat: str
    else:

        @reads(call)
        class Misspelt(Fact[Room]):  # type: ignore[no-redef]
            """A call that AWS does not have."""

            key_state: str

    misspelt: Any = Misspelt
    with pytest.raises(DeclarationError, match="Misspelt") as error:
        projection(misspelt, misspelt.source)
    assert said in str(error.value)


@part
class Metadata(Part):
    """With a member of another type than AWS has."""

    key_id: str
    enabled: str


@reads("kms:DescribeKey")
class Nested(Fact[Room]):
    """With such a part."""

    key_metadata: Metadata | None


@reads("kms:DescribeKey.KeyMetadata")
class Dated(Fact[Room]):
    """A time that is text."""

    creation_date: str


@reads("ec2:DescribeVpcs.Vpcs[]")
class Named(Fact[Room]):
    """A list that is a text."""

    cidr_block_association_set: tuple[str, ...]


@reads("ec2:DescribeVpcs.Vpcs[]")
class Listed(Fact[Room]):
    """A list where there is none."""

    vpc_id: tuple[str, ...]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Nested, "enabled: Enabled is a boolean in botocore, and never str"),
        (Dated, "creation_date: CreationDate is a timestamp in botocore, and never str"),
        (Named, "cidr_block_association_set: CidrBlockAssociationSet is a list in botocore"),
        (Listed, "vpc_id: VpcId is a string in botocore"),
    ],
)
def test_a_member_of_another_type_than_AWS_has_is_refused(kind: Any, said: str) -> None:  # noqa: N802 - AWS's own name
    with pytest.raises(DeclarationError, match=kind.__name__) as error:
        projection(kind, kind.source)
    assert said in str(error.value)


def test_a_call_that_lacks_a_required_parameter_is_refused() -> None:
    from cloudsoc.engine.door import ways

    @listed("kms:ListAliases.Aliases[]", arn="{AliasArn}", resource_type="Test::Alias")
    class Alias(Resource[Region]):
        """Has no name for the calls about it."""

        alias_name: str

    @reads("kms:GetKeyPolicy")
    class AliasPolicy(Fact[Alias]):
        """Needs a KeyId that nobody names."""

        policy_name: str

    *_, last = ways((Alias, AliasPolicy))
    with pytest.raises(DeclarationError, match="requires KeyId"):
        last.check()
