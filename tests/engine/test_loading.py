"""What cannot work is refused when it is loaded, with file and line; plug-ins come through one door."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated, Any

import pytest

from cloudsoc.aws.account import Account, Region
from cloudsoc.engine.plan import Plan
from cloudsoc.engine.registry import LoadError, SelectionError, load_checks, select, version
from cloudsoc.engine.shape import projection
from cloudsoc.engine.signature import UNDECLARED, signature
from cloudsoc.model import (
    MEDIUM,
    DeclarationError,
    Every,
    Fact,
    Its,
    ObservedAt,
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


# -- the registry -------------------------------------------------------------------------------------------------------

PLUGIN = '''
from cloudsoc.aws.kms import Key
from cloudsoc.model import HIGH, Failed, Verdict, check
from cloudsoc.model.criterion import CC6_1

@check(direct=(CC6_1,), severity=HIGH{more})
def {name}(key: Key) -> Verdict:
    """A house rule.

    Why: so.

    Fix: nothing for {{key.key_id}}.
    """
    return Failed("always")
'''


def plugin(folder: Path, monkeypatch: pytest.MonkeyPatch, package: str, **modules: str) -> EntryPoint:
    (folder / package).mkdir()
    for name, text in {"__init__": "", **modules}.items():
        (folder / package / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    return EntryPoint(package, package, "cloudsoc.checks")


def test_a_plugin_comes_by_the_same_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point = plugin(tmp_path, monkeypatch, "acorn_checks", kms=PLUGIN.format(name="house_rule", more=""))
    (found,) = load_checks([point]).values()
    assert found.id == "kms-house-rule"
    assert version(found).startswith("acorn_checks+")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nothing_of_that_name", "ModuleNotFoundError"),
        ("x = 1", "has no checks"),
        ("def broken(:", "SyntaxError"),
        (PLUGIN.format(name="rule", more=", formerly=('kms-rule',)").replace("key: Key", "key: int"), "the first parameter is the resource"),
        (PLUGIN.format(name="rule", more="").replace("Why: so.", ""), "lacks Why:"),
        (PLUGIN.format(name="rule", more="").replace("CC6_1", "CC6_11"), "ImportError"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_named(text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point = plugin(tmp_path, monkeypatch, "broken_checks", kms=text)
    with pytest.raises(LoadError) as error:
        load_checks([point])
    assert "plug-in 'broken_checks'" in str(error.value)
    assert said in str(error.value)


def test_an_id_is_taken_once_former_ids_included(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = plugin(tmp_path, monkeypatch, "one_checks", kms=PLUGIN.format(name="rule", more=""))
    two = plugin(tmp_path, monkeypatch, "two_checks", kms=PLUGIN.format(name="other_rule", more=", formerly=('kms-rule',)"))
    with pytest.raises(LoadError, match="the id kms-rule is taken by"):
        load_checks([one, two])


def test_no_checks_at_all_is_an_error() -> None:
    with pytest.raises(LoadError, match="no checks are installed"):
        load_checks([])


def test_a_selection_that_means_nothing_is_refused() -> None:
    checks = load_checks()
    with pytest.raises(SelectionError, match="did you mean kms-key-rotation-enabled"):
        select(checks, ["kms-key-rotation-enable"])
    assert set(select(checks, ["kms-*"])) == {id for id in checks if id.startswith("kms-")}


def test_the_version_of_a_check_follows_the_source_of_all_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same source gives the same version; another word in a derivation that the check names gives another one."""
    derived = '''
from dataclasses import dataclass
from cloudsoc.aws.kms import Key
from cloudsoc.model import derivation

@dataclass(frozen=True)
class Mood:
    """Derived."""
    good: bool

@derivation
def mood(key: Key) -> Mood:
    """Derives."""
    return Mood(good={answer})
'''
    uses = (
        PLUGIN.format(name="rule", more="")
        .replace("from cloudsoc.aws.kms import Key", "from cloudsoc.aws.kms import Key\nfrom {package}.moods import Mood")
        .replace("key: Key)", "key: Key, mood: Mood)")
    )
    versions = {}
    for package, answer in (("first_checks", "True"), ("second_checks", "True"), ("third_checks", "False")):
        point = plugin(tmp_path, monkeypatch, package, moods=derived.format(answer=answer), kms=uses.replace("{package}", package))
        (found,) = load_checks([point]).values()
        versions[package] = version(found).partition("+")[2]
    assert versions["first_checks"] == versions["second_checks"] != versions["third_checks"]
