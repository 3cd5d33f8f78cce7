"""The regions that are judged, where they are not those that were collected."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cloudsoc.engine.door import Way, ways
from cloudsoc.engine.inventory import AccountInventory, Gap, Inventory, State, path
from cloudsoc.engine.plan import fact_name
from cloudsoc.engine.signature import Kind, is_place
from cloudsoc.model.fact import Address
from cloudsoc.model.verdict import Unread

NOT_ASKED_FOR = "not among the regions that were asked for"


def only(inventory: Inventory, names: Iterable[str], kinds: Iterable[Kind]) -> Inventory:
    """The inventory as it is judged for some regions. ``kinds``: the fact classes that it is judged by, that of the regions among them.

    Another region that was collected is outside the scope; a region that was left out of the collection is in it, and what exists there is not known.
    Raises ``UnknownRegion`` for a name that no account of the inventory has, unless the regions of one of them could not be listed.
    """
    wanted, ways_ = frozenset(names), ways(kinds)
    known = {name for one in inventory.accounts for name in one.regions}
    listed = not any(one.gaps.get(fact_name(way.kind)) for one in inventory.accounts for way in ways_ if way.lists and is_place(way.kind))
    if listed and inventory.accounts and (unknown := sorted(wanted - known)):
        raise UnknownRegion(unknown, tuple(known))
    return Inventory([_only(one, wanted, ways_) for one in inventory.accounts])


def _only(account: AccountInventory, wanted: frozenset[str], ways_: Iterable[Way]) -> AccountInventory:
    regions = {name: _state(name, state, wanted) for name, state in account.regions.items()}
    lacking = sorted(name for name, (state, _) in account.regions.items() if state == "outside" and name in wanted)
    if regions == account.regions and not lacking:
        return account
    # What is judged is another matter than what was collected: the content stays what it is.
    narrowed = replace(account, regions=regions, kept_hash=account.content_hash)
    if lacking:
        narrowed.gaps = defaultdict(list, {name: list(gaps) for name, gaps in account.gaps.items()})
        narrowed.facts = defaultdict(dict, {name: dict(facts) for name, facts in account.facts.items()})
    for name in lacking:
        _not_collected(narrowed, name, ways_)
    return narrowed


def _state(name: str, state: tuple[State, str], wanted: frozenset[str]) -> tuple[State, str]:
    if state[0] == "disabled":
        return state
    return ("read", "") if name in wanted else ("outside", state[1] if state[0] == "outside" else NOT_ASKED_FOR)


def _not_collected(account: AccountInventory, region: str, ways_: Iterable[Way]) -> None:
    """Note that whatever is asked about a region was not asked about this one."""
    for way in ways_:
        if way.asked_about is None or not is_place(way.asked_about):
            continue
        place = _place(account, way.asked_about, region)
        unread = Unread(way.source.operations[-1], "the snapshot was collected without this region", region, account.account)
        if way.lists or way.source.joins or place is None:
            account.gaps[fact_name(way.kind)].append(Gap(unread, path(place)))
        else:
            account.facts[fact_name(way.kind)].setdefault(place.id, unread)


def _place(account: AccountInventory, kind: Kind, region: str) -> Address | None:
    return next((one for one in account.known(kind).values() if one.region == region), None)


class UnknownRegion(ValueError):
    """A region was asked for that the account's partition does not have."""

    def __init__(self, names: Sequence[str], known: Sequence[str]) -> None:
        near = difflib.get_close_matches(names[0], known, 1)
        super().__init__(f"there is no region {names[0]!r}" + (f"; did you mean {near[0]}?" if near else f" among {', '.join(sorted(known))}"))
