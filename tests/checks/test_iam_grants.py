"""What single policies allow, on hand-made facts."""

from __future__ import annotations

from typing import Any

from cloudsoc.model import LOW
from cloudsoc_checks.iam.grants import (
    policy_avoids_allow_with_notaction,
    policy_avoids_full_cloudtrail_access,
    policy_avoids_full_kms_access,
    policy_avoids_privilege_escalation_actions,
    policy_avoids_service_wildcards,
    policy_limits_marketplace_subscribe,
    policy_limits_role_assumption,
)
from tests.checks.iam_policies import OTHER, OWN, allow, deny, group, managed, role, user
from tests.checks.table import UNREAD, given, table

NONE: dict[str, Any] = {
    "IAM-12: a service-linked role": given(role(allow("*"), path="/aws-service-role/a.amazonaws.com/"), says="service-linked"),
    "no inline policy": given(group(), says="no inline policy"),
    "a boundary": given(managed(allow("*"), count=0, boundaries=1), says="limits"),
}
UNKNOWN: dict[str, Any] = {"unread": (UNREAD,)}


def but_not(action: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "NotAction": action, "Resource": "*", **more}


test_policy_avoids_service_wildcards = table(
    policy_avoids_service_wildcards,
    passed={
        "single actions": (managed(allow(["s3:Get*", "ec2:Describe*"])),),
        "IAM-10: s3:* is not read as *": given(managed(allow("s3:G*")), says="no service"),
        "denied in part": (managed(allow("s3:*"), deny("s3:Delete*")),),
        "on no resource of it": (managed(allow("s3:*", f"arn:aws:sqs:eu-west-1:{OWN}:a")),),
        "no Allow": (managed(deny("s3:*")),),
    },
    failed={
        "a service": given(managed(allow("S3:*")), says="allows all actions of s3"),
        "a string and a list": given(managed(allow(["s3:GetObject", "sqs:*"])), says="sqs"),
        "three": given(managed(allow(["s3:*", "sqs:*", "sns:*"])), says="of s3, sns, sqs"),
        "four": given(managed(allow(["s3:*", "sqs:*", "sns:*", "kms:*"])), says="of kms, s3, sns and 1 more"),
        "on one resource": (managed(allow("s3:*", "arn:aws:s3:::a/*")),),
        "under a condition": (managed(allow("s3:*", Bool={"aws:SecureTransport": "true"})),),
        "two stars": (managed(allow("s3:**")),),
        "everything": given(managed(allow("*")), says="every service"),
        "IAM-10: all but one action": given(managed(but_not("iam:CreateUser")), says="and 4"),
        "a pattern over services": given(managed(allow("sq*:*")), says="sqs"),
        "a service that nobody knows": given(managed(allow("newservice:*")), says="newservice"),
        "a Deny on one bucket": (managed(allow("s3:*"), deny("s3:*", "arn:aws:s3:::a")),),
        "inline": given(user(allow("s3:*")), says="inline policy extra allows"),
        "in a group": (group(allow("s3:*")),),
        "in a role": (role(allow("s3:*")),),
    },
    not_applicable=NONE,
    not_assessed=UNKNOWN,
)

test_policy_avoids_allow_with_notaction = table(
    policy_avoids_allow_with_notaction,
    passed={
        "a list": (managed(allow("s3:*")),),
        "a Deny with NotAction": (managed(allow("s3:*"), but_not("iam:*") | {"Effect": "Deny"}),),
    },
    failed={
        "NotAction": given(managed(but_not(["iam:*", "account:*"])), says="all but account:*, iam:*"),
        "NotResource": given(managed({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::a"}), says="NotResource: all but arn:aws:s3:::a"),
        "second statement": (managed(allow("s3:GetObject"), but_not("iam:*")),),
        "four are spared, of which three are told": (managed(but_not(["iam:*", "account:*", "billing:*", "organizations:*"])),),
        "nothing is spared": given(managed(but_not([])), says="all but nothing"),
        "held by nobody": given(managed(but_not("iam:*"), count=0), severity=LOW),
        "inline": given(role(but_not("iam:*")), says="inline policy extra Allow with NotAction"),
    },
    not_applicable=NONE,
    not_assessed=UNKNOWN,
)

test_policy_avoids_full_cloudtrail_access = table(
    policy_avoids_full_cloudtrail_access,
    passed={
        "reading": (managed(allow(["cloudtrail:Get*", "cloudtrail:LookupEvents"])),),
        "all but stopping": (managed(allow("cloudtrail:*"), deny(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"])),),
        "everything, on a bucket": (managed(allow("*", "arn:aws:s3:::a/*")),),
        "NotAction that spares it": (managed(but_not("cloudtrail:*")),),
    },
    failed={
        "all": given(managed(allow("cloudtrail:*")), says="all actions of cloudtrail"),
        "in halves": (managed(allow(["cloudtrail:C*", "cloudtrail:S*"]), but_not(["cloudtrail:C*", "cloudtrail:S*", "iam:*"])),),
        "everything": (managed(allow("*")),),
        "IAM-10: NotAction": (managed(but_not("iam:*")),),
        "one trail is enough to switch it off": (managed(allow("cloudtrail:*", f"arn:aws:cloudtrail:*:{OWN}:trail/a")),),
        "a Deny that can be avoided": (managed(allow("cloudtrail:*"), deny("cloudtrail:*", Bool={"aws:MultiFactorAuthPresent": "false"})),),
        "inline": (user(allow("cloudtrail:*")),),
    },
    not_applicable=NONE,
    not_assessed=UNKNOWN,
)

test_policy_avoids_full_kms_access = table(
    policy_avoids_full_kms_access,
    passed={"use": (managed(allow(["kms:Decrypt", "kms:GenerateDataKey*"])),), "no deletion": (managed(allow("kms:*"), deny("kms:ScheduleKeyDeletion")),)},
    failed={
        "all": given(managed(allow("kms:*")), says="all actions of kms"),
        "everything": (managed(allow("*")),),
        "IAM-11: whatever the case": (role(allow("KMS:*")),),
        "held by nobody": given(managed(allow("kms:*"), count=0), severity=LOW),
    },
    not_applicable=NONE,
    not_assessed=UNKNOWN,
)

DEPLOY = f"arn:aws:iam::{OTHER}:role/deploy"

test_policy_limits_role_assumption = table(
    policy_limits_role_assumption,
    passed={
        "one role": (managed(allow("sts:AssumeRole", DEPLOY)),),
        "one name in every account": (managed(allow("sts:AssumeRole", "arn:aws:iam::*:role/deploy")),),
        "roles of one beginning": (managed(allow("sts:AssumeRole", f"arn:aws:iam::{OTHER}:role/deploy-*")),),
        "tagged roles": (managed(allow("sts:AssumeRole", StringEquals={"aws:ResourceTag/team": "a"})),),
        "no other than one": (managed(allow("sts:*"), {"Effect": "Deny", "Action": "sts:AssumeRole", "NotResource": DEPLOY}),),
        "other actions of STS": (managed(allow("sts:GetCallerIdentity")),),
    },
    failed={
        "every role": given(managed(allow("sts:AssumeRole")), says=f"every role of account {OWN}"),
        "every role of another account": given(managed(allow("sts:AssumeRole", f"arn:aws:iam::{OTHER}:role/*")), says=OTHER),
        "all of STS": (managed(allow("sts:*")),),
        "all but one role": (managed({"Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": DEPLOY}),),
        "if the tag is there": (managed(allow("sts:AssumeRole", StringEqualsIfExists={"aws:ResourceTag/team": "a"})),),
        "with a second factor": (managed(allow("sts:AssumeRole", Bool={"aws:MultiFactorAuthPresent": "true"})),),
        "inline": given(group(allow("sts:AssumeRole")), says="inline policy extra"),
    },
    not_applicable=NONE,
    not_assessed=UNKNOWN,
)

EC2_ONLY = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
SELF = "arn:aws:iam::*:user/${aws:username}"

test_policy_avoids_privilege_escalation_actions = table(
    policy_avoids_privilege_escalation_actions,
    passed={
        "nothing of IAM": (managed(allow("s3:*")),),
        "IAM-11: half a pair": (managed(allow("ec2:RunInstances")),),
        "the other half": (managed(allow("iam:PassRole")),),
        "IAM-11: the pair, one of them denied": (managed(allow("iam:PassRole"), allow("ec2:*"), deny("iam:PassRole")),),
        "passing a named role": (managed(allow("iam:PassRole", f"arn:aws:iam::{OWN}:role/web"), allow("ec2:RunInstances")),),
        "passing to another service": (managed(allow("iam:PassRole", **EC2_ONLY), allow(["lambda:CreateFunction", "lambda:InvokeFunction"])),),
        "one's own credentials": (managed(allow(["iam:CreateAccessKey", "iam:UpdateLoginProfile"], SELF)),),
        "rights with a boundary": (managed(allow("iam:PutRolePolicy", StringEquals={"iam:PermissionsBoundary": f"arn:aws:iam::{OWN}:policy/b"})),),
        "the code of one function": (managed(allow("lambda:UpdateFunctionCode", f"arn:aws:lambda:eu-west-1:{OWN}:function:web")),),
        "a name like one of them": (managed(allow("iam:CreatePolicyVersionX")),),
        "everything, on a bucket": (managed(allow("*", "arn:aws:s3:::a/*")),),
        "IAM for all but rights": (managed(allow("iam:*"), deny(["iam:*Policy*", "iam:*Group*", "iam:*AccessKey", "iam:*LoginProfile", "iam:PassRole"])),),
    },
    failed={
        "writing policies": given(managed(allow("iam:PutUserPolicy")), says="iam:PutUserPolicy on every user"),
        "IAM-11: whatever the case": (managed(allow("IAM:createpolicyversion")),),
        "IAM-11: a pair over two statements": given(managed(allow("iam:PassRole"), allow("ec2:RunInstances")), says="ec2.amazonaws.com, with ec2:RunInstances"),
        "passing to that service": (managed(allow("iam:PassRole", **EC2_ONLY), allow("ec2:RunInstances")),),
        "on instances of one kind": (managed(allow("iam:PassRole"), allow("ec2:RunInstances", f"arn:aws:ec2:*:{OWN}:instance/*")),),
        "a Deny that can be avoided": (managed(allow("iam:PutUserPolicy"), deny("iam:*", Bool={"aws:MultiFactorAuthPresent": "false"})),),
        "two ways": (managed(allow(["iam:PutUserPolicy", "iam:CreateAccessKey"])),),
        "three ways": (managed(allow(["iam:PutUserPolicy", "iam:CreateAccessKey", "iam:AddUserToGroup"])),),
        "taking over users": given(managed(allow("iam:CreateAccessKey")), says="iam:CreateAccessKey on every user"),
        "one's own rights": given(managed(allow("iam:AttachUserPolicy", SELF)), says="iam:AttachUserPolicy on oneself"),
        "joining groups": (managed(allow("iam:AddUserToGroup")),),
        "trust": (managed(allow("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{OWN}:role/*")),),
        "the code of every function": given(managed(allow("lambda:UpdateFunctionCode")), says="lambda:UpdateFunctionCode on every function"),
        "everything": given(managed(allow("*")), says="other ways"),
        "IAM-10: all but something": (managed(but_not("s3:*")),),
        "inline": (role(allow("iam:*")),),
        "held by nobody": given(managed(allow("iam:*"), count=0), severity=LOW),
    },
    not_applicable=NONE,
    not_assessed=UNKNOWN,
)

test_policy_limits_marketplace_subscribe = table(
    policy_limits_marketplace_subscribe,
    passed={
        "nothing of it": (managed(allow("aws-marketplace:ViewSubscriptions")),),
        "one product": (managed(allow("aws-marketplace:Subscribe", **{"ForAnyValue:StringEquals": {"aws-marketplace:ProductId": "1"}})),),
        "denied": (managed(allow("*"), deny("aws-marketplace:Subscribe")),),
    },
    failed={
        "every product": given(managed(allow("aws-marketplace:*")), says="every product"),
        "under a condition of another kind": (managed(allow("aws-marketplace:Subscribe", Bool={"aws:MultiFactorAuthPresent": "true"})),),
        "everything": (user(allow("*")),),
    },
    not_applicable=NONE,
    not_assessed=UNKNOWN,
)
