"""KMS from AWS's answers to verdicts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.end_to_end.account import ACCOUNT, Simulated

NOW = datetime.now(UTC)
FOREIGN = "444455556666"


def test_rotation_and_deletion(aws: Simulated) -> None:
    kms = aws.client("kms")
    rotating, still, doomed = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(3))
    asymmetric = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=rotating)
    kms.schedule_key_deletion(KeyId=doomed, PendingWindowInDays=7)
    found = aws.scan("kms-key-rotation-enabled", "kms-key-not-pending-deletion")
    assert found.verdicts("kms-key-rotation-enabled") == {rotating: "passed", still: "failed", doomed: "not_applicable", asymmetric: "not_applicable"}
    assert found.verdicts("kms-key-not-pending-deletion") == {rotating: "passed", still: "passed", doomed: "failed", asymmetric: "passed"}
    assert found.one("kms-key-rotation-enabled", still).remedy == f"``aws kms enable-key-rotation --region eu-west-1 --key-id {still}``"


def test_a_denied_rotation_status_is_not_assessed(aws: Simulated) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    aws.refuses("kms:GetKeyRotationStatus")
    finding = aws.scan("kms-key-rotation-enabled").one("kms-key-rotation-enabled", key)
    assert finding.verdict.value == "not_assessed"
    assert [(cause.operation, cause.error, cause.region) for cause in finding.causes] == [("kms:GetKeyRotationStatus", "AccessDenied", "eu-west-1")]


def test_a_listing_that_breaks_on_its_second_page_keeps_what_it_has(aws: Simulated) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]
    aws.answers("kms:ListKeys", [{"Keys": [{"KeyId": key["KeyId"], "KeyArn": key["Arn"]}], "Truncated": True, "NextMarker": "two"}])
    found = aws.scan("kms-key-not-pending-deletion")
    assert found.verdicts("kms-key-not-pending-deletion") == {key["KeyId"]: "passed"}
    assert found.verdicts("kms-key-not-pending-deletion", population=True)["eu-west-1"] == "not_assessed"


def policy(*more: dict[str, Any]) -> str:
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [root, *more]})


def use(principal: Any, action: str = "kms:Decrypt") -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}


POLICIES = {
    "kms-key-policy-blocks-public-access": use("*"),
    "kms-key-policy-limits-cross-account-use": use({"AWS": f"arn:aws:iam::{FOREIGN}:root"}),
    "kms-key-policy-scopes-service-principals": use({"Service": "logs.eu-west-1.amazonaws.com"}),
    "kms-key-policy-separates-admin-and-use": use({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}, "kms:*"),
}


@pytest.mark.parametrize("check", POLICIES)
def test_key_policies(aws: Simulated, check: str) -> None:
    kms = aws.client("kms")
    good, bad = (kms.create_key(Policy=policy(*more))["KeyMetadata"]["KeyId"] for more in ((), (POLICIES[check],)))
    assert aws.scan(check).verdicts(check) == {good: "passed", bad: "failed"}


def test_a_key_policy_that_cannot_be_read_or_understood_is_not_assessed(aws: Simulated) -> None:
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    aws.answers("kms:GetKeyPolicy", {"Policy": '{"Statement": [{"Effect": "Perhaps"}]}', "PolicyName": "default"})
    found = aws.scan(*POLICIES)
    assert {found.one(check, key).verdict.value for check in POLICIES} == {"not_assessed"}


def test_the_account_is_asked_for_its_organization_only_where_that_matters(aws: Simulated) -> None:
    check = "kms-key-policy-limits-cross-account-use"
    key = aws.client("kms").create_key(Policy=policy(POLICIES[check]))["KeyMetadata"]["KeyId"]
    aws.refuses("organizations:ListAccounts")
    assert aws.scan(check).one(check, key).verdict.value == "not_assessed"
    assert aws.scan(check, settings={"trusted_accounts": [FOREIGN]}).one(check, key).verdict.value == "passed"


def test_aws_managed_keys_are_asked_nothing(aws: Simulated) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]
    about = {name: value for name, value in key.items() if name != "AWSAccountId"}
    aws.answers("kms:DescribeKey", {"KeyMetadata": {**about, "KeyManager": "AWS"}})
    for operation in ("kms:GetKeyPolicy", "kms:ListGrants", "kms:GetKeyRotationStatus", "kms:GetKeyLastUsage", "kms:ListResourceTags"):
        aws.refuses(operation)
    report = aws.scan("kms-key-*").report
    assert {one.verdict.value for one in report.findings} == {"not_applicable"}
    assert {call.operation for call in report.accounts[0].calls if call.operation.startswith("kms:")} == {"kms:ListKeys", "kms:DescribeKey"}


def test_grants(aws: Simulated) -> None:
    kms, check = aws.client("kms"), "kms-key-grants-limited-to-trusted-principals"
    none, own, foreign = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(3))
    kms.create_grant(KeyId=own, GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:role/app", Operations=["Decrypt"])
    kms.create_grant(KeyId=foreign, GranteePrincipal=f"arn:aws:iam::{FOREIGN}:role/app", Operations=["Decrypt"])
    assert aws.scan(check).verdicts(check) == {none: "passed", own: "passed", foreign: "failed"}


def test_tags_and_replicas(aws: Simulated) -> None:
    kms = aws.client("kms")
    plain = kms.create_key()["KeyMetadata"]["KeyId"]
    tagged = kms.create_key(Tags=[{"TagKey": "DataClassification", "TagValue": "confidential"}], MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.replicate_key(KeyId=tagged, ReplicaRegion="us-east-1")
    found = aws.scan("kms-key-has-classification-tag", "kms-key-stays-single-region")
    assert found.verdicts("kms-key-has-classification-tag") == {plain: "failed", tagged: "passed"}
    assert found.verdicts("kms-key-stays-single-region") == {plain: "passed", tagged: "failed"}
    assert "us-east-1" in found.one("kms-key-stays-single-region", tagged).reason


@pytest.mark.parametrize(("days", "verdict"), [(100, "passed"), (10, "failed")])
def test_imported_material_that_expires(aws: Simulated, days: int, verdict: str) -> None:
    about = aws.client("kms").create_key(Origin="EXTERNAL")["KeyMetadata"]
    check = "kms-imported-key-material-not-expiring"
    aws.answers("kms:DescribeKey", {"KeyMetadata": {**about, "KeyState": "PendingImport"}})
    assert aws.scan(check).one(check, about["KeyId"]).verdict.value == "failed"
    expires = {"KeyState": "Enabled", "ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": NOW + timedelta(days=days)}
    aws.answers("kms:DescribeKey", {"KeyMetadata": {**about, **expires}})
    assert aws.scan(check).one(check, about["KeyId"]).verdict.value == verdict


@pytest.mark.parametrize(("days", "verdict"), [(3, "passed"), (400, "failed")])
def test_use(aws: Simulated, days: int, verdict: str) -> None:
    about = aws.client("kms").create_key()["KeyMetadata"]
    aws.answers(
        "kms:GetKeyLastUsage",
        {
            "KeyId": about["KeyId"],
            "KeyLastUsage": {"Operation": "Decrypt", "Timestamp": NOW - timedelta(days=days)},
            "TrackingStartDate": NOW - timedelta(days=500),
            "KeyCreationDate": NOW - timedelta(days=600),
        },
    )
    assert aws.scan("kms-key-in-use").one("kms-key-in-use", about["KeyId"]).verdict.value == verdict


def test_decryption_in_policies_of_identities(aws: Simulated) -> None:
    iam, check = aws.client("iam"), "kms-decrypt-restricted-in-iam-policies"
    for name, resource in (("good", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"), ("bad", "*")):
        document = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": resource}})
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn=iam.create_policy(PolicyName=f"managed-{name}", PolicyDocument=document)["Policy"]["Arn"])
        iam.create_group(GroupName=f"group-{name}")
        iam.put_group_policy(GroupName=f"group-{name}", PolicyName="inline", PolicyDocument=document)
    assert aws.scan(check).verdicts(check) == {
        "good": "not_applicable",
        "bad": "not_applicable",
        "managed-good": "passed",
        "managed-bad": "failed",
        "group-good": "passed",
        "group-bad": "failed",
    }
