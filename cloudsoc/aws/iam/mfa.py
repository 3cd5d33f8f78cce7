"""IAM: second factors, and of which kind they are."""

from __future__ import annotations

from datetime import datetime

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.credentials import CredentialRow
from cloudsoc.aws.iam.users import User
from cloudsoc.model import NotApplicable, Part, Resource, listed, part


@part
class DeviceOwner(Part):
    """Whose a virtual device is: a user or the root user, by ARN. The device's own name says nothing, anybody chooses it."""

    arn: str


@listed(
    "iam:ListVirtualMFADevices.VirtualMFADevices[]",
    arn="{SerialNumber}",
    given={"AssignmentStatus": "Assigned"},
    resource_type="AWS::IAM::VirtualMFADevice",
)
class VirtualMfaDevice(Resource[Account]):
    """An app that makes one-time codes and belongs to somebody, the root user included. Its seed is not read."""

    serial_number: str
    user: DeviceOwner
    enable_date: datetime


def has_factor(user: User, row: CredentialRow) -> NotApplicable | None:
    """Only users with a factor in the report are asked for their devices."""
    return NotApplicable(f"{user.user_name} has no second factor") if row.mfa_active is False else None


@listed("iam:ListMFADevices.MFADevices[]", arn="{SerialNumber}", resource_type="AWS::IAM::MFADevice", when=has_factor)
class MfaDevice(Resource[User]):
    """A factor of a user, of whatever kind."""

    user_name: str
    serial_number: str

    @property
    def by_text_message(self) -> bool:
        """Whether its codes came by text message: a kind that AWS stopped to offer, which old accounts may have."""
        return ":sms-mfa/" in self.serial_number
