"""What SOC 2 asks of second factors of users."""

from __future__ import annotations

from cloudsoc.aws.iam.credentials import CredentialRow
from cloudsoc.aws.iam.mfa import MfaDevice, VirtualMfaDevice
from cloudsoc.aws.iam.users import User
from cloudsoc.graphs.administrators import Administrators
from cloudsoc.model import CRITICAL, EXTENDED, HIGH, LOW, MEDIUM, Every, Failed, Its, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC3_2, CC6_1, CC6_3, CC6_6


def _factor(user: User, row: CredentialRow, devices: Every[VirtualMfaDevice]) -> str:
    """Which proof there is of a second factor; empty if none. The report may be four hours old, the list of virtual devices is live."""
    if row.mfa_active is True:
        return f"a second factor is active ({_report(row)})"
    own = next((one for one in devices if one.user.arn == user.arn), None)
    return f"a virtual device was registered on {own.enable_date:%Y-%m-%d %H:%M} UTC ({_report(row)} does not have it yet)" if own else ""


def _report(row: CredentialRow) -> str:
    return f"report of {row.generated_time:%Y-%m-%d %H:%M} UTC"


@check(
    direct=(CC6_1,),
    supporting=(CC3_2, CC6_6),
    severity=HIGH,
    refs=(
        *("SecurityHub:IAM.5", "Config:mfa-enabled-for-iam-console-access"),
        *("CIS:3.0:1.10", "CIS:5.0:1.9", "CIS:6.0:2.9", "CIS:7.0:2.10"),
        *("Prowler:iam_user_mfa_enabled_console_access",),
        *("Steampipe:iam_user_console_access_mfa_enabled",),
    ),
)
def console_user_requires_mfa(user: User, row: CredentialRow, devices: Every[VirtualMfaDevice]) -> Verdict:
    """Users who sign in with a password have a second factor.

    Why: a password alone can be guessed, leaked or phished; with a second factor that is not enough to get in.

    Fix: ``aws iam delete-login-profile --user-name {user.user_name}`` takes the password away until its owner has registered a factor (IAM console: Users,
    Security credentials, Assign MFA device); better still, people sign in through IAM Identity Center and have no IAM user.

    Terraform: ``aws_iam_virtual_mfa_device``, or no ``aws_iam_user_login_profile``.
    """
    if row.password_enabled is False:
        return NotApplicable(f"{user.user_name} has no console password")
    if proof := _factor(user, row, devices):
        return Passed(proof)
    return Failed(f"console password without a second factor ({_report(row)})")


@check(
    direct=(CC6_1,),
    supporting=(CC6_6,),
    severity=MEDIUM,
    refs=("SecurityHub:IAM.19", "Config:iam-user-mfa-enabled", "Steampipe:iam_user_mfa_enabled"),
)
def user_requires_mfa(user: User, row: CredentialRow, devices: Every[VirtualMfaDevice], *, exempt_tag: str = "") -> Verdict:
    """Every IAM user has a second factor, also those with keys only.

    Why: policies can ask for a second factor with requests that keys sign, too; for who has none they cannot. Programs have none: tag them, or give them roles.

    Fix: register a factor for {user.user_name} (IAM console: Users, Security credentials, Assign MFA device), or ``aws iam delete-user --user-name
    {user.user_name}`` once a role or IAM Identity Center has taken its place.

    Terraform: ``aws_iam_virtual_mfa_device``.
    """
    if exempt_tag and any(tag.key == exempt_tag for tag in user.tags):
        return NotApplicable(f"{user.user_name} has the tag {exempt_tag}, which exempts it")
    if proof := _factor(user, row, devices):
        return Passed(proof)
    return Failed(f"no second factor ({_report(row)})")


@check(
    direct=(CC6_1,),
    supporting=(CC6_6,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:iam_user_hardware_mfa_enabled", "Steampipe:iam_user_hardware_mfa_enabled"),
)
def user_requires_hardware_mfa(
    user: User,
    administrators: Administrators,
    devices: Its[MfaDevice],
    virtual: Every[VirtualMfaDevice],
    *,
    only_privileged: bool = True,
    accept_mixed: bool = False,
) -> Verdict:
    """Privileged IAM users have a hardware key or passkey, and no weaker factor beside it.

    Why: the codes of an app or a text message can be phished; who may do everything should not depend on them. Of several factors the weakest counts.

    Fix: register a passkey or hardware key for {user.user_name} (IAM console: Users, Security credentials, Assign MFA device), then ``aws iam
    deactivate-mfa-device --user-name {user.user_name} --serial-number SERIAL`` for the virtual one.

    Terraform: none for passkeys; remove ``aws_iam_virtual_mfa_device``.
    """
    if only_privileged and administrators.of(user.arn) is None:
        return NotApplicable(f"{user.user_name} is no administrator")
    own = [one.serial_number for one in devices]
    if not own:
        return Failed("no second factor at all")
    apps = {one.serial_number for one in virtual if one.user.arn == user.arn}
    weak = [one.serial_number for one in devices if one.serial_number in apps or one.by_text_message]
    if not weak:
        return Passed(f"hardware keys or passkeys only: {', '.join(own)}")
    if len(weak) == len(own):
        return Failed(f"virtual or text message only: {', '.join(weak)}")
    said = f"a hardware key or passkey, and beside it the virtual or text message device {', '.join(weak)}"
    return Passed(said) if accept_mixed else Failed(said)


@check(
    direct=(CC6_1, CC6_3),
    supporting=(CC6_6,),
    severity=CRITICAL,
    refs=("Prowler:iam_administrator_access_with_mfa", "Steampipe:iam_user_with_administrator_access_mfa_enabled"),
)
def administrator_requires_mfa(user: User, administrators: Administrators, row: CredentialRow, devices: Every[VirtualMfaDevice]) -> Verdict:
    """Users with administrator rights, however they come by them, have a second factor.

    Why: one password or key of an administrator is the whole account.

    Fix: ``aws iam delete-login-profile --user-name {user.user_name}`` and ``aws iam list-access-keys --user-name {user.user_name}`` until its owner has
    registered a factor; better still, administrators sign in through IAM Identity Center.

    Terraform: ``aws_iam_virtual_mfa_device``, or no ``aws_iam_user``.
    """
    administrator = administrators.of(user.arn)
    if administrator is None:
        return NotApplicable(f"{user.user_name} is no administrator")
    if proof := _factor(user, row, devices):
        return Passed(f"{proof}; an administrator: {administrator.grounds[0]}")
    return Failed(f"an administrator ({administrator.grounds[0]}) without a second factor ({_report(row)})")
