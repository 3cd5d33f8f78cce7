"""Where Acorn Analytics runs: two networks, what stands in them, and what was left behind."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from cloudsoc.demo.company import ACCOUNT, AMERICA, HOME, LAMBDA_SECRET, USER_DATA_SECRET

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.literals import ResourceTypeType
    from mypy_boto3_ec2.type_defs import TagSpecificationTypeDef


def build(session: boto3.Session) -> None:
    """Ireland as planned; Virginia as it happened. The default networks of all other regions are as AWS made them."""
    ireland, virginia = session.client("ec2", HOME), session.client("ec2", AMERICA)
    production = _network(ireland, "production", "10.20")
    ireland.create_flow_logs(
        ResourceType="VPC",
        ResourceIds=[production.vpc],
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::acorn-log-archive",
    )
    analytics = _network(virginia, "analytics-us", "10.40")  # the flow log is on somebody's list
    virginia.create_internet_gateway(TagSpecifications=_named("internet-gateway", "left-over"))

    web = _group(ireland, production.vpc, "web", "The dashboards", (443, "0.0.0.0/0"), (80, "0.0.0.0/0"))
    _group(ireland, production.vpc, "database", "PostgreSQL, from inside", (5432, "10.20.0.0/16"))
    notebooks = _group(virginia, analytics.vpc, "notebooks", "Jupyter, for a customer workshop", (8888, "0.0.0.0/0"), (22, "0.0.0.0/0"))
    _server(ireland, "dashboard-1", production.public, web, "t3.medium")
    _server(virginia, "notebook-1", analytics.public, notebooks, "m5.large")
    _nightly_report(session)


class _Network:
    """A VPC with one public and one private subnet."""

    def __init__(self, vpc: str, public: str, private: str) -> None:
        self.vpc, self.public, self.private = vpc, public, private


def _network(ec2: EC2Client, name: str, prefix: str) -> _Network:
    vpc = ec2.create_vpc(CidrBlock=f"{prefix}.0.0/16", TagSpecifications=_named("vpc", name))["Vpc"]["VpcId"]
    zone = ec2.meta.region_name + "a"
    public, private = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"{prefix}.{third}.0/24", AvailabilityZone=zone, TagSpecifications=_named("subnet", f"{name}-{kind}"))["Subnet"][
            "SubnetId"
        ]
        for third, kind in ((1, "public"), (2, "private"))
    )
    gateway = ec2.create_internet_gateway(TagSpecifications=_named("internet-gateway", name))["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    routes = ec2.create_route_table(VpcId=vpc, TagSpecifications=_named("route-table", f"{name}-public"))["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=routes, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=routes, SubnetId=public)
    return _Network(vpc, public, private)


def _group(ec2: EC2Client, vpc: str, name: str, description: str, *openings: tuple[int, str]) -> str:
    group = ec2.create_security_group(GroupName=name, Description=description, VpcId=vpc)["GroupId"]
    for port, source in openings:
        ec2.authorize_security_group_ingress(
            GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": source}]}]
        )
    return group


def _server(ec2: EC2Client, name: str, subnet: str, group: str, size: str) -> None:
    image = ec2.register_image(Name=f"acorn-{name}", RootDeviceName="/dev/xvda", Architecture="x86_64", VirtualizationType="hvm")["ImageId"]
    ec2.run_instances(
        ImageId=image,
        InstanceType=size,  # type: ignore[arg-type]
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        SecurityGroupIds=[group],
        # A password in the start script, as everybody knows one should not.
        UserData=f"#!/bin/sh\nexport DATABASE_PASSWORD={USER_DATA_SECRET}\n",
        TagSpecifications=_named("instance", name),
    )


def _nightly_report(session: boto3.Session) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("report.py", "def handler(event, context):\n    return 'sent'\n")
    session.client("lambda", HOME).create_function(
        FunctionName="nightly-report",
        Runtime="python3.12",
        Handler="report.handler",
        Role=f"arn:aws:iam::{ACCOUNT}:role/nightly-report",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"SMTP_PASSWORD": LAMBDA_SECRET}},
    )


def _named(kind: ResourceTypeType, name: str) -> list[TagSpecificationTypeDef]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": f"acorn-{name}"}]}]
