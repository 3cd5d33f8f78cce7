"""IAM's policies, administrators and trust, from AWS's answers to verdicts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from tests.end_to_end.account import ACCOUNT, Simulated

FOREIGN = "444455556666"
NOW = datetime.now(UTC)
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture
def stocked() -> Iterator[Simulated]:
    """An account in which AWS's managed policies exist; moto names all of them, AWS those that are attached."""
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        yield Simulated()


def document(action: Any, resource: Any = "*", **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]})


def trust(principal: Any, action: str = "sts:AssumeRole", **condition: Any) -> str:
    more = {"Condition": condition} if condition else {}
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": action, **more}]})


OWN = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})

GRANTS: dict[str, tuple[Any, Any]] = {
    "iam-customer-policy-avoids-full-admin": ("s3:*", "*"),
    "iam-policy-avoids-service-wildcards": ("s3:GetObject", "s3:*"),
    "iam-policy-avoids-full-cloudtrail-access": ("cloudtrail:Get*", "cloudtrail:*"),
    "iam-policy-avoids-full-kms-access": ("kms:Decrypt", "kms:*"),
    "iam-policy-limits-role-assumption": ("sts:GetCallerIdentity", "sts:AssumeRole"),
    "iam-policy-avoids-privilege-escalation-actions": ("iam:PassRole", ["iam:PassRole", "ec2:RunInstances"]),
    "iam-policy-limits-marketplace-subscribe": ("s3:GetObject", "aws-marketplace:Subscribe"),
}


@pytest.mark.parametrize("check", GRANTS)
def test_what_policies_allow(aws: Simulated, check: str) -> None:
    iam = aws.client("iam")
    iam.create_role(RoleName="holder", AssumeRolePolicyDocument=OWN)
    for name, action in zip(("good", "bad"), GRANTS[check], strict=True):
        arn = iam.create_policy(PolicyName=name, PolicyDocument=document(action))["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="holder", PolicyArn=arn)
    verdicts = aws.scan(check).verdicts(check)
    assert (verdicts["good"], verdicts["bad"]) == ("passed", "failed")


def test_allow_with_notaction(aws: Simulated) -> None:
    iam, check = aws.client("iam"), "iam-policy-avoids-allow-with-notaction"
    for name, element in (("good", "Action"), ("bad", "NotAction")):
        iam.create_user(UserName=name)
        statement = {"Effect": "Allow", element: "iam:*", "Resource": "*"}
        iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    verdicts = aws.scan(check).verdicts(check)
    assert (verdicts["good"], verdicts["bad"]) == ("passed", "failed")


def test_inline_unattached_and_unused_policies(aws: Simulated) -> None:
    iam = aws.client("iam")
    checks = "iam-inline-policy-avoids-full-admin", "iam-identity-has-no-inline-policy", "iam-unattached-policy-avoids-full-admin", "iam-managed-policy-in-use"
    for name, action in (("none", ""), ("some", "s3:*"), ("all", "*")):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=OWN)
        if action:
            iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document(action))
            iam.create_policy(PolicyName=f"free-{name}", PolicyDocument=document(action))
    held = iam.create_policy(PolicyName="held", PolicyDocument=document("*"))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="none", PolicyArn=held)
    found = aws.scan(*checks)
    inline, has, free, used = (found.verdicts(check) for check in checks)
    assert inline == {"none": "not_applicable", "some": "passed", "all": "failed"}
    assert has == {"none": "passed", "some": "failed", "all": "failed"}
    assert {name: free[name] for name in ("free-some", "free-all", "held")} == {"free-some": "passed", "free-all": "failed", "held": "not_applicable"}
    assert {name: used[name] for name in ("free-some", "held")} == {"free-some": "failed", "held": "passed"}


def test_only_the_version_in_force_counts(aws: Simulated) -> None:
    iam, check = aws.client("iam"), "iam-customer-policy-avoids-full-admin"
    iam.create_user(UserName="ann")
    arn = iam.create_policy(PolicyName="p", PolicyDocument=document("*"))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="ann", PolicyArn=arn)
    assert aws.scan(check).one(check, arn).verdict.value == "failed"
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document("s3:*"), SetAsDefault=True)
    assert aws.scan(check).one(check, arn).verdict.value == "passed"


def test_administrators_by_effective_rights(stocked: Simulated) -> None:
    iam, check = stocked.client("iam"), "iam-administrator-access-limited-to-approved-principals"
    own = iam.create_policy(PolicyName="harmless", PolicyDocument=document("iam:*"))["Policy"]["Arn"]
    fence = iam.create_policy(PolicyName="fence", PolicyDocument=document("s3:*"))["Policy"]["Arn"]
    iam.create_group(GroupName="ops")
    iam.attach_group_policy(GroupName="ops", PolicyArn=ADMIN)
    for name in ("member", "nobody"):
        iam.create_user(UserName=name)
    iam.add_user_to_group(GroupName="ops", UserName="member")
    iam.create_role(RoleName="fenced", AssumeRolePolicyDocument=OWN, PermissionsBoundary=fence)
    iam.attach_role_policy(RoleName="fenced", PolicyArn=ADMIN)
    iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=OWN)
    iam.attach_role_policy(RoleName="deploy", PolicyArn=own)
    approved = {check: {"approved_principals": ["mem*"]}}
    found = stocked.scan(check, settings=approved)
    assert found.verdicts(check) == {"member": "passed", "fenced": "not_applicable", "nobody": "not_applicable", "deploy": "failed"}
    assert found.one(check, "member").evidence["policies"] == ["group ops: arn:aws:iam::aws:policy/AdministratorAccess"]
    assert stocked.scan(check).one(check, "member").verdict.value == "not_assessed"  # nobody has said who is approved


TRUST: dict[str, dict[str, tuple[str, str]]] = {
    "iam-role-trust-excludes-wildcard-principal": {"good": (OWN, "passed"), "bad": (trust({"AWS": "*"}), "failed")},
    "iam-third-party-role-requires-external-id": {
        "own": (OWN, "not_applicable"),
        "good": (trust({"AWS": FOREIGN}, StringEquals={"sts:ExternalId": "a"}), "passed"),
        "bad": (trust({"AWS": FOREIGN}), "failed"),
    },
    "iam-service-role-prevents-confused-deputy": {
        "exempt": (trust({"Service": "ec2.amazonaws.com"}), "not_applicable"),
        "good": (trust({"Service": "backup.amazonaws.com"}, StringEquals={"aws:SourceAccount": ACCOUNT}), "passed"),
        "bad": (trust({"Service": "backup.amazonaws.com"}), "failed"),
    },
    "iam-oidc-role-trust-restricts-subject": {
        "own": (OWN, "not_applicable"),
        "good": (
            trust(
                {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
                "sts:AssumeRoleWithWebIdentity",
                StringLike={"token.actions.githubusercontent.com:sub": "repo:acme/app:*"},
            ),
            "passed",
        ),
        "bad": (
            trust({"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"}, "sts:AssumeRoleWithWebIdentity"),
            "failed",
        ),
    },
}


@pytest.mark.parametrize("check", TRUST)
def test_trust(aws: Simulated, check: str) -> None:
    for name, (written, _) in TRUST[check].items():
        aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=written)
    assert aws.scan(check).verdicts(check) == {name: verdict for name, (_, verdict) in TRUST[check].items()}


READS = ["*:Get*", "*:List*", "*:Describe*"]
AUDITS = ["iam:Get*", "iam:List*", "cloudtrail:Describe*", "cloudtrail:Get*", "ec2:Describe*", "kms:List*", "s3:GetBucket*", "rds:Describe*"]


def test_cross_account_reading(aws: Simulated) -> None:
    iam, check = aws.client("iam"), "iam-cross-account-read-role-limited"
    for name, action, principal in (("little", "s3:Get*", FOREIGN), ("all", READS, FOREIGN), ("own", READS, ACCOUNT)):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"AWS": principal}))
        iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document(action))
    assert aws.scan(check).verdicts(check) == {"little": "passed", "all": "failed", "own": "not_applicable"}


@pytest.mark.parametrize(("check", "action"), [("iam-support-role-exists", "support:*"), ("iam-security-audit-role-exists", AUDITS)])
def test_roles_that_there_should_be(aws: Simulated, check: str, action: Any) -> None:
    iam = aws.client("iam")
    iam.create_role(RoleName="it", AssumeRolePolicyDocument=OWN)
    iam.put_role_policy(RoleName="it", PolicyName="inline", PolicyDocument=document("*"))
    assert aws.scan(check).one(check).verdict.value == "failed"
    iam.put_role_policy(RoleName="it", PolicyName="inline", PolicyDocument=document(action))
    assert aws.scan(check).one(check).verdict.value == "passed"


def test_cloudshell(stocked: Simulated) -> None:
    iam, check, other = stocked.client("iam"), "iam-cloudshell-full-access-restricted", "iam-customer-policy-avoids-full-admin"
    iam.create_user(UserName="ann")
    iam.attach_user_policy(UserName="ann", PolicyArn=ADMIN)
    found = stocked.scan(check, other)
    assert found.one(check).verdict.value == "passed"
    assert found.one(other, ADMIN).verdict.value == "not_applicable"  # IAM-12: nobody here can edit it
    iam.attach_user_policy(UserName="ann", PolicyArn="arn:aws:iam::aws:policy/AWSCloudShellFullAccess")
    finding = stocked.scan(check).one(check)
    assert (finding.verdict.value, finding.reason) == ("failed", "attached to user/ann")


def details(**lists: Any) -> dict[str, Any]:
    return {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": [], "IsTruncated": False, **lists}


def a_role(name: str, path: str = "/", **more: Any) -> dict[str, Any]:
    return {
        "Path": path,
        "RoleName": name,
        "RoleId": "AROAEXAMPLEEXAMPLEID1",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role{path}{name}",
        "CreateDate": NOW - timedelta(days=500),
        "AssumeRolePolicyDocument": OWN,
        **more,
    }


def test_use_of_roles_over_two_pages(aws: Simulated) -> None:
    pages: list[Mapping[str, Any]] = [
        details(RoleDetailList=[a_role("used", RoleLastUsed={"LastUsedDate": NOW - timedelta(days=2), "Region": "eu-west-1"})], IsTruncated=True, Marker="two"),
        details(RoleDetailList=[a_role("never", RoleLastUsed={}), a_role("AWSServiceRoleForX", "/aws-service-role/x.amazonaws.com/")]),
    ]
    aws.answers("iam:GetAccountAuthorizationDetails", pages)
    check = "iam-role-used-or-removed"
    assert aws.scan(check).verdicts(check) == {"used": "passed", "never": "failed", "AWSServiceRoleForX": "not_applicable"}


def test_a_document_that_nobody_understands_is_unread_and_alone_in_that(aws: Simulated) -> None:
    odd = {"PolicyName": "odd", "PolicyDocument": '{"Version": "2030-01-01", "Statement": []}'}
    aws.answers("iam:GetAccountAuthorizationDetails", details(RoleDetailList=[a_role("fine"), a_role("odd", RolePolicyList=[odd])]))
    checks = "iam-role-trust-excludes-wildcard-principal", "iam-inline-policy-avoids-full-admin", "iam-administrator-access-limited-to-approved-principals"
    found = aws.scan(*checks)
    assert {check: found.one(check, "odd").verdict.value for check in checks} == dict.fromkeys(checks, "not_assessed")
    assert found.one(checks[0], "fine").verdict.value == "passed"
    assert found.one(checks[2], "fine").verdict.value == "not_applicable"


def test_refused(aws: Simulated) -> None:
    aws.client("iam").create_user(UserName="ann")
    aws.refuses("iam:GetAccountAuthorizationDetails")
    report = aws.scan("iam-policy-*", "iam-administrator-*", "iam-support-role-exists").report
    assert {one.verdict.value for one in report.findings} == {"not_assessed"}


def test_one_call_answers_all_of_it(aws: Simulated) -> None:
    aws.client("iam").create_user(UserName="ann")
    report = aws.scan("iam-policy-*", "iam-administrator-access-*", "iam-*-full-admin", "iam-role-trust-*", "iam-*-role-exists", "kms-decrypt-*").report
    assert sorted(call.operation for call in report.accounts[0].calls if call.operation.startswith("iam:")) == ["iam:GetAccountAuthorizationDetails"]
