"""All the policies that bear on a user or role: its own, those of its groups, and the boundary that limits them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.policies import ManagedPolicy, inline_policies
from cloudsoc.aws.iam.roles import Role
from cloudsoc.aws.iam.users import Group, User
from cloudsoc.graphs.rights import Rights
from cloudsoc.model import Every, Incomplete, Unread, derivation
from cloudsoc.policy import Policy

DETAILS = "iam:GetAccountAuthorizationDetails"


@dataclass(frozen=True, slots=True)
class Held:
    """What a principal holds: ``policies`` by name (a managed one's ARN, ``inline policy x``, ``group y: ...``), the boundary, ``attached`` managed ones by ARN,
    and the ``groups`` that he is in.
    """

    principal: User | Role
    policies: tuple[Policy, ...]
    boundary: Policy | None = None
    attached: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        """The principal's ARN."""
        return self.principal.arn

    @property
    def name(self) -> str:
        """The principal in words."""
        return f"user {self.principal.user_name}" if isinstance(self.principal, User) else f"role {self.principal.role_name}"

    @property
    def rights(self) -> Rights:
        """What all of it together allows."""
        return Rights.of(self.arn, (one.document for one in self.policies), self.boundary.document if self.boundary else None)


@dataclass(frozen=True, slots=True)
class EffectivePolicies:
    """Of every user and role of the account. Those of whom a policy, a group or a boundary could not be read are ``open``; ``gaps`` are missing altogether."""

    known: Mapping[str, Held]
    open: Mapping[str, Unread] = field(default_factory=dict)
    gaps: tuple[Unread, ...] = ()

    def of(self, arn: str) -> Held:
        """All that one principal holds; raises ``Incomplete`` where a part of it was not read."""
        if arn in self.known:
            return self.known[arn]
        raise Incomplete(*((self.open[arn],) if arn in self.open else self.gaps or (Unread(DETAILS, f"needs review: the answer does not mention {arn}"),)))

    def every(self) -> Every[Held]:
        """All of them, and what is not known."""
        return Every(self.known.values(), (*self.open.values(), *self.gaps))


@derivation
def effective_policies(
    account: Account,
    users: Every[User],
    groups: Every[Group],
    roles: Every[Role],
    managed: Every[ManagedPolicy],
) -> EffectivePolicies:
    """One missing policy leaves its principals open, not the others."""
    lookup = _Lookup(groups, managed)
    known: dict[str, Held] = {}
    open_: dict[str, Unread] = {}
    principals: tuple[User | Role, ...] = (*users.known, *roles.known)
    for principal in principals:
        try:
            known[principal.arn] = lookup.held(principal)
        except Incomplete as incomplete:
            open_[principal.arn] = incomplete.unread[0]
    return EffectivePolicies(known, open_, tuple(dict.fromkeys((*users.unread, *roles.unread))))


class _Lookup:
    """Policies by ARN, groups by name."""

    def __init__(self, groups: Every[Group], managed: Every[ManagedPolicy]) -> None:
        self.groups = {one.group_name: one for one in groups.known}
        self.managed = {one.arn: one for one in managed.known}
        self.missing = {Group: groups.unread, ManagedPolicy: managed.unread}

    def held(self, principal: User | Role) -> Held:
        found = [*self._on(principal)]
        attached = [one.policy_arn for one in principal.attached_managed_policies]
        groups = principal.group_list if isinstance(principal, User) else ()
        for name in groups:
            if name not in self.groups:
                raise Incomplete(*(self.missing[Group] or (Unread(DETAILS, f"needs review: the answer does not mention group {name}"),)))
            found += self._on(self.groups[name], f"group {name}: ")
            attached += [one.policy_arn for one in self.groups[name].attached_managed_policies]
        limit = principal.permissions_boundary
        return Held(
            principal,
            tuple(found),
            self._managed(limit.permissions_boundary_arn) if limit else None,
            tuple(attached),
            tuple(self.groups[one].arn for one in groups),
        )

    def _on(self, identity: User | Group | Role, told: str = "") -> Iterator[Policy]:
        yield from (Policy(f"{told}inline policy {one.policy_name}", one.policy_document) for one in inline_policies(identity))
        yield from (self._managed(one.policy_arn, told) for one in identity.attached_managed_policies)

    def _managed(self, arn: str, told: str = "") -> Policy:
        if arn not in self.managed:
            raise Incomplete(*(self.missing[ManagedPolicy] or (Unread(DETAILS, f"needs review: the answer does not mention policy {arn}"),)))
        return Policy(told + arn, self.managed[arn].document)


def names(held: Iterable[Held], most: int = 5) -> str:
    """Some principals in words, and how many more there are."""
    told = [one.name for one in held]
    return ", ".join(told[:most]) + (f" and {len(told) - most} more" if len(told) > most else "")
