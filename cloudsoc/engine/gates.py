"""Gates: a fact that exists for some resources only (``when``) is asked once what its condition looks at is known."""

from __future__ import annotations

from typing import Any

from cloudsoc.engine.door import Way
from cloudsoc.engine.inventory import AccountInventory, current, path
from cloudsoc.engine.judge import judge
from cloudsoc.engine.plan import fact_name
from cloudsoc.engine.signature import Kind, about, signature
from cloudsoc.model.fact import Address
from cloudsoc.model.verdict import NotApplicable, NotAssessed, Unread


def gate(way: Way, address: Address, inventory: AccountInventory) -> NotApplicable | Unread | None:
    """What the condition of a fact says of a resource: None where the fact exists and is asked, why it does not, or what is missing to tell."""
    assert way.source.when  # noqa: S101 the caller looked
    values = [_value(kind, address, inventory) for kind in way.gates]
    answer = judge(way.source.when, signature(way.source.when), values, {})
    if answer is None or isinstance(answer, NotApplicable):
        return answer
    return answer.causes[0] if isinstance(answer, NotAssessed) else Unread(way.source.operations[0], "its condition gave no answer")


def _value(kind: Kind, address: Address, inventory: AccountInventory) -> Any:
    at: Address | None = address
    while at is not None and at.kind is not about(kind):
        at = at.parent
    if at is None:
        return Unread(fact_name(kind), "not known here", address.region, inventory.account)
    known = inventory.values(kind)
    if at.id in known:
        return current(kind, known[at.id], inventory.values(at.kind).get(at.id), at)
    around = {"", *path(address)}
    for gap in inventory.missing(kind):
        if (gap.within[-1] if gap.within else "") in around:
            return gap.unread
    source = kind.source
    if source and source.joins and source.absent:
        return None
    operation = (source or kind.listing).operations[-1]
    return Unread(operation, "the answer does not mention this resource", address.region, inventory.account)
