"""How a VPC is laid out: subnets, zones, regions."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.vpc import RouteTable, Subnet, Vpc
from cloudsoc.graphs.inhabited import Inhabited
from cloudsoc.graphs.routes import is_public
from cloudsoc.graphs.zones import zones_of
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Every, Everywhere, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import A1_2, CC6_1, CC6_6, CC9_1


@check(
    direct=(CC6_1, CC6_6),
    severity=MEDIUM,
    refs=(
        *("SecurityHub:EC2.15", "Config:subnet-auto-assign-public-ip-disabled"),
        *("Prowler:vpc_subnet_no_public_ip_by_default", "Steampipe:vpc_subnet_auto_assign_public_ip_disabled"),
    ),
)
def subnet_disables_auto_public_ip(subnet: Subnet, inhabited: Inhabited) -> Verdict:
    """Subnets hand out no public addresses by themselves.

    Why: a public address should be a decision; where a subnet gives one to whatever starts in it, servers face the internet that nobody meant to.

    Fix: ``aws ec2 modify-subnet-attribute --region {subnet.region} --subnet-id {subnet.subnet_id} --no-map-public-ip-on-launch``, and likewise
    ``--no-assign-ipv6-address-on-creation``.

    Terraform: ``aws_subnet.map_public_ip_on_launch``, ``aws_subnet.assign_ipv6_address_on_creation``.
    """
    found = [name for name, on in (("IPv4", subnet.map_public_ip_on_launch), ("IPv6", subnet.assign_ipv6_address_on_creation)) if on]
    if not found:
        return Passed("gives no public addresses by itself")
    told = f"gives every new interface a public {' and '.join(found)} address{inhabited.told(subnet.subnet_id)}"
    return Failed(told, severity=inhabited.severity(subnet.subnet_id))


@check(
    direct=(CC6_6,),
    severity=MEDIUM,
    refs=("Prowler:vpc_subnet_separate_private_public", "Steampipe:vpc_subnet_public_and_private"),
)
def separates_public_and_private_subnets(vpc: Vpc, subnets: Every[Subnet], tables: Every[RouteTable], inhabited: Inhabited) -> Verdict:
    """A VPC with public subnets has private ones as well.

    Why: what need not face the internet belongs where the internet does not lead; without a private subnet everything stands in the front row.

    Fix: ``aws ec2 create-subnet --region {vpc.region} --vpc-id {vpc.vpc_id} --cidr-block CIDR``, with a route table that has no internet gateway.

    Terraform: ``aws_subnet``, ``aws_route_table_association``.
    """
    mine = list(subnets.only(lambda subnet: subnet.vpc_id == vpc.vpc_id))
    public = [subnet.subnet_id for subnet in mine if is_public(subnet, tables)]
    if not public:
        return NotApplicable("it has no subnet with a route to an internet gateway" if mine else "it has no subnets")
    if len(public) == len(mine):
        told = f"all {len(mine)} subnets have a route to an internet gateway{inhabited.told(vpc.vpc_id)}"
        return Failed(told, severity=inhabited.severity(vpc.vpc_id))
    return Passed(f"{len(public)} public and {len(mine) - len(public)} private subnets")


@check(
    direct=(A1_2,),
    supporting=(CC9_1,),
    severity=MEDIUM,
    refs=("Prowler:vpc_subnet_different_az", "Steampipe:vpc_subnet_multi_az_enabled"),
)
def spans_multiple_availability_zones(vpc: Vpc, subnets: Every[Subnet], *, min_zones: int = 2) -> Verdict:
    """The subnets of a VPC lie in more than one Availability Zone.

    Why: a zone can fail as a whole; a service whose subnets all lie in one fails with it.

    Fix: ``aws ec2 create-subnet --region {vpc.region} --vpc-id {vpc.vpc_id} --availability-zone ZONE --cidr-block CIDR``

    Terraform: ``aws_subnet.availability_zone``.
    """
    mine, zones = subnets.only(lambda subnet: subnet.vpc_id == vpc.vpc_id), set[str]()
    for zone in zones_of(mine):
        zones.add(zone)
        if len(zones) >= min_zones:
            return Passed(f"subnets in {', '.join(sorted(zones))}")
    if not mine:
        return NotApplicable("it has no subnets")
    return Failed(f"subnets in {', '.join(sorted(zones)) or 'no Availability Zone'} only, {min_zones} zones are asked for")


@check(
    direct=(A1_2,),
    supporting=(CC9_1,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:vpc_different_regions", "Steampipe:vpc_in_more_than_one_region"),
)
def present_in_multiple_regions(account: Account, vpcs: Everywhere[Vpc], *, min_regions: int = 2, ignore_default_vpc: bool = True) -> Verdict:
    """Networks to recover in exist in more than one region.

    Why: a region can fail; where no network stands ready in another one, recovery begins with building it. A business decision: many services promise one region.

    Fix: ``aws ec2 create-vpc --region REGION --cidr-block CIDR`` in account {account.account}, in the region that the recovery plan names.

    Terraform: ``aws_vpc`` with a provider of another region.
    """
    regions = set[str]()
    for vpc in vpcs:
        if not (vpc.is_default and ignore_default_vpc):
            regions.add(vpc.region)
        if len(regions) >= min_regions:
            return Passed(f"networks in {', '.join(sorted(regions))}")
    if not regions:
        return NotApplicable("the account has no network of its own")
    return Failed(f"networks in {', '.join(sorted(regions))} only, {min_regions} regions are asked for")
