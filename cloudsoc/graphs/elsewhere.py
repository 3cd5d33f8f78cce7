"""What only another account of the organization is told."""

from __future__ import annotations

from dataclasses import replace

from cloudsoc.aws.account import Account
from cloudsoc.aws.organizations import Organization
from cloudsoc.model import Incomplete, Unread


def told_elsewhere(unread: Unread, account: Account, organization: Organization) -> Incomplete:
    """To be raised by whoever needs what was not read: in a member account it names the account to scan instead."""
    management = organization.master_account_id
    if management == account.account:
        return Incomplete(unread)
    error = f"{unread.error}; for review from account {management}, which manages the organization, or from the one that it delegated this to"
    return Incomplete(replace(unread, error=error, account=management))
