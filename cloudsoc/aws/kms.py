"""KMS: keys and their rotation."""

from __future__ import annotations

from datetime import datetime

from cloudsoc.aws.account import Region
from cloudsoc.model import Fact, NotApplicable, Resource, listed, reads


@listed("kms:ListKeys.Keys[]", arn="{KeyArn}", names={"KeyId": "{KeyId}"}, gone="NotFoundException", resource_type="AWS::KMS::Key")
@reads("kms:DescribeKey.KeyMetadata")
class Key(Resource[Region]):
    """A KMS key."""

    key_id: str
    key_manager: str
    key_spec: str
    key_state: str
    origin: str
    deletion_date: datetime | None = None


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
