"""What a parameter of a check or derivation may be, besides a fact: populations, references, the clock, shared settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from cloudsoc.model.verdict import Incomplete, Unread

T = TypeVar("T", covariant=True)


class Every(Generic[T]):
    """All T in the subject's own scope: its region, or for a subject that belongs to no region its account. T may be a tuple of facts of one resource.

    Iteration yields the known ones and then, if something is unread, raises ``Incomplete``: so ``any``, ``all``, ``in``, ``len`` and ``sorted`` are right by
    themselves. A witness among the known ones decides; its absence does not.
    """

    __slots__ = ("_known", "_unread")

    def __init__(self, known: Iterable[T] = (), unread: Iterable[Unread] = ()) -> None:
        self._known = tuple(known)
        self._unread = tuple(unread)

    def __iter__(self) -> Iterator[T]:
        yield from self._known
        self._complete()

    def __len__(self) -> int:
        self._complete()
        return len(self._known)

    def __bool__(self) -> bool:
        return bool(self._known) or len(self) > 0

    def __contains__(self, value: object) -> bool:
        return any(value == one for one in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Every) and (self._known, self._unread) == (other._known, other._unread)

    def __hash__(self) -> int:
        return hash((self._known, self._unread))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self._known)!r}, unread={list(self._unread)!r})"

    def _complete(self) -> None:
        if self._unread:
            raise Incomplete(*self._unread)

    def only(self, keep: Callable[[T], bool]) -> Every[T]:
        """Those for which ``keep`` holds; what is unread stays unread."""
        return type(self)(filter(keep, self._known), self._unread)

    @property
    def known(self) -> tuple[T, ...]:
        """Those that were read, gaps or not: for evidence, not for verdicts."""
        return self._known

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What is missing."""
        return self._unread


class Everywhere(Every[T]):
    """All T in all regions of the account."""

    __slots__ = ()


class Its(Every[T]):
    """All T that belong to the subject: a user's access keys, a region's trails."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """``Annotated[KeyPolicy, Ref("kms_key_id")]``: the fact of another resource, which a field of the subject names by ARN, id or name.

    Where the field is optional, so is the parameter: None means that the subject names nothing. A resource in an account that is not in the inventory is
    unread and carries that account's id.
    """

    field: str


@dataclass(frozen=True, slots=True)
class Observed:
    """The mark inside ``ObservedAt``."""


ObservedAt = Annotated[datetime, Observed()]
"""The aware UTC time fixed once when collection starts: the only clock that a check may know."""


@dataclass(frozen=True, slots=True)
class Shared:
    """``Annotated[T, Shared(name, meaning)]``: a setting that many checks share, set once under ``[settings]``; a check may still override it."""

    name: str
    meaning: str


TrustedAccounts = Annotated[tuple[str, ...], Shared("trusted_accounts", "ids of foreign accounts that the company trusts; empty means nobody else")]
