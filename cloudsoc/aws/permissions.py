"""The IAM actions behind operations: nearly all are named alike, and here stands what is not. A fact with an action of its own says so (``permission=``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cloudsoc.engine.plan import Plan

EVERY_SCAN: Final = ("ec2:DescribeRegions", "sts:GetCallerIdentity")
"""What a scan asks before anything else, whatever the checks: which account, which regions."""

# Where IAM calls a service differently from boto3's client. AWS source: Service Authorization Reference, "Service prefix" of each service.
_PREFIXES: Final[Mapping[str, str]] = {
    "accessanalyzer": "access-analyzer",
    "apigatewayv2": "apigateway",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "iot-data": "iot",
    "mwaa": "airflow",
    "neptune": "rds",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "service-quotas": "servicequotas",
    "sesv2": "ses",
    "sso-admin": "sso",
    "stepfunctions": "states",
}
_VERBS_ONLY: Final = frozenset({"apigateway"})
"""Services whose actions are HTTP verbs; all that cloudsoc asks of them reads."""


def iam_action(operation: str) -> str:
    """The IAM action of ``service:Operation`` where the fact that reads it names none."""
    service, _, name = operation.partition(":")
    prefix = _PREFIXES.get(service, service)
    return f"{prefix}:GET" if prefix in _VERBS_ONLY else f"{prefix}:{name}"


def iam_actions_by_operation(plan: Plan) -> dict[str, tuple[str, ...]]:
    """For each operation of a plan, and those of every scan, the IAM actions that it needs."""
    declared = dict.fromkeys(EVERY_SCAN, ()) | plan.permissions()
    return {operation: actions or (iam_action(operation),) for operation, actions in declared.items()}


def iam_actions(plan: Plan) -> frozenset[str]:
    """All IAM actions that a plan needs, and those that every scan needs."""
    return frozenset(action for actions in iam_actions_by_operation(plan).values() for action in actions)
