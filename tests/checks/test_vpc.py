"""VPC checks on hand-made facts."""

from __future__ import annotations

from cloudsoc.aws.vpc import FlowLog, InternetGateway, InternetGatewayAttachment, Vpc
from cloudsoc.model import LOW, Every
from cloudsoc_checks.vpc import flow_logs_enabled, internet_gateway_attached_to_approved_vpc
from tests.checks.table import UNREAD, but, given, table

VPC = Vpc(arn="arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1", region="eu-west-1", vpc_id="vpc-1", is_default=False)
LOG = FlowLog(
    arn="arn:aws:ec2:eu-west-1:111122223333:vpc-flow-log/fl-1",
    region="eu-west-1",
    flow_log_id="fl-1",
    resource_id="vpc-1",
    flow_log_status="ACTIVE",
    traffic_type="ALL",
    deliver_logs_status="SUCCESS",
)
OF_A_SUBNET = but(LOG, resource_id="subnet-1")

test_flow_logs_enabled = table(
    flow_logs_enabled,
    passed={
        "all traffic": given(VPC, Every([LOG]), says="all traffic"),
        "rejected traffic": given(VPC, Every([but(LOG, traffic_type="REJECT")]), says="rejected"),
        "to S3, which gives no status": (VPC, Every([but(LOG, deliver_logs_status=None)])),
        "one works beside one that does not": (VPC, Every([but(LOG, deliver_logs_status="FAILED"), LOG])),
        "one is known, the rest of the list is not": (VPC, Every([LOG], [UNREAD])),
    },
    failed={
        "none": (VPC, Every()),
        "NET-6: only a subnet's": given(VPC, Every([OF_A_SUBNET]), says="single subnets"),
        "another VPC's": (VPC, Every([but(LOG, resource_id="vpc-2")])),
        "cannot deliver": given(VPC, Every([but(LOG, deliver_logs_status="FAILED", deliver_logs_error_message="Access error")]), says="Access error"),
        "accepted traffic only": given(VPC, Every([but(LOG, traffic_type="ACCEPT")]), severity=LOW),
    },
    not_assessed={"list unread": (VPC, Every((), [UNREAD])), "list broken off, none found so far": (VPC, Every([OF_A_SUBNET], [UNREAD]))},
)

GATEWAY = InternetGateway(
    arn="arn:aws:ec2:eu-west-1:111122223333:internet-gateway/igw-1",
    region="eu-west-1",
    internet_gateway_id="igw-1",
    attachments=(InternetGatewayAttachment(vpc_id="vpc-1", state="available"),),
)

test_internet_gateway_attached_to_approved_vpc = table(
    internet_gateway_attached_to_approved_vpc,
    passed={
        "approved": given(GATEWAY, approved_vpcs=("vpc-1",)),
        "attached to none, whatever is approved": (but(GATEWAY, attachments=()),),
        "detached": (but(GATEWAY, attachments=(InternetGatewayAttachment(vpc_id="vpc-1", state="detached"),)),),
    },
    failed={
        "not approved": given(GATEWAY, approved_vpcs=("vpc-2",), says="vpc-1"),
        "nothing is approved": given(GATEWAY, approved_vpcs=()),
    },
    not_assessed={"nobody said what is approved": given(GATEWAY, says="approved_vpcs is not declared")},
)
