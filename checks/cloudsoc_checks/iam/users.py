"""What SOC 2 asks of IAM users."""

from __future__ import annotations

from cloudsoc.aws.iam.credentials import CredentialRow
from cloudsoc.aws.iam.users import User
from cloudsoc.model import HIGH, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC3_2, CC6_1, CC6_6


@check(
    direct=(CC6_1,),
    supporting=(CC3_2, CC6_6),
    severity=HIGH,
    refs=(
        "SecurityHub:IAM.5",
        "Config:mfa-enabled-for-iam-console-access",
        "CIS:3.0:1.10",
        "CIS:5.0:1.9",
        "CIS:6.0:2.9",
        "CIS:7.0:2.10",
        "Prowler:iam_user_mfa_enabled_console_access",
        "Steampipe:iam_user_console_access_mfa_enabled",
    ),
)
def console_user_requires_mfa(user: User, row: CredentialRow) -> Verdict:
    """Users who sign in with a password have a second factor.

    Why: a password alone can be guessed, leaked or phished; with a second factor that is not enough to get in.

    Fix: ``aws iam delete-login-profile --user-name {user.user_name}`` takes the password away until its owner has registered a factor (IAM console: Users,
    Security credentials, Assign MFA device); better still, people sign in through IAM Identity Center and have no IAM user.

    Terraform: ``aws_iam_virtual_mfa_device``, or no ``aws_iam_user_login_profile``.
    """
    if row.password_enabled is False:
        return NotApplicable(f"{user.user_name} has no console password")
    if row.mfa_active is True:
        return Passed("a second factor is active")
    return Failed("console password without a second factor")
