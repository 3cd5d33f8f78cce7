"""What Acorn Analytics stores, and the keys that it is locked with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cloudsoc.demo.company import ACCOUNT, AMERICA, HOME

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ServerSideEncryptionByDefaultTypeDef, ServerSideEncryptionRuleTypeDef

Keys = dict[str, str]
"""Key ARNs by the purpose that their alias names."""


def make_keys(session: boto3.Session) -> Keys:
    """Six keys in two regions: three that rotate, one that was forgotten, one that cannot, and one on its way out."""
    ireland, virginia = session.client("kms", HOME), session.client("kms", AMERICA)
    keys = {
        "log-archive": _key(
            ireland, "log-archive", "Audit logs", rotates=True, also=({"Service": "cloudtrail.amazonaws.com"}, ["kms:GenerateDataKey*", "kms:DescribeKey"])
        ),
        "customer-data": _key(ireland, "customer-data", "Customer data, Europe", rotates=True),
        "customer-data-us": _key(virginia, "customer-data-us", "Customer data, America", rotates=True),
        "legacy-exports": _key(ireland, "legacy-exports", "Exports of the old product"),  # made by hand before anybody thought of rotation
        "old-billing": _key(ireland, "old-billing", "Billing until 2023"),
    }
    signing = ireland.create_key(Description="Signs the licence files", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    ireland.create_alias(AliasName="alias/acorn-licence-signing", TargetKeyId=signing["KeyId"])
    # Somebody tidied up. The exports of 2023 are encrypted with it.
    ireland.schedule_key_deletion(KeyId=keys["old-billing"].rpartition("/")[2], PendingWindowInDays=7)
    return keys


def _key(kms: KMSClient, purpose: str, description: str, *, rotates: bool = False, also: tuple[dict[str, str], list[str]] | None = None) -> str:
    statements: list[dict[str, Any]] = [
        {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    ]
    if also is not None:
        principal, actions = also
        statements.append({"Sid": "Service", "Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"})
    key = kms.create_key(
        Description=description, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}), Tags=[{"TagKey": "purpose", "TagValue": purpose}]
    )["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/acorn-{purpose}", TargetKeyId=key["KeyId"])
    if rotates:
        kms.enable_key_rotation(KeyId=key["KeyId"])
    return key["Arn"]


def fill_buckets(session: boto3.Session, keys: Keys) -> None:
    """Seven buckets. Nobody ever switched on the block for the account as a whole, so each has to look after itself."""
    ireland, virginia = session.client("s3", HOME), session.client("s3", AMERICA)

    _bucket(ireland, "acorn-access-logs", closed=True)
    _bucket(ireland, "acorn-log-archive", closed=True, versioned=True, key=keys["log-archive"])
    _bucket(ireland, "acorn-customer-data", closed=True, versioned=True, key=keys["customer-data"])
    _bucket(ireland, "acorn-billing-exports", closed=True, versioned=True)
    _bucket(ireland, "acorn-website")
    _bucket(virginia, "acorn-build-artifacts", closed=True)
    # Shared "for a minute" with a customer: only half of the block is on.
    _bucket(virginia, "acorn-analytics-scratch", key=keys["customer-data-us"])
    virginia.put_public_access_block(
        Bucket="acorn-analytics-scratch",
        PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False},
    )

    for archive in ("acorn-log-archive", "acorn-customer-data"):
        _log_access(ireland, archive)
    _say_who_may(ireland, "acorn-access-logs", _only_tls("acorn-access-logs"), _service("logging.s3.amazonaws.com", "s3:PutObject", "acorn-access-logs/*"))
    _say_who_may(
        ireland,
        "acorn-log-archive",
        _only_tls("acorn-log-archive"),
        _service("cloudtrail.amazonaws.com", "s3:GetBucketAcl", "acorn-log-archive"),
        _service("cloudtrail.amazonaws.com", "s3:PutObject", f"acorn-log-archive/AWSLogs/{ACCOUNT}/*"),
        _service("config.amazonaws.com", "s3:PutObject", f"acorn-log-archive/AWSLogs/{ACCOUNT}/Config/*"),
    )
    _say_who_may(ireland, "acorn-customer-data", _only_tls("acorn-customer-data"))
    _say_who_may(ireland, "acorn-billing-exports", _only_tls("acorn-billing-exports"))
    # The website is meant to be public; that it answers over plain http as well is not.
    _say_who_may(
        ireland,
        "acorn-website",
        {"Sid": "Everybody", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acorn-website/*"},
    )
    ireland.put_bucket_website(Bucket="acorn-website", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    # Copied from a blog: objects need TLS, while the bucket itself may be listed without.
    objects_only = _only_tls("acorn-build-artifacts") | {"Resource": "arn:aws:s3:::acorn-build-artifacts/*"}
    _say_who_may(virginia, "acorn-build-artifacts", objects_only)


def _bucket(s3: S3Client, name: str, *, closed: bool = False, versioned: bool = False, key: str | None = None) -> None:
    if s3.meta.region_name == AMERICA:
        s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerEnforced")
    else:
        s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerEnforced", CreateBucketConfiguration={"LocationConstraint": HOME})
    locked: ServerSideEncryptionByDefaultTypeDef = {"SSEAlgorithm": "AES256"} if key is None else {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule: ServerSideEncryptionRuleTypeDef = {"ApplyServerSideEncryptionByDefault": locked, "BucketKeyEnabled": key is not None}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if closed:
        s3.put_public_access_block(
            Bucket=name,
            PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True},
        )
    s3.put_bucket_tagging(
        Bucket=name,
        Tagging={
            "TagSet": [{"Key": "owner", "Value": "platform"}, {"Key": "classification", "Value": "public" if name == "acorn-website" else "confidential"}]
        },
    )


def _log_access(s3: S3Client, name: str) -> None:
    # Before the target has its policy: moto cannot read one whose principal is "*" while it looks for the log delivery group.
    s3.put_bucket_policy(Bucket="acorn-access-logs", Policy=_document(_service("logging.s3.amazonaws.com", "s3:PutObject", "acorn-access-logs/*")))
    s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "acorn-access-logs", "TargetPrefix": f"{name}/"}})


def _only_tls(bucket: str) -> dict[str, Any]:
    return {
        "Sid": "OnlyTLS",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _service(principal: str, action: str, path: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": principal},
        "Action": action,
        "Resource": f"arn:aws:s3:::{path}",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }


def _say_who_may(s3: S3Client, bucket: str, *statements: dict[str, Any]) -> None:
    s3.put_bucket_policy(Bucket=bucket, Policy=_document(*statements))


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
