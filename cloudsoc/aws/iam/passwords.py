"""IAM: what the account asks of console passwords."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.model import Fact, reads


@reads("iam:GetAccountPasswordPolicy.PasswordPolicy", absent="NoSuchEntity")
class PasswordPolicy(Fact[Account]):
    """The account's own password policy. AWS leaves out the age and the memory where there is none."""

    minimum_password_length: int
    require_uppercase_characters: bool
    require_lowercase_characters: bool
    require_numbers: bool
    require_symbols: bool
    expire_passwords: bool
    max_password_age: int | None = None
    password_reuse_prevention: int | None = None
