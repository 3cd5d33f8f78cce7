"""Which operations page, by which members, and an answer cut into pages; from botocore's data alone, not from what the scanner makes of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

from botocore.loaders import Loader

from cloudsoc.demo.call import pagination
from cloudsoc.engine.shape import operation_model

_TOKEN = "page-"


@dataclass(frozen=True, slots=True)
class Paging:
    """The members of a request that take a token, the paths in an answer that give it, the path that says that there is more, the paths of the items."""

    takes: tuple[str, ...]
    gives: tuple[str, ...]
    more: str | None
    items: tuple[str, ...]


@cache
def paging(operation: str) -> Paging | None:
    """How an operation pages; None where it answers all at once."""
    service, _, name = operation.partition(":")
    if (known := pagination(service, name)) is not None:
        takes, gives, more = known
        config = Loader().load_service_model(service, "paginators-1")["pagination"][name]
        items = config["result_key"]
        return Paging(tuple(takes), tuple(one.partition(" ||")[0] for one in gives), more, (items,) if isinstance(items, str) else tuple(items))
    model = operation_model(operation)
    said, asked = (set(shape.members) if shape is not None else set() for shape in (model.output_shape, model.input_shape))
    for token, back in (("NextToken", "NextToken"), ("nextToken", "nextToken"), ("Marker", "Marker"), ("NextMarker", "Marker"), ("NextMarker", "NextMarker")):
        if token in said and back in asked:
            shape: Any = model.output_shape
            lists = tuple(name for name, member in shape.members.items() if member.type_name == "list")
            return Paging((back,), (token,), next((one for one in ("IsTruncated", "Truncated") if one in said), None), lists)
    return None


def _at(answer: Any, path: str) -> Any:
    return reduce(lambda inner, name: inner.get(name) if isinstance(inner, Mapping) else None, path.split("."), answer)


def _put(answer: Any, path: str, value: Any) -> None:
    *above, name = path.split(".")
    inner = reduce(lambda inner, step: inner[step], above, answer)
    if value is None:
        inner.pop(name, None)
    else:
        inner[name] = value


def cut(operation: str, answer: Mapping[str, Any], number: int) -> list[dict[str, Any]]:
    """The answer on so many pages. With fewer items than pages, those in the middle are empty: AWS gives such pages."""
    how = paging(operation)
    assert how is not None, f"{operation} does not page"
    pages: list[dict[str, Any]] = []
    for index in range(number):
        page = copy.deepcopy(dict(answer))
        for path in how.items:
            if isinstance(every := _at(answer, path), list):
                head = -(-len(every) // number)
                chunk = (
                    every[index * head : (index + 1) * head]
                    if len(every) >= number
                    else every[-1:]
                    if index == number - 1
                    else every[:-1]
                    if index == 0
                    else []
                )
                _put(page, path, copy.deepcopy(chunk))
        last = index == number - 1
        for path in how.gives:
            _put(page, path, None if last else f"{_TOKEN}{index + 2}")
        if how.more:
            _put(page, how.more, not last)
        pages.append(page)
    return pages


def asked_for(operation: str, request: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """Which page a request asks for (from 0), and the request without its token."""
    how = paging(operation)
    assert how is not None, f"{operation} does not page"
    tokens = {name: request[name] for name in how.takes if request.get(name)}
    assert set(tokens) in ({*()}, {*how.takes}), f"{operation} was asked with {tokens}"
    for token in tokens.values():
        assert str(token).startswith(_TOKEN), f"{operation} was asked with {tokens}"
    return (int(str(next(iter(tokens.values()))).removeprefix(_TOKEN)) - 1 if tokens else 0), {
        name: value for name, value in request.items() if name not in tokens
    }
