"""IAM checks of the root user on hand-made facts."""

from __future__ import annotations

from typing import Any

from cloudsoc.aws.iam.root import RootCredentialRow, RootUser
from cloudsoc.aws.organizations import RootAccessFeatures
from cloudsoc.model import Every, Unread
from cloudsoc_checks.iam.root import (
    root_credentials_centrally_managed,
    root_user_has_no_access_keys,
    root_user_not_used_in_period,
    root_user_requires_hardware_mfa,
    root_user_requires_mfa,
)
from tests.checks.iam_facts import ACCOUNT, AT, MANAGEMENT, MASTER, MEMBER, OWN, USER, ago, virtual
from tests.checks.table import UNREAD, but, given, table

ROOT = RootUser(
    arn=f"arn:aws:iam::{OWN}:root",
    region="global",
    account_mfa_enabled=1,
    account_password_present=1,
    account_access_keys_present=0,
    account_signing_certificates_present=0,
)
NO_FACTOR = but(ROOT, account_mfa_enabled=0)
NOTHING_LEFT = but(NO_FACTOR, account_password_present=0)
GOV = but(NO_FACTOR, arn=f"arn:aws-us-gov:iam::{OWN}:root")
CHINA = but(NO_FACTOR, arn=f"arn:aws-cn:iam::{OWN}:root")

# IAM-1: a member account whose root credentials the organization removed reads "no factor"; IAM-2: that it could remove them removes nothing
GONE: Any = given(NOTHING_LEFT, says="no credentials: no password, no access keys, no signing certificates")

test_root_user_requires_mfa = table(
    root_user_requires_mfa,
    passed={"a factor": (ROOT,), "a factor without a password": (but(ROOT, account_password_present=0),)},
    failed={
        "IAM-2: a password without one": given(NO_FACTOR, says="a password"),
        "IAM-2: all of them without one": given(
            but(NO_FACTOR, account_access_keys_present=1, account_signing_certificates_present=1), says="but a password, access keys, signing certificates"
        ),
        "IAM-2: access keys without one": given(but(NOTHING_LEFT, account_access_keys_present=1), says="access keys"),
        "IAM-2: a signing certificate without one": given(but(NOTHING_LEFT, account_signing_certificates_present=1), says="certificates"),
        "IAM-1: no word about the password is no proof that there is none": given(but(NO_FACTOR, account_password_present=None), says="does not say"),
        "IAM-3: a partition in which people do sign in": (but(NO_FACTOR, arn=f"arn:aws-eusc:iam::{OWN}:root"),),
    },
    not_applicable={
        "IAM-1: no credentials": GONE,
        "IAM-3: GovCloud": given(GOV, says="aws-us-gov"),
        "IAM-3: China": given(CHINA, says="aws-cn"),
    },
    not_assessed={"unread": (UNREAD,)},
)

test_root_user_requires_hardware_mfa = table(
    root_user_requires_hardware_mfa,
    passed={
        "no app": (ROOT, Every()),
        # IAM-4: the name of a device is free text; whose it is counts
        "IAM-4: a user's app that is called like root's": (ROOT, Every([virtual(USER.arn, "root-account-mfa-device")])),
    },
    failed={
        "an app": given(ROOT, Every([virtual(ROOT.arn, "root-account-mfa-device")]), says="root-account-mfa-device"),
        "IAM-4: an app with another name": given(ROOT, Every([virtual(USER.arn), virtual(ROOT.arn, "hardware-key")]), says="mfa/hardware-key"),
        "an app decides although not all are read": (ROOT, Every([virtual(ROOT.arn)], [UNREAD])),
        "two apps": given(ROOT, Every([virtual(ROOT.arn, "a"), virtual(ROOT.arn, "b")]), says=f"mfa/a, arn:aws:iam::{OWN}:mfa/b belongs"),
        "no factor": given(NO_FACTOR, UNREAD, says="at all"),
    },
    not_applicable={"IAM-1: no credentials": (NOTHING_LEFT, Every()), "IAM-3: GovCloud": (GOV, Every()), "IAM-3: China": (CHINA, Every())},
    not_assessed={"apps unread": (ROOT, Every((), [UNREAD])), "unread": (UNREAD, Every())},
)

test_root_user_has_no_access_keys = table(
    root_user_has_no_access_keys,
    passed={"none": (ROOT,), "IAM-3: none in GovCloud": (GOV,)},
    failed={
        "some": (but(ROOT, account_access_keys_present=1),),
        "IAM-3: GovCloud accounts start with some": (but(GOV, account_access_keys_present=1),),
    },
    not_assessed={"unread": (UNREAD,)},
)

UNUSED = RootCredentialRow(generated_time=ago(hours=3), password_last_used=ago(days=500), access_key_1_last_used_date="N/A", access_key_2_last_used_date="N/A")

test_root_user_not_used_in_period = table(
    root_user_not_used_in_period,
    passed={
        "long ago": given(ROOT, UNUSED, AT, says="2025-07-13"),
        "IAM-5: as of the time of the report": given(ROOT, UNUSED, AT, says="report of 2026-11-25 09:00 UTC"),
        "IAM-6: never": given(ROOT, but(UNUSED, password_last_used="no_information"), AT, says="no use"),
        "before the limit": (ROOT, but(UNUSED, password_last_used=ago(days=91)), AT),
        "before another limit": given(ROOT, but(UNUSED, password_last_used=ago(days=11)), AT, max_age_days=10),
    },
    failed={
        "its password": given(ROOT, but(UNUSED, password_last_used=ago(days=90)), AT, says="password on 2026-08-27"),
        "a key": given(ROOT, but(UNUSED, access_key_1_last_used_date=ago(days=1)), AT, says="access key 1"),
        "the other key": given(ROOT, but(UNUSED, access_key_2_last_used_date=ago(days=1)), AT, says="access key 2"),
        "all of them": given(
            ROOT,
            but(UNUSED, password_last_used=AT, access_key_1_last_used_date=AT, access_key_2_last_used_date=AT),
            AT,
            says="its password on 2026-11-25, access key 1 on 2026-11-25, access key 2 on 2026-11-25",
        ),
        "IAM-3: its key in GovCloud": (GOV, but(UNUSED, password_last_used="not_supported", access_key_1_last_used_date=ago(days=1)), AT),
    },
    not_applicable={"IAM-3: not told": given(GOV, but(UNUSED, password_last_used="not_supported"), AT, says="aws-us-gov")},
    not_assessed={"the report unread": (ROOT, UNREAD, AT)},
)

CENTRAL = RootAccessFeatures(enabled_features=("RootCredentialsManagement", "RootSessions"))

test_root_credentials_centrally_managed = table(
    root_credentials_centrally_managed,
    passed={
        "enabled": given(ACCOUNT, MASTER, CENTRAL, says="enabled: RootCredentialsManagement, RootSessions"),
        "told to a delegated administrator": (ACCOUNT, MEMBER, CENTRAL),
    },
    failed={
        "another feature alone": given(ACCOUNT, MASTER, RootAccessFeatures(enabled_features=("RootSessions",)), says="RootSessions"),
        "nothing": given(ACCOUNT, MASTER, RootAccessFeatures(), says="enabled: nothing"),
        "no trusted access": given(ACCOUNT, MASTER, None, says="trusted access"),
    },
    not_applicable={"no organization": (ACCOUNT, None, UNREAD)},
    not_assessed={
        "a member is not told, and names who is": given(
            ACCOUNT, MEMBER, Unread("iam:ListOrganizationsFeatures", "AccountNotManagementOrDelegatedAdministrator"), says=f"account {MANAGEMENT}"
        ),
        "denied": given(ACCOUNT, MASTER, UNREAD, says="AccessDenied"),
        "the organization unread": (ACCOUNT, UNREAD, CENTRAL),
    },
)
