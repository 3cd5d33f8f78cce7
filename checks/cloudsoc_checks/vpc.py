"""What SOC 2 asks of networks."""

from __future__ import annotations

from cloudsoc.aws.vpc import FlowLog, InternetGateway, Vpc
from cloudsoc.model import LOW, MEDIUM, Every, Failed, Passed, Verdict, check
from cloudsoc.model.criterion import CC6_6, CC7_2, CC7_3


@check(
    direct=(CC6_6, CC7_2),
    supporting=(CC7_3,),
    severity=MEDIUM,
    refs=(
        "SecurityHub:EC2.6",
        "Config:vpc-flow-logs-enabled",
        "CIS:3.0:3.7",
        "CIS:5.0:3.7",
        "CIS:6.0:4.7",
        "CIS:7.0:4.7",
        "Prowler:vpc_flow_logs_enabled",
        "Steampipe:vpc_flow_logs_enabled",
    ),
)
def flow_logs_enabled(vpc: Vpc, logs: Every[FlowLog]) -> Verdict:
    """VPCs log their traffic.

    Why: who talked to whom is the first question after an intrusion, and the only trace of one that used no API.

    Fix: ``aws ec2 create-flow-logs --region {vpc.region} --resource-type VPC --resource-ids {vpc.vpc_id} --traffic-type ALL --log-destination-type s3
    --log-destination BUCKET_ARN``; a default VPC that nothing uses is better deleted.

    Terraform: ``aws_flow_log.vpc_id``.
    """
    broken = ""
    accepting = False
    for log in logs:
        if log.resource_id == vpc.vpc_id and log.flow_log_status == "ACTIVE":
            if log.deliver_logs_status == "FAILED":
                broken = f"flow log {log.flow_log_id} cannot deliver: {log.deliver_logs_error_message or 'no reason given'}"
            elif log.traffic_type in ("ALL", "REJECT"):
                return Passed(f"flow log {log.flow_log_id} records {'all' if log.traffic_type == 'ALL' else 'rejected'} traffic")
            else:
                accepting = True
    if accepting:
        return Failed("only accepted traffic is logged, not what was rejected", severity=LOW)
    return Failed(broken or "no active flow log on the VPC itself: logs of single subnets or interfaces leave out whatever is added later")


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
