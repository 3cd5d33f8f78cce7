"""IAM checks of access keys on hand-made facts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from cloudsoc.aws.iam.credentials import AccessKey, CredentialRow, has_access_key, of_a_namesake
from cloudsoc.aws.iam.last_accessed import ServiceAccess, UserServiceAccess, has_credentials
from cloudsoc.aws.iam.users import User
from cloudsoc.engine.inventory import current
from cloudsoc.model import Address, Its, NotApplicable, Unread
from cloudsoc_checks.iam.keys import (
    access_key_rotated_within_limit,
    access_key_used_or_removed,
    console_user_created_without_access_key,
    user_has_single_active_access_key,
    workload_uses_temporary_credentials,
)
from tests.checks.iam_facts import AT, ROW, USER, ago
from tests.checks.table import UNREAD, but, given, table


def key(days: float, id: str = "AKIAIOSFODNN7EXAMPLE", status: str = "Active") -> AccessKey:
    return AccessKey(arn=id, region="global", access_key_id=id, user_name="ann", status=status, create_date=ago(days=days))


def reported(n: int, made: datetime | None, used: datetime | None = None, service: str = "s3", *, active: bool = True) -> dict[str, Any]:
    said: dict[str, Any] = {"active": active, "last_rotated": made or "N/A", "last_used_date": used or "N/A", "last_used_service": service if used else "N/A"}
    return {f"access_key_{n}_{name}": value for name, value in said.items()}


KEY = key(30)
SECOND = "AKIAI44QH8DHBEXAMPLE"

test_access_key_rotated_within_limit = table(
    access_key_rotated_within_limit,
    passed={
        "young": (KEY, AT),
        # IAM-7: a key of today has not been used yet, and need not have been
        "IAM-7: brand new": (key(0), AT),
        "on its last day": (key(90), AT),
        "older, where the limit is": given(key(180), AT, max_age_days=200),
    },
    failed={"too old": given(key(91), AT, says="91 days old")},
    not_applicable={"IAM-8: inactive": given(key(900, status="Inactive"), AT, says="inactive")},
    not_assessed={"unread": (UNREAD, AT)},
)

OLD, OTHER = key(200), key(100, SECOND)


def row(*columns: dict[str, Any]) -> CredentialRow:
    changes: dict[str, Any] = {}
    for one in columns:
        changes |= one
    return but(ROW, **changes)


ONE_USED = row(reported(1, OLD.create_date, ago(days=300)), reported(2, OTHER.create_date, ago(days=2)))
TWINS = row(reported(1, OLD.create_date, ago(days=100)), reported(2, OLD.create_date, ago(days=2)))

test_access_key_used_or_removed = table(
    access_key_used_or_removed,
    passed={
        "used": given(OLD, row(reported(1, OLD.create_date, ago(days=45))), AT, says="last used 45 days ago (report of 2026-11-25 11:00 UTC)"),
        "IAM-8: each key by itself": given(OTHER, ONE_USED, AT, says="last used 2 days ago"),
        # IAM-7: in grace, whatever the report says or does not have yet
        "IAM-7: brand new and never used": given(key(0), UNREAD, AT, says="0 days old"),
        "IAM-7: on the last day of grace": given(key(45), UNREAD, AT, says="45 days old: it need not"),
        "another limit": given(OLD, row(reported(1, OLD.create_date, ago(days=80))), AT, max_unused_days=90),
        "the report names another time, and there is one key": (OLD, row(reported(1, ago(days=3), ago(days=2))), AT),
        "made in one second, and both are in use: the longer ago is told": given(
            OLD, row(reported(1, OLD.create_date, ago(days=1)), reported(2, OLD.create_date, ago(days=2))), AT, says="last used 2 days ago"
        ),
        "made two seconds after the other": (
            OLD,
            row(reported(1, OLD.create_date, ago(days=1)), reported(2, OLD.create_date - timedelta(seconds=2), ago(days=99))),
            AT,
        ),
    },
    failed={
        "long ago": given(OLD, row(reported(1, OLD.create_date, ago(days=46))), AT, says="46 days ago"),
        "IAM-8: each key by itself": given(OLD, ONE_USED, AT, says="last used 300 days ago"),
        "IAM-7: never, and grace has ended": given(key(46), row(reported(1, ago(days=46))), AT, says="never used, and made 46 days ago"),
        "IAM-8: the use of an inactive key is not this one's": (
            OLD,
            row(reported(1, OLD.create_date), reported(2, ago(days=9), ago(days=1), active=False)),
            AT,
        ),
    },
    not_applicable={"IAM-8: inactive": given(but(OLD, status="Inactive"), UNREAD, AT, says="inactive")},
    not_assessed={
        "not in the report": (OLD, UNREAD, AT),
        "IAM-8: two of one second, and one is in use": given(
            OLD, TWINS, AT, says="iam:GetCredentialReport: needs review: the report does not say which of the keys of ann"
        ),
        "the report has no active key": (OLD, ROW, AT),
    },
)

test_user_has_single_active_access_key = table(
    user_has_single_active_access_key,
    passed={
        "one": given(USER, Its([OLD]), AT, says=OLD.access_key_id),
        # IAM-8: inactive keys do not count
        "IAM-8: one, and an inactive one": (USER, Its([OLD, key(100, SECOND, "Inactive")]), AT),
        "IAM-7: a rotation": given(USER, Its([OLD, key(7, SECOND)]), AT, says="a rotation"),
        "a longer one": given(USER, Its([OLD, key(20, SECOND)]), AT, rotation_grace_days=30),
    },
    failed={"two": given(USER, Its([key(8, SECOND), OLD]), AT, says=f"{OLD.access_key_id} and {SECOND} are active, the younger for 8 days")},
    not_applicable={"none": (USER, Its(), AT), "IAM-8: an inactive one": (USER, Its([but(OLD, status="Inactive")]), AT)},
    not_assessed={"unread": (USER, Its((), [UNREAD]), AT), "one known": (USER, Its([OLD], [UNREAD]), AT)},
)

test_console_user_created_without_access_key = table(
    console_user_created_without_access_key,
    passed={
        "no key": (USER, ROW),
        "later": (USER, row(reported(1, ago(days=399)))),
        "IAM-8: inactive by now": (USER, row(reported(1, USER.create_date, active=False))),
        "just after": (USER, row(reported(1, USER.create_date + timedelta(minutes=5, seconds=30)))),
        "just after, by another measure": given(USER, row(reported(1, USER.create_date + timedelta(minutes=3))), setup_minutes=2),
    },
    failed={
        "with the user": given(USER, row(reported(1, USER.create_date)), says="2025-10-21"),
        "the other key": (USER, row(reported(2, ago(days=399, hours=23, minutes=55)))),
    },
    not_applicable={"IAM-6: no password": (USER, but(ROW, password_enabled=False))},
    not_assessed={"not in the report yet": (USER, UNREAD)},
)


def accessed(*services: str) -> UserServiceAccess:
    return UserServiceAccess(
        services=(
            ServiceAccess(service_namespace="ec2", last_authenticated=None),
            *(ServiceAccess(service_namespace=one, last_authenticated=AT) for one in services),
        )
    )


TO_STS = row(reported(1, OLD.create_date, ago(days=1), "sts"))

test_workload_uses_temporary_credentials = table(
    workload_uses_temporary_credentials,
    passed={
        "for roles only": given(USER, TO_STS, accessed("sts", "iam"), says="IAM and STS alone"),
        "IAM-7: never used": given(USER, row(reported(1, ago(days=1))), UNREAD, says="ever used"),
    },
    failed={
        "its last use": given(USER, row(reported(1, OLD.create_date, ago(days=1))), UNREAD, says="last used for s3"),
        "the other key": given(USER, row(reported(1, OLD.create_date, ago(days=1), "sts"), reported(2, AT, AT, "sqs")), UNREAD, says="last used for sqs"),
        "both keys": given(USER, row(reported(1, OLD.create_date, AT, "s3"), reported(2, AT, AT, "sqs")), UNREAD, says="used for s3 and sqs"),
        "five": given(USER, TO_STS, accessed("a", "b", "c", "d", "e"), says="used for a, b, c, d, e"),
        "another service before": given(USER, TO_STS, accessed("sts", "dynamodb"), says="dynamodb"),
        "six": given(USER, TO_STS, accessed("a", "b", "c", "d", "e", "f"), says="a, b, c, d, e and 1 more"),
        "many": given(USER, TO_STS, accessed("a", "b", "c", "d", "e", "f", "g"), says="a, b, c, d, e and 2 more"),
        **{
            f"IAM-6: AWS names no service: {word}": given(USER, row(reported(1, OLD.create_date, ago(days=1), word)), accessed("s3"), says="keys, used for s3")
            for word in ("N/A", "no_information", "not_supported")
        },
    },
    not_applicable={
        "no key": (USER, ROW, accessed("s3")),
        "IAM-8: an inactive key": (USER, row(reported(1, OLD.create_date, ago(days=1), active=False)), accessed("s3")),
    },
    not_assessed={"not in the report yet": (USER, UNREAD, accessed()), "services unread": (USER, TO_STS, UNREAD)},
)


def test_only_users_with_a_key_are_asked_for_their_keys() -> None:
    assert isinstance(has_access_key(USER, ROW), NotApplicable)
    assert has_access_key(USER, but(ROW, access_key_2_active=True)) is None
    # IAM-8: an inactive key is a key as well: the time at which it was made tells it
    assert has_access_key(USER, but(ROW, access_key_1_last_rotated=AT)) is None


def test_only_users_who_can_use_something_are_asked_for_what_they_used() -> None:
    no_password = but(ROW, password_enabled=False)
    assert has_credentials(USER, ROW) is None
    assert has_credentials(USER, but(no_password, access_key_2_active=True)) is None
    assert isinstance(has_credentials(USER, but(no_password, access_key_1_last_rotated=AT)), NotApplicable)
    assert has_credentials(USER, but(ROW, password_enabled="not_supported")) is None


@pytest.mark.parametrize(("seconds", "same"), [(0, True), (60, True), (-60, True), (61, False), (-61, False)])
def test_a_report_is_about_the_user_who_was_made_when_it_says(seconds: int, same: bool) -> None:
    told = of_a_namesake(but(USER, create_date=ROW.user_creation_time + timedelta(seconds=seconds)), ROW)
    assert (told == "") is same
    assert same or "report of 2026-11-25 11:00 UTC tells of an earlier user" in told


def test_what_is_about_an_earlier_user_or_about_nobody_that_is_known_is_unread() -> None:
    address = Address(User, USER.arn, "global", "111122223333", "aws")
    assert current(CredentialRow, ROW, USER, address) is ROW
    assert current(CredentialRow, UNREAD, but(USER, create_date=AT), address) is UNREAD
    assert current(CredentialRow, ROW, UNREAD, address) is UNREAD
    namesake = current(CredentialRow, ROW, but(USER, create_date=AT), address)
    assert isinstance(namesake, Unread)
    assert namesake.operation == "iam:GetCredentialReport"
    assert isinstance(current(CredentialRow, ROW, None, address), Unread)
