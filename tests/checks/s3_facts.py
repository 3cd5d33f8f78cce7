"""Hand-made facts of buckets, shared by the tables of S3."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cloudsoc.aws.account import Account
from cloudsoc.aws.s3 import (
    AclGrant,
    AclOwner,
    Bucket,
    BucketAcl,
    BucketOwnershipControls,
    BucketPolicy,
    BucketPolicyStatus,
    BucketTagging,
    Grantee,
    OwnershipControlsRule,
    Tag,
)
from cloudsoc.graphs.public_access import FLAGS
from cloudsoc.policy import PolicyDocument

OWN, OTHER = "111122223333", "444455556666"
ACCOUNT = Account(arn=OWN, region="global", account=OWN)
BUCKET = Bucket(arn="arn:aws:s3:::photos", region="eu-west-1", name="photos")
OBJECTS = "arn:aws:s3:::photos/*"
BOTH = ["arn:aws:s3:::photos", OBJECTS]
AT = datetime(2026, 6, 1, tzinfo=UTC)
ME = "0" * 63 + "1"
NOT_PUBLIC, PUBLIC = BucketPolicyStatus(is_public=False), BucketPolicyStatus(is_public=True)


def flags(kind: Any, *on: str) -> Any:
    """A block with some of its four settings on."""
    names = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
    return kind(**{name: flag in on for name, flag in zip(names, FLAGS, strict=True)})


def acl(*grants: tuple[str, str]) -> BucketAcl:
    """An ACL of its owner, and of groups."""
    own = AclGrant(grantee=Grantee(type="CanonicalUser", id=ME), permission="FULL_CONTROL")
    named = (AclGrant(grantee=Grantee(type="Group", uri=f"http://acs.amazonaws.com/groups/{group}"), permission=permission) for group, permission in grants)
    return BucketAcl(owner=AclOwner(id=ME), grants=(own, *named))


def ownership(value: str) -> BucketOwnershipControls:
    return BucketOwnershipControls(rules=(OwnershipControlsRule(object_ownership=value),))


def document(*statements: dict[str, Any]) -> PolicyDocument:
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": list(statements)})


def policy(*statements: dict[str, Any]) -> BucketPolicy:
    return BucketPolicy(policy=document(*statements))


def allow(action: Any = "s3:GetObject", *, principal: Any = "*", resource: Any = OBJECTS, condition: Any = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return statement if condition is None else statement | {"Condition": condition}


def tagged(**tags: str) -> BucketTagging:
    return BucketTagging(tag_set=tuple(Tag(key=key, value=value) for key, value in tags.items()))
