"""S3: buckets, their policies, and the blocks of public access."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudsoc.aws.account import Account
from cloudsoc.model import Address, Calls, Fact, Resource, Unread, listed, reading, reads
from cloudsoc.policy import PolicyDocument

_OLD_NAMES = {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}
"""How GetBucketLocation spells the two oldest regions."""


@reading("s3:ListBuckets", "s3:GetBucketLocation")
def buckets(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 all buckets of the one account that asks
    """All buckets with their regions. ListBuckets names the region only when it is asked for pages."""
    for bucket in call.items("s3:ListBuckets.Buckets[]", MaxBuckets=10_000):
        region: str | Unread | None = bucket.get("BucketRegion")
        if region is None:
            region = _location(call, bucket["Name"])
        yield {"name": bucket["Name"], "bucket_region": region}


def _location(call: Calls, bucket: str) -> str | Unread:
    answer = call.tried("s3:GetBucketLocation", Bucket=bucket)
    if isinstance(answer, Unread):
        return answer
    said = answer.get("LocationConstraint")
    return _OLD_NAMES.get(said) or str(said)


@listed(
    buckets,
    arn="arn:{partition}:s3:::{name}",
    region="{bucket_region}",
    names={"Bucket": "{name}"},
    gone="NoSuchBucket",
    permission=("s3:ListAllMyBuckets", "s3:GetBucketLocation"),
    resource_type="AWS::S3::Bucket",
)
class Bucket(Resource[Account]):
    """A general purpose bucket."""

    name: str


@reads("s3:GetBucketPolicy", absent="NoSuchBucketPolicy")
class BucketPolicy(Fact[Bucket]):
    """Who else may do what with a bucket."""

    policy: PolicyDocument


@reads(
    "s3:GetPublicAccessBlock.PublicAccessBlockConfiguration",
    absent="NoSuchPublicAccessBlockConfiguration",
    permission="s3:GetBucketPublicAccessBlock",
)
class BucketPublicAccessBlock(Fact[Bucket]):
    """The block of public access that a bucket has of its own."""

    block_public_acls: bool
    ignore_public_acls: bool
    block_public_policy: bool
    restrict_public_buckets: bool


@reads(
    "s3control:GetPublicAccessBlock.PublicAccessBlockConfiguration",
    absent="NoSuchPublicAccessBlockConfiguration",
    permission="s3:GetAccountPublicAccessBlock",
)
class AccountPublicAccessBlock(Fact[Account]):
    """The block of public access for all buckets of an account; AWS answers what is in force, its organization's block included."""

    block_public_acls: bool
    ignore_public_acls: bool
    block_public_policy: bool
    restrict_public_buckets: bool
