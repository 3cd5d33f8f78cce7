"""Who works at Acorn Analytics, with what they may do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cloudsoc.demo.company import ACCOUNT, ages

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_iam import IAMClient


@dataclass(frozen=True, slots=True)
class _Person:
    """An IAM user: a human being, or a program that somebody made one for."""

    name: str
    group: str | None
    joined: int
    """Days ago."""
    console: bool = False
    mfa: bool = False
    last_seen: int | None = None
    """Days since the last sign-in with the password."""
    keys: tuple[int, ...] = ()
    """The ages in days of the active access keys."""
    retired_keys: tuple[int, ...] = ()
    """The ages in days of those that were made inactive."""


_PEOPLE = (
    _Person("alice.moreau", "administrators", joined=1200, console=True, mfa=True, last_seen=1),
    _Person("ben.okafor", "engineers", joined=640, console=True, last_seen=3),  # got a new phone and never set up the second factor again
    _Person("chen.wei", "engineers", joined=410, console=True, mfa=True, last_seen=0, keys=(31,)),
    _Person("dora.lind", "engineers", joined=900, console=True, mfa=True, last_seen=12, keys=(204,)),
    _Person("eva.contractor", "finance", joined=75, console=True),  # invited, never signed in
    _Person("deploy-bot", "engineers", joined=800, keys=(412,)),  # from before the pipeline had a role of its own
    _Person("backup-agent", None, joined=700, keys=(18,), retired_keys=(530,)),
    _Person("reporting", None, joined=300),
)


def hire(session: boto3.Session) -> None:
    """Gives everybody what they need to work, and some what they no longer need."""
    iam = session.client("iam")
    iam.create_account_alias(AccountAlias="acorn-analytics")
    iam.update_account_password_policy(
        MinimumPasswordLength=14,
        RequireSymbols=True,
        RequireNumbers=True,
        RequireUppercaseCharacters=True,
        RequireLowercaseCharacters=True,
        PasswordReusePrevention=24,
    )
    _make_groups(iam)
    for person in _PEOPLE:
        _welcome(iam, person)
    _make_roles(iam)


def _make_groups(iam: IAMClient) -> None:
    everything = iam.create_policy(PolicyName="AcornAdministration", PolicyDocument=_document(_allow("*")))["Policy"]
    building = iam.create_policy(PolicyName="AcornBuilding", PolicyDocument=_document(_allow("ec2:*", "s3:*", "lambda:*", "logs:*", "cloudwatch:*")))["Policy"]
    for group, policy in (("administrators", everything), ("engineers", building)):
        iam.create_group(GroupName=group)
        iam.attach_group_policy(GroupName=group, PolicyArn=policy["Arn"])
    iam.create_group(GroupName="finance")
    iam.put_group_policy(
        GroupName="finance",
        PolicyName="read-bills",
        PolicyDocument=_document(_allow("ce:Get*", "budgets:View*", "s3:GetObject", resource="arn:aws:s3:::acorn-billing-exports/*")),
    )


def _welcome(iam: IAMClient, person: _Person) -> None:
    iam.create_user(UserName=person.name, Tags=[{"Key": "team", "Value": person.group or "platform"}])
    if person.group is not None:
        iam.add_user_to_group(GroupName=person.group, UserName=person.name)
    if person.console:
        iam.create_login_profile(UserName=person.name, Password="changed-at-First-sign-in-1", PasswordResetRequired=False)  # noqa: S106 - invented
    if person.mfa:
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=person.name)["VirtualMFADevice"]["SerialNumber"]
        iam.enable_mfa_device(UserName=person.name, SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321")
    for age in person.retired_keys + person.keys:
        key = iam.create_access_key(UserName=person.name)["AccessKey"]
        if age in person.retired_keys:
            iam.update_access_key(UserName=person.name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
        ages.access_key_made(person.name, key["AccessKeyId"], days_ago=age)
    ages.user_joined(person.name, days_ago=person.joined, last_seen_days_ago=person.last_seen)
    if person.name == "backup-agent":
        iam.put_user_policy(
            UserName=person.name,
            PolicyName="write-backups",
            PolicyDocument=_document(_allow("s3:PutObject", resource="arn:aws:s3:::acorn-customer-data/backups/*")),
        )


def _make_roles(iam: IAMClient) -> None:
    github = iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["6938fd4d98bab03faadb97b34396831e3780aea1"]
    )
    trusts: dict[str, dict[str, Any]] = {
        "deployment": {
            "Effect": "Allow",
            "Principal": {"Federated": github["OpenIDConnectProviderArn"]},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
                "StringLike": {"token.actions.githubusercontent.com:sub": "repo:acorn-analytics/*"},
            },
        },
        "cloudsoc-auditor": _trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        "payments-partner": _trust({"AWS": "arn:aws:iam::210987654321:root"}) | {"Condition": {"StringEquals": {"sts:ExternalId": "acorn-2291"}}},
        "config-recorder": _trust({"Service": "config.amazonaws.com"}),
        "flow-logs": _trust({"Service": "vpc-flow-logs.amazonaws.com"}),
        "dashboard-server": _trust({"Service": "ec2.amazonaws.com"}),
        "nightly-report": _trust({"Service": "lambda.amazonaws.com"}),
    }
    rights: dict[str, dict[str, Any]] = {
        "deployment": _allow("cloudformation:*", "lambda:UpdateFunctionCode", "iam:PassRole"),
        "cloudsoc-auditor": _allow(
            "iam:Get*", "iam:List*", "iam:GenerateCredentialReport", "ec2:Describe*", "s3:Get*", "s3:ListAllMyBuckets", "kms:Describe*", "kms:List*", "kms:Get*"
        ),
        "payments-partner": _allow("s3:GetObject", resource="arn:aws:s3:::acorn-customer-data/payments/*"),
        "config-recorder": _allow("config:Put*", "s3:PutObject"),
        "flow-logs": _allow("logs:CreateLogStream", "logs:PutLogEvents"),
        "dashboard-server": _allow("s3:GetObject", "s3:ListBucket", resource="arn:aws:s3:::acorn-customer-data*"),
        "nightly-report": _allow("s3:GetObject", "logs:*"),
    }
    for name, trust in trusts.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust), Description=f"Acorn: {name}")
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=_document(rights[name]))
    iam.create_instance_profile(InstanceProfileName="dashboard-server")
    iam.add_role_to_instance_profile(InstanceProfileName="dashboard-server", RoleName="dashboard-server")


def _allow(*actions: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def _trust(principal: dict[str, str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
