"""The file of settings: what it says, where each mistake stands, and which file it is."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import cloudsoc
from cloudsoc.config import find, passed_over
from cloudsoc.config.schema import schema
from cloudsoc.engine.registry import load_checks
from cloudsoc.settings import Settings
from tests.config.files import BAD, GOOD, ROTATION

Write = Any


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.chdir(tmp_path)

    def to(text: str, name: str = "cloudsoc.toml") -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return to


def wrong(file: Path) -> list[str]:
    with pytest.raises(cloudsoc.SettingsError) as told:
        cloudsoc.configuration(file)
    return str(told.value).splitlines()


# -- what it says -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOOD)
def test_good_files_hold(name: str, write: Write) -> None:
    found = cloudsoc.configuration(write(GOOD[name]))
    assert not Settings.read(found.settings, load_checks()).checks or name != "empty"
    assert bool(found.checks(load_checks()))


def test_all_that_a_file_says(write: Write) -> None:
    found = cloudsoc.configuration(write(GOOD["all of it"]))
    assert found.settings == {"trusted_accounts": ["444455556666"], ROTATION: {"max_rotation_days": 90}}
    assert [one.reason for one in found.said.scope.exclude] == ["denied by a policy of the organization", "a sandbox", "no customer data"]
    assert found.said.scope.exclude[2].tags == {"Environment": ("sandbox", "dev-*"), "Cost Center": ("*",)}
    assert found.origins == {
        "scope.exclude.0": "cloudsoc.toml:2",
        "scope.exclude.1": "cloudsoc.toml:6",
        "scope.exclude.2": "cloudsoc.toml:11",
        "select.checks": "cloudsoc.toml:16",
        "select.criteria": "cloudsoc.toml:17",
        "select.categories": "cloudsoc.toml:18",
        "select.severity": "cloudsoc.toml:19",
        "select.profile": "cloudsoc.toml:20",
        "scan.deadline": "cloudsoc.toml:23",
        "scan.max_rate": "cloudsoc.toml:24",
        "settings.trusted_accounts": "cloudsoc.toml:27",
        f"checks.{ROTATION}.max_rotation_days": "cloudsoc.toml:30",
    }
    chosen = found.checks(load_checks())
    assert {one.service for one in chosen.values()} == {"iam", "kms"}
    assert {one.severity.value for one in chosen.values()} == {"medium", "high", "critical"}


def test_without_a_file_and_with_an_empty_one_the_core_profile_runs(write: Write) -> None:
    core = cloudsoc.select(load_checks(), profile=cloudsoc.CORE)
    assert cloudsoc.configuration(write("")).checks(load_checks()) == cloudsoc.Configuration().checks(load_checks()) == core
    assert cloudsoc.configuration(write('[select]\nprofile = "extended"')).checks(load_checks()) == load_checks()


@pytest.mark.parametrize("name", BAD)
def test_a_mistake_is_told_with_its_line_and_the_nearest_name(name: str, write: Write) -> None:
    text, line, said = BAD[name]
    (only,) = wrong(write(text))
    assert only.startswith(f"cloudsoc.toml:{line}: ")
    assert said in only


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(write: Write) -> None:
    found = wrong(write(f"[checks.{ROTATION}]\nmax_rotation_day = 1\n[settings]\nnothing = 1\n[select]\nseverity = 1\n[scope]\nx = 1"))
    assert [one.split(":")[1] for one in found] == ["2", "4", "6", "8"]


@pytest.mark.parametrize(("text", "line"), [("a = 1\nb = \nc = 2", 2), ('a = """', 1), ("a = 1\na = 2", 2)])
def test_what_is_not_toml(text: str, line: int, write: Write) -> None:
    file = write(text)
    assert wrong(file)[0].startswith(f"{file}:{line}: not TOML: ")


def test_a_file_that_cannot_be_read(write: Write) -> None:
    file = write("")
    file.write_bytes(b"\xff\xfe")
    assert wrong(file) == [f"cannot read {file}: it is not UTF-8"]
    assert wrong(file.parent / "none.toml") == [f"cannot read {file.parent / 'none.toml'}: No such file or directory"]


def test_in_pyproject_the_lines_are_those_of_the_whole_file(write: Write) -> None:
    assert wrong(write("[tool.cloudsoc.settings]\nnothing = 1", "pyproject.toml"))[0].startswith("pyproject.toml:2: settings.nothing: ")
    assert wrong(write("[tool.other]\n[tool]\ncloudsoc.select.severity = 1", "pyproject.toml"))[0].startswith("pyproject.toml:3: select.severity: ")
    assert wrong(write("[tool]\ncloudsoc = 1", "pyproject.toml"))[0].startswith("pyproject.toml:2: ")
    file = write("[tool.other]\n", "pyproject.toml")
    assert wrong(file) == [f"{file}: there is no table [tool.cloudsoc]"]


# -- which file ---------------------------------------------------------------------------------------------------------------


def test_the_nearest_file_up_to_the_root_of_the_repository(write: Write, tmp_path: Path) -> None:
    inner = tmp_path / "repository" / "a" / "b"
    inner.mkdir(parents=True)
    assert find(inner) is None
    outer = write("")
    assert find(inner) == outer
    (tmp_path / "repository" / ".git").touch()  # as in a worktree
    assert find(inner) is None
    project = write("[tool.cloudsoc]", "repository/pyproject.toml")
    assert find(inner) == project
    write("[tool.other]", "repository/a/pyproject.toml")
    assert find(inner) == project
    nearest = write("", "repository/a/cloudsoc.toml")
    assert find(inner) == nearest


def test_of_two_in_one_folder_our_own_comes_first(write: Write, tmp_path: Path) -> None:
    project = write("[tool.cloudsoc]", "pyproject.toml")
    own = write("")
    assert find(tmp_path) == own
    assert passed_over(own) == project
    assert passed_over(project) is None
    write("[tool.other]", "pyproject.toml")
    assert passed_over(own) is None


def test_a_pyproject_that_may_have_settings_and_cannot_be_read_is_not_passed_by(write: Write, tmp_path: Path) -> None:
    write("[tool.cloudsoc", "pyproject.toml")
    with pytest.raises(cloudsoc.SettingsError, match="not TOML"):
        find(tmp_path)


# -- the schema ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    made = schema(load_checks())
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(json.loads(json.dumps(made)))


@pytest.mark.parametrize("name", GOOD)
def test_the_schema_takes_what_is_right(name: str, validator: Draft202012Validator) -> None:
    assert list(validator.iter_errors(tomllib.loads(GOOD[name]))) == []


NOT_BY_SCHEMA = {"two kinds of regions", "no number", "a deadline of nothing"}
"""What a schema does not say."""


@pytest.mark.parametrize("name", sorted(set(BAD) - NOT_BY_SCHEMA))
def test_and_refuses_what_is_not(name: str, validator: Draft202012Validator) -> None:
    assert list(validator.iter_errors(tomllib.loads(BAD[name][0]))), name


def test_it_knows_every_setting_of_every_check() -> None:
    from cloudsoc.engine.signature import signature

    found = schema(load_checks())["properties"]["checks"]["properties"]
    assert set(found) >= set(load_checks())
    for id, one in load_checks().items():
        assert set(found[id]["properties"]) == set(signature(one.function).settings)
    rotation = found[ROTATION]["properties"]["max_rotation_days"]
    assert (rotation["type"], rotation["default"]) == ("integer", 365)


def test_the_hash_is_that_of_the_file_as_it_lies_there(write: Write) -> None:
    """An auditor holds it against ``sha256sum``, also where lines end as on Windows."""
    import hashlib

    file = write("")
    file.write_bytes(b'[select]\r\nseverity = "high"\r\n')
    found = cloudsoc.configuration(file)
    assert found.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert found.where("select", "severity") == "cloudsoc.toml:2"
