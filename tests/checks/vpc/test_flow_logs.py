"""Flow logs and DNS query logs on hand-made facts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cloudsoc.aws.account import Account
from cloudsoc.aws.logs import LogGroup
from cloudsoc.aws.resolver import ResolverQueryLogConfig, ResolverQueryLogConfigAssociation
from cloudsoc.aws.s3 import Bucket, BucketLifecycle, LifecycleExpiration, LifecycleRule, LifecycleRuleAndOperator, LifecycleRuleFilter
from cloudsoc.aws.vpc import FlowLog, Subnet, Vpc
from cloudsoc.graphs.flow_log_retention import FlowLogRetention, flow_log_retention
from cloudsoc.graphs.retention import days_kept
from cloudsoc.model import LOW, Every, Everywhere, Incomplete
from cloudsoc_checks.vpc.flow_logs import dns_queries_logged, flow_logs_deliver_successfully, flow_logs_enabled, flow_logs_retained_for_audit_period
from tests.checks.table import UNREAD, but, given, table

VPC = Vpc(arn="arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1", region="eu-west-1", vpc_id="vpc-1", is_default=False)
LOG = FlowLog(
    arn="arn:aws:ec2:eu-west-1:111122223333:vpc-flow-log/fl-1",
    region="eu-west-1",
    flow_log_id="fl-1",
    resource_id="vpc-1",
    flow_log_status="ACTIVE",
    traffic_type="ALL",
    deliver_logs_status="SUCCESS",
)
OF_A_SUBNET = but(LOG, resource_id="subnet-1")

SUBNET = Subnet(
    arn="arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-1",
    region="eu-west-1",
    subnet_id="subnet-1",
    vpc_id="vpc-1",
    availability_zone="eu-west-1a",
    map_public_ip_on_launch=False,
    assign_ipv6_address_on_creation=False,
    default_for_az=False,
)
SUBNETS = Every([SUBNET, but(SUBNET, subnet_id="subnet-2"), but(SUBNET, subnet_id="subnet-3", vpc_id="vpc-2")])
OF_ANOTHER = but(LOG, resource_id="subnet-2")

test_flow_logs_enabled = table(
    flow_logs_enabled,
    passed={
        "all traffic": given(VPC, Every([LOG]), SUBNETS, says="all traffic"),
        "NET-6: what the VPC logs its subnets inherit": (VPC, Every([LOG]), UNREAD),
        "rejected traffic": given(VPC, Every([but(LOG, traffic_type="REJECT")]), SUBNETS, says="rejected"),
        "to S3, which gives no status": (VPC, Every([but(LOG, deliver_logs_status=None)]), SUBNETS),
        "one works beside one that does not": (VPC, Every([but(LOG, deliver_logs_status="FAILED"), LOG]), SUBNETS),
        "one is known, the rest of the list is not": (VPC, Every([LOG], [UNREAD]), SUBNETS),
    },
    failed={
        "none": (VPC, Every(), SUBNETS),
        "NET-6: only a subnet's": given(VPC, Every([OF_A_SUBNET]), SUBNETS, says="single subnets"),
        "NET-6: each subnet's": given(VPC, Every([OF_A_SUBNET, OF_ANOTHER]), SUBNETS, says="each of its 2 subnets", severity=LOW),
        "NET-6: each subnet's, one of them broken": (VPC, Every([OF_A_SUBNET, but(OF_ANOTHER, deliver_logs_status="FAILED")]), SUBNETS),
        "NET-6: each subnet's, one of them ended": (VPC, Every([OF_A_SUBNET, but(OF_ANOTHER, flow_log_status="INACTIVE")]), SUBNETS),
        "NET-6: each subnet's, one of them of what was accepted": (VPC, Every([OF_A_SUBNET, but(OF_ANOTHER, traffic_type="ACCEPT")]), SUBNETS),
        "NET-6: each subnet's, as far as they are known": (VPC, Every([OF_A_SUBNET, OF_ANOTHER]), Every(SUBNETS.known, [UNREAD])),
        "no subnets either": (VPC, Every(), Every()),
        "another VPC's": (VPC, Every([but(LOG, resource_id="vpc-2")]), SUBNETS),
        "cannot deliver, and AWS does not say why": (VPC, Every([but(LOG, deliver_logs_status="FAILED")]), SUBNETS),
        "cannot deliver": given(VPC, Every([but(LOG, deliver_logs_status="FAILED", deliver_logs_error_message="Access error")]), SUBNETS, says="Access error"),
        "accepted traffic only": given(VPC, Every([but(LOG, traffic_type="ACCEPT")]), SUBNETS, severity=LOW),
    },
    not_assessed={
        "list unread": (VPC, Every((), [UNREAD]), SUBNETS),
        "list broken off, none found so far": (VPC, Every([OF_A_SUBNET], [UNREAD]), SUBNETS),
    },
)

BY_DEFAULT = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"

test_flow_logs_deliver_successfully = table(
    flow_logs_deliver_successfully,
    passed={
        "all": (LOG,),
        "rejected": (but(LOG, traffic_type="REJECT"),),
        "of a transit gateway, which has no such choice": (but(LOG, traffic_type=None, resource_id="tgw-1"),),
        "in AWS's own format": (but(LOG, log_format=BY_DEFAULT),),
        "by the packet's own addresses": (but(LOG, log_format="${pkt-srcaddr} ${pkt-dstaddr} ${dstport} ${start} ${action}"),),
        "a transit gateway knows no action": (but(LOG, resource_id="tgw-1", log_format="${srcaddr} ${dstaddr} ${dstport} ${start}"),),
        "accepted, where that is wanted": given(but(LOG, traffic_type="ACCEPT"), traffic_types=("ACCEPT",)),
    },
    failed={
        "not active": given(but(LOG, flow_log_status="INACTIVE"), says="INACTIVE"),
        "not delivered, and AWS does not say why": (but(LOG, deliver_logs_status="FAILED"),),
        "not delivered": given(but(LOG, deliver_logs_status="FAILED", deliver_logs_error_message="Access error"), says="Access error"),
        "accepted traffic only": given(but(LOG, traffic_type="ACCEPT"), says="ACCEPT traffic only"),
        "without what was done": given(but(LOG, log_format="${srcaddr} ${dstaddr} ${dstport} ${start}"), says="leaves out action"),
        "without who and when": given(but(LOG, log_format="${dstaddr} ${dstport} ${action}"), says="leaves out srcaddr, start"),
        "without with whom": given(but(LOG, log_format="${srcaddr} ${start} ${action}"), says="leaves out dstaddr, dstport"),
    },
    not_assessed={"unread": (UNREAD,), "AWS says nothing of its delivery": given(but(LOG, deliver_logs_status=None), says="whether it arrives")},
)

KEPT = FlowLogRetention("log group flows", 400)

test_flow_logs_retained_for_audit_period = table(
    flow_logs_retained_for_audit_period,
    passed={
        "longer": given(LOG, KEPT, says="400 days"),
        "exactly": (LOG, but(KEPT, days=365)),
        "for ever": given(LOG, but(KEPT, days=None), says="keeps everything"),
        "as long as was agreed": given(LOG, but(KEPT, days=200), min_days=200),
    },
    failed={
        "shorter": given(LOG, but(KEPT, days=364), says="364 days, 365 are asked for"),
        "by a date": given(LOG, FlowLogRetention("bucket flows", 0), says="bucket flows deletes it at a date that is set, whatever its age"),
        "nobody can agree to less than half a year": given(LOG, but(KEPT, days=100), min_days=90, says="180 are asked for"),
    },
    not_applicable={
        "a log that does not run": (but(LOG, flow_log_status="INACTIVE"), KEPT),
    },
    not_assessed={"its destination was not read": (LOG, UNREAD)},
)

ACTIVE = ResolverQueryLogConfigAssociation(arn="a", region="eu-west-1", resolver_query_log_config_id="rqlc-1", resource_id="vpc-1", status="ACTIVE")
ANOTHER = but(ACTIVE, resolver_query_log_config_id="rqlc-0")
CONFIG = ResolverQueryLogConfig(
    arn="arn:aws:route53resolver:eu-west-1:111122223333:resolver-query-log-config/rqlc-1",
    region="eu-west-1",
    id="rqlc-1",
    status="CREATED",
    destination_arn="arn:aws:s3:::dns-logs",
)

test_dns_queries_logged = table(
    dns_queries_logged,
    passed={
        "logged": given(VPC, Every([ACTIVE]), Every([CONFIG]), says="to arn:aws:s3:::dns-logs"),
        "logged, beside an association that is going": (
            VPC,
            Every([but(ACTIVE, status="DELETING", resolver_query_log_config_id="rqlc-2"), ACTIVE]),
            Every([CONFIG]),
        ),
        "two, the second of which delivers": (VPC, Every([ANOTHER, ACTIVE]), Every([but(CONFIG, id="rqlc-0", status="FAILED"), CONFIG])),
        "logged, whatever other configurations there are": (VPC, Every([ACTIVE]), Every([CONFIG], [UNREAD])),
    },
    failed={
        "no query log at all": given(VPC, Every(), UNREAD, says="are not logged"),
        "one, for another VPC": (VPC, Every([but(ACTIVE, resource_id="vpc-2")]), Every([CONFIG])),
        "one that failed": given(VPC, Every([but(ACTIVE, status="FAILED")]), Every([CONFIG]), says="FAILED"),
        "one that cannot deliver": given(VPC, Every([ACTIVE]), Every([but(CONFIG, status="FAILED")]), says="rqlc-1 is FAILED"),
        "two, neither of which delivers": given(
            VPC, Every([ACTIVE, ANOTHER]), Every([but(CONFIG, id="rqlc-0", status="DELETING"), but(CONFIG, status="FAILED")]), says="rqlc-0 is DELETING; its"
        ),
    },
    not_assessed={
        "unread": (VPC, Every((), [UNREAD]), Every([CONFIG])),
        "configurations unread": (VPC, Every([ACTIVE]), Every((), [UNREAD])),
        "one that fails, beside one that cannot be seen": given(
            VPC, Every([ANOTHER, ACTIVE]), Every([but(CONFIG, id="rqlc-0", status="FAILED")]), says="rqlc-1 is another account's"
        ),
        "a configuration that cannot be seen": given(VPC, Every([ACTIVE]), Every([but(CONFIG, id="rqlc-2")]), says="rqlc-1 is another account's"),
    },
)

# -- how long it is kept ------------------------------------------------------------------------------------------------

BUCKET = Bucket(arn="arn:aws:s3:::archive", region="eu-west-1", name="archive")
GROUP = LogGroup(arn="arn:aws:logs:eu-west-1:111122223333:log-group:flows", region="eu-west-1", log_group_name="flows", retention_in_days=30)
TO_S3 = but(LOG, log_destination_type="s3", log_destination="arn:aws:s3:::archive/flows/")
TO_GROUP = but(LOG, log_destination_type="cloud-watch-logs", log_group_name="flows")


def rule(days: int | None = 30, *, prefix: str | None = None, status: str = "Enabled", **more: object) -> LifecycleRule:
    expiration = LifecycleExpiration(days=days) if days else None
    return but(LifecycleRule(status=status, filter=LifecycleRuleFilter(prefix=prefix), expiration=expiration), **more)


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        ((), None),
        ((rule(30),), 30),
        ((rule(30), rule(20), rule(40)), 20),
        ((rule(30, prefix="flows/"),), 30),
        ((rule(30, prefix="flows/AWSLogs/"),), 30),  # a part of what stands there
        ((rule(30, prefix="trails/"),), None),
        ((rule(30, status="Disabled"),), None),
        ((rule(None),), None),  # moves objects, or deletes old versions only
        ((rule(30, filter=None, prefix="flows/"),), 30),  # the older form
        ((rule(30, filter=LifecycleRuleFilter(and_=LifecycleRuleAndOperator(prefix="trails/"))),), None),
        ((rule(30, filter=LifecycleRuleFilter(and_=LifecycleRuleAndOperator(prefix="flows/"))),), 30),
        ((rule(30, expiration=LifecycleExpiration(date=datetime(2030, 1, 1, tzinfo=UTC))),), 0),
    ],
)
def test_days_kept(rules: tuple[LifecycleRule, ...], days: int | None) -> None:
    assert days_kept(BucketLifecycle(rules=rules), "flows/") == days
    assert days_kept(None, "flows/") is None


ACCOUNT = Account(arn="111122223333", region="global", account="111122223333")
NO_LIFECYCLES: Everywhere[tuple[Bucket, BucketLifecycle | None]] = Everywhere()


@pytest.mark.parametrize(
    ("prefix", "lifecycle", "days"),
    [
        ("flows/", rule(30), 30),
        ("flows/", rule(30, prefix="flows/"), 30),
        ("flows/", rule(30, prefix="flows/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2024/"), 30),  # a part of it
        ("flows/", rule(30, prefix="flows-old/"), None),
        ("flows", rule(30, prefix="flows-old/"), None),
        ("flows/", rule(30, prefix="flows/tmp/"), None),
        ("", rule(30, prefix="tmp/"), None),
        ("", rule(30, prefix="AWSLogs/"), 30),
    ],
)
def test_how_long_a_bucket_keeps_a_flow_log(prefix: str, lifecycle: LifecycleRule, days: int | None) -> None:
    log = but(TO_S3, log_destination=f"arn:aws:s3:::archive/{prefix}" if prefix else "arn:aws:s3:::archive")
    found = flow_log_retention(log, ACCOUNT, Every(), Everywhere([(BUCKET, BucketLifecycle(rules=(lifecycle,)))]), Everywhere([BUCKET]))
    assert found == FlowLogRetention("bucket archive", days)


def test_where_a_flow_log_is_kept() -> None:
    known, none = Everywhere([BUCKET]), Everywhere[Bucket]()
    assert flow_log_retention(TO_S3, ACCOUNT, Every(), Everywhere([(BUCKET, None)]), known) == FlowLogRetention("bucket archive", None)
    assert flow_log_retention(TO_GROUP, ACCOUNT, Every([GROUP]), NO_LIFECYCLES, none) == FlowLogRetention("log group flows", 30)
    assert flow_log_retention(but(TO_GROUP, log_group_name=None, log_destination=GROUP.arn + ":*"), ACCOUNT, Every([GROUP]), NO_LIFECYCLES, none).days == 30
    assert flow_log_retention(but(TO_GROUP, log_destination_type=None), ACCOUNT, Every([GROUP]), NO_LIFECYCLES, none).days == 30


@pytest.mark.parametrize(
    ("log", "groups", "lifecycles", "buckets", "says"),
    [
        (TO_S3, Every(), NO_LIFECYCLES, Everywhere(), "archive is not in this account"),
        (TO_S3, Every(), Everywhere((), [UNREAD]), Everywhere([BUCKET]), "Withheld"),
        (TO_S3, Every(), NO_LIFECYCLES, Everywhere((), [UNREAD]), "Withheld"),
        (TO_GROUP, Every(), NO_LIFECYCLES, Everywhere(), "flows was not found"),
        (TO_GROUP, Every((), [UNREAD]), NO_LIFECYCLES, Everywhere(), "Withheld"),
        # One of that name in this account is another one.
        (
            but(TO_GROUP, log_destination=GROUP.arn.replace("111122223333", "444455556666")),
            Every([GROUP]),
            NO_LIFECYCLES,
            Everywhere(),
            "in account 444455556666",
        ),
        (but(LOG, log_destination_type="kinesis-data-firehose"), Every([GROUP]), NO_LIFECYCLES, Everywhere(), "goes to kinesis-data-firehose"),
    ],
)
def test_what_is_kept_elsewhere_is_unread(log: FlowLog, groups: Any, lifecycles: Any, buckets: Any, says: str) -> None:
    with pytest.raises(Incomplete, match=says):
        flow_log_retention(log, ACCOUNT, groups, lifecycles, buckets)
