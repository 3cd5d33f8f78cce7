"""Answers of AWS as they come over the wire, put in where botocore would send a request: its retries and all that listens to them are the real ones."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

Answer = tuple[int, dict[str, Any]] | Exception


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        while content := self.read():
            yield content


def response(request: Any, status: int, body: str) -> AWSResponse:
    """An answer to a request."""
    headers = HTTPHeaders()
    headers["x-amzn-requestid"] = "recorded"
    return AWSResponse(request.url, status, headers, _Raw(body.encode()))


def refusal(code: str, status: int = 400) -> Answer:
    """An error of a service that speaks JSON."""
    return status, {"__type": code, "message": "not now"}


def answering(session: boto3.Session, event: str, answer: Callable[[dict[str, Any]], Answer]) -> list[dict[str, Any]]:
    """From now on requests of ``service.Operation`` (of a service that speaks JSON) get this answer; gives the requests that were sent."""
    sent: list[dict[str, Any]] = []
    lock = threading.Lock()

    def before_send(request: Any, **_: Any) -> AWSResponse:
        asked = json.loads(request.body or b"{}")
        with lock:
            sent.append(asked)
        found = answer(asked)
        if isinstance(found, Exception):
            raise found
        status, body = found
        return response(request, status, json.dumps(body))

    handler: Any = before_send
    session.events.register_first(f"before-send.{event}", handler)
    return sent
