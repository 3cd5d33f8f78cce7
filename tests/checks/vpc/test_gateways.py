"""Ways to the internet on hand-made facts."""

from __future__ import annotations

from cloudsoc.aws.account import Region
from cloudsoc.aws.vpc import (
    ElasticIp,
    InternetGateway,
    InternetGatewayAttachment,
    Route,
    RouteTable,
    VpcBlockPublicAccessExclusion,
    VpcBlockPublicAccessOptions,
)
from cloudsoc.model import Its
from cloudsoc_checks.vpc.gateways import (
    block_public_access_enabled,
    elastic_ip_is_associated,
    internet_gateway_attached_to_approved_vpc,
    route_table_limits_internet_route,
)
from tests.checks.table import UNREAD, but, given, table

GATEWAY = InternetGateway(
    arn="arn:aws:ec2:eu-west-1:111122223333:internet-gateway/igw-1",
    region="eu-west-1",
    internet_gateway_id="igw-1",
    attachments=(InternetGatewayAttachment(vpc_id="vpc-1", state="available"),),
)

MOVING = (InternetGatewayAttachment(vpc_id="vpc-2", state="attaching"), InternetGatewayAttachment(vpc_id="vpc-1", state="detaching"))

test_internet_gateway_attached_to_approved_vpc = table(
    internet_gateway_attached_to_approved_vpc,
    passed={
        "approved": given(GATEWAY, approved_vpcs=("vpc-1",)),
        "moving from one approved VPC to the next": given(but(GATEWAY, attachments=MOVING), approved_vpcs=("vpc-1", "vpc-2"), says="to vpc-1, vpc-2, approved"),
        "attached to none, whatever is approved": (but(GATEWAY, attachments=()),),
        "detached": (but(GATEWAY, attachments=(InternetGatewayAttachment(vpc_id="vpc-1", state="detached"),)),),
    },
    failed={
        "not approved": given(GATEWAY, approved_vpcs=("vpc-2",), says="vpc-1"),
        "nothing is approved": given(GATEWAY, approved_vpcs=()),
        "neither of two is approved": given(but(GATEWAY, attachments=MOVING), approved_vpcs=(), says="to vpc-1, vpc-2, which"),
        "one of two is not": given(but(GATEWAY, attachments=MOVING), approved_vpcs=("vpc-1",), says="to vpc-2, which"),
    },
    not_assessed={"nobody said what is approved": given(GATEWAY, says="approved_vpcs is not declared")},
)

OUT = Route(destination_cidr_block="0.0.0.0/0", gateway_id="igw-1", state="active")
LOCAL = Route(destination_cidr_block="10.0.0.0/16", gateway_id="local", state="active")
TABLE = RouteTable(arn="arn:aws:ec2:eu-west-1:111122223333:route-table/rtb-1", region="eu-west-1", route_table_id="rtb-1", vpc_id="vpc-1", routes=(LOCAL, OUT))

test_route_table_limits_internet_route = table(
    route_table_limits_internet_route,
    passed={"approved": given(TABLE, approved_route_tables=("rtb-1",))},
    failed={
        "not approved": given(TABLE, approved_route_tables=("rtb-2",), says="igw-1"),
        "to two gateways": given(but(TABLE, routes=(OUT, but(OUT, gateway_id="igw-2"))), approved_route_tables=(), says="igw-1, igw-2"),
        "only IPv6 leads out": given(but(TABLE, routes=(Route(destination_ipv6_cidr_block="::/0", gateway_id="igw-1"),)), approved_route_tables=()),
    },
    not_applicable={
        "nothing leads out": (but(TABLE, routes=(LOCAL,)),),
        "a dead end": (but(TABLE, routes=(but(OUT, state="blackhole"),)),),
        "a virtual private gateway": (but(TABLE, routes=(but(OUT, gateway_id="vgw-1"),)),),
    },
    not_assessed={"nobody said what is approved": (TABLE,)},
)

REGION = Region(arn="111122223333/eu-west-1", region="eu-west-1", region_name="eu-west-1", opt_in_status="opt-in-not-required")
EXCLUSION = VpcBlockPublicAccessExclusion(
    arn="arn:aws:ec2:eu-west-1:111122223333:vpc-block-public-access-exclusion/x-1", region="eu-west-1", exclusion_id="x-1", state="create-complete"
)
ON = VpcBlockPublicAccessOptions(internet_gateway_block_mode="block-ingress")

test_block_public_access_enabled = table(
    block_public_access_enabled,
    passed={
        "what comes in": given(REGION, ON, Its(), says="without exclusions"),
        "both ways": (REGION, but(ON, internet_gateway_block_mode="block-bidirectional"), Its()),
        "with exclusions, told": given(REGION, ON, Its([EXCLUSION]), says="with 1 exclusions"),
        "with one of which AWS tells no state": given(REGION, ON, Its([but(EXCLUSION, state=None)]), says="with 1 exclusions"),
        "with one that is switched off": given(REGION, ON, Its([but(EXCLUSION, state="disable-in-progress")]), says="without exclusions"),
        "with one that is gone": given(REGION, ON, Its([but(EXCLUSION, state="delete-complete")]), says="without exclusions"),
    },
    failed={"off": given(REGION, but(ON, internet_gateway_block_mode="off"), UNREAD, says="off")},
    not_assessed={"unread": (REGION, UNREAD, Its()), "its exclusions unread": (REGION, ON, Its((), [UNREAD]))},
)

ADDRESS = ElasticIp(
    arn="arn:aws:ec2:eu-west-1:111122223333:elastic-ip/eipalloc-1",
    region="eu-west-1",
    allocation_id="eipalloc-1",
    public_ip="198.51.100.7",
    association_id="e-1",
)

test_elastic_ip_is_associated = table(
    elastic_ip_is_associated,
    passed={"associated": given(ADDRESS, says="198.51.100.7"), "without a public address": (but(ADDRESS, public_ip=None),)},
    failed={
        "left over": given(but(ADDRESS, association_id=None), says="198.51.100.7"),
        "left over, without a public address": (but(ADDRESS, association_id=None, public_ip=None),),
    },
    not_assessed={"unread": (UNREAD,)},
)
