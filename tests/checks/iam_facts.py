"""Facts that tables of several IAM topics start from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.credentials import CredentialRow
from cloudsoc.aws.iam.mfa import DeviceOwner, VirtualMfaDevice
from cloudsoc.aws.iam.users import User
from cloudsoc.aws.organizations import Organization

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
OWN, MANAGEMENT = "111122223333", "444455556666"
ACCOUNT = Account(arn=OWN, region="global", account=OWN)
MEMBER = Organization(id="o-1", master_account_id=MANAGEMENT)
MASTER = Organization(id="o-1", master_account_id=OWN)


def ago(**time: float) -> datetime:
    """So long before the scan."""
    return AT - timedelta(**time)


USER = User(arn=f"arn:aws:iam::{OWN}:user/ann", region="global", user_name="ann", path="/", create_date=ago(days=400))
ROW = CredentialRow(
    user_creation_time=ago(days=400),
    generated_time=ago(hours=1),
    password_enabled=True,
    password_last_used=ago(days=3),
    password_last_changed=ago(days=399),
    mfa_active=True,
    access_key_1_active=False,
    access_key_1_last_rotated="N/A",
    access_key_1_last_used_date="N/A",
    access_key_1_last_used_service="N/A",
    access_key_2_active=False,
    access_key_2_last_rotated="N/A",
    access_key_2_last_used_date="N/A",
    access_key_2_last_used_service="N/A",
)


def virtual(owner: str, name: str = "phone", *, since: datetime = AT) -> VirtualMfaDevice:
    """An app that belongs to somebody; its name is anybody's choice."""
    serial = f"arn:aws:iam::{OWN}:mfa/{name}"
    return VirtualMfaDevice(arn=serial, region="global", serial_number=serial, user=DeviceOwner(arn=owner), enable_date=since)
