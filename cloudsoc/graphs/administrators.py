"""Who is an administrator: by what all policies together allow, never by what a policy or a role is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cloudsoc.aws.account import Account
from cloudsoc.graphs.effective_policies import DETAILS, EffectivePolicies, Held
from cloudsoc.graphs.rights import Context, Rights, changing, share
from cloudsoc.model import Every, Incomplete, Unread, derivation

NEARLY_ALL = 0.9
"""Who may do that much of all that changes something, on whatever there is, is an administrator: a few actions spared make no difference."""

GIVING = (
    ("iam:PutUserPolicy", "user"),
    ("iam:AttachUserPolicy", "user"),
    ("iam:PutGroupPolicy", "group"),
    ("iam:AttachGroupPolicy", "group"),
    ("iam:PutRolePolicy", "role"),
    ("iam:AttachRolePolicy", "role"),
    ("iam:CreatePolicyVersion", "policy"),
)
"""The actions that give any right there is, and to what: who may do one of them to all, or to himself, needs no other right."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """An administrator, and why: ``grounds`` in words, ``policies`` from which his rights come."""

    held: Held
    grounds: tuple[str, ...]

    @property
    def why(self) -> str:
        """The grounds in one line."""
        more = f" and {len(self.grounds) - 3} more" if len(self.grounds) > 3 else ""
        return "; ".join(self.grounds[:3]) + more

    @property
    def evidence(self) -> Mapping[str, object]:
        """The policies that he holds, for the review."""
        boundary = self.held.boundary
        return {"policies": [one.name for one in self.held.policies], **({"boundary": boundary.name} if boundary else {})}


@dataclass(frozen=True, slots=True)
class Administrators:
    """All administrators of an account among users and roles; ``others`` are known to be none."""

    known: Mapping[str, Administrator]
    others: frozenset[str] = frozenset()
    open: Mapping[str, Unread] = field(default_factory=dict)
    gaps: tuple[Unread, ...] = ()

    def of(self, arn: str) -> Administrator | None:
        """What makes a user or role an administrator, None for one who is none; raises ``Incomplete`` where a policy of his was not read."""
        if arn in self.known:
            return self.known[arn]
        if arn in self.others:
            return None
        raise Incomplete(*((self.open[arn],) if arn in self.open else self.gaps or (Unread(DETAILS, f"needs review: the answer does not mention {arn}"),)))

    def every(self) -> Every[Administrator]:
        """All of them, and what is not known."""
        return Every(self.known.values(), (*self.open.values(), *self.gaps))


@derivation
def administrators(account: Account, effective: EffectivePolicies) -> Administrators:
    """Users and roles whose policies, those of groups included and within their boundary, let them do nearly everything or give themselves any right."""
    found = {arn: grounds(held) for arn, held in effective.known.items()}
    known = {arn: Administrator(effective.known[arn], why) for arn, why in found.items() if why}
    return Administrators(known, frozenset(found) - known.keys(), effective.open, effective.gaps)


def grounds(held: Held) -> tuple[str, ...]:
    """Why a principal is an administrator; nothing if he is none."""
    rights = held.rights
    part = share(rights.on_everything(), changing())
    found = [] if part < NEARLY_ALL else ["may do everything" if part == 1 else f"may do {int(part * 100)} % of all that changes something"]
    return (*found, *_giving(held, rights))


def gives_any_right(rights: Rights) -> tuple[str, ...]:
    """The actions by which any right can be given to anybody of a kind, and the kind."""
    return tuple(f"{action} on every {kind}" for action, kind in GIVING if gives(rights, action, rights.some("iam", kind)))


def _giving(held: Held, rights: Rights) -> Iterator[str]:
    """By giving rights: to all of a kind; or to himself, also through a group that he is in, unless a boundary holds him."""
    found = gives_any_right(rights)
    yield from found
    if found or held.boundary is not None:
        return
    if action := next((action for action, kind in GIVING if f":{kind}/" in held.arn and gives(rights, action, held.arn)), None):
        yield f"{action} on itself"
    for arn in held.groups:
        if action := next((action for action, kind in GIVING if kind == "group" and gives(rights, action, arn)), None):
            yield f"{action} on group {arn.rpartition('/')[2]}, which it is in"
    for arn in held.attached:
        if arn.split(":")[4] == rights.account and gives(rights, "iam:CreatePolicyVersion", arn):
            yield f"iam:CreatePolicyVersion on {arn.rpartition('/')[2]}, which it holds"


def gives(rights: Rights, action: str, resource: str, asked: Context | None = None) -> bool:
    """Whether an action that gives rights can give all of them: a condition on the policies or the boundary to give may hold it to some."""
    policies = (f"arn:{rights.arn.split(':')[1]}:iam::aws:policy/AdministratorAccess", rights.some("iam", "policy"))
    return any(rights.may(action, resource, {**(asked or {}), "iam:policyarn": (arn,)}) for arn in policies)
