"""Collection: what a plan needs of one account, asked side by side, each call once; what does not come is noted where it would have stood."""

from __future__ import annotations

import inspect
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from cloudsoc.engine.calls import CallsOf, Record, Records, Undeclared
from cloudsoc.engine.clients import Clients, code_of, unread
from cloudsoc.engine.credentials import Identity
from cloudsoc.engine.door import UNKNOWN, Door, Way, identify, named, ways
from cloudsoc.engine.fields import field_paths
from cloudsoc.engine.garbage import relaxed
from cloudsoc.engine.gates import gate
from cloudsoc.engine.inventory import GLOBAL, AccountInventory, Inventory, path
from cloudsoc.engine.plan import fact_name, listing_name, settings_of_fact
from cloudsoc.engine.progress import Interrupted, Progress
from cloudsoc.engine.regions import UnknownRegion
from cloudsoc.engine.scope import Scope
from cloudsoc.engine.signature import UNDECLARED, Kind, is_place
from cloudsoc.engine.vanished import Relisted, gone_codes
from cloudsoc.engine.workers import Task, Workers
from cloudsoc.model.fact import Address, Reading
from cloudsoc.model.verdict import NotApplicable, Unread

THREADS = 32


class Collector:
    """Collects the facts of some classes for one account; see ``run``."""

    def __init__(self, clients: Clients, kinds: Iterable[Kind], identity: Identity, inventory: AccountInventory, settings: Mapping[str, Any]) -> None:
        self.clients, self.identity, self.inventory = clients, identity, inventory
        self.settings = settings
        self._door = Door()
        self._lock = threading.RLock()
        self._workers: Workers
        self._records = Records(inventory.calls)
        self._ways: dict[Kind | None, list[Way]] = defaultdict(list)
        self._waiting: deque[tuple[Way, Address]] = deque()
        self._places: dict[tuple[Kind, str], Address] = {}
        self._relisted = Relisted(self._list_again)
        self._nowhere: dict[str, Unread] = {}  # why the regions of some resources are not known
        self._placed = False  # whether the regions are known, or known to be unknown
        self._disabled: Callable[[Any], NotApplicable | None] = lambda _: None
        self._asked: frozenset[str] | None = None
        self._scope = Scope()
        for way in ways(kinds):
            way.check()
            self._ways[way.asked_about].append(way)
            inventory.fields[fact_name(way.kind)] = field_paths(way.kind)
            if way.lists:
                inventory.listings[fact_name(way.kind)] = listing_name(way.kind)
            if given := settings_of_fact(way.kind):
                inventory.settings[fact_name(way.kind)] = {name: one.given(self.settings) for name, one in given.items()}

    def run(
        self,
        *,
        regions: Iterable[str] | None,
        disabled: Callable[[Any], NotApplicable | None],
        scope: Scope | None = None,
        deadline: float | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Fill the inventory. ``regions``: only these (None: all); ``disabled`` says of a region's fact why nothing can be asked there; regions that are out of
        scope are not called.

        Raises ``Interrupted`` on Ctrl-C, once what there is is in the inventory.
        """
        self._asked = None if regions is None else frozenset(regions)
        self._scope = scope or Scope()
        self._disabled = disabled
        pace = self.clients.pace
        self._workers = Workers(THREADS, pace)
        pace.pause, pace.expiry.stop = self._workers.pause, self._workers.stop
        until = None if deadline is None else pace.clock() + deadline

        def tick() -> None:
            if on_progress and self._placed:
                read = tuple(sorted(name for name, (state, _) in self.inventory.regions.items() if state == "read"))
                on_progress(Progress("collecting", self.identity.account, self.identity.caller, read, self._workers.finished, self._workers.left))

        with relaxed():
            try:
                self._spread(None)
                while not (why := self._workers.wait(until, tick)):
                    if not self._open_gates():
                        tick()
                        break
                self._end(f"the deadline of {deadline:g} s was over" if why == "deadline" else why)
            except KeyboardInterrupt:
                self._end("interrupted")
                raise Interrupted(Inventory([self.inventory])) from None
            finally:
                self._workers.close("collection broke off")

    def _end(self, why: str) -> None:
        """Nothing is asked any more; what is open is cut off with the reason."""
        self._workers.close(why)
        while self._waiting:
            way, address = self._waiting[0]
            self._cut([way], address, why)
            self._waiting.popleft()
        self._records.end(why)
        self.inventory.finished_at = datetime.now(UTC)

    # -- what to ask ------------------------------------------------------------------------------------------------

    def _spread(self, about: Address | None) -> None:
        """Ask everything that is asked once per resource of this class; what shares a call is asked together."""
        groups: dict[tuple[Any, ...], list[Way]] = defaultdict(list)
        for way in self._ways[about.kind if about else None]:
            if not way.gates or about is None:
                groups[way.key].append(way)
            elif way.gates != (about.kind,):
                with self._lock:
                    self._waiting.append((way, about))
            elif way.kind is about.kind or not about.kind.source:  # known with the listing
                self._gated(way, about)
        for group in groups.values():
            self._submit(group, about)

    def _known_now(self, address: Address, *, late: bool = False) -> None:
        """A resource's own answer has come: ask what waited for that alone."""
        for way in self._ways[address.kind]:
            if way.gates == (address.kind,) and way.kind is not address.kind:
                self._gated(way, address, late=late)

    def _open_gates(self) -> bool:
        """Decide what waited for facts about a resource, now that all facts of their classes are there. False where nothing waited."""
        pending = {way.kind for way, _ in self._waiting}
        number = len(self._waiting)
        for _ in range(number):
            way, address = self._waiting[0]  # it stays there until it is decided: Ctrl-C may come in between, and then it is cut off
            # A gate that itself waits behind a gate: the next round.
            if any(gate in pending for gate in way.gates):
                with self._lock:
                    self._waiting.append((way, address))
            else:
                self._gated(way, address)
            with self._lock:
                self._waiting.popleft()
        return number > 0

    def _gated(self, way: Way, address: Address, *, late: bool = False) -> None:
        with self._lock:
            answer = gate(way, address, self.inventory)
        if answer is None:
            self._submit([way], address)
        elif isinstance(answer, Unread):
            self._not_read(way, address, answer, late=late)
        elif not way.lists:
            self._learn(way, address, answer, late=late)

    def _submit(self, group: list[Way], address: Address | None) -> None:
        region = self._region(group[0], address)
        lane = None if region == UNKNOWN else self.clients.pace.lane(group[0].source.operations[0], self._where(region))
        self._workers.submit(Task(lambda: self._ask(group, address), lambda why: self._cut(group, address, why), lane))

    def _cut(self, group: list[Way], address: Address | None, why: str) -> None:
        for way in group:
            self._not_read(way, address, Unread(way.source.operations[-1], why, self._region(way, address), self.identity.account), late=True)

    # -- asking -----------------------------------------------------------------------------------------------------

    def _region(self, way: Way, address: Address | None) -> str:
        region = address.region if address else GLOBAL
        return way.source.asked_in or region

    def _ask(self, group: list[Way], address: Address | None) -> None:
        region = self._region(group[0], address)
        if region == UNKNOWN and address:
            for way in group:
                self._not_read(way, address, self._why_nowhere(address, way))
            return
        record = self._record(address, region)
        try:
            for page, last in self._pages(group[0], address, record):
                for way in group:
                    self._take(way, page, address, region, last)
            for way in group:
                if address and not way.lists and not way.source.joins and address.id not in self.inventory.values(way.kind):
                    silent = Unread(way.source.operations[-1], "the answer does not mention this resource", region, self.identity.account)
                    self._not_read(way, address, silent)
        except UnknownRegion:
            raise
        except Exception as error:  # noqa: BLE001 whatever it is (a simulator raises anything), it stands where the answer would
            record.failed(error)
            for way in group:
                self._failed(way, address, error, region, record.operation)
        # Where the collection has ended meanwhile, the record stays open: that is what its line says.
        self._records.close(record)
        self._placed = self._placed or any(way.lists and is_place(way.kind) for way in group)

    def _why_nowhere(self, address: Address, way: Way) -> Unread:
        """Why the region of a resource is not known: what could not be read of it, or of what it exists in."""
        unknown = Unread(way.source.operations[0], "the region of the resource is not known", "", self.identity.account)
        return next((self._nowhere[id] for id in reversed(path(address)) if id in self._nowhere), unknown)

    def _record(self, address: Address | None, region: str) -> Record:
        return self._records.open(address.id if address and address.parent else "", region, self.clients.pace.tally)

    def _pages(self, way: Way, address: Address | None, record: Record) -> Iterator[tuple[Any, bool]]:
        call = way.source.call
        if isinstance(call, Reading):
            calls = CallsOf(self.clients, call, record, self._where(record.region), self.identity.account)
            settings = {
                name: value
                for name, value in self.inventory.settings.get(fact_name(way.kind), {}).items()
                if name in inspect.signature(call.function).parameters
            }
            if undeclared := [name for name, value in settings.items() if value is UNDECLARED]:
                raise Undeclared(undeclared[0])
            for row in call.function(calls, address, **settings):
                yield row, False
            return
        operation = way.source.operations[0]
        record.begin(operation)
        for page in self.clients.pages(operation, self._where(record.region), way.request(address)):
            record.page(page, way.source.path)
            yield page, True
        record.end()

    def _where(self, region: str) -> str:
        return self.identity.home if region == GLOBAL else region

    # -- taking -----------------------------------------------------------------------------------------------------

    def _take(self, way: Way, page: Any, address: Address | None, region: str, paged: bool) -> None:
        items = way.items(page) if paged else (page,)
        if not way.lists and not way.source.joins:
            assert address  # noqa: S101 a fact is about a resource
            for item in items:
                fact = self._door.fact(way, item, address if way.kind is address.kind else None, address.region, self.identity.account)
                self._learn(way, address, fact)
            return
        if way.lists and is_place(way.kind):
            with self._lock:
                self._take_items(way, items, address, region)
        else:
            self._take_items(way, items, address, region)

    def _take_items(self, way: Way, items: Iterable[Any], address: Address | None, region: str) -> None:
        around = {"partition": self.identity.partition, "account": self.identity.account, "region": region}
        entered: list[Address] = []
        for item in items:
            try:
                if way.lists:
                    entered += self._found(way, item, address, around)
                else:
                    id = named(way, str(way.source.joins), {**around, **item})
                    fact = self._door.fact(way, item, None, region, self.identity.account)
                    with self._lock:
                        if not self._workers.closed:
                            self.inventory.learn(way.kind, id, fact)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                # An item that does not say what it is about: something of the population is not known.
                gap = Unread(
                    way.source.operations[-1], "malformed answer", region, self.identity.account, message=f"{type(error).__name__}: an item lacks its identity"
                )
                self._miss(way.kind, gap, address)
        for place in entered:  # once all are known: what lives in one of them may be seen from another
            self._spread(place)
        if way.lists and is_place(way.kind):
            known = set(self.inventory.regions)
            if unknown := sorted((self._asked or frozenset()) - known) or self._scope.unknown(self.identity.account, known):
                raise UnknownRegion(unknown, tuple(known))

    def _found(self, way: Way, item: Mapping[str, Any], parent: Address | None, around: Mapping[str, str]) -> list[Address]:
        """Note a listed resource and ask about it; regions are given back instead."""
        id, region, names = identify(way, item, around)
        kind = way.kind
        there = UNKNOWN if isinstance(region, Unread) else region
        if parent is not None and is_place(parent.kind) and there != parent.region:
            parent = self._places.get((parent.kind, there), parent)  # seen from another region than the one it lives in
        if parent is None:
            there = GLOBAL
        address = Address(kind, id, there, self.identity.account, self.identity.partition, parent, names)
        with self._lock:
            if self._workers.closed:
                return []
            if there not in (GLOBAL, UNKNOWN) and (why := self._left_out(there)):  # told by the resource, should the regions not be
                self.inventory.regions.setdefault(there, ("outside", why))
            new = self.inventory.found(address)
            if isinstance(region, Unread):
                self._nowhere[id] = region
            if is_place(kind):
                self._places[kind, there] = address
            if not kind.source:
                value = self._door.fact(way, item, address, there, self.identity.account)
                self.inventory.learn(kind, id, value)
            elif isinstance(region, Unread):
                self.inventory.learn(kind, id, region)
            if is_place(kind):
                return [address] if new and self._enter(kind, address) else []
            if new and self._scope.region(self.identity.account, there) is not None:
                self._leave(address)
            elif new:
                self._spread(address)
        return []

    def _leave(self, address: Address) -> None:
        """Ask nothing about a resource in a region that is out of scope, however it was seen from elsewhere."""
        for way in self._ways[address.kind]:
            why = f"{address.short} is in {address.region}, out of scope"
            unread = Unread(way.source.operations[-1], why, address.region, self.identity.account, outside=True)
            if way.lists:
                self._miss(way.kind, unread, address)
            else:
                self.inventory.learn(way.kind, address.id, unread)

    def _left_out(self, region: str) -> str:
        """Why a region is left out on purpose, if it is."""
        if (number := self._scope.region(self.identity.account, region)) is not None:
            return self._scope.told(number)
        return "not among the regions that were asked for" if self._asked is not None and region not in self._asked else ""

    def _enter(self, kind: Kind, place: Address) -> bool:
        """Whether anything is asked in a region; notes what becomes of it."""
        value = self.inventory.values(kind).get(place.id)
        closed = None if isinstance(value, Unread) or value is None else self._disabled(value)
        with self._lock:
            if closed:
                self.inventory.regions[place.region] = ("disabled", closed.reason)
            elif why := self._left_out(place.region):
                self.inventory.regions[place.region] = ("outside", why)
            else:
                self.inventory.regions[place.region] = ("read", "")
                return True
        return False

    def _learn(self, way: Way, address: Address, value: Any, *, late: bool = False) -> None:
        with self._lock:  # what follows from it is noted before anybody is told that collection has ended
            if late or not self._workers.closed:
                self.inventory.learn(way.kind, address.id, value)
            if way.kind is address.kind:
                self._known_now(address, late=late)

    def _miss(self, kind: Kind, gap: Unread, parent: Address | None, *, late: bool = False) -> None:
        with self._lock:
            if late or not self._workers.closed:
                self.inventory.miss(kind, gap, path(parent))

    # -- what did not come ------------------------------------------------------------------------------------------

    def _failed(self, way: Way, address: Address | None, error: Exception, region: str, operation: str) -> None:
        code = code_of(error)
        source = way.source
        gap = (
            Unread(f"setting {error.name}", f"{error.name} is not declared", region, self.identity.account)
            if isinstance(error, Undeclared)
            else unread(operation or source.operations[0], error, region, self.identity.account)
        )
        if code in source.absent and address is not None:
            if not way.lists and not source.joins:
                self._learn(way, address, None)
            return  # a joined fact that is absent for all: evaluation finds nothing and no gap
        if address is not None and not way.lists and not source.joins and code in gone_codes(address):
            self._vanished(way, address, gap)
            return
        self._not_read(way, address, gap)

    def _not_read(self, way: Way, address: Address | None, gap: Unread, *, late: bool = False) -> None:
        if way.lists or way.source.joins or address is None:
            self._miss(way.kind, gap, address, late=late)
        else:
            self._learn(way, address, gap, late=late)

    def _vanished(self, way: Way, address: Address, gap: Unread) -> None:
        """AWS says that the resource is not there any more: out of the population, where its listing agrees."""
        if not self._relisted.without(address):
            self._not_read(way, address, gap)
            return
        with self._lock:
            if not self._workers.closed:
                self.inventory.forget(address)

    def _list_again(self, address: Address) -> set[str] | None:
        way = next(way for way in self._ways[address.kind.about] if way.kind is address.kind and way.lists)
        parent = address.parent
        region = self._region(way, parent)
        record = self._record(parent, region)
        found: set[str] = set()
        try:
            around = {"partition": self.identity.partition, "account": self.identity.account, "region": region}
            for page, paged in self._pages(way, parent, record):
                found |= {identify(way, item, around)[0] for item in (way.items(page) if paged else (page,))}
        except Exception as error:  # noqa: BLE001 as above
            record.failed(error)
            self._records.close(record)
            return None
        self._records.close(record)
        return found
