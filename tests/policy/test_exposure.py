"""Runs the rows of `exposures.md`, and asks the answers what checks ask them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import pytest

from cloudsoc.policy import Exposure, ExposureGrant, MalformedPolicy, NeedsReview, Policies, Policy, Who, decide, exposure
from tests.policy.test_decisions import statement

OWN = "111122223333"
TABLE = (Path(__file__).parent / "exposures.md").read_text(encoding="utf-8")


class Row(NamedTuple):
    line: int
    policy: str
    who: str
    because: str


def rows() -> Iterator[Row]:
    for number, line in enumerate(TABLE.splitlines(), start=1):
        if line.startswith("| ") and not line.startswith("| policy |"):
            yield Row(number, *(cell.strip() for cell in line.strip("| ").split(" | ")))


ROWS = tuple(rows())


def document(text: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement(part, is_about_itself=True) for part in text.split(" // ")]}


def named(grant: ExposureGrant) -> str:
    guard = (" guarded" if grant.guarded else " unguarded") if grant.who.kind in ("service", "federated") else ""
    return ("? " if grant.needs_review is not None else "") + str(grant.who) + guard


def of(text: str, **more: Any) -> Exposure:
    return exposure(document(text), account=OWN, **more)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"line {row.line}: {row.because}")
def test_who_is_let_in(row: Row) -> None:
    resource = "arn:aws:s3:::photos" if "arn:aws:s3:::photos" in row.policy else None
    exposed = of(row.policy, resource=resource)
    expected = [] if row.who == "-" else sorted(row.who.split("; "))
    assert sorted({named(grant) for grant in exposed}) == expected, exposed.explanation
    everything = Policy.of({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    for grant in exposed.certain:
        assert grant.witness is not None
        assert decide(grant.witness, Policies(identity=(everything,), session=(everything,), resource=Policy.of(document(row.policy)))).allowed


def test_the_rows_differ() -> None:
    assert len({row.policy for row in ROWS}) == len(ROWS) >= 150
    assert len({row.who for row in ROWS}) > 30


def test_s3_8_reading_is_not_writing() -> None:
    reading = of("Allow s3:Get* to everyone")
    assert reading.is_public_read
    assert not reading.is_public_write
    assert of("Allow s3:Put* to everyone").is_public_write
    assert of("Allow s3:PutObject to everyone // Allow s3:GetObject to 999988887777").at("Read").accounts() == {"999988887777"}


def test_an_action_that_nobody_knows_is_at_every_level() -> None:
    unknown = of("Allow s3:NoSuchAction to everyone")
    assert unknown.is_public_read
    assert unknown.is_public_write


def test_kms_5_public_decrypt() -> None:
    key = {"resource": f"arn:aws:kms:eu-west-1:{OWN}:key/1"}
    assert of("Allow kms:Decrypt on * to everyone", **key).doing("kms:decrypt").is_public
    assert not of(
        f"Allow kms:* on * to everyone when StringEquals kms:CallerAccount = {OWN} and StringEquals kms:ViaService = s3.eu-west-1.amazonaws.com", **key
    )


def test_s3_6_a_bucket_as_source_is_guarded_weakly() -> None:
    (weak,) = of("Allow sqs:SendMessage to everyone when ArnEquals aws:SourceArn = arn:aws:s3:::logs")
    (strong,) = of("Allow sqs:SendMessage to everyone when ArnEquals aws:SourceArn = arn:aws:s3:::logs and StringEquals aws:SourceAccount = 111122223333")
    assert weak.guards == ("arn:aws:s3:::logs",)
    assert "aws:SourceAccount is missing" in weak.notes[0]
    assert not strong.notes


def test_questions_that_are_open_raise() -> None:
    unclear = of("Allow s3:GetObject to everyone when StringEquals nosuch:key = x")
    with pytest.raises(NeedsReview, match="needs review: the meaning of the condition key nosuch:key is not known"):
        _ = unclear.is_public
    assert unclear.needs_review == ("the meaning of the condition key nosuch:key is not known",)
    assert not unclear.is_public_write
    assert of("Allow s3:GetObject to everyone when StringEquals nosuch:key = x // Allow s3:GetObject to everyone").is_public


def test_who_is_beyond_those_whom_one_trusts() -> None:
    shared = of(
        "Allow s3:GetObject to 999988887777, arn:aws:iam::444455556666:role/x "
        "// Allow s3:GetObject to everyone when StringEquals aws:PrincipalOrgID = o-abc "
        "// Allow s3:GetObject to everyone when ForAnyValue:StringLike aws:PrincipalOrgPaths = o-abc/r-1/*"
    )
    assert shared.accounts() == {"999988887777", "444455556666"}
    assert shared.principals() == {"arn:aws:iam::444455556666:role/x"}
    assert shared.organizations() == {"o-abc"}
    left = shared.beyond(accounts=["444455556666"], organizations=["o-abc"])
    assert [grant.who for grant in left] == [Who("account", "999988887777")]
    assert not left.beyond(accounts=["999988887777"])


def test_services_and_providers() -> None:
    exposed = of(
        "Allow sts:AssumeRole to cloudtrail // Allow sts:AssumeRole to config-service when StringEquals aws:SourceAccount = 111122223333 "
        "// Allow sts:AssumeRoleWithWebIdentity to google"
    )
    assert exposed.services() == {"cloudtrail.amazonaws.com", "config.amazonaws.com"}
    assert exposed.services(guarded=False) == {"cloudtrail.amazonaws.com"}
    assert exposed.federated(guarded=False) == {"accounts.google.com"}
    assert exposed.doing("sts:AssumeRole").federated() == frozenset()


def test_what_restricts_and_what_is_asked_for() -> None:
    (grant,) = of(
        "Allow s3:GetObject to everyone when StringEquals aws:PrincipalOrgID = o-abc and Bool aws:SecureTransport = true and ArnLike aws:PrincipalArn = *"
    )
    assert grant.restricted_by == ("aws:PrincipalOrgID",)
    assert set(grant.required) == {"aws:PrincipalOrgID", "aws:SecureTransport", "aws:PrincipalArn"}
    (partner,) = of("Allow sts:AssumeRole to 999988887777 when StringEquals sts:ExternalId = 42")
    assert partner.required == ("sts:ExternalId",)
    (denied,) = of("Allow s3:GetObject to everyone // Deny s3:GetObject to everyone when StringNotEquals aws:SourceVpce = vpce-1")
    assert denied.restricted_by == ("aws:SourceVpce",)


def test_the_actions_that_a_deny_leaves() -> None:
    (grant,) = of("Allow s3:GetObject, s3:PutObject, s3:DeleteObject to everyone // Deny s3:Put* to everyone")
    assert grant.actions == ("s3:DeleteObject", "s3:GetObject")
    everything = of("Allow * on * to everyone", resource="arn:aws:sqs:eu-west-1:111122223333:jobs")
    assert all(action.startswith("sqs:") for grant in everything for action in grant.actions)


def test_what_ended_is_not_allowed_any_more() -> None:
    text = "Allow s3:GetObject to everyone when DateLessThan aws:CurrentTime = 2020-01-01T00:00:00Z"
    assert of(text).is_public
    assert not of(text, at=datetime(2024, 1, 1, tzinfo=UTC))
    assert of(text, at=datetime(2019, 1, 1, tzinfo=UTC)).is_public


def test_other_partitions() -> None:
    china = document("Allow s3:GetObject to everyone when ArnLike aws:PrincipalArn = arn:aws-cn:iam::*:role/x")
    assert exposure(china, account=OWN).is_public
    assert exposure(china, account=OWN, resource="arn:aws-cn:s3:::photos").is_public


def test_the_policy_of_a_vpc_endpoint() -> None:
    wide = of("Allow * on * to everyone", foreign_resource=True)
    own = of("Allow * on * to everyone when StringEquals aws:ResourceAccount = 111122223333", foreign_resource=True)
    organization = of("Allow * on * to everyone when StringEquals aws:ResourceOrgID = o-abc", foreign_resource=True)
    callers = of("Allow * on * to everyone when StringEquals aws:PrincipalOrgID = o-abc", foreign_resource=True)
    assert wide.is_public
    assert not own
    assert not organization
    assert named(next(iter(callers))) == "organization o-abc"


def test_the_organization_of_the_owner() -> None:
    text = "Allow s3:GetObject to everyone when StringEquals aws:PrincipalOrgID = ${aws:ResourceOrgID}"
    assert of(text, organization="o-mine").organizations() == {"o-mine"}
    assert not of(text, organization="o-mine").beyond(organizations=["o-mine"])
    asked = "Allow s3:GetObject to everyone when StringEquals aws:ResourceOrgID = o-mine"
    assert of(asked).is_public
    assert of(asked, organization="o-mine").is_public
    assert not of(asked, organization="o-other")


def test_resources_in_another_way_than_the_arn_need_a_review() -> None:
    exposed = of("Allow execute-api:Invoke on execute-api:/* to everyone", resource=f"arn:aws:apigateway:eu-west-1::/restapis/{OWN}")
    assert [named(grant) for grant in exposed] == ["? everyone"]


def test_a_canonical_user_is_an_account_whoever_in_it_asks() -> None:
    partner = {"Effect": "Allow", "Principal": {"CanonicalUser": "c0ffee"}, "Action": "s3:GetObject", "Resource": "*"}
    for condition in ({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::999988887777:role/app"}}, {"StringEquals": {"aws:userid": "AIDAEXAMPLE"}}):
        exposed = exposure({"Statement": partner | {"Condition": condition}}, account=OWN)
        assert [str(grant.who) for grant in exposed] == ["account c0ffee"], condition


def test_an_owner_that_is_not_known_can_be_any() -> None:
    text = f"Allow s3:GetObject to everyone when StringEquals aws:ResourceAccount = {OWN}"
    assert exposure(document(text)).is_public
    assert exposure(document(text), account=OWN).is_public
    assert not exposure(document(text), account="999988887777")


MANY = [f"*{one}{other}*" for one in "abcdefg" for other in "hijklmn"]


def test_a_second_action_that_nobody_knows_is_not_overlooked() -> None:
    """With so many patterns not all actions can be tried; those that are left need a review, and none is taken to be like another."""
    several = " // ".join(f"Deny s3:{pattern} on arn:aws:s3:::photos/x to everyone" for pattern in MANY)
    exposed = of(f"Allow s3:* on * to everyone // Deny not s3:Foo* on * to everyone // {several}", resource="arn:aws:s3:::photos")
    assert {named(grant) for grant in exposed} >= {"? everyone"}
    assert not of(f"Allow s3:* on * to everyone // Deny * on * to everyone // {several}", resource="arn:aws:s3:::photos")


@pytest.mark.parametrize("key", ["aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:PrincipalServiceName", "aws:username"])
def test_too_many_patterns_need_a_review(key: str) -> None:
    several = [f"*{number:02}*" for number in range(40)] if key == "aws:PrincipalAccount" else MANY
    exposed = of(f"Allow s3:GetObject to everyone when StringLike {key} = {', '.join(several)}")
    assert [named(grant) for grant in exposed] == ["? everyone"]
    assert exposed.needs_review == ("it is too large to decide: too many patterns",)


def test_what_would_take_too_long_needs_a_review() -> None:
    """More Deny statements than can be combined, each of which leaves ways out: that ends soon, and not with nobody."""
    keys = [f"aws:RequestTag/{number}" for number in range(40)]
    denies = [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {keys[one]: ["a"], keys[two]: ["b"], keys[three]: ["c"]}},
        }
        for one in range(0, 40, 3)
        for two in range(1, 40, 4)
        for three in range(2, 40, 5)
        if len({one, two, three}) == 3
    ]
    allow = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "*",
        "Condition": {"StringEquals": {key: ["a", "b", "c"] for key in keys}},
    }
    start = process_time()
    exposed = exposure({"Version": "2012-10-17", "Statement": [allow, *denies]}, account=OWN)
    assert process_time() - start < 10
    assert exposed


def test_a_document_that_is_none() -> None:
    with pytest.raises(MalformedPolicy):
        exposure("{}", account=OWN)
