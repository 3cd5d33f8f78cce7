"""``--format`` and ``--output``: what goes where, and what is refused before anything is scanned."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from cloudsoc.cli import main
from cloudsoc.model.report import Report
from cloudsoc.reports.formats import formats


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch, finding: Any, report: Any) -> Report:
    """A scan that gives this report; ``cloudsoc.session`` needs no credentials here."""
    made: Report = report(finding("kms-a", "failed", "key"), finding("kms-a", "passed", "other"))
    monkeypatch.setattr("cloudsoc.session", lambda **_: None)
    monkeypatch.setattr("cloudsoc.scan", lambda *_, **__: made)
    return made


def run(*args: str) -> int:
    return main(["scan", *args])


def test_without_options_it_is_the_summary(scanned: Report, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 1
    out, err = capsys.readouterr()
    assert "CRITERIA" in out
    assert "cloudsoc scan --output report.html" in out
    assert err == ""


@pytest.mark.parametrize("args", [["--format", "json"], ["--output", "-"], ["--output", "json=-"]])
def test_data_on_stdout_is_alone_there(args: list[str], scanned: Report, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == 1
    out, err = capsys.readouterr()
    assert Report.from_json(out) == scanned
    assert err == "findings: 1; not assessed: 0\n"


def test_several_at_once(scanned: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {name: tmp_path / name for name in ("all.json", "results.sarif", "summary.md", "junit.xml", "x=y.csv")}
    other = tmp_path / "other.out"
    assert run(*(arg for file in files.values() for arg in ("--output", str(file))), "--output", f"oscal={other}") == 1
    assert Report.from_json(files["all.json"].read_text()) == scanned
    assert json.loads(files["results.sarif"].read_text())["version"] == "2.1.0"
    assert files["summary.md"].read_text().startswith("# SOC 2")
    assert files["junit.xml"].read_text().startswith("<?xml")
    assert files["x=y.csv"].read_bytes().count(b"\r\n") == 3
    assert "assessment-results" in json.loads(other.read_text())
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in (*files.values(), other))
    out, _ = capsys.readouterr()
    assert str(other) in " ".join(out.split())


def test_an_explicit_format_wins_over_the_suffix(scanned: Report, tmp_path: Path) -> None:
    assert run("--format", "markdown", "--output", str(tmp_path / "a.json")) == 1
    assert (tmp_path / "a.json").read_text().startswith("# SOC 2")
    assert run("--output", f"jsonl={tmp_path / 'b.json'}") == 1
    assert (tmp_path / "b.json").read_text().startswith('{"kind":"report"')


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--format", "jsn"], "did you mean json?"),
        (["--output", "report.pdf"], "which format is report.pdf?"),
        (["--output", "report"], "which format is report?"),
        (["--output", "no/such/folder/a.json"], "there is no folder no/such/folder"),
        (["--output", "."], "no file to write to"),
        (["--output", ""], "no file to write to"),
        (["--output", "json="], "no file to write to"),
        (["--output", "a.json", "--output", "sarif=a.json"], "a.json is asked for twice"),
        (["--output", "-", "--output", "sarif=-"], "stdout is asked for twice"),
        (["--format", "json", "--output", "a", "--output", "b"], "name the format of each"),
    ],
)
def test_wrong_use_is_said_before_the_scan(args: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("cloudsoc.session", lambda **_: pytest.fail("it went on"))
    assert run(*args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in " ".join(err.split())


def test_a_file_that_cannot_be_written_is_no_result(scanned: Report, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--output", "json=/dev/full") == 2
    assert "cannot write /dev/full" in capsys.readouterr().err


def test_help_names_the_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    said = set(re.findall(r"[\w-]+", capsys.readouterr().out))
    assert said >= set(formats())
