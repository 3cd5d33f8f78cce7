"""An account of a given size: what AWS would answer to each call about it. Always the same for the same size."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

ACCOUNT, HOME = "123456789012", "eu-west-1"
REGIONS = (HOME, "us-east-1", *"ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1".split())
REGIONS += tuple("eu-central-1 eu-north-1 eu-west-2 eu-west-3 sa-east-1 us-east-2 us-west-1 us-west-2".split())
"""The 17 regions that every account has; the first two are lived in."""

SHARES = {
    "users": 50,
    "groups": 10,
    "roles": 120,
    "policies": 60,
    "buckets": 60,
    "keys": 50,
    "security_groups": 200,
    "network_interfaces": 220,
    "subnets": 80,
    "vpcs": 10,
    "route_tables": 20,
    "network_acls": 10,
    "log_groups": 80,
    "topics": 10,
    "functions": 20,
}
"""Of 1,000 resources, how many are what."""

PAGE = {"iam:GetAccountAuthorizationDetails": 100, "kms:ListKeys": 100, "logs:DescribeLogGroups": 50, "sns:ListTopics": 100, "lambda:ListFunctions": 50}
"""Items a page, as AWS cuts them; elsewhere 1,000."""

THEN = datetime(2025, 3, 1, tzinfo=UTC)
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
READS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}]}
COLUMNS = (
    "user arn user_creation_time password_enabled password_last_used password_last_changed password_next_rotation mfa_active access_key_1_active "
    "access_key_1_last_rotated access_key_1_last_used_date access_key_1_last_used_region access_key_1_last_used_service access_key_2_active "
    "access_key_2_last_rotated access_key_2_last_used_date access_key_2_last_used_region access_key_2_last_used_service cert_1_active cert_1_last_rotated "
    "cert_2_active cert_2_last_rotated"
).split()


class Refused(Exception):
    """AWS's answer is an error: its code, which says that something is not there."""


class Simulation:
    """The answers for an account of about so many resources."""

    def __init__(self, resources: int) -> None:
        self._number = {kind: max(1, resources * share // 1000) for kind, share in SHARES.items()}
        self._answers: dict[str, Callable[[str, Mapping[str, str]], Mapping[str, Any]]] = {
            "sts:GetCallerIdentity": lambda *_: {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/auditor", "UserId": "AIDA"},
            "ec2:DescribeRegions": lambda *_: {
                "Regions": [{"RegionName": name, "OptInStatus": "opt-in-not-required", "Endpoint": f"ec2.{name}.amazonaws.com"} for name in REGIONS]
            },
            "iam:GetAccountAuthorizationDetails": self._authorization_details,
            "iam:GenerateCredentialReport": lambda *_: {"State": "COMPLETE"},
            "iam:GetCredentialReport": lambda *_: {"Content": self._report, "ReportFormat": "text/csv", "GeneratedTime": datetime.now(UTC)},
            "iam:GetAccountSummary": lambda *_: {"SummaryMap": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0, "Users": self._number["users"]}},
            "iam:ListAccessKeys": lambda _, asked: {
                "AccessKeyMetadata": [{"UserName": asked["UserName"], "AccessKeyId": "AKIA" + asked["UserName"], "Status": "Active", "CreateDate": THEN}]
            },
            "iam:ListMFADevices": lambda _, asked: {
                "MFADevices": [{"UserName": asked["UserName"], "SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/{asked['UserName']}", "EnableDate": THEN}]
            },
            "kms:ListKeys": lambda region, asked: self._page("kms:ListKeys", "Keys", self._keys(region), asked, "Marker", "NextMarker", "Truncated"),
            "kms:DescribeKey": lambda region, asked: {"KeyMetadata": self._key(region, asked["KeyId"])},
            "kms:GetKeyPolicy": lambda *_: {"Policy": json.dumps(_key_policy()), "PolicyName": "default"},
            "kms:GetKeyRotationStatus": lambda *_: {"KeyRotationEnabled": True, "RotationPeriodInDays": 365},
            "kms:GetKeyLastUsage": lambda *_: {"KeyLastUsage": {}},
            "s3:ListBuckets": lambda *_: {"Owner": {"ID": "me"}, "Buckets": list(self._buckets())},
            "s3:GetBucketAcl": lambda *_: {
                "Owner": {"ID": "me"},
                "Grants": [{"Grantee": {"ID": "me", "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}],
            },
            "s3:GetBucketEncryption": lambda *_: {
                "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
            },
            "s3:GetBucketOwnershipControls": lambda *_: {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
            "s3:GetPublicAccessBlock": lambda *_: {"PublicAccessBlockConfiguration": _ALL_FLAGS},
            "s3control:GetPublicAccessBlock": lambda *_: {"PublicAccessBlockConfiguration": _ALL_FLAGS},
            "s3:GetBucketVersioning": lambda *_: {"Status": "Enabled"},
            "s3:GetBucketLocation": lambda *_: {"LocationConstraint": HOME},
            "s3:GetBucketTagging": lambda *_: {"TagSet": [{"Key": "owner", "Value": "platform"}]},
            "s3:HeadBucket": _absent("404"),
            "s3:GetBucketPolicy": _absent("NoSuchBucketPolicy"),
            "s3:GetBucketPolicyStatus": _absent("NoSuchBucketPolicy"),
            "s3:GetBucketWebsite": _absent("NoSuchWebsiteConfiguration"),
            "s3:GetObjectLockConfiguration": _absent("ObjectLockConfigurationNotFoundError"),
            "s3:GetBucketLifecycleConfiguration": _absent("NoSuchLifecycleConfiguration"),
            "s3:GetBucketReplication": _absent("ReplicationConfigurationNotFoundError"),
            "iam:GetAccountPasswordPolicy": _absent("NoSuchEntity"),
            "iam:ListOrganizationsFeatures": _absent("OrganizationNotFoundException"),
            "organizations:DescribeOrganization": _absent("AWSOrganizationsNotInUseException"),
            "organizations:ListAccounts": _absent("AWSOrganizationsNotInUseException"),
            "organizations:ListDelegatedAdministrators": _absent("AWSOrganizationsNotInUseException"),
            "ec2:DescribeVpcBlockPublicAccessOptions": lambda *_: {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}},
            "ec2:DescribeSecurityGroups": self._of_ec2("SecurityGroups", "security_groups", _security_group),
            "ec2:DescribeNetworkInterfaces": self._of_ec2("NetworkInterfaces", "network_interfaces", _network_interface),
            "ec2:DescribeSubnets": self._of_ec2("Subnets", "subnets", _subnet),
            "ec2:DescribeVpcs": self._of_ec2("Vpcs", "vpcs", _vpc),
            "ec2:DescribeRouteTables": self._of_ec2("RouteTables", "route_tables", _route_table),
            "ec2:DescribeNetworkAcls": self._of_ec2("NetworkAcls", "network_acls", _network_acl),
            "logs:DescribeLogGroups": lambda region, asked: self._page(
                "logs:DescribeLogGroups",
                "logGroups",
                [_log_group(region, number) for number in self._in(region, "log_groups")],
                asked,
                "nextToken",
                "nextToken",
            ),
            "sns:ListTopics": lambda region, asked: self._page(
                "sns:ListTopics", "Topics", [{"TopicArn": f"arn:aws:sns:{region}:{ACCOUNT}:topic-{number}"} for number in self._in(region, "topics")], asked
            ),
            "lambda:ListFunctions": lambda region, asked: self._page(
                "lambda:ListFunctions", "Functions", [_function(region, number) for number in self._in(region, "functions")], asked, "Marker", "NextMarker"
            ),
        }

    def answer(self, operation: str, region: str, asked: Mapping[str, str]) -> Mapping[str, Any] | None:
        """What AWS says; None where the account has nothing of the kind. Raises ``Refused``."""
        known = self._answers.get(operation)
        return known(region, asked) if known else None

    def _in(self, region: str, kind: str) -> range:
        """The numbers of those in a region: seven of ten at home, the others in the second one."""
        there = self._number[kind]
        split = there * 7 // 10
        return range(split) if region == HOME else range(split, there) if region == REGIONS[1] else range(0)

    def _page(
        self,
        operation: str,
        member: str,
        items: list[Mapping[str, Any]],
        asked: Mapping[str, str],
        takes: str = "NextToken",
        gives: str = "NextToken",
        more: str = "",
    ) -> dict[str, Any]:
        size, start = PAGE.get(operation, 1000), int(asked.get(takes, "0"))
        page: dict[str, Any] = {member: items[start : start + size]}
        if start + size < len(items):
            page[gives] = str(start + size)
        return page | ({more: start + size < len(items)} if more else {})

    def _of_ec2(self, member: str, kind: str, make: Callable[[str, int], Mapping[str, Any]]) -> Callable[[str, Mapping[str, str]], Mapping[str, Any]]:
        return lambda region, asked: self._page(kind, member, [make(region, number) for number in self._in(region, kind)], asked)

    def _authorization_details(self, region: str, asked: Mapping[str, str]) -> Mapping[str, Any]:
        size, start = PAGE["iam:GetAccountAuthorizationDetails"], int(asked.get("Marker", "0"))
        page: dict[str, Any] = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": [], "IsTruncated": False}
        for member, item in self._details[start : start + size]:
            page[member].append(item)
        if start + size < len(self._details):
            page |= {"IsTruncated": True, "Marker": str(start + size)}
        return page

    @cached_property
    def _details(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            *(("UserDetailList", _user(number)) for number in range(self._number["users"])),
            *(("GroupDetailList", _group(number)) for number in range(self._number["groups"])),
            *(("RoleDetailList", _role(number)) for number in range(self._number["roles"])),
            *(("Policies", _policy(number)) for number in range(self._number["policies"])),
        ]

    @cached_property
    def _report(self) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        then, now = THEN.isoformat(), datetime.now(UTC).isoformat()
        key = ("true", then, now, HOME, "s3")
        none = ("false", "N/A", "N/A", "N/A", "N/A")
        root = ("<root_account>", f"arn:aws:iam::{ACCOUNT}:root", then, "not_supported", "no_information", "not_supported", "not_supported", "true")
        writer.writerow((*root, *none, *none, "false", "N/A", "false", "N/A"))
        for number in range(self._number["users"]):
            user = _user(number)
            writer.writerow((user["UserName"], user["Arn"], then, "true", now, then, "N/A", "true", *key, *none, "false", "N/A", "false", "N/A"))
        return out.getvalue().encode()

    def _keys(self, region: str) -> list[Mapping[str, Any]]:
        return [{"KeyId": f"{number:08}-0000", "KeyArn": f"arn:aws:kms:{region}:{ACCOUNT}:key/{number:08}-0000"} for number in self._in(region, "keys")]

    def _key(self, region: str, asked: str) -> Mapping[str, Any]:
        id = asked.rpartition("/")[2]
        return {
            "KeyId": id,
            "Arn": f"arn:aws:kms:{region}:{ACCOUNT}:key/{id}",
            "AWSAccountId": ACCOUNT,
            "CreationDate": THEN,
            "Enabled": True,
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": "Enabled",
            "Origin": "AWS_KMS",
            "KeyManager": "CUSTOMER",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "MultiRegion": False,
        }

    def _buckets(self) -> Iterator[Mapping[str, Any]]:
        for number in range(self._number["buckets"]):
            region = HOME if number in self._in(HOME, "buckets") else REGIONS[1]
            yield {"Name": f"bucket-{number:06}", "CreationDate": THEN, "BucketRegion": region, "BucketArn": f"arn:aws:s3:::bucket-{number:06}"}


_ALL_FLAGS = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


def _absent(code: str) -> Callable[[str, Mapping[str, str]], Mapping[str, Any]]:
    def answer(region: str, asked: Mapping[str, str]) -> Mapping[str, Any]:
        raise Refused(code)

    return answer


def _key_policy() -> Mapping[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}],
    }


def _of_iam(kind: str, number: int) -> dict[str, Any]:
    name = f"{kind}-{number:06}"
    return {"Path": "/", "Arn": f"arn:aws:iam::{ACCOUNT}:{kind}/{name}", "CreateDate": THEN, f"{kind.title()}Name": name, f"{kind.title()}Id": name}


def _user(number: int) -> dict[str, Any]:
    return _of_iam("user", number) | {"GroupList": [f"group-{number % 10:06}"], "AttachedManagedPolicies": [], "Tags": [{"Key": "team", "Value": "a"}]}


def _group(number: int) -> dict[str, Any]:
    return _of_iam("group", number) | {"AttachedManagedPolicies": [_attached(number)], "GroupPolicyList": []}


def _attached(number: int) -> dict[str, str]:
    name = f"policy-{number % 10:06}"
    return {"PolicyName": name, "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/{name}"}


def _role(number: int) -> dict[str, Any]:
    more = {
        "AssumeRolePolicyDocument": json.dumps(TRUST),
        "AttachedManagedPolicies": [_attached(number)],
        "InstanceProfileList": [],
        "RolePolicyList": [{"PolicyName": "reads", "PolicyDocument": json.dumps(READS)}],
        "RoleLastUsed": {"LastUsedDate": datetime.now(UTC), "Region": HOME},
        "Tags": [],
    }
    return _of_iam("role", number) | more


def _policy(number: int) -> dict[str, Any]:
    version = {"Document": json.dumps(READS), "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": THEN}
    more = {"AttachmentCount": 1, "PermissionsBoundaryUsageCount": 0, "DefaultVersionId": "v1", "IsAttachable": True, "UpdateDate": THEN}
    return _of_iam("policy", number) | more | {"PolicyVersionList": [version]}


def _security_group(region: str, number: int) -> dict[str, Any]:
    web = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    everywhere = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    return {
        "GroupId": f"sg-{number:08}",
        "GroupName": f"group {number}",
        "Description": "made for a measurement",
        "OwnerId": ACCOUNT,
        "VpcId": f"vpc-{number % 10:08}",
        "IpPermissions": [web, {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": "sg-00000001", "UserId": ACCOUNT}]}],
        "IpPermissionsEgress": [everywhere],
        "Tags": [{"Key": "team", "Value": "a"}],
    }


def _network_interface(region: str, number: int) -> dict[str, Any]:
    return {
        "NetworkInterfaceId": f"eni-{number:08}",
        "Description": "",
        "InterfaceType": "interface",
        "OwnerId": ACCOUNT,
        "RequesterManaged": False,
        "Status": "in-use",
        "AvailabilityZone": f"{region}a",
        "SubnetId": f"subnet-{number % 10:08}",
        "VpcId": f"vpc-{number % 10:08}",
        "PrivateIpAddress": "10.0.0.1",
        "Groups": [{"GroupId": f"sg-{number:08}", "GroupName": f"group {number}"}],
        "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.1", "Primary": True}],
        "Ipv6Addresses": [],
    }


def _subnet(region: str, number: int) -> dict[str, Any]:
    return {
        "SubnetId": f"subnet-{number:08}",
        "VpcId": f"vpc-{number % 10:08}",
        "OwnerId": ACCOUNT,
        "AvailabilityZone": f"{region}{'abc'[number % 3]}",
        "CidrBlock": "10.0.0.0/24",
        "MapPublicIpOnLaunch": False,
        "DefaultForAz": False,
        "AssignIpv6AddressOnCreation": False,
        "State": "available",
    }


def _vpc(region: str, number: int) -> dict[str, Any]:
    return {"VpcId": f"vpc-{number:08}", "OwnerId": ACCOUNT, "IsDefault": False, "CidrBlock": "10.0.0.0/16", "State": "available"}


def _route_table(region: str, number: int) -> dict[str, Any]:
    return {
        "RouteTableId": f"rtb-{number:08}",
        "VpcId": f"vpc-{number % 10:08}",
        "OwnerId": ACCOUNT,
        "Associations": [{"Main": number < 10, "RouteTableId": f"rtb-{number:08}", "RouteTableAssociationId": f"rtbassoc-{number:08}"}],
        "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active", "Origin": "CreateRouteTable"}],
    }


def _network_acl(region: str, number: int) -> dict[str, Any]:
    def entry(egress: bool, rule: int, action: str) -> dict[str, Any]:
        return {"RuleNumber": rule, "Protocol": "-1", "RuleAction": action, "Egress": egress, "CidrBlock": "0.0.0.0/0"}

    return {
        "NetworkAclId": f"acl-{number:08}",
        "VpcId": f"vpc-{number % 10:08}",
        "OwnerId": ACCOUNT,
        "IsDefault": True,
        "Associations": [],
        "Entries": [entry(egress, rule, action) for egress in (False, True) for rule, action in ((100, "allow"), (32767, "deny"))],
    }


def _log_group(region: str, number: int) -> dict[str, Any]:
    name = f"/aws/lambda/function-{number:06}"
    return {"logGroupName": name, "arn": f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{name}:*", "retentionInDays": 365, "storedBytes": 1, "creationTime": 1}


def _function(region: str, number: int) -> dict[str, Any]:
    name = f"function-{number:06}"
    return {"FunctionName": name, "FunctionArn": f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}", "Runtime": "python3.13", "VpcConfig": {}}
