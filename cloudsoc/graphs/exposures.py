"""Who outside of the account the policies of keys and roles let in, reasoned over all requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.roles import Role
from cloudsoc.aws.kms import Key, KeyPolicy
from cloudsoc.aws.organizations import Organization, OrganizationAccounts
from cloudsoc.graphs.trust import foreign
from cloudsoc.model import Incomplete, Unread, derivation
from cloudsoc.policy import Exposure, ExposureGrant, exposure
from cloudsoc.policy.callers import OWN_ORGANIZATION

Opening = ExposureGrant
"""A class of callers and what a statement lets them do."""


def is_unique_id(one: Opening) -> bool:
    """Whether somebody is named by a unique id (``AROA...``), which does not tell of which account he is."""
    return one.who.kind == "principal" and not one.who.value.startswith("arn:")


@dataclass(frozen=True, slots=True)
class Openings:
    """All that a policy gives to outsiders; ``of`` says whose policy it is, ``account`` who owns that."""

    exposed: Exposure
    of: str
    account: str
    region: str

    def such(self, wanted: Callable[[Opening], bool]) -> tuple[Opening, ...]:
        """Those for which ``wanted`` holds and that are certain; raises ``Incomplete`` where there are others only, at which somebody must look."""
        found = self.exposed.only(wanted)
        if found and not found.certain:
            raise Incomplete(self.review("; ".join(found.needs_review)))
        return found.certain.grants

    def review(self, why: str) -> Unread:
        """What stands where a person must look."""
        return Unread(f"policy of {self.of}", f"needs review: {why}", self.region, self.account)

    def strangers(self, trusted: tuple[str, ...], organization: Organization | None, members: OrganizationAccounts | None) -> Iterator[Exposure]:
        """Those to callers of other accounts that belong neither to the own organization nor to an account that is trusted: everyone, accounts, organizations.

        The organization is looked at only where the settings do not decide: where it was not read, who is named by that alone is not assessed.
        """
        public = self.exposed.only(lambda one: one.is_public)
        yield public
        unknown = foreign({account for one in self.exposed.grants if (account := one.who.account or "").isdigit()}, self.account, trusted, members)
        named = self.exposed.only(lambda one: one.who.account in unknown)
        yield named
        whole = self.exposed.to("organization", "organization path")
        others = whole.only(lambda one: one.who.value != OWN_ORGANIZATION and (organization is None or one.who.value.partition("/")[0] != organization.id))
        yield others
        if places := self.exposed.to("network", "access points"):
            raise Incomplete(self.review(f"whoever comes through {places.grants[0].who.value} is let in"))
        if unknown_ids := self.exposed.only(is_unique_id):
            raise Incomplete(self.review(f"whose the unique id {unknown_ids.grants[0].who.value} is, only AWS knows"))

    def foreign(self, trusted: tuple[str, ...], organization: Organization | None, members: OrganizationAccounts | None) -> tuple[Opening, ...]:
        """The first strangers that are certain; raises ``Incomplete`` where there are others only, at whom somebody must look."""
        unclear = list[str]()
        for some in self.strangers(trusted, organization, members):
            if some.certain:
                return some.certain.grants
            unclear += some.needs_review
        if unclear:
            raise Incomplete(self.review("; ".join(dict.fromkeys(unclear))))
        return ()


class KeyOpenings(Openings):
    """Those of a key."""

    __slots__ = ()


class RoleOpenings(Openings):
    """Those of a role: who may assume it."""

    __slots__ = ()


@derivation
def key_openings(key: Key, policy: KeyPolicy, account: Account) -> KeyOpenings:
    """By the key's policy; grants are a matter of their own."""
    return KeyOpenings(exposure(policy.policy, account=account.account, resource=key.arn), f"key {key.key_id}", account.account, key.region)


@derivation
def role_openings(role: Role, account: Account) -> RoleOpenings:
    """By the role's trust policy."""
    exposed = exposure(role.assume_role_policy_document, account=account.account, resource=role.arn, service="sts")
    return RoleOpenings(exposed, f"role {role.role_name}", account.account, role.region)


def told(openings: Iterable[Opening], most: int = 3) -> str:
    """Some callers in words, and how many more there are."""
    names = list(dict.fromkeys(str(one.who) for one in openings))
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
