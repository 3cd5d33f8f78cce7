"""EC2, load balancers, functions and DNS."""

from __future__ import annotations

from typing import Any

from tests.recorded.answers import ACCOUNT, AMERICA, CLOSED, FOREIGN, HOME, Given, ago, allow, policy

VPC, BARE = "vpc-1", "vpc-2"
ZONES = ("a", "b")
_ELB = f"arn:aws:elasticloadbalancing:{HOME}:{ACCOUNT}:loadbalancer/app/"


def _permission(port: int, *cidrs: str, **more: Any) -> dict[str, Any]:
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": one} for one in cidrs],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
        "UserIdGroupPairs": [],
        **more,
    }


def _group(id: str, name: str, vpc: str, *ingress: dict[str, Any]) -> dict[str, Any]:
    return {
        "GroupId": id,
        "GroupName": name,
        "Description": name,
        "OwnerId": ACCOUNT,
        "VpcId": vpc,
        "IpPermissions": list(ingress),
        "IpPermissionsEgress": [],
        "Tags": [],
    }


def _entry(number: int, action: str, *, egress: bool) -> dict[str, Any]:
    return {"RuleNumber": number, "Protocol": "-1", "RuleAction": action, "Egress": egress, "CidrBlock": "0.0.0.0/0"}


def _acl(id: str, vpc: str, subnet: str) -> dict[str, Any]:
    rules = [_entry(number, action, egress=egress) for egress in (True, False) for number, action in ((100, "allow"), (32767, "deny"))]
    association = {"NetworkAclAssociationId": f"aclassoc-{id}", "NetworkAclId": id, "SubnetId": subnet}
    return {"NetworkAclId": id, "OwnerId": ACCOUNT, "VpcId": vpc, "IsDefault": True, "Associations": [association], "Entries": rules, "Tags": []}


def _flow_log(id: str, resource: str, status: str = "ACTIVE", **more: Any) -> dict[str, Any]:
    kept = {
        "LogDestinationType": "s3",
        "LogDestination": "arn:aws:s3:::acorn-logs",
        "TrafficType": "ALL",
        "DeliverLogsStatus": "SUCCESS",
        "LogFormat": "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}",
    }
    return {"FlowLogId": id, "FlowLogStatus": status, "ResourceId": resource, "CreationTime": ago(90), **(kept | more)}


def _interface(id: str, subnet: str, vpc: str, group: str, public: str | None) -> dict[str, Any]:
    association = {"Association": {"PublicIp": public}} if public else {}
    return {
        "NetworkInterfaceId": id,
        "OwnerId": ACCOUNT,
        "SubnetId": subnet,
        "VpcId": vpc,
        "InterfaceType": "interface",
        "Groups": [{"GroupId": group, "GroupName": group}],
        "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.4", **association}],
        "Ipv6Addresses": [],
        **association,
    }


def _side(owner: str, vpc: str, cidr: str) -> dict[str, Any]:
    return {"OwnerId": owner, "VpcId": vpc, "CidrBlock": cidr, "CidrBlockSet": [{"CidrBlock": cidr}], "Region": HOME}


def _peering(id: str, other: str) -> dict[str, Any]:
    return {
        "VpcPeeringConnectionId": id,
        "AccepterVpcInfo": _side(ACCOUNT, VPC, "10.0.0.0/16"),
        "RequesterVpcInfo": _side(other, "vpc-far", "10.9.0.0/16"),
        "Status": {"Code": "active"},
    }


def _vpn(id: str, *, logged: bool, up: bool) -> dict[str, Any]:
    tunnels = [{"LogOptions": {"CloudWatchLogOptions": {"LogEnabled": logged}}} for _ in range(2)]
    return {
        "VpnConnectionId": id,
        "State": "available",
        "VgwTelemetry": [{"Status": "UP" if up else "DOWN", "StatusMessage": ""} for _ in range(2)],
        "Options": {"TunnelOptions": tunnels},
    }


ANSWERS: dict[str, Given] = {
    "ec2:DescribeRegions": {
        "Regions": [
            {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": "not-opted-in" if name == CLOSED else "opt-in-not-required"} for name in (CLOSED, AMERICA, HOME)
        ]
    },
    "ec2:DescribeVpcs": {"Vpcs": [{"VpcId": id, "OwnerId": ACCOUNT, "IsDefault": id == BARE, "CidrBlock": "10.0.0.0/16", "State": "available"} for id in (VPC, BARE)]},
    "ec2:DescribeSubnets": {
        "Subnets": [
            {"SubnetId": f"subnet-{n}", "OwnerId": ACCOUNT, "VpcId": vpc, "AvailabilityZone": f"{HOME}{zone}", "MapPublicIpOnLaunch": vpc == BARE, "AssignIpv6AddressOnCreation": False, "DefaultForAz": vpc == BARE}
            for n, (vpc, zone) in enumerate(((VPC, "a"), (VPC, "b"), (BARE, "a")), 1)
        ]
    },
    "ec2:DescribeRouteTables": {
        "RouteTables": [
            {
                "RouteTableId": f"rtb-{vpc}",
                "OwnerId": ACCOUNT,
                "VpcId": vpc,
                "Associations": [{"Main": True, "RouteTableAssociationId": f"rtbassoc-{vpc}", "RouteTableId": f"rtb-{vpc}"}],
                "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}, *routes],
            }
            for vpc, routes in (
                (VPC, [{"DestinationCidrBlock": "10.9.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "active"}]),
                (BARE, [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}]),
            )
        ]
    },
    "ec2:DescribeInternetGateways": {
        "InternetGateways": [{"InternetGatewayId": id, "OwnerId": ACCOUNT, "Attachments": attached} for id, attached in (("igw-1", [{"State": "available", "VpcId": BARE}]), ("igw-2", []))]
    },
    "ec2:DescribeNetworkAcls": {"NetworkAcls": [_acl("acl-1", VPC, "subnet-1"), _acl("acl-2", BARE, "subnet-3")]},
    "ec2:DescribeSecurityGroups": {
        "SecurityGroups": [
            _group("sg-default", "default", VPC),
            _group("sg-bare", "default", BARE, _permission(22, "0.0.0.0/0")),
            _group("sg-web", "web", VPC, _permission(443, "0.0.0.0/0"), _permission(5432, PrefixListIds=[{"PrefixListId": "pl-own"}])),
            _group("sg-open", "open", BARE, _permission(3389, "0.0.0.0/0"), {"IpProtocol": "-1", "IpRanges": [], "UserIdGroupPairs": [{"GroupId": "sg-web", "UserId": ACCOUNT}]}),
        ]
    },
    "ec2:DescribeNetworkInterfaces": {"NetworkInterfaces": [_interface("eni-1", "subnet-1", VPC, "sg-web", None), _interface("eni-2", "subnet-3", BARE, "sg-open", "198.51.100.7")]},
    "ec2:DescribeManagedPrefixLists": {
        "PrefixLists": [
            {"PrefixListId": id, "PrefixListArn": f"arn:aws:ec2:{HOME}:{owner}:prefix-list/{id}", "PrefixListName": id, "OwnerId": owner, "AddressFamily": "IPv4", "State": "create-complete"}
            for id, owner in (("pl-own", ACCOUNT), ("pl-aws", "AWS"))
        ]
    },
    "ec2:GetManagedPrefixListEntries": {"Entries": [{"Cidr": "10.0.0.0/8"}, {"Cidr": "192.0.2.0/24"}]},
    "ec2:DescribeAddresses": {"Addresses": [{"AllocationId": "eipalloc-1", "PublicIp": "198.51.100.1", "AssociationId": "eipassoc-1"}, {"AllocationId": "eipalloc-2", "PublicIp": "198.51.100.2"}]},
    "ec2:DescribeFlowLogs": {"FlowLogs": [_flow_log("fl-1", VPC), _flow_log("fl-2", "subnet-3", DeliverLogsStatus="FAILED", TrafficType="REJECT")]},
    "ec2:DescribeLaunchTemplateVersions": {
        "LaunchTemplateVersions": [{"LaunchTemplateId": "lt-1", "LaunchTemplateName": "web", "VersionNumber": number, "LaunchTemplateData": {"SecurityGroupIds": ["sg-web"]}} for number in (1, 2)]
    },
    "ec2:DescribeVpcBlockPublicAccessOptions": {"VpcBlockPublicAccessOptions": {"AwsAccountId": ACCOUNT, "AwsRegion": HOME, "InternetGatewayBlockMode": "off"}},
    "ec2:DescribeVpcBlockPublicAccessExclusions": {
        "VpcBlockPublicAccessExclusions": [{"ExclusionId": f"vpcbpa-exclude-{n}", "InternetGatewayExclusionMode": "allow-egress", "ResourceArn": f"arn:aws:ec2:{HOME}:{ACCOUNT}:vpc/{VPC}", "State": "create-complete"} for n in (1, 2)]
    },
    "ec2:DescribeVpcPeeringConnections": {"VpcPeeringConnections": [_peering("pcx-1", ACCOUNT), _peering("pcx-2", FOREIGN)]},
    "ec2:DescribeVpcEndpoints": {
        "VpcEndpoints": [
            {"VpcEndpointId": f"vpce-{n}", "OwnerId": ACCOUNT, "VpcId": vpc, "ServiceName": f"com.amazonaws.{HOME}.{name}", "VpcEndpointType": kind, "State": "available", "PolicyDocument": document, "PrivateDnsEnabled": kind == "Interface", "RouteTableIds": [f"rtb-{vpc}"] if kind == "Gateway" else [], "SubnetIds": ["subnet-1", "subnet-2"] if kind == "Interface" else []}
            for n, (vpc, name, kind, document) in enumerate(
                (
                    (VPC, "s3", "Gateway", policy(allow("s3:*", "arn:aws:s3:::acorn-data/*", Principal="*", Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}))),
                    (VPC, "kms", "Interface", policy(allow("*", Principal="*"))),
                )
            )
        ]
    },
    "ec2:DescribeVpcEndpointServiceConfigurations": {"ServiceConfigurations": [{"ServiceId": f"vpce-svc-{n}", "AcceptanceRequired": n == 1, "ServiceState": "Available"} for n in (1, 2)]},
    "ec2:DescribeVpcEndpointServicePermissions": lambda asked: {
        "AllowedPrincipals": [{"Principal": f"arn:aws:iam::{ACCOUNT}:root"}, {"Principal": "*" if asked["ServiceId"].endswith("2") else f"arn:aws:iam::{FOREIGN}:root"}]
    },
    "ec2:DescribeTransitGateways": {
        "TransitGateways": [
            {"TransitGatewayId": f"tgw-{n}", "TransitGatewayArn": f"arn:aws:ec2:{HOME}:{ACCOUNT}:transit-gateway/tgw-{n}", "OwnerId": ACCOUNT, "State": "available", "Options": {"AutoAcceptSharedAttachments": mode}}
            for n, mode in ((1, "disable"), (2, "enable"))
        ]
    },
    "ec2:DescribeVpnConnections": {"VpnConnections": [_vpn("vpn-1", logged=True, up=True), _vpn("vpn-2", logged=False, up=False)]},
    "ec2:DescribeClientVpnEndpoints": {
        "ClientVpnEndpoints": [{"ClientVpnEndpointId": f"cvpn-endpoint-{n}", "Status": {"Code": "available"}, "ConnectionLogOptions": {"Enabled": n == 1}} for n in (1, 2)]
    },
    "elb:DescribeLoadBalancers": {"LoadBalancerDescriptions": [{"LoadBalancerName": name} for name in ("old", "older")]},
    "elb:DescribeLoadBalancerAttributes": {"LoadBalancerAttributes": {"AccessLog": {"Enabled": True, "S3BucketName": "acorn-logs", "S3BucketPrefix": "elb"}}},
    "elbv2:DescribeLoadBalancers": {"LoadBalancers": [{"LoadBalancerArn": f"{_ELB}{name}/1", "LoadBalancerName": name} for name in ("front", "back")]},
    "elbv2:DescribeLoadBalancerAttributes": {
        "Attributes": [{"Key": "access_logs.s3.enabled", "Value": "true"}, {"Key": "access_logs.s3.bucket", "Value": "acorn-logs"}, {"Key": "access_logs.s3.prefix", "Value": "alb"}]
    },
    "lambda:ListFunctions": {
        "Functions": [{"FunctionName": name, "FunctionArn": f"arn:aws:lambda:{HOME}:{ACCOUNT}:function:{name}", "VpcConfig": {"SecurityGroupIds": ["sg-web"], "SubnetIds": ["subnet-1"]}} for name in ("report", "thumb")]
    },
    "route53resolver:ListResolverQueryLogConfigs": {
        "ResolverQueryLogConfigs": [
            {"Id": f"rqlc-{n}", "OwnerId": ACCOUNT, "Status": "CREATED", "Arn": f"arn:aws:route53resolver:{HOME}:{ACCOUNT}:resolver-query-log-config/rqlc-{n}", "DestinationArn": "arn:aws:s3:::acorn-logs"} for n in (1, 2)
        ]
    },
    "route53resolver:ListResolverQueryLogConfigAssociations": {
        "ResolverQueryLogConfigAssociations": [{"Id": f"rqlca-{n}", "ResolverQueryLogConfigId": "rqlc-1", "ResourceId": vpc, "Status": status} for n, vpc, status in ((1, VPC, "ACTIVE"), (2, BARE, "FAILED"))]
    },
}  # fmt: skip
