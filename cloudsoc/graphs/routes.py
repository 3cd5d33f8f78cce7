"""Where a subnet's traffic goes: by its own route table, else by the main one of its VPC."""

from __future__ import annotations

from cloudsoc.aws.vpc import Route, RouteTable, Subnet
from cloudsoc.model import Every, Incomplete


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
