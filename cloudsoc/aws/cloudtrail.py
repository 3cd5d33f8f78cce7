"""CloudTrail: trails, whether they log and deliver, which events they take in; and stores of events."""

from __future__ import annotations

from datetime import datetime

from cloudsoc.aws.account import Region
from cloudsoc.model import Fact, Part, Resource, listed, part, reads


# A trail for all regions shows in each of them, and an organization's in each member account: one ARN, one trail, asked in its home.
@listed(
    "cloudtrail:DescribeTrails.trailList[]",
    arn="{TrailARN}",
    region="{HomeRegion}",
    names={"Name": "{TrailARN}", "TrailName": "{TrailARN}"},
    gone="TrailNotFoundException",
    resource_type="AWS::CloudTrail::Trail",
)
class Trail(Resource[Region]):
    """A trail."""

    name: str
    home_region: str
    s3_bucket_name: str
    is_multi_region_trail: bool
    is_organization_trail: bool
    include_global_service_events: bool
    log_file_validation_enabled: bool
    s3_key_prefix: str | None = None
    kms_key_id: str | None = None
    cloud_watch_logs_log_group_arn: str | None = None
    has_custom_event_selectors: bool | None = None


@reads("cloudtrail:GetTrailStatus")
class TrailStatus(Fact[Trail]):
    """Whether a trail logs, and how its deliveries went. An error stays until a delivery succeeds; none has no text."""

    is_logging: bool
    start_logging_time: datetime | None = None
    stop_logging_time: datetime | None = None
    latest_delivery_time: datetime | None = None
    latest_delivery_error: str | None = None
    latest_digest_delivery_time: datetime | None = None
    latest_digest_delivery_error: str | None = None
    latest_cloud_watch_logs_delivery_time: datetime | None = None
    latest_cloud_watch_logs_delivery_error: str | None = None


@part
class DataResource(Part):
    """Resources of a type, by the beginnings of their ARNs."""

    type: str
    values: tuple[str, ...] = ()


@part
class EventSelector(Part):
    """A selector of the first grammar."""

    read_write_type: str
    include_management_events: bool
    exclude_management_event_sources: tuple[str, ...] = ()
    data_resources: tuple[DataResource, ...] = ()


@part
class AdvancedFieldSelector(Part):
    """A condition on one field of the events; the conditions of a selector must all hold."""

    field: str
    equals: tuple[str, ...] = ()
    not_equals: tuple[str, ...] = ()
    starts_with: tuple[str, ...] = ()
    not_starts_with: tuple[str, ...] = ()
    ends_with: tuple[str, ...] = ()
    not_ends_with: tuple[str, ...] = ()


@part
class AdvancedEventSelector(Part):
    """A selector of the second grammar."""

    field_selectors: tuple[AdvancedFieldSelector, ...]


@reads("cloudtrail:GetEventSelectors")
class EventSelectors(Fact[Trail]):
    """Which events a trail takes in: what any of its selectors takes. A trail has selectors of one of the two grammars."""

    event_selectors: tuple[EventSelector, ...] = ()
    advanced_event_selectors: tuple[AdvancedEventSelector, ...] = ()


@part
class InsightSelector(Part):
    """A kind of unusual activity that is looked for."""

    insight_type: str


@reads("cloudtrail:GetInsightSelectors", absent="InsightNotEnabledException")
class InsightSelectors(Fact[Trail]):
    """Which unusual activity a trail looks for."""

    insight_selectors: tuple[InsightSelector, ...] = ()


@listed(
    "cloudtrail:ListEventDataStores.EventDataStores[]",
    arn="{EventDataStoreArn}",
    names={"EventDataStore": "{EventDataStoreArn}"},
    gone="EventDataStoreNotFoundException",
    resource_type="AWS::CloudTrail::EventDataStore",
)
@reads("cloudtrail:GetEventDataStore")
class EventDataStore(Resource[Region]):
    """A store of events in CloudTrail Lake; without a key of its own it has one that AWS owns."""

    name: str
    status: str
    retention_period: int
    termination_protection_enabled: bool
    multi_region_enabled: bool
    kms_key_id: str | None = None
