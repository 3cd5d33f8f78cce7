"""How a VPC is laid out, on hand-made facts."""

from __future__ import annotations

from cloudsoc.aws.account import Account, Region
from cloudsoc.aws.security_groups import NetworkInterface
from cloudsoc.aws.vpc import Route, RouteTable, RouteTableAssociation, Subnet, Vpc
from cloudsoc.graphs.inhabited import inhabited
from cloudsoc.model import LOW, Every, Everywhere
from cloudsoc_checks.vpc.subnets import (
    present_in_multiple_regions,
    separates_public_and_private_subnets,
    spans_multiple_availability_zones,
    subnet_disables_auto_public_ip,
)
from tests.checks.table import UNREAD, but, given, table

VPC = Vpc(arn="arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1", region="eu-west-1", vpc_id="vpc-1", is_default=False)
A = Subnet(
    arn="arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-a",
    region="eu-west-1",
    subnet_id="subnet-a",
    vpc_id="vpc-1",
    availability_zone="eu-west-1a",
    map_public_ip_on_launch=False,
    assign_ipv6_address_on_creation=False,
    default_for_az=False,
)
B = but(A, subnet_id="subnet-b", availability_zone="eu-west-1b")
ELSEWHERE = but(B, subnet_id="subnet-x", vpc_id="vpc-2")

REGION = Region(arn="111122223333/eu-west-1", region="eu-west-1", region_name="eu-west-1", opt_in_status="opt-in-not-required")
INTERFACE = NetworkInterface(
    arn="arn:aws:ec2:eu-west-1:111122223333:network-interface/eni-1",
    region="eu-west-1",
    network_interface_id="eni-1",
    subnet_id="subnet-a",
    vpc_id="vpc-1",
)
LIVELY = inhabited(REGION, Every([INTERFACE, but(INTERFACE, subnet_id="subnet-b")]))
EMPTY = inhabited(REGION, Every([but(INTERFACE, subnet_id="subnet-z", vpc_id="vpc-z")]))
UNKNOWN = inhabited(REGION, Every((), [UNREAD]))

test_subnet_disables_auto_public_ip = table(
    subnet_disables_auto_public_ip,
    passed={"none": (A, LIVELY), "none, whoever is in it": (A, UNREAD)},
    failed={
        "IPv4": given(but(A, map_public_ip_on_launch=True), LIVELY, says="public IPv4 address"),
        "NET-1: IPv6": given(but(A, assign_ipv6_address_on_creation=True), LIVELY, says="public IPv6 address"),
        "both": given(but(A, map_public_ip_on_launch=True, assign_ipv6_address_on_creation=True), LIVELY, says="IPv4 and IPv6"),
        "an empty one": given(but(A, map_public_ip_on_launch=True), EMPTY, severity=LOW, says="nothing is in it"),
        "one of which nobody knows": (but(A, map_public_ip_on_launch=True), UNKNOWN),
    },
    not_assessed={"unread": (UNREAD, LIVELY)},
)

OUT = Route(destination_cidr_block="0.0.0.0/0", gateway_id="igw-1", state="active")
MAIN = RouteTable(
    arn="arn:aws:ec2:eu-west-1:111122223333:route-table/rtb-m",
    region="eu-west-1",
    route_table_id="rtb-m",
    vpc_id="vpc-1",
    associations=(RouteTableAssociation(main=True),),
)
FOR_A = but(MAIN, route_table_id="rtb-a", associations=(RouteTableAssociation(main=False, subnet_id="subnet-a"),), routes=(OUT,))
PUBLIC_MAIN = but(MAIN, routes=(OUT,))

test_separates_public_and_private_subnets = table(
    separates_public_and_private_subnets,
    passed={
        "one of each": given(VPC, Every([A, B]), Every([MAIN, FOR_A]), LIVELY, says="1 public and 1 private"),
        "private by a table of its own": (VPC, Every([A, B]), Every([PUBLIC_MAIN, but(FOR_A, routes=())]), LIVELY),
    },
    failed={
        "all public, through the main table": (VPC, Every([A, B]), Every([PUBLIC_MAIN]), LIVELY),
        "all public, one way or the other": (VPC, Every([A, B]), Every([PUBLIC_MAIN, FOR_A]), LIVELY),
        "all public, and empty": given(VPC, Every([A, B]), Every([PUBLIC_MAIN]), EMPTY, severity=LOW, says="nothing is in it"),
        "a private subnet of another VPC does not help": (VPC, Every([A, ELSEWHERE]), Every([PUBLIC_MAIN, but(MAIN, vpc_id="vpc-2")]), LIVELY),
    },
    not_applicable={
        "all private": (VPC, Every([A, B]), Every([MAIN]), LIVELY),
        "a gateway that is gone": (VPC, Every([A]), Every([but(MAIN, routes=(but(OUT, state="blackhole"),))]), LIVELY),
        "egress only": (VPC, Every([A]), Every([but(MAIN, routes=(Route(destination_ipv6_cidr_block="::/0", gateway_id="eigw-1"),))]), LIVELY),
        "no subnets": (VPC, Every(), Every([PUBLIC_MAIN]), LIVELY),
    },
    not_assessed={
        "subnets unread": (VPC, Every([A], [UNREAD]), Every([MAIN, FOR_A]), LIVELY),
        "the table that decides may be among those unread": (VPC, Every([A, B]), Every([MAIN, FOR_A], [UNREAD]), LIVELY),
    },
)

test_spans_multiple_availability_zones = table(
    spans_multiple_availability_zones,
    passed={
        "two": (VPC, Every([A, B])),
        "two, whatever was not read": (VPC, Every([A, B], [UNREAD])),
        "one is enough here": given(VPC, Every([A]), min_zones=1),
    },
    failed={
        "one": given(VPC, Every([A]), says="eu-west-1a only"),
        "another VPC's do not count": (VPC, Every([A, ELSEWHERE])),
        "a Local Zone is none": given(VPC, Every([A, but(B, availability_zone="eu-west-1-lhr-1a")]), says="eu-west-1a only"),
        "Local Zones only": given(VPC, Every([but(B, availability_zone="eu-west-1-lhr-1a")]), says="no Availability Zone"),
        "three are asked for": given(VPC, Every([A, B]), min_zones=3),
    },
    not_applicable={"no subnets": (VPC, Every([ELSEWHERE]))},
    not_assessed={"unread": (VPC, Every([A], [UNREAD]))},
)

ACCOUNT = Account(arn="111122223333", region="global", account="111122223333")
THERE, DEFAULT = but(VPC, region="us-east-1"), but(VPC, region="us-west-2", is_default=True)

test_present_in_multiple_regions = table(
    present_in_multiple_regions,
    passed={
        "two": given(ACCOUNT, Everywhere([VPC, THERE]), says="eu-west-1, us-east-1"),
        "two, whatever was not read": (ACCOUNT, Everywhere([VPC, THERE], [UNREAD])),
        "default ones count where that is said": given(ACCOUNT, Everywhere([VPC, DEFAULT]), ignore_default_vpc=False),
    },
    failed={
        "one": (ACCOUNT, Everywhere([VPC, VPC])),
        "a default one is none": (ACCOUNT, Everywhere([VPC, DEFAULT])),
        "two, where three are asked for": given(ACCOUNT, Everywhere([VPC, THERE]), min_regions=3, says="eu-west-1, us-east-1 only"),
    },
    not_applicable={"none of its own": (ACCOUNT, Everywhere([DEFAULT]))},
    not_assessed={"unread": (ACCOUNT, Everywhere([VPC], [UNREAD]))},
)
