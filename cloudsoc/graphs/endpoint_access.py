"""Whom the policy of a VPC endpoint lets through, to whatever lies behind it."""

from __future__ import annotations

from dataclasses import dataclass

from cloudsoc.aws.account import Account
from cloudsoc.aws.connections import VpcEndpoint
from cloudsoc.model import Unread, derivation
from cloudsoc.policy import ExposureGrant, exposure

KNOWN = ("account", "principal", "organization", "organization path", "service")
"""Classes of callers that say who they are. AWS's services come through no endpoint of a customer's."""


@dataclass(frozen=True, slots=True)
class EndpointAccess:
    """``everyone``: why it is open to all, empty where it is not; ``accounts``, ``organizations``: who is let in; ``told``: all of them, in words.

    ``unclear``: why a person must look, where that is so.
    """

    everyone: str
    accounts: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    told: str = "its own account"
    unclear: tuple[Unread, ...] = ()


@derivation
def endpoint_access(endpoint: VpcEndpoint, account: Account) -> EndpointAccess:
    """By the endpoint's policy; without one, AWS's default lets everybody through."""
    document = endpoint.policy_document
    if document is None:
        return EndpointAccess("it has no policy of its own: AWS's default lets everybody through")
    exposed = exposure(document, account=account.account)
    open_ = exposed.certain.only(_is_open)
    if open_:
        actions = ", ".join(sorted({action for grant in open_ for action in grant.actions})[:3])
        whence = "" if open_.is_public else f" that comes from {', '.join(sorted(open_.values('network')))}"
        return EndpointAccess(f"its policy lets everybody through{whence}, for {actions}")
    unnamed = exposed.certain.only(lambda grant: grant.who.kind not in KNOWN or (grant.who.kind == "principal" and grant.who.account is None))
    why = (*exposed.needs_review, *(f"{grant.who} is let through, whoever that is" for grant in unnamed))
    return EndpointAccess(
        "",
        tuple(sorted(exposed.certain.accounts())),
        tuple(sorted(exposed.certain.organizations())),
        ", ".join(sorted({str(grant.who) for grant in exposed})[:3]) or "its own account",
        tuple(Unread(f"policy of {endpoint.vpc_endpoint_id}", f"needs review: {one}", endpoint.region, account.account) for one in why),
    )


def _is_open(grant: ExposureGrant) -> bool:
    """Whoever uses an endpoint comes from its VPC: a condition that asks for a network asks for nothing."""
    return grant.is_public or grant.who.kind == "network"
