"""Whom the policy of a VPC endpoint lets through, to whatever lies behind it."""

from __future__ import annotations

from dataclasses import dataclass

from cloudsoc.aws.account import Account
from cloudsoc.aws.connections import VpcEndpoint
from cloudsoc.model import Incomplete, Unread, derivation
from cloudsoc.policy import exposure


@dataclass(frozen=True, slots=True)
class EndpointAccess:
    """``everyone``: why it is open to all, empty where it is not; ``accounts``: those that are let in by name; ``told``: all of them, in words."""

    everyone: str
    accounts: tuple[str, ...] = ()
    told: str = "its own account"


@derivation
def endpoint_access(endpoint: VpcEndpoint, account: Account) -> EndpointAccess:
    """By the endpoint's policy; without one, AWS's default lets everybody through."""
    document = endpoint.policy_document
    if document is None:
        return EndpointAccess("it has no policy of its own: AWS's default lets everybody through")
    exposed = exposure(document, account=account.account)
    open_ = [grant for grant in exposed if grant.is_public or grant.who.kind == "any AWS account"]
    if any(grant.needs_review is None for grant in open_):
        return EndpointAccess("its policy lets everybody through, for " + ", ".join(sorted({action for grant in open_ for action in grant.actions})[:3]))
    if exposed.needs_review:
        raise Incomplete(Unread(f"policy of {endpoint.vpc_endpoint_id}", f"needs review: {exposed.needs_review[0]}", endpoint.region, account.account))
    named = sorted({str(grant.who) for grant in exposed})
    return EndpointAccess("", tuple(sorted(exposed.accounts())), ", ".join(named[:3]) or "its own account")
