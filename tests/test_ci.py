"""The GitHub Action and the GitLab template: their syntax after the services' own schemas, and their scripts as a runner would run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudsoc.demo import Simulation

ROOT = Path(__file__).parent.parent
ACTION, GITLAB, HOOKS = ROOT / "action.yml", ROOT / "templates" / "gitlab-ci.yml", ROOT / ".pre-commit-hooks.yaml"
ROTATION = "kms-key-rotation-enabled"


def validated(*args: str) -> subprocess.CompletedProcess[str]:
    # The schemas are part of check-jsonschema: a proxy that nobody listens on proves that none is fetched.
    offline = os.environ | dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    return subprocess.run([sys.executable, "-m", "check_jsonschema", *args], capture_output=True, text=True, env=offline, check=False)


@pytest.mark.parametrize(
    ("file", "schema"), [(ACTION, ("vendor.github-actions",)), (GITLAB, ("vendor.gitlab-ci", "--data-transform", "gitlab-ci"))], ids=["github", "gitlab"]
)
def test_the_services_own_schema(file: Path, schema: tuple[str, ...], tmp_path: Path) -> None:
    found = validated("--builtin-schema", *schema, str(file))
    assert found.returncode == 0, found.stdout
    broken = tmp_path / file.name
    broken.write_text(file.read_text().replace("using: composite", "using: compost").replace("when: always", "when: perhaps"))
    assert validated("--builtin-schema", *schema, str(broken)).returncode == 1


# -- GitHub ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(ACTION.read_text())
    return found


def test_no_input_becomes_part_of_a_script(action: dict[str, Any]) -> None:
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    assert len(scripts) == 3
    assert not [script for script in scripts if "${{" in script]


def test_every_input_is_used_and_every_value_exists(action: dict[str, Any]) -> None:
    steps = action["runs"]["steps"]
    text = json.dumps(steps)
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(action["inputs"])
    assert all("default" in one and one["description"] for one in action["inputs"].values())
    outputs = {step["id"] for step in steps if "id" in step}
    assert set(re.findall(r"steps\.([a-z-]+)\.outputs", text + json.dumps(action["outputs"]))) == outputs
    script = next(step["run"] for step in steps if step.get("id") == "scan")
    assert {f"steps.scan.outputs.{name}" in one["value"] for name, one in action["outputs"].items()} == {True}
    assert all(name == "exit-code" or f" {name}" in script for name in action["outputs"])


def test_others_actions_are_named_by_version(action: dict[str, Any]) -> None:
    used = [step["uses"] for step in action["runs"]["steps"] if "uses" in step]
    assert [re.sub(r"@v\d+$", "", one) for one in used] == [
        "aws-actions/configure-aws-credentials",
        "actions/setup-python",
        "github/codeql-action/upload-sarif",
    ]


@pytest.fixture(scope="module")
def account() -> Iterator[Simulation]:
    with Simulation() as simulation:
        yield simulation


@dataclass
class Job:
    """A runner's environment: folders, files, and the command installed where the action installs it."""

    folder: Path
    environment: dict[str, str]

    def script(self, step: dict[str, Any], **env: str) -> subprocess.CompletedProcess[str]:
        """Runs a step's script as the runner does."""
        (file := self.folder / "step.sh").write_text(step["run"])
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)]
        return subprocess.run(command, capture_output=True, text=True, cwd=self.folder, env=self.environment | env, check=False, timeout=300)

    def read(self, name: str) -> str:
        file = self.folder / name
        return file.read_text() if file.exists() else ""

    @property
    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.read("output").splitlines())


def installed(folder: Path, name: str) -> None:
    """The command, where an installation would have put it."""
    (folder / name / "bin").mkdir(parents=True)
    command = folder / name / "bin" / "cloudsoc"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m cloudsoc "$@"\n')
    command.chmod(0o755)


@pytest.fixture
def job(tmp_path: Path, account: Simulation) -> Job:
    installed(tmp_path, "cloudsoc-venv")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    kept["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    files = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "RUNNER_TEMP": str(tmp_path)}
    return Job(tmp_path, kept | account.environment() | files)


@pytest.fixture
def scan(action: dict[str, Any], job: Job) -> Any:
    """Runs the scan of the action with these inputs, the others at their defaults."""
    step = next(one for one in action["runs"]["steps"] if one.get("id") == "scan")

    def scan(**inputs: str) -> subprocess.CompletedProcess[str]:
        values = {name: one["default"] for name, one in action["inputs"].items()} | {"checks": ROTATION, "regions": "eu-west-1 us-east-1"}
        values |= {name.replace("_", "-"): value for name, value in inputs.items()}
        return job.script(step, **{name: values[re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value)[1]] for name, value in step["env"].items()})  # type: ignore[index]

    return scan


def test_the_action_scans_and_reports(scan: Any, job: Job) -> None:
    found = scan()
    assert found.returncode == 0, found.stderr
    assert job.outputs["exit-code"] == "1"
    report = json.loads(Path(job.outputs["json"]).read_text())
    assert report["asked"]["regions"] == ["eu-west-1", "us-east-1"]
    assert [one["id"] for one in report["asked"]["checks"]] == [ROTATION]
    assert json.loads(Path(job.outputs["sarif"]).read_text())["runs"][0]["results"]
    assert Path(job.outputs["html"]).read_text().startswith("<!doctype html>")
    assert Path(job.outputs["junit"]).read_text().startswith("<?xml")
    assert ROTATION in job.read("summary")


def test_what_the_scan_prints_is_no_command_to_the_runner(scan: Any) -> None:
    lines = scan().stdout.splitlines()
    pause = next(line.removeprefix("::stop-commands::") for line in lines if line.startswith("::stop-commands::"))
    assert re.fullmatch("[0-9a-f]{32}", pause)
    assert lines[0] == f"::stop-commands::{pause}"
    assert lines[-1] == f"::{pause}::"
    assert any("FINDINGS" in line for line in lines[1:-1])


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"fail_on": "critical"}, "0"),
        ({"checks": "s3-bucket-policy-is-not-public", "fail_on": "critical"}, "3"),
        ({"checks": "s3-bucket-policy-is-not-public\n", "fail_on": "critical", "incomplete": "warn"}, "0"),
        ({"checks": "no-such-check"}, "2"),
        ({"fail_on": "sometimes"}, "2"),
        ({"waivers": "nowhere.toml"}, "2"),
        ({"regions": "--help"}, "2"),
    ],
)
def test_the_gates_exit_codes_come_through(inputs: dict[str, str], code: str, scan: Any, job: Job) -> None:
    found = scan(**inputs)
    assert (found.returncode, job.outputs["exit-code"]) == (0, code), found.stderr
    assert ("json" in job.outputs) == (code != "2")


def test_baseline_and_waivers_reach_the_gate(scan: Any, job: Job) -> None:
    scan()
    Path(job.outputs["json"]).rename(earlier := job.folder / "earlier report.json")
    (job.folder / "output").unlink()
    scan(baseline=str(earlier))
    assert job.outputs["exit-code"] == "0"
    (job.folder / "output").unlink()
    (job.folder / "accepted.toml").write_text(
        f'[[waiver]]\ncheck = "{ROTATION}"\nresource = "*"\nreason = "r"\nowner = "o"\napprover = "a"\nticket = "t"\nexpires = 2999-12-31\n'
    )
    scan(waivers="accepted.toml")
    assert job.outputs["exit-code"] == "0"


HOSTILE = '"; touch owned; echo "$(touch owned)`touch owned`\' && touch owned #'


def test_no_value_of_an_input_is_run(scan: Any, job: Job) -> None:
    command = job.folder / "cloudsoc-venv" / "bin" / "cloudsoc"
    command.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > given\n')
    found = scan(
        **dict.fromkeys(("regions", "checks", "fail_on", "incomplete", "baseline", "waivers", "summary"), HOSTILE), directory=str(job.folder / HOSTILE[2:])
    )
    assert found.returncode == 0, found.stderr
    assert not list(job.folder.rglob("owned"))
    given = job.read("given").splitlines()
    assert f"--waivers={HOSTILE}" in given
    assert [one for one in given if one.startswith("--region=")] == [f"--region={one}" for one in HOSTILE.split()]


def test_a_line_break_cannot_add_an_output(scan: Any, job: Job) -> None:
    assert scan(directory=f"{job.folder}/a\nexit-code=0").returncode == 2
    assert job.read("output") == ""


def test_the_summary_is_written_only_where_it_is_wanted(scan: Any, job: Job) -> None:
    scan(summary="false", directory=str(job.folder / "a folder" / "of mine"))
    assert job.read("summary") == ""
    assert Path(job.outputs["html"]) == job.folder / "a folder" / "of mine" / "report.html"


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4", "130", ""])
def test_the_job_ends_as_the_scan_did(code: str, action: dict[str, Any], job: Job) -> None:
    found = job.script(action["runs"]["steps"][-1], CODE=code)
    assert found.returncode == int(code or 4)
    assert found.stdout.startswith("::error::") == (code != "0")


# -- GitLab ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gitlab() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(GITLAB.read_text())["cloudsoc"]
    return found


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_the_gitlab_job_scans_and_reports(shell: str, gitlab: dict[str, Any], job: Job) -> None:
    assert shutil.which(shell)
    installed(job.folder, ".cloudsoc")
    given = {"CLOUDSOC_REGIONS": "eu-west-1 us-east-1", "CLOUDSOC_CHECKS": f"{ROTATION} kms-key-*", "CI_JOB_ID": "7", "CLOUDSOC_ID_TOKEN": "secret"}
    environment = job.environment | gitlab["variables"] | given
    (job.folder / "kms-key-a-file").touch()
    command = [shell, "-e", "-c", "\n".join(gitlab["script"])]
    found = subprocess.run(command, capture_output=True, text=True, cwd=job.folder, env=environment, check=False, timeout=300)
    assert found.returncode in {1, 3}, found.stderr
    assert found.returncode == 1
    junit = gitlab["artifacts"]["reports"]["junit"]
    assert "<failure" in job.read(junit)
    assert all((job.folder / one).is_file() for one in gitlab["artifacts"]["paths"])
    assert not (job.folder / ".cloudsoc" / "token").exists()


def test_the_gitlab_job_takes_on_its_role(gitlab: dict[str, Any], job: Job) -> None:
    installed(job.folder, ".cloudsoc")
    (job.folder / ".cloudsoc" / "bin" / "cloudsoc").write_text("#!/bin/sh\nenv > seen; exit 0\n")
    environment = (
        job.environment | gitlab["variables"] | {"CLOUDSOC_ROLE_ARN": "arn:aws:iam::111122223333:role/r", "CI_JOB_ID": "7", "CLOUDSOC_ID_TOKEN": "secret"}
    )
    subprocess.run(["sh", "-e", "-c", "\n".join(gitlab["script"])], cwd=job.folder, env=environment, check=True, timeout=60)
    seen = dict(line.split("=", 1) for line in job.read("seen").splitlines() if "=" in line)
    assert seen["AWS_ROLE_ARN"] == "arn:aws:iam::111122223333:role/r"
    assert seen["AWS_ROLE_SESSION_NAME"] == "cloudsoc-7"
    token = Path(seen["AWS_WEB_IDENTITY_TOKEN_FILE"])
    assert (token.read_text(), token.stat().st_mode & 0o777) == ("secret", 0o600)
    assert "CLOUDSOC_ID_TOKEN" in gitlab["id_tokens"]


def test_only_defined_variables_are_used(gitlab: dict[str, Any]) -> None:
    used = set(re.findall(r"\$(CLOUDSOC_\w+)", json.dumps([gitlab["before_script"], gitlab["script"]])))
    assert used == set(gitlab["variables"]) - {"GIT_DEPTH"} | set(gitlab["id_tokens"])


# -- pre-commit --------------------------------------------------------------------------------------------------------


def test_the_hook_runs_a_command_that_exists() -> None:
    (hook,) = yaml.safe_load(HOOKS.read_text())
    assert re.match(hook["files"], "cloudsoc-waivers.toml")
    command = [sys.executable, "-m", *hook["entry"].split(), "--help"]
    assert "waivers" in subprocess.run(command, capture_output=True, text=True, check=True).stdout
