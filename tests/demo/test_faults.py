"""Each kind of fault reaches the caller as the exception or answer that AWS's failing would be, in every protocol."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from cloudsoc.demo import Fault, Simulation
from tests.demo.conftest import ONCE

# One of each protocol, and both dialects of rest-xml.
CALLS: dict[str, tuple[str, str, dict[str, str]]] = {
    "ec2:DescribeVpcs": ("ec2", "describe_vpcs", {}),
    "iam:ListUsers": ("iam", "list_users", {}),
    "s3:ListBuckets": ("s3", "list_buckets", {}),
    "s3control:GetPublicAccessBlock": ("s3control", "get_public_access_block", {"AccountId": "123456789012"}),
    "cloudfront:ListDistributions": ("cloudfront", "list_distributions", {}),
    "kms:ListKeys": ("kms", "list_keys", {}),
    "lambda:ListFunctions": ("lambda", "list_functions", {}),
    "cloudwatch:DescribeAlarms": ("cloudwatch", "describe_alarms", {}),
}
CODES: dict[str, dict[str, str]] = {
    "deny": dict(zip(CALLS, ["UnauthorizedOperation", *["AccessDenied"] * 4, *["AccessDeniedException"] * 3], strict=True)),
    "throttle": dict(zip(CALLS, ["RequestLimitExceeded", "Throttling", *["SlowDown"] * 3, *["ThrottlingException"] * 3], strict=True)),
    "expired": dict(zip(CALLS, ["RequestExpired", *["ExpiredToken"] * 4, *["ExpiredTokenException"] * 3], strict=True)),
    "fail": dict(zip(CALLS, ["InternalError", "InternalFailure", *["InternalError"] * 3, *["InternalFailure"] * 3], strict=True)),
}


@pytest.mark.parametrize("kind", CODES)
@pytest.mark.parametrize("operation", CALLS)
def test_refusals_have_the_code_of_their_protocol(simulation: Simulation, call: Any, kind: Any, operation: str) -> None:
    service, method, parameters = CALLS[operation]
    simulation.faults(Fault(operation, kind))
    with pytest.raises(ClientError) as refused:
        call(service, method, **parameters)
    assert refused.value.response["Error"]["Code"] == CODES[kind][operation]
    assert refused.value.response["Error"]["Message"]
    assert (refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500) == (kind == "fail")
    assert [(recorded.operation, recorded.fault) for recorded in simulation.calls()] == [(operation, kind)]


@pytest.mark.parametrize("operation", CALLS)
def test_a_broken_connection(simulation: Simulation, call: Any, operation: str) -> None:
    service, method, parameters = CALLS[operation]
    simulation.faults(Fault(operation, "reset"))
    with pytest.raises(ConnectionClosedError):
        call(service, method, **parameters)


def test_no_answer(simulation: Simulation, call: Any) -> None:
    simulation.faults(Fault("kms:ListKeys", "hang"))
    with pytest.raises(ReadTimeoutError):
        call("kms", "list_keys", config=Config(retries={"total_max_attempts": 1}, read_timeout=0.3))
    assert simulation.calls()[0].status is None


@pytest.mark.parametrize("operation", ["ec2:DescribeVpcs", "iam:ListUsers", "cloudfront:ListDistributions"])
def test_xml_that_breaks_off(simulation: Simulation, call: Any, operation: str) -> None:
    service, method, parameters = CALLS[operation]
    simulation.faults(Fault(operation, "malformed"))
    with pytest.raises(ResponseParserError):
        call(service, method, **parameters)


def test_s3_that_breaks_off_counts_as_its_failure(simulation: Simulation, call: Any) -> None:
    simulation.faults(Fault("s3:ListBuckets", "malformed"))
    with pytest.raises(ClientError, match=r"\(500\)"):
        call("s3", "list_buckets")


def test_json_that_breaks_off_is_no_error_to_botocore(simulation: Simulation, call: Any) -> None:
    """It gives an answer without the listing: who reads it must notice."""
    simulation.faults(Fault("kms:ListKeys", "malformed"))
    assert "Keys" not in call("kms", "list_keys")


def test_another_code_and_status(simulation: Simulation, call: Any) -> None:
    simulation.faults(Fault("kms:ListKeys", "fail", code="NotFoundException"), Fault("s3:*", "fail", code="NoSuchBucket", status=404))
    with pytest.raises(ClientError, match=r"\(NotFoundException\)"):
        call("kms", "list_keys")
    with pytest.raises(ClientError, match=r"\(NoSuchBucket\)") as gone:
        call("s3", "get_bucket_policy", Bucket="acorn-log-archive")
    assert gone.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


@pytest.mark.parametrize(
    ("service", "method", "items", "operation"),
    [
        ("ec2", "describe_vpcs", "Vpcs", "ec2:DescribeVpcs"),
        ("iam", "list_users", "Users", "iam:ListUsers"),
        ("iam", "get_account_authorization_details", "UserDetailList", "iam:GetAccountAuthorizationDetails"),
        ("s3", "list_buckets", "Buckets", "s3:ListBuckets"),
        ("kms", "list_keys", "Keys", "kms:ListKeys"),
        ("lambda", "list_functions", "Functions", "lambda:ListFunctions"),
        ("config", "describe_configuration_recorder_status", None, "config:DescribeConfigurationRecorderStatus"),
    ],
)
def test_the_last_page_fails(session: boto3.Session, simulation: Simulation, service: Any, method: str, items: str | None, operation: str) -> None:
    client = session.client(service, config=ONCE)
    simulation.faults(Fault(operation, "last-page"))
    if items is None:  # it has no pages, so there is no last one
        assert getattr(client, method)()
        return
    pages = iter(client.get_paginator(method).paginate())
    assert next(pages)[items]
    with pytest.raises(ClientError):
        next(pages)
    assert [recorded.status == 200 for recorded in simulation.calls()] == [True, False]


def test_wrong_types_in_json(simulation: Simulation, call: Any) -> None:
    simulation.faults(Fault("config:*", "wrong-type", member="recording"))
    assert [status["recording"] for status in call("config", "describe_configuration_recorder_status")["ConfigurationRecordersStatus"]] == ["perhaps"]
    simulation.faults(Fault("kms:*", "wrong-type"))
    *whole, spoilt = call("kms", "list_keys")["Keys"]
    assert all(isinstance(key["KeyId"], str) for key in whole)
    assert spoilt == {"KeyId": 17, "KeyArn": 17}


def test_wrong_types_in_xml(simulation: Simulation, call: Any) -> None:
    simulation.faults(Fault("iam:ListUsers", "wrong-type", member="CreateDate"))
    with pytest.raises((ResponseParserError, ValueError)):
        call("iam", "list_users")


def test_throttled_twice_and_then_well(simulation: Simulation, session: boto3.Session) -> None:
    simulation.faults(Fault("kms:ListKeys", "throttle", times=2))
    keys = session.client("kms", config=Config(retries={"mode": "standard", "total_max_attempts": 3})).list_keys()
    assert len(keys["Keys"]) == 5
    assert [(recorded.status, recorded.fault) for recorded in simulation.calls()] == [(400, "throttle"), (400, "throttle"), (200, None)]


def test_a_fault_of_one_region_one_resource_one_time(simulation: Simulation, call: Any) -> None:
    simulation.faults(
        Fault("kms:*", region="us-east-1"), Fault("s3:GetBucketPolicy", contains="acorn-website"), Fault("sts:GetCallerIdentity", "fail", after=1, times=1)
    )
    assert call("kms", "list_keys")["Keys"]
    with pytest.raises(ClientError):
        call("kms", "list_keys", "us-east-1")
    assert call("s3", "get_bucket_policy", Bucket="acorn-log-archive")["Policy"]
    with pytest.raises(ClientError):
        call("s3", "get_bucket_policy", Bucket="acorn-website")
    assert call("sts", "get_caller_identity")["Account"] == "123456789012"
    with pytest.raises(ClientError):
        call("sts", "get_caller_identity")
    assert call("sts", "get_caller_identity")


def test_faults_are_refused_when_they_make_no_sense() -> None:
    with pytest.raises(ValueError, match="no kind of fault"):
        Fault("kms:ListKeys", "explode")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="service:Operation"):
        Fault("ListKeys")


def test_denials_add_up(simulation: Simulation, call: Any) -> None:
    simulation.deny("kms:ListKeys")
    simulation.deny("ec2:*", region="us-east-1")
    for service, method, region in (("kms", "list_keys", "eu-west-1"), ("ec2", "describe_vpcs", "us-east-1")):
        with pytest.raises(ClientError):
            call(service, method, region)
    assert call("ec2", "describe_vpcs")["Vpcs"]
