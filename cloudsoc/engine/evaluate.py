"""From an inventory to verdicts: one for every subject of every check. What was not seen never becomes an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, cast

from cloudsoc.engine.inventory import AccountInventory, Gap, Inventory, Value
from cloudsoc.engine.plan import fact_name
from cloudsoc.engine.references import References
from cloudsoc.engine.signature import UNDECLARED, Element, Kind, Need, Signature, about, ancestors, derived, is_place, regional, signature
from cloudsoc.engine.unseen import unseen
from cloudsoc.model.check import Check
from cloudsoc.model.fact import Address
from cloudsoc.model.parameters import Every, Its
from cloudsoc.model.verdict import Failed, Inapplicable, Incomplete, NotApplicable, NotAssessed, Passed, Unread, Verdict

GLOBAL = "global"
Judged = Verdict | NotAssessed
Reader = Callable[[Address], Any]


def judge(function: Callable[..., Any], asked: Signature, values: Sequence[Any], settings: Mapping[str, Any]) -> Any:
    """Call a function with what is known of its parameters: its answer, ``NotApplicable``, or ``NotAssessed`` where it looked at something unread.

    ``is None`` cannot be intercepted: where a fact that may be None is unread, the function is asked once with None and once with a value that it may not look
    at; only an answer that is the same both times does not depend on the fact.
    """
    args: list[Any] = list(values)
    open_: list[int] = []
    for index, value in enumerate(values):
        need = asked.needs[index - 1] if index else None
        if isinstance(value, Unread):
            if need and need.or_unread:
                continue
            args[index] = unseen(Incomplete(value))
            if need and need.optional:
                open_.append(index)
        elif isinstance(value, NotApplicable):
            args[index] = unseen(Inapplicable(value))
    declared = {
        name: unseen(Incomplete(Unread(f"setting {name}", f"{name} is not declared"))) if value is UNDECLARED else value for name, value in settings.items()
    }
    answer = _call(function, args, declared)
    if not open_ or isinstance(answer, NotAssessed):
        return answer
    for nones in product((False, True), repeat=len(open_)):
        for index, none in zip(open_, nones, strict=True):
            if none:
                args[index] = None
        if _call(function, args, declared) != answer:
            return NotAssessed(tuple(values[index] for index in open_))
        for index in open_:
            args[index] = unseen(Incomplete(values[index]))
    return answer


def _call(function: Callable[..., Any], args: Sequence[Any], settings: Mapping[str, Any]) -> Any:
    try:
        return function(*args, **settings)
    except Incomplete as incomplete:
        return NotAssessed(incomplete.unread)
    except Inapplicable as inapplicable:
        return inapplicable.because
    except Exception as error:  # noqa: BLE001 a check that raises is not assessed, whatever it raises
        return NotAssessed((Unread(f"{function.__module__}.{function.__name__}", f"raised {type(error).__name__}", message=str(error)[:200]),))


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict about one resource, or about a whole population (``population``) with the region or account as its resource."""

    check: Check[...]
    account: AccountInventory
    address: Address
    verdict: Judged
    values: tuple[Any, ...] = ()
    population: bool = False


class Evaluation:
    """All that is asked of one inventory: derived values and populations are computed once."""

    def __init__(self, inventory: Inventory, settings: Mapping[str, Any] | None = None, *, derivations: Mapping[str, Any] | None = None) -> None:
        self.inventory = inventory
        self.shared = dict(settings or {}) | dict(derivations or {})
        self.references = References(inventory)
        self._worlds = {id(one): World(self, one) for one in inventory.accounts}

    def world(self, account: AccountInventory) -> World:
        """The view on one account."""
        return self._worlds[id(account)]

    def run(self, checks: Iterable[Check[...]], settings: Callable[[Check[...]], Mapping[str, Any]]) -> Iterator[Judgement]:
        """A judgement for every subject of every check, by account, check and resource."""
        for account in self.inventory.accounts:
            world = self.world(account)
            for check in checks:
                yield from world.judgements(check, settings(check))


class World:
    """One account, as checks and derivations see it."""

    def __init__(self, evaluation: Evaluation, account: AccountInventory) -> None:
        self.evaluation, self.account = evaluation, account
        self._derived: dict[tuple[Kind, str], Any] = {}
        self._readers: dict[tuple[Kind, Kind], Reader] = {}
        self._rows: dict[tuple[Any, ...], tuple[list[tuple[Address, Any]], list[Unread]]] = {}
        self._children: dict[tuple[str, str], list[Address]] = {}

    # -- subjects ----------------------------------------------------------------------------------------------------

    def judgements(self, check: Check[...], settings: Mapping[str, Any]) -> Iterator[Judgement]:
        """One judgement per subject, and one per region for a population that is empty or not wholly known."""
        asked, function = signature(check.function), check.function
        for subject in asked.subjects:
            readers = [self.parameter(subject, need) for need in asked.needs]
            own = self.reader(subject, subject)
            seen: set[str] = set()
            for id, address in sorted(self.account.known(subject).items()):
                seen.add(address.region)
                if not self.account.in_scope(address):
                    continue
                if address.owner != self.account.account:
                    yield Judgement(check, self.account, address, NotApplicable(f"owned by {address.owner}: judged there"))
                    continue
                if is_place(subject) and self.account.regions.get(address.region, ("read", ""))[0] == "disabled":
                    continue
                values = (own(address), *(read(address) for read in readers))
                verdict = judge(function, asked, values, settings)
                if not isinstance(verdict, (Passed, Failed, NotApplicable, NotAssessed)):
                    verdict = NotAssessed((Unread(check.id, f"returned a {type(verdict).__name__}, not a verdict"),))
                yield Judgement(check, self.account, address, verdict, values)
                del id
            yield from self._population(check, subject, seen)

    def _population(self, check: Check[...], subject: Kind, seen: set[str]) -> Iterator[Judgement]:
        gaps: dict[str, list[Unread]] = defaultdict(list)
        for kind in ancestors(subject):
            for gap in self.account.missing(kind):
                if not gap.unread.outside:
                    gaps[self._region_of(gap)].append(gap.unread)
        for region, unread in sorted(gaps.items()):
            yield Judgement(check, self.account, self._place(region), NotAssessed(tuple(dict.fromkeys(unread))), population=True)
        what = subject.listing.resource_type
        for region, (state, reason) in sorted(self.account.regions.items()) if regional(subject) else [(GLOBAL, ("read", ""))]:
            if state == "disabled":
                yield Judgement(check, self.account, self._place(region), NotApplicable(reason), population=True)
            elif state == "read" and region not in gaps and GLOBAL not in gaps and not (region in seen if regional(subject) else seen):
                yield Judgement(check, self.account, self._place(region), NotApplicable(f"there is no {what}"), population=True)

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
            if kind is not None and (kind.about is None if region == GLOBAL else is_place(kind)):
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
        return lambda address: self.account.region_address(resource, address.region)

    def _at(self, kind: Kind) -> Reader:
        if derived(kind):
            return lambda address: self.derive(kind, address)
        values = self.account.values(kind)
        source = kind.source
        joined = bool(source and source.joins)
        asked = fact_name(kind) in self.account.fields

        def at(address: Address) -> Any:
            try:
                return values[address.id]
            except KeyError:
                pass
            if not asked:
                return next(iter(self.account.missing(kind))).unread
            if joined:
                for gap in self.account.missing(kind):
                    if address.parent is None or not gap.within or gap.within[-1] in (address.parent.id, address.id):
                        return gap.unread
                if source.absent:
                    return None
            operation = (source or kind.listing).operations[-1]
            return Unread(operation, "the answer does not mention this resource" if joined else "was not asked", address.region, address.account)

        return at

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
            if isinstance(answer, NotAssessed):
                answer = (
                    answer.causes[0]
                    if len(answer.causes) == 1
                    else Unread(
                        "; ".join(sorted({one.operation for one in answer.causes})),
                        "; ".join(sorted({one.error for one in answer.causes})),
                        address.region,
                        address.account,
                        outside=all(one.outside for one in answer.causes),
                    )
                )
            self._derived[key] = answer
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
            world = self.evaluation.world(there)
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
        key = (need.elements, need.rows, within.id)
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
        for address in self._within(resource, within):
            row: tuple[Value, ...] = tuple(read(address) for read in readers)
            bad = [value for value in row if isinstance(value, Unread)]
            unread += bad
            if not bad and not any(isinstance(value, NotApplicable) for value in row):
                rows.append((address, row if tuples else row[0]))
        for kind in ancestors(resource):
            if kind is top:
                break
            unread += [gap.unread for gap in self.account.missing(kind) if not gap.within or within.id in gap.within]
        if regional(resource) and not is_place(top) and within.region == GLOBAL:
            outside = sorted(region for region, (state, _) in self.account.regions.items() if state == "outside")
            if outside:
                read = sorted(region for region, (state, _) in self.account.regions.items() if state == "read")
                error = f"only {', '.join(read) or 'no region'} was read; outside the scope that was asked for: {', '.join(outside)}"
                unread.append(Unread(resource.listing.operations[-1], error, account=self.account.account, outside=True))
        return rows, list(dict.fromkeys(unread))

    def _within(self, resource: Kind, within: Address) -> list[Address]:
        name = fact_name(resource)
        if (name, "") not in self._children:
            self._children[name, ""] = []
            for _, address in sorted(self.account.known(resource).items()):
                up: Address | None = address
                while up is not None:
                    self._children.setdefault((name, up.id), []).append(address)
                    up = up.parent
        return self._children.get((name, within.id), [])


class _Place:
    """Stands for the class of a region or account that is not itself in the inventory."""

    listing = None
    about = None
