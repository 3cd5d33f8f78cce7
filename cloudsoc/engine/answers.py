"""What botocore takes for an empty answer although it is none: a JSON text that breaks off, an empty body, a proxy's page. Of these nothing may be concluded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from xml.etree import ElementTree

from botocore.exceptions import BotoCoreError
from botocore.model import OperationModel, Shape

from cloudsoc.engine.shape import operation_model

_BESIDES = frozenset({"requestId", "RequestId", "ResponseMetadata"})
"""What stands in XML answers beside what botocore's models name."""


class UnreadableAnswer(BotoCoreError):
    """AWS said that all was well, and what came is not the answer."""

    fmt = "the answer {what}"


def readable(service: str) -> Callable[..., None]:
    """A handler of botocore's ``response-received`` for the clients of a service; it raises ``UnreadableAnswer``.

    Botocore's parsers give an answer without any member for a JSON text that breaks off, and for an empty body or a foreign document in most protocols. An
    answer in which a member was found is not looked at again.
    """

    def handle(event_name: str, response_dict: Mapping[str, Any] | None, parsed_response: Mapping[str, Any] | None, **_: Any) -> None:
        if response_dict is None or parsed_response is None or response_dict["status_code"] >= 300:
            return
        operation = f"{service}:{event_name.rpartition('.')[2]}"
        members = _members(operation)
        if members and not any(parsed_response.get(name) for name in members):
            _check(operation_model(operation), members, response_dict["body"])

    return handle


@cache
def _members(operation: str) -> Mapping[str, str]:
    """The members that an answer has in its body, and how they are written; none where the body is not the answer or is not read at once."""
    model = operation_model(operation)
    shape = model.output_shape
    if shape is None or model.has_streaming_output or model.http.get("method") == "HEAD":
        return {}
    # Botocore puts a JSON text that it cannot parse under this name.
    return {name: _written(name, member) for name, member in shape.members.items() if "location" not in member.serialization and name != "message"}


def _written(name: str, member: Shape) -> str:
    if member.type_name == "list" and member.serialization.get("flattened"):
        return str(member.member.serialization.get("name") or member.serialization.get("name") or name)  # type: ignore[attr-defined]
    return str(member.serialization.get("name") or name)


def _check(model: OperationModel, members: Mapping[str, str], body: bytes) -> None:
    if not body:
        raise UnreadableAnswer(what="is empty")
    if "json" in model.service_model.resolved_protocol:
        try:
            found = json.loads(body)
        except ValueError:
            raise UnreadableAnswer(what="breaks off, or is no JSON") from None
        if not isinstance(found, dict):
            raise UnreadableAnswer(what="is no object")
        _known(found, members.values())
        return
    shape = model.output_shape
    payload = shape.serialization.get("payload") if shape else None
    if shape is not None and payload:
        inner = shape.members[payload]
        if inner.type_name != "structure":
            return
        members = {name: _written(name, member) for name, member in inner.members.items()}  # type: ignore[attr-defined]
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 botocore's own parser for it
    except ElementTree.ParseError:
        return  # botocore has its own way with these: it refuses them, and asks S3 again
    wrapper = shape.serialization.get("resultWrapper") if shape else None
    names = [one.tag.rpartition("}")[2] for one in root]
    if root.tag.rpartition("}")[2].lower() == "html":
        raise UnreadableAnswer(what="is a web page")
    _known(names, [wrapper] if wrapper else members.values())


def _known(found: Any, members: Any) -> None:
    """Raise where there is something, and none of it is what the answer has."""
    there = {str(name) for name in found} - _BESIDES
    if there and not there & {*members}:
        raise UnreadableAnswer(what=f"is another one: it holds {', '.join(sorted(there)[:3])}"[:200])
