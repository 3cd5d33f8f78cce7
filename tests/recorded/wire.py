"""Answers as AWS's protocols write them, for botocore's parsers to read."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.model import OperationModel
from botocore.validate import ParamValidator
from moto.core.serialize import get_serializer_class

from cloudsoc.demo.answer import Answer, broken_off, refusal
from cloudsoc.demo.call import Call
from cloudsoc.demo.fault import Fault as DemoFault
from cloudsoc.demo.fault import Kind
from cloudsoc.engine.shape import operation_model


class _Body(io.BytesIO):
    """What urllib3 gives botocore."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


@cache
def protocol(operation: str) -> Any:
    """The protocol that botocore speaks with a service."""
    return operation_model(operation).service_model.resolved_protocol


def written(operation: str, said: Mapping[str, Any]) -> Answer:
    """A good answer; it is checked against botocore's model of the operation."""
    model = operation_model(operation)
    if model.output_shape is not None:
        told = ParamValidator().validate(dict(said), model.output_shape)
        assert not told.has_errors(), f"{operation}: AWS gives no such answer: {told.generate_report()}"
    made = get_serializer_class(operation.partition(":")[0], _moto_protocol(model))(operation_model=_for_moto(operation)).serialize(said)
    body = made["body"]
    return Answer(made["status_code"], (*made["headers"].items(), ("x-amzn-RequestId", "recorded")), body if isinstance(body, bytes) else body.encode())


def _moto_protocol(model: OperationModel) -> str:
    return str(model.service_model.resolved_protocol)


@cache
def _for_moto(operation: str) -> Any:
    from moto.core.model import ServiceModel

    model = operation_model(operation).service_model
    return ServiceModel(model._service_description, model.service_name).operation_model(operation.partition(":")[2])  # type: ignore[attr-defined]


def refused(operation: str, region: str, kind: Kind, code: str | None = None, status: int | None = None) -> Answer:
    """An error in the shape of the operation's protocol."""
    service, _, name = operation.partition(":")
    return refusal(Call(service, name, region, protocol(operation)), DemoFault(operation, kind, code=code, status=status))


def as_http(answer: Answer, url: str) -> AWSResponse:
    """The answer as botocore takes it from the network."""
    headers: Any = {name.lower(): value for name, value in answer.headers}
    return AWSResponse(url, answer.status, headers, _Body(answer.body))


__all__ = ["as_http", "broken_off", "protocol", "refused", "written"]
