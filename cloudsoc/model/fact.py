"""Facts: typed, frozen data about one resource, and where AWS's answer to it comes from.

``@listed`` says which call finds resources of a kind, ``@reads`` which call answers a fact, ``@reading`` declares a function that needs several calls.
An operation is written ``service:Operation.path.into.the.answer``: boto3's client name, then AWS's own names.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, cast, dataclass_transform, get_args

from cloudsoc.model.check import DeclarationError
from cloudsoc.model.verdict import NotApplicable, Unread

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

S = TypeVar("S")
F = TypeVar("F", bound="Fact[Any]")
R = TypeVar("R", bound="Resource[Any]")
P = TypeVar("P", bound="Part")

NOTHING: Mapping[str, Any] = MappingProxyType({})
When = Callable[..., NotApplicable | None]
"""Says for which resources a fact exists: a function of the resource and, if need be, facts of it; None where it exists, the reason where it does not."""


@dataclass(frozen=True, slots=True)
class Address:
    """Identity of a resource. It comes from the listing and outlives a refused detail.

    ``id`` is the ARN, or an id of ours where AWS has none; ``region`` is ``global`` for what belongs to no region; ``owner`` is the account that the ARN
    names; ``names`` are the parameters that calls about it take.
    """

    kind: type[Resource[Any]]
    id: str
    region: str
    account: str
    partition: str
    parent: Address | None = None
    names: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def owner(self) -> str:
        """The account that owns the resource: as its ARN says, else the one in which it was found."""
        parts = self.id.split(":", 5)
        return parts[4] or self.account if len(parts) == 6 and parts[0] == "arn" else self.account

    @property
    def short(self) -> str:
        """The last part of the ARN or id, as people say it."""
        return self.id.replace(":", "/").rstrip("/").rsplit("/", 1)[-1]


class Calls(Protocol):
    """What a reading function gets: calls to the operations that it declared, to no others."""

    def __call__(self, operation: str, /, **request: Any) -> Mapping[str, Any]:
        """One answer of ``service:Operation`` that does not page."""
        ...

    def tried(self, operation: str, /, **request: Any) -> Mapping[str, Any] | Unread:
        """The same, but an error of AWS comes back as ``Unread``, to stand in the row where the value would."""
        ...

    def items(self, path: str, /, **request: Any) -> Iterable[Any]:
        """All items of ``service:Operation.Path[]``, over all pages."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait; ends at once when collection is stopped."""
        ...


@dataclass(frozen=True)
class Reading:
    """A function that needs more than one call to tell one thing. It yields rows (mappings from field to value, in which a value may be ``Unread``)."""

    operations: tuple[str, ...]
    function: Callable[..., Iterable[Mapping[str, Any]]]


def reading(*operations: str) -> Callable[[Callable[..., Iterable[Mapping[str, Any]]]], Reading]:
    """Declare a reading function ``(call: Calls, about: Address, *, setting: T = default)``. Its keyword-only parameters are settings of the fact."""
    return lambda function: Reading(operations, function)


@dataclass(frozen=True)
class Source:
    """One declared call or reading: where a listing or a fact comes from."""

    call: str | Reading
    given: Mapping[str, Any] = field(default_factory=dict)
    permission: tuple[str, ...] = ()
    when: When | None = None
    absent: tuple[str, ...] = ()
    joins: str | None = None
    asked_in: str | None = None
    outdated: Callable[[Any, Any], str] | None = None

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations that it calls, as ``service:Operation``."""
        return self.call.operations if isinstance(self.call, Reading) else (self.call.partition(".")[0],)

    @property
    def path(self) -> str:
        """The path into the answer; empty for a reading function, whose rows are whole."""
        return "" if isinstance(self.call, Reading) else self.call.partition(".")[2]


@dataclass(frozen=True)
class Listing(Source):
    """A source that finds resources: how each is identified."""

    arn: str = ""
    region: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    resource_type: str = ""
    place: bool = False


class Part:
    """A structure inside an answer. Strict at the door: each field has exactly the type that it says."""

    __slots__ = ()
    __pydantic_config__ = {"strict": True}  # noqa: RUF012 pydantic reads it off the class

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Strict for each field, but a dict (the answer) may become an instance."""
        schema: Any = handler(source)
        inner = schema
        while inner["type"] != "dataclass":
            inner = inner["schema"]
        inner["strict"] = False
        return schema


class Fact(Part, Generic[S]):
    """One AWS answer, or a named part of it, about one S."""

    __slots__ = ()
    about: ClassVar[Any]
    listing: ClassVar[Listing | None]
    source: ClassVar[Source | None]


def _seal(cls: type[Any]) -> type[Any]:
    return cls if "__dataclass_fields__" in vars(cls) else dataclass(frozen=True, slots=True, kw_only=True)(cls)


def _fact(cls: type[Any]) -> Any:
    sealed: Any = _seal(cls)
    if sealed is not cls:
        about = get_args(cls.__orig_bases__[0])
        if not about or isinstance(about[0], TypeVar):
            raise DeclarationError(f"{where(cls)}: say what it is a fact of: Fact[Key], Resource[Region]")
        sealed.about = None if about[0] is type(None) else about[0]
        sealed.source = sealed.listing = None
    return sealed


def where(cls: type[Any]) -> str:
    """``file: class`` of a fact, for errors at load time."""
    return f"{getattr(sys.modules.get(cls.__module__), '__file__', cls.__module__)}: {cls.__name__}"


def _tuple(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


@dataclass_transform(frozen_default=True, kw_only_default=True)
def part(cls: type[P]) -> type[P]:
    """A structure inside an answer: a frozen dataclass with AWS's member names in snake case."""
    return _seal(cls)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def reads(
    call: str | Reading,
    *,
    given: Mapping[str, Any] = NOTHING,
    absent: str | tuple[str, ...] = (),
    permission: str | tuple[str, ...] = (),
    joins: str | None = None,
    when: When | None = None,
    asked_in: str | None = None,
    outdated: Callable[[Any, Any], str] | None = None,
) -> Callable[[type[F]], type[F]]:
    """Say which call answers a fact.

    ``given``: constant request parameters. ``absent``: error codes by which AWS says that there is none; the fact is then None. ``permission``: the IAM
    actions, where they are not named like the operation. ``joins``: one call answers for all, asked once per account or region; a template makes the
    resource's ARN of each row. ``when``: for which resources the fact exists; elsewhere it is not called. ``asked_in``: the one region that answers, where
    that is not the resource's own. ``outdated``: asked with the resource and what the call said, why that is about an earlier resource of the same name
    (empty: it is not); the fact is then unread.
    """

    def declare(cls: type[F]) -> type[F]:
        sealed = _fact(cls)
        sealed.source = Source(call, given, _tuple(permission), when, _tuple(absent), joins, asked_in, outdated)
        return cast("type[F]", sealed)

    return declare


@dataclass_transform(frozen_default=True, kw_only_default=True)
def listed(
    call: str | Reading,
    *,
    arn: str,
    resource_type: str,
    region: str | None = None,
    names: Mapping[str, str] = NOTHING,
    given: Mapping[str, Any] = NOTHING,
    gone: str | tuple[str, ...] = (),
    permission: str | tuple[str, ...] = (),
    when: When | None = None,
    asked_in: str | None = None,
    place: bool = False,
) -> Callable[[type[R]], type[R]]:
    """Say which call finds resources of this kind, asked once per S of ``Resource[S]``, and how each is identified.

    ``arn``, ``region``, ``names``: templates over the members of an item (AWS's names) and ``{partition}``, ``{region}``, ``{account}``. ``arn`` is the
    identity, also where AWS has no ARN; ``names`` says once how the calls about it name it; ``region`` where it is not the region that was asked.
    ``resource_type``: as CloudFormation writes it (``AWS::KMS::Key``). ``gone``: error codes by which AWS says that the resource does not exist any more.
    ``when``: for which S there is something to list. ``asked_in``: the one region that answers. ``place``: this is the region itself, whose facts reach everything that lives in it.
    """

    def declare(cls: type[R]) -> type[R]:
        sealed = _fact(cls)
        sealed.listing = Listing(
            call,
            given,
            _tuple(permission),
            when,
            asked_in=asked_in,
            arn=arn,
            region=region,
            names=names,
            gone=_tuple(gone),
            resource_type=resource_type,
            place=place,
        )
        return cast("type[R]", sealed)

    return declare


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Fact[S], Generic[S]):
    """Something that exists in an S: an account, a region, another resource. ``arn`` is its identity, ``region`` where it lives (``global`` if nowhere)."""

    arn: str
    region: str


@part
class Secret(Part):
    """What is known of a value that may hold a secret: that it is there, what kind it is, how many entries it has. The value itself is dropped at the door."""

    kind: str
    entries: int
