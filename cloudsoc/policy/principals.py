"""Who a Principal element means.

AWS source: IAM User Guide, "AWS JSON policy elements: Principal", "... NotPrincipal", "Policy evaluation logic" (resource-based policies and implicit denies).
"""

from collections.abc import Iterable
from enum import IntEnum

from cloudsoc.policy.request import Caller
from cloudsoc.policy.statement import Principal, Statement

__all__ = ["Named", "applies_to", "named_as", "names"]


class Named(IntEnum):
    """How directly an entry names a caller, from the least direct to the most: that decides what else can still take an Allow away."""

    ACCOUNT = 1  # its account, which may pass the permission on
    SOURCE = 2  # the role of a session, the user behind a federated session: what narrows the session narrows this
    ITSELF = 3  # everyone, or this very user, session, service or identity


def names(principal: Principal, caller: Caller) -> Named | None:
    """How one entry of a Principal element names a caller; None if it does not. A wildcard within a name is no wildcard there."""
    kind, value = principal.kind, principal.value
    if kind == "AWS":
        if value == "*":
            return Named.ITSELF
        if caller.account is None:
            return None
        if value == caller.arn:
            # A role's own ARN stands for the role even where the request does not say which session it is.
            return Named.SOURCE if caller.kind == "role" and value == caller.role else Named.ITSELF
        if principal.names_account:
            if principal.account != caller.account:
                return None
            return Named.ITSELF if caller.kind == "root" else Named.ACCOUNT
        return Named.SOURCE if value in (caller.role, caller.user) else None
    if kind == "Service":
        return Named.ITSELF if caller.kind == "service" and (value in ("*", caller.arn) or value in caller.names) else None
    if kind == "Federated":
        return Named.ITSELF if caller.kind == "federated identity" and value in ("*", caller.arn) else None
    return Named.ACCOUNT if value == caller.canonical_user else None


def named_as(principals: Iterable[Principal], caller: Caller) -> Named | None:
    """The most direct way in which one of ``principals`` names a caller."""
    found = [named for principal in principals if (named := names(principal, caller)) is not None]
    return max(found, default=None)


def applies_to(statement: Statement, caller: Caller) -> Named | None:
    """Does a resource policy's statement mean this caller, and how directly?

    A NotPrincipal with Allow means all whom its entries do not name in any way. With Deny, an entry for the whole account spares the account's root and nobody
    else: AWS documents that the user, role or session must be listed as well. A statement without either element means nobody.
    """
    if statement.principals is not None:
        return named_as(statement.principals, caller)
    if statement.not_principals is None:
        return None
    named = named_as(statement.not_principals, caller)
    if statement.denies and named is Named.ACCOUNT:
        named = None
    return Named.ITSELF if named is None else None
