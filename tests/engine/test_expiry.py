"""Credentials that run out while a collection runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import botocore.client
import botocore.credentials
import pytest
from botocore.exceptions import ClientError

import cloudsoc
from cloudsoc.cli import main
from cloudsoc.engine.collect import THREADS
from cloudsoc.engine.credentials import renew
from cloudsoc.engine.credentials import session as made_session
from cloudsoc.engine.expiry import ENOUGH, Expiry
from tests.end_to_end.account import REGION, Simulated
from tests.engine.house import CHECKS, IS_SHUT
from tests.engine.wire import Answer, answering, refusal, response

pytest_plugins = ["tests.end_to_end.conftest"]
ROOMS = {IS_SHUT: CHECKS[IS_SHUT]}
COUNT = 40
ARN = f"arn:aws:kms:{REGION}:123456789012:key/"
ROLE = "arn:aws:iam::123456789012:role/auditor"


@pytest.fixture(autouse=True)
def _own_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


class Sts:
    """The calls that are made for credentials, and the clock by which those count as expired: ``late`` is how many hours it runs ahead, until others are got."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.late, self.refuses = 0.0, False
        real = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

        def watched(client: Any, name: str, params: Any) -> Any:
            if not name.startswith("AssumeRole"):
                return real(client, name, params)
            self.asked.append(name)
            if self.refuses:
                raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "the source has expired"}}, name)
            found = real(client, name, params)
            self.late = 0.0
            return found

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", watched)
        now = botocore.credentials._local_now  # type: ignore[attr-defined]
        monkeypatch.setattr(botocore.credentials, "_local_now", lambda: now() + timedelta(hours=self.late))

    def watch(self, session: boto3.Session) -> boto3.Session:
        credentials: Any = session.get_credentials()
        credentials._time_fetcher = botocore.credentials._local_now  # type: ignore[attr-defined]
        return session


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Sts:
    return Sts(monkeypatch)


def house(session: boto3.Session, describe: Callable[[dict[str, Any]], Answer] | None = None) -> list[dict[str, Any]]:
    """Forty rooms; gives the requests about them."""
    rooms = [{"KeyId": str(number), "KeyArn": f"{ARN}{number}"} for number in range(COUNT)]
    answering(session, "kms.ListKeys", lambda _: (200, {"Keys": rooms}))
    return answering(session, "kms.DescribeKey", describe or shut)


def shut(asked: dict[str, Any]) -> Answer:
    return 200, {"KeyMetadata": {"KeyId": asked["KeyId"], "KeyState": "Enabled"}}


def role_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    return made_session(role_arn=ROLE, region=REGION)


def role_of_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    (tmp_path / "credentials").write_text("[root]\naws_access_key_id = testing\naws_secret_access_key = testing\n")
    (tmp_path / "config").write_text(f"[profile audit]\nrole_arn = {ROLE}\nsource_profile = root\nregion = {REGION}\n")
    return made_session(profile="audit")


def web_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    (tmp_path / "token").write_text("a.b.c")
    (tmp_path / "config").write_text(f"[profile audit]\nrole_arn = {ROLE}\nweb_identity_token_file = {tmp_path / 'token'}\nregion = {REGION}\n")
    return made_session(profile="audit")


# -- renewed ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [role_of_ours, role_of_a_profile, web_identity])
def test_credentials_of_a_role_are_renewed_in_the_middle(
    made: Callable[..., boto3.Session], aws: Simulated, sts: Sts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sts.watch(made(tmp_path, monkeypatch))

    def describe(asked: dict[str, Any]) -> Answer:
        if asked["KeyId"] == str(COUNT // 4):
            sts.late = 2.0
        return shut(asked)

    sent = house(session, describe)
    report = cloudsoc.scan(session, checks=ROOMS, regions=[REGION])
    assert report.complete, {(cause.error, cause.message) for one in report.not_assessed for cause in one.causes}
    assert len(sent) == COUNT
    assert sts.asked == ["AssumeRoleWithWebIdentity" if made is web_identity else "AssumeRole"] * 2


def test_keys_of_a_profile_that_somebody_writes_anew_are_read_again_and_nothing_is_lost(aws: Simulated, tmp_path: Path) -> None:
    def write(key: str) -> None:
        (tmp_path / "credentials").write_text(f"[audit]\naws_access_key_id = {key}\naws_secret_access_key = s\naws_session_token = t-{key}\n")

    write("ONE")
    session = made_session(profile="audit", region=REGION)
    credentials = session.get_credentials()
    assert credentials is not None
    lock = threading.Lock()

    def describe(asked: dict[str, Any]) -> Answer:
        with lock:
            if asked["KeyId"] == "7":
                write("TWO")
            expired = (tmp_path / "credentials").read_text().count("TWO") and credentials.access_key == "ONE"
        return refusal("ExpiredTokenException") if expired else shut(asked)

    house(session, describe)
    report = cloudsoc.scan(session, checks=ROOMS, regions=[REGION])
    assert report.complete, {(cause.error, cause.message) for one in report.not_assessed for cause in one.causes}
    assert (credentials.access_key, credentials.token) == ("TWO", "t-TWO")
    assert not renew(session)


# -- lost -------------------------------------------------------------------------------------------------------------------


def test_a_role_that_cannot_be_renewed_ends_the_collection_soon(aws: Simulated, sts: Sts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = sts.watch(role_of_ours(tmp_path, monkeypatch))

    def describe(asked: dict[str, Any]) -> Answer:
        sts.late, sts.refuses = 2.0, True
        return shut(asked)

    sent = house(session, describe)
    report = cloudsoc.scan(session, checks=ROOMS, regions=[REGION])
    causes = {cause.error for one in report.not_assessed for cause in one.causes}
    assert "the credentials are not accepted any more: AssumeRole: ExpiredToken: the source has expired" in causes
    assert causes <= {"the credentials are not accepted any more: AssumeRole: ExpiredToken: the source has expired", "ExpiredToken"}
    assert len(report.not_assessed) >= COUNT - len(sent) > 0
    assert len(sts.asked) <= 1 + THREADS + ENOUGH  # each thread that was at it, and few more


def test_keys_that_aws_accepts_no_more_end_the_collection_soon_with_exit_code_3(
    aws: Simulated, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    over = threading.Event()

    def describe(asked: dict[str, Any]) -> Answer:
        over.set()
        return refusal("ExpiredTokenException")

    sent = house(aws.session, describe)
    asked_who: list[bool] = []

    def who(request: Any, **_: Any) -> Any:
        asked_who.append(over.is_set())
        if not over.is_set():
            return None
        error = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>it has expired</Message></Error></ErrorResponse>"
        return response(request, 403, error)

    handler: Any = who
    aws.session.events.register_first("before-send.sts.GetCallerIdentity", handler)
    monkeypatch.setattr(cloudsoc, "session", lambda **_: aws.session)
    monkeypatch.setattr("cloudsoc.engine.registry.load_checks", lambda *_: CHECKS)
    monkeypatch.setattr("cloudsoc.cli.selection.Selection.checks", lambda _: ROOMS)
    assert main(["scan", "--region", REGION, "--format", "json"]) == 3
    report = cloudsoc.Report.from_json(capsys.readouterr().out)
    rooms = [one for one in report.findings if one.resource.region == REGION]
    assert {one.verdict.value for one in rooms} == {"not_assessed"}
    assert len(rooms) == COUNT or any(one.population for one in rooms)  # the listing may have been in the middle of its work
    causes = {cause.error for one in report.not_assessed for cause in one.causes}
    assert "the credentials are not accepted any more: ExpiredToken: it has expired" in causes
    assert asked_who == [False, True]
    assert len(sent) <= COUNT


def test_one_service_that_refuses_is_no_proof(aws: Simulated) -> None:
    """A region that is not enabled says the same of good credentials."""
    house(aws.session, lambda asked: refusal("UnrecognizedClientException") if int(asked["KeyId"]) % 2 else shut(asked))
    report = cloudsoc.scan(aws.session, checks=ROOMS, regions=[REGION])
    assert len(report.not_assessed) == COUNT // 2
    assert {cause.error for one in report.not_assessed for cause in one.causes} == {"UnrecognizedClientException"}


def test_it_asks_whether_they_hold_after_three_refusals_in_a_row_and_ever_more_seldom() -> None:
    now, times = [0.0], []
    expiry = Expiry(lambda: now[0])
    expiry.lost = lambda: times.append(now[0])
    for second in range(100):
        now[0] = second
        assert not expiry.renewed("ExpiredToken", now[0])
    assert times == [2, 8, 20, 44, 92]
    expiry.accepted()
    assert not expiry.renewed("AccessDenied", now[0])
    assert expiry.over == ""
