"""Accounts and regions: where everything else exists."""

from __future__ import annotations

from typing import Final

from cloudsoc.model import NotApplicable, Resource, listed

HOMES: Final = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""By partition the region in which CloudTrail has the events of global services. AWS source: CloudTrail User Guide, "Global service events"."""


@listed("sts:GetCallerIdentity", arn="{Account}", names={"AccountId": "{Account}"}, resource_type="AWS::::Account")
class Account(Resource[None]):
    """An AWS account, as the credentials say it."""

    account: str


@listed(
    "ec2:DescribeRegions.Regions[]",
    arn="{account}/{RegionName}",
    region="{RegionName}",
    given={"AllRegions": True},  # without it the disabled ones are not named, and nobody would know that they were not looked at
    place=True,
    resource_type="AWS::EC2::Region",
)
class Region(Resource[Account]):
    """A region of the account's partition, enabled or not."""

    region_name: str
    opt_in_status: str


def not_enabled(region: Region) -> NotApplicable | None:
    """Why nothing can be asked in a region; None where it can."""
    if region.opt_in_status == "not-opted-in":
        return NotApplicable(f"{region.region_name} is not enabled; what was made there before it was disabled cannot be seen")
    return None
