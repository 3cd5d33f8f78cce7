"""The command: what it prints where, and with which exit code it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

import cloudsoc
from cloudsoc.cli import COMMANDS, main
from cloudsoc.cli.permissions import LIMIT, policies

BARE = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}


def run(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "cloudsoc", *args], capture_output=True, text=True, check=False, env=BARE | env, timeout=60)


# -- light and quick ---------------------------------------------------------------------------------------------------

LOOK = """
import sys
from cloudsoc.cli import main
status = main({args!r})
heavy = sorted({{name.partition(".")[0] for name in sys.modules}} & {{"boto3", "botocore", "networkx", "pydantic", "moto"}})
sys.exit(f"imported {{heavy}}" if heavy else status)
"""


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["--version"],
        ["scan", "--help"],
        ["collect", "--help"],
        ["evaluate", "--help"],
        ["permissions", "--help"],
        ["demo", "--help"],
        ["checks", "-h"],
    ],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(args: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", LOOK.format(args=args)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_version() -> None:
    done = run("--version")
    assert done.stdout == f"cloudsoc {cloudsoc.__version__}\n"


def test_help_names_every_command() -> None:
    done = run("--help")
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)
    assert done.stderr == ""


# -- wrong use ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["scn"], "did you mean scan?"),
        (["explain", "kms-key-rotation-enable"], "did you mean kms-key-rotation-enabled?"),
        (["checks", "--check", "kms-key-rotation-enable"], "did you mean kms-key-rotation-enabled?"),
        (["checks", "--criterion", "CC6.11"], "did you mean CC6.1?"),
        (["checks", "--criterion", "CC1.1"], "leaves no check"),
        (["checks", "--severity", "awful"], "awful"),
        (["scan", "--external-id", "x"], "--role-arn"),
        (["scan", "--deadline", "30x"], "'30x' is no duration above zero: write seconds (90), or 90s, 30m, 1h"),
        (["scan", "--deadline", "0"], "no duration"),
        (["scan", "--max-rate", "many"], "'many' is no rate: write calls a second"),
        (["scan", "--max-rate", "-1"], "no rate"),
        (["scan", "--output", "no/such/folder/report.json"], "there is no folder"),
        (["permissions", "--part", "9"], "there is 1 policy"),
        (["scan", "--check", "\x1b[2J"], "\\x1b[2J"),
    ],
)
def test_wrong_use_exits_2_and_says_why(args: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "\x1b" not in err


def test_without_credentials_it_names_three_ways_and_the_demo(tmp_path: Path) -> None:
    done = run("scan", HOME=str(tmp_path))
    assert done.returncode == 2
    assert done.stdout == ""
    for way in ("--profile", "AWS_ACCESS_KEY_ID", "where a role is attached", "cloudsoc demo"):
        assert way in done.stderr


# -- what there is to know before a scan -------------------------------------------------------------------------------


def test_checks_as_json_tell_all_that_is_derived(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["checks", "--format", "json"]) == 0
    found = {one["id"]: one for one in json.loads(capsys.readouterr().out)}
    known = cloudsoc.load_checks()
    assert found.keys() == known.keys()
    for id, one in found.items():
        assert set(one["direct"]) <= set(one["criteria"])
        assert set(one["criteria"]) == {criterion.value for criterion in known[id].criteria}
        assert (one["severity"], one["profile"]) == (known[id].severity.value, known[id].profile.value)
        assert one["title"]
        assert all(operation.count(".") == 1 and operation.islower() for operation in one["operations"])
        assert isinstance(one["settings"], dict)


def test_explain_is_the_manual_page(capsys: pytest.CaptureFixture[str]) -> None:
    for id, check in cloudsoc.load_checks().items():
        assert main(["explain", id]) == 0
        text = " ".join(capsys.readouterr().out.split())
        assert check.manual.title in text
        assert " ".join(check.manual.why.replace("``", "`").split()) in text
        assert all(criterion.value in text for criterion in check.criteria)


def test_criteria_list_all_and_show_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["criteria"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2 + 61
    assert main(["criteria", "cc6.1"]) == 0
    assert "auditors ask" in capsys.readouterr().out
    assert main(["criteria", "--category", "availability", "--format", "json"]) == 0
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == ["A1.1", "A1.2", "A1.3"]


def test_the_schema_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema

    assert main(["schema"]) == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_permissions_of_a_selection_are_a_part_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    def actions(*args: str) -> set[str]:
        assert main(["permissions", *args]) == 0
        texts = capsys.readouterr().out.replace("}\n{", "}\n\0{").split("\0")  # one policy after the other, where one is not enough
        return {action for text in texts for action in json.loads(text)["Statement"][0]["Action"]}

    assert actions("--check", "kms-*") < actions("--extended")
    assert actions() < actions("--extended")
    assert "kms:ListKeys" in actions("--check", "kms-*")
    assert not any(action.startswith("s3:") for action in actions("--check", "kms-*"))


def test_policies_split_where_iam_ends() -> None:
    actions = [f"service{number % 7}:DescribeSomethingWithALongName{number:04}" for number in range(500)]
    parts = policies(actions)
    assert len(parts) > 1
    assert [action for part in parts for action in part["Statement"][0]["Action"]] == actions
    sizes = [len(json.dumps(part, separators=(",", ":"))) for part in parts]
    assert all(size <= LIMIT for size in sizes)
    assert all(size > LIMIT - 60 for size in sizes[:-1])
    assert len(policies(actions[:3])) == 1


# -- a scan ------------------------------------------------------------------------------------------------------------


class FakeReport(SimpleNamespace):
    """As much of a report as the gate looks at."""

    stale_waivers, blank = (), False

    def unwaived(self, at_least: Any = None) -> list[Any]:
        return [one for one in self.failures if at_least is None or one >= at_least]

    def model_copy(self, update: Any) -> Any:
        return self


GATE = [
    # failures, complete, options: exit code
    ([], True, [], 0),
    (["low"], True, [], 1),
    (["low"], True, ["--fail-on", "high"], 0),
    (["high"], True, ["--fail-on", "high"], 1),
    (["critical"], True, ["--fail-on", "high"], 1),
    ([], False, [], 3),
    ([], False, ["--incomplete", "warn"], 0),
    (["low"], False, [], 1),
    (["low"], False, ["--fail-on", "medium"], 3),
    (["low"], False, ["--fail-on", "medium", "--incomplete", "warn"], 0),
]


@pytest.mark.parametrize(("failures", "complete", "options", "code"), GATE)
def test_gate(failures: list[str], complete: bool, options: list[str], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    report = FakeReport(failures=[cloudsoc.Severity(one) for one in failures], complete=complete, asked=FakeReport(origins={}))
    monkeypatch.setattr("cloudsoc.cli.output.Output.deliver", lambda *_: None)
    monkeypatch.setattr(cloudsoc, "session", lambda **_: None, raising=False)
    monkeypatch.setattr(cloudsoc, "scan", lambda *_, **__: report)
    assert main(["scan", *options]) == code


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("a secret"), 4, "ZeroDivisionError at "),
        (SystemExit(), 4, "SystemExit at "),  # a plug-in that ends the process ends no scan well
        (SystemExit(0), 4, "SystemExit at "),
        (SystemExit("a secret"), 4, "SystemExit at "),
    ],
)
def test_ends_that_are_no_result(error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(cloudsoc, "session", lambda **_: None, raising=False)
    monkeypatch.setattr(cloudsoc, "scan", broken)
    assert main(["scan"]) == code
    out, err = capsys.readouterr()
    assert said in err
    assert "secret" not in out + err


# -- the demo, which is a scan end to end ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    file = tmp_path_factory.mktemp("demo") / "report.json"
    return run("demo", "--output", str(file), COLUMNS="80"), file


def test_the_demo_scans_and_its_screen_fits(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, file = demo
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1].startswith("findings: ")
    assert "; not assessed: " in lines[-1]
    assert len(lines) <= 40
    assert "\x1b" not in done.stdout + done.stderr
    assert str(file) in done.stdout


def test_the_demo_tells_whose_account_it_is_first(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    heads = [line.split()[0] for line in demo[0].stderr.splitlines() if line.strip()]
    assert [one for one in heads if one in {"account", "caller", "regions"}] == ["account", "caller", "regions"]


def test_the_file_is_the_report_and_private(demo: tuple[subprocess.CompletedProcess[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema

    done, file = demo
    text = file.read_text(encoding="utf-8")
    report = cloudsoc.Report.from_json(text)
    assert done.stdout.splitlines()[-1] == f"findings: {len(report.failed())}; not assessed: {len(report.not_assessed)}"
    assert report.failed()
    assert report.not_assessed  # one operation of the company's account is refused
    assert file.stat().st_mode & 0o777 == 0o600
    assert main(["schema"]) == 0
    jsonschema.validate(json.loads(text), json.loads(capsys.readouterr().out))


def test_json_on_stdout_is_json_alone() -> None:
    done = run("demo", "--check", "kms-*", "--format", "json", "--exit-code")
    report = cloudsoc.Report.from_json(done.stdout)
    assert {one.check for one in report.findings} == {id for id in cloudsoc.load_checks() if id.startswith("kms-")}
    assert done.stderr.splitlines()[-1] == f"findings: {len(report.failed())}; not assessed: {len(report.not_assessed)}"
    assert done.returncode == (1 if report.failed() else 3 if report.not_assessed else 0)


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Forced as a terminal would be; ``NO_COLOR`` wins."""
    monkeypatch.setattr(click.utils, "should_strip_ansi", lambda stream=None, color=None: color is False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert main(["explain", "kms-key-rotation-enabled"]) == 0
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["explain", "kms-key-rotation-enabled"]) == 0
    assert "\x1b[" not in capsys.readouterr().out


def test_ctrl_c_writes_what_there_is_and_exits_130(tmp_path: Path) -> None:
    import signal
    import time

    from cloudsoc.demo import Simulation

    file = tmp_path / "report.json"
    with Simulation(latency=1.0) as simulation:
        process = subprocess.Popen(
            [sys.executable, "-m", "cloudsoc", "scan", "--output", str(file)],
            env=BARE | simulation.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # whoever runs the tests in the background ignores it
        )
        try:
            limit = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < limit and not any(call.operation == "ec2:DescribeVpcs" for call in simulation.calls()):
                time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            asked = time.monotonic()
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
            process.communicate()
    assert process.returncode == 130, err
    assert time.monotonic() - asked < 25  # judging and writing what there is included, on a busy machine
    assert "interrupted" in err
    report = cloudsoc.Report.from_json(file.read_text(encoding="utf-8"))
    assert {cause.error for one in report.not_assessed for cause in one.causes} >= {"interrupted"}
    assert out.splitlines()[-1] == f"findings: {len(report.failed())}; not assessed: {len(report.not_assessed)}"
