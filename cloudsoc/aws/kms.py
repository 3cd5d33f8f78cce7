"""KMS: keys, their rotation, policies, grants and use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from cloudsoc.aws.account import Region
from cloudsoc.model import Address, Calls, Fact, NotApplicable, Part, Resource, listed, part, reading, reads
from cloudsoc.policy import PolicyDocument


@part
class MultiRegionKey(Part):
    """One of the keys that share their material over several regions."""

    arn: str
    region: str


@part
class MultiRegionConfiguration(Part):
    """Where the other keys with the same material are."""

    multi_region_key_type: str
    primary_key: MultiRegionKey
    replica_keys: tuple[MultiRegionKey, ...] = ()


@listed("kms:ListKeys.Keys[]", arn="{KeyArn}", names={"KeyId": "{KeyId}"}, gone="NotFoundException", resource_type="AWS::KMS::Key")
@reads("kms:DescribeKey.KeyMetadata")
class Key(Resource[Region]):
    """A KMS key."""

    key_id: str
    key_manager: str
    key_spec: str
    key_state: str
    origin: str
    creation_date: datetime
    expiration_model: str | None = None
    valid_to: datetime | None = None
    deletion_date: datetime | None = None


@reads("kms:DescribeKey.KeyMetadata")
class KeyReach(Fact[Key]):
    """Where a multi-region key's material is; in the same answer as the key itself."""

    multi_region_configuration: MultiRegionConfiguration | None = None


def is_multi_region(key: Key) -> bool:
    """Whether a key's material may leave its region: AWS begins the ids of such keys, and of no others, with ``mrk-``."""
    return key.key_id.startswith("mrk-")


def customer_managed(key: Key) -> NotApplicable | None:
    """What can be set on a key at all: AWS writes the policies of its own ones, and nobody can change or delete them."""
    return NotApplicable("an AWS managed key: AWS sets it up, nobody else can change it") if key.key_manager == "AWS" else None


def aws_can_rotate(key: Key) -> NotApplicable | None:
    """AWS rotates symmetric keys whose material it made itself; of others it refuses the question."""
    if key.key_manager == "AWS":
        return NotApplicable("AWS managed keys rotate on AWS's schedule")
    if key.key_spec != "SYMMETRIC_DEFAULT" or key.origin != "AWS_KMS":
        return NotApplicable(f"AWS cannot rotate {key.key_spec} keys of origin {key.origin}")
    return None


@reads("kms:GetKeyRotationStatus", when=aws_can_rotate)
class KeyRotation(Fact[Key]):
    """Whether AWS replaces the key material on a schedule."""

    key_rotation_enabled: bool
    rotation_period_in_days: int | None = None


@reads("kms:GetKeyPolicy", given={"PolicyName": "default"}, when=customer_managed)  # a key has this one and no other
class KeyPolicy(Fact[Key]):
    """Who may do what with a key; without it, nobody may anything."""

    policy: PolicyDocument


@listed("kms:ListGrants.Grants[]", arn="{GrantId}", names={"GrantId": "{GrantId}"}, resource_type="AWS::KMS::Grant", when=customer_managed)
class Grant(Resource[Key]):
    """A right to use a key, given outside of its policy: to a principal, or to a service that works for one."""

    grant_id: str
    grantee_principal: str | None = None
    grantee_service_principal: str | None = None
    operations: tuple[str, ...] = ()


@part
class LastUsage(Part):
    """The last operation that used the key's material; empty where AWS saw none."""

    operation: str | None = None
    timestamp: datetime | None = None


@reads("kms:GetKeyLastUsage", when=customer_managed)
class KeyLastUsage(Fact[Key]):
    """When a key was used last, as far back as AWS keeps track of it."""

    key_last_usage: LastUsage | None = None
    tracking_start_date: datetime


@reading("kms:ListResourceTags")
def tags_of_key(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """The tags of a key, all pages of them."""
    yield {"tags": {tag["TagKey"]: tag["TagValue"] for tag in call.items("kms:ListResourceTags.Tags[]", **about.names)}}


@reads(tags_of_key, when=customer_managed)
class KeyTags(Fact[Key]):
    """The tags of a key."""

    tags: Mapping[str, str]
