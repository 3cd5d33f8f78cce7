"""CloudWatch: alarms on metrics."""

from __future__ import annotations

from cloudsoc.aws.account import Region
from cloudsoc.model import Part, Resource, listed, part


@part
class Dimension(Part):
    """What narrows a metric."""

    name: str
    value: str


@listed("cloudwatch:DescribeAlarms.MetricAlarms[]", arn="{AlarmArn}", given={"AlarmTypes": ["MetricAlarm"]}, resource_type="AWS::CloudWatch::Alarm")
class MetricAlarm(Resource[Region]):
    """An alarm on a metric. One on an expression over several metrics names none itself."""

    alarm_name: str
    actions_enabled: bool
    alarm_actions: tuple[str, ...] = ()
    state_value: str
    metric_name: str | None = None
    namespace: str | None = None
    statistic: str | None = None
    extended_statistic: str | None = None
    dimensions: tuple[Dimension, ...] = ()
    period: int | None = None
    evaluation_periods: int | None = None
    datapoints_to_alarm: int | None = None
    threshold: float | None = None
    comparison_operator: str | None = None
