"""S3 from AWS's answers to verdicts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.end_to_end.account import ACCOUNT, REGION, Simulated

FOREIGN = "444455556666"
ALL_ON = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
GROUP = "http://acs.amazonaws.com/groups/global/AllUsers"


def bucket(aws: Simulated, name: str, region: str = REGION, **more: Any) -> str:
    aws.client("s3", region).create_bucket(
        Bucket=name, **({} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}), **more
    )
    return name


def says(aws: Simulated, name: str, *statements: Mapping[str, Any]) -> None:
    aws.client("s3").put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(name: str, *actions: str, principal: Any = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]}


def shut(aws: Simulated, name: str) -> None:
    aws.client("s3").put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=ALL_ON)


def test_the_public(aws: Simulated) -> None:
    s3 = aws.client("s3")
    for name in ("private", "open-policy", "open-acl", "upload", "blocked", "acls-off"):
        bucket(aws, name)
    says(aws, "open-policy", allow("open-policy", "s3:GetObject"))
    s3.put_bucket_acl(Bucket="open-acl", ACL="public-read")
    says(aws, "upload", allow("upload", "s3:PutObject"))
    says(aws, "blocked", allow("blocked", "s3:*"))
    shut(aws, "blocked")
    s3.put_bucket_ownership_controls(Bucket="acls-off", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    found = aws.scan("s3-bucket-denies-*", "s3-bucket-blocks-*", "s3-bucket-policy-is-not-public", "s3-bucket-acls-disabled", "s3-account-*")
    assert found.verdicts("s3-bucket-denies-public-read") == {
        "private": "passed",
        "open-policy": "failed",
        "open-acl": "failed",
        "upload": "passed",
        "blocked": "passed",
        "acls-off": "passed",
    }
    writes = found.verdicts("s3-bucket-denies-public-write")
    assert {name for name, verdict in writes.items() if verdict != "passed"} == {"upload"}
    blocks = found.verdicts("s3-bucket-blocks-public-access")
    assert {name for name, verdict in blocks.items() if verdict == "passed"} == {"blocked"}
    policies = found.verdicts("s3-bucket-policy-is-not-public")
    assert {name for name, verdict in policies.items() if verdict == "failed"} == {"open-policy", "upload", "blocked"}
    acls = found.verdicts("s3-bucket-acls-disabled")
    assert {name for name, verdict in acls.items() if verdict == "passed"} == {"acls-off"}
    assert found.verdicts("s3-account-blocks-public-access") == {ACCOUNT: "failed"}
    assert "everyone may s3:GetObject through the bucket policy, statement 0" in found.one("s3-bucket-denies-public-read", "open-policy").reason


def test_the_block_of_the_account(aws: Simulated) -> None:
    """S3-1."""
    bucket(aws, "open-policy")
    says(aws, "open-policy", allow("open-policy", "s3:GetObject"))
    aws.client("s3control").put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=ALL_ON)
    found = aws.scan("s3-bucket-denies-public-read", "s3-bucket-blocks-*", "s3-account-*")
    assert found.verdicts("s3-account-blocks-public-access") == {ACCOUNT: "passed"}
    assert found.one("s3-bucket-blocks-public-access").reason == "blocked by the setting of the account"
    finding = found.one("s3-bucket-denies-public-read")
    assert finding.verdict.value == "passed"
    assert "the account restricts public policies" in finding.reason


@pytest.mark.parametrize("operation", ["s3:GetBucketAcl", "s3:GetBucketPolicy"])
def test_what_is_denied_is_not_private(operation: str, aws: Simulated) -> None:
    """S3-2: a bucket may deny the reader; only its block proves then that it is private."""
    bucket(aws, "open")
    bucket(aws, "closed")
    aws.client("s3").put_bucket_acl(Bucket="open", ACL="private")
    says(aws, "open", allow("open", "s3:GetObject"))
    says(aws, "closed", allow("closed", "s3:GetObject"))
    shut(aws, "closed")
    aws.refuses(operation)
    found = aws.scan("s3-bucket-denies-public-write").verdicts("s3-bucket-denies-public-write")
    assert found == {"open": "not_assessed", "closed": "passed"}


def test_a_denied_block_leaves_a_row(aws: Simulated) -> None:
    """S3-3."""
    bucket(aws, "photos")
    aws.refuses("s3:GetPublicAccessBlock")
    assert aws.scan("s3-bucket-blocks-public-access").verdicts("s3-bucket-blocks-public-access") == {"photos": "not_assessed"}


def test_old_spellings_of_regions(aws: Simulated) -> None:
    """Where ListBuckets names no region, GetBucketLocation does: the first two in words of their own."""
    spelt = {"oldest": None, "old": "EU", "new": "eu-central-1", "denied": "AccessDenied"}

    def where(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        if (said := spelt[asked["Bucket"]]) == "AccessDenied":
            raise ClientError({"Error": {"Code": said, "Message": "no"}}, "GetBucketLocation")
        return {"LocationConstraint": said} if said else {}

    aws.answers("s3:ListBuckets", {"Buckets": [{"Name": name} for name in spelt]})
    aws.answers("s3:GetBucketLocation", where)
    aws.answers("s3:GetBucketVersioning", {"Status": "Enabled"})
    report = aws.scan("s3-bucket-versioning-enabled", regions=None).report
    found = {one.resource.id: (one.resource.region, one.verdict.value) for one in report.findings}
    assert found == {
        "oldest": ("us-east-1", "passed"),
        "old": ("eu-west-1", "passed"),
        "new": ("eu-central-1", "passed"),
        "denied": ("unknown", "not_assessed"),
    }


def test_pages_of_buckets(aws: Simulated) -> None:
    first = {"Buckets": [{"Name": "a", "BucketRegion": "eu-west-1"}], "ContinuationToken": "two"}
    aws.answers("s3:ListBuckets", [first, {"Buckets": [{"Name": "b", "BucketRegion": "us-east-1"}]}])
    aws.answers("s3:GetBucketVersioning", {"Status": "Enabled"})
    assert aws.scan("s3-bucket-versioning-enabled", regions=None).verdicts("s3-bucket-versioning-enabled") == {"a": "passed", "b": "passed"}


def test_other_accounts(aws: Simulated) -> None:
    for name in ("shared", "handed-over", "own"):
        bucket(aws, name)
    says(aws, "shared", allow("shared", "s3:GetObject", principal={"AWS": f"arn:aws:iam::{FOREIGN}:root"}))
    says(aws, "handed-over", allow("handed-over", "s3:*", principal={"AWS": FOREIGN}))
    says(aws, "own", allow("own", "s3:*", principal={"AWS": ACCOUNT}))
    id = "s3-bucket-policy-limits-cross-account-access"
    assert aws.scan(id).verdicts(id) == {"shared": "failed", "handed-over": "failed", "own": "passed"}
    trusting = aws.scan(id, settings={"trusted_accounts": [FOREIGN]})
    assert trusting.verdicts(id) == {"shared": "passed", "handed-over": "failed", "own": "passed"}
    aws.refuses("organizations:ListAccounts")
    assert aws.scan(id).verdicts(id) == {"shared": "not_assessed", "handed-over": "failed", "own": "passed"}


def test_tls(aws: Simulated) -> None:
    for name in ("both", "objects-only", "none"):
        bucket(aws, name)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": False}}}
    says(aws, "both", deny | {"Resource": ["arn:aws:s3:::both", "arn:aws:s3:::both/*"]})
    says(aws, "objects-only", deny | {"Resource": "arn:aws:s3:::objects-only/*"})
    found = aws.scan("s3-bucket-requires-tls")
    assert found.verdicts("s3-bucket-requires-tls") == {"both": "passed", "objects-only": "failed", "none": "failed"}
    assert "only requests about its objects" in found.one("s3-bucket-requires-tls", "objects-only").reason


def test_objects(aws: Simulated) -> None:
    s3 = aws.client("s3")
    for name in ("fine", "leaking", "empty", "acls-off"):
        bucket(aws, name)
    s3.put_object(Bucket="fine", Key="a", Body=b"")
    for key in "abc":
        s3.put_object(Bucket="leaking", Key=key, Body=b"")
    s3.put_object_acl(Bucket="leaking", Key="c", ACL="public-read")
    s3.put_bucket_ownership_controls(Bucket="acls-off", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    id = "s3-object-sample-is-not-public"
    found = aws.scan(id)
    assert found.verdicts(id) == {"fine": "passed", "leaking": "failed", "empty": "not_applicable", "acls-off": "not_applicable"}
    assert found.one(id, "leaking").reason == "1 of 3 sampled objects are public: c"
    asked = {call.subject for call in found.report.accounts[0].calls if call.operation == "s3:GetObjectAcl"}
    assert asked == {"fine a", "leaking a", "leaking b", "leaking c"}
    assert aws.scan(id, settings={"sample_size": 2}).verdicts(id)["leaking"] == "passed"


@pytest.mark.parametrize(("public", "code", "verdict"), [("b", "AccessDenied", "failed"), ("", "AccessDenied", "not_assessed"), ("", "NoSuchKey", "passed")])
def test_an_object_whose_acl_is_not_told(public: str, code: str, verdict: str, aws: Simulated) -> None:
    """A witness decides; without one the sample is open, unless the object is simply gone."""
    bucket(aws, "photos")
    for key in "abc":
        aws.client("s3").put_object(Bucket="photos", Key=key, Body=b"")

    def told(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        if asked["Key"] == "a":
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetObjectAcl")
        grantee = {"Type": "Group", "URI": GROUP} if asked["Key"] == public else {"Type": "CanonicalUser", "ID": "me"}
        return {"Owner": {"ID": "me"}, "Grants": [{"Grantee": grantee, "Permission": "READ"}]}

    aws.answers("s3:GetObjectAcl", told)
    assert aws.scan("s3-object-sample-is-not-public").verdicts("s3-object-sample-is-not-public") == {"photos": verdict}


def test_access_points(aws: Simulated) -> None:
    control = aws.client("s3control")
    for name in ("photos", "films"):
        bucket(aws, name)
    off = dict.fromkeys(ALL_ON, False)
    control.create_access_point(AccountId=ACCOUNT, Name="shut", Bucket="photos", PublicAccessBlockConfiguration=ALL_ON)
    control.create_access_point(AccountId=ACCOUNT, Name="ajar", Bucket="photos", PublicAccessBlockConfiguration=off)
    control.create_access_point(AccountId=ACCOUNT, Name="behind", Bucket="films", PublicAccessBlockConfiguration=off)
    shut(aws, "films")
    open_to_all = allow("photos", "s3:GetObject") | {"Resource": f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/ajar/object/*"}
    control.put_access_point_policy(AccountId=ACCOUNT, Name="ajar", Policy=json.dumps({"Version": "2012-10-17", "Statement": open_to_all}))
    found = aws.scan("s3-access-point-*", "s3-bucket-denies-public-read")
    assert found.verdicts("s3-access-point-blocks-public-access") == {"shut": "passed", "ajar": "failed", "behind": "passed"}
    assert set(found.verdicts("s3-bucket-denies-public-read").values()) == {"passed"}  # nothing is left to the access point
    says(aws, "photos", allow("photos", "s3:GetObject") | {"Condition": {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}}})
    finding = aws.scan("s3-bucket-denies-public-read").one("s3-bucket-denies-public-read", "photos")
    assert finding.reason == "everyone may s3:GetObject through access point ajar, statement 0"


def test_an_access_point_of_a_bucket_elsewhere(aws: Simulated) -> None:
    point = {
        "Name": "far",
        "NetworkOrigin": "Internet",
        "Bucket": "theirs",
        "AccessPointArn": f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/far",
        "BucketAccountId": FOREIGN,
    }
    aws.answers("s3control:ListAccessPoints", {"AccessPointList": [point]})
    aws.answers("s3control:GetAccessPoint", {"Name": "far", "PublicAccessBlockConfiguration": ALL_ON | {"BlockPublicPolicy": False}})
    finding = aws.scan("s3-access-point-blocks-public-access").one("s3-access-point-blocks-public-access", "far")
    assert finding.verdict.value == "not_assessed"
    assert "theirs was not found in any account of the inventory" in finding.reason


def test_multi_region_access_points(aws: Simulated) -> None:
    def point(name: str, **block: bool) -> dict[str, Any]:
        return {
            "Name": name,
            "Alias": f"{name}.mrap",
            "Status": "READY",
            "PublicAccessBlock": ALL_ON | block,
            "Regions": [{"Bucket": "photos", "Region": REGION}],
        }

    aws.answers("s3control:ListMultiRegionAccessPoints", {"AccessPoints": [point("shut"), point("ajar", RestrictPublicBuckets=False)]})
    id = "s3-multi-region-access-point-blocks-public-access"
    found = aws.scan(id)
    assert {one.resource.arn: one.verdict.value for one in found.report.findings if not one.population} == {
        f"arn:aws:s3::{ACCOUNT}:accesspoint/shut.mrap": "passed",
        f"arn:aws:s3::{ACCOUNT}:accesspoint/ajar.mrap": "failed",
    }
    assert {call.region for call in found.report.accounts[0].calls if "MultiRegion" in call.operation} == {"us-west-2"}


def test_encryption(aws: Simulated) -> None:
    s3, kms = aws.client("s3"), aws.client("kms")
    key = kms.create_key()["KeyMetadata"]
    arn = key["Arn"]
    aws.answers("kms:DescribeKey", {"KeyMetadata": key | {"KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": False}})  # moto leaves these out
    for name, default in (
        ("own", {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}),
        ("aws", {"SSEAlgorithm": "aws:kms"}),
        ("s3", {"SSEAlgorithm": "AES256"}),
    ):
        s3.put_bucket_encryption(
            Bucket=bucket(aws, f"with-{name}"), ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
        )
    bucket(aws, "nothing")
    found = aws.scan("s3-bucket-encrypted-*")
    # S3-10: what AWS does by itself is no failure; only moto has buckets without
    assert found.verdicts("s3-bucket-encrypted-by-default") == {"with-own": "passed", "with-aws": "passed", "with-s3": "passed", "nothing": "failed"}
    assert found.verdicts("s3-bucket-encrypted-with-kms") == {"with-own": "passed", "with-aws": "passed", "with-s3": "failed", "nothing": "failed"}
    strict = aws.scan("s3-bucket-encrypted-with-kms", settings={"s3-bucket-encrypted-with-kms": {"require_customer_key": True}})
    assert strict.verdicts("s3-bucket-encrypted-with-kms") == {"with-own": "passed", "with-aws": "failed", "with-s3": "failed", "nothing": "failed"}


def test_versions_and_locks(aws: Simulated) -> None:
    s3 = aws.client("s3")
    bucket(aws, "locked", ObjectLockEnabledForBucket=True)
    s3.put_object_lock_configuration(
        Bucket="locked", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}}}
    )
    for name in ("suspended", "plain"):
        bucket(aws, name)
    s3.put_bucket_versioning(Bucket="suspended", VersioningConfiguration={"Status": "Suspended"})
    for name in ("locked", "suspended"):
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "DataClassification", "Value": "regulated"}]})
    found = aws.scan("s3-bucket-versioning-enabled", "s3-bucket-object-lock-enabled", "s3-bucket-requires-mfa-delete")
    assert found.verdicts("s3-bucket-versioning-enabled") == {"locked": "passed", "suspended": "failed", "plain": "failed"}
    assert found.verdicts("s3-bucket-object-lock-enabled") == {"locked": "passed", "suspended": "failed", "plain": "not_applicable"}
    assert set(found.verdicts("s3-bucket-requires-mfa-delete").values()) == {"failed"}
    aws.answers("s3:GetBucketVersioning", {"Status": "Enabled", "MFADelete": "Enabled"})  # moto leaves the second factor out
    assert set(aws.scan("s3-bucket-requires-mfa-delete").verdicts("s3-bucket-requires-mfa-delete").values()) == {"passed"}


def test_replication(aws: Simulated) -> None:
    s3 = aws.client("s3")
    for name in ("source", "near", "part", "excepting", "none"):
        bucket(aws, name)
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "Tier", "Value": "critical"}]})
    bucket(aws, "copies", "us-east-1")
    for name in ("source", "near", "part", "copies"):
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def rules(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Moto drops what it does not know of a filter."""
        filters: dict[str, Any] = {"source": {}, "near": {"Prefix": ""}, "part": {"Prefix": "a/"}, "excepting": {"Not": {"Prefix": "a/"}}}
        if asked["Bucket"] not in filters:
            raise ClientError({"Error": {"Code": "ReplicationConfigurationNotFoundError", "Message": "none"}}, "GetBucketReplication")
        target = "none" if asked["Bucket"] == "near" else "copies"
        rule = {"Status": "Enabled", "Filter": filters[asked["Bucket"]], "Destination": {"Bucket": f"arn:aws:s3:::{target}"}}
        return {"ReplicationConfiguration": {"Role": "arn:aws:iam::1:role/r", "Rules": [rule]}}

    aws.answers("s3:GetBucketReplication", rules)
    id = "s3-bucket-replicates-to-other-region"
    found = aws.scan(id, regions=(REGION, "us-east-1"))
    assert found.verdicts(id) == {
        "source": "passed",
        "near": "failed",
        "part": "failed",
        "excepting": "failed",
        "none": "failed",
        "copies": "not_applicable",
    }
    assert found.one(id, "source").reason == "replicated to copies in us-east-1"
    assert "only a part" in found.one(id, "excepting").reason


def test_lifecycle(aws: Simulated) -> None:
    s3 = aws.client("s3")
    for name in ("goes", "stays", "hides"):
        bucket(aws, name)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "DataClassification", "Value": "personal"}]})
    rule = {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 90}}
    everything = rule | {"NoncurrentVersionExpiration": {"NoncurrentDays": 30}}
    s3.put_bucket_lifecycle_configuration(Bucket="goes", LifecycleConfiguration={"Rules": [everything]})
    s3.put_bucket_lifecycle_configuration(Bucket="hides", LifecycleConfiguration={"Rules": [rule]})
    found = aws.scan("s3-bucket-lifecycle-configured", "s3-versioned-*", "s3-confidential-*")
    assert found.verdicts("s3-bucket-lifecycle-configured") == {"goes": "passed", "stays": "failed", "hides": "passed"}
    assert found.verdicts("s3-versioned-bucket-expires-old-versions") == {"goes": "passed", "stays": "failed", "hides": "failed"}
    assert found.verdicts("s3-confidential-bucket-disposes-on-schedule") == {"goes": "passed", "stays": "failed", "hides": "failed"}
    assert found.one("s3-confidential-bucket-disposes-on-schedule", "goes").reason.startswith("personal data goes after 120 days")


def test_buckets_that_receive_logs(aws: Simulated) -> None:
    s3 = aws.client("s3")
    for name in ("photos", "short", "long", "flows", "balanced"):
        bucket(aws, name)
    group = "http://acs.amazonaws.com/groups/s3/LogDelivery"
    for name in ("short", "long"):
        s3.put_bucket_acl(
            Bucket=name,
            AccessControlPolicy={
                "Owner": {"ID": "me"},
                "Grants": [{"Grantee": {"Type": "Group", "URI": group}, "Permission": permission} for permission in ("WRITE", "READ_ACP")],
            },
        )
    s3.put_bucket_logging(Bucket="photos", BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "short", "TargetPrefix": "photos/"}})
    s3.put_bucket_logging(Bucket="flows", BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "long", "TargetPrefix": ""}})
    expires = {"Status": "Enabled", "Filter": {"Prefix": "photos/"}, "Expiration": {"Days": 30}}
    for name in ("short", "long"):
        s3.put_bucket_lifecycle_configuration(
            Bucket=name,
            LifecycleConfiguration={
                "Rules": [
                    expires | {"ID": "r", "Filter": {"Prefix": "photos/" if name == "short" else ""}, "Expiration": {"Days": 30 if name == "short" else 400}}
                ]
            },
        )
    ec2, elb = aws.client("ec2"), aws.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_flow_logs(ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogDestinationType="s3", LogDestination="arn:aws:s3:::flows")
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"] for n, zone in enumerate("ab")
    ]
    arn = elb.create_load_balancer(Name="front", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    logs = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": "balanced", "access_logs.s3.prefix": "front"}
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": key, "Value": value} for key, value in logs.items()])
    distribution = {"Id": "E1", "ARN": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"}
    aws.answers("cloudfront:ListDistributions", {"DistributionList": _summary(distribution)})
    aws.answers(
        "cloudfront:GetDistributionConfig", _config({"Enabled": True, "IncludeCookies": False, "Bucket": "balanced.s3.amazonaws.com", "Prefix": "cdn/"})
    )
    id = "s3-log-bucket-retains-logs-for-audit-period"
    found = aws.scan(id)
    # What another region sends to photos was not asked.
    assert found.verdicts(id) == {"photos": "not_assessed", "short": "failed", "long": "passed", "flows": "passed", "balanced": "passed"}
    assert found.one(id, "balanced").reason == "logs are kept for ever: of distribution E1, load balancer front"
    assert "the log of bucket photos goes after 30 days" in found.one(id, "short").reason
    logging = aws.scan("s3-bucket-access-logging-enabled").verdicts("s3-bucket-access-logging-enabled")
    assert logging == {"photos": "passed", "flows": "passed", "short": "not_applicable", "long": "not_applicable", "balanced": "not_assessed"}


def _config(logging: Mapping[str, Any]) -> dict[str, Any]:
    nothing: dict[str, Any] = {"Quantity": 0, "Items": []}
    behaviour = {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"}
    return {
        "DistributionConfig": {
            "CallerReference": "r",
            "Origins": nothing | {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "example.com"}]},
            "DefaultCacheBehavior": behaviour,
            "Comment": "",
            "Enabled": True,
            "Logging": logging,
        }
    }


def _summary(distribution: Mapping[str, str]) -> dict[str, Any]:
    from datetime import UTC, datetime

    nothing: dict[str, Any] = {"Quantity": 0}
    item = {
        **distribution,
        "Status": "Deployed",
        "LastModifiedTime": datetime(2026, 1, 1, tzinfo=UTC),
        "DomainName": "d.cloudfront.net",
        "Aliases": nothing,
        "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "example.com"}]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
        "CacheBehaviors": nothing,
        "CustomErrorResponses": nothing,
        "Comment": "",
        "PriceClass": "PriceClass_All",
        "Enabled": True,
        "ViewerCertificate": {},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "WebACLId": "",
        "HttpVersion": "http2",
        "IsIPV6Enabled": True,
        "Staging": False,
    }
    return {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": 1, "Items": [item]}


def test_data_events_count_as_a_log(aws: Simulated) -> None:
    for name in ("watched", "unwatched", "trail"):
        bucket(aws, name)
    trail = aws.client("cloudtrail")
    trail.create_trail(Name="data", S3BucketName="trail", IsMultiRegionTrail=True)
    trail.start_logging(Name="data")
    resources = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::watched/"]}]
    selectors = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": resources, "ExcludeManagementEventSources": []}]
    trail.put_event_selectors(TrailName="data", EventSelectors=selectors)
    id = "s3-bucket-access-logging-enabled"
    found = aws.scan(id, regions=None)
    assert found.verdicts(id) == {"watched": "passed", "unwatched": "failed", "trail": "failed"}
    assert found.one(id, "watched").reason == "data events are recorded by trail data"


def test_notifications_websites_and_tags(aws: Simulated) -> None:
    s3 = aws.client("s3")
    for name in ("told", "silent"):
        bucket(aws, name)
    # Moto takes EventBridge and gives nothing back.
    aws.answers("s3:GetBucketNotificationConfiguration", lambda asked: {"EventBridgeConfiguration": {}} if asked["Bucket"] == "told" else {})
    s3.put_bucket_website(Bucket="told", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    tags = {"DataClassification": "public", "Owner": "web", "Environment": "production"}
    s3.put_bucket_tagging(Bucket="told", Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]})
    website = "s3-bucket-website-hosting-disabled"
    found = aws.scan("s3-bucket-event-*", website, "s3-bucket-has-classification-tag", settings={website: {"approved_buckets": []}})
    assert found.verdicts("s3-bucket-event-notifications-enabled") == {"told": "passed", "silent": "failed"}
    assert found.verdicts(website) == {"told": "failed", "silent": "passed"}
    assert found.verdicts("s3-bucket-has-classification-tag") == {"told": "passed", "silent": "failed"}
    assert aws.scan(website).verdicts(website) == {"told": "not_assessed", "silent": "passed"}


def test_names_that_services_choose(aws: Simulated) -> None:
    """Whoever has them, they exist; whether they are this account's, its own list says."""
    own, stolen = f"sagemaker-{REGION}-{ACCOUNT}", f"aws-glue-assets-{ACCOUNT}-{REGION}"
    bucket(aws, own)
    refused: dict[str, str] = {}

    def head(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        assert asked["ExpectedBucketOwner"] == ACCOUNT
        if code := refused.get(asked["Bucket"], refused.get("", "")) or ("" if asked["Bucket"] == own else "404"):
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "HeadBucket")
        return {}

    aws.answers("s3:HeadBucket", head)
    id = "s3-bucket-name-is-not-claimed-by-others"
    assert aws.scan(id).one(id).verdict.value == "not_assessed"  # the other regions were not asked for
    assert aws.scan(id, regions=None).one(id).verdict.value == "passed"
    refused[stolen] = "403"
    found = aws.scan(id).one(id)
    assert (found.verdict.value, found.reason) == ("failed", f"somebody else has {stolen}")
    refused[""] = "403"  # a refusal that does not depend on the bucket tells nothing
    found = aws.scan(id, regions=None).one(id)
    assert found.verdict.value == "not_assessed"
    assert "refused even for a name that nobody has" in found.reason


def test_the_real_answer_about_names(aws: Simulated) -> None:
    bucket(aws, f"sagemaker-{REGION}-{ACCOUNT}")
    id = "s3-bucket-name-is-not-claimed-by-others"
    assert "1 are this account's" in aws.scan(id, regions=None).one(id).reason
