"""Security groups, the prefix lists that their rules name, and the network interfaces that they guard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudsoc.aws.account import Region
from cloudsoc.model import Address, Calls, Fact, NotApplicable, Part, Resource, listed, part, reading, reads


@part
class Tag(Part):
    """A tag of an EC2 resource."""

    key: str
    value: str


@part
class IpRange(Part):
    """An IPv4 network."""

    cidr_ip: str


@part
class Ipv6Range(Part):
    """An IPv6 network."""

    cidr_ipv6: str


@part
class PrefixListId(Part):
    """A prefix list that a rule names."""

    prefix_list_id: str


@part
class UserIdGroupPair(Part):
    """A security group that a rule names."""

    group_id: str | None = None
    user_id: str | None = None


@part
class IpPermission(Part):
    """Rules of one protocol and range of ports: ``-1`` is every protocol; then, and where AWS leaves the ports out, every port."""

    ip_protocol: str
    from_port: int | None = None
    to_port: int | None = None
    ip_ranges: tuple[IpRange, ...] = ()
    ipv6_ranges: tuple[Ipv6Range, ...] = ()
    prefix_list_ids: tuple[PrefixListId, ...] = ()
    user_id_group_pairs: tuple[UserIdGroupPair, ...] = ()


@listed(
    "ec2:DescribeSecurityGroups.SecurityGroups[]",
    arn="arn:{partition}:ec2:{region}:{OwnerId}:security-group/{GroupId}",
    resource_type="AWS::EC2::SecurityGroup",
)
class SecurityGroup(Resource[Region]):
    """A security group; one of a VPC that another account shares belongs to the account that made it."""

    group_id: str
    group_name: str
    description: str
    vpc_id: str | None = None
    ip_permissions: tuple[IpPermission, ...] = ()
    ip_permissions_egress: tuple[IpPermission, ...] = ()
    tags: tuple[Tag, ...] = ()


@listed(
    "ec2:DescribeManagedPrefixLists.PrefixLists[]",
    arn="{PrefixListArn}",
    names={"PrefixListId": "{PrefixListId}"},
    resource_type="AWS::EC2::PrefixList",
)
class PrefixList(Resource[Region]):
    """A list of networks: the company's own, one that another account shares, or one of AWS's (owner ``AWS``)."""

    prefix_list_id: str
    owner_id: str


@reading("ec2:GetManagedPrefixListEntries")
def prefix_list_entries(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """All entries of a list, over all pages."""
    entries = call.items("ec2:GetManagedPrefixListEntries.Entries[]", PrefixListId=about.names["PrefixListId"])
    yield {"cidrs": tuple(entry["Cidr"] for entry in entries)}


def is_not_of_aws(prefix_list: PrefixList) -> NotApplicable | None:
    """AWS's own lists hold the networks of single services, never the internet: they are not asked for."""
    return NotApplicable("the list is AWS's own: networks of one of its services") if prefix_list.owner_id == "AWS" else None


@reads(prefix_list_entries, when=is_not_of_aws)
class PrefixListEntries(Fact[PrefixList]):
    """The networks of a list."""

    cidrs: tuple[str, ...]


@part
class GroupIdentifier(Part):
    """A security group that guards an interface."""

    group_id: str


@part
class NetworkInterfaceAssociation(Part):
    """The public address of an interface."""

    public_ip: str | None = None


@part
class NetworkInterfacePrivateIpAddress(Part):
    """A private address of an interface, and the public one that stands for it."""

    association: NetworkInterfaceAssociation | None = None


@part
class NetworkInterfaceIpv6Address(Part):
    """An IPv6 address of an interface."""

    ipv6_address: str


@listed(
    "ec2:DescribeNetworkInterfaces.NetworkInterfaces[]",
    arn="arn:{partition}:ec2:{region}:{OwnerId}:network-interface/{NetworkInterfaceId}",
    resource_type="AWS::EC2::NetworkInterface",
)
class NetworkInterface(Resource[Region]):
    """Where traffic goes in and out: of an instance, a load balancer, an endpoint, a function."""

    network_interface_id: str
    subnet_id: str | None = None
    vpc_id: str | None = None
    interface_type: str | None = None
    groups: tuple[GroupIdentifier, ...] = ()
    association: NetworkInterfaceAssociation | None = None
    private_ip_addresses: tuple[NetworkInterfacePrivateIpAddress, ...] = ()
    ipv6_addresses: tuple[NetworkInterfaceIpv6Address, ...] = ()
