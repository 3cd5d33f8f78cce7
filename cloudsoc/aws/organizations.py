"""AWS Organizations: which accounts belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudsoc.aws.account import Account
from cloudsoc.model import Address, Calls, Fact, reading, reads


@reading("organizations:ListAccounts")
def organization_accounts(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 the one account that asks
    """All accounts of the organization. Only its management account and delegated administrators are told."""
    yield {"accounts": tuple(one["Id"] for one in call.items("organizations:ListAccounts.Accounts[]"))}


@reads(organization_accounts, absent="AWSOrganizationsNotInUseException")
class OrganizationAccounts(Fact[Account]):
    """The accounts of the organization, this one included."""

    accounts: tuple[str, ...]


@reads("organizations:DescribeOrganization.Organization", absent="AWSOrganizationsNotInUseException")
class Organization(Fact[Account]):
    """The organization that the account is in. Every account of it is told."""

    id: str
    master_account_id: str


@reads(
    "iam:ListOrganizationsFeatures",
    absent=("ServiceAccessNotEnabled", "ServiceAccessNotEnabledException", "OrganizationNotInAllFeaturesMode", "OrganizationNotInAllFeaturesModeException"),
)
class RootAccessFeatures(Fact[Account]):
    """What of the root users the organization manages centrally; None where IAM is not let into the organization. Members are not told."""

    enabled_features: tuple[str, ...] = ()
