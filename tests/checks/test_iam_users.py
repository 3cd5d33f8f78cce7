"""IAM checks on hand-made facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cloudsoc.aws.iam.credentials import AccessKey, CredentialRow, has_access_key
from cloudsoc.aws.iam.users import User
from cloudsoc.model import NotApplicable
from cloudsoc_checks.iam.keys import access_key_rotated_within_limit
from cloudsoc_checks.iam.users import console_user_requires_mfa
from tests.checks.table import UNREAD, but, given, table

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
USER = User(arn="arn:aws:iam::111122223333:user/ann", region="global", user_name="ann", path="/", create_date=AT - timedelta(days=400))
ROW = CredentialRow(
    generated_time=AT - timedelta(hours=1),
    password_enabled=True,
    password_last_used=AT - timedelta(days=3),
    password_last_changed=AT - timedelta(days=400),
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

test_console_user_requires_mfa = table(
    console_user_requires_mfa,
    passed={"both": (USER, ROW)},
    failed={
        "password only": (USER, but(ROW, mfa_active=False)),
        "a word where AWS writes true or false is no factor": (USER, but(ROW, mfa_active="not_supported")),
        "no word about the password is no proof that there is none": (USER, but(ROW, password_enabled="not_supported", mfa_active=False)),
    },
    not_applicable={
        # IAM-6: without a password there is nothing to sign in with
        "no password": (USER, but(ROW, password_enabled=False, mfa_active=False)),
    },
    not_assessed={"not in the report yet": (USER, UNREAD)},
)

KEY = AccessKey(
    arn="AKIAIOSFODNN7EXAMPLE", region="global", access_key_id="AKIAIOSFODNN7EXAMPLE", user_name="ann", status="Active", create_date=AT - timedelta(days=30)
)

test_access_key_rotated_within_limit = table(
    access_key_rotated_within_limit,
    passed={
        "young": (KEY, AT),
        # IAM-7: a key of today has not been used yet, and need not have been
        "brand new": (but(KEY, create_date=AT), AT),
        "on its last day": (but(KEY, create_date=AT - timedelta(days=90)), AT),
        "older, where the limit is": given(but(KEY, create_date=AT - timedelta(days=180)), AT, max_age_days=200),
    },
    failed={"too old": given(but(KEY, create_date=AT - timedelta(days=91)), AT, says="91 days old")},
    not_applicable={"IAM-8: inactive": given(but(KEY, status="Inactive", create_date=AT - timedelta(days=900)), AT, says="inactive")},
    not_assessed={"unread": (UNREAD, AT)},
)


def test_only_users_with_a_key_are_asked_for_their_keys() -> None:
    assert isinstance(has_access_key(USER, ROW), NotApplicable)
    assert has_access_key(USER, but(ROW, access_key_2_active=True)) is None
    # IAM-8: an inactive key is a key as well: the time at which it was made tells it
    assert has_access_key(USER, but(ROW, access_key_1_last_rotated=AT)) is None
