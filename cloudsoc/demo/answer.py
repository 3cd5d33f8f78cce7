"""Answers as each of AWS's protocols writes them: errors of every kind, and good answers spoilt on purpose."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree

from cloudsoc.demo.call import Call, Protocol, operation_model, pagination
from cloudsoc.demo.fault import Fault, Kind


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def with_body(self, body: bytes) -> Answer:
        """The same with another body and the length that belongs to it."""
        kept = tuple((name, value) for name, value in self.headers if name.lower() not in ("content-length", "x-amz-crc32"))
        return replace(self, headers=(*kept, ("Content-Length", str(len(body)))), body=body)


def json_answer(said: Any, status: int = 200) -> Answer:
    """An answer in JSON."""
    return Answer(status, (("Content-Type", "application/json"),), b"").with_body(json.dumps(said).encode())


# Code and status by kind and protocol, as AWS uses them; "" stands for the protocols that are not named.
_ERRORS: dict[Kind, dict[Protocol | str, tuple[str, int]]] = {
    "deny": {
        "ec2": ("UnauthorizedOperation", 403),
        "query": ("AccessDenied", 403),
        "rest-xml": ("AccessDenied", 403),
        "rest-json": ("AccessDeniedException", 403),
        "": ("AccessDeniedException", 400),
    },
    "throttle": {
        "ec2": ("RequestLimitExceeded", 503),
        "rest-xml": ("SlowDown", 503),
        "query": ("Throttling", 400),
        "rest-json": ("ThrottlingException", 429),
        "": ("ThrottlingException", 400),
    },
    "expired": {
        "ec2": ("RequestExpired", 400),
        "query": ("ExpiredToken", 403),
        "rest-xml": ("ExpiredToken", 400),
        "rest-json": ("ExpiredTokenException", 403),
        "": ("ExpiredTokenException", 400),
    },
    "fail": {"ec2": ("InternalError", 500), "query": ("InternalFailure", 500), "rest-xml": ("InternalError", 500), "": ("InternalFailure", 500)},
}
_MESSAGES: dict[Kind, str] = {
    "deny": "User: arn:aws:sts::123456789012:assumed-role/cloudsoc-auditor/demo is not authorized to perform: {operation}",
    "throttle": "Rate exceeded",
    "expired": "The security token included in the request is expired",
    "fail": "We encountered an internal error. Please try again.",
}
# Credentials that a region does not know, because the account has not opted in to it.
_NOT_OPTED_IN: dict[Protocol | str, tuple[str, int]] = {
    "ec2": ("AuthFailure", 401),
    "query": ("InvalidClientTokenId", 403),
    "rest-xml": ("InvalidToken", 400),
    "": ("UnrecognizedClientException", 400),
}


def refusal(call: Call, fault: Fault) -> Answer:
    """The error that a rule asks for, as the call's service would say it."""
    # The page that a broken listing refuses is refused for want of permission unless the rule names a code: nothing that a client would try again.
    kind: Kind = fault.kind if fault.kind in _ERRORS else "deny"
    code, status = _ERRORS[kind].get(call.protocol, _ERRORS[kind].get("", ("", 0)))
    return error(
        call, fault.code or code, fault.status or (status if fault.code is None or kind != "fail" else 400), _MESSAGES[kind].format(operation=call.name)
    )


def not_opted_in(call: Call) -> Answer:
    """How a region that the account has not enabled refuses its credentials."""
    code, status = _NOT_OPTED_IN.get(call.protocol, _NOT_OPTED_IN[""])
    return error(call, code, status, "The security token included in the request is invalid")


def error(call: Call, code: str, status: int, message: str) -> Answer:
    """An error in the shape of the call's protocol."""
    request_id = "00000000-0000-4000-8000-000000000000"
    headers: list[tuple[str, str]] = [("x-amzn-RequestId", request_id)]
    match call.protocol:
        case "ec2":
            body = f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>".encode()
        case "query":
            body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>".encode()
        case "rest-xml" if call.service in ("s3", "s3control"):
            body = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId></Error>".encode()
        case "rest-xml":
            body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>".encode()
        case _:
            body = json.dumps({"__type": code, "message": message}).encode()
            headers.append(("x-amzn-ErrorType", code))
    form = {"json": "application/x-amz-json-1.1", "rest-json": "application/json"}.get(call.protocol, "text/xml")
    return Answer(status, (*headers, ("Content-Type", form), ("Content-Length", str(len(body)))), body)


def broken_off(answer: Answer) -> Answer:
    """The answer, ending in its middle as if that were its end."""
    return answer.with_body(answer.body[: max(1, len(answer.body) // 2)])


# --- the announcement of a further page ---


def with_another_page(call: Call, answer: Answer) -> Answer:
    """A whole listing that says that it goes on. Left as it is where the operation does not page, or said so already."""
    paging = pagination(call.service, call.operation)
    model = operation_model(call)
    if paging is None or model is None or model.output_shape is None or answer.status >= 300:
        return answer
    _, gives, more = paging
    wire: dict[str, Any] = {}
    announced: list[tuple[str, Any]] = [(token, "cloudsoc-demo-page-2") for token in gives]
    if more is not None:
        announced.append((more, True))
    for expression, value in announced:
        # Some tokens are the last item's key ("NextMarker || Contents[-1].Key"): the member itself will do.
        member = re.split(r"[^A-Za-z]", expression)[0]
        if member in model.output_shape.members:
            wire[model.output_shape.members[member].serialization.get("name") or member] = value
    if call.protocol in ("json", "rest-json"):
        data = json.loads(answer.body or b"{}")
        data.update({name: value for name, value in wire.items() if not data.get(name)})
        return answer.with_body(json.dumps(data).encode())
    root = ElementTree.fromstring(answer.body)  # noqa: S314 - our own server wrote it
    wrapper = model.output_shape.serialization.get("resultWrapper")
    parent = next((child for child in root if _plain(child) == wrapper), root)
    space = parent.tag[: -len(_plain(parent))]
    for name, value in wire.items():
        there = next((child for child in parent if _plain(child) == name), None)
        if there is None:
            there = ElementTree.SubElement(parent, f"{space}{name}")
        if value is True or not there.text:
            there.text = "true" if value is True else value
    return answer.with_body(ElementTree.tostring(root))


def takes_token(call: Call, sent: set[str]) -> bool:
    """Whether a request asks for a further page."""
    paging = pagination(call.service, call.operation)
    model = operation_model(call)
    if paging is None or model is None or model.input_shape is None:
        return False
    for member in paging[0]:
        shape = model.input_shape.members.get(member)
        wire = shape.serialization.get("name", member) if shape is not None else member
        if sent & {member, wire, wire[:1].upper() + wire[1:]}:
            return True
    return False


# --- values of another type ---


def with_wrong_type(call: Call, answer: Answer, member: str | None) -> Answer:
    """The answer with one item, the last of its first list or else the whole, whose values have another type than declared."""
    if answer.status >= 300 or not answer.body:
        return answer
    if call.protocol in ("json", "rest-json"):
        data = json.loads(answer.body)
        item = _last_item(data)
        for name, value in item.items():
            if member in (None, name):
                item[name] = _other_type(value)
        return answer.with_body(json.dumps(data).encode())
    root = ElementTree.fromstring(answer.body)  # noqa: S314 - our own server wrote it
    lists = [element for element in root.iter() if len(element) and {_plain(child) for child in element} <= {"member", "item"}]
    for element in (lists[0][-1] if lists else root).iter():
        if not len(element) and member in (None, _plain(element)):
            element.text = "neither a number nor a time"
    return answer.with_body(ElementTree.tostring(root))


def _last_item(data: dict[str, Any]) -> dict[str, Any]:
    for value in data.values():
        if isinstance(value, list) and value and isinstance(value[-1], dict):
            return value[-1]
    inner = [value for value in data.values() if isinstance(value, dict)]
    return inner[0] if len(data) == 1 and inner else data


def _other_type(value: Any) -> Any:
    match value:
        case bool():
            return "perhaps"
        case int() | float():
            return "many"
        case str():
            return 17
        case _:
            return value


def _plain(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
