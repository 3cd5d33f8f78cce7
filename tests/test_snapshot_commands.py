"""``cloudsoc collect`` and ``cloudsoc evaluate``: what goes into a file, what comes out of it, and how the commands end."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

import cloudsoc
from cloudsoc import Inventory, Outcome, Report
from cloudsoc.cli import main
from cloudsoc.engine.plan import Plan, fact_name
from tests.end_to_end.account import ACCOUNT, REGION, Simulated

pytest_plugins = ["tests.end_to_end.conftest"]

HERE = ("--region", REGION)
ROTATION = "kms-key-rotation-enabled"
KEYS = ("--check", ROTATION, "--check", "kms-key-not-pending-deletion")
BARE = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}


def built(aws: Simulated) -> Simulated:
    """Two keys, of which one rotates, and a bucket."""
    kms = aws.client("kms")
    kms.enable_key_rotation(KeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    kms.create_key()
    aws.client("s3").create_bucket(Bucket="acorn", CreateBucketConfiguration={"LocationConstraint": REGION})
    return aws


@pytest.fixture
def account(aws: Simulated, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Simulated:
    """An account to which the commands lead."""
    monkeypatch.setattr(cloudsoc, "session", lambda **_: aws.session, raising=False)
    monkeypatch.chdir(tmp_path)
    return built(aws)


@pytest.fixture(scope="module")
def kept() -> bytes:
    """A snapshot of it, with what some checks of keys need."""
    with mock_aws(), tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a"
        cloudsoc.collect(built(Simulated()).session, checks=KEYS[1::2], regions=[REGION]).save(file)
        return file.read_bytes()


@pytest.fixture
def taken(kept: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    Path("a.snapshot").write_bytes(kept)
    return Path("a.snapshot")


def judged(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, Report]:
    capsys.readouterr()
    code = main(["evaluate", *args, "--format", "json"])
    return code, Report.from_json(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    capsys.readouterr()
    assert main([*args]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return " ".join(err.split())


def rewritten(file: Path, change: Callable[[list[Any]], list[Any]], to: str = "other.snapshot") -> str:
    """A file as another cloudsoc might have written it: its lines changed, with an end that fits."""
    lines = change([json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()][:-1])
    body = "".join(json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n" for line in lines).encode()
    end = {"end": {"lines": len(lines), "sha256": hashlib.sha256(body).hexdigest()}}
    Path(to).write_bytes(gzip.compress(body + json.dumps(end, sort_keys=True, separators=(",", ":")).encode() + b"\n"))
    return to


# -- there and back -------------------------------------------------------------------------------------------------------


def test_a_snapshot_says_what_a_scan_says(account: Simulated, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = (*KEYS, "--check", "s3-bucket-*", *HERE)
    code = main(["scan", *chosen, "--format", "json"])
    direct = Report.from_json(capsys.readouterr().out)
    assert main(["collect", "-o", "a.snapshot", *chosen, "--incomplete", "warn"]) == 0
    again, later = judged(capsys, "a.snapshot", *chosen[:6])
    assert code == again
    assert direct.failed()

    def told(report: Report) -> list[Any]:
        return sorted(one.model_dump_json(exclude={"observed_at"}) for one in report.findings)

    assert told(direct) == told(later)
    assert direct.criteria == later.criteria
    assert direct.coverage == later.coverage
    assert direct.asked == later.asked
    assert direct.accounts[0].inventory == later.accounts[0].inventory
    assert {call.operation for call in direct.accounts[0].calls} == {call.operation for call in later.accounts[0].calls}


def test_it_is_private_replaces_what_was_there_and_says_what_it_read(account: Simulated, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.snapshot").write_text("something else")
    assert main(["collect", "-o", "a.snapshot", "--check", ROTATION, *HERE]) == 0
    out, err = capsys.readouterr()
    assert Path("a.snapshot").stat().st_mode & 0o777 == 0o600
    assert os.listdir() == ["a.snapshot"]
    assert f"account  {ACCOUNT}" in err
    first, *_, last = out.splitlines()
    assert first.startswith(f"Account {ACCOUNT}, ")
    assert ": 2 resources, " in first
    assert last.endswith(f"content hash {Inventory.load('a.snapshot').content_hash}")


def test_gate_baseline_and_waivers_are_those_of_a_scan(taken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = judged(capsys, str(taken), "--check", ROTATION)
    assert code == 1
    assert main(["evaluate", str(taken), "--check", ROTATION, "--fail-on", "critical"]) == 0
    assert main(["evaluate", str(taken), "--check", ROTATION, "--output", "report.json"]) == 1
    assert main(["evaluate", str(taken), "--check", ROTATION, "--baseline", "report.json"]) == 0
    (failed,) = report.failed()
    waiver = {"check": ROTATION, "resource": failed.resource.id, "expires": "2999-01-01"} | dict.fromkeys(("reason", "owner", "approver", "ticket"), "x")
    lines = [f"{name} = {value if name == 'expires' else json.dumps(value)}" for name, value in waiver.items()]
    Path("cloudsoc-waivers.toml").write_text("\n".join(["[[waiver]]", *lines]))
    assert main(["evaluate", str(taken), "--check", ROTATION]) == 0


# -- several accounts -----------------------------------------------------------------------------------------------------


def neighbour(file: Path) -> str:
    """The same snapshot of another account."""
    return rewritten(file, lambda lines: [json.loads(json.dumps(line).replace(ACCOUNT, "444455556666")) for line in lines], "neighbour.snapshot")


def test_several_files_are_several_accounts(taken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = judged(capsys, str(taken), neighbour(taken), "--check", ROTATION)
    assert code == 1
    assert [one.account for one in report.accounts] == [ACCOUNT, "444455556666"]
    assert {one.resource.account for one in report.failed()} == {ACCOUNT, "444455556666"}
    whole = Inventory([one for name in (str(taken), "neighbour.snapshot") for one in Inventory.load(name).accounts])
    whole.save("both.snapshot")
    assert judged(capsys, "both.snapshot", "--check", ROTATION)[1].findings == report.findings


def test_one_account_twice_is_refused(taken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"account {ACCOUNT} is in a.snapshot and in a.snapshot" in refused(capsys, "evaluate", str(taken), str(taken))
    Path("copy").write_bytes(taken.read_bytes())
    neighbour(taken)
    assert f"account {ACCOUNT} is in a.snapshot and in copy" in refused(capsys, "evaluate", "neighbour.snapshot", "a.snapshot", "copy")


# -- what is not in the file ----------------------------------------------------------------------------------------------


def test_checks_that_it_was_not_taken_for_are_not_assessed(taken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = judged(capsys, str(taken), "--check", "s3-bucket-requires-*")
    assert code == 3
    assert {one.verdict for one in report.findings} == {Outcome.NOT_ASSESSED}
    assert {one.check for one in report.findings} == {id for id in cloudsoc.load_checks() if id.startswith("s3-bucket-requires-")}
    assert all("collected for other checks" in one.reason for one in report.findings)


def test_a_field_and_a_class_of_today_are_unread_in_a_snapshot_of_yesterday(taken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def older(lines: list[Any], change: Callable[[dict[str, Any]], Any]) -> list[Any]:
        change(lines[1]["account"]["fields"])
        return lines

    without_field = rewritten(taken, lambda lines: older(lines, lambda fields: fields["kms.KeyRotation"].remove("key_rotation_enabled")))
    code, report = judged(capsys, without_field, "--check", ROTATION)
    assert code == 3
    assert not {one.verdict for one in report.findings} & {Outcome.PASSED, Outcome.FAILED}
    assert {one.reason.partition(" (")[0] for one in report.not_assessed} == {
        "kms:GetKeyRotationStatus: the snapshot is older than kms.KeyRotation.key_rotation_enabled"
    }
    without_class = rewritten(
        taken,
        lambda lines: (
            older(lines, lambda fields: fields.pop("kms.KeyRotation"))[:2] + [line for line in lines[2:] if "kms.KeyRotation" not in json.dumps(line)]
        ),
    )
    code, report = judged(capsys, without_class, "--check", ROTATION)
    assert code == 3
    assert not {one.verdict for one in report.findings} & {Outcome.PASSED, Outcome.FAILED}
    assert all("by an older cloudsoc" in one.reason for one in report.not_assessed)


def test_it_is_judged_for_the_regions_that_were_read_unless_others_are_named(account: Simulated, capsys: pytest.CaptureFixture[str]) -> None:
    account.client("kms", "us-east-1").create_key()
    assert main(["collect", "-o", "two", *KEYS, *HERE, "--region", "us-east-1"]) == 0
    code, report = judged(capsys, "two", "--check", ROTATION)
    assert (code, report.asked.regions, len(report.failed())) == (1, (REGION, "us-east-1"), 2)
    code, report = judged(capsys, "two", "--check", ROTATION, *HERE)
    assert (code, report.asked.regions, len(report.failed())) == (1, (REGION,), 1)
    assert {row.region: row.outside for row in report.coverage}["us-east-1"] == 1
    assert report.accounts[0].inventory == Inventory.load("two").accounts[0].content_hash
    code, report = judged(capsys, "two", "--check", ROTATION, *HERE, "--region", "eu-central-1")
    assert code == 1
    (gap,) = report.not_assessed
    assert (gap.resource.region, gap.reason.partition(" (")[0]) == ("eu-central-1", "kms:ListKeys: the snapshot was collected without this region")
    assert not report.complete
    assert judged(capsys, "two", "--check", ROTATION, "--region", "eu-central-1")[0] == 3
    assert "did you mean eu-west-1" in refused(capsys, "evaluate", "two", "--region", "eu-wset-1")


def test_other_settings_of_a_fact_than_it_was_read_with_leave_it_unread(account: Simulated) -> None:
    bucket = account.client("s3")
    bucket.delete_public_access_block(Bucket="acorn")
    bucket.put_bucket_ownership_controls(Bucket="acorn", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    for name in ("a", "b", "c"):
        bucket.put_object(Bucket="acorn", Key=name, Body=b"")
    bucket.put_object_acl(Bucket="acorn", Key="c", ACL="public-read")
    id = "s3-object-sample-is-not-public"
    inventory = cloudsoc.collect(account.session, checks=[id], regions=[REGION], settings={"sample_size": 2})
    inventory.save("a.snapshot")
    for kept in (inventory, Inventory.load("a.snapshot")):
        assert cloudsoc.evaluate(kept, checks=[id], settings={"sample_size": 2}).findings[0].verdict is Outcome.PASSED
        for other in ({}, {"sample_size": 3}):
            (finding,) = cloudsoc.evaluate(kept, checks=[id], settings=other).findings
            assert finding.verdict is Outcome.NOT_ASSESSED
            assert f"the snapshot was collected with sample_size 2, not {other.get('sample_size', 100)}" in finding.reason


def test_the_file_of_settings_holds_for_both(account: Simulated, capsys: pytest.CaptureFixture[str]) -> None:
    Path("cloudsoc.toml").write_text(f'[select]\nchecks = ["{ROTATION}"]\n[settings]\nsample_size = 7\n[checks.{ROTATION}]\nmax_rotation_days = 30\n')
    assert main(["collect", "-o", "a.snapshot", *HERE]) == 0
    assert "kms.KeyRotation" in Inventory.load("a.snapshot").accounts[0].fields
    assert "s3.ObjectSample" not in Inventory.load("a.snapshot").accounts[0].fields
    code, report = judged(capsys, "a.snapshot")
    assert (code, len(report.failed())) == (1, 2)
    assert report.asked.checks[0].settings["max_rotation_days"] == 30
    code, report = judged(capsys, "a.snapshot", "--no-config", "--check", ROTATION)
    assert (code, len(report.failed())) == (1, 1)


# -- what did not go well -------------------------------------------------------------------------------------------------


def test_what_could_not_be_read_is_told_and_is_exit_code_3(account: Simulated, capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean eu-west-1?" in refused(capsys, "collect", "-o", "a.snapshot", *KEYS, "--region", "eu-wset-1")
    assert os.listdir() == []
    account.refuses("kms:GetKeyRotationStatus", "AccessDeniedException")
    assert main(["collect", "-o", "a.snapshot", *KEYS, *HERE]) == 3
    out = capsys.readouterr().out
    assert "NOT READ  2\n" in out
    assert f"     2  kms:GetKeyRotationStatus: AccessDeniedException in {REGION}\n" in out
    assert main(["collect", "-o", "a.snapshot", *KEYS, *HERE, "--incomplete", "warn"]) == 0
    code, report = judged(capsys, "a.snapshot", "--check", ROTATION)
    assert (code, len(report.not_assessed)) == (3, 2)
    assert not {one.verdict for one in report.findings} & {Outcome.PASSED, Outcome.FAILED}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("collect", "-o", "no/such/folder/a"), "there is no folder no/such/folder"),
        (("collect", "-o", "."), "is a folder"),
        (("collect",), "Missing option '-o'"),
        (("collect", "-o", "a", "--external-id", "x"), "--role-arn"),
        (("evaluate",), "Missing argument"),
        (("evaluate", "nothing"), "does not exist"),
        (("evaluate", "text"), "text: is not a snapshot of cloudsoc"),
        (("evaluate", "report.json"), "report.json: is not a snapshot of cloudsoc"),
    ],
)
def test_wrong_use_says_why(args: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text").write_text("hello\n")
    Path("report.json").write_text('{"schema_version": 1}')
    assert said in refused(capsys, *args)
    assert not Path("a").exists()


def test_a_damaged_a_cut_and_a_newer_file_are_wrong_use(taken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = taken.read_bytes()
    Path("cut").write_bytes(whole[: len(whole) // 2])
    assert "cut: breaks off or is damaged after line" in refused(capsys, "evaluate", "cut")
    text = gzip.decompress(whole).replace(b'"key_rotation_enabled":false', b'"key_rotation_enabled":true ')
    assert text != gzip.decompress(whole)
    Path("edited").write_bytes(gzip.compress(text))
    assert "edited: the content does not fit its hash" in refused(capsys, "evaluate", "edited")
    newer = rewritten(taken, lambda lines: [{"snapshot": lines[0]["snapshot"] | {"version": 99}}, *lines[1:]])
    assert "has format 99" in refused(capsys, "evaluate", newer)


def test_without_credentials_it_says_so_for_its_own_command(tmp_path: Path) -> None:
    args = [sys.executable, "-m", "cloudsoc", "collect", "-o", str(tmp_path / "a")]
    done = subprocess.run(args, capture_output=True, text=True, check=False, env=BARE, timeout=120)
    assert done.returncode == 2
    assert "cloudsoc collect --profile NAME" in done.stderr
    assert os.listdir(tmp_path) == []


def test_two_readings_of_one_state_have_one_hash_in_two_time_zones_and_under_two_hash_seeds(tmp_path: Path) -> None:
    """What the simulator dates with the moment it is asked (log deliveries, the credential report) is left out: those are other states."""
    from cloudsoc.demo import Simulation

    checks = cloudsoc.load_checks()
    plan, dated = Plan(checks), {"cloudtrail.TrailStatus", "iam.CredentialRow", "iam.RootCredentialRow"}
    same = [id for id, check in checks.items() if dated.isdisjoint(map(fact_name, plan.facts_of(check)))]
    assert len(same) > len(checks) / 2
    chosen = [*(word for id in same for word in ("--check", id)), *HERE, "--incomplete", "warn"]
    with Simulation() as simulation:
        for name, zone, seed in (("a", "Asia/Kolkata", "1"), ("b", "America/St_Johns", "77")):
            args = [sys.executable, "-m", "cloudsoc", "collect", "-o", str(tmp_path / name), *chosen]
            env = BARE | simulation.environment() | {"TZ": zone, "PYTHONHASHSEED": seed}
            done = subprocess.run(args, capture_output=True, text=True, check=False, env=env, timeout=120)
            assert done.returncode == 0, done.stderr
    one, other = Inventory.load(tmp_path / "a"), Inventory.load(tmp_path / "b")
    assert one.content_hash == other.content_hash
    assert sum(map(len, one.accounts[0].facts.values())) > 100
    assert {call.request_ids for call in one.accounts[0].calls} != {call.request_ids for call in other.accounts[0].calls}


def test_ctrl_c_writes_what_there_is(tmp_path: Path) -> None:
    from cloudsoc.demo import Simulation

    file = tmp_path / "a.snapshot"
    with Simulation(latency=1.0) as simulation:
        process = subprocess.Popen(
            [sys.executable, "-m", "cloudsoc", "collect", "-o", str(file)],
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
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
            process.communicate()
    assert process.returncode == 130, err
    assert "interrupted" in err
    assert "interrupted" in out
    inventory = Inventory.load(file)
    assert "interrupted" in {one.error for one in inventory.unread}
    assert inventory.accounts[0].addresses
