"""Since when a resource does not comply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cloudsoc.aws.config_rules import NoncompliantResource
from cloudsoc.model import Incomplete, Unread, derivation


@dataclass(frozen=True, slots=True)
class KnownSince:
    """When a rule began to find fault with a resource."""

    config_rule_name: str
    since: datetime


@derivation
def known_since(resource: NoncompliantResource) -> KnownSince:
    """When a rule found fault last says only that it has been so at least since then: without a history it needs a look by a person."""
    if resource.since is None or resource.untold is not None:
        what = f"{resource.resource_type} {resource.resource_id}"
        why = f"needs review: since when {what} does not comply is not known: {resource.untold or 'no history'}"
        raise Incomplete(Unread("config:GetResourceConfigHistory", why, resource.region))
    return KnownSince(resource.config_rule_name, resource.since)
