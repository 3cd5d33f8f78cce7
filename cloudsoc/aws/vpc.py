"""VPC: networks, their flow logs and their internet gateways."""

from __future__ import annotations

from cloudsoc.aws.account import Region
from cloudsoc.model import Part, Resource, listed, part


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
