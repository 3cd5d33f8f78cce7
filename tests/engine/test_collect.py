"""Collection: what is asked, and what stands where an answer did not come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

import cloudsoc
from cloudsoc import NoCredentials, Outcome, SettingsError, UnknownRegion
from cloudsoc.aws.account import Region
from cloudsoc.engine.clients import Clients, UndeclaredOperation, shortened
from cloudsoc.engine.credentials import session as made_session
from cloudsoc.engine.workers import Task, Workers
from cloudsoc.model import MEDIUM, Failed, Its, NotApplicable, Passed, Resource, Verdict, check, listed, reads
from cloudsoc.model.criterion import CC6_1
from tests.end_to_end.account import ACCOUNT, REGION, Found, Simulated
from tests.engine.house import CHECKS, IS_NAMED, IS_SHUT, keys

pytest_plugins = ["tests.end_to_end.conftest"]


def error(code: str, operation: str = "X") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "said"}, "ResponseMetadata": {"RequestId": "r-1"}}, operation)  # type: ignore[typeddict-item]


def scanned(aws: Simulated, *checks: str, regions: Iterable[str] | None = (REGION,), settings: Mapping[str, Any] | None = None) -> Found:
    """What the checks of the house find."""
    chosen = {id: CHECKS[id] for id in checks or (IS_SHUT,)}
    return Found(cloudsoc.scan(aws.session, checks=chosen, regions=regions, settings=settings))


# -- the guard ------------------------------------------------------------------------------------------------------------


def test_what_no_fact_declared_never_leaves_the_process(aws: Simulated) -> None:
    clients = Clients(aws.session, ["kms:ListKeys"], 2)
    sent: list[str] = []
    aws.session.events.register("before-send.*.*", lambda **event: sent.append(event["request"].url))
    list(clients.pages("kms:ListKeys", "eu-west-1", {}))
    assert len(sent) == 1
    with pytest.raises(UndeclaredOperation, match="kms:ScheduleKeyDeletion"):
        list(clients.pages("kms:ScheduleKeyDeletion", "eu-west-1", {"KeyId": "x"}))
    with pytest.raises(UndeclaredOperation):
        clients.client("kms", "eu-west-1").create_key()
    assert len(sent) == 1


def test_a_client_is_made_once(aws: Simulated) -> None:
    clients = Clients(aws.session, ["kms:ListKeys"], 2)
    assert clients.client("kms", "eu-west-1") is clients.client("kms", "eu-west-1")
    assert clients.client("kms", "eu-west-1") is not clients.client("kms", "us-east-1")


# -- pages ----------------------------------------------------------------------------------------------------------------


def test_all_pages_of_what_botocore_can_page(aws: Simulated) -> None:
    def page(name: str, more: dict[str, Any]) -> dict[str, Any]:
        return {"Keys": [{"KeyId": name, "KeyArn": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{name}"}]} | more

    aws.answers("kms:ListKeys", [page("1", {"Truncated": True, "NextMarker": "m"}), page("2", {"Truncated": False})])
    aws.answers("kms:DescribeKey", lambda asked: {"KeyMetadata": {"KeyId": asked["KeyId"], "KeyState": "Enabled"}})
    assert scanned(aws).verdicts(IS_SHUT) == {"1": "passed", "2": "passed"}


def test_pages_that_botocore_does_not_know_are_followed_and_a_token_left_over_is_an_error(aws: Simulated) -> None:
    clients = Clients(aws.session, ["config:DescribeConformancePackStatus", "cloudtrail:DescribeTrails"], 2)
    client = clients.client("wafv2", "eu-west-1")
    assert not client.can_paginate("list_web_acls")
    clients = Clients(aws.session, ["wafv2:ListWebACLs"], 2)
    asked: list[Mapping[str, Any]] = []

    def answer(request: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(dict(request))
        return {"WebACLs": [], "NextMarker": "two"} if len(asked) == 1 else {"WebACLs": []}

    aws.answers("wafv2:ListWebACLs", answer)
    assert len(list(clients.pages("wafv2:ListWebACLs", "eu-west-1", {"Scope": "REGIONAL"}))) == 2
    assert asked == [{"Scope": "REGIONAL"}, {"Scope": "REGIONAL", "NextMarker": "two"}]


def test_a_token_that_leads_in_circles_is_an_error(aws: Simulated) -> None:
    clients = Clients(aws.session, ["wafv2:ListWebACLs"], 2)
    aws.answers("wafv2:ListWebACLs", lambda _: {"WebACLs": [], "NextMarker": "again"})
    with pytest.raises(RuntimeError, match="cannot be followed"):
        list(clients.pages("wafv2:ListWebACLs", "eu-west-1", {"Scope": "REGIONAL"}))


# -- what did not come ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure",
    [
        error("AccessDeniedException"),
        error("InternalFailure"),
        ConnectTimeoutError(endpoint_url="https://x"),
        NotImplementedError("not in this simulator"),
        KeyError("bug"),
    ],
    ids=lambda one: type(one).__name__,
)
@pytest.mark.parametrize("operation", ["kms:ListKeys", "kms:DescribeKey"])
def test_whatever_is_raised_is_not_assessed(operation: str, failure: Exception, aws: Simulated) -> None:
    keys(aws, 2)
    aws.answers(operation, failure)
    found = scanned(aws)
    rows = [one for one in found.report.findings if one.resource.region == REGION]
    assert {one.verdict for one in rows} == {Outcome.NOT_ASSESSED}
    assert len(rows) == (1 if operation == "kms:ListKeys" else 2)
    assert {cause.operation for one in rows for cause in one.causes} == {operation}
    assert not found.report.complete


def test_an_item_without_its_identity_or_of_another_type_is_unread_and_not_its_page(aws: Simulated) -> None:
    vpc = {"VpcId": "vpc-1", "OwnerId": ACCOUNT, "IsDefault": False}
    aws.session.events.register_first("before-call.ec2.DescribeVpcs", lambda **_: _answer({"Vpcs": [vpc, {"OwnerId": ACCOUNT}]}))
    found = aws.scan("vpc-flow-logs-enabled")
    assert found.verdicts("vpc-flow-logs-enabled") == {"vpc-1": "failed"}
    assert found.verdicts("vpc-flow-logs-enabled", population=True)["eu-west-1"] == "not_assessed"


def test_a_member_of_another_type_is_unread_never_guessed_at(aws: Simulated) -> None:
    good, odd = keys(aws, 2)
    aws.session.events.register(
        "after-call.kms.DescribeKey", lambda parsed, **_: parsed["KeyMetadata"].update({"KeyState": 17} if parsed["KeyMetadata"]["KeyId"] == odd else {})
    )
    found = scanned(aws)
    assert found.verdicts(IS_SHUT) == {good: "passed", odd: "not_assessed"}
    (cause,) = found.one(IS_SHUT, odd).causes
    assert (cause.error, cause.message) == ("malformed answer", "key_state: Input should be a valid string")


def _answer(parsed: dict[str, Any]) -> Any:
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders

    return AWSResponse("https://recorded", 200, HTTPHeaders(), None), parsed | {"ResponseMetadata": {"HTTPStatusCode": 200}}


def test_what_vanishes_is_listed_again_leaves_and_is_counted(aws: Simulated) -> None:
    stays, goes = keys(aws, 2)
    arn = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/"
    both = [{"KeyId": key, "KeyArn": arn + key} for key in (stays, goes)]
    aws.answers("kms:ListKeys", [{"Keys": both}, {"Keys": both[:1]}])

    def describe(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        if asked["KeyId"] == goes:
            raise error("NotFoundException", "DescribeKey")
        return {"KeyMetadata": {"KeyId": stays, "KeyState": "Enabled"}}

    aws.answers("kms:DescribeKey", describe)
    found = scanned(aws)
    assert found.verdicts(IS_SHUT) == {stays: "passed"}
    assert found.report.accounts[0].vanished == {"kms.Room": 1}
    assert found.report.complete
    assert Counter(call.operation for call in found.report.accounts[0].calls)["kms:ListKeys"] == 2


def test_what_AWS_calls_gone_and_lists_all_the_same_is_unread(aws: Simulated) -> None:  # noqa: N802 - AWS's own name
    (key,) = keys(aws, 1)
    aws.refuses("kms:DescribeKey", "NotFoundException")
    found = scanned(aws)
    assert found.verdicts(IS_SHUT) == {key: "not_assessed"}
    assert found.report.accounts[0].vanished == {}


def test_shadow_trails_are_one_trail_asked_at_home(aws: Simulated) -> None:
    """CT-2: seen from every region, it lives in one, even where that one is outside of what was asked for."""
    aws.client("s3", "us-east-1").create_bucket(Bucket="acorn-archive")
    trail = aws.client("cloudtrail", "us-east-1").create_trail(Name="audit", S3BucketName="acorn-archive", IsMultiRegionTrail=True)["TrailARN"]
    aws.client("cloudtrail", "us-east-1").start_logging(Name=trail)
    aws.answers(
        "cloudtrail:GetEventSelectors",
        {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}]},
    )
    found = aws.scan("cloudtrail-*", regions=["eu-west-1", "eu-west-2"])
    assert found.verdicts("cloudtrail-multi-region-trail-enabled") == {ACCOUNT: "passed"}
    asked = [(call.region, call.subject) for call in found.report.accounts[0].calls if call.operation == "cloudtrail:GetTrailStatus"]
    assert asked == [("us-east-1", trail)]
    assert found.verdicts("cloudtrail-logs-encrypted-with-kms") == {}  # where it lives was not asked for: counted, not judged
    assert [
        (row.region, row.outside)
        for row in found.report.coverage
        if row.check == "cloudtrail-logs-encrypted-with-kms" and row.outside and row.region == "us-east-1"
    ] == [("us-east-1", 1)]


# -- scope ------------------------------------------------------------------------------------------------------------------


def test_an_unknown_region_is_an_error_with_the_nearest(aws: Simulated) -> None:
    with pytest.raises(UnknownRegion, match="'eu-wst-1'; did you mean eu-west-1"):
        scanned(aws, regions=["eu-wst-1"])


def test_a_whole_scan_in_a_users_own_mock(aws: Simulated) -> None:
    """What moto lacks is not assessed, never a crash."""
    report = cloudsoc.scan(aws.session, checks=cloudsoc.load_checks(), regions=["eu-west-1"])
    assert {one.check for one in report.findings} == set(cloudsoc.load_checks())
    assert not any(cause.error.startswith("raised") for one in report.findings for cause in one.causes)


@pytest.mark.parametrize(("home", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_other_partitions(home: str, partition: str, aws: Simulated) -> None:
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=home)
    session.client("kms").create_key()
    session.client("s3").create_bucket(Bucket="front", CreateBucketConfiguration={"LocationConstraint": home})  # type: ignore[typeddict-item]
    report = cloudsoc.scan(session, checks=CHECKS, regions=[home])
    assert report.accounts[0].partition == partition
    assert {one.resource.partition for one in report.findings} == {partition}
    assert {one.resource.arn.partition(":s3:")[0] for one in report.findings if one.check == IS_NAMED} == {f"arn:{partition}"}
    assert [one.verdict for one in report.findings if one.check == IS_SHUT and not one.population] == [Outcome.PASSED]
    assert {call.operation for call in report.accounts[0].calls if call.outcome == "read"} >= {"s3:ListBuckets", "kms:DescribeKey"}


# -- settings ---------------------------------------------------------------------------------------------------------------


def test_settings_reach_their_check(aws: Simulated) -> None:
    (key,) = keys(aws, 1)
    strict = scanned(aws, settings={IS_SHUT: {"states": ["Disabled"]}})
    assert strict.one(IS_SHUT, key).reason == "it is Enabled"
    (asked,) = strict.report.asked.checks
    assert asked.settings == {"states": ["Disabled"]}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"kms-key-rotation-enabled": {"max_rotation_day": 90}},
            "kms-key-rotation-enabled.max_rotation_day: there is no such setting; did you mean max_rotation_days",
        ),
        ({"kms-key-rotation-enabled": {"max_rotation_days": "90"}}, "kms-key-rotation-enabled.max_rotation_days: "),
        ({"kms-key-rotation-enabled": 90}, "a table of names and values"),
        ({"kms-key-rotation-enable": {}}, "did you mean kms-key-rotation-enabled"),
        ({"nothing": 1}, "nothing: there is no such setting"),
    ],
    ids=repr,
)
def test_a_setting_that_nothing_asks_for_or_of_another_type_is_refused(settings: dict[str, Any], said: str, aws: Simulated) -> None:
    with pytest.raises(SettingsError) as told:
        aws.scan("kms-*", settings=settings)
    assert said in str(told.value)


# -- credentials ------------------------------------------------------------------------------------------------------------


def test_no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(NoCredentials):
        cloudsoc.scan(boto3.Session(region_name="eu-west-1"))


def test_a_profile_that_does_not_exist() -> None:
    with pytest.raises(cloudsoc.CredentialsError, match="nobody"):
        made_session(profile="nobody")


def test_credentials_that_AWS_does_not_accept(aws: Simulated) -> None:  # noqa: N802 - AWS's own name
    aws.refuses("sts:GetCallerIdentity", "ExpiredToken")
    with pytest.raises(cloudsoc.CredentialsError, match="ExpiredToken: not today"):
        aws.scan("kms-*")


def test_a_role_is_assumed_with_its_external_id_and_renewed(aws: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    asked: list[Mapping[str, Any]] = []
    import botocore.client

    real = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def watched(self: Any, name: str, params: Mapping[str, Any]) -> Any:
        if name == "AssumeRole":
            asked.append(params)
        return real(self, name, params)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", watched)
    session = made_session(role_arn="arn:aws:iam::444455556666:role/auditor", external_id="x-1", region="eu-west-1")
    report = cloudsoc.scan(session, checks={IS_SHUT: CHECKS[IS_SHUT]}, regions=["eu-west-1"])
    assert report.accounts[0].account == "444455556666"
    assert report.accounts[0].caller.startswith("arn:aws:sts::444455556666:assumed-role/auditor/")
    assert [one["ExternalId"] for one in asked] == ["x-1"]
    credentials = session.get_credentials()
    assert credentials is not None
    assert credentials.refresh_needed(refresh_in=10**6)  # type: ignore[attr-defined]  # they know when they run out


@listed("kms:ListKeys.Keys[]", arn="{KeyArn}", names={"KeyId": "{KeyId}"}, resource_type="Test::Cupboard")
@reads("kms:ListAliases.Aliases[]")
class Cupboard(Resource[Region]):
    """What AWS says of it may have no item."""

    alias_name: str


def is_for_cups(cupboard: Cupboard) -> NotApplicable | None:
    """Cups stand in some."""
    return None if cupboard.alias_name else NotApplicable("it is for plates")


@listed("kms:ListGrants.Grants[]", arn="{GrantId}", when=is_for_cups, resource_type="Test::Cup")
class Cup(Resource[Cupboard]):
    """Stands in a cupboard."""


@check(direct=(CC6_1,), severity=MEDIUM)
def house_has_no_cups(house: Region, cups: Its[Cup]) -> Verdict:
    """There are no cups.

    Why: so.

    Fix: nothing.
    """
    return Failed("there are some") if cups else Passed("there are none")


def test_what_is_listed_in_a_resource_of_which_AWS_says_nothing_is_not_known(aws: Simulated) -> None:  # noqa: N802 - AWS's own name
    keys(aws, 1)
    aws.answers("kms:ListAliases", {"Aliases": []})
    report = cloudsoc.scan(aws.session, checks={house_has_no_cups.id: house_has_no_cups}, regions=[REGION])
    (one,) = (one for one in report.findings if not one.population)
    assert (one.verdict, [cause.error for cause in one.causes]) == (Outcome.NOT_ASSESSED, ["the answer does not mention this resource"])


def test_a_mistake_of_ours_is_raised_not_swallowed() -> None:
    workers = Workers(2)

    def broken() -> None:
        raise ZeroDivisionError

    workers.submit(Task(broken, lambda _: None))
    with pytest.raises(ZeroDivisionError):
        workers.wait(None, lambda: None)
    workers.close()


@pytest.mark.parametrize("text", ["x" * 100, "a\nAKIAIOSFODNN7EXAMPLE", "token " + "Ab1/" * 40])
def test_messages_are_short_and_hold_no_tokens(text: str) -> None:
    assert len(shortened(text)) < 30
