"""The answer to the question who outside could ever be allowed to do what: grants, and what can be asked of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from cloudsoc.policy.actions import AccessLevel, access_level
from cloudsoc.policy.patterns import glob, overlap
from cloudsoc.policy.request import Request
from cloudsoc.policy.statement import Statement

__all__ = ["Exposure", "ExposureGrant", "NeedsReview", "Who", "WhoKind"]

WhoKind = Literal[
    "public",
    "any AWS account",
    "network",
    "access points",
    "organization",
    "organization path",
    "account",
    "principal",
    "service",
    "federated",
]
"""The classes of callers, by what they have in common.

public             everyone, anonymous callers included
any AWS account    everyone who has credentials of some AWS account
network            everyone who comes from an address range, a VPC or a VPC endpoint that is named
access points      everyone whom the access points of an account (or one access point) let in
organization       everyone in an organisation that is named; organization path: below one of its units
account            an account that is named (or, with the id that S3 has for it, a canonical user)
principal          a user, role or session that is named; a unique id such as AROA... stands for one
service            an AWS service; ``*`` is any
federated          who comes from an identity provider; ``*`` is any
"""

_PUBLIC: Final = ("public", "any AWS account")


class NeedsReview(Exception):
    """A question has no certain answer: a person must look. The message says at what."""


@dataclass(frozen=True, slots=True, order=True)
class Who:
    """A class of callers; ``value`` is what names it, and is empty for the first two kinds."""

    kind: WhoKind
    value: str = ""

    @property
    def account(self) -> str | None:
        """The account id, of an account and of a principal whose ARN has one."""
        if self.kind == "account":
            return self.value
        parts = self.value.split(":", 5)
        return parts[4] if self.kind == "principal" and len(parts) == 6 and parts[4].isdigit() else None

    def __str__(self) -> str:
        if self.kind in _PUBLIC:
            return "everyone" if self.kind == "public" else self.kind
        if self.value.startswith("the "):
            return self.value
        if self.value == "*":
            return f"any {'identity provider' if self.kind == 'federated' else self.kind}"
        return f"{self.kind} {self.value}"


@dataclass(frozen=True, slots=True)
class ExposureGrant:
    """A class of callers outside, and what one statement lets them do.

    ``actions`` are the known ones, spelt as AWS does, and those that nobody knows but that are written out; all of them are allowed on some of ``resources``.
    ``resources`` are the patterns of the statement, with ``not `` in front where it has NotResource. ``restricted_by`` are the condition keys without which the
    class would be a larger one; ``required`` are all that its callers must send or have. ``guarded``, of a service: only for sources that are named (an account,
    an organisation, a resource), so that nobody else can send the service; of an identity provider: only for subjects or audiences that are named, or the
    provider issues tokens for its owner alone; true for all other kinds. ``guards`` are the sources or subjects that are named.
    ``needs_review`` is why it is not certain; the grant may then be wider than what is really allowed, but never narrower.
    ``witness`` is a request that the policy allows; `decide` says the same. None where there is something to review.
    """

    who: Who
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    index: int
    statement: Statement
    restricted_by: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    guarded: bool = True
    guards: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    needs_review: str | None = None
    witness: Request | None = None
    origin: str = "policy"

    @property
    def levels(self) -> frozenset[AccessLevel]:
        """The access levels of its actions."""
        return frozenset(access_level(action) for action in self.actions)

    @property
    def is_public(self) -> bool:
        """Is it for everyone, or for everyone with an AWS account?"""
        return self.who.kind in _PUBLIC

    @property
    def place(self) -> str:
        """Where it stands: the policy (or the ACL, the access point), the statement's number and its id."""
        sid = f' "{self.statement.sid}"' if self.statement.sid else ""
        return f"{self.origin}, statement {self.index}{sid}"

    def __str__(self) -> str:
        levels = ", ".join(sorted(level.lower() for level in self.levels))
        count = f"{len(self.actions)} actions" if len(self.actions) > 3 else ", ".join(self.actions)
        extra = [] if self.guarded else ["unguarded"]
        if self.restricted_by:
            extra.append(f"by {', '.join(self.restricted_by)}")
        if self.needs_review is not None:
            extra.append(f"needs review: {self.needs_review}")
        return f"{self.who}: {count} ({levels}), {self.place}" + (f" [{'; '.join(extra)}]" if extra else "")


@dataclass(frozen=True, slots=True)
class Exposure:
    """All grants to callers outside the owner's account. Narrow it first (`at`, `doing`, `beyond`, `only`), then ask.

    No grant is missing. One that is not certain says so, and a question whose answer hangs on such a grant alone raises `NeedsReview`: so no answer looks good
    that nobody gave.
    """

    grants: tuple[ExposureGrant, ...] = ()

    def __iter__(self) -> Iterator[ExposureGrant]:
        return iter(self.grants)

    def __bool__(self) -> bool:
        return bool(self.grants)

    def only(self, wanted: Callable[[ExposureGrant], bool]) -> "Exposure":
        """The grants for which ``wanted`` holds."""
        return Exposure(tuple(grant for grant in self.grants if wanted(grant)))

    def to(self, *kinds: WhoKind) -> "Exposure":
        """The grants to these classes of callers."""
        return self.only(lambda grant: grant.who.kind in kinds)

    def at(self, *levels: AccessLevel) -> "Exposure":
        """The grants of an action at one of these access levels. "Unknown" (an action that nobody knows) is always one of them."""
        wanted = {*levels, "Unknown"}
        return self.only(lambda grant: not wanted.isdisjoint(grant.levels))

    def doing(self, pattern: str) -> "Exposure":
        """The grants of an action that ``pattern`` (``sts:AssumeRole``, ``kms:*``) matches; case does not count."""
        folded = glob(pattern.lower())
        return self.only(lambda grant: any(overlap(glob(action.lower()), folded) for action in grant.actions))

    def beyond(self, *, accounts: Iterable[str] = (), organizations: Iterable[str] = ()) -> "Exposure":
        """Without the grants to accounts that are trusted, to their principals, and to organisations that are trusted and their units."""
        own, orgs = frozenset(accounts), frozenset(organizations)

        def outside(grant: ExposureGrant) -> bool:
            if grant.who.kind in ("organization", "organization path"):
                return grant.who.value.partition("/")[0] not in orgs
            return grant.who.account not in own

        return self.only(outside)

    @property
    def certain(self) -> "Exposure":
        """The grants that are certain, each with a witness."""
        return self.only(lambda grant: grant.needs_review is None)

    @property
    def unclear(self) -> "Exposure":
        """The grants that need a review."""
        return self.only(lambda grant: grant.needs_review is not None)

    @property
    def needs_review(self) -> tuple[str, ...]:
        """Why a person must look; empty if nobody must."""
        return tuple(dict.fromkeys(grant.needs_review for grant in self.grants if grant.needs_review is not None))

    def holds(self, wanted: Callable[[ExposureGrant], bool]) -> bool:
        """Is there a grant for which ``wanted`` holds?

        Raises:
            NeedsReview: there is one that is not certain, and no certain one.

        """
        found = self.only(wanted)
        if found.certain:
            return True
        if found:
            raise NeedsReview("needs review: " + "; ".join(found.needs_review))
        return False

    @property
    def is_public(self) -> bool:
        """Is something allowed to everyone, or to everyone with an AWS account? Raises `NeedsReview` where that is open."""
        return self.holds(lambda grant: grant.is_public)

    @property
    def is_public_read(self) -> bool:
        """Can everyone read or list? Raises `NeedsReview` where that is open."""
        return self.at("Read", "List").is_public

    @property
    def is_public_write(self) -> bool:
        """Can everyone write, tag, or change permissions? Raises `NeedsReview` where that is open."""
        return self.at("Write", "Tagging", "Permissions management").is_public

    def values(self, *kinds: WhoKind) -> frozenset[str]:
        """What names the callers of these classes, those that need a review included."""
        return frozenset(grant.who.value for grant in self.to(*kinds))

    def accounts(self) -> frozenset[str]:
        """The accounts outside that are let in, as a whole or through a principal of theirs. A unique id (``AROA...``) hides its account: see `principals`."""
        return frozenset(account for grant in self.grants if (account := grant.who.account) is not None)

    def principals(self) -> frozenset[str]:
        """The users, roles and sessions outside that are let in by name."""
        return self.values("principal")

    def organizations(self) -> frozenset[str]:
        """The organisations that are let in, as a whole or in part."""
        return frozenset(value.partition("/")[0] for value in self.values("organization", "organization path"))

    def services(self, *, guarded: bool | None = None) -> frozenset[str]:
        """The AWS services that are let in; ``guarded=False``: those that anybody can send (the confused deputy)."""
        return frozenset(grant.who.value for grant in self.to("service") if guarded is None or grant.guarded is guarded)

    def federated(self, *, guarded: bool | None = None) -> frozenset[str]:
        """The identity providers that are let in; ``guarded=False``: those whose every user is."""
        return frozenset(grant.who.value for grant in self.to("federated") if guarded is None or grant.guarded is guarded)

    @property
    def explanation(self) -> str:
        """Some lines that a person can follow."""
        if not self.grants:
            return "Nobody outside the account is allowed anything."
        return "\n".join(line for grant in self.grants for line in _lines(grant))


def _lines(grant: ExposureGrant) -> Iterator[str]:
    title = "NEEDS REVIEW: " if grant.needs_review is not None else "PUBLIC: " if grant.is_public else "" if grant.guarded else "UNGUARDED: "
    yield f"{title}{grant.who}"
    by_level: dict[str, list[str]] = {}
    for action in grant.actions:
        by_level.setdefault(access_level(action), []).append(action)
    for level, actions in sorted(by_level.items()):
        more = f", and {len(actions) - 8} more" if len(actions) > 8 else ""
        yield f"  {level.lower()}: {', '.join(actions[:8])}{more}"
    yield f"  on: {', '.join(grant.resources) or 'what the policy is attached to'}"
    yield f"  from: {grant.place}"
    for name, texts in (("restricted by", grant.restricted_by), ("needs also", tuple(key for key in grant.required if key not in grant.restricted_by))):
        if texts:
            yield f"  {name}: {', '.join(texts)}"
    if grant.guards:
        yield f"  only for: {', '.join(grant.guards)}"
    yield from (f"  note: {note}" for note in grant.notes)
    if grant.needs_review is not None:
        yield f"  because: {grant.needs_review}"
    elif grant.witness is not None:
        asked = grant.witness
        caller = "an anonymous caller" if asked.caller.kind == "anonymous" else asked.caller.arn
        given = {key: values for key, values in asked.context.items() if asked.caller.context().get(key) != values and key != "aws:resourceaccount"}
        context = "".join(f", {key} = {', '.join(values)}" for key, values in given.items())
        yield f"  for example: {caller} {asked.action} {asked.resource}{context}"
