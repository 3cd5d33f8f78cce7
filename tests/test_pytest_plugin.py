"""The pytest plugin, in runs of pytest of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import cloudsoc
import cloudsoc.engine.snapshot
import cloudsoc.reports.detail
import cloudsoc.scanning
import cloudsoc.waivers
from cloudsoc.aws.account import Account, Region
from cloudsoc.aws.kms import Key, KeyRotation
from cloudsoc.engine.fields import field_paths
from cloudsoc.engine.inventory import AccountInventory
from cloudsoc.engine.plan import fact_name
from cloudsoc.model import Address, Unread
from cloudsoc.pytest_plugin import LONGEST_NAME

pytest_plugins = ["pytester"]
# A run in this process forgets what it imported: what is there before stays, the checks as well.
cloudsoc.load_checks()

ACCOUNT, REGION, ROTATION = "111122223333", "eu-west-1", "kms-key-rotation-enabled"
HERE = f"cloudsoc/{ROTATION}::{ACCOUNT}:{REGION}:key"
Run = Callable[..., pytest.RunResult]


def account(**keys: KeyRotation | Unread) -> AccountInventory:
    """An account with keys that rotate or not; the one called doomed is to be deleted."""
    made = AccountInventory(ACCOUNT, "aws", f"arn:aws:iam::{ACCOUNT}:role/auditor", datetime(2026, 3, 1, tzinfo=UTC))
    kinds: tuple[Any, ...] = (Account, Region, Key, KeyRotation)
    made.fields = {fact_name(kind): field_paths(kind) for kind in kinds}
    made.regions = {REGION: ("read", "")}
    root = Address(Account, ACCOUNT, "global", ACCOUNT, "aws")
    region = Address(Region, f"{ACCOUNT}/{REGION}", REGION, ACCOUNT, "aws", root)
    for address in (root, region):
        made.found(address)
    for name, rotation in keys.items():
        arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{name}"
        made.found(Address(Key, arn, REGION, ACCOUNT, "aws", region))
        made.learn(Key, arn, Key(
            arn=arn, region=REGION, key_id=name, key_manager="CUSTOMER", key_spec="SYMMETRIC_DEFAULT", origin="AWS_KMS",
            key_state="PendingDeletion" if name == "doomed" else "Enabled", creation_date=made.observed_at,
        ))  # fmt: skip
        made.learn(KeyRotation, arn, rotation)
    return made


ON, OFF = KeyRotation(key_rotation_enabled=True), KeyRotation(key_rotation_enabled=False)
DENIED = Unread("kms:GetKeyRotationStatus", "AccessDeniedException", REGION, ACCOUNT, "not for you")


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Runs pytest over a snapshot of four keys: right, wrong, one to be deleted, and one whose rotation nobody may read."""
    cloudsoc.Inventory([account(right=ON, wrong=OFF, doomed=ON, denied=DENIED)]).save(pytester.path / "keys.snapshot")
    pytester.makepyfile(test_own="def test_own():\n    pass\n")

    def run(*args: str, how: str = "runpytest_inprocess") -> pytest.RunResult:
        usual = ("--cloudsoc", "--cloudsoc-snapshot=keys.snapshot", f"--cloudsoc-check={ROTATION}", "-p", "no:randomly")
        found: pytest.RunResult = getattr(pytester, how)(*usual, *args)
        return found

    return run


def outcomes(found: pytest.RunResult) -> dict[str, int]:
    return {name: number for name, number in found.parseoutcomes().items() if number}


# -- what is a test, and how it ends -----------------------------------------------------------------------------------


def test_each_check_and_resource_is_a_test(run: Run) -> None:
    found = run("-v")
    found.stdout.fnmatch_lines_random(
        [
            f"{HERE}/doomed SKIPPED *",
            f"{HERE}/denied FAILED *",
            f"{HERE}/right PASSED *",
            f"{HERE}/wrong FAILED *",
            "test_own.py::test_own PASSED *",
        ]
    )
    assert outcomes(found) == {"passed": 2, "failed": 2, "skipped": 1}
    assert found.ret == pytest.ExitCode.TESTS_FAILED
    found.stdout.fnmatch_lines(["*collected 5 items", f"cloudsoc: account {ACCOUNT}, 2026-03-01 00:00 UTC, 1 region, 1 check, 4 findings"])
    found.stdout.fnmatch_lines([f"cloudsoc: read as arn:aws:iam::{ACCOUNT}:role/auditor, content hash *"])


def test_a_failure_says_what_why_and_what_to_do(run: Run) -> None:
    found = run(f"{HERE}/wrong")
    found.stdout.fnmatch_lines(
        [
            f"*_ {ROTATION}: {ACCOUNT}:{REGION}:key/wrong _*",
            "Customer managed keys rotate their material",
            f"resource  arn:aws:kms:{REGION}:{ACCOUNT}:key/wrong",
            f"where     AWS::KMS::Key, {REGION}, account {ACCOUNT}",
            "criteria  CC6.1, *",
            "severity  medium",
            "why       rotation is off",
            "evidence  key.*",
            "          rotation.key_rotation_enabled = False",
            "to do     `aws kms enable-key-rotation --region eu-west-1 --key-id wrong`",
        ]
    )
    found.stdout.no_fnmatch_line("*Traceback*")
    found.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_what_was_not_assessed_fails_and_says_why(run: Run) -> None:
    found = run(f"{HERE}/denied")
    assert found.ret == pytest.ExitCode.TESTS_FAILED
    found.stdout.fnmatch_lines(["NOT ASSESSED, so neither passed nor failed*", "why *kms:GetKeyRotationStatus: AccessDeniedException*", "said *not for you"])


def test_what_was_not_assessed_can_be_skipped_but_never_passes(run: Run) -> None:
    found = run("--cloudsoc-incomplete=warn", f"{HERE}/denied", "-rs")
    assert outcomes(found) == {"skipped": 1}
    found.stdout.fnmatch_lines([f"SKIPPED * cloudsoc/{ROTATION}: not assessed: kms:GetKeyRotationStatus: AccessDeniedException*"])
    found.stdout.fnmatch_lines(["NOT COMPLETE: 1 of 4 findings could not be assessed", "  1 finding: kms:GetKeyRotationStatus: AccessDeniedException"])


def test_what_was_not_collected_is_not_green(run: Run) -> None:
    found = run("--cloudsoc-check=iam-root-*")
    assert "passed" in outcomes(found)
    found.stdout.fnmatch_lines(["FAILED cloudsoc/iam-root-*"])


def waiver(**more: str) -> str:
    values = {"check": ROTATION, "resource": "wrong", "reason": "a test key", "owner": "web", "approver": "Mira", "ticket": "SEC-41"} | more
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items() if name != "expires"]
    return "[[waiver]]\n" + "\n".join([*lines, f"expires = {values.get('expires', date(2026, 12, 31))}"]) + "\n"


def test_a_waiver_skips_and_says_so(run: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("cloudsoc-waivers.toml").write_text(waiver())
    found = run(f"{HERE}/wrong", "-rs")
    assert outcomes(found) == {"skipped": 1}
    found.stdout.fnmatch_lines(["SKIPPED *waived until 2026-12-31 by Mira (SEC-41: a test key); rotation is off"])


@pytest.mark.parametrize(
    ("text", "said"),
    [(waiver(expires="2026-01-31"), "expired on 2026-01-31"), (waiver(resource="right"), "waives nothing: what it names did not fail")],
)
def test_a_waiver_that_holds_no_more_fails(text: str, said: str, run: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("accepted.toml").write_text(text)
    found = run("--cloudsoc-waivers=accepted.toml", "cloudsoc/waivers")
    assert outcomes(found) == {"failed": 1}
    found.stdout.fnmatch_lines([f"*(SEC-41, web): {said}", "Renew it, or take it out of the file."])


def test_a_waiver_that_expires_soon_is_told(run: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("cloudsoc-waivers.toml").write_text(waiver(expires="2026-03-09"))
    run("cloudsoc::").stdout.fnmatch_lines([f"waiver: {ROTATION} on wrong (SEC-41, web): expires on 2026-03-09"])


# -- which tests run ---------------------------------------------------------------------------------------------------


def test_without_the_option_there_is_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_own():\n    pass\n")
    assert outcomes(pytester.runpytest_inprocess()) == {"passed": 1}


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("cloudsoc::",), {"passed": 1, "failed": 2, "skipped": 1}),
        (("-m", "cloudsoc"), {"passed": 1, "failed": 2, "skipped": 1, "deselected": 1}),
        (("-m", "not cloudsoc"), {"passed": 1, "deselected": 4}),
        (("-k", "right or own"), {"passed": 2, "deselected": 3}),
        ((f"{HERE}/right",), {"passed": 1}),
        ((f"{HERE}/right", "test_own.py"), {"passed": 2}),
        (("cloudsoc/kms-key-rot",), {"passed": 1, "failed": 2, "skipped": 1}),
        (("--deselect", f"{HERE}/wrong", "--deselect", f"{HERE}/denied"), {"passed": 2, "skipped": 1, "deselected": 2}),
    ],
)
def test_tests_are_chosen_as_any_others(args: tuple[str, ...], expected: dict[str, int], run: Run) -> None:
    assert outcomes(run(*args)) == expected


def test_failures_run_again(run: Run) -> None:
    run()
    assert outcomes(run("--lf", "cloudsoc::")) == {"failed": 2, "deselected": 2}


def test_ids_are_the_same_every_time_and_told_apart(pytester: pytest.Pytester) -> None:
    long = "n" * 3 * LONGEST_NAME
    cloudsoc.Inventory([account(**{"b": ON, "a": OFF, f"{long}1": ON, f"{long}2": ON, "x\x1b[2J\n::y": ON, "[p]": ON})]).save(pytester.path / "keys.snapshot")

    def listed() -> list[str]:
        found = pytester.runpytest_inprocess(
            *("--cloudsoc", "--cloudsoc-snapshot=keys.snapshot", f"--cloudsoc-check={ROTATION}", "-p", "no:randomly"), "--collect-only", "-q", "cloudsoc::"
        )
        return [line for line in found.outlines if line.startswith("cloudsoc/")]

    names = listed()
    assert names == listed()
    assert len(set(names)) == 6
    assert all(name.isprintable() for name in names)
    assert names[:1] == [f"{HERE}/[p]"]
    assert f"{HERE}/x\\x1b[2J ::y" in names


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--cloudsoc-check=kms-key-rotation",), "no check matches 'kms-key-rotation'; did you mean kms-key-rotation-enabled?"),
        (("--cloudsoc-snapshot=test_own.py",), "test_own.py"),
        (("--cloudsoc-snapshot=nowhere",), "No such file or directory"),
        (("--cloudsoc-region=eu-west-1",), "a snapshot has its account and regions"),
        (("--cloudsoc-waivers=nowhere.toml",), "cannot read"),
        (("cloudsoc/kms-nothing",), "the scan has no such test"),
    ],
)
def test_wrong_use_is_said_without_a_traceback(args: tuple[str, ...], said: str, run: Run) -> None:
    found = run(*args)
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    assert said in found.stderr.str()
    assert "Traceback" not in found.stderr.str() + found.stdout.str()


def test_no_credentials_are_wrong_use(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    found = pytester.runpytest_inprocess("--cloudsoc", "cloudsoc::")
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    assert "credentials" in found.stderr.str()


# -- under xdist -------------------------------------------------------------------------------------------------------


def test_the_scan_is_handed_to_the_workers(run: Run, pytester: pytest.Pytester) -> None:
    """The controller deletes the snapshot as soon as it has read it: whoever wants to read it again fails."""
    pytester.makeconftest(
        """
import os, pytest

@pytest.hookimpl(trylast=True)
def pytest_configure_node(node):
    if os.path.exists("keys.snapshot"):
        os.remove("keys.snapshot")
"""
    )
    pytester.makepyfile(
        test_own="""
def test_own(cloudsoc_inventory, cloudsoc_report):
    assert cloudsoc_inventory.content_hash
    assert [one.inventory for one in cloudsoc_report.accounts] == [one.content_hash for one in cloudsoc_inventory.accounts]
"""
    )
    found = run("-n", "2", how="runpytest_subprocess")
    assert outcomes(found) == {"passed": 2, "failed": 2, "skipped": 1}
    found.stdout.fnmatch_lines(["2 workers [[]5 items[]]", "why       rotation is off"])
    found.stdout.fnmatch_lines(["NOT COMPLETE: 1 of 4 findings could not be assessed"])


def test_workers_choose_alike(run: Run) -> None:
    assert outcomes(run("-n", "2", f"{HERE}/right", how="runpytest_subprocess")) == {"passed": 1}


def test_wrong_use_under_xdist(run: Run) -> None:
    found = run("-n", "2", "--cloudsoc-check=kms-nothing", how="runpytest_subprocess")
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    assert "no check matches 'kms-nothing'" in found.stderr.str()


def test_nothing_judged_is_no_success(run: Run, pytester: pytest.Pytester) -> None:
    """Tests of one's own beside a scan that looked at nothing would make it green."""
    cloudsoc.Inventory([]).save(pytester.path / "keys.snapshot")
    found = run()
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    assert "nothing in scope was judged" in found.stderr.str()
    assert run("--cloudsoc-incomplete=warn").ret == pytest.ExitCode.OK


# -- other people's suites ---------------------------------------------------------------------------------------------


def test_warnings_as_errors_and_strict_markers(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = --strict-markers --strict-config\nstrict = true\n")
    assert outcomes(run(how="runpytest_subprocess")) == {"passed": 2, "failed": 2, "skipped": 1}


def test_settings_of_a_file_hold(run: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("cloudsoc.toml").write_text(f"[checks.{ROTATION}]\nmax_rotation_days = 90\n")
    found = run(f"{HERE}/right")
    assert outcomes(found) == {"failed": 1}
    found.stdout.fnmatch_lines(["why       every 365 days, the limit is 90"])
    pytester.path.joinpath("other.toml").write_text(f"[checks.{ROTATION}]\nmax_rotation_days = 400\n")
    assert outcomes(run("--cloudsoc-config=other.toml", f"{HERE}/right")) == {"passed": 1}
    pytester.path.joinpath("other.toml").write_text("[checks.no-such-check]\n")
    assert run("--cloudsoc-config=other.toml").ret == pytest.ExitCode.USAGE_ERROR


def test_fixtures_need_no_option(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_own="def test_own(cloudsoc_report):\n    assert [one.verdict.value for one in cloudsoc_report.findings].count('failed') == 1\n")
    found = pytester.runpytest_inprocess("--cloudsoc-snapshot=keys.snapshot", f"--cloudsoc-check={ROTATION}")
    assert outcomes(found) == {"passed": 1}


def test_it_can_be_switched_off(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_own():\n    pass\n")
    found = pytester.runpytest_subprocess("-p", "no:cloudsoc")
    assert outcomes(found) == {"passed": 1}
    assert pytester.runpytest_subprocess("-p", "no:cloudsoc", "--cloudsoc").ret == pytest.ExitCode.USAGE_ERROR


def test_unused_it_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(
        "import sys\ndef test_own():\n"
        "    heavy = {'boto3', 'botocore', 'pydantic', 'networkx', 'click', 'cloudsoc.model', 'cloudsoc.engine', 'cloudsoc.scanning', 'cloudsoc.criteria'}\n"
        "    assert 'cloudsoc.pytest_plugin' in sys.modules\n    assert not heavy & sys.modules.keys()\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_junit_of_pytest_names_the_check(run: Run, pytester: pytest.Pytester) -> None:
    from xml.etree import ElementTree as ET

    run("--junitxml=out.xml", "cloudsoc::")
    cases = ET.parse(pytester.path / "out.xml").getroot().findall(".//testcase")
    assert {one.get("classname") for one in cases} == {f"cloudsoc.{ROTATION}"}
    names = {one.get("name") or "": {child.tag for child in one} - {"properties"} for one in cases}
    assert names[f"{ACCOUNT}:{REGION}:key/wrong"] == {"failure"}
