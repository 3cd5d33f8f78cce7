"""IAM: console passwords and access keys of users."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from cloudsoc.aws.iam.users import User
from cloudsoc.model import Address, Calls, Fact, NotApplicable, Resource, listed, reading, reads

NoValue = Literal["N/A", "no_information", "not_supported"]
"""What the credential report says where it has nothing to say: values of their own, not errors."""

_TRUTH = {"true": True, "false": False}


@reading("iam:GenerateCredentialReport", "iam:GetCredentialReport")
def credential_report(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 it is about the one account that asks
    """The rows of the credential report, that of the root user included; AWS makes it anew when the last one is four hours old."""
    for _ in range(300):
        if call("iam:GenerateCredentialReport")["State"] == "COMPLETE":
            break
        call.pause(1)
    report = call("iam:GetCredentialReport")
    for row in csv.DictReader(io.StringIO(report["Content"].decode())):  # by name: AWS adds columns
        yield {"generated_time": report["GeneratedTime"], **{column: _value(column, text) for column, text in row.items()}}


def _value(column: str, text: str) -> object:
    if column.endswith(("_enabled", "_active")):
        return _TRUTH.get(text.lower(), text)
    if column.endswith(("_time", "_date", "_rotated", "_changed", "_rotation", "password_last_used")) and text[:1].isdigit():
        return datetime.fromisoformat(text)
    return text


@dataclass(frozen=True, slots=True)
class ReportedKey:
    """One of a user's two keys in the report, which does not say its id. None where the report names no time."""

    active: bool
    last_rotated: datetime | None
    last_used: datetime | None
    service: str

    @classmethod
    def of(cls, active: bool | NoValue, rotated: datetime | NoValue, used: datetime | NoValue, service: str) -> ReportedKey:
        """From the four columns of a key."""
        return cls(active is True, rotated if isinstance(rotated, datetime) else None, used if isinstance(used, datetime) else None, service)


def of_a_namesake(user: User, row: CredentialRow) -> str:
    """A report that is up to four hours old may still tell of a user who was deleted since, and whose name somebody else has now."""
    same = abs(row.user_creation_time - user.create_date) <= timedelta(minutes=1)
    return "" if same else f"the report of {row.generated_time:%Y-%m-%d %H:%M} UTC tells of an earlier user of this name"


@reads(credential_report, joins="{arn}", outdated=of_a_namesake)
class CredentialRow(Fact[User]):
    """What the credential report says of a user; one that is newer than the report is not in it."""

    generated_time: datetime
    user_creation_time: datetime
    password_enabled: bool | NoValue
    password_last_used: datetime | NoValue
    password_last_changed: datetime | NoValue
    mfa_active: bool | NoValue
    access_key_1_active: bool | NoValue
    access_key_1_last_rotated: datetime | NoValue
    access_key_1_last_used_date: datetime | NoValue
    access_key_1_last_used_service: str
    access_key_2_active: bool | NoValue
    access_key_2_last_rotated: datetime | NoValue
    access_key_2_last_used_date: datetime | NoValue
    access_key_2_last_used_service: str

    @property
    def keys(self) -> tuple[ReportedKey, ...]:
        """The keys that the report tells of: active ones, and inactive ones that are known by the time at which they were made."""
        both = (
            ReportedKey.of(self.access_key_1_active, self.access_key_1_last_rotated, self.access_key_1_last_used_date, self.access_key_1_last_used_service),
            ReportedKey.of(self.access_key_2_active, self.access_key_2_last_rotated, self.access_key_2_last_used_date, self.access_key_2_last_used_service),
        )
        return tuple(one for one in both if one.active or one.last_rotated)


def has_access_key(user: User, row: CredentialRow) -> NotApplicable | None:
    """Only users who have a key in the report are asked for their keys."""
    if row.keys:
        return None
    return NotApplicable(f"{user.user_name} has no access key")


@listed("iam:ListAccessKeys.AccessKeyMetadata[]", arn="{AccessKeyId}", resource_type="AWS::IAM::AccessKey", when=has_access_key)
class AccessKey(Resource[User]):
    """An access key of a user: its id, which is no secret."""

    access_key_id: str
    user_name: str
    status: str
    create_date: datetime
