"""Where a flow log goes, and how long it is kept there."""

from __future__ import annotations

from dataclasses import dataclass

from cloudsoc.aws.logs import LogGroup
from cloudsoc.aws.s3 import Bucket, BucketLifecycle
from cloudsoc.aws.vpc import FlowLog
from cloudsoc.graphs.retention import days_kept
from cloudsoc.model import Every, Everywhere, Incomplete, Unread, derivation


@dataclass(frozen=True, slots=True)
class FlowLogRetention:
    """``days`` after which ``where`` deletes it (None: never); ``elsewhere`` where it goes to neither a log group nor a bucket."""

    where: str
    days: int | None = None
    elsewhere: str = ""


@derivation
def flow_log_retention(
    log: FlowLog, groups: Every[LogGroup], buckets: Everywhere[tuple[Bucket, BucketLifecycle | None]], known: Everywhere[Bucket]
) -> FlowLogRetention:
    """Looked up in the account's own log groups and buckets; a destination in another account is unread."""
    destination, kind = log.log_destination or "", log.log_destination_type or "cloud-watch-logs"
    if kind == "s3":
        name, _, prefix = destination.rpartition(":::")[2].partition("/")
        for bucket, lifecycle in buckets.known:
            if bucket.name == name:
                return FlowLogRetention(f"bucket {name}", days_kept(lifecycle, prefix))
        if any(bucket.name == name for bucket in known.known):
            raise Incomplete(*buckets.unread)
        raise Incomplete(*(known.unread or (Unread("s3:ListBuckets", f"bucket {name} is not in this account: it is another's, or gone", log.region),)))
    if kind == "cloud-watch-logs":
        name = log.log_group_name or destination.rpartition(":log-group:")[2].removesuffix(":*")
        for group in groups:
            if group.log_group_name == name:
                return FlowLogRetention(f"log group {name}", group.retention_in_days)
        raise Incomplete(Unread("logs:DescribeLogGroups", f"log group {name} is not in this account and region", log.region))
    return FlowLogRetention("", elsewhere=f"it goes to {kind}, which keeps nothing itself")
