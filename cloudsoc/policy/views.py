"""The requests that one caller can make: which values the condition keys can have for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from cloudsoc.policy.callers import Outsiders
from cloudsoc.policy.domains import ABSENT, Values
from cloudsoc.policy.meanings import token_claim
from cloudsoc.policy.request import Caller
from cloudsoc.policy.worlds import Masks, View, Worlds

__all__ = ["PLACES", "Covered", "Views"]

PLACES: Final = ("network", "access point")
"""Meanings of keys that tell from where."""
Openness = Literal["strange", "any"]


@dataclass(slots=True)
class Covered:
    """What larger classes of callers have been let in already, certainly or possibly."""

    public: bool = False
    everyone: bool = False
    """Every AWS account."""
    organizations: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    places: Masks = field(default_factory=dict)
    """By key, the values (networks, access points, units of organisations) whose callers are let in, whoever they are."""


@dataclass(slots=True)
class Views:
    """Makes the views of one Allow statement. ``resource_pins`` are the keys that follow from the resource."""

    worlds: Worlds
    outsiders: Outsiders
    resource_pins: Mapping[str, Values]

    def of(
        self,
        caller: Caller,
        organization: str | None,
        openness: Openness = "any",
        *,
        covered: Covered | None = None,
        user_id: str | None = None,
        any_user_id: bool = False,
        strange_source: bool = True,
        strange_token: bool = True,
        provider: str | None = None,
    ) -> View:
        """The requests of a caller: from strange networks only, or from any that ``covered`` does not have already."""
        self.worlds.effort.spend(5 + len(self.worlds.domains))
        pins = self.outsiders.pins(caller, organization)
        pins.update(self.resource_pins)
        masks: Masks = {}
        for key, domain in self.worlds.domains.items():
            meaning = domain.meaning
            if meaning == "unknown" or meaning == "request":
                continue
            if meaning in ("source", "signed", "token") and key not in pins:
                if meaning == "source" and caller.kind == "service":
                    masks[key] = domain.such(None) if strange_source else domain.everything
                elif meaning == "token" and caller.kind == "federated identity" and (provider == "*" or _issued(key, caller.arn)):
                    masks[key] = domain.such(None) if strange_token else domain.everything
                elif meaning == "signed" and (caller.account is not None or _by_certificate(key, caller)):
                    masks[key] = domain.everything
                else:
                    masks[key] = domain.only(ABSENT)
                    pins[key] = ABSENT
            elif meaning in PLACES:
                masks[key] = domain.such(None) if openness == "strange" else domain.everything & ~(covered.places.get(key, 0) if covered else 0)
            elif key == "aws:principalorgpaths":
                masks[key] = (
                    domain.only(ABSENT) if organization is None else _below(domain.values, organization) & ~(covered.places.get(key, 0) if covered else 0)
                )
            elif key == "aws:userid" and key not in pins:
                none = domain.only(ABSENT)
                masks[key] = (domain.everything if any_user_id else domain.such(user_id)) & ~none
            elif key in pins:
                masks[key] = domain.only(pins[key])
        return View(caller, pins, masks)


def _below(values: list[Values], organization: str) -> int:
    return sum(1 << place for place, value in enumerate(values) if value and value[0].startswith(organization + "/"))


def _by_certificate(key: str, caller: Caller) -> bool:
    """Does a service bring the key along? IAM Roles Anywhere has what a certificate says in the principal's tags.

    AWS source: IAM Roles Anywhere User Guide, "Trust model".
    """
    return caller.kind == "service" and caller.arn.startswith("rolesanywhere.") and key.startswith("aws:principaltag/")


def _issued(key: str, provider: str) -> bool:
    """Is a token's key one of this provider's?"""
    claim = token_claim(key)
    if claim is None:
        return False
    if ":saml-provider/" in provider:
        return claim[0] == "saml"
    if provider.startswith("cognito-identity"):  # in China the principal names its region, and the key does not
        return claim[0].startswith("cognito-identity")
    return (provider.partition(":oidc-provider/")[2] or provider).lower() == claim[0]
