"""Nobody from the public gets at a bucket."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.s3 import AccountPublicAccessBlock, Bucket, BucketWebsite
from cloudsoc.graphs.bucket_access import BucketAccess, Opening
from cloudsoc.graphs.public_access import FLAGS, EffectivePublicAccessBlock, flags
from cloudsoc.model import CRITICAL, EXTENDED, HIGH, LOW, MEDIUM, Failed, Passed, Verdict, check
from cloudsoc.model.criterion import C1_1, CC6_1, CC6_6, CC6_8, PI1_5


@check(
    direct=(CC6_1, CC6_6),
    supporting=(C1_1,),
    severity=HIGH,
    refs=(
        "SecurityHub:S3.1",
        "Config:s3-account-level-public-access-blocks-periodic",
        "Config:s3-account-level-public-access-blocks",
        "CIS:3.0:2.1.4",
        "CIS:5.0:2.1.4",
        "CIS:6.0:3.1.4",
        "CIS:7.0:3.1.4",
        "Prowler:s3_account_level_public_access_blocks",
        "Steampipe:s3_public_access_block_account",
    ),
)
def account_blocks_public_access(account: Account, block: AccountPublicAccessBlock | None) -> Verdict:
    """Accounts block public access to all their buckets.

    Why: a setting of the account also covers the buckets that somebody makes tomorrow, and no owner of a bucket can lift it by accident.

    Fix: ``aws s3control put-public-access-block --account-id {account.account} --public-access-block-configuration
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true``

    Terraform: ``aws_s3_account_public_access_block``.
    """
    if block is None:
        return Failed("the account has no block of its own")
    missing = [flag for flag in FLAGS if flag not in flags(block)]
    return Failed(f"{', '.join(missing)} off") if missing else Passed("all four settings are on")


@check(
    direct=(CC6_1, CC6_6),
    supporting=(C1_1,),
    severity=HIGH,
    refs=(
        "SecurityHub:S3.8",
        "Config:s3-bucket-level-public-access-prohibited",
        "CIS:3.0:2.1.4",
        "CIS:5.0:2.1.4",
        "CIS:6.0:3.1.4",
        "CIS:7.0:3.1.4",
        "Prowler:s3_bucket_level_public_access_block",
        "Steampipe:s3_public_access_block_bucket",
        "Steampipe:s3_public_access_block_bucket_account",
    ),
)
def bucket_blocks_public_access(bucket: Bucket, block: EffectivePublicAccessBlock) -> Verdict:
    """Buckets block public access, by themselves or through their account.

    Why: one careless grant shows a bucket to the whole internet; the block makes such a grant impossible, and void where there is one.

    Fix: ``aws s3api put-public-access-block --bucket {bucket.name} --public-access-block-configuration
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true``

    Terraform: ``aws_s3_bucket_public_access_block``, ``aws_s3_account_public_access_block``.
    """
    missing = block.missing()
    if not missing:
        return Passed(f"blocked by the setting of the {block.held_by()}")
    if not {"IgnorePublicAcls", "RestrictPublicBuckets"} & {*missing}:
        return Failed(f"public grants have no effect, but new ones can be made: {', '.join(missing)} off in bucket and account", severity=LOW)
    return Failed(f"{', '.join(missing)} off in bucket and account")


@check(
    direct=(CC6_1, CC6_6),
    supporting=(C1_1,),
    severity=CRITICAL,
    refs=(
        "SecurityHub:S3.2",
        "Config:s3-bucket-public-read-prohibited",
        "Prowler:s3_bucket_public_access",
        "Prowler:s3_bucket_public_list_acl",
        "Steampipe:s3_bucket_restrict_public_read_access",
        "Steampipe:s3_bucket_not_accessible_to_all_authenticated_user",
    ),
)
def bucket_denies_public_read(bucket: Bucket, access: BucketAccess) -> Verdict:
    """Nobody from the public can list or read a bucket.

    Why: what anybody can read has been read: open buckets are searched for around the clock, and "any AWS account" is anybody.

    Fix: ``aws s3api put-public-access-block --bucket {bucket.name} --public-access-block-configuration
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true``, then take the grant away. What is meant for
    everybody goes behind CloudFront, which the bucket lets in alone.

    Terraform: ``aws_s3_bucket_public_access_block``, ``aws_s3_bucket_policy.policy``, ``aws_s3_bucket_acl.acl``.
    """
    if openings := access.to_read():
        severity = None if any(_shows_objects(one) for one in openings) else MEDIUM
        return Failed("; ".join(map(str, openings)), severity=severity)
    return Passed(_private(access, "read or list"))


@check(
    direct=(CC6_1, CC6_6),
    supporting=(CC6_8, C1_1, PI1_5),
    severity=CRITICAL,
    refs=(
        "SecurityHub:S3.3",
        "Config:s3-bucket-public-write-prohibited",
        "CIS:7.0:2.21",
        "Prowler:s3_bucket_policy_public_write_access",
        "Prowler:s3_bucket_public_write_acl",
        "Steampipe:s3_bucket_restrict_public_write_access",
    ),
)
def bucket_denies_public_write(bucket: Bucket, access: BucketAccess) -> Verdict:
    """Nobody from the public can write to a bucket, delete from it or change its rights.

    Why: whoever can write replaces what others download, plants malware and stolen goods, or deletes the data and asks for money.

    Fix: ``aws s3api put-public-access-block --bucket {bucket.name} --public-access-block-configuration
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true``, then take the grant away; uploads from outside use
    presigned URLs.

    Terraform: ``aws_s3_bucket_public_access_block``, ``aws_s3_bucket_policy.policy``, ``aws_s3_bucket_acl.acl``.
    """
    if openings := access.to_write():
        return Failed("; ".join(map(str, openings)))
    return Passed(_private(access, "write"))


def _shows_objects(opening: Opening) -> bool:
    """Whether an opening shows objects or their names, and not only how the bucket is set up."""
    return any(action.startswith(("s3:GetObject", "s3:ListBucket", "s3:PutBucketAcl", "s3:PutObjectAcl")) for action in opening.actions)


def _private(access: BucketAccess, what: str) -> str:
    told = [f"nothing lets the public {what}", *access.closed]
    if access.objects_have_acls:
        told.append("ACLs of single objects count beside it")
    return "; ".join(told)


@check(
    direct=(CC6_1, CC6_6),
    severity=LOW,
    profile=EXTENDED,
    refs=("Steampipe:s3_bucket_static_website_hosting_disabled",),
)
def bucket_website_hosting_disabled(bucket: Bucket, website: BucketWebsite | None, *, approved_buckets: tuple[str, ...]) -> Verdict:
    """Buckets serve no website of their own.

    Why: a website of S3 answers over plain HTTP and needs a public bucket; one behind CloudFront needs neither.

    Fix: ``aws s3api delete-bucket-website --bucket {bucket.name}``; a website that is meant to be is named in ``approved_buckets``.

    Terraform: ``aws_s3_bucket_website_configuration``.
    """
    if website is None:
        return Passed("it serves no website")
    told = "it serves a website"
    if website.redirect_all_requests_to is not None:
        told = f"it sends visitors on to {website.redirect_all_requests_to.host_name}"
    return Passed(f"{told}, which is approved") if bucket.name in approved_buckets else Failed(told)
