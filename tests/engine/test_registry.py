"""Plug-ins and built-ins come through one door; a check has a version, which follows the source of all that it names."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from cloudsoc.engine.registry import LoadError, SelectionError, load_checks, select, version

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
        (PLUGIN.format(name="rule", more="").replace("-> Verdict", "-> bool"), "kms.py:6: rule: a check returns a Verdict, not <class 'bool'>"),
        (PLUGIN.format(name="rule", more="").replace("key: Key)", "key: Key, *, days: int = '90')"), "days: '90' is no <class 'int'>"),
        ("x = 1 / 0", "ZeroDivisionError"),
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


def test_a_plugin_that_names_no_package_is_named() -> None:
    with pytest.raises(LoadError, match=r"plug-in 'x' \(cloudsoc.model:check\) cannot be loaded: TypeError: the entry point names no package"):
        load_checks([EntryPoint("x", "cloudsoc.model:check", "cloudsoc.checks")])


def test_packages_are_walked_and_a_check_that_is_imported_elsewhere_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point = plugin(tmp_path, monkeypatch, "deep_checks", iam="from deep_checks.kms.deep import rule")
    (tmp_path / "deep_checks" / "kms").mkdir()
    (tmp_path / "deep_checks" / "kms" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "deep_checks" / "kms" / "deep.py").write_text(PLUGIN.format(name="rule", more=""), encoding="utf-8")
    assert set(load_checks([point])) == {"kms-rule"}
    (tmp_path / "deep_checks" / "kms" / "broken.py").write_text("import nothing_of_that_name", encoding="utf-8")
    with pytest.raises(LoadError, match="ModuleNotFoundError"):
        load_checks([point])


def test_former_ids_are_selected_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point = plugin(tmp_path, monkeypatch, "renamed_checks", kms=PLUGIN.format(name="rule", more=", formerly=('kms-older', 'kms-old')"))
    checks = load_checks([point])
    assert checks["kms-rule"].lineage == "kms-older"
    assert set(select(checks, ["kms-old"])) == {"kms-rule"}


# -- the version --------------------------------------------------------------------------------------------------------

VERSIONED = {
    "facts": '''
from cloudsoc.aws.kms import Key
from cloudsoc.model import Calls, Fact, NotApplicable, Part, part, reading, reads

@part
class Inner(Part):
    """A part."""
    key_id: str

def exists(key: Key) -> NotApplicable | None:
    """A condition."""
    return None

@reading("kms:ListGrants")
def looked(call: Calls, about: object) -> object:
    """A reading."""
    yield {"inner": {"key_id": "1"}}

@reads(looked, when=exists)
class Own(Fact[Key]):
    """A fact."""
    inner: Inner
''',
    "moods": '''
from dataclasses import dataclass
from cloudsoc.aws.kms import Key
from cloudsoc.model import derivation
from {package}.facts import Own

@dataclass(frozen=True)
class Mood:
    """Derived."""
    good: bool

@derivation
def mood(key: Key, own: Own) -> Mood:
    """Derives."""
    return Mood(good=True)
''',
    "kms": PLUGIN.format(name="rule", more="")
    .replace("from cloudsoc.aws.kms import Key", "from cloudsoc.aws.kms import Key\nfrom {package}.moods import Mood")
    .replace("key: Key)", "key: Key, mood: Mood)"),
}


def versioned(folder: Path, monkeypatch: pytest.MonkeyPatch, package: str, *, change: tuple[str, str] = ("", "")) -> str:
    point = plugin(folder, monkeypatch, package, **{name: text.replace("{package}", package).replace(*change) for name, text in VERSIONED.items()})
    (found,) = load_checks([point]).values()
    return version(found).partition("+")[2]


def test_the_same_source_has_the_same_version_wherever_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = versioned(tmp_path, monkeypatch, "first_checks")
    assert first == versioned(tmp_path, monkeypatch, "second_checks")
    assert first == versioned(tmp_path, monkeypatch, "third_checks", change=("from dataclasses", "# a remark\nfrom dataclasses"))


@pytest.mark.parametrize(
    "change",
    [
        ('Failed("always")', 'Failed("Always")'),
        ("good=True", "good=False"),
        ("    good: bool", "    good: bool\n    bad: bool = False"),
        ("    inner: Inner", "    inner: Inner | None"),
        ("    key_id: str", "    key_id: str | None"),
        ('"key_id": "1"', '"key_id": "2"'),
        ("    return None", "    return NotApplicable('no')"),
        ("@reads(looked, when=exists)", "@reads(looked)"),
    ],
    ids=["the check", "a derivation", "what it derives", "a fact", "a part of a fact", "a reading", "a condition", "a declaration"],
)
def test_the_version_of_a_check_follows_the_source_of_all_that_it_names(change: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = versioned(tmp_path, monkeypatch, "before_checks")
    assert before != versioned(tmp_path, monkeypatch, "after_checks", change=change)


def test_without_source_the_version_follows_what_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(thing: object) -> str:
        raise OSError("no source")

    monkeypatch.setattr("inspect.getsource", none)
    again = [("", ""), ("", ""), ("good=True", "good=False"), ("    inner: Inner", "    inner: Inner | None")]
    found = []
    for number, change in enumerate(again):
        (folder := tmp_path / str(number)).mkdir()
        found.append(versioned(folder, monkeypatch, "bare_checks", change=change))
    assert found[0] == found[1]
    assert len(set(found)) == 3
