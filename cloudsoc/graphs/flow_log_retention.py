"""Where a flow log goes, and how long it is kept there."""

from __future__ import annotations

from dataclasses import dataclass

from cloudsoc.aws.account import Account
from cloudsoc.aws.logs import LogGroup
from cloudsoc.aws.s3 import Bucket, BucketLifecycle
from cloudsoc.aws.vpc import FlowLog
from cloudsoc.graphs.retention import days_kept
from cloudsoc.model import Every, Everywhere, Incomplete, Unread, derivation


@dataclass(frozen=True, slots=True)
class FlowLogRetention:
    """``days`` after which ``where`` deletes it (None: never; 0: at a date that is set)."""

    where: str
    days: int | None = None


@derivation
def flow_log_retention(
    log: FlowLog,
    account: Account,
    groups: Every[LogGroup],
    buckets: Everywhere[tuple[Bucket, BucketLifecycle | None]],
    known: Everywhere[Bucket],
) -> FlowLogRetention:
    """Looked up in the account's own log groups and buckets; what another account keeps is unread, and so is what goes on to somewhere else."""
    destination, kind = log.log_destination or "", log.log_destination_type or "cloud-watch-logs"
    if kind == "s3":
        return _in_bucket(log, destination, buckets, known)
    if kind != "cloud-watch-logs":
        raise Incomplete(Unread("ec2:DescribeFlowLogs", f"needs review: it goes to {kind}, which passes it on; how long that is kept is not to be seen here"))
    owner = destination.split(":")[4] if destination.count(":") >= 5 else account.account
    name = destination.partition(":log-group:")[2].removesuffix(":*") or log.log_group_name
    if owner != account.account:
        raise Incomplete(Unread("logs:DescribeLogGroups", f"log group {name} is in account {owner}: for review there", log.region, owner))
    for group in groups:
        if group.log_group_name == name:
            return FlowLogRetention(f"log group {name}", group.retention_in_days)
    raise Incomplete(Unread("logs:DescribeLogGroups", f"log group {name} was not found: for review", log.region, account.account))


def _in_bucket(log: FlowLog, destination: str, buckets: Everywhere[tuple[Bucket, BucketLifecycle | None]], known: Everywhere[Bucket]) -> FlowLogRetention:
    name, _, prefix = destination.rpartition(":::")[2].partition("/")
    # Below the prefix that was chosen AWS makes folders of its own, the first of which has this name.
    # AWS source: Amazon VPC User Guide, "Publish flow logs to Amazon S3", Flow log files.
    folder = f"{prefix.rstrip('/')}/AWSLogs/".lstrip("/")
    for bucket, lifecycle in buckets.known:
        if bucket.name == name:
            return FlowLogRetention(f"bucket {name}", days_kept(lifecycle, folder))
    if any(bucket.name == name for bucket in known.known):
        raise Incomplete(*buckets.unread)
    raise Incomplete(
        *(known.unread or (Unread("s3:ListBuckets", f"bucket {name} is not in this account: it is another's, or gone; for review there", log.region),))
    )
