"""Flow logs and DNS query logs on hand-made facts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cloudsoc.aws.logs import LogGroup
from cloudsoc.aws.resolver import ResolverQueryLogConfig, ResolverQueryLogConfigAssociation
from cloudsoc.aws.s3 import Bucket, BucketLifecycle, LifecycleExpiration, LifecycleRule, LifecycleRuleAndOperator, LifecycleRuleFilter
from cloudsoc.aws.vpc import FlowLog, Vpc
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

test_flow_logs_enabled = table(
    flow_logs_enabled,
    passed={
        "all traffic": given(VPC, Every([LOG]), says="all traffic"),
        "rejected traffic": given(VPC, Every([but(LOG, traffic_type="REJECT")]), says="rejected"),
        "to S3, which gives no status": (VPC, Every([but(LOG, deliver_logs_status=None)])),
        "one works beside one that does not": (VPC, Every([but(LOG, deliver_logs_status="FAILED"), LOG])),
        "one is known, the rest of the list is not": (VPC, Every([LOG], [UNREAD])),
    },
    failed={
        "none": (VPC, Every()),
        "NET-6: only a subnet's": given(VPC, Every([OF_A_SUBNET]), says="single subnets"),
        "another VPC's": (VPC, Every([but(LOG, resource_id="vpc-2")])),
        "cannot deliver": given(VPC, Every([but(LOG, deliver_logs_status="FAILED", deliver_logs_error_message="Access error")]), says="Access error"),
        "accepted traffic only": given(VPC, Every([but(LOG, traffic_type="ACCEPT")]), severity=LOW),
    },
    not_assessed={"list unread": (VPC, Every((), [UNREAD])), "list broken off, none found so far": (VPC, Every([OF_A_SUBNET], [UNREAD]))},
)

test_flow_logs_deliver_successfully = table(
    flow_logs_deliver_successfully,
    passed={
        "all": (LOG,),
        "rejected": (but(LOG, traffic_type="REJECT"),),
        "of a transit gateway, which has no such choice": (but(LOG, traffic_type=None, resource_id="tgw-1"),),
        "accepted, where that is wanted": given(but(LOG, traffic_type="ACCEPT"), traffic_types=("ACCEPT",)),
    },
    failed={
        "not active": given(but(LOG, flow_log_status="INACTIVE"), says="INACTIVE"),
        "not delivered": given(but(LOG, deliver_logs_status="FAILED", deliver_logs_error_message="Access error"), says="Access error"),
        "accepted traffic only": given(but(LOG, traffic_type="ACCEPT"), says="ACCEPT traffic only"),
    },
    not_assessed={"unread": (UNREAD,)},
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
        "nobody can agree to less than half a year": given(LOG, but(KEPT, days=100), min_days=90, says="180 are asked for"),
    },
    not_applicable={
        "a log that does not run": (but(LOG, flow_log_status="INACTIVE"), KEPT),
        "a stream": given(LOG, but(KEPT, elsewhere="it goes to kinesis-data-firehose, which keeps nothing itself"), says="kinesis"),
    },
    not_assessed={"its destination was not read": (LOG, UNREAD)},
)

ACTIVE = ResolverQueryLogConfigAssociation(arn="a", region="eu-west-1", resolver_query_log_config_id="rqlc-1", resource_id="vpc-1", status="ACTIVE")
CONFIG = ResolverQueryLogConfig(arn="arn:aws:route53resolver:eu-west-1:111122223333:c/rqlc-1", region="eu-west-1", id="rqlc-1", status="CREATED")

test_dns_queries_logged = table(
    dns_queries_logged,
    passed={"logged": (VPC, Every([ACTIVE]), Every([CONFIG])), "logged, whatever was not read": (VPC, Every([ACTIVE], [UNREAD]), UNREAD)},
    failed={
        "no query log at all": given(VPC, Every(), Every(), says="the region has no query log"),
        "one, for another VPC": (VPC, Every([but(ACTIVE, resource_id="vpc-2")]), Every([CONFIG])),
        "one that failed": given(VPC, Every([but(ACTIVE, status="FAILED")]), Every([CONFIG]), says="FAILED"),
    },
    not_assessed={"unread": (VPC, Every((), [UNREAD]), Every([CONFIG]))},
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


def test_where_a_flow_log_is_kept() -> None:
    nothing: Everywhere[tuple[Bucket, BucketLifecycle | None]] = Everywhere()
    with_rule = Everywhere([(BUCKET, BucketLifecycle(rules=(rule(30),)))])
    known, none = Everywhere([BUCKET]), Everywhere[Bucket]()
    assert flow_log_retention(TO_S3, Every(), with_rule, known) == FlowLogRetention("bucket archive", 30)
    assert flow_log_retention(TO_S3, Every(), Everywhere([(BUCKET, None)]), known) == FlowLogRetention("bucket archive", None)
    assert flow_log_retention(TO_GROUP, Every([GROUP]), nothing, none) == FlowLogRetention("log group flows", 30)
    assert flow_log_retention(but(TO_GROUP, log_group_name=None, log_destination=GROUP.arn + ":*"), Every([GROUP]), nothing, none).days == 30
    assert flow_log_retention(but(LOG, log_destination_type="kinesis-data-firehose"), Every(), nothing, none).elsewhere


def test_a_destination_in_another_account_is_unread() -> None:
    nothing: Everywhere[tuple[Bucket, BucketLifecycle | None]] = Everywhere()
    with pytest.raises(Incomplete, match="archive is not in this account"):
        flow_log_retention(TO_S3, Every(), nothing, Everywhere())
    with pytest.raises(Incomplete, match="Withheld"):
        flow_log_retention(TO_S3, Every(), Everywhere((), [UNREAD]), Everywhere([BUCKET]))
    with pytest.raises(Incomplete, match="Withheld"):
        flow_log_retention(TO_S3, Every(), nothing, Everywhere((), [UNREAD]))
    with pytest.raises(Incomplete, match="flows is not in this account"):
        flow_log_retention(TO_GROUP, Every(), nothing, Everywhere())
    with pytest.raises(Incomplete, match="Withheld"):
        flow_log_retention(TO_GROUP, Every((), [UNREAD]), nothing, Everywhere())
