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
        self._index: dict[Kind, dict[str, list[tuple[int, AccountInventory, Address]]]] = {}

    def _names(self, kind: Kind) -> dict[str, list[tuple[int, AccountInventory, Address]]]:
        """By each name what it may mean, and how well it names that: its identity, a name that calls take, the last part of its ARN."""
        if kind not in self._index:
            index: dict[str, list[tuple[int, AccountInventory, Address]]] = defaultdict(list)
            for account in self.inventory.accounts:
                for address in account.known(kind).values():
                    ranks = {address.short: 2} | dict.fromkeys(address.names.values(), 1) | {address.id: 0}
                    for name, rank in ranks.items():
                        index[name].append((rank, account, address))
            self._index[kind] = dict(index)
        return self._index[kind]

    def find(self, kind: Kind, name: str, account: AccountInventory, near: Address) -> Found | Unread:
        """The resource that a name means when it is said in ``near``; ``Unread`` where the inventory does not hold it, or where several have the name."""
        region, owner = _place(name)
        found = [
            (rank, there, address)
            for rank, there, address in self._names(kind).get(name, ())
            if there.partition == account.partition
            and (owner or not _has_account(address) or (there is account and (not regional(kind) or address.region == near.region)))
        ]
        best = min((rank for rank, _, _ in found), default=0)
        found = [one for one in found if one[0] == best]
        operation = kind.listing.operations[-1]
        if len({address.id for _, _, address in found}) > 1:
            return Unread(operation, f"{name} may mean any of {len(found)} resources", near.region, account.account)
        if found:
            # Seen from several accounts: where it lives before where it is only seen.
            _, there, address = min(found, key=lambda one: (one[2].owner != one[1].account, one[1] is not account))
            return there, address
        return self._unknown(kind, name, account, near, region, owner)

    def _unknown(self, kind: Kind, name: str, account: AccountInventory, near: Address, region: str, owner: str) -> Unread:
        """Why the resource of a name is not known."""
        operation = kind.listing.operations[-1]
        if owner and owner not in {one.account for one in self.inventory.accounts}:
            return Unread(operation, f"{name} is in account {owner}, which is not in the inventory", near.region, owner)
        for there in self.inventory.accounts:
            if owner in ("", there.account):
                if there.regions.get(region, ("read", ""))[0] == "outside":
                    return Unread(operation, f"{name} is in {region}, outside the scope that was asked for", region, there.account, outside=True)
                for one in ancestors(kind):
                    for gap in there.missing(one):
                        return gap.unread
        where = f"account {owner}" if owner else "any account of the inventory"
        return Unread(operation, f"{name} was not found in {where}", near.region, owner or account.account)


def _place(name: str) -> tuple[str, str]:
    """Region and account, as far as an ARN says them."""
    parts = name.split(":", 5)
    return (parts[3], parts[4]) if len(parts) == 6 and parts[0] == "arn" else ("", "")


def _has_account(address: Address) -> bool:
    """Whether the ARN says the account: an S3 bucket's does not, its name is the partition's."""
    return not address.id.startswith("arn:") or bool(_place(address.id)[1])
