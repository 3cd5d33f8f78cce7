"""Load balancers and CloudFront distributions, as far as they write logs to buckets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudsoc.aws.account import Account, Region
from cloudsoc.model import Address, Calls, Fact, Part, Resource, listed, part, reading, reads

# Regions since August 2022 have a service principal in their place; none will be added to these.
# AWS source: Elastic Load Balancing, Application Load Balancers, "Enable access logs for your Application Load Balancer", Step 2.
LOAD_BALANCING = frozenset(
    """
    009996457667 027434742980 033677994240 037604701340 048591011584 054676820928 076674570225 098369216593 114774131450 127311923021 156460612806
    190560391635 383597477331 507241528517 582318560864 589379963580 600734575887 635631232127 638102146993 652711504416 718504428378 754344448648
    783225319266 797873946194 897822967062 985666609251
    """.split()
)
"""The accounts of AWS's own, one a region, from which load balancers write their logs."""


@listed(
    "elbv2:DescribeLoadBalancers.LoadBalancers[]",
    arn="{LoadBalancerArn}",
    names={"LoadBalancerArn": "{LoadBalancerArn}"},
    gone="LoadBalancerNotFound",
    resource_type="AWS::ElasticLoadBalancingV2::LoadBalancer",
)
class LoadBalancer(Resource[Region]):
    """An application, network or gateway load balancer."""

    load_balancer_name: str


@part
class LoadBalancerAttribute(Part):
    """One setting of a load balancer, by its name."""

    key: str
    value: str | None = None


@reads("elbv2:DescribeLoadBalancerAttributes")
class LoadBalancerAttributes(Fact[LoadBalancer]):
    """The settings of a load balancer; which there are depends on its kind."""

    attributes: tuple[LoadBalancerAttribute, ...]


@listed(
    "elb:DescribeLoadBalancers.LoadBalancerDescriptions[]",
    arn="arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{LoadBalancerName}",
    names={"LoadBalancerName": "{LoadBalancerName}"},
    gone=("LoadBalancerNotFound", "AccessPointNotFound"),
    resource_type="AWS::ElasticLoadBalancing::LoadBalancer",
)
class ClassicLoadBalancer(Resource[Region]):
    """A load balancer of the first generation."""

    load_balancer_name: str


@part
class AccessLog(Part):
    """Where the log of requests goes."""

    enabled: bool
    s3_bucket_name: str | None = None
    s3_bucket_prefix: str | None = None


@reads("elb:DescribeLoadBalancerAttributes.LoadBalancerAttributes")
class ClassicLoadBalancerAttributes(Fact[ClassicLoadBalancer]):
    """The settings of a load balancer of the first generation."""

    access_log: AccessLog | None = None


@reading("cloudfront:ListDistributions")
def distributions(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """All of an account. The partitions of governments have no CloudFront."""
    if about.partition in ("aws", "aws-cn"):
        for one in call.items("cloudfront:ListDistributions.DistributionList.Items[]"):
            yield {"distribution_id": one["Id"], "distribution_arn": one["ARN"]}


@listed(distributions, arn="{distribution_arn}", names={"Id": "{distribution_id}"}, gone="NoSuchDistribution", resource_type="AWS::CloudFront::Distribution")
class Distribution(Resource[Account]):
    """A CloudFront distribution."""

    distribution_id: str


@part
class DistributionLogging(Part):
    """Where the log of requests goes: a bucket by its domain name."""

    enabled: bool | None = None
    bucket: str | None = None
    prefix: str | None = None


@reads("cloudfront:GetDistributionConfig.DistributionConfig")
class DistributionConfig(Fact[Distribution]):
    """The settings of a distribution."""

    logging: DistributionLogging | None = None
