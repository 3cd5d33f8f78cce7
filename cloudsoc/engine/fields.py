"""How the fields of a fact are named, written as JSON and read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import TypeAdapter

from cloudsoc.engine.signature import Kind, hints, inside
from cloudsoc.model.check import DeclarationError
from cloudsoc.model.fact import where


@cache
def writer(kind: Kind) -> Callable[[Any], Any]:
    """From a fact to what JSON can hold."""
    write = _adapter(kind).dump_python
    return lambda fact: write(fact, mode="json")


def reader(kind: Kind) -> Callable[[str | bytes], Any]:
    """From JSON text to a fact, strictly; raises pydantic's ``ValidationError``."""
    return _adapter(kind).validate_json


@cache
def _adapter(kind: Kind) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@cache
def field_paths(kind: Kind) -> tuple[str, ...]:
    """The fields of a fact, those of its parts included: ``recording_group.all_supported``. Raises ``DeclarationError`` for what has no order of its own."""
    return tuple(sorted(set(_paths(kind, "", ()))))


def _paths(model: Any, before: str, around: tuple[Any, ...]) -> Iterator[str]:
    for name, annotation in hints(model).items():
        if _has_set(annotation):
            raise DeclarationError(f"{where(model)}: {name}: a set has no order of its own; a tuple does")
        yield before + name
        for inner in inside(annotation):
            if inner is not model and inner not in around:
                yield from _paths(inner, f"{before}{name}.", (*around, model))


def _has_set(annotation: Any) -> bool:
    return get_origin(annotation) in (set, frozenset) or any(map(_has_set, get_args(annotation)))
