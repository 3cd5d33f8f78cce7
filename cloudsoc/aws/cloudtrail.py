"""CloudTrail: trails, whether they log, and which events they take in."""

from __future__ import annotations

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
    kms_key_id: str | None = None


@reads("cloudtrail:GetTrailStatus")
class TrailStatus(Fact[Trail]):
    """Whether a trail logs."""

    is_logging: bool


@part
class EventSelector(Part):
    """A selector of the first grammar."""

    read_write_type: str
    include_management_events: bool
    exclude_management_event_sources: tuple[str, ...] = ()


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
