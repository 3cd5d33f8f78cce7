"""IAM: the root user, as the account's summary and the credential report tell of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.credentials import NoValue, credential_report
from cloudsoc.model import Address, Calls, Fact, NotApplicable, Resource, listed, reading, reads

_SAID = {
    "account_mfa_enabled": "AccountMFAEnabled",
    "account_password_present": "AccountPasswordPresent",
    "account_access_keys_present": "AccountAccessKeysPresent",
    "account_signing_certificates_present": "AccountSigningCertificatesPresent",
}


@reading("iam:GetAccountSummary")
def root_user(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 it is about the one account that asks
    """The root user of the account: it has exactly one. The summary is live; the credential report may be four hours old."""
    summary = call("iam:GetAccountSummary")["SummaryMap"]
    yield {ours: summary[aws] for ours, aws in _SAID.items() if aws in summary}


@listed(root_user, arn="arn:{partition}:iam::{account}:root", resource_type="AWS::IAM::RootUser")
class RootUser(Resource[Account]):
    """The root user, and which credentials it has: 0 or 1, as AWS counts them. Older answers do not tell of its password."""

    account_mfa_enabled: int
    account_password_present: int | None = None
    account_access_keys_present: int
    account_signing_certificates_present: int

    @property
    def partition(self) -> str:
        """The partition of its account."""
        return self.arn.split(":")[1]

    @property
    def credentials(self) -> tuple[str, ...]:
        """What it could sign in or sign requests with; a password of which nothing is said counts."""
        said = {
            "a password": self.account_password_present != 0,
            "access keys": self.account_access_keys_present != 0,
            "signing certificates": self.account_signing_certificates_present != 0,
        }
        return tuple(name for name, there in said.items() if there)


@reads(credential_report, joins="{arn}")
class RootCredentialRow(Fact[RootUser]):
    """When the root user was last used, as the credential report says."""

    generated_time: datetime
    password_last_used: datetime | NoValue
    access_key_1_last_used_date: datetime | NoValue
    access_key_2_last_used_date: datetime | NoValue


def nobody_signs_in(root: RootUser) -> NotApplicable | None:
    """In GovCloud and in China nobody signs in to the console as the root user: there it can have no second factor."""
    if root.partition in ("aws-us-gov", "aws-cn"):
        return NotApplicable(f"nobody signs in as the root user in partition {root.partition}")
    return None
