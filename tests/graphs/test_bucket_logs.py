"""Which buckets receive logs, on hand-made facts."""

from __future__ import annotations

from typing import Any

import pytest

from cloudsoc.aws.delivered_logs import (
    AccessLog,
    ClassicLoadBalancer,
    ClassicLoadBalancerAttributes,
    Distribution,
    DistributionConfig,
    DistributionLogging,
    LoadBalancer,
    LoadBalancerAttribute,
    LoadBalancerAttributes,
)
from cloudsoc.aws.s3 import BucketLogging, LoggingEnabled
from cloudsoc.aws.vpc import FlowLog
from cloudsoc.graphs.bucket_logs import LogTarget, LogTargets, log_targets
from cloudsoc.model import Every, Everywhere, Incomplete, Unread
from tests.checks.s3_facts import ACCOUNT, BUCKET

NOTHING: tuple[Any, ...] = (Every([]), Everywhere([]), Everywhere([]), Everywhere([]), Every([]))
FRONT = LoadBalancer(arn="arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/front/1", region="eu-west-1", load_balancer_name="front")
OLD = ClassicLoadBalancer(arn="arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/old", region="eu-west-1", load_balancer_name="old")
FLOW = FlowLog(arn="arn:aws:ec2:eu-west-1:1:vpc-flow-log/fl-1", region="eu-west-1", flow_log_id="fl-1", resource_id="vpc-1", flow_log_status="ACTIVE")
CDN = Distribution(arn="arn:aws:cloudfront::1:distribution/E1", region="global", distribution_id="E1")


def balancer(**settings: str) -> LoadBalancerAttributes:
    return LoadBalancerAttributes(attributes=tuple(LoadBalancerAttribute(key=key.replace("__", "."), value=value) for key, value in settings.items()))


def flow(kind: str | None, destination: str | None) -> FlowLog:
    return FlowLog(
        arn=FLOW.arn,
        region="eu-west-1",
        flow_log_id="fl-1",
        resource_id="vpc-1",
        flow_log_status="ACTIVE",
        log_destination_type=kind,
        log_destination=destination,
    )


def cdn(logging: DistributionLogging | None) -> DistributionConfig:
    return DistributionConfig(logging=logging)


CASES = {
    "a bucket": ((Every([(BUCKET, BucketLogging(logging_enabled=LoggingEnabled(target_bucket="b", target_prefix="p-")))]), *NOTHING[1:]), ("b", "p-")),
    "a bucket without": ((Every([(BUCKET, BucketLogging())]), *NOTHING[1:]), None),
    "a load balancer": (
        (
            NOTHING[0],
            Everywhere([(FRONT, balancer(access_logs__s3__enabled="true", access_logs__s3__bucket="b", access_logs__s3__prefix="p"))]),
            *NOTHING[2:],
        ),
        ("b", "p/AWSLogs/"),
    ),
    "a load balancer's connections, without a prefix": (
        (NOTHING[0], Everywhere([(FRONT, balancer(connection_logs__s3__enabled="true", connection_logs__s3__bucket="b"))]), *NOTHING[2:]),
        ("b", "AWSLogs/"),
    ),
    "a load balancer without": (
        (NOTHING[0], Everywhere([(FRONT, balancer(access_logs__s3__enabled="false", access_logs__s3__bucket="b", idle_timeout="1"))]), *NOTHING[2:]),
        None,
    ),
    "an old load balancer": (
        (
            *NOTHING[:2],
            Everywhere([(OLD, ClassicLoadBalancerAttributes(access_log=AccessLog(enabled=True, s3_bucket_name="b", s3_bucket_prefix="/p/")))]),
            *NOTHING[3:],
        ),
        ("b", "p/AWSLogs/"),
    ),
    "an old load balancer without": (
        (
            *NOTHING[:2],
            Everywhere([(OLD, ClassicLoadBalancerAttributes(access_log=AccessLog(enabled=False, s3_bucket_name="b"))), (OLD, ClassicLoadBalancerAttributes())]),
            *NOTHING[3:],
        ),
        None,
    ),
    "a flow log": ((*NOTHING[:3], Everywhere([flow("s3", "arn:aws:s3:::b/p/q/")]), NOTHING[4]), ("b", "p/q/AWSLogs/")),
    "a flow log without a prefix": ((*NOTHING[:3], Everywhere([flow("s3", "arn:aws-cn:s3:::b")]), NOTHING[4]), ("b", "AWSLogs/")),
    "a flow log to a log group": ((*NOTHING[:3], Everywhere([flow("cloud-watch-logs", "arn:aws:logs:eu-west-1:1:log-group:b")]), NOTHING[4]), None),
    "a distribution": (
        (*NOTHING[:4], Every([(CDN, cdn(DistributionLogging(enabled=True, bucket="b.s3.amazonaws.com", prefix="p/")))])),
        ("b", "p/"),
    ),
    "a distribution of a region's spelling": (
        (*NOTHING[:4], Every([(CDN, cdn(DistributionLogging(enabled=True, bucket="b.s3.eu-west-1.amazonaws.com")))])),
        ("b", ""),
    ),
    "a distribution without": (
        (
            *NOTHING[:4],
            Every([(CDN, cdn(None)), (CDN, cdn(DistributionLogging(enabled=False, bucket="b"))), (CDN, cdn(DistributionLogging(enabled=True, bucket="")))]),
        ),
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_targets(name: str) -> None:
    facts, expected = CASES[name]
    found = log_targets(ACCOUNT, *facts).targets
    assert [(one.bucket, one.prefix) for one in found] == ([expected] if expected else [])


def test_sources_are_named() -> None:
    everything = [log_targets(ACCOUNT, *facts).targets for facts, expected in CASES.values() if expected]
    assert {one.source for found in everything for one in found} == {
        "bucket photos",
        "load balancer front",
        "load balancer old",
        "flow log fl-1",
        "distribution E1",
    }


def gap(region: str) -> Unread:
    return Unread("some:Listing", "AccessDenied", region)


@pytest.mark.parametrize("place", range(5))
def test_gaps(place: int) -> None:
    """What writes to buckets of its own region leaves no doubt about those of others."""
    for region in ("eu-west-1", "us-east-1", ""):
        facts: list[Any] = [*NOTHING]
        facts[place] = type(facts[place])([], [gap(region)])
        found = log_targets(ACCOUNT, *facts)
        if place < 3 and region == "us-east-1":
            found.complete(BUCKET)
        else:
            with pytest.raises(Incomplete):
                found.complete(BUCKET)


def test_those_of_a_bucket() -> None:
    mine, other = LogTarget("photos", "", "x"), LogTarget("photos-2", "", "y")
    assert LogTargets((mine, other)).of(BUCKET) == (mine,)
    LogTargets((mine, other)).complete(BUCKET)
