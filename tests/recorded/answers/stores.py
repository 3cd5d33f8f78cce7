"""S3, KMS and CloudFront."""

from __future__ import annotations

from typing import Any

from tests.recorded.answers import ACCOUNT, AMERICA, FOREIGN, HOME, Given, Request, Said, ago, allow, policy, refuse

KEYS = ("data", "mrk-old", "aws")
BUCKETS = {"acorn-data": HOME, "acorn-logs": HOME, "acorn-site": AMERICA}
GOOD = frozenset({"acorn-data", "acorn-logs"})
OWNER = {"ID": "canonical-id-of-the-account"}
ALL_ON = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}

_PUBLIC = {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}


def _arn(name: str) -> str:
    return f"arn:aws:kms:{HOME}:{ACCOUNT}:key/{name}"


def _key(asked: Request) -> Said:
    name = asked["KeyId"].rpartition("/")[2]
    return {
        "KeyMetadata": {
            "AWSAccountId": ACCOUNT,
            "KeyId": name,
            "Arn": _arn(name),
            "CreationDate": ago(500),
            "Enabled": True,
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": "Enabled",
            "Origin": "AWS_KMS",
            "KeyManager": "AWS" if name == "aws" else "CUSTOMER",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "MultiRegion": name == "mrk-old",
        }
        | (
            {"MultiRegionConfiguration": {"MultiRegionKeyType": "PRIMARY", "PrimaryKey": {"Arn": _arn(name), "Region": HOME}, "ReplicaKeys": []}}
            if name == "mrk-old"
            else {}
        )
    }


def _key_policy(asked: Request) -> Said:
    own = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    trail = allow(["kms:GenerateDataKey*", "kms:DescribeKey"], Principal={"Service": "cloudtrail.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})  # fmt: skip
    others = allow("kms:Decrypt", Principal={"AWS": f"arn:aws:iam::{FOREIGN}:root"})
    return {"Policy": policy(own, trail if asked["KeyId"] == "data" else others), "PolicyName": "default"}


def _grants(asked: Request) -> Said:
    return {
        "Grants": [
            {"KeyId": _arn(asked["KeyId"]), "GrantId": f"{asked['KeyId']}{n}", "GranteePrincipal": f"arn:aws:iam::{ACCOUNT if n == 1 else FOREIGN}:role/x", "Operations": ["Decrypt"]} for n in (1, 2)
        ],
        "Truncated": False,
    }  # fmt: skip


def _bucket(good: dict[str, Any], bad: dict[str, Any] | str) -> Given:
    """What the good buckets answer, and the other one: an answer too, or the error by which AWS says that there is none."""

    def answer(asked: Request) -> Said:
        if asked["Bucket"] in GOOD:
            return good
        return refuse(bad) if isinstance(bad, str) else bad

    return answer


def _bucket_policy(asked: Request) -> Said:
    bucket = asked["Bucket"]
    if bucket == "acorn-data":
        return refuse("NoSuchBucketPolicy")
    everything = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    tls = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": everything, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    services = allow("s3:PutObject", everything[1], Principal={"Service": ["cloudtrail.amazonaws.com", "config.amazonaws.com"]}, Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})  # fmt: skip
    return {"Policy": policy(tls, services) if bucket == "acorn-logs" else policy(allow("s3:GetObject", everything[1], Principal="*"))}


def _encryption(kms: bool) -> dict[str, Any]:
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": _arn("data")} if kms else {"SSEAlgorithm": "AES256"}
    return {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": kms}]}}


def _tags(asked: Request) -> Said:
    return {"TagSet": [{"Key": "DataClassification", "Value": "personal"}, {"Key": "owner", "Value": "ada"}]} if asked["Bucket"] == "acorn-data" else refuse("NoSuchTagSet")  # fmt: skip


def _distribution(name: str) -> dict[str, Any]:
    return {
        "Id": name,
        "ARN": f"arn:aws:cloudfront::{ACCOUNT}:distribution/{name}",
        "Status": "Deployed",
        "LastModifiedTime": ago(90),
        "DomainName": f"{name.lower()}.cloudfront.net",
        "Aliases": {"Quantity": 0},
        "Origins": {"Quantity": 1, "Items": [{"Id": "site", "DomainName": "acorn-site.s3.amazonaws.com"}]},
        "DefaultCacheBehavior": {"TargetOriginId": "site", "ViewerProtocolPolicy": "redirect-to-https"},
        "CacheBehaviors": {"Quantity": 0},
        "CustomErrorResponses": {"Quantity": 0},
        "Comment": "",
        "PriceClass": "PriceClass_100",
        "Enabled": True,
        "ViewerCertificate": {},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "WebACLId": "",
        "HttpVersion": "http2",
        "IsIPV6Enabled": True,
        "Staging": False,
    }


def _lifecycle() -> dict[str, Any]:
    kept = {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 500}, "NoncurrentVersionExpiration": {"NoncurrentDays": 30}}
    return {"Rules": [kept]}


_POINTS = [f"arn:aws:s3:{HOME}:{ACCOUNT}:accesspoint/{name}" for name in ("inside", "outside")]
ANSWERS: dict[str, Given] = {
    "kms:ListKeys": {"Keys": [{"KeyId": name, "KeyArn": _arn(name)} for name in KEYS], "Truncated": False},
    "kms:DescribeKey": _key,
    "kms:GetKeyPolicy": _key_policy,
    "kms:GetKeyRotationStatus": lambda asked: {"KeyRotationEnabled": asked["KeyId"] == "data", "RotationPeriodInDays": 365},
    "kms:ListGrants": _grants,
    "kms:ListResourceTags": {"Tags": [{"TagKey": "owner", "TagValue": "ada"}, {"TagKey": "purpose", "TagValue": "data"}], "Truncated": False},
    "kms:GetKeyLastUsage": lambda asked: {
        "KeyId": _arn(asked["KeyId"]),
        "TrackingStartDate": ago(300),
        "KeyLastUsage": {"Operation": "Decrypt", "Timestamp": ago(2 if asked["KeyId"] == "data" else 250)},
    },
    "s3:ListBuckets": {"Buckets": [{"Name": name, "CreationDate": ago(400)} | ({} if name == "acorn-site" else {"BucketRegion": region}) for name, region in BUCKETS.items()], "Owner": OWNER},
    "s3:GetBucketLocation": lambda asked: {"LocationConstraint": BUCKETS[asked["Bucket"]] if BUCKETS[asked["Bucket"]] != AMERICA else ""},
    "s3:GetBucketAcl": _bucket({"Owner": OWNER, "Grants": [{"Grantee": {"Type": "CanonicalUser", **OWNER}, "Permission": "FULL_CONTROL"}]}, {"Owner": OWNER, "Grants": [_PUBLIC]}),
    "s3:GetBucketEncryption": _bucket(_encryption(True), _encryption(False)),
    "s3:GetBucketLifecycleConfiguration": _bucket(_lifecycle(), "NoSuchLifecycleConfiguration"),
    "s3:GetBucketLogging": _bucket({"LoggingEnabled": {"TargetBucket": "acorn-logs", "TargetPrefix": "s3/"}}, {}),
    "s3:GetBucketNotificationConfiguration": _bucket({"EventBridgeConfiguration": {}}, {}),
    "s3:GetBucketOwnershipControls": _bucket({"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}, "OwnershipControlsNotFoundError"),
    "s3:GetBucketPolicy": _bucket_policy,
    "s3:GetBucketPolicyStatus": lambda asked: refuse("NoSuchBucketPolicy") if asked["Bucket"] == "acorn-data" else {"PolicyStatus": {"IsPublic": asked["Bucket"] == "acorn-site"}},
    "s3:GetBucketReplication": _bucket(
        {"ReplicationConfiguration": {"Role": f"arn:aws:iam::{ACCOUNT}:role/x", "Rules": [{"Status": "Enabled", "Priority": 1, "Filter": {}, "Destination": {"Bucket": "arn:aws:s3:::acorn-copy", "Account": FOREIGN}}]}},
        "ReplicationConfigurationNotFoundError",
    ),
    "s3:GetBucketTagging": _tags,
    "s3:GetBucketVersioning": _bucket({"Status": "Enabled", "MFADelete": "Enabled"}, {}),
    "s3:GetBucketWebsite": lambda asked: {"RedirectAllRequestsTo": {"HostName": "example.org"}} if asked["Bucket"] == "acorn-site" else refuse("NoSuchWebsiteConfiguration"),
    "s3:GetObjectLockConfiguration": _bucket(
        {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}}}}, "ObjectLockConfigurationNotFoundError"
    ),
    "s3:GetPublicAccessBlock": _bucket({"PublicAccessBlockConfiguration": ALL_ON}, "NoSuchPublicAccessBlockConfiguration"),
    "s3:HeadBucket": lambda asked: {"BucketRegion": HOME} if asked["Bucket"] == f"cdk-hnb659fds-assets-{ACCOUNT}-{HOME}" else refuse("404"),
    "s3:ListObjectsV2": {"Contents": [{"Key": f"page {n}.html", "Size": 1} for n in (1, 2)], "IsTruncated": False, "Name": "acorn-site", "KeyCount": 2},
    "s3:GetObjectAcl": {"Owner": OWNER, "Grants": [{"Grantee": {"Type": "CanonicalUser", **OWNER}, "Permission": "FULL_CONTROL"}]},
    "s3control:GetPublicAccessBlock": {"PublicAccessBlockConfiguration": ALL_ON | {"IgnorePublicAcls": False, "RestrictPublicBuckets": False}},
    "s3control:ListAccessPoints": {
        "AccessPointList": [{"Name": arn.rpartition("/")[2], "NetworkOrigin": "Internet", "Bucket": "acorn-data", "BucketAccountId": ACCOUNT, "AccessPointArn": arn, "Alias": "a-s3alias"} for arn in _POINTS]
    },
    "s3control:GetAccessPoint": lambda asked: {
        "Name": asked["Name"],
        "Bucket": "acorn-data",
        "NetworkOrigin": "Internet",
        "PublicAccessBlockConfiguration": ALL_ON | ({} if asked["Name"] == "inside" else {"BlockPublicPolicy": False}),
    },
    "s3control:GetAccessPointPolicy": lambda asked: {"Policy": policy(allow("s3:GetObject", f"{_POINTS[0]}/object/*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/deploy"}))} if asked["Name"] == "inside" else refuse("NoSuchAccessPointPolicy"),
    "s3control:ListMultiRegionAccessPoints": {
        "AccessPoints": [{"Name": name, "Alias": f"{name}.mrap", "Status": "READY", "PublicAccessBlock": ALL_ON, "Regions": [{"Bucket": "acorn-data", "Region": HOME}]} for name in ("shut", "ajar")]
    },
    "s3control:GetMultiRegionAccessPointPolicy": lambda asked: {
        "Policy": {"Established": {"Policy": policy(allow("s3:GetObject", f"arn:aws:s3::{ACCOUNT}:accesspoint/{asked['Name']}.mrap/object/*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/deploy"}))}}
    },
    "cloudfront:ListDistributions": {"DistributionList": {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": 2, "Items": [_distribution("E1"), _distribution("E2")]}},
    "cloudfront:GetDistributionConfig": {
        "DistributionConfig": {
            "CallerReference": "1",
            "Origins": {"Quantity": 1, "Items": [{"Id": "site", "DomainName": "acorn-site.s3.amazonaws.com"}]},
            "DefaultCacheBehavior": {"TargetOriginId": "site", "ViewerProtocolPolicy": "redirect-to-https"},
            "Comment": "",
            "Enabled": True,
            "Logging": {"Enabled": True, "IncludeCookies": False, "Bucket": "acorn-logs.s3.amazonaws.com", "Prefix": "cdn/"},
        }
    },
}  # fmt: skip
