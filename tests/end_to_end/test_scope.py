"""Scope and tags, from a file of settings over AWS's answers to the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

import cloudsoc
from cloudsoc import Configuration, Inventory, Report, SettingsError, UnknownRegion
from cloudsoc.aws.sns import Topic
from cloudsoc.aws.tags import TaggedResources
from cloudsoc.cli import main
from cloudsoc.engine.registry import load_checks
from cloudsoc.model import Incomplete
from cloudsoc.model.report import Waiver
from cloudsoc.reports.comparison import Change, compare
from cloudsoc.reports.jsonl import jsonl, read
from cloudsoc.reports.markdown import markdown
from cloudsoc.reports.screen import screen
from cloudsoc.waivers import apply
from tests.end_to_end.account import ACCOUNT, REGION, Simulated
from tests.engine.house import CHECKS, IS_SHUT, Room

Configure = Callable[[str], Configuration]
ROTATED, ENCRYPTED = "kms-key-rotation-enabled", "s3-bucket-encrypted-with-kms"
ELSEWHERE = "eu-central-1"
GET = "resourcegroupstaggingapi:GetResources"
SANDBOX = '[[scope.exclude]]\ntags = { Environment = ["sandbox"] }\nreason = "no customer data"\n'
NOT_FRANKFURT = f'[[scope.exclude]]\nall_regions_but = ["{REGION}"]\nreason = "denied by a policy of the organization"\n'


@pytest.fixture
def config(tmp_path: Path) -> Configure:
    def made(text: str) -> Configuration:
        file = tmp_path / "cloudsoc.toml"
        file.write_text(text, encoding="utf-8")
        return cloudsoc.configuration(file)

    return made


def arn(id: str, region: str = REGION) -> str:
    return f"arn:aws:kms:{region}:{ACCOUNT}:key/{id}"


def key(aws: Simulated, region: str = REGION, **tags: str) -> str:
    made = aws.client("kms", region).create_key(Tags=[{"TagKey": name, "TagValue": value} for name, value in tags.items()])
    return str(made["KeyMetadata"]["KeyId"])


def buckets(aws: Simulated) -> None:
    for name, region in (("near", REGION), ("far", ELSEWHERE)):
        aws.client("s3", region).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})


def scan(aws: Simulated, config: Configuration | None, *ids: str, regions: tuple[str, ...] | None = None) -> Report:
    return cloudsoc.scan(aws.session, checks={id: (CHECKS | load_checks())[id] for id in ids or (ROTATED,)}, config=config, regions=regions)


def judged(report: Report) -> set[str]:
    return {one.resource.id for one in report.findings if not one.population}


def called(report: Report) -> set[tuple[str, str]]:
    return {(call.operation, call.region) for account in report.accounts for call in account.calls}


# -- regions ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [ELSEWHERE, None])
def test_regions_out_of_scope_are_not_called_and_all_is_complete(first: str | None, aws: Simulated, config: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = key(aws), key(aws, ELSEWHERE)
    buckets(aws)
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    aws.session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=first)
    sent: list[str] = []
    aws.session.events.register("before-send.*.*", lambda **event: sent.append(event["request"].url))
    report = scan(aws, config(NOT_FRANKFURT), ROTATED, ENCRYPTED)
    assert sent
    assert not [url for url in sent if (ELSEWHERE in url or "us-east-1" in url) and "far" not in url]
    assert judged(report) == {near, "near"}
    assert far not in report.to_json()
    assert {region for _, region in called(report)} <= {"global", REGION}
    assert report.complete
    (account,) = report.accounts
    states = {one.name: one.state for one in account.regions}
    assert states[REGION] == "read"
    assert set(states.values()) == {"read", "out_of_scope"}
    assert all("denied by a policy" in one.reason for one in account.regions if one.state == "out_of_scope")
    assert sum(row.out_of_scope for row in report.coverage) >= len(states) - 1
    (use,) = report.exclusions
    assert len(use.regions) == len(states) - 1


def test_buckets_elsewhere_are_listed_with_all_others_and_asked_nothing(aws: Simulated, config: Configure) -> None:
    buckets(aws)
    report = scan(aws, config(NOT_FRANKFURT), ENCRYPTED)
    assert judged(report) == {"near"}
    asked = {name: {call.operation for call in report.accounts[0].calls if name in call.subject} for name in ("near", "far")}
    assert "s3:GetBucketEncryption" in asked["near"]
    assert asked["far"] <= {"s3:GetBucketLocation"}  # by which it is known where it is


def test_the_same_snapshot_is_judged_under_any_scope(aws: Simulated, config: Configure, tmp_path: Path) -> None:
    near, far = key(aws), key(aws, ELSEWHERE)
    checks = {IS_SHUT: CHECKS[IS_SHUT]}
    whole = cloudsoc.collect(aws.session, checks=checks)
    whole.save(tmp_path / "snapshot")
    loaded = Inventory.load(tmp_path / "snapshot")
    assert judged(cloudsoc.evaluate(loaded, checks=checks)) == {near, far}
    assert judged(cloudsoc.evaluate(loaded, checks=checks, config=config(NOT_FRANKFURT))) == {near}
    # Collected without it and judged as if it were in scope: left out, and no criterion is supported.
    narrow = cloudsoc.collect(aws.session, checks=checks, config=config(NOT_FRANKFURT))
    report = cloudsoc.evaluate(narrow, checks=checks)
    assert {one.state for one in report.accounts[0].regions} >= {"read", "outside"}


def test_a_region_that_is_asked_for_and_out_of_scope_is_wrong_use(aws: Simulated, config: Configure) -> None:
    with pytest.raises(SettingsError, match=r"eu-central-1 was asked for and is out of scope \(.*cloudsoc.toml:1\): denied by"):
        scan(aws, config(NOT_FRANKFURT), regions=(ELSEWHERE,))
    assert judged(scan(aws, config(NOT_FRANKFURT), regions=(REGION,))) == set()


def test_a_region_that_is_kept_and_does_not_exist_is_wrong_use(aws: Simulated, config: Configure) -> None:
    with pytest.raises(UnknownRegion, match=r"eu-wset-1.*did you mean eu-west-1"):
        scan(aws, config(NOT_FRANKFURT.replace(REGION, "eu-wset-1")))


def test_an_account_out_of_scope_is_not_scanned_in_silence(aws: Simulated, config: Configure) -> None:
    excluded = config(f'[[scope.exclude]]\naccounts = ["{ACCOUNT}"]\nreason = "a sandbox"')
    with pytest.raises(SettingsError, match=rf"account {ACCOUNT} is out of scope \(.*\): a sandbox"):
        scan(aws, excluded)
    inventory = cloudsoc.collect(aws.session, checks={IS_SHUT: CHECKS[IS_SHUT]}, regions=[REGION])
    with pytest.raises(SettingsError, match="every account"):
        cloudsoc.evaluate(inventory, checks={IS_SHUT: CHECKS[IS_SHUT]}, config=excluded)


# -- tags ---------------------------------------------------------------------------------------------------------------------


def test_resources_out_of_scope_by_tags_of_the_tagging_api(aws: Simulated, config: Configure) -> None:
    kept, left, bare = key(aws, Environment="production"), key(aws, Environment="sandbox"), key(aws)
    report = scan(aws, config(SANDBOX), regions=(REGION,))
    assert judged(report) == {kept, bare}
    assert {one.resource.id: one.resource.tags for one in report.findings if not one.population} == {kept: {"Environment": "production"}, bare: {}}
    (use,) = report.exclusions
    assert [one.id for one in use.resources] == [left]
    assert [(row.failed, row.out_of_scope) for row in report.coverage if row.region == REGION] == [(2, 1)]
    assert report.complete
    assert report.tags_unread == ()
    assert (GET, REGION) in called(report)


def test_tags_are_asked_for_only_where_something_needs_them(aws: Simulated, config: Configure) -> None:
    key(aws)
    for none in (None, config(""), config(NOT_FRANKFURT)):
        assert GET not in {operation for operation, _ in called(scan(aws, none, regions=(REGION,)))}


def test_all_pages_of_tags(aws: Simulated, config: Configure) -> None:
    first, second, bare = key(aws), key(aws), key(aws)

    def page(id: str, token: str) -> dict[str, Any]:
        return {"PaginationToken": token, "ResourceTagMappingList": [{"ResourceARN": arn(id), "Tags": [{"Key": "Environment", "Value": "sandbox"}]}]}

    aws.answers(GET, [page(first, "more"), page(second, "")])
    report = scan(aws, config(SANDBOX), regions=(REGION,))
    assert judged(report) == {bare}
    (record,) = [call for call in report.accounts[0].calls if call.operation == GET]
    assert (record.pages, record.items) == (2, 2)


def test_where_the_last_page_fails_no_tag_is_known(aws: Simulated, config: Configure) -> None:
    first, second = key(aws), key(aws)
    error = ClientError({"Error": {"Code": "InternalServiceException", "Message": "not today"}}, "GetResources")
    turn = iter([{"PaginationToken": "more", "ResourceTagMappingList": [{"ResourceARN": arn(first), "Tags": [{"Key": "Environment", "Value": "sandbox"}]}]}])

    def answer(_: Any) -> Any:
        if page := next(turn, None):
            return page
        raise error

    aws.answers(GET, answer)
    report = scan(aws, config(SANDBOX), regions=(REGION,))
    assert judged(report) == {first, second}
    (left,) = report.tags_unread
    assert left.resources == 2


def test_where_tags_are_refused_all_is_judged_and_the_report_says_so(aws: Simulated, config: Configure) -> None:
    left = key(aws, Environment="sandbox")
    aws.refuses(GET, "AccessDeniedException")
    report = scan(aws, config(SANDBOX), regions=(REGION,))
    assert judged(report) == {left}
    assert report.complete
    (unread,) = report.tags_unread
    assert (unread.type, unread.resources, unread.cause.error) == ("AWS::KMS::Key", 1, "AccessDeniedException")
    assert "judged, because their tags are not known: 1 AWS::KMS::Key" in screen(report)


def test_what_has_tags_in_its_own_answer_is_asked_no_further(aws: Simulated, config: Configure) -> None:
    for name, value in (("mira", "production"), ("toni", "sandbox")):
        aws.client("iam").create_user(UserName=name, Tags=[{"Key": "Environment", "Value": value}])
        aws.client("iam").create_access_key(UserName=name)
    aws.refuses(GET)
    checks = ("iam-identity-has-owner-tag", "iam-user-has-one-active-access-key")
    known = cloudsoc.load_checks()
    chosen = {id: known[id] for id in checks if id in known}
    report = cloudsoc.scan(aws.session, checks=chosen, config=config(SANDBOX), regions=[REGION])
    assert {one for one in judged(report) if one in {"mira", "toni"}} == {"mira"}
    assert any(one.id == "toni" for use in report.exclusions for one in use.resources)


def test_permissions_have_what_tags_need(config: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    for text, needed in ((SANDBOX, True), (NOT_FRANKFURT, False)):
        assert main(["permissions", "--check", ROTATED, "--config", str(config(text).file)]) == 0
        assert ("tag:GetResources" in capsys.readouterr().out) is needed


def test_what_the_tagging_api_tells_nothing_of_is_unread() -> None:
    tagged = TaggedResources(tags={arn("a"): {"Owner": "us"}})
    assert tagged.of(Topic(arn=arn("a"), region=REGION, topic_arn=arn("a"))) == {"Owner": "us"}
    assert tagged.of(Topic(arn=arn("b"), region=REGION, topic_arn=arn("b"))) == {}
    with pytest.raises(Incomplete, match="does not tell of Test::Room"):
        tagged.of(Room(arn=arn("b"), region=REGION, key_id="b"))


# -- what a report shows ------------------------------------------------------------------------------------------------------


def test_every_report_says_what_is_out_of_scope_and_why(aws: Simulated, config: Configure) -> None:
    key(aws, Environment="sandbox")
    report = scan(aws, config(SANDBOX + NOT_FRANKFURT))
    assert read(jsonl(report)) == report
    assert Report.from_json(report.to_json()) == report
    from cloudsoc.reports.html import html
    from cloudsoc.reports.table import table

    for text in (screen(report, width=120), markdown(report), "".join(html(report)), table(report)):
        assert "1 resource" in text
        assert "no customer data" in text
        assert "denied by a policy of the organization" in text
    assert report.asked.configuration is not None
    assert report.asked.origins["scope.exclude.0"].endswith("cloudsoc.toml:1")


def test_what_cannot_have_tags_has_none(aws: Simulated, config: Configure) -> None:
    aws.client("iam").create_group(GroupName="readers")
    report = scan(aws, config(SANDBOX), "iam-group-has-members", regions=(REGION,))
    assert judged(report) == {"readers"}
    assert report.tags_unread == ()


def test_a_failure_that_went_out_of_scope_is_neither_gone_nor_a_stale_waiver(aws: Simulated, config: Configure) -> None:
    left = key(aws, Environment="sandbox")
    before, after = scan(aws, None, regions=(REGION,)), scan(aws, config(SANDBOX), regions=(REGION,))
    assert [one.resource.id for one in before.failed()] == [left]
    (only,) = compare(before, after).differences
    assert only.change is Change.NOT_COMPARED
    waiver = Waiver(check=ROTATED, resource=left, reason="x", owner="x", approver="x", ticket="x", expires=before.accounts[0].observed_at.date())
    assert [use.state for use in apply(after, [waiver]).waivers] == ["not_looked_at"]
    assert [use.state for use in apply(before, [waiver]).waivers] == ["used"]
