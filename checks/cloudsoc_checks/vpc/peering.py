"""Peering connections: with whom, and how much of each network."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.connections import VpcPeeringConnection, VpcPeeringConnectionVpcInfo
from cloudsoc.aws.organizations import OrganizationAccounts
from cloudsoc.aws.vpc import RouteTable
from cloudsoc.graphs.prefix_lists import PrefixListNetworks
from cloudsoc.graphs.ranges import Addresses, is_internet
from cloudsoc.graphs.routes import destinations
from cloudsoc.graphs.trust import foreign
from cloudsoc.model import MEDIUM, Every, Failed, Incomplete, NotApplicable, Passed, TrustedAccounts, Unread, Verdict, check
from cloudsoc.model.criterion import CC6_3, CC6_6, CC9_2


@check(
    direct=(CC6_6,),
    supporting=(CC6_3,),
    severity=MEDIUM,
    refs=(
        *("CIS:3.0:5.5", "CIS:5.0:5.6", "CIS:6.0:6.6", "CIS:7.0:6.6"),
        *("Prowler:vpc_peering_routing_tables_with_least_privilege", "Steampipe:vpc_peering_connection_route_table_least_privilege"),
    ),
)
def peering_routes_are_least_privilege(connection: VpcPeeringConnection, tables: Every[RouteTable], lists: Every[PrefixListNetworks]) -> Verdict:
    """Routes over a peering connection lead to a part of the other network only.

    Why: peering is for one service or two; a route to the whole network on the other side is a way to all the rest of it as well.

    Fix: ``aws ec2 replace-route --region {connection.region} --route-table-id TABLE --destination-cidr-block SUBNET --vpc-peering-connection-id
    {connection.vpc_peering_connection_id}``, with the networks that are needed.

    Terraform: ``aws_route.destination_cidr_block``.
    """
    if connection.status.code != "active":
        return NotApplicable(f"the connection is {connection.status.code}")
    sides = {side.vpc_id: _networks(side) for side in (connection.accepter_vpc_info, connection.requester_vpc_info)}
    used, gaps = list[str](), list[Unread]()
    for table in tables:
        routes = [route for route in table.routes if route.vpc_peering_connection_id == connection.vpc_peering_connection_id]
        if not routes:
            continue
        used.append(table.route_table_id)
        there, unread = destinations(routes, lists, table.region)
        gaps += unread
        other = [network for vpc, networks in sides.items() if vpc != table.vpc_id for network in networks]
        if whole := [network for network in other if there.covers(Addresses.of([network]))]:
            return Failed(f"the routes in {table.route_table_id} lead to the whole of {whole[0]}, the network on the other side")
        if is_internet(there):
            return Failed(f"the routes in {table.route_table_id} send the internet's traffic over it")
        if not other:
            gaps.append(Unread("ec2:DescribeVpcPeeringConnections", "needs review: AWS does not tell the network on the other side", connection.region))
    if gaps:
        raise Incomplete(*gaps)
    return Passed(f"the routes in {', '.join(used)} lead to a part of the other network") if used else NotApplicable("no route here leads over it")


def _networks(side: VpcPeeringConnectionVpcInfo) -> tuple[str, ...]:
    four = [*([side.cidr_block] if side.cidr_block else []), *(one.cidr_block for one in side.cidr_block_set)]
    return (*dict.fromkeys(four), *(one.ipv6_cidr_block for one in side.ipv6_cidr_block_set))


@check(
    direct=(CC6_6, CC9_2),
    severity=MEDIUM,
    refs=("Steampipe:vpc_peering_connection_no_cross_account_access",),
)
def peering_limited_to_trusted_accounts(
    connection: VpcPeeringConnection, account: Account, organization: OrganizationAccounts | None, *, trusted_accounts: TrustedAccounts = ()
) -> Verdict:
    """Networks are peered with the company's own accounts and trusted ones only.

    Why: over a peering connection the other side's machines are neighbours; whose machines those are should be known.

    Fix: ``aws ec2 delete-vpc-peering-connection --region {connection.region} --vpc-peering-connection-id {connection.vpc_peering_connection_id}``, or add the
    account to ``trusted_accounts``.

    Terraform: ``aws_vpc_peering_connection.peer_owner_id``.
    """
    if connection.status.code not in ("active", "pending-acceptance", "provisioning"):
        return NotApplicable(f"the connection is {connection.status.code}")
    sides = {connection.accepter_vpc_info.owner_id, connection.requester_vpc_info.owner_id}
    if unknown := foreign(sides, account.account, trusted_accounts, organization):
        return Failed(f"peered with account {unknown[0]}, which is not trusted")
    others = sorted(sides - {account.account})
    return Passed(f"peered with account {others[0]}, trusted" if others else "both sides are in this account")
