"""What the parameters of a check, a derivation or a ``when`` ask for. A signature that cannot work is refused here, with file and line."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from cloudsoc.model.check import DeclarationError, Derivation, place
from cloudsoc.model.fact import Fact, Part, Resource
from cloudsoc.model.parameters import Every, Its, Observed, Ref, Shared
from cloudsoc.model.verdict import Unread

Kind = Any
"""A fact class, a resource class or the result class of a derivation."""


@dataclass(frozen=True, slots=True)
class Element:
    """One fact or derived value that is asked for, and whether None is an answer."""

    kind: Kind
    optional: bool


@dataclass(frozen=True, slots=True)
class Need:
    """What one parameter asks for."""

    name: str
    elements: tuple[Element, ...] = ()
    gather: type[Every[Any]] | None = None
    rows: bool = False  # Every of tuples: each row is a tuple, even of one
    ref: Ref | None = None
    or_unread: bool = False
    observed: bool = False

    @property
    def optional(self) -> bool:
        """Whether None may be handed in."""
        return self.gather is None and not self.observed and self.elements[0].optional


class _Undeclared:
    def __repr__(self) -> str:
        return "UNDECLARED"


UNDECLARED = _Undeclared()
"""Stands for the default of a setting that has none."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A keyword-only parameter: its type, its default, and the name under which many share it."""

    name: str
    type: Any
    default: Any
    shared: Shared | None

    def given(self, values: Mapping[str, Any]) -> Any:
        """What a mapping of names to values says about it, else its default."""
        return values.get(self.shared.name if self.shared else self.name, self.default)


@dataclass(frozen=True)
class Signature:
    """Subjects, needs and settings of a function."""

    subjects: tuple[type[Resource[Any]], ...]
    first: str
    needs: tuple[Need, ...]
    settings: Mapping[str, Setting]


def derived(kind: Kind) -> Derivation[..., Any] | None:
    """The derivation whose result a class is, if it is one."""
    return vars(kind).get("__derived__") if isinstance(kind, type) else None


def about(kind: Kind) -> Kind:
    """The resource class that a fact or a derived value tells about; a resource tells about itself."""
    if made := derived(kind):
        return signature(made.function).subjects[0]
    return kind if issubclass(kind, Resource) else kind.about


@cache
def ancestors(kind: Kind) -> tuple[Kind, ...]:
    """A resource class and those that it exists in, outwards."""
    found = [kind]
    while (kind := kind.about) is not None:
        found.append(kind)
    return tuple(found)


def is_place(kind: Kind) -> bool:
    """Whether a resource class is the region itself."""
    return bool(kind.listing and kind.listing.place)


def regional(kind: Kind) -> bool:
    """Whether resources of a class exist in a region (as against in the account as a whole)."""
    return any(is_place(one) for one in ancestors(kind))


def _located(kind: Kind) -> bool:
    """Whether each resource of a class has a region, though it may have been found without asking there."""
    return any(is_place(one) or (one.listing and one.listing.region) for one in ancestors(kind))


@cache
def hints(model: Any) -> Mapping[str, Any]:
    """The fields of a fact or part with their annotations resolved."""
    try:
        known = get_type_hints(model, include_extras=True)
    except NameError as error:
        raise DeclarationError(f"{model.__module__}.{model.__qualname__}: {error}") from None
    return {name: known[name] for name in model.__dataclass_fields__}


def parts(model: Any) -> Iterator[Any]:
    """The parts of a fact, those of its parts included, each once."""
    yield from dict.fromkeys(_parts(model, ()))


def _parts(model: Any, around: tuple[Any, ...]) -> Iterator[Any]:
    for annotation in hints(model).values():
        for inner in inside(annotation):
            if inner is not model and inner not in around:
                yield inner
                yield from _parts(inner, (*around, model))


def inside(annotation: Any) -> Iterator[Any]:
    """The classes of parts that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for inner in get_args(annotation):
        yield from inside(inner)


def members(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, or the annotation alone."""
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


@cache
def signature(function: Callable[..., Any]) -> Signature:
    """The signature of a check's, a derivation's or a ``when``'s function; raises ``DeclarationError`` where it cannot work."""
    try:
        return _signature(function)
    except (TypeError, NameError, AttributeError) as error:
        if isinstance(error, DeclarationError):
            raise
        raise DeclarationError(f"{place(function)}: {error}") from None
    except RecursionError:
        raise DeclarationError(f"{place(function)}: derivations depend on each other") from None


def _signature(function: Callable[..., Any]) -> Signature:
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    for one in parameters:
        if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD) or one.annotation is one.empty:
            raise TypeError(f"{one.name}: every parameter says what it needs")
    asked = [one for one in parameters if one.kind is not one.KEYWORD_ONLY]
    if not asked:
        raise TypeError("the first parameter is the resource that is judged; there is none")
    subjects = members(asked[0].annotation)
    if asked[0].default is not asked[0].empty:
        raise TypeError(f"{asked[0].name}: the resource that is judged has no default")
    for subject in subjects:
        if not (isinstance(subject, type) and issubclass(subject, Resource) and subject.listing):
            raise TypeError(f"{asked[0].name}: the first parameter is the resource that is judged, not {_name(subject)}")
        if subject.source and subject.source.absent:
            raise TypeError(f"{asked[0].name}: a {subject.__name__} that was listed is there: where AWS says otherwise it is gone=, not absent=")
    needs = tuple(_need(one, subjects) for one in asked[1:])
    return Signature(subjects, asked[0].name, needs, settings_of(function))


@cache
def settings_of(function: Callable[..., Any]) -> Mapping[str, Setting]:
    """The settings of a function: its keyword-only parameters."""
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    return {one.name: _setting(one) for one in parameters if one.kind is one.KEYWORD_ONLY}


def _setting(parameter: inspect.Parameter) -> Setting:
    annotation, shared = parameter.annotation, None
    if get_origin(annotation) is Annotated:
        annotation, *marks = get_args(annotation)
        shared = next((mark for mark in marks if isinstance(mark, Shared)), None)
        for bound in (mark for mark in marks if not isinstance(mark, Shared)):  # pydantic's, which settings are read with
            annotation = Annotated[annotation, bound]
    default = UNDECLARED if parameter.default is parameter.empty else parameter.default
    if default is UNDECLARED and type(None) in members(annotation):
        raise TypeError(f"{parameter.name}: a setting without a default cannot be None: undeclared says that already")
    return Setting(parameter.name, annotation, default, shared)


def _need(parameter: inspect.Parameter, subjects: tuple[Any, ...]) -> Need:
    annotation, ref = parameter.annotation, None
    if parameter.default is not parameter.empty:
        raise TypeError(f"{parameter.name}: a default belongs to a setting (keyword-only); a fact is never defaulted")
    if get_origin(annotation) is Annotated:
        annotation, *marks = get_args(annotation)
        if any(isinstance(mark, Observed) for mark in marks):
            return Need(parameter.name, observed=True)
        ref = next((mark for mark in marks if isinstance(mark, Ref)), None)
    gather = get_origin(annotation)
    if isinstance(gather, type) and issubclass(gather, Every):
        (inner,) = get_args(annotation)
        if ref:
            raise TypeError(f"{parameter.name}: a reference names one resource, not a population")
        rows = get_origin(inner) is tuple
        found = [_element(parameter.name, one) for one in (get_args(inner) if rows else (inner,))]
        if any(or_unread for _, or_unread in found):
            raise TypeError(f"{parameter.name}: what is unread is a gap of the population and no row: drop '| Unread'")
        elements = tuple(element for element, _ in found)
        need = Need(parameter.name, elements, gather, rows)
        if len({about(one.kind) for one in elements}) != 1:
            raise TypeError(f"{parameter.name}: the parts of a row are facts of one resource, not of several")
    else:
        element, or_unread = _element(parameter.name, annotation)
        need = Need(parameter.name, (element,), ref=ref, or_unread=or_unread)
    for subject in subjects:
        _joins(subject, need)
    return need


def _element(name: str, annotation: Any) -> tuple[Element, bool]:
    parts = members(annotation)
    kinds = [one for one in parts if one is not Unread and one is not type(None)]
    if len(kinds) != 1 or not (isinstance(kinds[0], type) and (issubclass(kinds[0], Fact) or derived(kinds[0]))):
        raise TypeError(f"{name}: {_name(annotation)} is neither a fact nor the result of a derivation")
    kind = kinds[0]
    if issubclass(kind, Fact) and not (kind.source or kind.listing):
        raise TypeError(f"{name}: nothing says where {kind.__name__} comes from: @reads or @listed is missing")
    return Element(kind, type(None) in parts), Unread in parts


def _joins(subject: Any, need: Need) -> None:
    for element in need.elements:
        kind, absent = element.kind, bool(derived(element.kind) is None and element.kind.source and element.kind.source.absent)
        resource = about(kind)
        if need.ref:
            absent = _names(subject, need.name, need.ref) or absent
        elif need.gather is Its and subject not in ancestors(resource):
            raise TypeError(f"{need.name}: no {resource.__name__} belongs to a {subject.__name__}")
        elif need.gather is None and resource not in ancestors(subject):
            if not is_place(resource):
                raise TypeError(f"{need.name}: {kind.__name__} is a fact of {resource.__name__}, not of {subject.__name__}")
            if not _located(subject):
                raise TypeError(f"{need.name}: {kind.__name__} is a fact of {resource.__name__}, and a {subject.__name__} is in none")
        if absent != element.optional:
            raise TypeError(f"{need.name}: {kind.__name__} can{'' if absent else 'not'} be absent: {'add' if absent else 'drop'} '| None'")


def _names(subject: Any, name: str, ref: Ref) -> bool:
    """Whether the field by which a reference names its resource may be empty."""
    fields = hints(subject)
    if ref.field not in fields:
        raise TypeError(f"{name}: {subject.__name__} has no field {ref.field!r}; it has {', '.join(fields)}")
    kinds = members(fields[ref.field])
    if str not in kinds or set(kinds) - {str, type(None)}:
        raise TypeError(f"{name}: {subject.__name__}.{ref.field} is not a name (str)")
    return type(None) in kinds


def _name(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)
