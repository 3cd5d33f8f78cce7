"""VPC: networks, their flow logs and their internet gateways."""

from __future__ import annotations

from cloudsoc.aws.account import Region
from cloudsoc.model import Fact, Part, Resource, listed, part, reads


@listed("ec2:DescribeVpcs.Vpcs[]", arn="arn:{partition}:ec2:{region}:{OwnerId}:vpc/{VpcId}", resource_type="AWS::EC2::VPC")
class Vpc(Resource[Region]):
    """A virtual network; one that another account shares belongs to that account."""

    vpc_id: str
    is_default: bool


@listed("ec2:DescribeFlowLogs.FlowLogs[]", arn="arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{FlowLogId}", resource_type="AWS::EC2::FlowLog")
class FlowLog(Resource[Region]):
    """A flow log of a VPC, a subnet, a network interface or a transit gateway."""

    flow_log_id: str
    resource_id: str
    flow_log_status: str
    traffic_type: str | None = None  # transit gateways have none
    deliver_logs_status: str | None = None
    deliver_logs_error_message: str | None = None
    log_destination_type: str | None = None
    log_destination: str | None = None
    log_group_name: str | None = None
    log_format: str | None = None


@part
class InternetGatewayAttachment(Part):
    """A VPC that an internet gateway is attached to."""

    vpc_id: str
    state: str | None = None


@listed(
    "ec2:DescribeInternetGateways.InternetGateways[]",
    arn="arn:{partition}:ec2:{region}:{OwnerId}:internet-gateway/{InternetGatewayId}",
    resource_type="AWS::EC2::InternetGateway",
)
class InternetGateway(Resource[Region]):
    """A way from a VPC to the internet."""

    internet_gateway_id: str
    attachments: tuple[InternetGatewayAttachment, ...] = ()


@listed("ec2:DescribeSubnets.Subnets[]", arn="arn:{partition}:ec2:{region}:{OwnerId}:subnet/{SubnetId}", resource_type="AWS::EC2::Subnet")
class Subnet(Resource[Region]):
    """A subnet; one that another account shares belongs to that account."""

    subnet_id: str
    vpc_id: str
    availability_zone: str
    map_public_ip_on_launch: bool
    assign_ipv6_address_on_creation: bool
    default_for_az: bool


@part
class RouteTableAssociation(Part):
    """What a route table is for: a subnet, a gateway, or (main) every subnet of the VPC that has no table of its own."""

    main: bool
    subnet_id: str | None = None


@part
class Route(Part):
    """Where traffic to some destination goes."""

    destination_cidr_block: str | None = None
    destination_ipv6_cidr_block: str | None = None
    destination_prefix_list_id: str | None = None
    gateway_id: str | None = None
    vpc_peering_connection_id: str | None = None
    state: str | None = None


@listed(
    "ec2:DescribeRouteTables.RouteTables[]",
    arn="arn:{partition}:ec2:{region}:{OwnerId}:route-table/{RouteTableId}",
    resource_type="AWS::EC2::RouteTable",
)
class RouteTable(Resource[Region]):
    """A route table."""

    route_table_id: str
    vpc_id: str
    associations: tuple[RouteTableAssociation, ...] = ()
    routes: tuple[Route, ...] = ()


@part
class PortRange(Part):
    """A range of ports."""

    from_: int
    to: int


@part
class NetworkAclEntry(Part):
    """A rule; the lowest number that matches decides. Protocol ``-1`` is every protocol."""

    rule_number: int
    protocol: str
    rule_action: str
    egress: bool
    cidr_block: str | None = None
    ipv6_cidr_block: str | None = None
    port_range: PortRange | None = None


@part
class NetworkAclAssociation(Part):
    """A subnet that a network ACL stands before."""

    subnet_id: str


@listed(
    "ec2:DescribeNetworkAcls.NetworkAcls[]",
    arn="arn:{partition}:ec2:{region}:{OwnerId}:network-acl/{NetworkAclId}",
    resource_type="AWS::EC2::NetworkAcl",
)
class NetworkAcl(Resource[Region]):
    """A network ACL."""

    network_acl_id: str
    vpc_id: str
    is_default: bool
    associations: tuple[NetworkAclAssociation, ...] = ()
    entries: tuple[NetworkAclEntry, ...] = ()


@listed(
    "ec2:DescribeAddresses.Addresses[]",
    arn="arn:{partition}:ec2:{region}:{account}:elastic-ip/{AllocationId}",
    resource_type="AWS::EC2::EIP",
)
class ElasticIp(Resource[Region]):
    """An Elastic IP address."""

    allocation_id: str
    public_ip: str | None = None
    association_id: str | None = None


@reads("ec2:DescribeVpcBlockPublicAccessOptions.VpcBlockPublicAccessOptions")
class VpcBlockPublicAccessOptions(Fact[Region]):
    """Whether a region keeps its VPCs off the internet, whatever their gateways and routes say."""

    internet_gateway_block_mode: str


@listed(
    "ec2:DescribeVpcBlockPublicAccessExclusions.VpcBlockPublicAccessExclusions[]",
    arn="arn:{partition}:ec2:{region}:{account}:vpc-block-public-access-exclusion/{ExclusionId}",
    resource_type="AWS::EC2::VPCBlockPublicAccessExclusion",
)
class VpcBlockPublicAccessExclusion(Resource[Region]):
    """A VPC or subnet that the block leaves out."""

    exclusion_id: str
    internet_gateway_exclusion_mode: str | None = None
    state: str | None = None
