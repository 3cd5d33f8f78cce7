"""Networks from AWS's answers to verdicts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.end_to_end.account import ACCOUNT, REGION, Found, Simulated

FOREIGN = "444455556666"
TEMPLATES: dict[str, Any] = {"LaunchTemplateVersions": []}  # moto answers for one template at a time


@pytest.fixture
def net(aws: Simulated) -> Simulated:
    """An account whose default network is gone, as a careful company has it."""
    ec2 = aws.client("ec2")
    (default,) = (vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"])
    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    for gateway in ec2.describe_internet_gateways()["InternetGateways"]:
        ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=default)
        ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    ec2.delete_vpc(VpcId=default)
    aws.answers("ec2:DescribeLaunchTemplateVersions", TEMPLATES)
    return aws


def vpc(ec2: Any, network: str = "10.0.0.0/16") -> str:
    return str(ec2.create_vpc(CidrBlock=network)["Vpc"]["VpcId"])


def subnet(ec2: Any, vpc_id: str, network: str, zone: str = "a") -> str:
    id = ec2.create_subnet(VpcId=vpc_id, CidrBlock=network, AvailabilityZone=REGION + zone)["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=id, MapPublicIpOnLaunch={"Value": False})  # in moto the first one of a zone hands them out
    return str(id)


def group(ec2: Any, vpc_id: str, name: str, *permissions: dict[str, Any]) -> str:
    id = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc_id)["GroupId"]
    if permissions:
        ec2.authorize_security_group_ingress(GroupId=id, IpPermissions=list(permissions))
    return str(id)


def tcp(port: int, *networks: str, lists: tuple[str, ...] = ()) -> dict[str, Any]:
    found: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    found["IpRanges"] = [{"CidrIp": one} for one in networks if ":" not in one]
    found["Ipv6Ranges"] = [{"CidrIpv6": one} for one in networks if ":" in one]
    found["PrefixListIds"] = [{"PrefixListId": one} for one in lists]
    return {key: value for key, value in found.items() if value}


def prefix_list(ec2: Any, *networks: str) -> str:
    made = ec2.create_managed_prefix_list(PrefixListName="x", AddressFamily="IPv4", MaxEntries=9, Entries=[{"Cidr": one} for one in networks])
    return str(made["PrefixList"]["PrefixListId"])


def internet_route(ec2: Any, vpc_id: str, *subnets: str) -> tuple[str, str]:
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)
    table = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    for one in subnets:
        ec2.associate_route_table(RouteTableId=table, SubnetId=one)
    return gateway, table


def said(found: Found, check: str) -> dict[str, str]:
    return found.verdicts(f"vpc-{check}")


PORTS = ("ssh", "rdp", "high-risk-ports", "database-ports", "search-and-stream-ports", "cleartext-ports", "file-sharing-ports", "unapproved-ports")


def test_ports_of_security_groups(net: Simulated) -> None:
    ec2 = net.client("ec2")
    home = vpc(ec2)
    web = group(ec2, home, "web", tcp(443, "0.0.0.0/0", "::/0"), tcp(22, "10.0.0.0/8"))
    opened = [group(ec2, home, f"g{port}", tcp(port, "0.0.0.0/0")) for port in (22, 3389, 8088, 5432, 9092, 23, 445, 8443)]
    everything = group(ec2, home, "all", {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})
    found = net.scan("vpc-security-group-blocks-public-*")
    for name, one in zip(PORTS, opened, strict=True):
        verdicts = said(found, f"security-group-blocks-public-{name}")
        assert (verdicts[one], verdicts[web], verdicts[everything]) == ("failed", "passed", "failed"), name
    assert {one for one, verdict in said(found, "security-group-blocks-public-all-ports").items() if verdict == "failed"} == {everything}
    assert found.one("vpc-security-group-blocks-public-ssh", opened[0]).severity.value == "low"  # attached to nothing


def test_net_1_2_3_ways_of_writing_the_internet(net: Simulated) -> None:
    ec2 = net.client("ec2")
    home = vpc(ec2)
    halves, office = prefix_list(ec2, "0.0.0.0/1", "128.0.0.0/1"), prefix_list(ec2, "52.1.2.0/28")
    aws_own = next(one["PrefixListId"] for one in ec2.describe_managed_prefix_lists()["PrefixLists"] if one["OwnerId"] == "AWS")
    bad = [
        group(ec2, home, "six", tcp(22, "::/0")),
        group(ec2, home, "halves", tcp(22, "0.0.0.0/1"), tcp(22, "128.0.0.0/1")),
        group(ec2, home, "list", tcp(22, lists=(halves,))),
    ]
    good = [
        group(ec2, home, "inside", tcp(22, "10.0.0.0/8", "fd00::/8")),
        group(ec2, home, "office", tcp(22, lists=(office,))),
        group(ec2, home, "aws", tcp(22, lists=(aws_own,))),
    ]
    found = net.scan("vpc-security-group-blocks-public-ssh", "vpc-security-group-avoids-wide-public-ranges")
    verdicts = said(found, "security-group-blocks-public-ssh")
    assert {verdicts[one] for one in bad} == {"failed"}
    assert {verdicts[one] for one in good} == {"passed"}
    wide = said(found, "security-group-avoids-wide-public-ranges")
    assert (wide[bad[1]], wide[good[0]], wide[good[1]]) == ("failed", "passed", "passed")
    asked = sorted(call.subject for call in found.report.accounts[0].calls if call.operation == "ec2:GetManagedPrefixListEntries")
    assert asked == sorted([halves, office])  # one call for each list that is not AWS's


def test_net_2_a_list_that_nobody_may_read(net: Simulated) -> None:
    ec2 = net.client("ec2")
    home = vpc(ec2)
    unreadable = prefix_list(ec2, "10.0.0.0/8")
    named, other = group(ec2, home, "list", tcp(22, lists=(unreadable,))), group(ec2, home, "other", tcp(22, "10.0.0.0/8"))
    net.refuses("ec2:GetManagedPrefixListEntries", "UnauthorizedOperation")
    found = net.scan("vpc-security-group-blocks-public-ssh")
    verdicts = said(found, "security-group-blocks-public-ssh")
    assert (verdicts[named], verdicts[other]) == ("not_assessed", "passed")
    assert ACCOUNT in found.one("vpc-security-group-blocks-public-ssh", named).causes[0].error


def test_net_4_what_a_group_guards(net: Simulated) -> None:
    ec2 = net.client("ec2")
    home = vpc(ec2)
    place = subnet(ec2, home, "10.0.1.0/24")
    groups = [group(ec2, home, name, tcp(22, "0.0.0.0/0")) for name in ("nothing", "private", "public")]
    private, public = (ec2.create_network_interface(SubnetId=place, Groups=[one])["NetworkInterface"]["NetworkInterfaceId"] for one in groups[1:])
    ec2.associate_address(AllocationId=ec2.allocate_address(Domain="vpc")["AllocationId"], NetworkInterfaceId=public)
    left_over = ec2.allocate_address(Domain="vpc")["AllocationId"]
    found = net.scan("vpc-security-group-blocks-public-ssh", "vpc-security-group-in-use", "vpc-elastic-ip-is-associated")
    assert [found.one("vpc-security-group-blocks-public-ssh", one).severity.value for one in groups] == ["low", "medium", "high"]
    assert private
    used = said(found, "security-group-in-use")
    assert [used[one] for one in groups] == ["failed", "passed", "passed"]
    assert sorted(said(found, "elastic-ip-is-associated").values()) == ["failed", "passed"]
    assert said(found, "elastic-ip-is-associated")[left_over] == "failed"


def test_what_else_needs_a_group(net: Simulated) -> None:
    ec2 = net.client("ec2")
    home = vpc(ec2)
    templated, named, sleeping, left = (group(ec2, home, name) for name in ("templated", "named", "sleeping", "left"))
    ec2.authorize_security_group_ingress(
        GroupId=left, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": named}]}]
    )
    version = {"LaunchTemplateId": "lt-1", "VersionNumber": 3, "LaunchTemplateData": {"SecurityGroupIds": [templated], "UserData": "c2VjcmV0"}}
    net.answers("ec2:DescribeLaunchTemplateVersions", {"LaunchTemplateVersions": [version]})
    function = {"FunctionName": "f", "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f", "VpcConfig": {"SecurityGroupIds": [sleeping]}}
    net.answers("lambda:ListFunctions", {"Functions": [function | {"Environment": {"Variables": {"PASSWORD": "secret"}}}]})
    found = net.scan("vpc-security-group-in-use")
    assert [said(found, "security-group-in-use")[one] for one in (templated, named, sleeping, left)] == ["passed", "passed", "passed", "failed"]
    assert "c2VjcmV0" not in repr(found.report)


def test_default_and_other_groups(net: Simulated) -> None:
    ec2 = net.client("ec2")
    open_, closed = vpc(ec2), vpc(ec2, "10.1.0.0/16")
    defaults = {one["VpcId"]: one for one in ec2.describe_security_groups()["SecurityGroups"] if one["GroupName"] == "default"}
    shut = defaults[closed]
    ec2.revoke_security_group_egress(GroupId=shut["GroupId"], IpPermissions=shut["IpPermissionsEgress"])
    if shut["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=shut["GroupId"], IpPermissions=shut["IpPermissions"])
    wizard = group(ec2, open_, "launch-wizard-1")
    many = group(ec2, open_, "many", tcp(443, *(f"10.0.{n}.0/24" for n in range(60))))
    sensitive = group(ec2, open_, "sensitive")
    ec2.create_tags(Resources=[sensitive], Tags=[{"Key": "DataClassification", "Value": "confidential"}])
    limited = group(ec2, open_, "limited")
    ec2.create_tags(Resources=[limited], Tags=[{"Key": "DataClassification", "Value": "confidential"}])
    ec2.revoke_security_group_egress(GroupId=limited, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    found = net.scan("vpc-*security-group*")
    assert said(found, "default-security-group-blocks-all-traffic")[shut["GroupId"]] == "passed"
    assert said(found, "default-security-group-blocks-all-traffic")[defaults[open_]["GroupId"]] == "failed"
    assert said(found, "default-security-group-blocks-all-traffic")[wizard] == "not_applicable"
    assert [said(found, "security-group-not-created-by-wizard")[one] for one in (wizard, many)] == ["failed", "passed"]
    assert [said(found, "security-group-rule-count-limited")[one] for one in (wizard, many)] == ["passed", "failed"]
    assert [said(found, "security-group-limits-egress")[one] for one in (sensitive, limited, many)] == ["failed", "passed", "not_applicable"]


def test_network_acls(net: Simulated) -> None:
    ec2 = net.client("ec2")
    home = vpc(ec2)
    place = subnet(ec2, home, "10.0.1.0/24")
    (default,) = (one for one in ec2.describe_network_acls()["NetworkAcls"] if one["VpcId"] == home)
    tight, left = (ec2.create_network_acl(VpcId=home)["NetworkAcl"]["NetworkAclId"] for _ in range(2))
    for number, port in ((100, 443), (200, 80)):
        ec2.create_network_acl_entry(
            NetworkAclId=tight, RuleNumber=number, Protocol="6", RuleAction="allow", Egress=False, CidrBlock="0.0.0.0/0", PortRange={"From": port, "To": port}
        )
    ours = (default["NetworkAclId"], tight, left)  # moto keeps that of the deleted network
    found = net.scan("vpc-network-acl-*")
    admin = said(found, "network-acl-blocks-public-admin-ports")
    assert (admin[default["NetworkAclId"]], admin[tight]) == ("failed", "passed")
    assert [said(found, "network-acl-blocks-public-all-ports")[one] for one in ours] == ["failed", "not_applicable", "not_applicable"]
    assert [said(found, "network-acl-in-use")[one] for one in ours] == ["not_applicable", "failed", "failed"]
    (association,) = default["Associations"]
    ec2.replace_network_acl_association(AssociationId=association["NetworkAclAssociationId"], NetworkAclId=tight)
    found = net.scan("vpc-network-acl-*")
    assert said(found, "network-acl-blocks-public-admin-ports")[default["NetworkAclId"]] == "not_applicable"
    assert said(found, "network-acl-blocks-public-all-ports")[tight] == "passed"
    assert said(found, "network-acl-in-use")[tight] == "passed"
    assert place


def test_subnets_routes_and_gateways(net: Simulated) -> None:
    ec2 = net.client("ec2")
    good, bad, third = vpc(ec2), vpc(ec2, "10.1.0.0/16"), vpc(ec2, "10.2.0.0/16")
    public, private = subnet(ec2, good, "10.0.1.0/24"), subnet(ec2, good, "10.0.2.0/24", "b")
    exposed = subnet(ec2, bad, "10.1.1.0/24")
    ec2.modify_subnet_attribute(SubnetId=exposed, MapPublicIpOnLaunch={"Value": True})
    (gateway, table), (gateway2, table2) = internet_route(ec2, good, public), internet_route(ec2, bad, exposed)
    settings = {
        "vpc-internet-gateway-attached-to-approved-vpc": {"approved_vpcs": [good]},
        "vpc-route-table-limits-internet-route": {"approved_route_tables": [table]},
    }
    found = net.scan("vpc-subnet-*", "vpc-separates-*", "vpc-spans-*", "vpc-internet-*", "vpc-route-table-*", settings=settings)
    assert said(found, "subnet-disables-auto-public-ip") == {public: "passed", private: "passed", exposed: "failed"}
    assert said(found, "separates-public-and-private-subnets") == {good: "passed", bad: "failed", third: "not_applicable"}
    assert said(found, "spans-multiple-availability-zones") == {good: "passed", bad: "failed", third: "not_applicable"}
    assert said(found, "internet-gateway-attached-to-approved-vpc") == {gateway: "passed", gateway2: "failed"}
    routes = said(found, "route-table-limits-internet-route")
    assert (routes.pop(table), routes.pop(table2), {*routes.values()}) == ("passed", "failed", {"not_applicable"})
    undeclared = net.scan("vpc-internet-gateway-attached-to-approved-vpc", "vpc-route-table-limits-internet-route")
    assert {*said(undeclared, "internet-gateway-attached-to-approved-vpc").values()} == {"not_assessed"}
    assert said(undeclared, "route-table-limits-internet-route")[table] == "not_assessed"


def test_networks_in_more_than_one_region(net: Simulated) -> None:
    vpc(net.client("ec2"))
    one = net.scan("vpc-present-in-multiple-regions", regions=None)
    assert said(one, "present-in-multiple-regions") == {ACCOUNT: "failed"}
    vpc(net.client("ec2", "us-east-1"))
    assert said(net.scan("vpc-present-in-multiple-regions", regions=None), "present-in-multiple-regions") == {ACCOUNT: "passed"}
    assert said(net.scan("vpc-present-in-multiple-regions"), "present-in-multiple-regions") == {ACCOUNT: "not_assessed"}


def flow_log(ec2: Any, kind: str, id: str, **more: Any) -> str:
    made = ec2.create_flow_logs(ResourceType=kind, ResourceIds=[id], TrafficType=more.pop("traffic", "ALL"), **more)
    assert not made["Unsuccessful"], made["Unsuccessful"]
    return str(made["FlowLogIds"][0])


def test_flow_logs(net: Simulated) -> None:
    ec2, logs, s3 = net.client("ec2"), net.client("logs"), net.client("s3")
    logged, subnets_only, silent = vpc(ec2), vpc(ec2, "10.1.0.0/16"), vpc(ec2, "10.2.0.0/16")
    for bucket, prefix in (("flow-archive", "tmp/"), ("short-archive", "AWSLogs/")):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        rule = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": {"Days": 30}}
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    logs.create_log_group(logGroupName="flows")
    logs.put_retention_policy(logGroupName="flows", retentionInDays=90)
    to_s3 = {"LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::flow-archive"}
    kept = flow_log(ec2, "VPC", logged, **to_s3)
    short = flow_log(ec2, "VPC", logged, LogDestinationType="s3", LogDestination="arn:aws:s3:::short-archive")
    role = f"arn:aws:iam::{ACCOUNT}:role/flows"
    group_log = flow_log(ec2, "VPC", logged, LogGroupName="flows", DeliverLogsPermissionArn=role, traffic="ACCEPT")
    flow_log(ec2, "Subnet", subnet(ec2, subnets_only, "10.1.1.0/24"), **to_s3)
    found = net.scan("vpc-flow-logs-*")
    assert said(found, "flow-logs-enabled") == {logged: "passed", subnets_only: "failed", silent: "failed"}
    assert found.one("vpc-flow-logs-enabled", subnets_only).severity.value == "low"
    retained = said(found, "flow-logs-retained-for-audit-period")
    assert (retained[kept], retained[short], retained[group_log]) == ("passed", "failed", "failed")
    delivered = said(found, "flow-logs-deliver-successfully")
    assert (delivered[kept], delivered[group_log]) == ("passed", "failed")


def test_dns_query_logs(net: Simulated) -> None:
    logged, silent = vpc(net.client("ec2")), vpc(net.client("ec2"), "10.1.0.0/16")
    config = {"Id": "rqlc-1", "Arn": f"arn:aws:route53resolver:{REGION}:{ACCOUNT}:resolver-query-log-config/rqlc-1", "Status": "CREATED"}
    net.answers("route53resolver:ListResolverQueryLogConfigs", {"ResolverQueryLogConfigs": [config | {"DestinationArn": "arn:aws:s3:::dns"}]})
    association = {"Id": "rqlca-1", "ResolverQueryLogConfigId": "rqlc-1", "ResourceId": logged, "Status": "ACTIVE"}
    net.answers("route53resolver:ListResolverQueryLogConfigAssociations", {"ResolverQueryLogConfigAssociations": [association]})
    assert said(net.scan("vpc-dns-queries-logged"), "dns-queries-logged") == {logged: "passed", silent: "failed"}


def test_peering(net: Simulated) -> None:
    ec2 = net.client("ec2")
    here, there, third = vpc(ec2), vpc(ec2, "10.1.0.0/16"), vpc(ec2, "10.2.0.0/16")
    narrow, wide = (ec2.create_vpc_peering_connection(VpcId=here, PeerVpcId=one)["VpcPeeringConnection"]["VpcPeeringConnectionId"] for one in (there, third))
    for one in (narrow, wide):
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=one)
    table = ec2.create_route_table(VpcId=here)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.1.1.0/24", VpcPeeringConnectionId=narrow)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.2.0.0/17", VpcPeeringConnectionId=wide)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.2.128.0/17", VpcPeeringConnectionId=wide)
    net.refuses("organizations:ListAccounts", "AWSOrganizationsNotInUseException")
    found = net.scan("vpc-peering-*")
    assert said(found, "peering-routes-are-least-privilege") == {narrow: "passed", wide: "failed"}
    assert said(found, "peering-limited-to-trusted-accounts") == {narrow: "passed", wide: "passed"}
    connections = ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]
    connections[0]["AccepterVpcInfo"]["OwnerId"] = FOREIGN
    net.answers("ec2:DescribeVpcPeeringConnections", {"VpcPeeringConnections": connections})
    stranger = connections[0]["VpcPeeringConnectionId"]
    assert said(net.scan("vpc-peering-limited-*"), "peering-limited-to-trusted-accounts")[stranger] == "failed"
    trusting = net.scan("vpc-peering-limited-*", settings={"trusted_accounts": [FOREIGN]})
    assert said(trusting, "peering-limited-to-trusted-accounts")[stranger] == "passed"


def test_endpoints(net: Simulated) -> None:
    ec2 = net.client("ec2")
    good, bad, empty = vpc(ec2), vpc(ec2, "10.1.0.0/16"), vpc(ec2, "10.2.0.0/16")
    a, b = subnet(ec2, good, "10.0.1.0/24"), subnet(ec2, good, "10.0.2.0/24", "b")
    lonely = subnet(ec2, bad, "10.1.1.0/24")
    tables = {one["VpcId"]: one["RouteTableId"] for one in ec2.describe_route_tables()["RouteTables"]}
    for home, place in ((good, a), (bad, lonely)):
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        nat = ec2.create_nat_gateway(SubnetId=place, AllocationId=address)["NatGateway"]["NatGatewayId"]
        ec2.create_route(RouteTableId=tables[home], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    own = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "*", "Resource": "*"}]}

    def endpoint(home: str, service: str, **more: Any) -> str:
        return str(ec2.create_vpc_endpoint(VpcId=home, ServiceName=f"com.amazonaws.{REGION}.{service}", **more)["VpcEndpoint"]["VpcEndpointId"])

    gateway = endpoint(good, "s3", VpcEndpointType="Gateway", RouteTableIds=[tables[good]], PolicyDocument=json.dumps(own))
    wide = endpoint(good, "ec2", VpcEndpointType="Interface", SubnetIds=[a, b], PrivateDnsEnabled=True)
    narrow = endpoint(bad, "ec2", VpcEndpointType="Interface", SubnetIds=[lonely], PrivateDnsEnabled=False)
    for operation in ("ListAccounts", "DescribeOrganization"):
        net.refuses(f"organizations:{operation}", "AWSOrganizationsNotInUseException")
    found = net.scan("vpc-endpoint-policy-*", "vpc-endpoint-spans-*", "vpc-uses-*")
    policies = said(found, "endpoint-policy-limited-to-trusted-accounts")
    assert (policies[gateway], policies[wide]) == ("passed", "failed")
    assert said(found, "endpoint-spans-multiple-zones") == {gateway: "not_applicable", wide: "passed", narrow: "failed"}
    assert said(found, "uses-private-endpoint-for-ec2-api") == {good: "passed", bad: "failed", empty: "failed"}
    assert said(found, "uses-gateway-endpoint-for-s3") == {good: "passed", bad: "failed", empty: "not_applicable"}


def test_an_endpoint_to_a_resource_has_no_service(net: Simulated) -> None:
    one = {"VpcEndpointId": "vpce-1", "VpcEndpointType": "Resource", "VpcId": vpc(net.client("ec2")), "State": "available", "OwnerId": ACCOUNT}
    net.answers("ec2:DescribeVpcEndpoints", {"VpcEndpoints": [one | {"ResourceConfigurationArn": "arn:aws:vpc-lattice:eu-west-1:1:resourceconfiguration/r"}]})
    found = net.scan("vpc-endpoint-policy-*", "vpc-uses-private-*")
    assert said(found, "endpoint-policy-limited-to-trusted-accounts") == {"vpce-1": "not_applicable"}
    assert set(said(found, "uses-private-endpoint-for-ec2-api").values()) == {"failed"}


def test_services_offered_to_others(net: Simulated) -> None:
    services = [{"ServiceId": id, "AcceptanceRequired": asked} for id, asked in (("vpce-svc-1", True), ("vpce-svc-2", True), ("vpce-svc-3", False))]
    allowed = {"vpce-svc-1": [f"arn:aws:iam::{ACCOUNT}:root"], "vpce-svc-2": ["*"], "vpce-svc-3": []}
    net.answers("ec2:DescribeVpcEndpointServiceConfigurations", {"ServiceConfigurations": services})
    net.answers("ec2:DescribeVpcEndpointServicePermissions", lambda asked: {"AllowedPrincipals": [{"Principal": one} for one in allowed[asked["ServiceId"]]]})
    found = net.scan("vpc-endpoint-service-*")
    assert said(found, "endpoint-service-limited-to-trusted-principals") == {"vpce-svc-1": "passed", "vpce-svc-2": "failed", "vpce-svc-3": "failed"}


def test_vpns_and_transit_gateways(net: Simulated) -> None:
    ec2 = net.client("ec2")
    asks = ec2.create_transit_gateway(Options={"AutoAcceptSharedAttachments": "disable"})["TransitGateway"]["TransitGatewayId"]
    open_ = ec2.create_transit_gateway(Options={"AutoAcceptSharedAttachments": "enable"})["TransitGateway"]["TransitGatewayId"]
    up, down = {"Status": "UP"}, {"Status": "DOWN", "StatusMessage": "IPSEC IS DOWN"}
    logging = {"LogOptions": {"CloudWatchLogOptions": {"LogEnabled": True}}, "PreSharedKey": "hunter2hunter2"}
    vpns = [
        {"VpnConnectionId": "vpn-1", "State": "available", "VgwTelemetry": [up, up], "Options": {"TunnelOptions": [logging, logging]}},
        {"VpnConnectionId": "vpn-2", "State": "available", "VgwTelemetry": [up, down], "Options": {"TunnelOptions": [logging, {}]}},
    ]
    net.answers("ec2:DescribeVpnConnections", {"VpnConnections": vpns})
    dial_in = [
        {"ClientVpnEndpointId": f"cvpn-endpoint-{n}", "Status": {"Code": "available"}, "ConnectionLogOptions": {"Enabled": on}}
        for n, on in ((1, True), (2, False))
    ]
    net.answers("ec2:DescribeClientVpnEndpoints", {"ClientVpnEndpoints": dial_in})
    found = net.scan("vpc-vpn-*", "vpc-client-vpn-*", "vpc-transit-*")
    assert said(found, "vpn-has-both-tunnels-up") == {"vpn-1": "passed", "vpn-2": "failed"}
    assert said(found, "vpn-connection-logs-tunnels") == {"vpn-1": "passed", "vpn-2": "failed"}
    assert said(found, "client-vpn-logs-connections") == {"cvpn-endpoint-1": "passed", "cvpn-endpoint-2": "failed"}
    assert said(found, "transit-gateway-requires-attachment-acceptance") == {asks: "passed", open_: "failed"}
    assert "hunter2" not in repr(found.report)


@pytest.mark.parametrize(("mode", "expected"), [("off", "failed"), ("block-bidirectional", "passed"), ("block-ingress", "passed")])
def test_block_public_access(net: Simulated, mode: str, expected: str) -> None:
    net.answers("ec2:DescribeVpcBlockPublicAccessOptions", {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": mode}})
    net.answers("ec2:DescribeVpcBlockPublicAccessExclusions", {"VpcBlockPublicAccessExclusions": []})
    assert {*said(net.scan("vpc-block-public-access-enabled"), "block-public-access-enabled").values()} == {expected}


def test_net_6_a_shared_vpc_is_judged_where_it_lives(net: Simulated) -> None:
    ec2 = net.client("ec2")
    own = vpc(ec2)
    vpcs = ec2.describe_vpcs()["Vpcs"]
    net.answers("ec2:DescribeVpcs", {"Vpcs": [*vpcs, vpcs[0] | {"VpcId": "vpc-shared", "OwnerId": FOREIGN}]})
    found = net.scan("vpc-flow-logs-enabled")
    assert said(found, "flow-logs-enabled") == {own: "failed", "vpc-shared": "not_applicable"}
    assert FOREIGN in found.one("vpc-flow-logs-enabled", "vpc-shared").reason


def test_a_listing_that_breaks_on_its_second_page_keeps_what_it_has(net: Simulated) -> None:
    ec2 = net.client("ec2")
    home = vpc(ec2)
    open_ = group(ec2, home, "open", tcp(22, "0.0.0.0/0"))
    (known,) = (one for one in ec2.describe_security_groups()["SecurityGroups"] if one["GroupId"] == open_)
    net.answers("ec2:DescribeSecurityGroups", [{"SecurityGroups": [known], "NextToken": "two"}])
    found = net.scan("vpc-security-group-blocks-public-ssh")
    assert said(found, "security-group-blocks-public-ssh") == {open_: "failed"}
    assert found.verdicts("vpc-security-group-blocks-public-ssh", population=True)[REGION] == "not_assessed"
