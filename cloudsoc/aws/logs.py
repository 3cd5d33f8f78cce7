"""CloudWatch Logs: log groups."""

from __future__ import annotations

from cloudsoc.aws.account import Region
from cloudsoc.model import Resource, listed


@listed(
    "logs:DescribeLogGroups.logGroups[]",
    arn="arn:{partition}:logs:{region}:{account}:log-group:{logGroupName}",
    # What sends to a log group names it by its ARN with all its streams.
    names={"logGroupName": "{logGroupName}", "arn": "arn:{partition}:logs:{region}:{account}:log-group:{logGroupName}:*"},
    resource_type="AWS::Logs::LogGroup",
)
class LogGroup(Resource[Region]):
    """A log group; without a retention it keeps everything for ever."""

    log_group_name: str
    retention_in_days: int | None = None
    kms_key_id: str | None = None
