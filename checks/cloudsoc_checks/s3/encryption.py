"""How objects are encrypted when their writer says nothing."""

from __future__ import annotations

from cloudsoc.aws.kms import Key
from cloudsoc.aws.s3 import Bucket, BucketEncryption, ServerSideEncryptionRule
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Every, Failed, Incomplete, Passed, Unread, Verdict, check
from cloudsoc.model.criterion import C1_1, CC6_1, PI1_4

KMS = ("aws:kms", "aws:kms:dsse")
"""The algorithms whose key is a KMS key."""


@check(
    direct=(CC6_1, C1_1),
    supporting=(PI1_4,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        "Config:s3-bucket-server-side-encryption-enabled",
        "Prowler:s3_bucket_default_encryption",
        "Steampipe:s3_bucket_default_encryption_enabled",
    ),
)
def bucket_encrypted_by_default(bucket: Bucket, encryption: BucketEncryption | None) -> Verdict:
    """Buckets encrypt new objects by default.

    Why: data at rest that is not encrypted can be read off the disk. Since January 2023 AWS encrypts every new object by itself; this is the evidence.

    Fix: ``aws s3api put-bucket-encryption --bucket {bucket.name} --server-side-encryption-configuration
    Rules=[{{ApplyServerSideEncryptionByDefault={{SSEAlgorithm=AES256}}}}]``

    Terraform: ``aws_s3_bucket_server_side_encryption_configuration``.
    """
    for rule in encryption.rules if encryption else ():
        if rule.apply_server_side_encryption_by_default is not None:
            return Passed(_told(rule))
    return Failed("AWS names no default encryption")


@check(
    direct=(CC6_1, C1_1),
    supporting=(PI1_4,),
    severity=MEDIUM,
    refs=(
        "SecurityHub:S3.17",
        "Config:s3-default-encryption-kms",
        "Prowler:s3_bucket_kms_encryption",
        "Steampipe:s3_bucket_default_encryption_enabled_kms",
    ),
)
def bucket_encrypted_with_kms(bucket: Bucket, encryption: BucketEncryption | None, keys: Every[Key], *, require_customer_key: bool = False) -> Verdict:
    """Buckets encrypt new objects with a KMS key by default.

    Why: a KMS key has a policy and a trail of its own, so that who can list a bucket cannot read it without the key, and each use of the key is recorded.

    Fix: ``aws s3api put-bucket-encryption --bucket {bucket.name} --server-side-encryption-configuration
    Rules=[{{ApplyServerSideEncryptionByDefault={{SSEAlgorithm=aws:kms,KMSMasterKeyID=KEY_ARN}},BucketKeyEnabled=true}}]``

    Terraform: ``aws_s3_bucket_server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.sse_algorithm``.
    """
    for rule in encryption.rules if encryption else ():
        default = rule.apply_server_side_encryption_by_default
        if default is None:
            continue
        if default.sse_algorithm not in KMS:
            return Failed(f"by default {default.sse_algorithm}: with a key of S3's own")
        if require_customer_key and not _customer_managed(default.kms_master_key_id, bucket, keys):
            return Failed("by default with a KMS key that AWS manages")
        return Passed(_told(rule))
    return Failed("AWS names no default encryption")


def _told(rule: ServerSideEncryptionRule) -> str:
    """A rule in words."""
    default = rule.apply_server_side_encryption_by_default
    assert default is not None  # noqa: S101 the callers looked
    key = f" with {default.kms_master_key_id or 'the key that AWS manages'}" if default.sse_algorithm in KMS else ""
    bucket_key = ", a bucket key" if rule.bucket_key_enabled else ""
    blocked = rule.blocked_encryption_types
    closed = f"; not allowed: {', '.join(blocked.encryption_type)}" if blocked and {*blocked.encryption_type} - {"NONE"} else ""
    return f"by default {default.sse_algorithm}{key}{bucket_key}{closed}"


def _customer_managed(named: str | None, bucket: Bucket, keys: Every[Key]) -> bool:
    """Whether a key is the customer's. AWS's own are used in their account only, so one of another account is a customer's, whoever's that is."""
    if named is None or named.endswith("alias/aws/s3"):
        return False
    if ":alias/" in named or named.startswith("alias/"):
        return True  # aliases of AWS's own keys begin with aws/, and no others may
    own = {key.arn.split(":")[4] for key in keys.known}
    if named.startswith("arn:") and own and named.split(":")[4] not in own:
        return True
    for key in keys:
        if named in (key.arn, key.key_id):
            return key.key_manager == "CUSTOMER"
    raise Incomplete(Unread("kms:DescribeKey", f"{named} is not among the keys of this account", bucket.region))
