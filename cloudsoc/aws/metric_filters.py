"""CloudWatch Logs: metric filters, which count the events that match a pattern."""

from __future__ import annotations

from collections.abc import Mapping

from cloudsoc.aws.account import Region
from cloudsoc.model import Part, Resource, listed, part


@part
class MetricTransformation(Part):
    """The metric that a match adds to, and what it adds."""

    metric_name: str
    metric_namespace: str
    metric_value: str
    dimensions: Mapping[str, str] | None = None


@listed(
    "logs:DescribeMetricFilters.metricFilters[]",
    arn="{account}/{region}/metric-filter/{logGroupName}:{filterName}",
    resource_type="AWS::Logs::MetricFilter",
)
class MetricFilter(Resource[Region]):
    """A metric filter of a log group; an empty pattern matches every event."""

    filter_name: str
    filter_pattern: str | None = None
    log_group_name: str
    metric_transformations: tuple[MetricTransformation, ...]
    apply_on_transformed_logs: bool | None = None
    field_selection_criteria: str | None = None
    """Of which accounts and regions it takes in events, in a log group that many send theirs to."""
    emit_system_field_dimensions: tuple[str, ...] = ()
    """By which of these the metric is told apart: it has then one value for each account or region, and none for all."""
