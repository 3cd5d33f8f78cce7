"""What SOC 2 asks of the account's password policy."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.credentials import CredentialRow
from cloudsoc.aws.iam.passwords import PasswordPolicy
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Failed, Its, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC5_2, CC6_1

Rows = Its[CredentialRow]

_DEFAULT = "no password policy of its own: AWS asks for 8 characters of 3 kinds, forgets earlier passwords and lets none expire"


def _not_concerned(account: Account, rows: Rows) -> NotApplicable | None:
    """The policy is about passwords of IAM users; where nobody has one, people sign in elsewhere."""
    if any(row.password_enabled is not False for row in rows):
        return None
    return NotApplicable(
        f"no IAM user of {account.account} has a console password: the identity provider or IAM Identity Center asks for passwords, if anybody"
    )


def _asks(account: Account, policy: PasswordPolicy | None, rows: Rows, name: str, kind: str) -> Verdict:
    if found := _not_concerned(account, rows):
        return found
    if policy is None:
        return Failed(_DEFAULT)
    return Passed(f"passwords need {kind}") if getattr(policy, name) else Failed(f"passwords need no {kind.removeprefix('a ').removeprefix('an ')}")


@check(
    direct=(CC6_1,),
    supporting=(CC5_2,),
    severity=MEDIUM,
    refs=(
        *("SecurityHub:IAM.7", "SecurityHub:IAM.10", "Config:iam-password-policy"),
        *("Steampipe:iam_account_password_policy_strong_min_reuse_24",),
    ),
)
def account_requires_password_policy(account: Account, policy: PasswordPolicy | None, rows: Its[CredentialRow]) -> Verdict:
    """The account has a password policy of its own.

    Why: without one AWS's default holds, which takes short passwords and lets old ones come back.

    Fix: ``aws iam update-account-password-policy --minimum-password-length 14 --require-uppercase-characters --require-lowercase-characters --require-numbers
    --require-symbols --password-reuse-prevention 24`` in account {account.account}.

    Terraform: ``aws_iam_account_password_policy``.
    """
    if found := _not_concerned(account, rows):
        return found
    return Failed(_DEFAULT) if policy is None else Passed(f"a policy of its own: at least {policy.minimum_password_length} characters")


@check(
    direct=(CC6_1,),
    severity=MEDIUM,
    refs=(
        *("SecurityHub:IAM.15", "SecurityHub:IAM.7", "Config:iam-password-policy"),
        *("CIS:3.0:1.8", "CIS:5.0:1.7", "CIS:6.0:2.7", "CIS:7.0:2.8"),
        *("Prowler:iam_password_policy_minimum_length_14",),
        *("Steampipe:iam_account_password_policy_strong_min_reuse_24", "Steampipe:iam_account_password_policy_min_length_14"),
    ),
)
def password_policy_requires_minimum_length(account: Account, policy: PasswordPolicy | None, rows: Its[CredentialRow], *, min_length: int = 14) -> Verdict:
    """Console passwords have a minimum length.

    Why: each further character makes guessing many times as long; nothing else about a password counts as much.

    Fix: ``aws iam update-account-password-policy --minimum-password-length 14`` in account {account.account}, with all other options of the policy: the command
    sets back what it does not name.

    Terraform: ``aws_iam_account_password_policy.minimum_password_length``.
    """
    if found := _not_concerned(account, rows):
        return found
    if policy is None:
        return Failed(_DEFAULT)
    said = f"at least {policy.minimum_password_length} characters; {min_length} are asked for"
    return Passed(said) if policy.minimum_password_length >= min_length else Failed(said)


@check(
    direct=(CC6_1,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        *("SecurityHub:IAM.11", "Config:iam-password-policy"),
        *("Prowler:iam_password_policy_uppercase",),
        *("Steampipe:iam_account_password_policy_strong_min_reuse_24", "Steampipe:iam_account_password_policy_one_uppercase_letter"),
    ),
)
def password_policy_requires_uppercase(account: Account, policy: PasswordPolicy | None, rows: Its[CredentialRow]) -> Verdict:
    """Console passwords contain an uppercase letter.

    Why: a larger alphabet makes guessing longer; many auditors still ask for each kind of character.

    Fix: ``aws iam update-account-password-policy --require-uppercase-characters`` in account {account.account}, with all other options of the policy: the
    command sets back what it does not name.

    Terraform: ``aws_iam_account_password_policy.require_uppercase_characters``.
    """
    return _asks(account, policy, rows, "require_uppercase_characters", "an uppercase letter")


@check(
    direct=(CC6_1,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        *("SecurityHub:IAM.12", "Config:iam-password-policy"),
        *("Prowler:iam_password_policy_lowercase",),
        *("Steampipe:iam_account_password_policy_strong_min_reuse_24", "Steampipe:iam_account_password_policy_one_lowercase_letter"),
    ),
)
def password_policy_requires_lowercase(account: Account, policy: PasswordPolicy | None, rows: Its[CredentialRow]) -> Verdict:
    """Console passwords contain a lowercase letter.

    Why: a larger alphabet makes guessing longer; many auditors still ask for each kind of character.

    Fix: ``aws iam update-account-password-policy --require-lowercase-characters`` in account {account.account}, with all other options of the policy: the
    command sets back what it does not name.

    Terraform: ``aws_iam_account_password_policy.require_lowercase_characters``.
    """
    return _asks(account, policy, rows, "require_lowercase_characters", "a lowercase letter")


@check(
    direct=(CC6_1,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        *("SecurityHub:IAM.14", "Config:iam-password-policy"),
        *("Prowler:iam_password_policy_number",),
        *("Steampipe:iam_account_password_policy_strong_min_reuse_24", "Steampipe:iam_account_password_policy_one_number"),
    ),
)
def password_policy_requires_number(account: Account, policy: PasswordPolicy | None, rows: Its[CredentialRow]) -> Verdict:
    """Console passwords contain a digit.

    Why: a larger alphabet makes guessing longer; many auditors still ask for each kind of character.

    Fix: ``aws iam update-account-password-policy --require-numbers`` in account {account.account}, with all other options of the policy: the command sets back
    what it does not name.

    Terraform: ``aws_iam_account_password_policy.require_numbers``.
    """
    return _asks(account, policy, rows, "require_numbers", "a digit")


@check(
    direct=(CC6_1,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        *("SecurityHub:IAM.13", "Config:iam-password-policy"),
        *("Prowler:iam_password_policy_symbol",),
        *("Steampipe:iam_account_password_policy_strong_min_reuse_24", "Steampipe:iam_account_password_policy_one_symbol"),
    ),
)
def password_policy_requires_symbol(account: Account, policy: PasswordPolicy | None, rows: Its[CredentialRow]) -> Verdict:
    """Console passwords contain a symbol.

    Why: a larger alphabet makes guessing longer; many auditors still ask for each kind of character.

    Fix: ``aws iam update-account-password-policy --require-symbols`` in account {account.account}, with all other options of the policy: the command sets back
    what it does not name.

    Terraform: ``aws_iam_account_password_policy.require_symbols``.
    """
    return _asks(account, policy, rows, "require_symbols", "a symbol")


@check(
    direct=(CC6_1,),
    severity=MEDIUM,
    refs=(
        *("SecurityHub:IAM.16", "Config:iam-password-policy"),
        *("CIS:3.0:1.9", "CIS:5.0:1.8", "CIS:6.0:2.8", "CIS:7.0:2.9"),
        *("Prowler:iam_password_policy_reuse_24",),
        *("Steampipe:iam_account_password_policy_strong_min_reuse_24", "Steampipe:iam_account_password_policy_reuse_24"),
    ),
)
def password_policy_prevents_reuse(account: Account, policy: PasswordPolicy | None, rows: Its[CredentialRow], *, min_remembered: int = 24) -> Verdict:
    """Earlier console passwords cannot be used again.

    Why: a password that leaked once stays on lists for ever; it must not come back.

    Fix: ``aws iam update-account-password-policy --password-reuse-prevention 24`` in account {account.account}, with all other options of the policy: the
    command sets back what it does not name.

    Terraform: ``aws_iam_account_password_policy.password_reuse_prevention``.
    """
    if found := _not_concerned(account, rows):
        return found
    if policy is None:
        return Failed(_DEFAULT)
    if policy.password_reuse_prevention is None:
        return Failed("earlier passwords can be used again at once")
    said = f"the last {policy.password_reuse_prevention} passwords cannot be used again; {min_remembered} are asked for"
    return Passed(said) if policy.password_reuse_prevention >= min_remembered else Failed(said)


@check(
    direct=(CC6_1,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        *("SecurityHub:IAM.17", "Config:iam-password-policy"),
        *("Prowler:iam_password_policy_expires_passwords_within_90_days_or_less",),
        *("Steampipe:iam_account_password_policy_strong_min_reuse_24", "Steampipe:iam_password_policy_expire_90"),
    ),
)
def password_policy_limits_password_age(account: Account, policy: PasswordPolicy | None, rows: Its[CredentialRow], *, max_age_days: int = 90) -> Verdict:
    """Console passwords expire.

    Why: a password that somebody else knows stops to work one day. Whether that is worth the weaker passwords that people then choose is disputed; auditors
    still ask.

    Fix: ``aws iam update-account-password-policy --max-password-age 90`` in account {account.account}, with all other options of the policy: the command sets
    back what it does not name.

    Terraform: ``aws_iam_account_password_policy.max_password_age``.
    """
    if found := _not_concerned(account, rows):
        return found
    if policy is None:
        return Failed(_DEFAULT)
    if not policy.expire_passwords or not policy.max_password_age:
        return Failed("passwords never expire")
    said = f"passwords expire after {policy.max_password_age} days; the limit is {max_age_days}"
    return Passed(said) if policy.max_password_age <= max_age_days else Failed(said)
