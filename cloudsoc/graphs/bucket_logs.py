"""Which buckets receive logs, from what, and below which prefix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloudsoc.aws.account import Account
from cloudsoc.aws.delivered_logs import (
    ClassicLoadBalancer,
    ClassicLoadBalancerAttributes,
    Distribution,
    DistributionConfig,
    LoadBalancer,
    LoadBalancerAttributes,
)
from cloudsoc.aws.s3 import Bucket, BucketLogging
from cloudsoc.aws.vpc import FlowLog
from cloudsoc.model import Every, Everywhere, Incomplete, Unread, derivation

LoadBalancers = Everywhere[tuple[LoadBalancer, LoadBalancerAttributes]]
ClassicLoadBalancers = Everywhere[tuple[ClassicLoadBalancer, ClassicLoadBalancerAttributes]]


@dataclass(frozen=True, slots=True)
class LogTarget:
    """A place in a bucket to which something writes its log."""

    bucket: str
    prefix: str
    source: str


@dataclass(frozen=True, slots=True)
class LogTargets:
    """All such places that are known. ``near`` are the gaps of sources that write to buckets of their own region, ``far`` of those that write anywhere."""

    targets: tuple[LogTarget, ...]
    near: tuple[Unread, ...] = ()
    far: tuple[Unread, ...] = ()

    def of(self, bucket: Bucket) -> tuple[LogTarget, ...]:
        """The known ones in a bucket."""
        return tuple(one for one in self.targets if one.bucket == bucket.name)

    def complete(self, bucket: Bucket) -> None:
        """Raise ``Incomplete`` where there may be more in a bucket."""
        if unread := (*(one for one in self.near if not one.elsewhere(bucket.region)), *self.far):
            raise Incomplete(*unread)


@derivation
def log_targets(
    account: Account,
    buckets: Every[tuple[Bucket, BucketLogging]],
    balancers: LoadBalancers,
    classic: ClassicLoadBalancers,
    flow_logs: Everywhere[FlowLog],
    distributions: Every[tuple[Distribution, DistributionConfig]],
) -> LogTargets:
    """From access logs of buckets, load balancers and distributions, and flow logs."""
    found = [*_of_buckets(buckets), *_of_balancers(balancers), *_of_classic(classic), *_of_flow_logs(flow_logs), *_of_distributions(distributions)]
    return LogTargets(
        tuple(found),
        tuple(dict.fromkeys((*buckets.unread, *balancers.unread, *classic.unread))),
        tuple(dict.fromkeys((*flow_logs.unread, *distributions.unread))),
    )


def _of_buckets(buckets: Every[tuple[Bucket, BucketLogging]]) -> Iterator[LogTarget]:
    for bucket, logging in buckets.known:
        if (to := logging.logging_enabled) is not None:
            yield LogTarget(to.target_bucket, to.target_prefix, f"bucket {bucket.name}")


def _of_balancers(balancers: LoadBalancers) -> Iterator[LogTarget]:
    for balancer, settings in balancers.known:
        said = {one.key: one.value or "" for one in settings.attributes}
        for key, value in said.items():
            kind, _, name = key.partition(".s3.")
            if name == "enabled" and value == "true":
                yield LogTarget(said.get(f"{kind}.s3.bucket", ""), _below(said.get(f"{kind}.s3.prefix", "")), f"load balancer {balancer.load_balancer_name}")


def _of_classic(classic: ClassicLoadBalancers) -> Iterator[LogTarget]:
    for balancer, settings in classic.known:
        if (log := settings.access_log) is not None and log.enabled:
            yield LogTarget(log.s3_bucket_name or "", _below(log.s3_bucket_prefix or ""), f"load balancer {balancer.load_balancer_name}")


def _of_flow_logs(flow_logs: Everywhere[FlowLog]) -> Iterator[LogTarget]:
    for log in flow_logs.known:
        if log.log_destination_type == "s3":
            name, _, prefix = (log.log_destination or "").rpartition(":::")[2].partition("/")
            yield LogTarget(name, _below(prefix), f"flow log {log.flow_log_id}")


def _of_distributions(distributions: Every[tuple[Distribution, DistributionConfig]]) -> Iterator[LogTarget]:
    for distribution, config in distributions.known:
        if (log := config.logging) is not None and log.enabled and log.bucket:
            yield LogTarget(log.bucket.partition(".s3.")[0], log.prefix or "", f"distribution {distribution.distribution_id}")


def _below(prefix: str) -> str:
    """Where the delivery of logs begins its own folders below a prefix."""
    return f"{prefix.strip('/')}/AWSLogs/".lstrip("/")
