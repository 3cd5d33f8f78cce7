"""``cloudsoc config``, and what a file of settings does to the other commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cloudsoc
from cloudsoc.cli import main
from cloudsoc.engine.credentials import Identity
from cloudsoc.engine.registry import load_checks
from tests.config.files import BAD, GOOD, ROTATION


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(text: str, name: str = "cloudsoc.toml") -> None:
    Path(name).write_text(text, encoding="utf-8")


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> set[str]:
    capsys.readouterr()
    assert main(["checks", "--format", "json", *options]) == 0
    return {one["id"] for one in json.loads(capsys.readouterr().out)}


def test_check_prints_what_is_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    put(GOOD["all of it"])
    assert main(["config", "check"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].startswith("cloudsoc.toml: right; ")
    assert out.splitlines()[-1].endswith("3 exclusions from the scope")
    rows = [line.split() for line in out.splitlines()]
    assert [f"checks.{ROTATION}.max_rotation_days", "90", "cloudsoc.toml:30"] in rows
    assert "default" not in out
    assert err == "settings: cloudsoc.toml\n"


def test_check_tells_each_mistake_on_a_line_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    put(BAD["a severity"][0] + "\nx = 1")
    assert main(["config", "check"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "cloudsoc.toml:2: select.severity: 'hihg' is none of low, medium, high, critical",
        "cloudsoc.toml:3: select.x: there is no such key among checks, criteria, categories, severity, profile",
    ]


def test_check_without_a_file_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check"]) == 2
    assert main(["config", "check", "--no-config"]) == 2
    assert "there is no file of settings" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["scan"], ["demo"], ["checks"], ["permissions"], ["config", "show"]], ids=" ".join)
def test_a_wrong_file_ends_every_command_that_uses_one(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    put("x = 1")
    assert main(command) == 2
    assert "cloudsoc.toml:1: x: there is no such key" in capsys.readouterr().err


def test_config_names_a_file_and_no_config_none(capsys: pytest.CaptureFixture[str]) -> None:
    put("x = 1")
    put('[select]\nchecks = ["kms-*"]', "other.toml")
    assert listed(capsys, "--config", "other.toml") == {id for id in load_checks() if id.startswith("kms-")}
    assert listed(capsys, "--no-config") == set(load_checks())
    assert main(["checks", "--no-config", "--config", "other.toml"]) == 2
    assert main(["checks", "--config", "none.toml"]) == 2


def test_two_files_in_one_folder_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    put("")
    put("[tool.cloudsoc]\nx = 1", "pyproject.toml")
    assert main(["checks"]) == 0
    assert capsys.readouterr().err == "settings: cloudsoc.toml (those in pyproject.toml beside it are not used)\n"


def test_an_option_takes_the_place_of_its_key_and_check_that_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    put('[select]\nchecks = ["kms-*", "iam-*"]\nseverity = "high"')
    checks = load_checks()
    high = {id for id, one in checks.items() if one.service in {"kms", "iam"} and one.severity >= cloudsoc.HIGH}
    assert listed(capsys) == high
    assert listed(capsys, "--severity", "critical") == {id for id in high if checks[id].severity is cloudsoc.CRITICAL}
    assert listed(capsys, "--check", ROTATION) == {ROTATION}
    assert checks[ROTATION].severity < cloudsoc.HIGH


def test_permissions_are_those_of_the_chosen_checks(capsys: pytest.CaptureFixture[str]) -> None:
    put(f'[select]\nchecks = ["{ROTATION}"]')
    assert main(["permissions"]) == 0
    found = json.loads(capsys.readouterr().out)["Statement"][0]["Action"]
    assert "kms:GetKeyRotationStatus" in found
    assert not any(one.startswith("iam:") for one in found)


def test_show_says_where_each_value_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    put(f'[select]\nchecks = ["kms-*"]\nseverity = "high"\n[settings]\ntrusted_accounts = ["111122223333"]\n[checks]\n{ROTATION}.max_rotation_days = 90')
    assert main(["config", "show", "--format", "json", "--severity", "low"]) == 0
    found = {one["place"]: (one["value"], one["origin"]) for one in json.loads(capsys.readouterr().out)}
    assert found["select.checks"] == (["kms-*"], "cloudsoc.toml:2")
    assert found["select.severity"] == ("low", "--severity")
    assert found["select.profile"] == ("extended", "default")
    assert found["settings.trusted_accounts"] == (["111122223333"], "cloudsoc.toml:5")
    assert found["settings.classification_tag"][1] == "default"
    assert found[f"checks.{ROTATION}.max_rotation_days"] == (90, "cloudsoc.toml:7")
    assert main(["config", "show"]) == 0
    assert "cloudsoc.toml:5" in capsys.readouterr().out


def test_limits_come_from_the_option_else_from_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float | None] = []

    def run(_: Any, *, deadline: float | None, **__: Any) -> None:
        seen.append(deadline)
        raise cloudsoc.CredentialsError("far enough")

    monkeypatch.setattr("cloudsoc.engine.collect.Collector.run", run)
    monkeypatch.setattr("cloudsoc.scanning.who", lambda *_: Identity("111122223333", "aws", "arn:aws:iam::111122223333:user/u", "eu-west-1"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    for text, options in (("", []), ('[scan]\ndeadline = "90s"', []), ('[scan]\ndeadline = "90s"', ["--deadline", "1h"])):
        put(text)
        assert main(["scan", "--check", ROTATION, *options]) == 2
    assert seen == [1800, 90, 3600]


def test_show_without_a_file_shows_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", "--format", "json"]) == 0
    assert {one["origin"] for one in json.loads(capsys.readouterr().out)} == {"default", "not declared"}


def test_schema_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "schema"]) == 0
    assert ROTATION in json.loads(capsys.readouterr().out)["properties"]["checks"]["properties"]


def test_a_value_under_an_id_that_a_check_had_before_is_in_force_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from dataclasses import replace

    known = load_checks()
    known[ROTATION] = replace(known[ROTATION], formerly=("kms-rotation",))
    for place in ("cloudsoc.load_checks", "cloudsoc.config.load_checks"):
        monkeypatch.setattr(place, lambda *_: known, raising=False)
    put("[checks.kms-rotation]\nmax_rotation_days = 90\n")
    assert main(["config", "check"]) == 0
    assert [f"checks.{ROTATION}.max_rotation_days", "90", "cloudsoc.toml:2"] in [line.split() for line in capsys.readouterr().out.splitlines()]
