"""ACLs, the older way to share buckets and objects."""

from __future__ import annotations

from cloudsoc.aws.s3 import Bucket, BucketOwnershipControls
from cloudsoc.aws.s3_objects import ObjectSample
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import C1_1, CC6_1, CC6_3


@check(
    direct=(CC6_1,),
    supporting=(CC6_3,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        "SecurityHub:S3.12",
        "Config:s3-bucket-acl-prohibited",
        "Prowler:s3_bucket_acl_prohibited",
        "Steampipe:s3_bucket_acls_should_prohibit_user_access",
    ),
)
def bucket_acls_disabled(bucket: Bucket, ownership: BucketOwnershipControls | None) -> Verdict:
    """Buckets have their ACLs disabled.

    Why: with ACLs every object may have rights of its own, given by whoever wrote it, and nobody sees them all; without them the policies decide alone.

    Fix: ``aws s3api put-bucket-ownership-controls --bucket {bucket.name} --ownership-controls Rules=[{{ObjectOwnership=BucketOwnerEnforced}}]``

    Terraform: ``aws_s3_bucket_ownership_controls.rule.object_ownership``.
    """
    if ownership is None:
        return Failed("ACLs count: the bucket says nothing about the ownership of its objects")
    if ownership.acls_disabled:
        return Passed("ACLs are disabled, and the bucket's owner owns all objects")
    return Failed(f"ACLs count: object ownership is {', '.join(rule.object_ownership for rule in ownership.rules) or 'not set'}")


@check(
    direct=(CC6_1,),
    supporting=(C1_1,),
    severity=MEDIUM,
    profile=EXTENDED,
    refs=("Prowler:s3_bucket_object_public",),
)
def object_sample_is_not_public(bucket: Bucket, sample: ObjectSample) -> Verdict:
    """Sampled objects have no public ACL.

    Why: an object can be public in a bucket that is not, and the settings of the bucket do not show it.

    Fix: ``aws s3api put-public-access-block --bucket {bucket.name} --public-access-block-configuration
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`` voids all public ACLs at once.

    Terraform: ``aws_s3_bucket_public_access_block.ignore_public_acls``.
    """
    if sample.public_keys:
        more = f" and {len(sample.public_keys) - 5} more" if len(sample.public_keys) > 5 else ""
        return Failed(f"{len(sample.public_keys)} of {sample.sampled} sampled objects are public: {', '.join(sample.public_keys[:5])}{more}")
    if not sample.sampled:
        return NotApplicable("the bucket is empty")
    return Passed(f"none of {sample.sampled} sampled objects is public")
