"""What policies allow: AWS's own ones, whose purpose is known, and the reasoning behind."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from cloudsoc.graphs.administrators import GIVING, NEARLY_ALL, gives_any_right
from cloudsoc.graphs.escalation import PASSING, RUNNING, TAKING, escalations
from cloudsoc.graphs.rights import Rights, changing, everything, reading, share
from cloudsoc.policy import PolicyDocument
from cloudsoc.policy.actions import action
from cloudsoc_checks.iam.roles import AUDIT, BROAD, HARDLY_ANY, SUPPORT
from tests.checks.iam_policies import OWN, allow, deny, document


@cache
def managed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(aws_managed_policies_data)
    return found


def rights(name: str) -> Rights:
    """Those of AWS's policy of a name."""
    return Rights.written(f"arn:aws:iam::aws:policy/{name}", PolicyDocument.parse(managed()[name]["Document"]))


def written(*statements: dict[str, Any]) -> Rights:
    return Rights.written(f"arn:aws:iam::{OWN}:policy/app", document(*statements))


@pytest.mark.parametrize(
    ("name", "nearly"), [("AdministratorAccess", True), ("PowerUserAccess", True), ("SystemAdministrator", False), ("ReadOnlyAccess", False)]
)
def test_who_may_do_nearly_everything(name: str, nearly: bool) -> None:
    assert (share(rights(name).on_everything(), changing()) >= NEARLY_ALL) is nearly


@pytest.mark.parametrize(
    ("name", "any_right"),
    [
        ("AdministratorAccess", True),
        ("IAMFullAccess", True),
        ("PowerUserAccess", False),
        ("IAMReadOnlyAccess", False),
        ("IAMUserChangePassword", False),
        ("AmazonEC2FullAccess", False),
    ],
)
def test_who_may_give_any_right(name: str, any_right: bool) -> None:
    assert bool(gives_any_right(rights(name))) is any_right


@pytest.mark.parametrize("name", ["ReadOnlyAccess", "SecurityAudit", "ViewOnlyAccess"])
def test_broad_readers(name: str) -> None:
    held = rights(name).on_everything()
    assert share(held, reading()) >= BROAD
    assert share(held, changing()) <= HARDLY_ANY


@pytest.mark.parametrize("name", ["AmazonS3ReadOnlyAccess", "IAMReadOnlyAccess", "AWSSupportAccess", "AmazonEC2FullAccess", "DatabaseAdministrator"])
def test_narrow_readers(name: str) -> None:
    assert share(rights(name).on_everything(), reading()) < BROAD


def test_auditors_and_support() -> None:
    assert all(rights("SecurityAudit").may(one, "*") for one in AUDIT)
    assert all(rights("ReadOnlyAccess").may(one, "*") for one in AUDIT)
    assert not all(rights("AmazonS3ReadOnlyAccess").may(one, "*") for one in AUDIT)
    assert all(rights("AWSSupportAccess").may(one, "*") for one in SUPPORT)
    assert not any(rights("SecurityAudit").may(one, "*") for one in SUPPORT if "Create" in one)


def test_every_action_that_is_spoken_of_exists() -> None:
    spoken = [*SUPPORT, *AUDIT, *(one for one, _ in GIVING + TAKING), *(one for one, _, _ in RUNNING), *(one for way in PASSING for one in way.actions)]
    assert [one for one in spoken if action(one) is None] == []


@pytest.mark.parametrize("way", PASSING, ids=lambda way: " ".join((way.service, *way.actions)))
def test_each_way_of_passing_a_role_needs_all_of_it(way: Any) -> None:
    to = {"StringEquals": {"iam:PassedToService": way.service}}
    told = f"iam:PassRole of every role to {way.service}, with {' and '.join(way.actions)}"
    assert told in list(escalations(written(allow("iam:PassRole", **to), allow(list(way.actions)))))
    assert told not in list(escalations(written(allow(list(way.actions)))))
    assert told not in list(escalations(written(allow("iam:PassRole", StringEquals={"iam:PassedToService": "other.amazonaws.com"}), allow(list(way.actions)))))
    for one in way.actions:
        assert told not in list(escalations(written(allow("iam:PassRole", **to), allow(list(way.actions)), deny(one))))


@pytest.mark.parametrize(("one", "kind"), [*GIVING, *TAKING])
def test_each_way_through_iam(one: str, kind: str) -> None:
    told = f"{one} on every {kind}"
    assert list(escalations(written(allow(one)))) == [told]
    assert list(escalations(written(allow(one, f"arn:aws:iam::{OWN}:{kind}/*")))) == [told]
    assert list(escalations(written(allow(one, f"arn:aws:iam::{OWN}:{kind}/a")))) == []
    assert list(escalations(written(allow(one), deny(one)))) == []


@pytest.mark.parametrize(("one", "service", "kind"), RUNNING)
def test_each_way_through_code(one: str, service: str, kind: str) -> None:
    separator = "" if kind.endswith(":") else "/"
    assert list(escalations(written(allow(one)))) == [f"{one} on every {kind.strip(':')}"]
    assert list(escalations(written(allow(one, f"arn:aws:{service}:eu-west-1:{OWN}:{kind}{separator}a")))) == []


def test_what_is_allowed_on_everything() -> None:
    assert written(allow("*")).on_everything() == everything() == changing() | reading()
    assert changing() & reading() == 0
    assert written(allow("*"), deny("*")).on_everything() == 0
    assert written(allow("*", "arn:aws:s3:::*")).on_everything() == 0
    assert share(written(allow("*", "arn:*")).on_everything(), everything()) == 1
    assert written({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:kms:*:*:key/*"}).on_everything() == 0


def test_services_as_a_whole() -> None:
    assert written(allow("*")).whole_services() == ["every service"]
    assert written(allow(["s3:*", "SQS:*"])).whole_services() == ["s3", "sqs"]
    assert written(allow("s3:*"), deny("s3:PutObject")).whole_services() == []
    assert written(allow("s3:*", "arn:aws:sqs:eu-west-1:1:a")).whole_services() == []
    assert "iam" not in written({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}).whole_services()


def test_things_that_nobody_names() -> None:
    named = written(allow("kms:Decrypt", [f"arn:aws:kms:us-east-1:{OWN}:key/*", "arn:aws:kms:*:444455556666:key/*", "arn:aws:s3:::a"])).unnamed("kms", "key")
    assert [one.rpartition("/")[0] for one in named] == [
        f"arn:aws:kms:eu-west-1:{OWN}:key",
        "arn:aws:kms:eu-west-1:444455556666:key",
        f"arn:aws:kms:us-east-1:{OWN}:key",
        f"arn:aws:kms:x9-elsewhere-9:{OWN}:key",
    ]
    assert written().some("lambda", "function:").startswith(f"arn:aws:lambda:eu-west-1:{OWN}:function:x9")


@pytest.mark.parametrize(
    "resource",
    [
        *(f"arn:aws:kms:us-*:{OWN}:key/*", f"arn:aws:kms:us-gov-????-1:{OWN}:key/*", "arn:aws:kms:us-east-1:4444*:key/*", "arn:aws:kms:us-*:*:key/*"),
        *(f"arn:aws:*:us-east-1:{OWN}:*", f"arn:aws:k?s:us-east-1:{OWN}:key/*", f"arn:*:*:us-east-1:{OWN}:*"),
        *(
            "arn:aws:kms:us-east-1",
            "arn:aws:kms:us-east-1:*",
            "arn:aws:kms:us-east-1:444455556666",
            "arn:aws:kms:us-*",
        ),  # AWS completes what is missing with stars
    ],
)
def test_a_pattern_for_all_keys_of_somewhere_takes_in_one_that_nobody_names(resource: str) -> None:
    made = written(allow("kms:Decrypt", resource))
    assert any(made.may("kms:Decrypt", key) for key in made.unnamed("kms", "key"))


@pytest.mark.parametrize(
    "statements",
    [
        (allow("kms:Decrypt"), {"Effect": "Deny", "Action": "kms:*", "NotResource": f"arn:aws:kms:us-east-1:{OWN}:key/*"}),
        ({"Effect": "Allow", "Action": "kms:*", "NotResource": f"arn:aws:kms:eu-*:{OWN}:key/*"},),
        (allow("kms:Decrypt"), deny("kms:Decrypt", f"arn:aws:kms:eu-west-1:{OWN}:key/*")),
    ],
)
def test_all_keys_of_the_regions_that_are_left(statements: tuple[dict[str, Any], ...]) -> None:
    made = written(*statements)
    assert any(made.may("kms:Decrypt", key) for key in made.unnamed("kms", "key"))


@pytest.mark.parametrize("resource", [f"arn:aws:kms:us-*:{OWN}:key/a", f"arn:aws:s3:us-east-1:{OWN}:*", f"arn:aws:kms:us-east-1:{OWN}:alias/*"])
def test_a_pattern_for_something_else_does_not(resource: str) -> None:
    made = written(allow("kms:Decrypt", resource))
    assert not any(made.may("kms:Decrypt", key) for key in made.unnamed("kms", "key"))


def test_whoever_asks_sends_the_tags_that_are_asked_for() -> None:
    told = "iam:PassRole of every role to lambda.amazonaws.com, with lambda:CreateFunction and lambda:InvokeFunction"
    tagged = allow(["lambda:CreateFunction", "lambda:InvokeFunction"], StringEquals={"aws:RequestTag/team": "data"})
    assert told in list(escalations(written(allow("iam:PassRole"), tagged)))
    assert written(allow("sts:AssumeRole", StringEquals={"aws:RequestTag/team": "data"})).may("sts:AssumeRole", written().some("iam", "role"))


def test_what_is_changed_may_be_something_with_a_tag() -> None:
    own = allow(["glue:UpdateJob", "glue:StartJobRun"], StringEquals={"aws:ResourceTag/team": "data"})
    told = "iam:PassRole of every role to glue.amazonaws.com, with glue:UpdateJob and glue:StartJobRun"
    assert told in list(escalations(written(allow("iam:PassRole"), own)))


def test_for_which_resource_a_role_is_passed_does_not_limit_which_role() -> None:
    passing = allow("iam:PassRole", ArnLike={"iam:AssociatedResourceArn": f"arn:aws:ec2:*:{OWN}:instance/*"})
    told = "iam:PassRole of every role to ec2.amazonaws.com, with ec2:RunInstances"
    assert told in list(escalations(written(passing, allow("ec2:RunInstances"))))
