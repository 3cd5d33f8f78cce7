"""The role that scans, as Terraform and as a CloudFormation template: its policies, and whom it trusts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

ATTACHED = 10
"""Managed policies that a role may have by default. AWS source: IAM User Guide, "IAM and AWS STS quotas"."""
_ABOUT = "Reads what cloudsoc's checks look at, and changes nothing"

# -- CloudFormation ---------------------------------------------------------------------------------------------------


def cloudformation(policies: Sequence[dict[str, Any]]) -> str:
    """A template for one stack, or for a StackSet over many accounts: it names no account and no partition, and what it made goes with the stack."""
    names = [f"Reads{number}" for number, _ in enumerate(policies, 1)]
    resources: dict[str, Any] = {
        name: {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Description": _ABOUT, "PolicyDocument": policy}}
        for name, policy in zip(names, policies, strict=True)
    }
    resources["Role"] = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": {"Ref": "RoleName"},
            "Description": _ABOUT,
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": {"Ref": "TrustedPrincipal"}},
                        "Action": "sts:AssumeRole",
                        "Condition": _given("ExternalId", {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}),
                    }
                ],
            },
            "PermissionsBoundary": _given("PermissionsBoundary", {"Ref": "PermissionsBoundary"}),
            "ManagedPolicyArns": [{"Ref": name} for name in names],
        },
    }
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "A role with which cloudsoc reads this account for SOC 2. IAM is global: deploy it in one region.",
        "Parameters": {
            "TrustedPrincipal": {
                "Type": "String",
                "Description": "Who may assume the role: the ARN of a role or user, or the id of an account that decides by itself.",
                "AllowedPattern": r"[0-9]{12}|arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/[\w+=,.@/-]+)",
                "ConstraintDescription": "the ARN of a role, a user or an account's root, or the id of an account",
            },
            "ExternalId": {
                "Type": "String",
                "Default": "",
                "Description": "What whoever assumes the role has to say besides; leave it empty for an identity of your own.",
                "AllowedPattern": r"|[\w+=,.@:/-]{2,1224}",
                "ConstraintDescription": "2 to 1,224 letters, digits and + = , . @ : / -",
            },
            "RoleName": {
                "Type": "String",
                "Default": "cloudsoc",
                "Description": "The name of the role, the same in every account.",
                "AllowedPattern": r"[\w+=,.@-]{1,64}",
                "ConstraintDescription": "1 to 64 letters, digits and + = , . @ -",
            },
            "PermissionsBoundary": {
                "Type": "String",
                "Default": "",
                "Description": "The ARN of the permissions boundary that roles must have here, if they must.",
                "AllowedPattern": r"|arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[\w+=,.@/-]+",
                "ConstraintDescription": "the ARN of a managed policy",
            },
        },
        "Conditions": {f"Has{name}": {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]} for name in ("ExternalId", "PermissionsBoundary")},
        "Resources": resources,
        "Outputs": {"RoleArn": {"Description": "What `cloudsoc scan --role-arn` takes.", "Value": {"Fn::GetAtt": ["Role", "Arn"]}}},
    }
    return json.dumps(template, indent=2)


def _given(parameter: str, value: Any) -> dict[str, Any]:
    return {"Fn::If": [f"Has{parameter}", value, {"Ref": "AWS::NoValue"}]}


# -- Terraform --------------------------------------------------------------------------------------------------------

_ROLE = """terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "role_name" {
  type        = string
  default     = "cloudsoc"
  description = "The name of the role, the same in every account."
}

variable "trusted_principals" {
  type        = list(string)
  default     = []
  description = "Who may assume the role: ARNs of roles and users, or ids of accounts that decide by themselves."
}

variable "external_id" {
  type        = string
  default     = null
  description = "What a trusted principal has to say besides; leave it out for an identity of your own."
}

variable "oidc" {
  type = object({
    provider_arn = string
    subjects     = list(string)
    audience     = optional(string, "sts.amazonaws.com")
  })
  default     = null
  description = "A CI system: its OIDC provider in IAM, and which of its jobs, as in repo:acorn/infrastructure:ref:refs/heads/main."

  validation {
    condition     = var.oidc == null ? true : length(var.oidc.subjects) > 0 && !contains([for one in var.oidc.subjects : trim(one, "*?")], "")
    error_message = "Name the subjects: without any, every job of every customer of that CI system could assume the role."
  }
}

variable "permissions_boundary" {
  type        = string
  default     = null
  description = "The ARN of the permissions boundary that roles must have here, if they must."
}

locals {
  oidc_issuer = var.oidc == null ? "" : replace(var.oidc.provider_arn, "/^.*:oidc-provider\\\\//", "")
}

data "aws_iam_policy_document" "trust" {
  dynamic "statement" {
    for_each = length(var.trusted_principals) > 0 ? [var.trusted_principals] : []
    content {
      actions = ["sts:AssumeRole"]
      principals {
        type        = "AWS"
        identifiers = statement.value
      }
      dynamic "condition" {
        for_each = var.external_id == null ? [] : [var.external_id]
        content {
          test     = "StringEquals"
          variable = "sts:ExternalId"
          values   = [condition.value]
        }
      }
    }
  }

  dynamic "statement" {
    for_each = var.oidc == null ? [] : [var.oidc]
    content {
      actions = ["sts:AssumeRoleWithWebIdentity"]
      principals {
        type        = "Federated"
        identifiers = [statement.value.provider_arn]
      }
      condition {
        test     = "StringEquals"
        variable = "${local.oidc_issuer}:aud"
        values   = [statement.value.audience]
      }
      condition {
        test     = "StringLike"
        variable = "${local.oidc_issuer}:sub"
        values   = statement.value.subjects
      }
    }
  }
}

resource "aws_iam_role" "cloudsoc" {
  name                 = var.role_name
  description          = "%(about)s"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary

  lifecycle {
    precondition {
      condition     = length(var.trusted_principals) > 0 || var.oidc != null
      error_message = "Nobody could assume the role: set trusted_principals or oidc."
    }
  }
}

output "role_arn" {
  value       = aws_iam_role.cloudsoc.arn
  description = "What `cloudsoc scan --role-arn` takes."
}
"""

_POLICY = """
data "aws_iam_policy_document" "reads_%(number)d" {
  statement {
    sid    = %(sid)s
    effect = %(effect)s
    actions = [
%(actions)s
    ]
    resources = [%(resource)s]
  }
}

resource "aws_iam_policy" "reads_%(number)d" {
  name        = "${var.role_name}-%(number)d"
  description = "%(about)s"
  policy      = data.aws_iam_policy_document.reads_%(number)d.json
}

resource "aws_iam_role_policy_attachment" "reads_%(number)d" {
  role       = aws_iam_role.cloudsoc.name
  policy_arn = aws_iam_policy.reads_%(number)d.arn
}
"""


def terraform(policies: Sequence[dict[str, Any]]) -> str:
    """A module of one file: the role, its policies, and variables for those whom it trusts."""
    return "".join((_ROLE % {"about": _ABOUT}, *_policies(policies))).rstrip("\n")


def _policies(policies: Sequence[dict[str, Any]]) -> Iterator[str]:
    for number, policy in enumerate(policies, 1):
        (statement,) = policy["Statement"]
        yield _POLICY % {
            "number": number,
            "about": _ABOUT,
            "sid": json.dumps(statement["Sid"]),
            "effect": json.dumps(statement["Effect"]),
            "actions": "\n".join(f"      {json.dumps(action)}," for action in statement["Action"]),
            "resource": json.dumps(statement["Resource"]),
        }
