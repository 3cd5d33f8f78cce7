"""``assert_compliant`` in somebody's own tests: in process, under moto."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cloudsoc import MEDIUM, SelectionError
from cloudsoc.testing import assert_compliant

REGION = "eu-west-1"
ROTATION = "kms-key-rotation-enabled"


@pytest.fixture(scope="module")
def shared() -> boto3.Session:
    """One for all tests: it keeps what botocore has loaded."""
    return boto3.Session("testing", "testing", region_name=REGION)


@pytest.fixture
def session(shared: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield shared


def key(session: boto3.Session, *, rotates: bool) -> str:
    kms = session.client("kms")
    arn: str = kms.create_key()["KeyMetadata"]["Arn"]
    if rotates:
        kms.enable_key_rotation(KeyId=arn)
    return arn


def said(session: boto3.Session, **asked: Any) -> str:
    with pytest.raises(AssertionError) as found:
        assert_compliant(session, **({"regions": [REGION]} | asked))
    return str(found.value)


def test_what_is_right_passes_and_gives_the_report(session: boto3.Session) -> None:
    arn = key(session, rotates=True)
    report = assert_compliant(session, checks=[ROTATION], regions=REGION)
    assert {one.resource.arn: one.verdict.value for one in report.findings if not one.population} == {arn: "passed"}


def test_a_failure_says_what_failed_where_why_and_what_to_do(session: boto3.Session) -> None:
    key(session, rotates=True)
    arn = key(session, rotates=False)
    text = said(session, checks=[ROTATION])
    lines = text.splitlines()
    assert lines[0] == "not compliant: 1 failure (account 123456789012, eu-west-1)"
    assert f"FAILED {ROTATION}" in lines
    for one in (
        f"  resource  {arn}",
        "  where     AWS::KMS::Key, eu-west-1, account 123456789012",
        "  severity  medium",
        "  why       rotation is off",
        "            rotation.key_rotation_enabled = False",
        f"  to do     `aws kms enable-key-rotation --region {REGION} --key-id {arn.rpartition('/')[2]}`",
    ):
        assert any(line.startswith(one) for line in lines), f"{one}\n--\n{text}"


def test_only_the_resources_that_are_meant_count(session: boto3.Session) -> None:
    right, wrong = key(session, rotates=True), key(session, rotates=False)
    assert_compliant(session, checks=[ROTATION], regions=[REGION], resources=[right])
    assert_compliant(session, checks=[ROTATION], regions=[REGION], resources=right.rpartition("/")[2])
    assert wrong in said(session, checks=[ROTATION], resources=[right, wrong])


def test_failures_below_a_severity_do_not_count(session: boto3.Session) -> None:
    session.client("s3").create_bucket(Bucket="acorn", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    low = "s3-bucket-lifecycle-configured"
    assert "severity  low" in said(session, checks=[low])
    assert_compliant(session, checks=[low], regions=[REGION], at_least=MEDIUM)


def test_to_have_judged_nothing_is_no_success(session: boto3.Session) -> None:
    assert f"nothing was judged for {ROTATION}" in said(session, checks=[ROTATION])
    arn = key(session, rotates=True)
    text = said(session, checks=[ROTATION], resources=[arn, "elsewhere"])
    assert "nothing was judged for elsewhere" in text
    assert f"there is  {arn}" in text
    assert "nothing was judged for s3-bucket-*" in said(session, checks=["kms-key-rotation-*", "s3-bucket-*"])


def test_a_key_of_another_region_is_not_overlooked(session: boto3.Session) -> None:
    key(boto3.Session("testing", "testing", region_name="us-east-1"), rotates=False)
    assert "rotation is off" in said(session, checks=[ROTATION], regions=["us-east-1", REGION])


def test_what_moto_does_not_know_is_not_assessed_until_it_is_allowed(session: boto3.Session) -> None:
    session.client("cloudtrail")
    checks = ["cloudtrail-event-data-store-protected", ROTATION]
    key(session, rotates=True)
    text = said(session, checks=checks)
    assert "NOT ASSESSED cloudtrail:ListEventDataStores: NotImplementedError (eu-west-1)" in text
    assert "allow_not_assessed=['cloudtrail:ListEventDataStores']" in text
    # Allowed, it is still no success of that check: nothing was judged for it.
    assert "nothing was judged for cloudtrail-event-data-store-protected" in said(session, checks=checks, allow_not_assessed=["cloudtrail:List*"])
    assert_compliant(session, checks=["cloudtrail-event-*", "kms-key-ro*"][1:], regions=[REGION])
    assert "NOT ASSESSED" in said(session, checks=checks, allow_not_assessed=["cloudtrail:Describe*"])


def test_a_resource_among_what_could_not_be_read_is_not_overlooked(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = key(session, rotates=True)
    from moto.kms.responses import KmsResponse

    def refused(self: Any) -> None:
        raise NotImplementedError("no keys today")

    monkeypatch.setattr(KmsResponse, "list_keys", refused)
    assert "NOT ASSESSED kms:ListKeys" in said(session, checks=[ROTATION], resources=[arn])


def test_settings_reach_the_checks(session: boto3.Session) -> None:
    key(session, rotates=True)
    assert "every 365 days" in said(session, checks=[ROTATION], settings={ROTATION: {"max_rotation_days": 90}})


def test_a_pattern_that_no_check_has_is_wrong_use(session: boto3.Session) -> None:
    with pytest.raises(SelectionError, match="did you mean kms-key-rotation-enabled"):
        assert_compliant(session, checks=["kms-key-rotation"])
