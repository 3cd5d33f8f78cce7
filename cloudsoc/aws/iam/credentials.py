"""IAM: console passwords and access keys of users."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from cloudsoc.aws.iam.users import User
from cloudsoc.model import Address, Calls, Fact, NotApplicable, Resource, listed, reading, reads

NoValue = Literal["N/A", "no_information", "not_supported"]
"""What the credential report says where it has nothing to say: values of their own, not errors."""


_TRUTH = {"true": True, "false": False}


@reading("iam:GenerateCredentialReport", "iam:GetCredentialReport")
def credential_report(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 it is about the one account that asks
    """The rows of the credential report, that of the root user included; AWS makes it anew when the last one is four hours old."""
    while call("iam:GenerateCredentialReport")["State"] != "COMPLETE":
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


@reads(credential_report, joins="{arn}")
class CredentialRow(Fact[User]):
    """What the credential report says of a user; one that is newer than the report is not in it."""

    generated_time: datetime
    password_enabled: bool | NoValue
    mfa_active: bool | NoValue
    access_key_1_active: bool | NoValue
    access_key_1_last_rotated: datetime | NoValue
    access_key_2_active: bool | NoValue
    access_key_2_last_rotated: datetime | NoValue


def has_access_key(user: User, row: CredentialRow) -> NotApplicable | None:
    """Only users who have a key in the report are asked for their keys."""
    active = (row.access_key_1_active, row.access_key_2_active)
    rotated = (row.access_key_1_last_rotated, row.access_key_2_last_rotated)
    if True in active or any(isinstance(one, datetime) for one in rotated):  # an inactive key is known by the time at which it was made
        return None
    return NotApplicable(f"{user.user_name} has no access key")


@listed("iam:ListAccessKeys.AccessKeyMetadata[]", arn="{AccessKeyId}", resource_type="AWS::IAM::AccessKey", when=has_access_key)
class AccessKey(Resource[User]):
    """An access key of a user: its id, which is no secret."""

    access_key_id: str
    user_name: str
    status: str
    create_date: datetime
