"""What Acorn Analytics writes down about itself: trails and configuration recorders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudsoc.demo.company import ACCOUNT, AMERICA, HOME
from cloudsoc.demo.company.data import Keys

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_config import ConfigServiceClient

FRANKFURT = "eu-central-1"


def keep(session: boto3.Session, keys: Keys) -> None:
    """One trail for everything, and one that somebody tried out; Config where somebody thought of it."""
    ireland, virginia = session.client("cloudtrail", HOME), session.client("cloudtrail", AMERICA)
    ireland.create_trail(
        Name="acorn-audit",
        S3BucketName="acorn-log-archive",
        IsMultiRegionTrail=True,
        IncludeGlobalServiceEvents=True,
        EnableLogFileValidation=True,
        KmsKeyId=keys["log-archive"],
    )
    ireland.start_logging(Name="acorn-audit")
    # From an afternoon with a tutorial: one region, no encryption, and it still runs.
    virginia.create_trail(Name="tutorial", S3BucketName="acorn-analytics-scratch", IsMultiRegionTrail=False, IncludeGlobalServiceEvents=False)
    virginia.start_logging(Name="tutorial")

    _record(session.client("config", HOME), everything=True)
    _record(session.client("config", AMERICA), everything=False)  # somebody looked at the bill
    frankfurt = session.client("config", FRANKFURT)
    _record(frankfurt, everything=True)
    frankfurt.stop_configuration_recorder(ConfigurationRecorderName="default")  # for a migration that was called off


def _record(config: ConfigServiceClient, *, everything: bool) -> None:
    config.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "default",
            "roleARN": f"arn:aws:iam::{ACCOUNT}:role/config-recorder",
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": config.meta.region_name == HOME}
            if everything
            else {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::EC2::Instance", "AWS::EC2::SecurityGroup"]},
        }
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "acorn-log-archive"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
