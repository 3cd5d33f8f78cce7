"""What connects networks: peering, endpoints, transit gateways, VPNs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudsoc.aws.account import Region
from cloudsoc.model import Address, Calls, Fact, Part, Resource, listed, part, reading, reads
from cloudsoc.policy import PolicyDocument


@part
class CidrBlock(Part):
    """An IPv4 network of a VPC."""

    cidr_block: str


@part
class Ipv6CidrBlock(Part):
    """An IPv6 network of a VPC."""

    ipv6_cidr_block: str


@part
class VpcPeeringConnectionVpcInfo(Part):
    """One side of a peering connection; the networks of the other side are known once it is active."""

    owner_id: str
    vpc_id: str
    cidr_block: str | None = None
    cidr_block_set: tuple[CidrBlock, ...] = ()
    ipv6_cidr_block_set: tuple[Ipv6CidrBlock, ...] = ()


@part
class VpcPeeringConnectionStateReason(Part):
    """How far a peering connection has come."""

    code: str


@listed(
    "ec2:DescribeVpcPeeringConnections.VpcPeeringConnections[]",
    arn="arn:{partition}:ec2:{region}:{account}:vpc-peering-connection/{VpcPeeringConnectionId}",
    resource_type="AWS::EC2::VPCPeeringConnection",
)
class VpcPeeringConnection(Resource[Region]):
    """A peering connection: in the accounts and regions of both sides."""

    vpc_peering_connection_id: str
    accepter_vpc_info: VpcPeeringConnectionVpcInfo
    requester_vpc_info: VpcPeeringConnectionVpcInfo
    status: VpcPeeringConnectionStateReason


@part
class DnsOptions(Part):
    """Who gets the addresses of an endpoint under the service's own name."""

    private_dns_only_for_inbound_resolver_endpoint: bool | None = None


@listed(
    "ec2:DescribeVpcEndpoints.VpcEndpoints[]",
    arn="arn:{partition}:ec2:{region}:{OwnerId}:vpc-endpoint/{VpcEndpointId}",
    resource_type="AWS::EC2::VPCEndpoint",
)
class VpcEndpoint(Resource[Region]):
    """A way from a VPC to a service that does not lead over the internet."""

    vpc_endpoint_id: str
    vpc_id: str
    service_name: str | None = None  # what leads to a resource or a service network has none
    vpc_endpoint_type: str | None = None
    state: str | None = None
    policy_document: PolicyDocument | None = None
    private_dns_enabled: bool | None = None
    dns_options: DnsOptions | None = None
    route_table_ids: tuple[str, ...] = ()
    subnet_ids: tuple[str, ...] = ()


@listed(
    "ec2:DescribeVpcEndpointServiceConfigurations.ServiceConfigurations[]",
    arn="arn:{partition}:ec2:{region}:{account}:vpc-endpoint-service/{ServiceId}",
    names={"ServiceId": "{ServiceId}"},
    gone="InvalidVpcEndpointServiceId.NotFound",
    resource_type="AWS::EC2::VPCEndpointService",
)
class VpcEndpointService(Resource[Region]):
    """A service that the account offers to the VPCs of others."""

    service_id: str
    acceptance_required: bool


@reading("ec2:DescribeVpcEndpointServicePermissions")
def endpoint_service_principals(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """All that may connect, over all pages."""
    found = call.items("ec2:DescribeVpcEndpointServicePermissions.AllowedPrincipals[]", ServiceId=about.names["ServiceId"])
    yield {"principals": tuple(one["Principal"] for one in found)}


@reads(endpoint_service_principals)
class VpcEndpointServicePermissions(Fact[VpcEndpointService]):
    """Whose VPCs may connect to a service: ARNs, or ``*``."""

    principals: tuple[str, ...]


@part
class TransitGatewayOptions(Part):
    """How a transit gateway behaves."""

    auto_accept_shared_attachments: str


@listed("ec2:DescribeTransitGateways.TransitGateways[]", arn="{TransitGatewayArn}", resource_type="AWS::EC2::TransitGateway")
class TransitGateway(Resource[Region]):
    """A transit gateway; one that another account shares belongs to that account."""

    transit_gateway_id: str
    state: str
    options: TransitGatewayOptions


@part
class VgwTelemetry(Part):
    """How a tunnel is."""

    status: str
    status_message: str | None = None


@part
class CloudWatchLogOptions(Part):
    """Whether the log of a tunnel goes to CloudWatch Logs."""

    log_enabled: bool = False


@part
class VpnTunnelLogOptions(Part):
    """Where the log of a tunnel goes."""

    cloud_watch_log_options: CloudWatchLogOptions | None = None


@part
class TunnelOption(Part):
    """How a tunnel is set up. Its pre-shared key is not read."""

    log_options: VpnTunnelLogOptions | None = None


@part
class VpnConnectionOptions(Part):
    """How a VPN connection is set up."""

    tunnel_options: tuple[TunnelOption, ...] = ()


@listed(
    "ec2:DescribeVpnConnections.VpnConnections[]",
    arn="arn:{partition}:ec2:{region}:{account}:vpn-connection/{VpnConnectionId}",
    resource_type="AWS::EC2::VPNConnection",
)
class VpnConnection(Resource[Region]):
    """A site-to-site VPN connection."""

    vpn_connection_id: str
    state: str
    vgw_telemetry: tuple[VgwTelemetry, ...] = ()
    options: VpnConnectionOptions | None = None


@part
class ClientVpnEndpointStatus(Part):
    """How far a Client VPN endpoint has come."""

    code: str


@part
class ConnectionLogResponseOptions(Part):
    """Whether connections are logged."""

    enabled: bool


@listed(
    "ec2:DescribeClientVpnEndpoints.ClientVpnEndpoints[]",
    arn="arn:{partition}:ec2:{region}:{account}:client-vpn-endpoint/{ClientVpnEndpointId}",
    resource_type="AWS::EC2::ClientVpnEndpoint",
)
class ClientVpnEndpoint(Resource[Region]):
    """Where people dial in."""

    client_vpn_endpoint_id: str
    status: ClientVpnEndpointStatus
    connection_log_options: ConnectionLogResponseOptions
