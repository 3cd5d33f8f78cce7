"""The recorded account: a boto3 session whose calls are answered in this process, below botocore's serializer, retries and parser."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3

from cloudsoc.demo.answer import Answer
from tests.recorded.answers import HOME, REGION, Given, Refused, identities, networks, records, stores
from tests.recorded.wire import as_http, refused, written

ANSWERS: Mapping[str, Given] = identities.ANSWERS | networks.ANSWERS | records.ANSWERS | stores.ANSWERS
EVERYWHERE = frozenset({"iam", "sts", "s3", "s3control", "organizations", "cloudfront"})
"""Services that answer for the whole account, or about resources of any region."""
ONLY_AT_HOME = frozenset({"s3control:ListAccessPoints"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as it goes out."""

    operation: str
    region: str
    request: Mapping[str, Any]
    attempt: int
    """1 for the first of this request, more for each retry."""


Interfere = Callable[[Asked], Answer | None]
"""Answers in place of the account; None where the account answers, an exception where the network fails."""


@dataclass
class Recorded:
    """What is answered, and what was asked."""

    interfere: Interfere = lambda _: None
    asked: list[Asked] = field(default_factory=list)
    spoil: Callable[[str, str, Mapping[str, Any], dict[str, Any]], None] | None = None
    """Changes an answer once botocore has parsed it: operation, region, request, answer."""
    _attempts: Counter[str] = field(default_factory=Counter)

    def answer(self, operation: str, region: str, request: Mapping[str, Any]) -> Answer:
        """What goes back over the wire."""
        key = _key(operation, region, request)
        self._attempts[key] += 1
        asked = Asked(operation, region, request, self._attempts[key])
        self.asked.append(asked)
        return self.interfere(asked) or account_answers(operation, region, request)


_KEPT: dict[str, Answer] = {}


def said(operation: str, region: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the account answers, as botocore hands it out. Raises ``Refused``."""
    given = ANSWERS[operation]
    service = operation.partition(":")[0]
    home = region == HOME or (service in EVERYWHERE and operation not in ONLY_AT_HOME) or operation in ("ec2:DescribeRegions", "cloudtrail:LookupEvents")
    if home or not callable(given):
        answer = given({**request, REGION: region}) if callable(given) else given
        return answer if home else nothing(operation, answer)
    return {}


def nothing(operation: str, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer of a region in which there is nothing."""
    return {name: [] if isinstance(value, list) else value for name, value in answer.items()}


def account_answers(operation: str, region: str, request: Mapping[str, Any], change: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None) -> Answer:
    """The account's own answer on the wire, made once; or one that is changed before it is written."""
    key = _key(operation, region, request)
    if change is None and key in _KEPT:
        return _KEPT[key]
    try:
        answer = said(operation, region, request)
    except Refused as error:
        return refused(operation, region, "deny", error.code, error.status)
    if change is not None:
        return written(operation, change(answer))
    return _KEPT.setdefault(key, written(operation, answer))


def _key(operation: str, region: str, request: Mapping[str, Any]) -> str:
    return f"{operation} {region} {json.dumps(request, default=str, sort_keys=True)}"


_NOW = threading.local()
_CURRENT: list[Recorded] = []


@cache
def session() -> boto3.Session:
    """One for all: what botocore has loaded is loaded once."""
    made = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=HOME)
    events = made.events
    events.register_first("before-parameter-build", _remember)
    events.register_first("request-created", _going_out)
    events.register_first("before-send", _send)
    events.register_last("after-call", _spoil)
    return made


def _remember(params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
    context["recorded"] = f"{model.service_model.service_name}:{model.name}", dict(params)


def _going_out(request: Any, **_: Any) -> None:
    _NOW.context = request.context


def _send(request: Any, **_: Any) -> Any:
    operation, params = _NOW.context["recorded"]
    return as_http(_CURRENT[-1].answer(operation, _NOW.context["client_region"], params), request.url)


def _spoil(parsed: dict[str, Any], context: Mapping[str, Any], http_response: Any, **_: Any) -> None:
    if (spoil := _CURRENT[-1].spoil) is not None and http_response.status_code < 300:
        operation, params = context["recorded"]
        spoil(operation, context["client_region"], params, parsed)


@contextmanager
def recorded(interfere: Interfere | None = None) -> Iterator[Recorded]:
    """For as long as this lasts, the session is answered by this account."""
    one = Recorded() if interfere is None else Recorded(interfere)
    _CURRENT.append(one)
    try:
        yield one
    finally:
        _CURRENT.pop()
