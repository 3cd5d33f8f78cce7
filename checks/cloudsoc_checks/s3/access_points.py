"""Access points are doors of their own, with a block of their own."""

from __future__ import annotations

from typing import Annotated

from cloudsoc.aws.s3 import AccountPublicAccessBlock
from cloudsoc.aws.s3_access_points import AccessPoint, AccessPointPublicAccessBlock, MultiRegionAccessPoint
from cloudsoc.graphs.public_access import FLAGS, EffectivePublicAccessBlock, flags
from cloudsoc.model import HIGH, Failed, NotApplicable, Passed, Ref, Verdict, check
from cloudsoc.model.criterion import CC6_1, CC6_6


@check(
    direct=(CC6_1, CC6_6),
    severity=HIGH,
    refs=(
        "SecurityHub:S3.19",
        "Config:s3-access-point-public-access-blocks",
        "Prowler:s3_access_point_public_access_block",
        "Steampipe:s3_access_point_restrict_public_access",
    ),
)
def access_point_blocks_public_access(
    point: AccessPoint,
    own: AccessPointPublicAccessBlock,
    account: AccountPublicAccessBlock | None,
    bucket: Annotated[EffectivePublicAccessBlock, Ref("bucket")],
) -> Verdict:
    """Access points block public access, by themselves, or through their account or bucket.

    Why: an access point has a policy of its own; one that is open opens the part of the bucket that lies behind it.

    Fix: the block of an access point cannot be changed: make it anew with all four settings on, or block at the bucket: ``aws s3api
    put-public-access-block --bucket {point.bucket} --public-access-block-configuration
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true``

    Terraform: ``aws_s3_access_point.public_access_block_configuration``.
    """
    missing = [flag for flag in FLAGS if flag not in flags(own)]
    if not missing:
        return Passed("blocked by its own setting")
    missing = [flag for flag in missing if flag not in flags(account)]
    if not missing:
        return Passed("blocked by its own setting and its account's together")
    missing = [flag for flag in missing if not bucket.holds(flag)]
    return Failed(f"{', '.join(missing)} off in access point, account and bucket") if missing else Passed("blocked by its bucket's setting")


@check(
    direct=(CC6_1, CC6_6),
    severity=HIGH,
    refs=(
        "SecurityHub:S3.24",
        "Prowler:s3_multi_region_access_point_public_access_block",
        "Steampipe:s3_multi_region_access_point_public_access_blocked",
    ),
)
def multi_region_access_point_blocks_public_access(point: MultiRegionAccessPoint, account: AccountPublicAccessBlock | None) -> Verdict:
    """Multi-region access points block public access, by themselves or through their account.

    Why: one policy before the buckets of several regions opens all of them at once.

    Fix: the block of an access point cannot be changed: ``aws s3control create-multi-region-access-point --region us-west-2 --details ...`` makes it anew
    with all four settings on; until then ``aws s3control delete-multi-region-access-point --region us-west-2 --details Name={point.name}`` closes it.

    Terraform: ``aws_s3control_multi_region_access_point.details.public_access_block``.
    """
    if point.status == "DELETING":
        return NotApplicable("it is being deleted")
    missing = [flag for flag in FLAGS if flag not in flags(point.public_access_block)]
    if not missing:
        return Passed("blocked by its own setting")
    missing = [flag for flag in missing if flag not in flags(account)]
    return Failed(f"{', '.join(missing)} off in access point and account") if missing else Passed("blocked by its own setting and its account's together")
