"""Where a subnet's traffic goes: by its own route table, else by the main one of its VPC."""

from __future__ import annotations

from collections.abc import Iterable

from cloudsoc.aws.vpc import Route, RouteTable, Subnet
from cloudsoc.graphs.prefix_lists import PrefixListNetworks, networks_of
from cloudsoc.graphs.ranges import Addresses
from cloudsoc.model import Every, Incomplete, Unread


def table_of(subnet: Subnet, tables: Every[RouteTable]) -> RouteTable | None:
    """The route table that a subnet uses. Raises ``Incomplete`` where the one that decides may be among those that were not read."""
    mine = [table for table in tables.known if table.vpc_id == subnet.vpc_id]
    own = next((table for table in mine if any(one.subnet_id == subnet.subnet_id for one in table.associations)), None)
    if own is None and tables.unread:
        raise Incomplete(*tables.unread)
    return own or next((table for table in mine if any(one.main for one in table.associations)), None)


def leads_to_internet(route: Route) -> bool:
    """Whether a route leads to an internet gateway, and is no dead end."""
    return (route.gateway_id or "").startswith("igw-") and route.state != "blackhole"


def is_public(subnet: Subnet, tables: Every[RouteTable]) -> bool:
    """Whether a subnet has a route to an internet gateway. One that only lets out (IPv6, egress-only) makes none public."""
    table = table_of(subnet, tables)
    return table is not None and any(map(leads_to_internet, table.routes))


def leads_out(table: RouteTable) -> bool:
    """Whether a table leads anywhere beyond the VPC, its peers and the services behind its gateway endpoints."""
    return any(
        route.state != "blackhole" and not route.vpc_peering_connection_id and route.gateway_id != "local" and not _to_gateway_endpoint(route)
        for route in table.routes
    )


def _to_gateway_endpoint(route: Route) -> bool:
    """Whether a route leads to a service's networks, which are a list; to a firewall (a Gateway Load Balancer endpoint) leads what is written as a network."""
    return (route.gateway_id or "").startswith("vpce-") and route.destination_prefix_list_id is not None


def destinations(routes: Iterable[Route], lists: Every[PrefixListNetworks], region: str) -> tuple[Addresses, list[Unread]]:
    """Where some routes lead, all together, and what of it was not read."""
    networks, unread = list[str](), list[Unread]()
    for route in routes:
        networks += [text for text in (route.destination_cidr_block, route.destination_ipv6_cidr_block) if text]
        if route.destination_prefix_list_id:
            found = networks_of(route.destination_prefix_list_id, lists, region)
            if isinstance(found, Unread):
                unread.append(found)
            else:
                networks += found
    return Addresses.of(networks), unread
