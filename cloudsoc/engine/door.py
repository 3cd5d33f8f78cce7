"""The door: what of AWS's answers becomes a fact, and under which name it is kept. Strict: an odd item is unread, never guessed at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from string import Formatter
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cloudsoc.engine.plan import gates
from cloudsoc.engine.shape import follow, operation_model, projection, takes, walk
from cloudsoc.engine.signature import Kind, ancestors, is_place
from cloudsoc.model.check import DeclarationError
from cloudsoc.model.fact import Address, Reading, Resource, Source, where
from cloudsoc.model.verdict import Unread

UNKNOWN = "unknown"
"""The region of a resource whose region could not be read."""


@dataclass(frozen=True)
class Way:
    """How one source of a fact class is asked, and what is done with its answer."""

    kind: Kind
    source: Source
    lists: bool

    @property
    def asked_about(self) -> Kind:
        """The class whose resources it is asked about; None for the account itself."""
        if self.lists:
            return self.kind.about
        resource = self.kind if issubclass(self.kind, Resource) else self.kind.about
        if not self.source.joins:
            return resource
        return next(one for one in ancestors(resource)[1:] if is_place(one) or one.about is None)

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What is the same for sources that share one call."""
        source = self.source
        return (source.call if isinstance(source.call, Reading) else source.operations[0], repr(sorted(source.given.items())), source.asked_in)

    @cached_property
    def gates(self) -> tuple[Kind, ...]:
        """The classes that its ``when`` looks at."""
        return gates(self.source.when) if self.source.when else ()

    @cached_property
    def values(self) -> Callable[[Any], Any]:
        """From an item of the answer to the fields of the fact."""
        return projection(self.kind, self.source)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The members of an item that are numbers in AWS's model."""
        if isinstance(self.source.call, Reading):
            return frozenset()
        shape = walk(self.source.path, operation_model(self.source.operations[0]).output_shape)
        return (
            frozenset(name for name, member in shape.members.items() if member.type_name in ("integer", "long"))
            if shape.type_name == "structure"
            else frozenset()
        )

    def items(self, page: Mapping[str, Any]) -> Iterator[Any]:
        """The items of a page; a reading function's rows are items already."""
        return follow(self.source.path, page)

    def request(self, about: Address | None) -> dict[str, Any]:
        """The parameters of the call about a resource: what the source gives, the resource's own names, and what else AWS requires of the names around it."""
        operation = self.source.operations[0]
        shape = operation_model(operation).input_shape
        taken, required = takes(operation), set(shape.required_members) if shape else set()
        asked: dict[str, Any] = {}
        at, own = about, True
        while at is not None:
            asked |= {name: value for name, value in at.names.items() if name not in asked and (name in required or (own and name in taken))}
            at, own = at.parent, False
        return asked | dict(self.source.given)

    def check(self) -> None:
        """Raise ``DeclarationError`` where the call can never be made: a parameter that AWS requires and nothing names."""
        if not (self.lists and self.kind.source):  # where the details have a call of their own, the listing says no more than who there is
            _ = self.values
        if isinstance(self.source.call, Reading):
            return
        operation = self.source.operations[0]
        shape = operation_model(operation).input_shape
        named: set[str] = set(self.source.given)
        for kind in ancestors(self.asked_about) if self.asked_about else ():
            named |= set(kind.listing.names)
        if lacking := sorted(set(shape.required_members if shape else ()) - named):
            raise DeclarationError(f"{where(self.kind)}: {operation} requires {', '.join(lacking)}, and no resource around it names that")
        if unknown := sorted(set(self.source.given) - takes(operation)):
            raise DeclarationError(f"{where(self.kind)}: {operation} takes no {', '.join(unknown)}")


def ways(kinds: Iterable[Kind]) -> list[Way]:
    """How a list of fact classes is asked for: listings before the details of what they find."""
    return [Way(kind, source, lists) for kind in kinds for source, lists in ((kind.listing, True), (kind.source, False)) if source]


class Door:
    """Turns items into facts."""

    def __init__(self) -> None:
        self._validators: dict[Kind, Callable[[Any], Any]] = {}

    def fact(self, way: Way, item: Any, address: Address | None, region: str, account: str) -> Any:
        """The fact, or ``Unread`` where the item is not what AWS's model says, or has a part that could not be read."""
        operation = way.source.operations[-1]
        try:
            values = way.values(item)
            if isinstance(values, dict):
                if gap := next((one for one in values.values() if isinstance(one, Unread)), None):
                    return gap
                values = {name: one.astimezone(UTC) if isinstance(one, datetime) and one.tzinfo else one for name, one in values.items()}
                if address is not None:
                    values["arn"], values["region"] = address.id, address.region
            return self._validator(way.kind)(values)
        except ValidationError as error:
            told = error.errors(include_input=False, include_url=False, include_context=False)
            what = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in told[:3])
            return Unread(operation, "malformed answer", region, account, message=what[:300])
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            return Unread(operation, "malformed answer", region, account, message=type(error).__name__)

    def _validator(self, kind: Kind) -> Callable[[Any], Any]:
        if kind not in self._validators:
            self._validators[kind] = TypeAdapter(kind).validator.validate_python
        return self._validators[kind]


def identify(way: Way, item: Mapping[str, Any], around: Mapping[str, str]) -> tuple[str, str | Unread, dict[str, str]]:
    """Id, region and names of a listed resource. Raises ``KeyError`` where the item does not say them, ``TypeError`` where it says them in another type."""
    listing = way.kind.listing
    known = {**around, **item}
    id = named(way, listing.arn, known)
    region: str | Unread = around["region"]
    if listing.region:
        field = listing.region.strip("{}")
        region = known[field] if isinstance(known.get(field), Unread) else named(way, listing.region, known)
    names = {name: named(way, template, known) for name, template in listing.names.items()}
    return id, region, names


def named(way: Way, template: str, known: Mapping[str, Any]) -> str:
    """A template, filled. A name of another type than AWS's model says is none: what it made would be the name of something else."""
    for name in _names(template):
        value = known[name]
        if not isinstance(value, str) and not (type(value) is int and name in way.numbers):
            raise TypeError(name)
    return template.format_map(known)


@cache
def _names(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)
