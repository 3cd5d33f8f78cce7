"""Peering, endpoints, VPNs and transit gateways on hand-made facts."""

from __future__ import annotations

from typing import Any

from cloudsoc.aws.connections import (
    CidrBlock,
    ClientVpnEndpoint,
    ClientVpnEndpointStatus,
    CloudWatchLogOptions,
    ConnectionLogResponseOptions,
    DnsOptions,
    Ipv6CidrBlock,
    TransitGateway,
    TransitGatewayOptions,
    TunnelOption,
    VgwTelemetry,
    VpcEndpoint,
    VpcEndpointService,
    VpcEndpointServicePermissions,
    VpcPeeringConnection,
    VpcPeeringConnectionStateReason,
    VpcPeeringConnectionVpcInfo,
    VpnConnection,
    VpnConnectionOptions,
    VpnTunnelLogOptions,
)
from cloudsoc.aws.organizations import Organization, OrganizationAccounts
from cloudsoc.aws.vpc import Route, RouteTableAssociation
from cloudsoc.graphs.endpoint_access import EndpointAccess, endpoint_access
from cloudsoc.graphs.prefix_lists import PrefixListNetworks
from cloudsoc.model import LOW, Every, Unread
from cloudsoc.policy import PolicyDocument
from cloudsoc_checks.vpc import endpoints, peering, vpn
from tests.checks.table import UNREAD, but, given, table
from tests.checks.vpc.test_subnets import ACCOUNT, MAIN, VPC, A, B

OWN, FOREIGN, SISTER = "111122223333", "444455556666", "999988887777"
ORGANIZATION = OrganizationAccounts(accounts=(OWN, SISTER))
OWN_ORGANIZATION = Organization(id="o-own", master_account_id=SISTER)


def side(owner: str, vpc: str, *networks: str) -> VpcPeeringConnectionVpcInfo:
    return VpcPeeringConnectionVpcInfo(owner_id=owner, vpc_id=vpc, cidr_block_set=tuple(CidrBlock(cidr_block=one) for one in networks))


PEERING = VpcPeeringConnection(
    arn=f"arn:aws:ec2:eu-west-1:{OWN}:vpc-peering-connection/pcx-1",
    region="eu-west-1",
    vpc_peering_connection_id="pcx-1",
    requester_vpc_info=side(OWN, "vpc-1", "10.0.0.0/16"),
    accepter_vpc_info=side(FOREIGN, "vpc-9", "10.9.0.0/16", "10.10.0.0/16"),
    status=VpcPeeringConnectionStateReason(code="active"),
)


def leads(*destinations: str, over: str = "pcx-1") -> Every[Any]:
    routes = (
        Route(destination_prefix_list_id=one, vpc_peering_connection_id=over)
        if one.startswith("pl-")
        else Route(destination_ipv6_cidr_block=one, vpc_peering_connection_id=over)
        if ":" in one
        else Route(destination_cidr_block=one, vpc_peering_connection_id=over)
        for one in destinations
    )
    return Every([but(MAIN, routes=tuple(routes))])


LISTS = Every(
    [PrefixListNetworks("pl-part", ("10.9.1.0/24",)), PrefixListNetworks("pl-whole", ("10.9.0.0/17", "10.9.128.0/17")), PrefixListNetworks("pl-no", UNREAD)]
)
SIXES = but(PEERING, accepter_vpc_info=but(side(FOREIGN, "vpc-9"), ipv6_cidr_block_set=(Ipv6CidrBlock(ipv6_cidr_block="2a05:d018::/56"),)))

test_peering_routes_are_least_privilege = table(
    peering.peering_routes_are_least_privilege,
    passed={
        "a subnet of it": given(PEERING, leads("10.9.1.0/24", "10.10.0.0/17"), LISTS, says="rtb-m"),
        "its own network as a destination is not the other's": (PEERING, leads("10.0.0.0/16"), LISTS),
        "parts of it, in two tables": (PEERING, Every([*leads("10.9.1.0/24"), but(leads("10.9.2.0/24").known[0], route_table_id="rtb-n")]), LISTS),
        "a prefix list of a part": (PEERING, leads("pl-part"), LISTS),
        "NET-1: a part of its IPv6": (SIXES, leads("2a05:d018:0:1::/64"), LISTS),
    },
    failed={
        "the whole network": given(PEERING, leads("10.9.0.0/16"), LISTS, says="rtb-m lead to the whole of 10.9.0.0/16"),
        "the whole network, told apart from any others": (
            but(PEERING, accepter_vpc_info=but(side(FOREIGN, "vpc-9"), cidr_block="10.9.0.0/16")),
            leads("10.9.0.0/16"),
            LISTS,
        ),
        "more than that": (PEERING, leads("10.0.0.0/8"), LISTS),
        "one of its networks": (PEERING, leads("10.10.0.0/16"), LISTS),
        "NET-1: the whole of its IPv6": (SIXES, leads("2a05:d018::/56"), LISTS),
        "NET-3: the whole network in two halves": (PEERING, leads("10.9.0.0/17", "10.9.128.0/17"), LISTS),
        "NET-2: the whole network in a prefix list": (PEERING, leads("pl-whole"), LISTS),
        "everything": (PEERING, leads("0.0.0.0/0"), LISTS),
        "everything that is IPv6, where the other side has none": given(PEERING, leads("::/0"), LISTS, says="internet"),
        "who asked is the other side of who accepted": (
            but(PEERING, requester_vpc_info=PEERING.accepter_vpc_info, accepter_vpc_info=PEERING.requester_vpc_info),
            leads("10.9.0.0/16"),
            LISTS,
        ),
        "a witness, whatever was not read": (PEERING, Every(leads("10.9.0.0/16").known, [UNREAD]), LISTS),
        "in the second table, the first has no route over it": (PEERING, Every([*leads("10.9.0.0/16", over="pcx-2"), *leads("10.9.0.0/16")]), LISTS),
        "a witness beside a list that was not read": (PEERING, leads("10.9.0.0/16", "pl-no"), LISTS),
    },
    not_applicable={
        "no routes, and a list unread": (PEERING, leads("10.9.0.0/16", over="pcx-2"), Every((), [UNREAD])),
        "not active": given(but(PEERING, status=VpcPeeringConnectionStateReason(code="deleted")), leads("0.0.0.0/0"), LISTS, says="deleted"),
        "no routes": (PEERING, leads("10.9.0.0/16", over="pcx-2"), LISTS),
    },
    not_assessed={
        "tables unread": (PEERING, Every(leads("10.9.1.0/24").known, [UNREAD]), LISTS),
        "NET-2: a list unread": (PEERING, leads("10.9.1.0/24", "pl-no"), LISTS),
        "NET-2: a list that is not there": given(PEERING, leads("10.9.1.0/24", "pl-gone"), LISTS, says="eu-west-1"),
        "NET-2: a list unread, in the first of two tables": (PEERING, Every([*leads("10.9.1.0/24", "pl-no"), *leads("10.9.1.0/24")]), LISTS),
        "the other side's networks untold": given(but(PEERING, accepter_vpc_info=side(FOREIGN, "vpc-9")), leads("10.9.1.0/24"), LISTS, says="does not tell"),
    },
)

test_peering_limited_to_trusted_accounts = table(
    peering.peering_limited_to_trusted_accounts,
    passed={
        "within the account": given(but(PEERING, accepter_vpc_info=side(OWN, "vpc-2")), ACCOUNT, None, says="in this account"),
        "within the organization": given(but(PEERING, accepter_vpc_info=side(SISTER, "vpc-2")), ACCOUNT, ORGANIZATION, says=SISTER),
        "trusted, whatever the organization": given(PEERING, ACCOUNT, UNREAD, trusted_accounts=(FOREIGN,)),
    },
    failed={
        "in no organization, trusted by nobody": given(PEERING, ACCOUNT, None, says=FOREIGN),
        "in another organization": (PEERING, ACCOUNT, ORGANIZATION),
        "being set up": (but(PEERING, status=VpcPeeringConnectionStateReason(code="provisioning")), ACCOUNT, None),
        "waiting to be accepted": (but(PEERING, status=VpcPeeringConnectionStateReason(code="pending-acceptance")), ACCOUNT, None),
        "who asked counts as well": given(but(PEERING, requester_vpc_info=side(SISTER, "v"), accepter_vpc_info=side(OWN, "w")), ACCOUNT, None, says=SISTER),
    },
    not_applicable={"gone": (but(PEERING, status=VpcPeeringConnectionStateReason(code="rejected")), ACCOUNT, None)},
    not_assessed={"the organization unread": (PEERING, ACCOUNT, UNREAD)},
)

# -- endpoints ----------------------------------------------------------------------------------------------------------

ENDPOINT = VpcEndpoint(
    arn=f"arn:aws:ec2:eu-west-1:{OWN}:vpc-endpoint/vpce-1",
    region="eu-west-1",
    vpc_endpoint_id="vpce-1",
    vpc_id="vpc-1",
    service_name="com.amazonaws.eu-west-1.s3",
    vpc_endpoint_type="Gateway",
    state="available",
    route_table_ids=("rtb-m",),
)
EVERYBODY, NOBODY = EndpointAccess("it has no policy of its own"), EndpointAccess("")

OTHERS = but(NOBODY, organizations=("o-other",))
OF_A_PARTNER = but(ENDPOINT, vpc_endpoint_type="Interface", service_name="com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0")
UNCLEAR = but(NOBODY, unclear=(Unread("policy of vpce-1", "needs review: a condition"),))

test_endpoint_policy_limited_to_trusted_accounts = table(
    endpoints.endpoint_policy_limited_to_trusted_accounts,
    passed={
        "its own account": given(ENDPOINT, NOBODY, ACCOUNT, None, None, says="its own account"),
        "trusted": given(ENDPOINT, but(NOBODY, accounts=(FOREIGN,), told=f"account {FOREIGN}"), ACCOUNT, UNREAD, UNREAD, trusted_accounts=(FOREIGN,)),
        "its own account by its number": (ENDPOINT, but(NOBODY, accounts=(OWN,), told="its own account"), ACCOUNT, None, None),
        "not yet in any state": (but(ENDPOINT, state=None), NOBODY, ACCOUNT, None, None),
        "of the organization": (ENDPOINT, but(NOBODY, accounts=(SISTER,)), ACCOUNT, OWN_ORGANIZATION, ORGANIZATION),
        "the whole organization": (ENDPOINT, but(NOBODY, organizations=("o-own",)), ACCOUNT, OWN_ORGANIZATION, UNREAD),
    },
    failed={
        "everybody": given(ENDPOINT, EVERYBODY, ACCOUNT, None, None, says="no policy of its own"),
        "a stranger": given(ENDPOINT, but(NOBODY, accounts=(FOREIGN,)), ACCOUNT, OWN_ORGANIZATION, ORGANIZATION, says=FOREIGN),
        "beside its own account": given(ENDPOINT, but(NOBODY, accounts=(OWN, FOREIGN)), ACCOUNT, None, None, says=FOREIGN),
        "a stranger, whatever is unclear": (ENDPOINT, but(UNCLEAR, accounts=(FOREIGN,)), ACCOUNT, OWN_ORGANIZATION, ORGANIZATION),
        "another organization": given(ENDPOINT, OTHERS, ACCOUNT, OWN_ORGANIZATION, UNREAD, says="o-other"),
        "an organization, of an account that is in none": (ENDPOINT, OTHERS, ACCOUNT, None, UNREAD),
    },
    not_applicable={
        "a kind without policies": (but(ENDPOINT, vpc_endpoint_type="GatewayLoadBalancer"), EVERYBODY, ACCOUNT, None, None),
        "to a resource": (but(ENDPOINT, vpc_endpoint_type="Resource", service_name=None), EVERYBODY, ACCOUNT, None, None),
        "to a service network": (but(ENDPOINT, vpc_endpoint_type="ServiceNetwork", service_name=None), EVERYBODY, ACCOUNT, None, None),
        "to a partner's service": given(OF_A_PARTNER, EVERYBODY, ACCOUNT, None, None, says="not AWS's"),
        "going": (but(ENDPOINT, state="deleting"), EVERYBODY, ACCOUNT, None, None),
    },
    not_assessed={
        "unread": (ENDPOINT, UNREAD, ACCOUNT, None, None),
        "the organization unread": (ENDPOINT, OTHERS, ACCOUNT, UNREAD, ORGANIZATION),
        "its members unread": (ENDPOINT, but(NOBODY, accounts=(FOREIGN,)), ACCOUNT, OWN_ORGANIZATION, UNREAD),
        "a person must look": given(ENDPOINT, UNCLEAR, ACCOUNT, None, None, says="needs review"),
    },
)


def access(*statements: dict[str, Any]) -> EndpointAccess:
    document = PolicyDocument.parse({"Version": "2012-10-17", "Statement": list(statements)})
    return endpoint_access(but(ENDPOINT, policy_document=document), ACCOUNT)


ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def when(operator: str, key: str, value: str) -> dict[str, Any]:
    return ALLOW | {"Condition": {operator: {key: value}}}


def test_whom_an_endpoint_lets_through() -> None:
    assert endpoint_access(ENDPOINT, ACCOUNT).everyone.startswith("it has no policy of its own")
    assert access(ALLOW).everyone == "its policy lets everybody through, for s3:GetObject"
    assert access(ALLOW | {"Principal": {"AWS": OWN}}) == EndpointAccess("")
    assert access(ALLOW | {"Principal": {"AWS": f"arn:aws:iam::{FOREIGN}:root"}}) == EndpointAccess("", (FOREIGN,), (), f"account {FOREIGN}")
    assert access(ALLOW | {"Principal": {"AWS": f"arn:aws:iam::{FOREIGN}:role/x"}}).accounts == (FOREIGN,)
    assert access(when("StringEquals", "aws:PrincipalAccount", FOREIGN)).accounts == (FOREIGN,)
    assert access(when("StringEquals", "aws:PrincipalOrgID", "o-other12345")).organizations == ("o-other12345",)
    assert access(when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-other12345/r-1/*")).organizations == ("o-other12345",)


def test_whoever_uses_an_endpoint_comes_from_its_network() -> None:
    assert access(when("StringEquals", "aws:SourceVpc", "vpc-1")).everyone == "its policy lets everybody through that comes from vpc-1, for s3:GetObject"


def test_a_condition_of_unknown_meaning_is_neither_open_nor_closed() -> None:
    found = access(when("StringEquals", "nobody:KnowsThis", "1"))
    assert not found.everyone
    assert "nobody:KnowsThis" in found.unclear[0].error
    assert access(ALLOW, when("StringEquals", "nobody:KnowsThis", "1")).everyone  # whatever that one means


SERVICE = VpcEndpointService(
    arn=f"arn:aws:ec2:eu-west-1:{OWN}:vpc-endpoint-service/vpce-svc-1", region="eu-west-1", service_id="vpce-svc-1", acceptance_required=True
)


def allowed(*principals: str) -> VpcEndpointServicePermissions:
    return VpcEndpointServicePermissions(principals=principals)


test_endpoint_service_limited_to_trusted_principals = table(
    endpoints.endpoint_service_limited_to_trusted_principals,
    passed={
        "nobody else": given(SERVICE, allowed(), ACCOUNT, None, says="0 trusted"),
        "trusted": given(SERVICE, allowed(f"arn:aws:iam::{FOREIGN}:root"), ACCOUNT, None, trusted_accounts=(FOREIGN,)),
        "trusted, by number": given(SERVICE, allowed(FOREIGN, f"arn:aws:iam::{FOREIGN}:role/x"), ACCOUNT, None, trusted_accounts=(FOREIGN,), says="1 trusted"),
        "of the organization": (SERVICE, allowed(f"arn:aws:iam::{SISTER}:role/x"), ACCOUNT, ORGANIZATION),
    },
    failed={
        "everybody": given(SERVICE, allowed("*"), ACCOUNT, None, says="after acceptance"),
        "everybody, unasked": given(but(SERVICE, acceptance_required=False), allowed("*"), ACCOUNT, None, says="without acceptance"),
        "a stranger": given(SERVICE, allowed(f"arn:aws:iam::{FOREIGN}:user/x"), ACCOUNT, ORGANIZATION, says=FOREIGN),
        "trusted, unasked": given(
            but(SERVICE, acceptance_required=False), allowed(f"arn:aws:iam::{OWN}:root"), ACCOUNT, None, says="by themselves", severity=LOW
        ),
    },
    not_assessed={
        "permissions unread": (SERVICE, UNREAD, ACCOUNT, None),
        "the organization unread": (SERVICE, allowed(f"arn:aws:iam::{FOREIGN}:root"), ACCOUNT, UNREAD),
    },
)

INTERFACE = but(ENDPOINT, vpc_endpoint_type="Interface", subnet_ids=("subnet-a", "subnet-b"), route_table_ids=())

test_endpoint_spans_multiple_zones = table(
    endpoints.endpoint_spans_multiple_zones,
    passed={"two": given(INTERFACE, Every([A, B]), says="eu-west-1a, eu-west-1b")},
    failed={
        "one": given(but(INTERFACE, subnet_ids=("subnet-a",)), Every([A, B]), says="eu-west-1a only"),
        "one and a Local Zone": (INTERFACE, Every([A, but(B, availability_zone="eu-west-1-lhr-1a")])),
        "Local Zones only": (INTERFACE, Every([but(A, availability_zone="eu-west-1-lhr-1a"), but(B, availability_zone="eu-west-1-lhr-1a")])),
        "none of its subnets": (INTERFACE, Every()),
        "two subnets of one zone": (INTERFACE, Every([A, but(B, availability_zone="eu-west-1a")])),
    },
    not_applicable={
        "a gateway": (ENDPOINT, Every([A, B])),
        "of a type that is not told": (but(ENDPOINT, vpc_endpoint_type=None), Every([A, B])),
        "going": (but(INTERFACE, state="deleting"), Every([A])),
    },
    not_assessed={"subnets unread": (INTERFACE, Every([A], [UNREAD]))},
)

FOR_EC2 = but(INTERFACE, service_name="com.amazonaws.eu-west-1.ec2", private_dns_enabled=True)

test_uses_private_endpoint_for_ec2_api = table(
    endpoints.uses_private_endpoint_for_ec2_api,
    passed={
        "it has one": (VPC, Every([FOR_EC2])),
        "whatever else there is": (VPC, Every([FOR_EC2], [UNREAD])),
        "in China": (VPC, Every([but(FOR_EC2, region="cn-north-1", service_name="cn.com.amazonaws.cn-north-1.ec2")])),
    },
    failed={
        "none": given(VPC, Every(), says="it has no endpoint"),
        "for another service": (VPC, Every([ENDPOINT, but(FOR_EC2, service_name="com.amazonaws.eu-west-1.ec2messages")])),
        "for another region": (VPC, Every([but(FOR_EC2, service_name="com.amazonaws.us-east-1.ec2")])),
        "of another VPC": (VPC, Every([but(FOR_EC2, vpc_id="vpc-2")])),
        "one that does not work": (VPC, Every([but(FOR_EC2, state="pendingAcceptance")])),
        "one that nobody finds under the API's name": given(VPC, Every([but(FOR_EC2, private_dns_enabled=False)]), says="no private DNS"),
    },
    not_assessed={"unread": (VPC, Every((), [UNREAD]))},
)

OUT = Route(destination_cidr_block="0.0.0.0/0")  # to a NAT gateway
INTERNET = Route(destination_cidr_block="0.0.0.0/0", gateway_id="igw-1")
LOCAL = Route(destination_cidr_block="10.0.0.0/16", gateway_id="local")
PRIVATE = but(MAIN, routes=(LOCAL, OUT))
FOR_A = but(PRIVATE, route_table_id="rtb-a", associations=(RouteTableAssociation(main=False, subnet_id="subnet-a"),))
BOTH = Every([A, B])
MANY = [but(A, subnet_id=f"subnet-{letter}") for letter in "mnop"]
FOR_S3 = but(INTERFACE, private_dns_enabled=True)

test_uses_gateway_endpoint_for_s3 = table(
    endpoints.uses_gateway_endpoint_for_s3,
    passed={
        "it serves all": (VPC, Every([ENDPOINT]), BOTH, Every([PRIVATE])),
        "a table that nothing uses": (VPC, Every([ENDPOINT]), BOTH, Every([PRIVATE, but(FOR_A, associations=())])),
        "a public subnet is none of its business": (VPC, Every([ENDPOINT]), BOTH, Every([PRIVATE, but(FOR_A, routes=(LOCAL, INTERNET))])),
        "nor is one that leads nowhere": (VPC, Every([ENDPOINT]), BOTH, Every([PRIVATE, but(FOR_A, routes=(LOCAL,))])),
        "an interface endpoint under S3's name": (VPC, Every([FOR_S3]), UNREAD, UNREAD),
        "an interface endpoint under S3's name, for all": (VPC, Every([but(FOR_S3, dns_options=DnsOptions())]), UNREAD, UNREAD),
    },
    failed={
        "none": given(VPC, Every(), BOTH, Every([PRIVATE]), says="rtb-m"),
        "an interface endpoint under a name of its own": (VPC, Every([but(INTERFACE, private_dns_enabled=False)]), BOTH, Every([PRIVATE])),
        "an interface endpoint whose name is for those at home alone": (
            VPC,
            Every([but(FOR_S3, dns_options=DnsOptions(private_dns_only_for_inbound_resolver_endpoint=True)), but(ENDPOINT, route_table_ids=())]),
            BOTH,
            Every([PRIVATE]),
        ),
        "one of which AWS tells no state": (VPC, Every([but(ENDPOINT, state=None)]), BOTH, Every([PRIVATE])),
        "it serves none": (VPC, Every([but(ENDPOINT, route_table_ids=())]), BOTH, Every([PRIVATE])),
        "it does not serve four": given(
            VPC,
            Every([but(ENDPOINT, route_table_ids=())]),
            Every(MANY),
            Every(
                [
                    but(FOR_A, route_table_id=f"rtb-{letter}", associations=(RouteTableAssociation(main=False, subnet_id=f"subnet-{letter}"),))
                    for letter in "mnop"
                ]
            ),
            says="of rtb-m, rtb-n, rtb-o no endpoint",
        ),
        "out through a firewall": given(VPC, Every(), BOTH, Every([but(PRIVATE, routes=(LOCAL, but(OUT, gateway_id="vpce-1")))]), says="rtb-m"),
        "beside an endpoint to a resource": (VPC, Every([but(ENDPOINT, vpc_endpoint_type="Resource", service_name=None)]), BOTH, Every([PRIVATE])),
        "it does not serve one": given(VPC, Every([ENDPOINT]), BOTH, Every([PRIVATE, FOR_A]), says="rtb-a"),
        "of another VPC": (VPC, Every([but(ENDPOINT, vpc_id="vpc-2")]), BOTH, Every([PRIVATE])),
        "of another region's S3": (VPC, Every([but(ENDPOINT, service_name="com.amazonaws.us-east-1.s3")]), BOTH, Every([PRIVATE])),
        "over a transit gateway": (VPC, Every(), BOTH, Every([but(MAIN, routes=(LOCAL, Route(destination_cidr_block="10.0.0.0/8")))])),
    },
    not_applicable={
        "no subnets": (VPC, Every(), Every([but(A, vpc_id="vpc-2")]), Every([PRIVATE])),
        "all public": (VPC, Every(), BOTH, Every([but(MAIN, routes=(LOCAL, INTERNET))])),
        "nothing leads out": given(
            VPC,
            Every(),
            BOTH,
            Every([but(MAIN, routes=(LOCAL, but(OUT, state="blackhole"), but(OUT, vpc_peering_connection_id="pcx-1")))]),
            says="no private subnet has a way",
        ),
    },
    not_assessed={
        "endpoints unread": (VPC, Every((), [UNREAD]), BOTH, Every([PRIVATE])),
        "tables unread": (VPC, Every([ENDPOINT]), BOTH, Every([PRIVATE], [UNREAD])),
        "subnets unread": (VPC, Every([ENDPOINT]), Every([A], [UNREAD]), Every([PRIVATE])),
    },
)

# -- VPNs ---------------------------------------------------------------------------------------------------------------

UP, DOWN = VgwTelemetry(status="UP"), VgwTelemetry(status="DOWN", status_message="IPSEC IS DOWN")
LOGS = TunnelOption(log_options=VpnTunnelLogOptions(cloud_watch_log_options=CloudWatchLogOptions(log_enabled=True)))
SILENT = TunnelOption(log_options=VpnTunnelLogOptions(cloud_watch_log_options=CloudWatchLogOptions(log_enabled=False)))
VPN = VpnConnection(
    arn=f"arn:aws:ec2:eu-west-1:{OWN}:vpn-connection/vpn-1",
    region="eu-west-1",
    vpn_connection_id="vpn-1",
    state="available",
    vgw_telemetry=(UP, UP),
    options=VpnConnectionOptions(tunnel_options=(LOGS, LOGS)),
)

test_vpn_has_both_tunnels_up = table(
    vpn.vpn_has_both_tunnels_up,
    passed={"both": (VPN,)},
    failed={
        "one": given(but(VPN, vgw_telemetry=(but(UP, status_message="2 BGP ROUTES"), DOWN)), says="1 of 2 tunnels up: IPSEC IS DOWN"),
        "both, for different reasons": given(but(VPN, vgw_telemetry=(but(DOWN, status_message="IKE IS DOWN"), DOWN)), says="IKE IS DOWN; IPSEC"),
        "one, and no reason is told": (but(VPN, vgw_telemetry=(UP, VgwTelemetry(status="DOWN"))),),
        "none is told": given(but(VPN, vgw_telemetry=()), says="0 of 2"),
    },
    not_applicable={"gone": (but(VPN, state="deleted", vgw_telemetry=(DOWN, DOWN)),)},
    not_assessed={"unread": (UNREAD,)},
)

test_vpn_connection_logs_tunnels = table(
    vpn.vpn_connection_logs_tunnels,
    passed={"both": (VPN,)},
    failed={
        "one": given(but(VPN, options=VpnConnectionOptions(tunnel_options=(LOGS, SILENT))), says="1 of 2"),
        "one, and no word about the other": given(but(VPN, options=VpnConnectionOptions(tunnel_options=(LOGS,))), says="1 of 2"),
        "no word about it": (but(VPN, options=VpnConnectionOptions(tunnel_options=(TunnelOption(), TunnelOption()))),),
        "no word about tunnels": given(but(VPN, options=None), says="0 of 2"),
    },
    not_applicable={"going": (but(VPN, state="deleting", options=None),)},
    not_assessed={"unread": (UNREAD,)},
)

DIAL_IN = ClientVpnEndpoint(
    arn=f"arn:aws:ec2:eu-west-1:{OWN}:client-vpn-endpoint/cvpn-1",
    region="eu-west-1",
    client_vpn_endpoint_id="cvpn-1",
    status=ClientVpnEndpointStatus(code="available"),
    connection_log_options=ConnectionLogResponseOptions(enabled=True),
)

test_client_vpn_logs_connections = table(
    vpn.client_vpn_logs_connections,
    passed={"logged": (DIAL_IN,)},
    failed={"not logged": (but(DIAL_IN, connection_log_options=ConnectionLogResponseOptions(enabled=False)),)},
    not_applicable={"gone": (but(DIAL_IN, status=ClientVpnEndpointStatus(code="deleted")),)},
    not_assessed={"unread": (UNREAD,)},
)

GATEWAY = TransitGateway(
    arn=f"arn:aws:ec2:eu-west-1:{OWN}:transit-gateway/tgw-1",
    region="eu-west-1",
    transit_gateway_id="tgw-1",
    state="available",
    options=TransitGatewayOptions(auto_accept_shared_attachments="disable"),
)

test_transit_gateway_requires_attachment_acceptance = table(
    vpn.transit_gateway_requires_attachment_acceptance,
    passed={"asked": (GATEWAY,)},
    failed={"by itself": (but(GATEWAY, options=TransitGatewayOptions(auto_accept_shared_attachments="enable")),)},
    not_applicable={"going": (but(GATEWAY, state="deleting"),)},
    not_assessed={"unread": (UNREAD,)},
)
