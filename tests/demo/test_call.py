"""What botocore writes is recognised as what it was."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.loaders import Loader
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.serialize import create_serializer

from cloudsoc.demo.call import Request, recognise

SERVICES = [
    "s3",
    "s3control",
    "lambda",
    "guardduty",
    "backup",
    "route53",
    "cloudfront",
    "efs",
    "iam",
    "kms",
    "cloudtrail",
    "config",
    "elbv2",
    "elb",
    "apigateway",
]


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_recognised(service: str) -> None:
    model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
    wrong = {}
    for operation in map(model.operation_model, model.operation_names):
        if not operation.deprecated and (found := _recognised(model, operation)) != operation.name:
            wrong[operation.name] = found
    assert wrong == SAME_ADDRESS.get(service, {})


# The host tells these apart, and here there is only one.
SAME_ADDRESS: dict[str, dict[str, str]] = {"s3": {"ListDirectoryBuckets": "ListBuckets"}}


def _recognised(model: ServiceModel, operation: OperationModel) -> str | None:
    sent = create_serializer(model.metadata["protocol"], include_validation=False).serialize_to_request(_least(operation.input_shape), operation)
    path, _, query = sent["url_path"].partition("?")
    query = "&".join(filter(None, (query, urlencode(sent["query_string"], doseq=True) if isinstance(sent["query_string"], dict) else sent["query_string"])))
    body = sent["body"]
    call = recognise(
        Request(
            method=sent["method"],
            path=path,
            query=query,
            body=urlencode(body, doseq=True).encode() if isinstance(body, dict) else body if isinstance(body, bytes) else str(body).encode(),
            content_type=str(sent["headers"].get("Content-Type", "")),
            authorization=f"AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/{model.signing_name}/aws4_request, SignedHeaders=host, Signature=0",
            headers=frozenset(name.lower() for name in sent["headers"]),
            target=str(sent["headers"].get("X-Amz-Target", "")),
        )
    )
    if call is not None:
        assert (call.service, call.region) == (model.service_name, "eu-west-1") or call.operation != operation.name
    return None if call is None else call.operation


def _least(shape: Shape | None) -> Any:
    """The smallest input that has what is required."""
    if shape is None:
        return {}
    match shape.type_name:
        case "structure":
            assert isinstance(shape, StructureShape)
            return {name: _least(shape.members[name]) for name in shape.required_members}
        case "list":
            assert isinstance(shape, ListShape)
            return [_least(shape.member)]
        case "map":
            return {}
        case "integer" | "long" | "float" | "double":
            return 1
        case "boolean":
            return True
        case "blob":
            return b""
        case "timestamp":
            return "2026-01-01T00:00:00Z"
        case _:
            return (shape.enum or ["something"])[0] if hasattr(shape, "enum") else "something"


def test_what_is_not_signed_is_nobody_s() -> None:
    assert recognise(Request("GET", "/", "", b"")) is None
    signed = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/no-such-service/aws4_request"
    assert recognise(Request("GET", "/", "", json.dumps({}).encode(), authorization=signed)) is None
