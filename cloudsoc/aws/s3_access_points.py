"""S3 access points: further doors to buckets, each with a policy and a block of public access of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudsoc.aws.account import Account, Region
from cloudsoc.model import Address, Calls, Fact, Part, Resource, listed, part, reading, reads
from cloudsoc.policy import PolicyDocument


@listed(
    "s3control:ListAccessPoints.AccessPointList[]",
    arn="{AccessPointArn}",
    names={"Name": "{Name}"},
    gone="NoSuchAccessPoint",
    resource_type="AWS::S3::AccessPoint",
)
class AccessPoint(Resource[Region]):
    """An access point; its bucket may belong to another account. ``network_origin`` is ``VPC`` where it answers inside one VPC only."""

    name: str
    bucket: str
    network_origin: str


@reads("s3control:GetAccessPoint.PublicAccessBlockConfiguration")
class AccessPointPublicAccessBlock(Fact[AccessPoint]):
    """The block of public access that an access point was made with; it cannot be changed later."""

    block_public_acls: bool
    ignore_public_acls: bool
    block_public_policy: bool
    restrict_public_buckets: bool


@reads("s3control:GetAccessPointPolicy", absent="NoSuchAccessPointPolicy")
class AccessPointPolicy(Fact[AccessPoint]):
    """Who may come through an access point, as far as the bucket leaves that to it."""

    policy: PolicyDocument


@reading("s3control:ListMultiRegionAccessPoints")
def multi_region_access_points(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """All of an account. Only the first partition has them."""
    if about.partition == "aws":
        for one in call.items("s3control:ListMultiRegionAccessPoints.AccessPoints[]", AccountId=about.account):
            block = one["PublicAccessBlock"]
            yield {
                "name": one["Name"],
                "alias": one.get("Alias") or one["Name"],
                "status": one["Status"],
                "buckets": tuple(region["Bucket"] for region in one["Regions"]),
                "public_access_block": {
                    "block_public_acls": block["BlockPublicAcls"],
                    "ignore_public_acls": block["IgnorePublicAcls"],
                    "block_public_policy": block["BlockPublicPolicy"],
                    "restrict_public_buckets": block["RestrictPublicBuckets"],
                },
            }


@part
class PublicAccessBlock(Part):
    """The four settings."""

    block_public_acls: bool
    ignore_public_acls: bool
    block_public_policy: bool
    restrict_public_buckets: bool


@listed(
    multi_region_access_points,
    arn="arn:{partition}:s3::{account}:accesspoint/{alias}",
    region="global",
    names={"Name": "{name}"},
    gone="NoSuchMultiRegionAccessPoint",
    asked_in="us-west-2",
    resource_type="AWS::S3::MultiRegionAccessPoint",
)
class MultiRegionAccessPoint(Resource[Account]):
    """An access point before buckets of several regions. Its control plane answers in one region."""

    name: str
    alias: str
    status: str
    buckets: tuple[str, ...]
    public_access_block: PublicAccessBlock


@part
class EstablishedMultiRegionAccessPointPolicy(Part):
    """The policy in force."""

    policy: PolicyDocument | None = None


@part
class MultiRegionAccessPointPolicyDocument(Part):
    """The policy in force; a proposed one may stand beside it until it has reached all regions."""

    established: EstablishedMultiRegionAccessPointPolicy | None = None


@reads("s3control:GetMultiRegionAccessPointPolicy", absent="NoSuchAccessPointPolicy", asked_in="us-west-2")
class MultiRegionAccessPointPolicy(Fact[MultiRegionAccessPoint]):
    """Who may come through a multi-region access point."""

    policy: MultiRegionAccessPointPolicyDocument
