"""The networks behind the prefix lists that rules and routes name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cloudsoc.aws.security_groups import PrefixList, PrefixListEntries
from cloudsoc.model import Every, Unread, derivation


@dataclass(frozen=True, slots=True)
class PrefixListNetworks:
    """A list and its networks, or why they could not be read. One of AWS's own has none here: it holds addresses of a single service, never the internet."""

    id: str
    networks: tuple[str, ...] | Unread


@derivation
def prefix_list_networks(prefix_list: PrefixList, entries: PrefixListEntries | Unread) -> PrefixListNetworks:
    """What could not be read is said of this list alone, and whose list it is: who names another one is not concerned."""
    if prefix_list.owner_id == "AWS":
        return PrefixListNetworks(prefix_list.prefix_list_id, ())
    if isinstance(entries, Unread):
        error = f"{entries.error}, of prefix list {prefix_list.prefix_list_id} of account {prefix_list.owner_id}"
        return PrefixListNetworks(prefix_list.prefix_list_id, replace(entries, error=error, account=prefix_list.owner_id))
    return PrefixListNetworks(prefix_list.prefix_list_id, entries.cidrs)


def networks_of(id: str, lists: Every[PrefixListNetworks], region: str) -> tuple[str, ...] | Unread:
    """The networks of a list that something names. One that cannot be seen is another account's, which shared it once, or not read."""
    for one in lists.known:
        if one.id == id:
            return one.networks
    gone = f"needs review: prefix list {id} cannot be seen here, so it is of an account that shares it no more"
    return lists.unread[0] if lists.unread else Unread("ec2:DescribeManagedPrefixLists", gone, region)
