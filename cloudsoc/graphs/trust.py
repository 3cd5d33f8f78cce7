"""Which accounts are foreign: not the own one, not trusted by the settings, not of the own organization."""

from __future__ import annotations

from collections.abc import Iterable

from cloudsoc.aws.organizations import OrganizationAccounts


def foreign(accounts: Iterable[str], own: str, trusted: tuple[str, ...], organization: OrganizationAccounts | None) -> list[str]:
    """Those of some accounts that nobody said are trusted, in order.

    The organization is looked at for those alone that the settings do not name: where it could not be read, they are not assessed, and whoever trusts them can
    say so. None: the account is in no organization.
    """
    unnamed = sorted({one for one in accounts if one != own and one not in trusted})
    if not unnamed or organization is None:
        return unnamed
    return [one for one in unnamed if one not in organization.accounts]
