"""The process, and the ways to reach it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any

import boto3
import pytest

from cloudsoc.demo import Simulation, SimulationError
from cloudsoc.demo.company import SECRET_ACCESS_KEY
from tests.demo.conftest import ONCE

ACCOUNT = "123456789012"


def test_calls_are_recorded(simulation: Simulation, call: Any) -> None:
    call("sts", "get_caller_identity")
    call("s3", "get_bucket_location", "us-east-1", Bucket="acorn-website")
    recorded = simulation.calls()
    assert [(one.operation, one.region, one.status, one.fault) for one in recorded] == [
        ("sts:GetCallerIdentity", "eu-west-1", 200, None),
        ("s3:GetBucketLocation", "us-east-1", 200, None),
    ]
    assert recorded[0].number < recorded[1].number
    simulation.reset_calls()
    assert simulation.calls() == []


def test_latency(simulation: Simulation, call: Any) -> None:
    call("sts", "get_caller_identity")
    simulation.latency(0.25)
    try:
        start = time.monotonic()
        call("sts", "get_caller_identity")
        assert time.monotonic() - start >= 0.25
    finally:
        simulation.latency(0)


def test_the_machine_s_own_aws_configuration_has_no_say(simulation: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_KMS": "http://127.0.0.1:9",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "AWS_REGION": "us-west-2",
    }.items():
        monkeypatch.setenv(name, value)
    session = simulation.session()
    assert session.region_name == "eu-west-1"
    credentials = session.get_credentials()
    assert credentials is not None
    assert (credentials.secret_key, credentials.token) == (SECRET_ACCESS_KEY, None)
    assert session.client("kms", config=ONCE).list_keys()["Keys"]
    session.client("s3control", config=ONCE).put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    session.client("s3control", config=ONCE).delete_public_access_block(AccountId=ACCOUNT)
    assert [one.operation for one in simulation.calls()] == ["kms:ListKeys", "s3control:PutPublicAccessBlock", "s3control:DeletePublicAccessBlock"]


def test_another_process_reaches_it_by_its_environment(simulation: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in simulation.environment().items():
        monkeypatch.setenv(name, value)
    session = boto3.Session()
    assert session.client("sts").get_caller_identity()["Account"] == ACCOUNT
    s3control = session.client("s3control")
    with pytest.raises(s3control.exceptions.ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        s3control.get_public_access_block(AccountId=ACCOUNT)
    assert session.client("s3").get_bucket_location(Bucket="acorn-log-archive")["LocationConstraint"] == "eu-west-1"


def test_before_the_start_and_after_the_end() -> None:
    simulation = Simulation(company=False)
    with pytest.raises(SimulationError, match="not running"):
        simulation.session()
    with simulation:
        port = int(simulation.url.rpartition(":")[2])
        assert simulation.session().client("kms").list_keys()["Keys"] == []
    with pytest.raises(SimulationError, match="not running"):
        simulation.calls()
    assert _is_gone(port)
    simulation.stop()  # once is enough, twice does no harm


def test_the_simulation_dies_with_its_parent() -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import time\nfrom cloudsoc.demo import Simulation\ns = Simulation(company=False)\ns.start()\nprint(s.url.rpartition(':')[2], flush=True)\ntime.sleep(600)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert parent.stdout is not None
        with parent.stdout as said:
            port = int(said.readline())
            assert not _is_gone(port, patience=0)
            parent.send_signal(signal.SIGKILL)
    finally:
        parent.kill()
        parent.wait()
    assert _is_gone(port)


def _is_gone(port: int, patience: float = 10) -> bool:
    end = time.monotonic() + patience
    while True:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) != 0:
                break
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)
    return True


def test_a_start_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", os.path.join(os.sep, "nowhere", "python"))
    with pytest.raises(SimulationError, match="did not start"):
        Simulation(company=False).start()


@pytest.mark.parametrize("missing", ["moto", "flask"])
def test_without_moto_one_line_says_so(missing: str) -> None:
    code = f"import sys\nsys.modules[{missing!r}] = None\ntry:\n    import cloudsoc.demo\nexcept ImportError as error:\n    print(type(error).__name__, error)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "MissingExtraError the demo needs its extra: pip install 'cloudsoc[demo]'\n"
