"""The catalogue of actions. AWS source: Service Authorization Reference."""

import pytest

from cloudsoc.policy import access_level, expand
from cloudsoc.policy.actions import action, actions_of, condition_key, statement_actions
from cloudsoc.policy.meanings import meaning
from cloudsoc.policy.statement import Statement


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("s3:GetObject", "Read"),
        ("S3:listbucket", "List"),
        ("s3:PutObject", "Write"),
        ("s3:PutBucketPolicy", "Permissions management"),
        ("s3:PutObjectTagging", "Tagging"),
        ("s3:NoSuchThing", "Unknown"),
        ("nosuch:Thing", "Unknown"),
        ("../../actions/s3:GetObject", "Unknown"),
        ("*", "Unknown"),
    ],
)
def test_how_far_an_action_reaches(name: str, level: str) -> None:
    assert access_level(name) == level


def test_patterns_expand_to_known_actions_and_keep_what_is_written_out() -> None:
    assert expand(["s3:getobjectac?", "nosuch:Thing", "nosuch:*", "s3:NoSuchThing"]) == {"s3:GetObjectAcl", "nosuch:Thing", "s3:NoSuchThing"}
    assert len(expand(["*"])) == len(expand(["*:*"])) > 15_000
    assert "sqs:SendMessage" in expand(["sq?:Send*"])


def test_not_action_expands_to_all_others() -> None:
    found = statement_actions(Statement("Allow", not_actions=("iam:*", "nosuch:Thing")))
    assert "s3:GetObject" in found
    assert not any(name.startswith("iam:") for name in found)
    assert statement_actions(Statement("Allow", actions=("s3:GetObject",))) == {"s3:GetObject"}


def test_what_is_known_about_an_action() -> None:
    found = action("s3:getobject")
    assert found is not None
    assert str(found) == "s3:GetObject"
    assert "object" in found.resource_types
    assert "s3:authType" in found.condition_keys
    assert actions_of("nosuch") == {}


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("s3:prefix", "String"),
        ("s3:ExistingObjectTag/team", "String"),
        ("kms:EncryptionContext:app", "String"),
        ("kms:EncryptionContext:aws:s3:arn", "String"),
        ("S3:PREFIX", "String"),
        ("s3:nosuch", None),
        ("nosuch:key", None),
        ("aws:SourceIp", None),
        ("", None),
    ],
)
def test_the_type_of_a_condition_key(key: str, kind: str | None) -> None:
    found = condition_key(key)
    assert (None if found is None else found.type) == kind


@pytest.mark.parametrize(
    ("key", "tells"),
    [
        ("s3:prefix", "request"),
        ("ec2:createaction", "request"),  # of a service that nobody has looked through, about what is asked
        ("ec2:sourceinstancearn", "unknown"),  # about who asks
        ("ssm:nodeorgid", "unknown"),
        ("vpc-lattice-svcs:sourcevpc", "unknown"),
        ("servicecatalog:userlevel", "unknown"),
        ("lambda:sourcefunctionarn", "unknown"),  # an exception of a service that was looked through
        ("kms:encryptioncontext:app:of:mine", "request"),
        ("kms:encryptioncontext:aws:s3:arn", "unknown"),  # services set it
        ("nosuch:key", "unknown"),
    ],
)
def test_what_a_condition_key_tells(key: str, tells: str) -> None:
    assert meaning(key) == tells
