"""VPC endpoints, and the services that the account offers through them."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.connections import VpcEndpoint, VpcEndpointService, VpcEndpointServicePermissions
from cloudsoc.aws.organizations import Organization, OrganizationAccounts
from cloudsoc.aws.vpc import RouteTable, Subnet, Vpc
from cloudsoc.graphs.endpoint_access import EndpointAccess
from cloudsoc.graphs.routes import is_public, leads_out, table_of
from cloudsoc.graphs.trust import foreign
from cloudsoc.graphs.zones import zones_of
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Every, Failed, Incomplete, NotApplicable, Passed, TrustedAccounts, Verdict, check
from cloudsoc.model.criterion import A1_2, CC6_6, CC6_7, CC9_2

GOING = ("deleting", "deleted", "failed", "rejected", "expired")
# AWS source: AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies".
WITHOUT_POLICY = {"GatewayLoadBalancer": "Gateway Load Balancer", "Resource": "resource", "ServiceNetwork": "service network"}


@check(
    direct=(CC6_6,),
    supporting=(CC6_7,),
    severity=MEDIUM,
    refs=("Prowler:vpc_endpoint_connections_trust_boundaries", "Steampipe:vpc_gateway_endpoint_restrict_public_access"),
)
def endpoint_policy_limited_to_trusted_accounts(
    endpoint: VpcEndpoint,
    access: EndpointAccess,
    account: Account,
    organization: Organization | None,
    members: OrganizationAccounts | None,
    *,
    trusted_accounts: TrustedAccounts = (),
) -> Verdict:
    """Endpoint policies let trusted accounts in only.

    Why: through an endpoint that lets everybody in, data leaves to a stranger's bucket with a stranger's credentials, past every log of the internet gateway.

    Fix: ``aws ec2 modify-vpc-endpoint --region {endpoint.region} --vpc-endpoint-id {endpoint.vpc_endpoint_id} --policy-document file://policy.json``, with
    ``aws:PrincipalOrgID`` or ``aws:PrincipalAccount`` as a condition of each Allow.

    Terraform: ``aws_vpc_endpoint.policy``.
    """
    if endpoint.vpc_endpoint_type in WITHOUT_POLICY:
        return NotApplicable(f"{WITHOUT_POLICY[endpoint.vpc_endpoint_type]} endpoints have no policy")
    if ".vpce-svc-" in (endpoint.service_name or ""):
        return NotApplicable("the service behind it is not AWS's own: no endpoint policy applies to it")
    if (endpoint.state or "").lower() in GOING:
        return NotApplicable(f"the endpoint is {endpoint.state}")
    if access.everyone:
        return Failed(access.everyone)
    if strangers := [one for one in access.organizations if organization is None or one != organization.id]:
        return Failed(f"lets all of organization {strangers[0]} in, which is not the own one")
    if unknown := foreign(access.accounts, account.account, trusted_accounts, members):
        return Failed(f"lets account {unknown[0]} in, which is not trusted")
    if access.unclear:
        raise Incomplete(*access.unclear)
    return Passed(f"lets in {access.told}")


@check(
    direct=(CC6_6, CC9_2),
    severity=MEDIUM,
    refs=("Prowler:vpc_endpoint_services_allowed_principals_trust_boundaries", "Steampipe:vpc_endpoint_service_acceptance_required_enabled"),
)
def endpoint_service_limited_to_trusted_principals(
    service: VpcEndpointService,
    permissions: VpcEndpointServicePermissions,
    account: Account,
    organization: OrganizationAccounts | None,
    *,
    trusted_accounts: TrustedAccounts = (),
) -> Verdict:
    """Services that are offered to other VPCs admit trusted accounts only, each after acceptance.

    Why: whoever may connect reaches the service from inside his own network; with acceptance somebody decides each time.

    Fix: ``aws ec2 modify-vpc-endpoint-service-configuration --region {service.region} --service-id {service.service_id} --acceptance-required``, and
    ``aws ec2 modify-vpc-endpoint-service-permissions --remove-allowed-principals ARN`` for those who are not trusted.

    Terraform: ``aws_vpc_endpoint_service.acceptance_required``, ``.allowed_principals``.
    """
    if "*" in permissions.principals:
        return Failed("everybody may connect" + (", after acceptance" if service.acceptance_required else ", without acceptance"))
    accounts = [principal.split(":")[4] if principal.count(":") >= 5 else principal for principal in permissions.principals]
    if unknown := foreign(accounts, account.account, trusted_accounts, organization):
        return Failed(f"account {unknown[0]} may connect, which is not trusted")
    if not service.acceptance_required:
        return Failed("connections of trusted accounts are accepted by themselves", severity=LOW)
    return Passed(f"{len(set(accounts))} trusted accounts may connect, after acceptance")


@check(
    direct=(A1_2,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:vpc_endpoint_multi_az_enabled",),
)
def endpoint_spans_multiple_zones(endpoint: VpcEndpoint, subnets: Every[Subnet]) -> Verdict:
    """Interface endpoints have subnets in more than one Availability Zone.

    Why: with a single zone, its failure cuts everything in the VPC off from the service.

    Fix: ``aws ec2 modify-vpc-endpoint --region {endpoint.region} --vpc-endpoint-id {endpoint.vpc_endpoint_id} --add-subnet-ids SUBNET``

    Terraform: ``aws_vpc_endpoint.subnet_ids``.
    """
    if endpoint.vpc_endpoint_type != "Interface":
        return NotApplicable(f"only interface endpoints are asked about, not {endpoint.vpc_endpoint_type or 'those of a type that AWS does not tell'}")
    if (endpoint.state or "").lower() in GOING:
        return NotApplicable(f"the endpoint is {endpoint.state}")
    zones = sorted({*zones_of(subnets.only(lambda subnet: subnet.subnet_id in endpoint.subnet_ids))})
    return Passed(f"in {', '.join(zones)}") if len(zones) > 1 else Failed(f"in {', '.join(zones) or 'no zone'} only")


@check(
    direct=(CC6_6,),
    supporting=(CC6_7,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        *("SecurityHub:EC2.10", "Config:service-vpc-endpoint-enabled", "Config:vpc-endpoint-enabled"),
        *("Prowler:vpc_endpoint_for_ec2_enabled", "Steampipe:vpc_configured_to_use_vpc_endpoints"),
    ),
)
def uses_private_endpoint_for_ec2_api(vpc: Vpc, endpoints: Every[VpcEndpoint]) -> Verdict:
    """Calls to the EC2 API from a VPC stay on AWS's network.

    Why: without an endpoint the way to the API leads over the internet, so that everything that calls it needs a way out.

    Fix: ``aws ec2 create-vpc-endpoint --region {vpc.region} --vpc-id {vpc.vpc_id} --vpc-endpoint-type Interface --service-name
    com.amazonaws.{vpc.region}.ec2 --subnet-ids SUBNETS``

    Terraform: ``aws_vpc_endpoint.service_name``.
    """
    found = ""
    for one in endpoints:
        if one.vpc_id == vpc.vpc_id and _is_for(one, "ec2"):
            if one.private_dns_enabled:
                return Passed(f"its endpoint {one.vpc_endpoint_id} answers under the API's own name")
            found = one.vpc_endpoint_id
    return Failed(f"its endpoint {found} has no private DNS: calls to the API's name go past it" if found else "it has no endpoint for the EC2 API")


@check(
    direct=(CC6_6,),
    supporting=(CC6_7,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Config:vpc-endpoint-enabled", "CIS:7.0:6.8"),
)
def uses_gateway_endpoint_for_s3(vpc: Vpc, endpoints: Every[VpcEndpoint], subnets: Every[Subnet], tables: Every[RouteTable]) -> Verdict:
    """Traffic to S3 from private subnets stays on AWS's network.

    Why: a gateway endpoint costs nothing, keeps bucket traffic off the internet and lets bucket policies name the VPC.

    Fix: ``aws ec2 create-vpc-endpoint --region {vpc.region} --vpc-id {vpc.vpc_id} --service-name com.amazonaws.{vpc.region}.s3 --route-table-ids TABLES``

    Terraform: ``aws_vpc_endpoint.route_table_ids``.
    """
    mine = list(endpoints.only(lambda one: one.vpc_id == vpc.vpc_id and _is_for(one, "s3")))
    if any(one.private_dns_enabled and not (one.dns_options and one.dns_options.private_dns_only_for_inbound_resolver_endpoint) for one in mine):
        return Passed("its interface endpoint answers under the name of S3")
    served = {id for one in mine for id in one.route_table_ids}
    private = [table for subnet in subnets if subnet.vpc_id == vpc.vpc_id and (table := table_of(subnet, tables)) and not is_public(subnet, tables)]
    if not any(map(leads_out, private)):
        return NotApplicable("no private subnet has a way to S3, nor to anything else outside")
    left = sorted({table.route_table_id for table in private if leads_out(table)} - served)
    if left:
        return Failed(f"from the private subnets of {', '.join(left[:3])} no endpoint for S3 is on the way")
    return Passed("its gateway endpoint serves all private subnets that have a way out")


def _is_for(endpoint: VpcEndpoint, service: str) -> bool:
    """Whether an endpoint works and is for a service of its own region, however the partition names it (``com.amazonaws``, ``cn.com.amazonaws``)."""
    return (endpoint.state or "").lower() == "available" and (endpoint.service_name or "").endswith(f".{endpoint.region}.{service}")
