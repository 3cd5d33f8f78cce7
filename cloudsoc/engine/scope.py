"""Scope: what lies outside the system under audit, as declared with reasons, and what that means for one account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cloudsoc.engine.inventory import AccountInventory
from cloudsoc.engine.signature import Kind, is_place
from cloudsoc.model.fact import Address
from cloudsoc.model.patterns import matches
from cloudsoc.model.report import Exclusion
from cloudsoc.model.verdict import Unread

State = Literal["read", "disabled", "outside", "out_of_scope"]
"""What became of a region: ``outside`` was not asked for, ``out_of_scope`` is declared to be no part of the system under audit."""
TagsOf = Callable[[AccountInventory, Address], Mapping[str, str] | Unread]
"""Finds the tags of a resource among what was collected."""


def no_tags(account: AccountInventory, address: Address) -> Unread:
    """Where nobody says where tags are to be found."""
    return Unread("tags", "were not asked for", address.region, account.account)


@dataclass(frozen=True)
class Scope:
    """What is excluded, in order: of several that fit, the first is the reason. ``tags_of`` finds tags, ``homes`` names by partition the region in which AWS
    records what happens in its global services: without it nothing can be said of an account as a whole.
    """

    exclusions: Sequence[Exclusion] = ()
    origins: Sequence[str] = ()
    tags_of: TagsOf = no_tags
    homes: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_tags(self) -> bool:
        """Whether tags decide over anything."""
        return any(one.tags for one in self.exclusions)

    def account(self, account: str) -> int | None:
        """The exclusion of a whole account, by its number."""
        return self._first(lambda one: account in (one.accounts or ()) and not (one.regions or one.all_regions_but or one.tags))

    def region(self, account: str, region: str) -> int | None:
        """The exclusion of a region of an account; what belongs to no region is never excluded by one."""
        return self._first(lambda one: bool(one.regions or one.all_regions_but) and not one.tags and _around(one, account, region))

    def resource(self, account: str, region: str, tags: Mapping[str, str]) -> int | None:
        """The exclusion of a resource by its tags."""
        return self._first(lambda one: bool(one.tags) and _around(one, account, region) and _tagged(one, tags))

    def home(self, first: str, others: Iterable[str]) -> str:
        """The region in which the account as a whole is asked about: ``first`` (that of the credentials), or where that is out of scope one of ``others`` that is
        not: one that is kept by name, if any is.
        """
        kept = {name for one in self.exclusions for name in one.all_regions_but or ()}
        return first if self.region("", first) is None else next((name for name in others if name in kept), first)

    def may_exclude(self, account: str, region: str) -> bool:
        """Whether tags could exclude what is there."""
        return any(one.tags is not None and _around(one, account, region) for one in self.exclusions)

    def unknown(self, account: str, known: Iterable[str]) -> list[str]:
        """Regions that are kept in scope by a name or pattern which means none of those that there are: whoever wrote it meant another."""
        names = tuple(known)
        kept = (pattern for one in self.exclusions if not one.accounts or account in one.accounts for pattern in one.all_regions_but or ())
        return sorted(pattern for pattern in dict.fromkeys(kept) if not any(matches(pattern, name) for name in names))

    def told(self, number: int) -> str:
        """An exclusion in words: why, and where that is written."""
        origin = self.origins[number] if number < len(self.origins) else ""
        return f"out of scope{f' ({origin})' if origin else ''}: {self.exclusions[number].reason}"

    def _first(self, fits: Callable[[Exclusion], bool]) -> int | None:
        return next((number for number, one in enumerate(self.exclusions) if fits(one)), None)


def _around(one: Exclusion, account: str, region: str) -> bool:
    """Whether account and region are those of an exclusion, as far as it names any."""
    if one.accounts and account not in one.accounts:
        return False
    if one.regions:
        return "-" in region and any(matches(pattern, region) for pattern in one.regions)
    return not one.all_regions_but or ("-" in region and not any(matches(pattern, region) for pattern in one.all_regions_but))


def _tagged(one: Exclusion, tags: Mapping[str, str]) -> bool:
    return all(key in tags and any(matches(pattern, tags[key]) for pattern in patterns) for key, patterns in (one.tags or {}).items())


class View:
    """One account as a scope leaves it."""

    def __init__(self, scope: Scope, account: AccountInventory) -> None:
        self.scope, self.account = scope, account
        self.regions: dict[str, tuple[State, str]] = {}
        for name, (state, reason) in account.regions.items():
            number = scope.region(account.account, name)
            self.regions[name] = (state, reason) if number is None else ("out_of_scope", scope.told(number))
        self._decided: dict[str, int | None] = {}
        self._tags: dict[str, Mapping[str, str] | Unread] = {}
        self.excluded: dict[str, tuple[Address, int]] = {}
        """The resources that are out of scope by their tags, by id, with the number of the exclusion."""
        self.undecided: dict[tuple[str, str, Unread], set[str]] = {}
        """The resources that stay in scope because their tags are unread: ids by type, region and cause."""

    def state(self, region: str) -> State:
        """What became of a region; what belongs to no region was read."""
        return self.regions.get(region, ("read", ""))[0]

    @property
    def read(self) -> list[str]:
        """The regions that were read."""
        return sorted(name for name, (state, _) in self.regions.items() if state == "read")

    @property
    def left_out(self) -> set[str]:
        """The regions that were left out on purpose, either way."""
        return {name for name, (state, _) in self.regions.items() if state in {"outside", "out_of_scope"}}

    @property
    def without(self) -> set[str]:
        """The regions without which the rest is whole: out of scope, but for the one that records what happens in global services. None, where nobody knows
        which that is.
        """
        home = self.scope.homes.get(self.account.partition)
        if home is None:
            return set()
        return {name for name, (state, _) in self.regions.items() if state == "out_of_scope" and name != home}

    def exclusion(self, address: Address) -> int | None:
        """The exclusion that takes a resource out of scope: by its region, by its own tags, or by those of what it exists in."""
        if address.id not in self._decided:
            self._decided[address.id] = self._decide(address)
        return self._decided[address.id]

    def _decide(self, address: Address) -> int | None:
        account = self.account.account
        if (number := self.scope.region(account, address.region)) is not None:
            return number
        if is_place(address.kind) or address.kind.about is None or not self.scope.may_exclude(account, address.region):
            return None
        tags = self.scope.tags_of(self.account, address)
        self._tags[address.id] = tags
        number = None if isinstance(tags, Unread) else self.scope.resource(account, address.region, tags)
        if number is None and address.parent is not None:
            number = self.exclusion(address.parent)
        if number is not None:
            self.excluded[address.id] = (address, number)
        elif isinstance(tags, Unread) and not self._decided_above(address.parent):
            self.undecided.setdefault((resource_type(address.kind), address.region, tags), set()).add(address.id)
        return number

    def _decided_above(self, address: Address | None) -> bool:
        """Whether tags of what a resource exists in were read, which decide for it as well."""
        return address is not None and (isinstance(self._tags.get(address.id), Mapping) or self._decided_above(address.parent))

    def tags(self, address: Address) -> Mapping[str, str] | None:
        """The tags of a resource, where they were looked at and read."""
        tags = self._tags.get(address.id)
        return None if isinstance(tags, Unread) else tags


def narrowed(verdict: Any, regions: int) -> str:
    """The reason of a verdict that was given without what is out of scope."""
    return f"{verdict.reason} (said of the {regions} region{'s' * (regions != 1)} in scope)"


def resource_type(kind: Kind) -> str:
    """The type of a class of resources, as CloudFormation writes it."""
    return str(kind.listing.resource_type)


def own_tags(fact: Any) -> dict[str, str] | None:
    """The tags in a resource's own answer, if it has any: AWS writes them as pairs of key and value, or as a map."""
    tags = getattr(fact, "tags", None)
    if isinstance(tags, Mapping):
        return {str(key): str(value) for key, value in tags.items()}
    if isinstance(tags, tuple) and all(hasattr(tag, "key") and hasattr(tag, "value") for tag in tags):
        return {str(tag.key): str(tag.value) for tag in tags}
    return None
