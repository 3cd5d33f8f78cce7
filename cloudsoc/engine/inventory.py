"""What was collected, as one value: for each account its resources, their facts, what could not be read, and the record of every call."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from cloudsoc.engine.plan import fact_name, listing_name
from cloudsoc.engine.signature import Kind
from cloudsoc.model.fact import Address, Fact
from cloudsoc.model.verdict import NotApplicable, Unread

Value = Fact[Any] | Unread | NotApplicable | None
"""A fact; unread; not existing for this resource (``when``); or None: AWS says that there is none."""

State = Literal["read", "disabled", "outside"]

GLOBAL = "global"
"""The region of what belongs to none."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A population of which something is missing: ``within`` are the ids of the resources in which it was to be found, outermost first."""

    unread: Unread
    within: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One operation asked once, with all its pages: the evidence behind a population.

    ``retries``: how many requests were sent again, of all pages; ``throttled``: how many of its requests AWS answered with *slower*. None: not recorded.
    """

    operation: str
    region: str
    subject: str
    started: datetime
    ended: datetime
    pages: int
    items: int
    outcome: str
    message: str = ""
    request_ids: tuple[str, ...] = ()
    retries: int | None = None
    throttled: int | None = None


@dataclass
class AccountInventory:
    """One account. Facts are held by the name of their class (``service.Class``), so that a snapshot needs no class to be read.

    ``listings`` says how the resources of each class were looked for (nothing in snapshots from before that was kept).
    ``kept`` and ``kept_hash`` are a snapshot's: facts that could not be read as they were written, and the content hash that it was loaded with.
    """

    account: str
    partition: str = "aws"
    caller: str = ""
    observed_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    finished_at: datetime | None = None
    regions: dict[str, tuple[State, str]] = field(default_factory=dict)
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    listings: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, dict[str, Address]] = field(default_factory=lambda: defaultdict(dict))
    facts: dict[str, dict[str, Value]] = field(default_factory=lambda: defaultdict(dict))
    gaps: dict[str, list[Gap]] = field(default_factory=lambda: defaultdict(list))
    vanished: dict[str, int] = field(default_factory=dict)
    calls: list[CallRecord] = field(default_factory=list)
    kept: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict), compare=False, repr=False)
    kept_hash: str | None = field(default=None, compare=False, repr=False)
    _gone: set[str] = field(default_factory=set, init=False, compare=False, repr=False)

    @property
    def content_hash(self) -> str:
        """SHA-256 over what was found, whoever found it, when and in what order; see ``engine.snapshot``."""
        from cloudsoc.engine.snapshot import content_hash

        return self.kept_hash or content_hash(self)

    def found(self, address: Address) -> bool:
        """Note a resource; False where it was known already, or is known to be gone."""
        if address.id in self._gone:
            return False
        self.kept_hash = None
        known = self.addresses[fact_name(address.kind)]
        return known.setdefault(address.id, address) is address

    def learn(self, kind: Kind, id: str, value: Value) -> None:
        """Note a fact about a resource. Two different answers about one resource are unread, not the first of them."""
        if id in self._gone:
            return
        self.kept_hash = None
        known = self.facts[fact_name(kind)]
        other = known.setdefault(id, value)
        if other is not value and other != value:
            known[id] = _of_two(kind, self.account, other, value)

    def miss(self, kind: Kind, unread: Unread, within: Iterable[str]) -> None:
        """Note that a population is not wholly known."""
        gap = Gap(unread, tuple(within))
        if self._gone.isdisjoint(gap.within) and gap not in (known := self.gaps[fact_name(kind)]):
            self.kept_hash = None
            known.append(gap)

    def forget(self, address: Address) -> None:
        """Take a vanished resource out of the population, with all that exists in it and all that was noted of it, and count it."""
        if address.id not in self.addresses.get(fact_name(address.kind), {}):
            return
        self.kept_hash = None
        for name, known in list(self.addresses.items()):
            for id in [id for id, one in known.items() if id == address.id or address.id in path(one)]:
                del known[id]
                self._gone.add(id)
                self.vanished[name] = self.vanished.get(name, 0) + 1
        for facts in self.facts.values():
            for id in self._gone & facts.keys():
                del facts[id]
        for name, gaps in self.gaps.items():
            self.gaps[name] = [gap for gap in gaps if self._gone.isdisjoint(gap.within)]
        for several in (self.addresses, self.facts, self.gaps):
            for name in [name for name, held in several.items() if not held]:
                del several[name]

    def known(self, kind: Kind) -> Mapping[str, Address]:
        """The resources of a class that were found, by id."""
        return self.addresses.get(fact_name(kind), {})

    def values(self, kind: Kind) -> Mapping[str, Value]:
        """The facts of a class, by the id of their resource."""
        return self.facts.get(fact_name(kind), {})

    def missing(self, kind: Kind) -> Iterable[Gap]:
        """What is missing of the population of a class."""
        name = fact_name(kind)
        if name not in self.fields:
            return (Gap(Unread(name, "is not in this inventory: collected for other checks, or by an older cloudsoc", account=self.account), ()),)
        gaps = self.gaps.get(name, [])
        if (then := self.listings.get(name)) and then != (now := listing_name(kind)):
            said = f"the snapshot was collected with another listing: {then}, not {now}"
            return (*gaps, Gap(Unread(kind.listing.operations[-1] if kind.listing else name, said, account=self.account), ()))
        return gaps

    @property
    def unread(self) -> Iterator[Unread]:
        """All that was asked for and could not be read; not what was left out on purpose."""
        for gaps in self.gaps.values():
            yield from (gap.unread for gap in gaps if not gap.unread.outside)
        for facts in self.facts.values():
            yield from (value for value in facts.values() if isinstance(value, Unread) and not value.outside)

    def in_scope(self, address: Address) -> bool:
        """Whether a resource lies in a region that belongs to the scope; what belongs to no region always does."""
        return self.regions.get(address.region, ("read", ""))[0] != "outside"


def _of_two(kind: Kind, account: str, one: Value, other: Value) -> Unread:
    """What is left of two different answers, whichever came first."""
    if unread := [value for value in (one, other) if isinstance(value, Unread)]:
        return min(unread)
    source = kind.source or kind.listing
    operation = source.operations[0] if source else fact_name(kind)
    return Unread(operation, "two different answers about one resource", min(getattr(value, "region", "") for value in (one, other)), account)


def current(kind: Kind, value: Value, resource: Value, address: Address) -> Value:
    """What is known of a resource, or ``Unread`` where that is about an earlier one of the same name."""
    outdated = kind.source.outdated if kind.source else None
    if outdated is None or not isinstance(value, Fact):
        return value
    if isinstance(resource, Unread):
        return resource
    why = outdated(resource, value) if resource else "it is not known what it is about"
    return Unread(kind.source.operations[-1], why, address.region, address.account) if why else value


def path(address: Address | None) -> tuple[str, ...]:
    """The ids of a resource and of all that it exists in, outermost first."""
    found: list[str] = []
    while address is not None:
        found.append(address.id)
        address = address.parent
    return tuple(reversed(found))


@dataclass
class Inventory:
    """Everything that was collected, for one or many accounts."""

    accounts: list[AccountInventory] = field(default_factory=list)

    @property
    def content_hash(self) -> str:
        """SHA-256 over the content of all accounts, in whatever order they were read."""
        each = sorted((one.partition, one.account, one.content_hash) for one in self.accounts)
        return hashlib.sha256("\n".join(" ".join(one) for one in each).encode()).hexdigest()

    @property
    def unread(self) -> Iterator[Unread]:
        """All that was asked for and could not be read, in any account."""
        return (one for account in self.accounts for one in account.unread)

    @property
    def complete(self) -> bool:
        """Whether all that was asked for was read."""
        return next(self.unread, None) is None

    def save(self, file: str | os.PathLike[str]) -> None:
        """Write a snapshot: one compressed file, readable by its owner alone."""
        from cloudsoc.engine.snapshot import save

        save(self, file)

    @classmethod
    def load(cls, file: str | os.PathLike[str]) -> Inventory:
        """Read a snapshot; equal to what was saved, as far as the classes of its facts are imported. Raises ``SnapshotError`` for one that is damaged."""
        from cloudsoc.engine.snapshot import load

        return load(file)
