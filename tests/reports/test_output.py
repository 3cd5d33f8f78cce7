"""``--format`` and ``--output``: what goes where, and what is refused before anything is scanned."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cloudsoc.cli import main
from cloudsoc.model.report import Cause, RegionScope, Report
from cloudsoc.reports.formats import formats, pieces, writer


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


def test_what_can_be_written_is_written_all_the_same(scanned: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The scan may have taken half an hour: one disk that is full does not cost the other files and the screen."""
    assert run("--output", "json=/dev/full", "--output", str(tmp_path / "report.json")) == 2
    assert Report.from_json((tmp_path / "report.json").read_text()) == scanned
    out, err = capsys.readouterr()
    assert "CRITERIA" in out
    assert "cannot write /dev/full" in err


def test_a_place_where_nothing_can_be_written_is_said_before_the_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (there := tmp_path / "there.json").write_text("")
    locked = {str(tmp_path), str(there)}
    monkeypatch.setattr("os.access", lambda path, mode: str(path) not in locked)  # whoever runs the tests may be root, who may write anywhere
    monkeypatch.setattr("cloudsoc.session", lambda **_: pytest.fail("it went on"))
    for file in (there, tmp_path / "new.json"):
        assert run("--output", str(file)) == 2
        assert f"cannot write {file}" in " ".join(capsys.readouterr().err.split())


def test_no_output_takes_the_place_of_what_the_scan_is_held_against(
    scanned: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else the failures that fail this job are the baseline of the next one, which passes."""
    monkeypatch.chdir(tmp_path)
    baseline = tmp_path / "report.json"
    baseline.write_text(before := scanned.model_copy(update={"findings": ()}).to_json())
    assert run("--baseline", "report.json", "--output", str(baseline)) == 2
    assert "report.json is the baseline" in " ".join(capsys.readouterr().err.split())
    assert baseline.read_text() == before
    assert run("--baseline", "report.json", "--output", "new.json") == 1


def test_one_file_by_two_names_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cloudsoc.session", lambda **_: pytest.fail("it went on"))
    assert run("--output", "a.json", "--output", f"csv={tmp_path / 'a.json'}") == 2
    assert "asked for twice" in capsys.readouterr().err


SCANNED = """
import sys, cloudsoc
from pathlib import Path
from cloudsoc.cli import main
cloudsoc.session = lambda **_: None
cloudsoc.scan = lambda *_, **__: cloudsoc.Report.from_json(Path({file!r}).read_text(encoding="utf-8"))
sys.exit(main(["scan", *sys.argv[1:]]))
"""
"""The command over a report, in a process of its own."""


def test_a_report_that_nobody_gets_is_no_success(finding: Any, report: Any, tmp_path: Path) -> None:
    (file := tmp_path / "report.json").write_text(report(finding("kms-a", "passed", "key")).to_json(), encoding="utf-8")
    command = [sys.executable, "-c", SCANNED.format(file=str(file))]

    def run(*args: str, **more: Any) -> tuple[int, str]:
        done = subprocess.run([*command, *args], stderr=subprocess.PIPE, text=True, check=False, **more)
        return done.returncode, done.stderr

    code, said = run("--format", "json", preexec_fn=lambda: os.close(1))
    assert (code, "cannot write to stdout: it is closed" in said) == (2, True), said
    with open("/dev/full", "w") as full:
        code, said = run("--format", "json", stdout=full)
    assert (code, "cannot write to stdout: No space left on device" in said) == (2, True), said
    kept = tmp_path / "kept.json"
    assert run("--output", "-", "--output", str(kept), preexec_fn=lambda: os.close(1))[0] == 2
    assert kept.exists()
    code, said = run("--output", str(tmp_path / "new.json"), preexec_fn=lambda: os.close(1))  # the report is in the file
    assert code == 0, said
    assert (tmp_path / "new.json").read_text()


def test_data_on_stdout_is_utf_8_whatever_the_terminal_is(finding: Any, report: Any, tmp_path: Path) -> None:
    made = report(finding("kms-a", "passed", "Grüße 🦊"))
    (tmp_path / "report.json").write_text(made.to_json(), encoding="utf-8")
    code = SCANNED.format(file=str(tmp_path / "report.json"))
    for encoding in ("latin-1", "ascii", "cp1252"):
        done = subprocess.run(
            [sys.executable, "-c", code, "--format", "json"], capture_output=True, env=os.environ | {"PYTHONIOENCODING": encoding}, check=False
        )
        assert done.returncode == 0, done.stderr
        assert Report.from_json(done.stdout.decode("utf-8")) == made


# -- nothing to go by ----------------------------------------------------------------------------------------------------------


def outside(finding: Any) -> Any:
    return finding("kms-a", "not_assessed", "e", causes=(Cause(operation="kms:ListKeys", error="left out", outside=True),))


@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.parametrize(("options", "code"), [([], 3), (["--incomplete", "warn"], 0)])
def test_nothing_judged_is_no_success(
    rows: int, options: list[str], code: int, finding: Any, report: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scan of one region whose only check asks about all regions has looked at nothing."""
    made = report(*[outside(finding)][:rows])
    monkeypatch.setattr("cloudsoc.session", lambda **_: None)
    monkeypatch.setattr("cloudsoc.scan", lambda *_, **__: made)
    assert run(*options) == code
    assert "nothing in scope was judged" in capsys.readouterr().out
    (tmp_path / "old.json").write_text(made.to_json())
    assert run("--baseline", str(tmp_path / "old.json"), *options) == code


def test_a_region_that_is_not_enabled_is_no_evidence(finding: Any, report: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--region af-south-1`` where nobody enabled it: what was made there before cannot be seen, and nothing else was asked for."""
    there = finding("kms-a", "not_applicable", "af-south-1", region="af-south-1", population=True)
    here = finding("kms-a", "not_applicable", "eu-west-1", population=True)
    regions = (RegionScope(name="af-south-1", state="disabled"), RegionScope(name="eu-west-1", state="read"))
    monkeypatch.setattr("cloudsoc.session", lambda **_: None)
    for rows, code in (((there,), 3), ((there, here), 0)):
        made = report(*rows, accounts=(report().accounts[0].model_copy(update={"regions": regions}),))
        monkeypatch.setattr("cloudsoc.scan", lambda *_, made=made, **__: made)
        assert run() == code


@pytest.mark.parametrize("name", ["html", "markdown", "table"])
def test_a_report_for_people_says_that_nothing_was_judged(name: str, finding: Any, report: Any) -> None:
    text = "".join(pieces(writer(name)(report(outside(finding)))))
    assert "nothing in scope was judged" in text.lower()
    assert "everything in scope could be assessed" not in text.lower()
    assert "nothing in scope was judged" not in "".join(pieces(writer(name)(report(finding("kms-a", "not_applicable"))))).lower()


def test_help_names_the_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    said = set(re.findall(r"[\w-]+", capsys.readouterr().out))
    assert said >= set(formats())
