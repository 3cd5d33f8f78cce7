"""Ways to the internet: gateways, routes, addresses, and the block of all of them."""

from __future__ import annotations

from cloudsoc.aws.account import Region
from cloudsoc.aws.vpc import ElasticIp, InternetGateway, RouteTable, VpcBlockPublicAccessExclusion, VpcBlockPublicAccessOptions
from cloudsoc.graphs.routes import leads_to_internet
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Failed, Its, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC6_1, CC6_6


@check(
    direct=(CC6_6,),
    severity=MEDIUM,
    refs=("Config:internet-gateway-authorized-vpc-only", "Steampipe:vpc_igw_attached_to_authorized_vpc"),
)
def internet_gateway_attached_to_approved_vpc(gateway: InternetGateway, *, approved_vpcs: tuple[str, ...]) -> Verdict:
    """Internet gateways are attached to approved VPCs only.

    Why: an internet gateway is the door of a network; a door that nobody decided on is one that nobody guards.

    Fix: ``aws ec2 detach-internet-gateway --region {gateway.region} --internet-gateway-id {gateway.internet_gateway_id} --vpc-id VPC``, or add the VPC to
    ``approved_vpcs`` once its owner has approved it.

    Terraform: ``aws_internet_gateway.vpc_id``.
    """
    attached = sorted(one.vpc_id for one in gateway.attachments if one.state != "detached")
    if not attached:
        return Passed("attached to no VPC")
    unapproved = [vpc for vpc in attached if vpc not in approved_vpcs]
    return Failed(f"attached to {', '.join(unapproved)}, which nobody approved") if unapproved else Passed(f"attached to {', '.join(attached)}, approved")


@check(
    direct=(CC6_6,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Config:no-unrestricted-route-to-igw", "Steampipe:vpc_route_table_restrict_public_access_to_igw"),
)
def route_table_limits_internet_route(table: RouteTable, *, approved_route_tables: tuple[str, ...]) -> Verdict:
    """Only approved route tables lead to an internet gateway.

    Why: one route makes a subnet public; which subnets are is a decision, and this is where it is carried out.

    Fix: ``aws ec2 delete-route --region {table.region} --route-table-id {table.route_table_id} --destination-cidr-block 0.0.0.0/0``, or add the table to
    ``approved_route_tables`` once its owner has approved it.

    Terraform: ``aws_route.gateway_id``.
    """
    routes = [route for route in table.routes if leads_to_internet(route)]
    if not routes:
        return NotApplicable("no route leads to an internet gateway")
    to = ", ".join(sorted({route.gateway_id or "" for route in routes}))
    if table.route_table_id in approved_route_tables:
        return Passed(f"leads to {to}, approved")
    return Failed(f"leads to {to}, which nobody approved")


@check(
    direct=(CC6_6,),
    severity=LOW,
    profile=EXTENDED,
    refs=("SecurityHub:EC2.172", "Steampipe:vpc_block_public_access_restrict_internet_gateway_traffic"),
)
def block_public_access_enabled(region: Region, options: VpcBlockPublicAccessOptions, exclusions: Its[VpcBlockPublicAccessExclusion]) -> Verdict:
    """VPC Block Public Access is on.

    Why: it keeps the VPCs of a region off the internet whatever gateways, routes and groups are made later; strong where a region needs no internet at all.

    Fix: ``aws ec2 modify-vpc-block-public-access-options --region {region.region_name} --internet-gateway-block-mode block-ingress``, after exclusions for
    what has to be reached.

    Terraform: ``aws_vpc_block_public_access_options.internet_gateway_block_mode``.
    """
    mode = options.internet_gateway_block_mode
    if mode not in ("block-ingress", "block-bidirectional"):
        return Failed(f"the block is {mode}")
    active = [one for one in exclusions if not (one.state or "").startswith(("delete", "disable"))]
    return Passed(f"{mode}, with {len(active)} exclusions" if active else f"{mode}, without exclusions")


@check(
    direct=(CC6_1,),
    supporting=(CC6_6,),
    severity=LOW,
    profile=EXTENDED,
    refs=("SecurityHub:EC2.12", "Config:eip-attached", "Prowler:ec2_elastic_ip_unassigned", "Steampipe:vpc_eip_associated"),
)
def elastic_ip_is_associated(address: ElasticIp) -> Verdict:
    """Elastic IP addresses are associated with something, or released.

    Why: names and allow-lists still point to an address that nothing uses; whoever attaches it next inherits their trust.

    Fix: ``aws ec2 release-address --region {address.region} --allocation-id {address.allocation_id}``, once no DNS record points to it.

    Terraform: ``aws_eip_association``, or remove ``aws_eip``.
    """
    if address.association_id:
        return Passed(f"{address.public_ip or 'the address'} is associated")
    return Failed(f"{address.public_ip or 'the address'} is associated with nothing")
