"""IAM checks of the password policy on hand-made facts."""

from __future__ import annotations

from typing import Any

from cloudsoc.aws.iam.passwords import PasswordPolicy
from cloudsoc.model import Its
from cloudsoc_checks.iam.passwords import (
    account_requires_password_policy,
    password_policy_limits_password_age,
    password_policy_prevents_reuse,
    password_policy_requires_lowercase,
    password_policy_requires_minimum_length,
    password_policy_requires_number,
    password_policy_requires_symbol,
    password_policy_requires_uppercase,
)
from tests.checks.iam_facts import ACCOUNT, ROW
from tests.checks.table import UNREAD, but, given, table

POLICY = PasswordPolicy(
    minimum_password_length=14,
    require_uppercase_characters=True,
    require_lowercase_characters=True,
    require_numbers=True,
    require_symbols=True,
    expire_passwords=True,
    max_password_age=90,
    password_reuse_prevention=24,
)
NO_PASSWORD = but(ROW, password_enabled=False)
ROWS = Its([NO_PASSWORD, ROW])

# IAM-13: where no user has a password the policy concerns nobody, whatever it says
NOBODY: dict[str, Any] = {
    "IAM-13: nobody has a password": given(ACCOUNT, None, Its([NO_PASSWORD]), says="IAM Identity Center"),
    "IAM-13: there are no users": (ACCOUNT, POLICY, Its()),
}
OPEN: dict[str, Any] = {
    "the policy unread": (ACCOUNT, UNREAD, ROWS),
    "IAM-13: a user who is not in the report yet may have one": (ACCOUNT, None, Its([NO_PASSWORD], [UNREAD])),
}
DEFAULT: dict[str, Any] = {
    "AWS's default": given(ACCOUNT, None, ROWS, says="8 characters"),
    "IAM-13: one user with a password decides": (ACCOUNT, None, Its([ROW], [UNREAD])),
    "IAM-6: no word about the password is no proof that there is none": (ACCOUNT, None, Its([but(ROW, password_enabled="not_supported")])),
}

test_account_requires_password_policy = table(
    account_requires_password_policy, passed={"one": given(ACCOUNT, POLICY, ROWS, says="14")}, failed=DEFAULT, not_applicable=NOBODY, not_assessed=OPEN
)

test_password_policy_requires_minimum_length = table(
    password_policy_requires_minimum_length,
    passed={"enough": (ACCOUNT, POLICY, ROWS), "less is asked for": given(ACCOUNT, but(POLICY, minimum_password_length=8), ROWS, min_length=8)},
    failed=DEFAULT | {"short": given(ACCOUNT, but(POLICY, minimum_password_length=13), ROWS, says="13 characters; 14")},
    not_applicable=NOBODY,
    not_assessed=OPEN,
)


def asks(check: Any, field: str, kind: str) -> Any:
    """The tables of the checks that each ask for one kind of character: another kind makes up for nothing."""
    only_this = but(POLICY, **(dict.fromkeys(KINDS, False) | {field: True}))
    failed = {"all kinds but this": given(ACCOUNT, but(POLICY, **{field: False}), ROWS, says=f"no {kind}")}
    return table(check, passed={"asked for": (ACCOUNT, only_this, ROWS)}, failed=DEFAULT | failed, not_applicable=NOBODY, not_assessed=OPEN)


KINDS = ("require_uppercase_characters", "require_lowercase_characters", "require_numbers", "require_symbols")

test_password_policy_requires_uppercase = asks(password_policy_requires_uppercase, "require_uppercase_characters", "uppercase letter")
test_password_policy_requires_lowercase = asks(password_policy_requires_lowercase, "require_lowercase_characters", "lowercase letter")
test_password_policy_requires_number = asks(password_policy_requires_number, "require_numbers", "digit")
test_password_policy_requires_symbol = asks(password_policy_requires_symbol, "require_symbols", "symbol")

test_password_policy_prevents_reuse = table(
    password_policy_prevents_reuse,
    passed={"24": (ACCOUNT, POLICY, ROWS), "less is asked for": given(ACCOUNT, but(POLICY, password_reuse_prevention=5), ROWS, min_remembered=5)},
    failed=DEFAULT
    | {
        "few": given(ACCOUNT, but(POLICY, password_reuse_prevention=23), ROWS, says="the last 23"),
        "none": given(ACCOUNT, but(POLICY, password_reuse_prevention=None), ROWS, says="at once"),
    },
    not_applicable=NOBODY,
    not_assessed=OPEN,
)

test_password_policy_limits_password_age = table(
    password_policy_limits_password_age,
    passed={"in time": (ACCOUNT, POLICY, ROWS), "another limit": given(ACCOUNT, but(POLICY, max_password_age=180), ROWS, max_age_days=180)},
    failed=DEFAULT
    | {
        "late": given(ACCOUNT, but(POLICY, max_password_age=91), ROWS, says="after 91 days"),
        "never": given(ACCOUNT, but(POLICY, expire_passwords=False, max_password_age=None), ROWS, says="never expire"),
        "an age that is not in force": given(ACCOUNT, but(POLICY, expire_passwords=False), ROWS, says="never expire"),
    },
    not_applicable=NOBODY,
    not_assessed=OPEN,
)
