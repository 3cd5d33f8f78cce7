"""Flow logs and DNS query logs: who talked to whom."""

from __future__ import annotations

from cloudsoc.aws.resolver import ResolverQueryLogConfig, ResolverQueryLogConfigAssociation
from cloudsoc.aws.vpc import FlowLog, Subnet, Vpc
from cloudsoc.graphs.flow_log_retention import FlowLogRetention
from cloudsoc.graphs.retention import days_asked_for
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Every, Failed, Incomplete, NotApplicable, Passed, Unread, Verdict, check
from cloudsoc.model.criterion import C1_2, CC2_1, CC6_6, CC6_8, CC7_2, CC7_3


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
def flow_logs_enabled(vpc: Vpc, logs: Every[FlowLog], subnets: Every[Subnet]) -> Verdict:
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
    if broken:
        return Failed(broken)
    logged = {log.resource_id for log in logs if log.flow_log_status == "ACTIVE" and log.deliver_logs_status != "FAILED" and log.traffic_type != "ACCEPT"}
    mine = [subnet.subnet_id for subnet in subnets.known if subnet.vpc_id == vpc.vpc_id]
    if mine and logged.issuperset(mine) and not subnets.unread:
        return Failed(f"each of its {len(mine)} subnets has a flow log, the VPC has none: a subnet that is added is not logged", severity=LOW)
    return Failed("no active flow log on the VPC itself: logs of single subnets or interfaces leave out whatever is added later")


@check(direct=(CC7_2,), supporting=(CC2_1,), severity=MEDIUM)
def flow_logs_deliver_successfully(log: FlowLog, *, traffic_types: tuple[str, ...] = ("ALL", "REJECT")) -> Verdict:
    """Flow logs take in the traffic that is wanted, say who talked to whom, and arrive.

    Why: a log that cannot be written is missed only when it is needed.

    Fix: ``aws ec2 describe-flow-logs --region {log.region} --flow-log-ids {log.flow_log_id}`` says why; mend its role or the destination's policy, or make it
    anew with ``aws ec2 create-flow-logs --traffic-type ALL``.

    Terraform: ``aws_flow_log.traffic_type``, ``.iam_role_arn``, ``.log_destination``.
    """
    if log.flow_log_status != "ACTIVE":
        return Failed(f"the log is {log.flow_log_status}")
    if log.deliver_logs_status == "FAILED":
        return Failed(f"it cannot be delivered: {log.deliver_logs_error_message or 'no reason given'}")
    if log.traffic_type is not None and log.traffic_type not in traffic_types:
        return Failed(f"it records {log.traffic_type} traffic only, {' or '.join(traffic_types)} is asked for")
    if missing := _left_out(log):
        return Failed(f"its format leaves out {', '.join(missing)}: it does not say who did what with whom")
    if log.deliver_logs_status != "SUCCESS":
        raise Incomplete(Unread("ec2:DescribeFlowLogs", "needs review: AWS does not say whether it arrives", log.region))
    return Passed(f"records {log.traffic_type or 'all'} traffic and arrives")


def _left_out(log: FlowLog) -> list[str]:
    """The fields without which a record answers nothing. The packet's own addresses say it as well; transit gateways know no action."""
    wanted = [("srcaddr", "pkt-srcaddr"), ("dstaddr", "pkt-dstaddr"), ("dstport",), ("start",)]
    if not log.resource_id.startswith("tgw-"):
        wanted.append(("action",))
    return [names[0] for names in wanted if log.log_format is not None and not any(f"${{{name}}}" in log.log_format for name in names)]


@check(direct=(CC7_2,), supporting=(CC2_1, C1_2), severity=MEDIUM)
def flow_logs_retained_for_audit_period(log: FlowLog, retention: FlowLogRetention, *, min_days: int = 365) -> Verdict:
    """Flow logs are kept for the whole audit period.

    Why: an intrusion is noticed months later, an auditor asks for the whole period; what was deleted by then answers nobody.

    Fix: ``aws logs put-retention-policy --region {log.region} --log-group-name GROUP --retention-in-days 365``, or for a bucket
    ``aws s3api put-bucket-lifecycle-configuration`` with a later expiration.

    Terraform: ``aws_cloudwatch_log_group.retention_in_days``, ``aws_s3_bucket_lifecycle_configuration.rule.expiration``.
    """
    if log.flow_log_status != "ACTIVE":
        return NotApplicable(f"the log is {log.flow_log_status}")
    limit = days_asked_for(min_days)
    if retention.days is None:
        return Passed(f"{retention.where} keeps everything")
    if not retention.days:
        return Failed(f"{retention.where} deletes it at a date that is set, whatever its age")
    kept = f"{retention.where} keeps {retention.days} days"
    return Passed(kept) if retention.days >= limit else Failed(f"{kept}, {limit} are asked for")


@check(
    direct=(CC7_2,),
    supporting=(CC6_8,),
    severity=LOW,
    profile=EXTENDED,
)
def dns_queries_logged(vpc: Vpc, associations: Every[ResolverQueryLogConfigAssociation], configs: Every[ResolverQueryLogConfig]) -> Verdict:
    """VPCs log the DNS queries of what runs in them.

    Why: malware asks for names before it does anything else, and data leaves in DNS queries where nothing else gets out.

    Fix: ``aws route53resolver associate-resolver-query-log-config --region {vpc.region} --resolver-query-log-config-id ID --resource-id {vpc.vpc_id}``

    Terraform: ``aws_route53_resolver_query_log_config_association.resource_id``.
    """
    mine = [one for one in associations if one.resource_id == vpc.vpc_id]
    active = [one.resolver_query_log_config_id for one in mine if one.status == "ACTIVE"]
    if not active:
        return Failed(f"its association with a query log is {mine[0].status}" if mine else "its DNS queries are not logged")
    known = dict[str, str]()
    for config in configs:
        if config.id in active:
            if config.status == "CREATED":
                return Passed(f"logged to {config.destination_arn}")
            known[config.id] = config.status
    if unseen := sorted({*active} - known.keys()):
        raise Incomplete(Unread("route53resolver:ListResolverQueryLogConfigs", f"needs review: {unseen[0]} is another account's", vpc.region))
    return Failed("; ".join(f"its query log {id} is {status}" for id, status in sorted(known.items())))
