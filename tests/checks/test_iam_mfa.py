"""IAM checks of second factors on hand-made facts."""

from __future__ import annotations

from typing import Any

from cloudsoc.aws.iam.attached import Tag
from cloudsoc.aws.iam.mfa import MfaDevice, has_factor
from cloudsoc.graphs.administrators import Administrator, Administrators
from cloudsoc.graphs.effective_policies import Held
from cloudsoc.model import Every, Its, NotApplicable, Unread
from cloudsoc_checks.iam.mfa import administrator_requires_mfa, console_user_requires_mfa, user_requires_hardware_mfa, user_requires_mfa
from tests.checks.iam_facts import OWN, ROW, USER, virtual
from tests.checks.table import UNREAD, but, given, table

NO_FACTOR = but(ROW, mfa_active=False)
NONE: Every[Any] = Every()
OTHERS = Every([virtual(f"arn:aws:iam::{OWN}:user/ben", "ann")])
# IAM-5: the report is up to four hours old; the list of virtual devices is not
REGISTERED_SINCE = Every([*OTHERS, virtual(USER.arn)])
UNSEEN: Every[Any] = Every((), [UNREAD])

test_console_user_requires_mfa = table(
    console_user_requires_mfa,
    passed={
        "both": given(USER, ROW, UNSEEN, says="report of 2026-11-25 11:00 UTC"),
        "IAM-5: registered since the report": given(USER, NO_FACTOR, REGISTERED_SINCE, says="does not have it yet"),
    },
    failed={
        "password only": given(USER, NO_FACTOR, NONE, says="report of 2026-11-25 11:00 UTC"),
        "IAM-4: another's device that has the user's name": (USER, NO_FACTOR, OTHERS),
        "a word where AWS writes true or false is no factor": (USER, but(ROW, mfa_active="not_supported"), NONE),
        "IAM-6: no word about the password is no proof that there is none": (USER, but(NO_FACTOR, password_enabled="not_supported"), NONE),
    },
    not_applicable={
        # IAM-6: without a password there is nothing to sign in with
        "IAM-6: no password": (USER, but(NO_FACTOR, password_enabled=False), NONE),
    },
    not_assessed={"not in the report yet": (USER, UNREAD, NONE), "IAM-5: what is newer than the report unread": (USER, NO_FACTOR, UNSEEN)},
)

MACHINE = but(USER, tags=(Tag(key="machine", value=""),))

test_user_requires_mfa = table(
    user_requires_mfa,
    passed={"with a password": (USER, ROW, NONE), "without": (USER, but(ROW, password_enabled=False), NONE), "IAM-5: new": (USER, NO_FACTOR, REGISTERED_SINCE)},
    failed={
        "no factor": (USER, NO_FACTOR, NONE),
        "keys only": (USER, but(NO_FACTOR, password_enabled=False, access_key_1_active=True), NONE),
        "a tag that exempts nobody": (MACHINE, NO_FACTOR, NONE),
        "no tag": given(USER, NO_FACTOR, NONE, exempt_tag="machine"),
    },
    not_applicable={"exempt": given(MACHINE, NO_FACTOR, NONE, exempt_tag="machine", says="machine")},
    not_assessed={"not in the report yet": (USER, UNREAD, NONE), "unread": (USER, NO_FACTOR, UNSEEN)},
)

WHOLE = Administrators({USER.arn: Administrator(Held(USER, ()), ("may do everything",))})
NOBODY = Administrators({}, frozenset({USER.arn}))
OPEN = Administrators({}, open={USER.arn: Unread("iam:GetAccountAuthorizationDetails", "AccessDenied")})


def device(serial: str) -> MfaDevice:
    return MfaDevice(arn=serial, region="global", user_name="ann", serial_number=serial)


APP, TOKEN = device(virtual(USER.arn).serial_number), device("GAHT12345678")
PASSKEY, TEXT = device(f"arn:aws:iam::{OWN}:u2f/user/ann/key-AAAA"), device(f"arn:aws:iam::{OWN}:sms-mfa/ann")
APPS = Every([virtual(USER.arn)])

test_user_requires_hardware_mfa = table(
    user_requires_hardware_mfa,
    passed={
        "a passkey": given(USER, WHOLE, Its([PASSKEY]), NONE, says="u2f/user/ann"),
        "a token and a passkey": given(USER, WHOLE, Its([TOKEN, PASSKEY]), OTHERS, says=f"{TOKEN.serial_number}, {PASSKEY.serial_number}"),
        "IAM-4: mixed, where that is accepted": given(USER, WHOLE, Its([TOKEN, APP]), APPS, accept_mixed=True, says="beside it"),
        "everybody, where that is asked for": given(USER, NOBODY, Its([PASSKEY]), NONE, only_privileged=False),
    },
    failed={
        "IAM-4: an app": given(USER, WHOLE, Its([APP]), APPS, says="virtual or text message only"),
        "IAM-4: an app alone, where mixed is accepted": given(USER, WHOLE, Its([APP]), APPS, accept_mixed=True),
        "IAM-4: mixed": given(USER, WHOLE, Its([TOKEN, APP]), APPS, says="beside it"),
        "an app and text messages": given(USER, WHOLE, Its([APP, TEXT]), APPS, says=f"only: {APP.serial_number}, {TEXT.serial_number}"),
        "an app, text messages and a token": given(USER, WHOLE, Its([APP, TEXT, TOKEN]), APPS, says=f"device {APP.serial_number}, {TEXT.serial_number}"),
        "text messages": given(USER, WHOLE, Its([TEXT]), NONE, says="sms-mfa"),
        "no factor": given(USER, WHOLE, Its(), NONE, says="at all"),
        "everybody": given(USER, NOBODY, Its([APP]), APPS, only_privileged=False),
    },
    not_applicable={"no administrator": given(USER, NOBODY, Its([APP]), APPS, says="no administrator")},
    not_assessed={
        "devices unread": (USER, WHOLE, Its((), [UNREAD]), NONE),
        "which are apps unread": (USER, WHOLE, Its([PASSKEY]), UNSEEN),
        "rights unread": (USER, OPEN, Its([PASSKEY]), NONE),
        "all rights unread": (USER, UNREAD, Its([PASSKEY]), NONE),
    },
)

test_administrator_requires_mfa = table(
    administrator_requires_mfa,
    passed={"a factor": given(USER, WHOLE, ROW, NONE, says="may do everything"), "IAM-5: new": (USER, WHOLE, NO_FACTOR, REGISTERED_SINCE)},
    failed={
        "none": given(USER, WHOLE, NO_FACTOR, NONE, says="may do everything"),
        "keys only": (USER, WHOLE, but(NO_FACTOR, password_enabled=False, access_key_1_active=True), NONE),
    },
    not_applicable={"no administrator": given(USER, NOBODY, UNREAD, NONE, says="no administrator")},
    not_assessed={
        "rights unread": (USER, OPEN, ROW, NONE),
        "all rights unread": (USER, UNREAD, ROW, NONE),
        "not in the report yet": (USER, WHOLE, UNREAD, NONE),
        "devices unread": (USER, WHOLE, NO_FACTOR, UNSEEN),
    },
)


def test_only_users_with_a_factor_are_asked_for_their_devices() -> None:
    assert has_factor(USER, ROW) is None
    assert has_factor(USER, but(ROW, mfa_active="not_supported")) is None
    assert isinstance(has_factor(USER, NO_FACTOR), NotApplicable)
