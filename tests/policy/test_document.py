"""Documents as AWS returns them become `PolicyDocument`, and what AWS would refuse is a typed error with its place.

AWS source: IAM User Guide, "Grammar of the IAM JSON policy language", "IAM JSON policy elements reference".
"""

import json
import pickle
from dataclasses import FrozenInstanceError
from urllib.parse import quote

import pydantic
import pytest
from pydantic.dataclasses import dataclass

from cloudsoc.policy import MalformedPolicy, PolicyDocument, Principal, Statement

LOGS = {
    "Version": "2012-10-17",
    "Id": "logs",
    "Statement": [
        {
            "Sid": "Write",
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com", "AWS": ["111122223333", "arn:aws:iam::444455556666:root"]},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::logs/*",
            "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}, "Bool": {"aws:SecureTransport": True}},
        },
    ],
}


def one(**elements: object) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"} | elements}


@pytest.mark.parametrize(
    "written", [LOGS, json.dumps(LOGS), quote(json.dumps(LOGS)), "\n " + json.dumps(LOGS, indent=4)], ids=["mapping", "JSON", "URL-encoded", "indented"]
)
def test_every_form_in_which_aws_returns_a_document(written: str | dict[str, object]) -> None:
    document = PolicyDocument.parse(written)
    assert document == PolicyDocument.parse(LOGS)
    assert hash(document) == hash(PolicyDocument.parse(LOGS))
    (statement,) = document
    assert statement.allows
    assert not statement.denies
    assert statement.actions == ("s3:PutObject",)
    assert statement.principals == (
        Principal("AWS", "111122223333"),
        Principal("AWS", "arn:aws:iam::444455556666:root"),
        Principal("Service", "cloudtrail.amazonaws.com"),
    )
    assert [(c.operator.name, c.key, c.values) for c in statement.conditions] == [
        ("Bool", "aws:SecureTransport", ("true",)),
        ("StringEquals", "s3:x-amz-acl", ("bucket-owner-full-control",)),
    ]


def test_a_string_is_a_list_of_one_and_one_statement_a_list_of_one() -> None:
    listed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}]}
    assert PolicyDocument.parse(one()) == PolicyDocument.parse(listed)


def test_order_and_repetition_in_lists_do_not_count() -> None:
    assert PolicyDocument.parse(one(Action=["s3:a", "s3:b", "s3:a"])) == PolicyDocument.parse(one(Action=["s3:b", "s3:a"]))


def test_everyone_has_two_spellings() -> None:
    assert PolicyDocument.parse(one(Principal="*")) == PolicyDocument.parse(one(Principal={"AWS": "*"}))


def test_a_document_without_version_is_of_2008() -> None:
    assert PolicyDocument.parse({"Statement": []}).version == "2008-10-17"


def test_canonical_json_comes_back_equal() -> None:
    document = PolicyDocument.parse(LOGS)
    assert PolicyDocument.parse(document.to_json()) == document
    assert PolicyDocument.parse(document.to_json()).to_json() == document.to_json()
    assert pickle.loads(pickle.dumps(document)) == document


def test_a_document_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        PolicyDocument.parse(LOGS).version = "2008-10-17"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("", "document"),
        ("[]", "document"),
        ('"policy"', "document"),
        ("{", "line 1 column 2"),
        ("[" * 100_000, "document"),
        ('{"Version": NaN, "Statement": []}', "document"),
        ('{"Version": "2012-10-17", "Version": "2008-10-17", "Statement": []}', "document"),
        ('{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*"}}', "Statement"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"Bool": {"a": "1", "a": "2"}}}}', "Statement.Condition.Bool"),
        ({}, "document"),
        ({"Statement": [], "Extra": 1}, "document"),
        ({"Statement": "Allow"}, "Statement"),
        ({"Version": "2012-10-18", "Statement": []}, "Version"),
        ({"Statement": [], "Id": 7}, "Id"),
        ({"Statement": [one()["Statement"], "x"]}, "Statement[1]"),
        (one(Effect="allow"), "Statement.Effect"),
        (one(Action=["s3:GetObject", 5]), "Statement.Action[1]"),
        (one(Action="GetObject"), "Statement.Action"),
        (one(Resource=None), "Statement.Resource"),
        (one(NotAction="s3:*"), "Statement"),
        (one(Principal="111122223333"), "Statement.Principal"),
        (one(Principal={"Amazon": "*"}), "Statement.Principal"),
        (one(Principal={"AWS": ["1", {}]}), "Statement.Principal.AWS[1]"),
        (one(Condition=[]), "Statement.Condition"),
        (one(Condition={"StringEqual": {"a": "b"}}), "Statement.Condition.StringEqual"),
        (one(Condition={"NullIfExists": {"a": "true"}}), "Statement.Condition.NullIfExists"),
        (one(Condition={"Bool": "true"}), "Statement.Condition.Bool"),
        (one(Condition={"Bool": {"a": ["true", None]}}), "Statement.Condition.Bool.a[1]"),
        (one(Condition={"Bool": {1: "true"}}), "Statement.Condition.Bool"),
        ({"Statement": [{"Effect": "Allow"}]}, "Statement[0]"),
    ],
)
def test_a_malformed_document_says_where(written: str | dict[str, object], place: str) -> None:
    with pytest.raises(MalformedPolicy) as raised:
        PolicyDocument.parse(written)
    assert raised.value.place == place
    assert str(raised.value).startswith(f"{place}: ")
    assert pickle.loads(pickle.dumps(raised.value)).place == place


@dataclass(frozen=True, slots=True, config={"strict": True})
class Holder:
    policy: PolicyDocument
    other: PolicyDocument | None = None


def test_a_field_of_a_pydantic_dataclass() -> None:
    held = Holder(policy=json.dumps(LOGS))  # type: ignore[arg-type]
    assert held.policy == PolicyDocument.parse(LOGS)
    assert Holder(policy=held.policy, other=LOGS).other == held.policy  # type: ignore[arg-type]
    adapter = pydantic.TypeAdapter(Holder)
    written = adapter.dump_json(held)
    assert json.loads(written)["policy"] == held.policy.to_mapping()
    assert adapter.validate_json(written) == held
    assert adapter.json_schema()["required"] == ["policy"]
    for wrong in ("{", 5, {"Statement": 1}):
        with pytest.raises(pydantic.ValidationError):
            Holder(policy=wrong)  # type: ignore[arg-type]


def statement(**elements: object) -> Statement:
    return PolicyDocument.parse({"Statement": {"Effect": "Allow"} | elements}).statements[0]


@pytest.mark.parametrize(
    ("elements", "pattern", "covers", "touches"),
    [
        ({"Action": "s3:*"}, "S3:GetObject", True, True),
        ({"Action": "s3:Get*"}, "s3:*", False, True),
        ({"Action": "*"}, "*", True, True),
        ({"Action": "*:*"}, "*", True, True),
        ({"Action": "s3:*"}, "*", False, True),
        ({"Action": ["s3:Get*", "s3:Put*"]}, "s3:Get*", True, True),
        ({"Action": "iam:*"}, "s3:*", False, False),
        ({"NotAction": "iam:*"}, "s3:*", True, True),
        ({"NotAction": "iam:*"}, "iam:Pass*", False, False),
        ({"NotAction": "iam:Get*"}, "iam:*", False, True),
        ({"NotAction": "nosuch:Thing"}, "*", False, True),
        ({"Action": []}, "s3:GetObject", False, False),
        ({"NotAction": []}, "*", True, True),
    ],
)
def test_which_actions_a_statement_covers(elements: dict[str, object], pattern: str, covers: bool, touches: bool) -> None:
    assert statement(**elements).covers_action(pattern) is covers
    assert statement(**elements).touches_action(pattern) is touches


@pytest.mark.parametrize(
    ("elements", "pattern", "covers", "touches"),
    [
        ({}, "arn:aws:s3:::b", True, True),
        ({"Resource": "*"}, "*", True, True),
        ({"Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}, "arn:aws:s3:::b/*", True, True),
        ({"Resource": "arn:aws:s3:::b/${aws:username}/*"}, "arn:aws:s3:::b/x/y", False, True),
        ({"NotResource": "arn:aws:s3:::b/*"}, "arn:aws:s3:::c/*", True, True),
        ({"NotResource": "arn:aws:s3:::b/*"}, "arn:aws:s3:::*", False, True),
        ({"NotResource": "arn:aws:s3:::b/${aws:username}"}, "arn:aws:s3:::c", False, True),
        ({"Resource": "arn:aws:s3:::B"}, "arn:aws:s3:::b", False, False),
    ],
)
def test_which_resources_a_statement_covers(elements: dict[str, object], pattern: str, covers: bool, touches: bool) -> None:
    assert statement(Action="s3:*", **elements).covers_resource(pattern) is covers
    assert statement(Action="s3:*", **elements).touches_resource(pattern) is touches
