"""Which resource a field of another one names: by ARN, id or name, in whatever account of the inventory it lies."""

from __future__ import annotations

from collections import defaultdict

from cloudsoc.engine.inventory import AccountInventory, Inventory
from cloudsoc.engine.signature import Kind, ancestors, regional
from cloudsoc.model.fact import Address
from cloudsoc.model.verdict import Unread

Found = tuple[AccountInventory, Address]


class References:
    """The names of all resources of an inventory, indexed once per class."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._index: dict[Kind, dict[str, list[Found]]] = {}

    def _names(self, kind: Kind) -> dict[str, list[Found]]:
        if kind not in self._index:
            index: dict[str, list[Found]] = defaultdict(list)
            for account in self.inventory.accounts:
                for address in account.known(kind).values():
                    for name in {address.id, address.short, *address.names.values()}:
                        index[name].append((account, address))
            self._index[kind] = dict(index)
        return self._index[kind]

    def find(self, kind: Kind, name: str, account: AccountInventory, near: Address) -> Found | Unread:
        """The resource that a name means when it is said in ``near``; ``Unread`` with the account behind it where the inventory does not hold it."""
        owner = _owner(name)
        found = [
            (there, address)
            for there, address in self._names(kind).get(name, ())
            if there.partition == account.partition
            and (owner or not _has_account(address) or (there is account and (not regional(kind) or address.region == near.region)))
        ]
        found.sort(key=lambda one: (one[1].owner != one[0].account, one[0] is not account))  # where it lives before where it is only seen
        if found:
            return found[0]
        operation = kind.listing.operations[-1]
        if owner and owner not in {one.account for one in self.inventory.accounts}:
            return Unread(operation, f"{name} is in account {owner}, which is not in the inventory", near.region, owner)
        for there in self.inventory.accounts:
            if owner in ("", there.account):
                for one in ancestors(kind):
                    for gap in there.missing(one):
                        return gap.unread
        where = f"account {owner}" if owner else "any account of the inventory"
        return Unread(operation, f"{name} was not found in {where}", near.region, owner or account.account)


def _owner(name: str) -> str:
    parts = name.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" else ""


def _has_account(address: Address) -> bool:
    """Whether the ARN says the account: an S3 bucket's does not, its name is the partition's."""
    return not address.id.startswith("arn:") or bool(_owner(address.id))
