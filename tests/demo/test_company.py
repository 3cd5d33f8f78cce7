"""The company as a scanner sees it: each operation answers over HTTP as AWS would, and the account is what its story says."""

from __future__ import annotations

import base64
import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from cloudsoc.demo import Simulation
from cloudsoc.demo.company import CANARIES, DENIED, LAMBDA_SECRET, SECRET_ACCESS_KEY, USER_DATA_SECRET, found
from tests.demo.conftest import ONCE

IRELAND, VIRGINIA, FRANKFURT, LONDON = "eu-west-1", "us-east-1", "eu-central-1", "eu-west-2"


def _refused(call: Any, *arguments: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(*arguments, **parameters)
    return str(error.value.response["Error"]["Code"])


def test_who_asks(call: Any) -> None:
    assert call("sts", "get_caller_identity")["Arn"] == "arn:aws:sts::123456789012:assumed-role/cloudsoc-auditor/demo"


def test_regions(call: Any) -> None:
    everywhere = call("ec2", "describe_regions", AllRegions=True)["Regions"]
    enabled = {region["RegionName"] for region in everywhere if region["OptInStatus"] != "not-opted-in"}
    assert len(enabled) == 17
    assert {"af-south-1", "ap-east-1"} <= {region["RegionName"] for region in everywhere} - enabled
    assert {region["RegionName"] for region in call("ec2", "describe_regions")["Regions"]} == enabled


@pytest.mark.parametrize(
    ("service", "method", "code"),
    [
        ("ec2", "describe_vpcs", "AuthFailure"),
        ("kms", "list_keys", "UnrecognizedClientException"),
        ("cloudtrail", "describe_trails", "UnrecognizedClientException"),
    ],
)
def test_a_region_that_is_not_enabled_knows_no_credentials(call: Any, service: str, method: str, code: str) -> None:
    assert _refused(call, service, method, "ap-east-1") == code


def test_users(call: Any) -> None:
    while call("iam", "generate_credential_report")["State"] != "COMPLETE":
        pass
    report = call("iam", "get_credential_report")
    rows = {row["user"]: row for row in csv.DictReader(io.StringIO(report["Content"].decode()))}
    assert next(iter(rows)) == "<root_account>"
    root = rows["<root_account>"]
    assert (root["password_enabled"], root["mfa_active"], root["access_key_1_active"]) == ("not_supported", "true", "false")
    console = {name for name, row in rows.items() if row["password_enabled"] == "true"}
    assert {name for name in console if rows[name]["mfa_active"] == "false"} == {"ben.okafor", "eva.contractor"}
    assert {name for name in console if rows[name]["mfa_active"] == "true"} == {"alice.moreau", "chen.wei", "dora.lind"}
    assert rows["eva.contractor"]["password_last_used"] == "no_information"
    assert rows["deploy-bot"]["password_last_used"] == "N/A"
    details = call("iam", "get_account_authorization_details")
    assert {user["UserName"] for user in details["UserDetailList"]} == rows.keys() - {"<root_account>"}
    assert len(details["RoleDetailList"]) == 7
    assert len(details["GroupDetailList"]) == 3
    summary = call("iam", "get_account_summary")["SummaryMap"]
    assert (summary["AccountMFAEnabled"], summary["AccountAccessKeysPresent"], summary["Users"]) == (1, 0, 8)


@pytest.mark.parametrize(
    ("user", "ages"),
    [
        ("chen.wei", [(31, "Active")]),
        ("dora.lind", [(204, "Active")]),
        ("deploy-bot", [(412, "Active")]),
        ("backup-agent", [(530, "Inactive"), (18, "Active")]),
        ("reporting", []),
    ],
)
def test_access_keys(call: Any, user: str, ages: list[tuple[int, str]]) -> None:
    keys = call("iam", "list_access_keys", UserName=user)["AccessKeyMetadata"]
    assert [((datetime.now(UTC) - key["CreateDate"]).days, key["Status"]) for key in keys] == ages


def test_trails(call: Any) -> None:
    trails = {trail["Name"]: trail for trail in call("cloudtrail", "describe_trails", VIRGINIA)["trailList"]}
    assert {name: (trail["IsMultiRegionTrail"], trail["HomeRegion"], "KmsKeyId" in trail) for name, trail in trails.items()} == {
        "acorn-audit": (True, IRELAND, True),
        "tutorial": (False, VIRGINIA, False),
    }
    for trail in trails.values():
        assert call("cloudtrail", "get_trail_status", trail["HomeRegion"], Name=trail["TrailARN"])["IsLogging"]
        (selector,) = call("cloudtrail", "get_event_selectors", trail["HomeRegion"], TrailName=trail["TrailARN"])["EventSelectors"]
        assert (selector["ReadWriteType"], selector["IncludeManagementEvents"]) == ("All", True)
    assert [trail["Name"] for trail in call("cloudtrail", "describe_trails", LONDON)["trailList"]] == ["acorn-audit"]


def test_keys(call: Any) -> None:
    aliases = {alias["AliasName"]: alias.get("TargetKeyId") for alias in call("kms", "list_aliases")["Aliases"]}
    assert {key["KeyId"] for key in call("kms", "list_keys")["Keys"]} == set(filter(None, aliases.values()))
    state: dict[str, tuple[str, str, Any]] = {}
    for name, key in aliases.items():
        if key is None:
            assert name.startswith("alias/aws/")
            continue
        described = call("kms", "describe_key", KeyId=key)["KeyMetadata"]
        if described["KeySpec"] == "SYMMETRIC_DEFAULT":
            rotation = call("kms", "get_key_rotation_status", KeyId=key)
            rotates = rotation["KeyRotationEnabled"]
            assert rotation.get("RotationPeriodInDays") == (365 if rotates else None)
        else:
            rotates = _refused(call, "kms", "get_key_rotation_status", KeyId=described["Arn"])
        state[name.removeprefix("alias/acorn-")] = described["KeyState"], described["KeySpec"], rotates
    assert state == {
        "log-archive": ("Enabled", "SYMMETRIC_DEFAULT", True),
        "customer-data": ("Enabled", "SYMMETRIC_DEFAULT", True),
        "legacy-exports": ("Enabled", "SYMMETRIC_DEFAULT", False),
        "old-billing": ("PendingDeletion", "SYMMETRIC_DEFAULT", False),
        "licence-signing": ("Enabled", "RSA_2048", "UnsupportedOperationException"),
    }
    assert len(call("kms", "list_keys", VIRGINIA)["Keys"]) == 1


@pytest.mark.parametrize(
    ("region", "expected"), [(IRELAND, (True, True, "SUCCESS")), (VIRGINIA, (True, False, "SUCCESS")), (FRANKFURT, (False, True, "PENDING")), (LONDON, None)]
)
def test_recorders(call: Any, region: str, expected: tuple[bool, bool, str] | None) -> None:
    recorders = call("config", "describe_configuration_recorders", region)["ConfigurationRecorders"]
    statuses = call("config", "describe_configuration_recorder_status", region)["ConfigurationRecordersStatus"]
    assert len(recorders) == len(statuses) == (expected is not None)
    if expected is not None:
        assert (statuses[0]["recording"], recorders[0]["recordingGroup"]["allSupported"], statuses[0]["lastStatus"]) == expected


def test_deliveries(call: Any) -> None:
    for region, names in ((IRELAND, ["default"]), (VIRGINIA, ["default"]), (LONDON, [])):
        told = call("config", "describe_delivery_channel_status", region)["DeliveryChannelsStatus"]
        assert [one["name"] for one in told] == names
        assert {one["configHistoryDeliveryInfo"]["lastStatus"] for one in told} <= {"SUCCESS"}


def test_the_analyzer_found_the_website(call: Any) -> None:
    (analyzer,) = call("accessanalyzer", "list_analyzers")["analyzers"]
    (found,) = call("accessanalyzer", "list_findings_v2", analyzerArn=analyzer["arn"])["findings"]
    assert (found["resource"], found["status"]) == ("arn:aws:s3:::acorn-website", "ACTIVE")
    assert call("accessanalyzer", "list_findings_v2", analyzerArn=analyzer["arn"].replace("outside-access", "other"))["findings"] == []
    assert call("accessanalyzer", "list_analyzers", VIRGINIA)["analyzers"] == []


def test_what_the_company_has_none_of(call: Any) -> None:
    assert call("cloudtrail", "list_event_data_stores")["EventDataStores"] == []
    assert call("ec2", "describe_client_vpn_endpoints")["ClientVpnEndpoints"] == []


def test_buckets(call: Any) -> None:
    names = [bucket["Name"] for bucket in call("s3", "list_buckets", MaxBuckets=10000)["Buckets"]]
    where = {name: call("s3", "get_bucket_location", Bucket=name).get("LocationConstraint") for name in names}
    # AWS writes us-east-1 as nothing at all.
    assert {name for name, region in where.items() if region is None} == {"acorn-build-artifacts", "acorn-analytics-scratch"}
    assert {region for region in where.values() if region is not None} == {IRELAND}
    assert len(names) == 7

    closed = {name for name in names if name not in ("acorn-website", "acorn-analytics-scratch")}
    for name in closed:
        assert set(call("s3", "get_public_access_block", Bucket=name)["PublicAccessBlockConfiguration"].values()) == {True}
    assert _refused(call, "s3", "get_public_access_block", Bucket="acorn-website") == "NoSuchPublicAccessBlockConfiguration"
    assert set(call("s3", "get_public_access_block", Bucket="acorn-analytics-scratch")["PublicAccessBlockConfiguration"].values()) == {True, False}
    assert _refused(call, "s3", "get_bucket_policy", Bucket="acorn-analytics-scratch") == "NoSuchBucketPolicy"
    for name in closed:
        policy = json.loads(call("s3", "get_bucket_policy", Bucket=name)["Policy"])
        assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert _refused(call, "s3control", "get_public_access_block", AccountId="123456789012") == "NoSuchPublicAccessBlockConfiguration"


def test_the_company_s_own_denial(simulation: Simulation, call: Any) -> None:
    simulation.faults(*DENIED)
    assert _refused(call, "s3", "get_bucket_policy", Bucket="acorn-billing-exports") == "AccessDenied"
    assert call("s3", "get_bucket_policy", Bucket="acorn-log-archive")["Policy"]


@pytest.mark.parametrize(("region", "vpcs", "logged", "gateways"), [(IRELAND, 2, 1, [1]), (VIRGINIA, 2, 0, [1, 0]), (LONDON, 1, 0, [])])
def test_networks(call: Any, region: str, vpcs: int, logged: int, gateways: list[int]) -> None:
    found_vpcs = call("ec2", "describe_vpcs", region)["Vpcs"]
    assert len(found_vpcs) == vpcs
    assert [vpc["IsDefault"] for vpc in found_vpcs].count(True) == 1
    logs = call("ec2", "describe_flow_logs", region)["FlowLogs"]
    assert {log["ResourceId"] for log in logs} <= {vpc["VpcId"] for vpc in found_vpcs if not vpc["IsDefault"]}
    assert [(log["FlowLogStatus"], log["TrafficType"], log["DeliverLogsStatus"]) for log in logs] == [("ACTIVE", "ALL", "SUCCESS")] * logged
    assert [len(gateway["Attachments"]) for gateway in call("ec2", "describe_internet_gateways", region)["InternetGateways"]] == gateways


def test_the_canaries_are_there_to_be_found(call: Any) -> None:
    (function,) = call("lambda", "list_functions")["Functions"]
    assert function["Environment"]["Variables"]["SMTP_PASSWORD"] == LAMBDA_SECRET
    (reservation,) = call("ec2", "describe_instances")["Reservations"]
    instance = reservation["Instances"][0]["InstanceId"]
    data = call("ec2", "describe_instance_attribute", InstanceId=instance, Attribute="userData")["UserData"]["Value"]
    assert USER_DATA_SECRET in base64.b64decode(data).decode()
    assert set(CANARIES) == {SECRET_ACCESS_KEY, LAMBDA_SECRET, USER_DATA_SECRET}


def test_the_story_plays_in_anybody_s_moto() -> None:
    with mock_aws():
        session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=IRELAND)
        found(session)
        assert len(session.client("s3", config=ONCE).list_buckets()["Buckets"]) == 7
        assert len(session.client("iam").list_users()["Users"]) == 8
