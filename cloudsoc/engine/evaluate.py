"""From an inventory to verdicts: one for every subject of every check. What was not seen never becomes an answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

from cloudsoc.engine.inventory import GLOBAL, AccountInventory, Gap, Inventory, Value, current, path
from cloudsoc.engine.judge import Judged, causes, in_one, judge, odd
from cloudsoc.engine.plan import fact_name, settings_of_fact
from cloudsoc.engine.references import References
from cloudsoc.engine.scope import Scope, View, narrowed
from cloudsoc.engine.signature import UNDECLARED, Element, Kind, Need, Signature, about, ancestors, derived, is_place, regional, signature
from cloudsoc.model.check import Check
from cloudsoc.model.fact import Address, Reading
from cloudsoc.model.parameters import Every, Its
from cloudsoc.model.verdict import NotApplicable, NotAssessed, Unread

Reader = Callable[[Address], Any]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict about one resource, or about a whole population (``population``) with the region or account as its resource."""

    check: Check[...]
    account: AccountInventory
    address: Address
    verdict: Judged
    values: tuple[Any, ...] = ()
    population: bool = False
    tags: Mapping[str, str] | None = None


class Evaluation:
    """All that is asked of one inventory: derived values and populations are computed once."""

    def __init__(
        self, inventory: Inventory, settings: Mapping[str, Any] | None = None, *, derivations: Mapping[str, Any] | None = None, scope: Scope | None = None
    ) -> None:
        self.inventory, self.scope = inventory, scope or Scope()
        self.shared = dict(settings or {}) | dict(derivations or {})
        self.references = References(inventory)
        self.views = {id(one): View(self.scope, one) for one in inventory.accounts}
        self._worlds: dict[tuple[int, bool], World] = {}

    @property
    def accounts(self) -> list[AccountInventory]:
        """The accounts in scope."""
        return [one for one in self.inventory.accounts if self.scope.account(one.account) is None]

    def view(self, account: AccountInventory) -> View:
        """What the scope leaves of an account."""
        return self.views[id(account)]

    def world(self, account: AccountInventory, narrow: bool = False) -> World:
        """One account as checks see it; ``narrow``: as if there were nothing out of scope."""
        key = (id(account), narrow)
        if key not in self._worlds:
            self._worlds[key] = World(self, account, narrow)
        return self._worlds[key]

    def run(self, checks: Iterable[Check[...]], settings: Callable[[Check[...]], Mapping[str, Any]]) -> Iterator[Judgement]:
        """A judgement for every subject of every check, by account, check and resource."""
        for account in self.accounts:
            world = self.world(account)
            for check in checks:
                yield from world.judgements(check, settings(check))


class World:
    """One account, as checks and derivations see it."""

    def __init__(self, evaluation: Evaluation, account: AccountInventory, narrow: bool) -> None:
        self.evaluation, self.account, self.narrow = evaluation, account, narrow
        self.view = evaluation.view(account)
        self._derived: dict[tuple[Kind, str], Any] = {}
        self._readers: dict[tuple[Kind, Kind], Reader] = {}
        self._parameter_readers: dict[tuple[str, Kind], list[Reader]] = {}
        self._rows: dict[tuple[Any, ...], tuple[list[tuple[Address, Any]], list[Unread]]] = {}
        self._children: dict[Kind, dict[tuple[Kind, str], list[Address]]] = {}

    # -- subjects ----------------------------------------------------------------------------------------------------

    def judgements(self, check: Check[...], settings: Mapping[str, Any]) -> Iterator[Judgement]:
        """One judgement per subject, and one per region for a population that is empty or not wholly known."""
        asked, view = signature(check.function), self.view
        seen: set[str] = set()
        inside: set[str] = set()
        left: Counter[str] = Counter()
        for subject in asked.subjects:
            for _, address in sorted(self.account.known(subject).items()):
                seen.add(place := address.region if regional(subject) else GLOBAL)
                if view.state(address.region) == "outside":
                    continue
                if view.exclusion(address) is not None:
                    left[place] += 1
                    continue
                inside.add(place)
                if (owner := address.owner) != self.account.account:
                    said = f"owned by {owner}: judged there" if owner.isdigit() else "AWS's own: nobody but AWS can change it"
                    yield Judgement(check, self.account, address, NotApplicable(said))
                    continue
                if is_place(subject) and view.state(address.region) == "disabled":
                    continue
                yield self._judgement(check, asked, subject, address, settings)
        yield from self._population(check, asked.subjects, seen, {place: number for place, number in left.items() if place not in inside})

    def _judgement(self, check: Check[...], asked: Signature, subject: Kind, address: Address, settings: Mapping[str, Any]) -> Judgement:
        verdict, values = self._verdict(check, asked, subject, address, settings)
        if isinstance(verdict, NotAssessed) and self.view.without and not self.narrow and all(cause.outside for cause in verdict.causes):
            # What is out of scope is no gap: what the check says without it holds, and says so.
            said, of = self.evaluation.world(self.account, narrow=True)._verdict(check, asked, subject, address, settings)
            if not isinstance(said, NotAssessed):
                verdict, values = replace(said, reason=narrowed(said, len(self.view.read))), of
        return Judgement(check, self.account, address, verdict, values, tags=self.view.tags(address))

    def _verdict(self, check: Check[...], asked: Signature, subject: Kind, address: Address, settings: Mapping[str, Any]) -> tuple[Judged, tuple[Any, ...]]:
        values = (self.reader(subject, subject)(address), *(read(address) for read in self._parameters(check, subject, asked)))
        verdict = judge(check.function, asked, values, settings)
        if not isinstance(verdict, NotAssessed) and (wrong := odd(verdict)):
            verdict = NotAssessed((Unread(check.id, wrong),))
        return verdict, values

    def _parameters(self, check: Check[...], subject: Kind, asked: Signature) -> list[Reader]:
        """The readers of a check's parameters, made once."""
        key = (check.id, subject)
        if key not in self._parameter_readers:
            self._parameter_readers[key] = [self.parameter(subject, need) for need in asked.needs]
        return self._parameter_readers[key]

    def _population(self, check: Check[...], subjects: Sequence[Kind], seen: set[str], left: Mapping[str, int]) -> Iterator[Judgement]:
        """What is said of all subjects of a region, or of those that belong to none, where there is none in scope or some are not known.

        ``seen``: where there are some; ``left``: how many of them are out of scope, where all are.
        """
        gaps: dict[str, list[Unread]] = defaultdict(list)
        for kind in dict.fromkeys(one for subject in subjects for one in ancestors(subject)):
            for gap in self.missing(kind):
                if not gap.unread.outside and self._region_of(gap) not in self.view.left_out:
                    gaps[self._region_of(gap)].append(gap.unread)
        for region, unread in sorted(gaps.items()):
            yield Judgement(check, self.account, self._place(region), NotAssessed(tuple(dict.fromkeys(unread))), population=True)
        kinds = " or ".join(dict.fromkeys(str(subject.listing.resource_type) for subject in subjects))
        none = NotApplicable(f"there is no {kinds}")
        for region, (state, reason) in sorted(self.view.regions.items()) if any(map(regional, subjects)) else ():
            if state == "disabled":
                yield Judgement(check, self.account, self._place(region), NotApplicable(reason), population=True)
            elif state == "read" and all(map(regional, subjects)) and not {region, GLOBAL} & gaps.keys() and region not in seen:
                yield Judgement(check, self.account, self._place(region), none, population=True)
        for region, number in sorted(left.items()):
            if region not in gaps and self.view.state(region) != "out_of_scope":
                yield Judgement(check, self.account, self._place(region), NotApplicable(f"out of scope: all {number} {kinds}"), population=True)
        if not all(map(regional, subjects)) and not gaps and not seen:
            yield Judgement(check, self.account, self._place(GLOBAL), none, population=True)
        elif all(map(regional, subjects)) and not gaps and self.view.regions and not self.view.read and self.view.without:
            yield Judgement(check, self.account, self._place(GLOBAL), NotApplicable("out of scope: all regions"), population=True)

    def _region_of(self, gap: Gap) -> str:
        """The region whose population has the gap, which need not be the one that was asked."""
        return next((self._regions[id] for id in gap.within if id in self._regions), GLOBAL)

    @cached_property
    def _regions(self) -> dict[str, str]:
        """Id to name of the regions."""
        known = [address for several in self.account.addresses.values() for address in several.values() if is_place(address.kind)]
        return {address.id: address.region for address in known}

    def _place(self, region: str) -> Address:
        """The region or the account itself, as the resource that a whole population stands under."""
        for known in self.account.addresses.values():
            kind = next((address.kind for address in known.values()), None)
            if kind is not None and kind.listing and (kind.about is None if region == GLOBAL else is_place(kind)):
                for address in known.values():
                    if address.region == region:
                        return address
        id = self.account.account if region == GLOBAL else f"{self.account.account}/{region}"
        return Address(cast("Kind", _Place), id, region, self.account.account, self.account.partition)

    # -- parameters --------------------------------------------------------------------------------------------------

    def parameter(self, subject: Kind, need: Need) -> Reader:
        """The function that finds what one parameter asks for, given the subject's address."""
        if need.observed:
            return lambda _: self.account.observed_at
        if need.gather:
            return self._population_reader(subject, need)
        if need.ref:
            return self._reference_reader(subject, need)
        return self.reader(subject, need.elements[0].kind)

    def reader(self, subject: Kind, kind: Kind) -> Reader:
        """Made once per (subject class, wanted class): the function that finds the value for a subject."""
        key = (subject, kind)
        if key not in self._readers:
            climb = self._climb(subject, about(kind))
            at = self._at(kind)

            def read(address: Address) -> Any:
                there = climb(address)
                if there is None:
                    return Unread(fact_name(kind), f"region {address.region} is not known", address.region, address.account)
                return at(there)

            self._readers[key] = at if about(kind) is subject else read
        return self._readers[key]

    def _climb(self, subject: Kind, resource: Kind) -> Callable[[Address], Address | None]:
        if resource in ancestors(subject):
            hops = ancestors(subject).index(resource)

            def up(address: Address) -> Address | None:
                found: Address | None = address
                for _ in range(hops):
                    found = found.parent if found else None
                return found

            return up
        places = {address.region: address for address in self.account.known(resource).values()}
        return lambda address: places.get(address.region)

    def _at(self, kind: Kind) -> Reader:
        if derived(kind):
            return lambda address: self.derive(kind, address)
        if (other := self._asked_otherwise(kind)) is not None:
            return lambda _: other
        values = self.account.values(kind)
        source = kind.source
        joined = bool(source and source.joins)
        resources = self.account.values(kind.about) if source and source.outdated else {}
        asked = fact_name(kind) in self.account.fields

        def at(address: Address) -> Any:
            try:
                return current(kind, values[address.id], resources.get(address.id), address)
            except KeyError:
                pass
            if not asked:
                return next(iter(self.missing(kind))).unread
            if joined:
                around = path(address)
                for gap in self.missing(kind):
                    if not gap.within or gap.within[-1] in around:
                        return gap.unread
                if source.absent:
                    return None
            operation = (source or kind.listing).operations[-1]
            return Unread(operation, "the answer does not mention this resource" if joined else "was not asked", address.region, address.account)

        return at

    def missing(self, kind: Kind) -> Iterable[Gap]:
        """What is missing of the population of a class; one that was looked for with other settings is missing as a whole."""
        gaps = self.account.missing(kind)
        if kind.listing and isinstance(kind.listing.call, Reading) and (other := self._asked_otherwise(kind)) is not None:
            return (*gaps, Gap(other, ()))
        return gaps

    def _asked_otherwise(self, kind: Kind) -> Unread | None:
        """Facts may have settings (a look-back, a sample size): what was collected with other ones than those in force now does not answer."""
        asked, name = settings_of_fact(kind), fact_name(kind)
        if not asked or name not in self.account.fields:
            return None
        collected = self.account.settings.get(name, {})
        for setting, one in asked.items():
            now = one.given(self.evaluation.shared)
            if setting not in collected:
                said = f"the snapshot is older than the setting {setting} of {name}"
            elif collected[setting] != now:
                then, today = ("undeclared" if value is UNDECLARED else repr(value) for value in (collected[setting], now))
                said = f"the snapshot was collected with {setting} {then}, not {today}"
            else:
                continue
            return Unread((kind.source or kind.listing).operations[-1], said, account=self.account.account)
        return None

    def derive(self, kind: Kind, address: Address) -> Any:
        """A derived value, or ``Unread`` where its derivation looked at something unread; computed once per resource."""
        key = (kind, address.id)
        if key not in self._derived:
            made = derived(kind)
            assert made, kind  # noqa: S101 readers are made for derived kinds only
            asked = signature(made.function)
            subject = asked.subjects[0]
            values = (self.reader(subject, subject)(address), *(self.parameter(subject, need)(address) for need in asked.needs))
            settings = {name: one.given(self.evaluation.shared) for name, one in asked.settings.items()}
            answer = judge(made.function, asked, values, settings)
            self._derived[key] = in_one(answer.causes, address) if isinstance(answer, NotAssessed) else answer
        return self._derived[key]

    def _reference_reader(self, subject: Kind, need: Need) -> Reader:
        assert need.ref  # noqa: S101 the caller looked
        field, element, own = need.ref.field, need.elements[0], self.reader(subject, subject)

        def read(address: Address) -> Any:
            thing = own(address)
            if isinstance(thing, (Unread, NotApplicable)):
                return thing
            name = getattr(thing, field)
            if name is None:
                return None
            found = self.evaluation.references.find(about(element.kind), name, self.account, address)
            if isinstance(found, Unread):
                return found
            there, target = found
            world = self.evaluation.world(there, self.narrow)
            return world.reader(about(element.kind), element.kind)(target)

        return read

    # -- populations -------------------------------------------------------------------------------------------------

    def _population_reader(self, subject: Kind, need: Need) -> Reader:
        gather = need.gather or Every
        resource = about(need.elements[0].kind)
        if issubclass(gather, Its):
            return lambda address: self._gather(gather, need, resource, address, subject)
        narrow = gather is Every and regional(subject) and regional(resource)
        top = next((one for one in ancestors(subject) if is_place(one)), None) if narrow else ancestors(subject)[-1]
        climb = self._climb(subject, top)

        def read(address: Address) -> Any:
            within = climb(address)
            if within is None:
                return Unread(fact_name(resource), "the region is not known", address.region, address.account)
            return self._gather(gather, need, resource, within, top)

        return read

    def _gather(self, gather: type[Every[Any]], need: Need, resource: Kind, within: Address, top: Kind) -> Every[Any]:
        key = (need.elements, need.rows, within.kind, within.id)
        if key not in self._rows:
            self._rows[key] = self._collect_rows(need.elements, need.rows, resource, within, top)
        rows, unread = self._rows[key]
        return gather((row for _, row in rows), unread)

    def _collect_rows(
        self, elements: tuple[Element, ...], tuples: bool, resource: Kind, within: Address, top: Kind
    ) -> tuple[list[tuple[Address, Any]], list[Unread]]:
        readers = [self.reader(resource, element.kind) for element in elements]
        rows: list[tuple[Address, Any]] = []
        unread: list[Unread] = []
        whole = within.region == GLOBAL  # asked of an account, not of what is in a region
        left_out = set(self.view.left_out) if whole and regional(resource) and not is_place(top) else set()
        for address in self._within(resource, within):
            state = self.view.state(address.region)
            if is_place(resource) and state != "read":
                continue  # nothing was asked there; what was left out is named below
            if whole and state == "out_of_scope":
                left_out.add(address.region)
                continue
            row: tuple[Value, ...] = tuple(read(address) for read in readers)
            bad = [cause for value in row if isinstance(value, Unread) for cause in causes(value)]
            unread += bad
            if not bad and not any(isinstance(value, NotApplicable) for value in row):
                rows.append((address, row if tuples else row[0]))
        for kind in ancestors(resource):
            if kind is top:
                break
            gaps = (gap.unread for gap in self.missing(kind) if not gap.within or within.id in gap.within)
            unread += [one for one in gaps if not (one.outside and self.narrow and one.region in self.view.without)]
        if left_out - (self.view.without if self.narrow else set()):
            error = f"only {', '.join(self.view.read) or 'no region'} was read; outside the scope: {', '.join(sorted(left_out))}"
            unread.append(Unread(resource.listing.operations[-1], error, account=self.account.account, outside=True))
        return rows, list(dict.fromkeys(unread))

    def _within(self, resource: Kind, within: Address) -> list[Address]:
        if resource not in self._children:
            children: dict[tuple[Kind, str], list[Address]] = defaultdict(list)
            for _, address in sorted(self.account.known(resource).items()):
                up: Address | None = address
                while up is not None:
                    children[up.kind, up.id].append(address)
                    up = up.parent
            self._children[resource] = children
        return self._children[resource].get((within.kind, within.id), [])


class _Place:
    """Stands for the class of a region or account that is not itself in the inventory."""

    listing = None
    about = None
