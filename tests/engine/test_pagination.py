"""Every operation that AWS answers page by page and that any fact declares: all items arrive, each page is asked for once, by the token that came before it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, reduce
from typing import Any

import pytest

import cloudsoc.aws
from cloudsoc.demo.answer import Answer
from cloudsoc.engine.clients import Clients
from cloudsoc.engine.plan import sources
from cloudsoc.engine.shape import operation_model
from cloudsoc.model import Fact
from tests.recorded.account import Asked, recorded, session
from tests.recorded.paging import asked_for, cut, paging
from tests.recorded.wire import written

NOT_FOLLOWED: Mapping[str, str] = {}
"""Operations that page in AWS and cannot be followed, and why that does no harm."""

_PAGES = re.compile(r"token|marker|truncated|hasmore|morepages|cursor", re.IGNORECASE)
_FIXED: Mapping[str, Any] = {"AccountId": "123456789012", "Bucket": "photos", "MaxBuckets": 10_000, "ServicePrincipal": "config.amazonaws.com"}


def declared() -> Iterator[str]:
    """The operations of all facts there are."""
    for module in pkgutil.walk_packages(cloudsoc.aws.__path__, "cloudsoc.aws."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Fact) and "listing" in vars(value):
                for source in sources(value):
                    yield from source.operations


OPERATIONS = sorted(set(declared()))
PAGED = [operation for operation in OPERATIONS if paging(operation)]


@cache
def clients() -> Clients:
    """Made once: that is what takes time."""
    return Clients(session(), PAGED, 1)


def test_whatever_looks_like_paging_is_followed() -> None:
    found = {}
    for operation in OPERATIONS:
        shape: Any = operation_model(operation).output_shape
        members: dict[str, Any] = dict(shape.members) if shape else {}
        inner = [name for member in members.values() if member.type_name == "structure" for name in member.members]
        if (signs := [name for name in (*members, *inner) if _PAGES.search(name)]) and paging(operation) is None:
            found[operation] = signs
    assert found.keys() == NOT_FOLLOWED.keys(), found


def example(shape: Any, number: int, name: str = "") -> Any:
    """A value of a shape, as small as AWS allows, and another one for each number."""
    if name in _FIXED:
        return _FIXED[name]
    match shape.type_name:
        case "structure":
            texts = [one for one, member in shape.members.items() if member.type_name == "string" and not member.enum and one not in _FIXED]
            numbers = [one for one, member in shape.members.items() if member.type_name in ("integer", "long")]
            return {one: example(shape.members[one], number, one) for one in (*shape.required_members, *(texts or numbers)[:1])}
        case "list":
            return [example(shape.member, number)] * shape.metadata.get("min", 0)
        case "map":
            return {}
        case "string":
            return shape.enum[0] if shape.enum else f"item-{number}".ljust(shape.metadata.get("min", 0), "-")[: shape.metadata.get("max", 100)]
        case "boolean":
            return True
        case "timestamp":
            return datetime(2026, 1, number, tzinfo=UTC)
        case "blob":
            return b"1"
        case "float" | "double":
            return float(number)
    return max(number, shape.metadata.get("min", 0))


def _at(answer: Any, path: str) -> Any:
    return reduce(lambda inner, name: (inner or {}).get(name), path.split("."), answer)


def whole(operation: str) -> dict[str, Any]:
    """An answer with five items in each of its lists."""
    how, shape = paging(operation), operation_model(operation).output_shape
    assert how
    assert shape
    answer: dict[str, Any] = example(shape, 1)
    for path in how.items:
        *above, last = path.split(".")
        at, inner = answer, shape
        for name in above:
            inner = inner.members[name]  # type: ignore[assignment]
            at = at.setdefault(name, example(inner, 1))
        if inner.members[last].type_name == "list":
            at[last] = [example(inner.members[last].member, number) for number in range(1, 6)]  # type: ignore[attr-defined]
    return answer


def request(operation: str) -> dict[str, Any]:
    """What it is asked with: what AWS requires."""
    shape = operation_model(operation).input_shape
    asked: dict[str, Any] = example(shape, 1) if shape else {}
    required = set(shape.required_members) if shape else set()
    return {name: value for name, value in asked.items() if name in required}


@pytest.mark.parametrize("pages", [2, 3, 7])
@pytest.mark.parametrize("operation", PAGED)
def test_all_items_of_all_pages_arrive(operation: str, pages: int) -> None:
    """Of seven pages some are empty, with a token all the same."""
    how = paging(operation)
    assert how
    answer = whole(operation)
    if operation == "events:ListTargetsByRule":
        pages = min(pages, 5)  # it has no page without a target
    told: list[int] = []

    def page(asked: Asked) -> Answer:
        number, rest = asked_for(operation, asked.request)
        assert {name: value for name, value in rest.items() if name != "EncodingType"} == request(operation)
        told.append(number)
        return written(operation, cut(operation, answer, pages)[number])

    with recorded(page):
        found = list(clients().pages(operation, "eu-west-1", request(operation)))
    assert told == list(range(pages))
    for path in how.items:
        if isinstance(every := _at(answer, path), list):
            assert len(every) == 5
            arrived = [item for one in found for item in _at(one, path) or ()]
            assert len({repr(item) for item in every}) == 5
            assert arrived == every


def test_names_of_objects_arrive_as_they_are() -> None:
    """S3 writes them as in a URL, on every page, since botocore asks for that."""
    operation = "s3:ListObjectsV2"
    whole = {"Name": "photos", "EncodingType": "url", "Contents": [{"Key": key} for key in ("a%20b", "c%2Bd", "e%0Af")], "IsTruncated": False}

    def page(asked: Asked) -> Answer:
        number, rest = asked_for(operation, asked.request)
        assert rest == {"Bucket": "photos", "EncodingType": "url"}
        return written(operation, cut(operation, whole, 3)[number])

    with recorded(page):
        found = list(clients().pages(operation, "eu-west-1", {"Bucket": "photos"}))
    assert [one["Key"] for page in found for one in page["Contents"]] == ["a b", "c+d", "e\nf"]
