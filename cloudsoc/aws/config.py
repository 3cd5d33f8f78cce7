"""AWS Config: recorders, whether they run, what they record, and where it goes."""

from __future__ import annotations

from datetime import datetime

from cloudsoc.aws.account import Region
from cloudsoc.model import Fact, Part, Resource, listed, part, reads


@part
class ExclusionByResourceTypes(Part):
    """The resource types that a recorder leaves out."""

    resource_types: tuple[str, ...] = ()


@part
class RecordingStrategy(Part):
    """How the lists of a recording group are meant."""

    use_only: str | None = None


@part
class RecordingGroup(Part):
    """Which resource types a recorder takes in."""

    all_supported: bool
    include_global_resource_types: bool
    resource_types: tuple[str, ...] = ()
    exclusion_by_resource_types: ExclusionByResourceTypes | None = None
    recording_strategy: RecordingStrategy | None = None


@part
class RecordingModeOverride(Part):
    """Resource types that are recorded at another pace."""

    resource_types: tuple[str, ...]
    recording_frequency: str


@part
class RecordingMode(Part):
    """Whether changes are recorded as they happen or once a day."""

    recording_frequency: str
    recording_mode_overrides: tuple[RecordingModeOverride, ...] = ()


# AWS's ARN ends in an id that is new whenever the recorder is made anew, and older answers leave it out; the name is unique in its region.
@listed(
    "config:DescribeConfigurationRecorders.ConfigurationRecorders[]",
    arn="{account}/{region}/configuration-recorder/{name}",
    resource_type="AWS::Config::ConfigurationRecorder",
)
class Recorder(Resource[Region]):
    """The customer managed configuration recorder; those of other AWS services are not listed."""

    name: str
    role_arn: str | None = None
    recording_group: RecordingGroup | None = None
    recording_mode: RecordingMode | None = None


@reads("config:DescribeConfigurationRecorderStatus.ConfigurationRecordersStatus[]", joins="{account}/{region}/configuration-recorder/{name}")
class RecorderStatus(Fact[Recorder]):
    """Whether a recorder runs, and what became of the last event that it recorded."""

    recording: bool
    last_status: str | None = None
    last_error_code: str | None = None


@listed(
    "config:DescribeDeliveryChannels.DeliveryChannels[]",
    arn="{account}/{region}/delivery-channel/{name}",
    resource_type="AWS::Config::DeliveryChannel",
)
class DeliveryChannel(Resource[Region]):
    """Where a recorder delivers to; AWS knows one a region."""

    name: str
    s3_bucket_name: str
    s3_key_prefix: str | None = None
    s3_kms_key_arn: str | None = None
    sns_topic_arn: str | None = None


@part
class ExportDelivery(Part):
    """How the last delivery of files went."""

    last_status: str | None = None
    last_error_code: str | None = None
    last_successful_time: datetime | None = None


@part
class StreamDelivery(Part):
    """How the last message went."""

    last_status: str | None = None
    last_error_code: str | None = None


@reads("config:DescribeDeliveryChannelStatus.DeliveryChannelsStatus[]", joins="{account}/{region}/delivery-channel/{name}")
class DeliveryChannelStatus(Fact[DeliveryChannel]):
    """How the deliveries of history, snapshots and messages went. What never happened has no status."""

    config_history_delivery_info: ExportDelivery | None = None
    config_snapshot_delivery_info: ExportDelivery | None = None
    config_stream_delivery_info: StreamDelivery | None = None


@listed(
    "config:DescribeRetentionConfigurations.RetentionConfigurations[]",
    arn="{account}/{region}/retention-configuration/{Name}",
    resource_type="AWS::Config::RetentionConfiguration",
)
class RetentionConfiguration(Resource[Region]):
    """For how long the history is kept; without one for seven years."""

    retention_period_in_days: int
