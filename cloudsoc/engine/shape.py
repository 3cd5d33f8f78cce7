"""From AWS's names to ours: a projection compiled from a fact class and botocore's own shapes, which also refuse a misspelt member."""

from __future__ import annotations

import difflib
import keyword
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, OperationNotFoundError, ServiceModel

from cloudsoc.engine.signature import hints, members
from cloudsoc.model.check import DeclarationError
from cloudsoc.model.fact import Resource, Secret, Source, where
from cloudsoc.model.verdict import Unread

Project = Callable[[Any], Any]
FILLED = frozenset(hints(Resource))
"""The fields that the engine itself fills: identity and region."""


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def service_model(service: str) -> ServiceModel:
    """The model of a service in botocore; raises ``DeclarationError`` for one that it does not know."""
    try:
        return _session().get_service_model(service)
    except UnknownServiceError:
        raise DeclarationError(f"botocore knows no service {service!r}") from None


@cache
def operation_model(operation: str) -> OperationModel:
    """The model of ``service:Operation`` in botocore; raises ``DeclarationError`` with the nearest name."""
    service, _, name = operation.partition(":")
    model = service_model(service)
    try:
        return model.operation_model(name)
    except OperationNotFoundError:
        near = difflib.get_close_matches(name, model.operation_names, 1)
        raise DeclarationError(f"{service} has no operation {name!r}" + (f"; did you mean {near[0]}?" if near else "")) from None


@cache
def takes(operation: str) -> frozenset[str]:
    """The parameters that an operation takes."""
    shape = operation_model(operation).input_shape
    return frozenset(shape.members) if shape else frozenset()


@cache
def snake(name: str) -> str:
    """AWS's name in snake case, as botocore itself makes it; a Python keyword gets a trailing underscore."""
    name = xform_name(name)
    return name + "_" if keyword.iskeyword(name) else name


def follow(path: str, answer: Any) -> Iterator[Any]:
    """What a path leads to in an answer. A missing list is empty (AWS leaves empty lists out); a missing structure is an error."""
    head, _, rest = path.partition(".")
    if not head:
        yield answer
    elif head.endswith("[]"):
        items = answer.get(head[:-2])
        if items is not None and not isinstance(items, (list, tuple)):
            raise TypeError(head)
        for item in items or ():
            yield from follow(rest, item)
    else:
        yield from follow(rest, answer[head])


def walk(path: str, shape: Any) -> Any:
    """The shape that a path leads to. Raises ``DeclarationError`` for a member that AWS does not have."""
    for step in filter(None, path.split(".")):
        name = step.removesuffix("[]")
        if shape is None or name not in getattr(shape, "members", {}):
            raise DeclarationError(f"{getattr(shape, 'name', 'the answer')} has no {name}; it has {', '.join(getattr(shape, 'members', ()))}")
        shape = shape.members[name]
        if step.endswith("[]"):
            shape = shape.member
    return shape


def projection(kind: Any, source: Source) -> Project:
    """The function that picks a fact's fields out of one item of its source. Raises ``DeclarationError`` for a member that AWS does not have."""
    if isinstance(source.call, str):
        try:
            shape = walk(source.path, operation_model(source.operations[0]).output_shape)
            return _project(kind, shape, FILLED if issubclass(kind, Resource) else frozenset())
        except DeclarationError as error:
            raise DeclarationError(f"{where(kind)}: {error}") from None
    known = tuple(name for name in hints(kind) if name not in FILLED or not issubclass(kind, Resource))
    return lambda row: {name: row[name] for name in known if name in row}


_SCALARS: Mapping[str, type] = {
    "string": str,
    "character": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "timestamp": datetime,
    "blob": bytes,
}


def fits(annotation: Any, shape: Any) -> bool:
    """Whether a value of botocore's shape can be what an annotation says."""
    wanted = _plain(annotation)
    if len(several := [one for one in members(wanted) if one is not type(None)]) > 1:
        return any(fits(one, shape) for one in several)
    if wanted in (Any, object, Secret) or hasattr(wanted, "to_mapping"):  # a type that reads texts and mappings itself
        return True
    origin, inside = get_origin(wanted), get_args(wanted)
    match shape.type_name:
        case "structure":
            return is_dataclass(wanted) or origin in (dict, Mapping)
        case "list":
            return origin is tuple and len(inside) == 2 and inside[1] is Ellipsis and fits(inside[0], shape.member)
        case "map":
            return origin in (dict, Mapping) and fits(inside[1], shape.value)
    scalar = _SCALARS.get(shape.type_name, object)
    return wanted is scalar or (origin is Literal and all(isinstance(one, scalar) for one in inside))


def _project(model: Any, shape: Any, skip: frozenset[str] = frozenset()) -> Project:
    theirs = {snake(name): name for name in getattr(shape, "members", {})}
    fields: list[tuple[str, str, Project | None]] = []
    for name, annotation in hints(model).items():
        if name in theirs and name not in skip:
            member = shape.members[theirs[name]]
            if not fits(annotation, member):
                raise DeclarationError(f"{name}: {theirs[name]} is a {member.type_name} in botocore, and never {_said(annotation)}")
            fields.append((name, theirs[name], _inner(annotation, member)))
        elif name not in skip:
            near = difflib.get_close_matches(name, theirs, 1)
            raise DeclarationError(f"{name}: {shape.name} has no such member" + (f"; did you mean {near[0]}?" if near else ""))

    def project(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value  # the strict schema refuses it, with its place
        return {ours: inner(value[aws]) if inner else value[aws] for ours, aws, inner in fields if aws in value}

    return project


def _said(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _plain(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    left = [one for one in members(annotation) if one is not type(None)]
    return _plain(left[0]) if len(left) == 1 and left[0] is not annotation else annotation


def _inner(annotation: Any, shape: Any) -> Project | None:
    wanted = _plain(annotation)
    if wanted is Secret:
        return lambda value: {"kind": type(value).__name__, "entries": len(value) if hasattr(value, "__len__") else 1}
    if shape.type_name == "timestamp":  # botocore gives the time of the machine's own zone
        return lambda value: value.astimezone(UTC) if isinstance(value, datetime) else value
    if shape.type_name == "structure" and is_dataclass(wanted):
        return _project(wanted, shape)
    if shape.type_name == "list" and get_origin(wanted) is tuple:
        inner = _inner(get_args(wanted)[0], shape.member)
        return lambda value: tuple(map(inner, value) if inner else value) if isinstance(value, list) else value
    if shape.type_name == "map" and get_origin(wanted) in (dict, Mapping):
        each = _inner(get_args(wanted)[1], shape.value)
        return (lambda value: {key: each(one) for key, one in value.items()} if isinstance(value, dict) else value) if each else None
    return None


def unread_part(values: Mapping[str, Any]) -> Unread | None:
    """The first value of a row that its reading function could not read."""
    return next((value for value in values.values() if isinstance(value, Unread)), None)
