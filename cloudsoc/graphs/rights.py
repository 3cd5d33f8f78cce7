"""What policies together let somebody do, by reasoning on their statements: as if every condition that he can bring about were met.

A question is about something that no policy names: who may change *any* role may change this one. So a Resource of ``*``, one that takes in all roles, and a
NotResource that spares a few answer alike, and so do a list of actions, a pattern and a NotAction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from cloudsoc.policy import Caller, PolicyDocument, Request, Statement, access_level, expand
from cloudsoc.policy.actions import statement_actions
from cloudsoc.policy.arns import fields
from cloudsoc.policy.conditions import PreparedCondition
from cloudsoc.policy.matching import PreparedStatement, prepared_document

Context = Mapping[str, tuple[str, ...]]

UNNAMED = "x9-nobody-names-this-x9"
"""Stands for the name of something that no policy was written for."""

_ASKED = ("iam:", "aws:resourcetag/", "aws:requesttag/", "kms:resourcealiases", "kms:requestalias", "aws-marketplace:productid")
"""Keys that tell what is asked for, not who asks: without a value in the question they have none. What nobody names has no tag and no alias."""


@cache
def _indexes() -> Mapping[str, int]:
    return {name: index for index, name in enumerate(sorted(expand(["*"])))}


@cache
def everything() -> int:
    """All known actions, as a set: an integer with a bit for each."""
    return (1 << len(_indexes())) - 1


@cache
def changing() -> int:
    """The known actions that change something."""
    return _as_set(name for name in _indexes() if access_level(name) not in ("List", "Read"))


@cache
def reading() -> int:
    """The known actions that change nothing."""
    return everything() & ~changing()


@lru_cache(maxsize=4096)
def actions(statement: Statement) -> int:
    """The known actions that a statement takes in."""
    return _as_set(statement_actions(Statement("Allow", actions=statement.actions, not_actions=statement.not_actions)))


@cache
def actions_of(service: str) -> int:
    """The known actions of a service."""
    return _as_set(expand([f"{service}:*"]))


def _as_set(names: Iterable[str]) -> int:
    known, found = _indexes(), 0
    for name in names:
        if name in known:
            found |= 1 << known[name]
    return found


_NOBODY = Caller("anonymous")
_UNTOLD: Context = dict.fromkeys(_NOBODY.context(), ())


@dataclass(frozen=True)
class Rights:
    """What policies together allow ``caller``; ``arn`` is his, or the policy's where nobody in particular is meant. ``boundary`` limits them if it is given."""

    arn: str
    policies: tuple[PolicyDocument, ...]
    boundary: PolicyDocument | None = None
    caller: Caller = _NOBODY
    context: Context = field(default_factory=dict)

    @classmethod
    def of(cls, principal: str, policies: Iterable[PolicyDocument], boundary: PolicyDocument | None = None) -> Rights:
        """Those of a user or role, whose own keys (``aws:PrincipalArn``, ``aws:username``) are known."""
        return cls(principal, tuple(policies), boundary, Caller.of(principal))

    @classmethod
    def written(cls, arn: str, document: PolicyDocument) -> Rights:
        """Those of whoever holds one policy: nothing is known of him."""
        return cls(arn, (document,), context=_UNTOLD)

    @property
    def account(self) -> str:
        """The account of the principal or policy."""
        return self.arn.split(":")[4]

    def some(self, service: str, kind: str) -> str:
        """The ARN of something in the own account that nobody names: ``some("iam", "role")``."""
        return self._arn(service, "" if service in ("iam", "s3") else "eu-west-1", self.account, kind)

    def unnamed(self, service: str, kind: str) -> list[str]:
        """Things that nobody names, in each account and region of which a policy speaks."""
        home = "" if service in ("iam", "s3") else "eu-west-1"
        cuts = [cut for policy in self.policies for one in policy for text in one.resources or () if (cut := fields(text)) and cut[2] == service]
        named = [self._arn(service, _fixed(cut[3]) or home, _fixed(cut[4]) or self.account, kind) for cut in cuts]
        return list(dict.fromkeys([self.some(service, kind), *named]))

    def _arn(self, service: str, region: str, account: str, kind: str) -> str:
        return f"arn:{self.arn.split(':')[1]}:{service}:{region}:{account}:{kind}/{UNNAMED}"

    def may(self, action: str, resource: str, asked: Context | None = None) -> bool:
        """Whether a request can be made; ``asked`` are the condition keys that tell what it asks for."""
        return bool(self.allowing(action, resource, asked))

    def allowing(self, action: str, resource: str, asked: Context | None = None) -> list[Statement]:
        """The statements by which a request can be made; none where a Deny that always holds, or the boundary, is against it."""
        request = Request(action, resource, self.caller, {**self.context, **(asked or {})})
        found = self._allowing(self.policies, request)
        return found if self.boundary is None or self._allowing((self.boundary,), request) else []

    def _allowing(self, documents: Iterable[PolicyDocument], request: Request) -> list[Statement]:
        found: list[Statement] = []
        for document in documents:
            for one in prepared_document(document).about(request.folded):
                if one.resources.match(request) and _met(one, request.context):
                    if not one.allows:
                        return []
                    found.append(one.statement)
        return found

    def on_everything(self) -> int:
        """The known actions that are allowed on whatever nobody names, of any service."""
        found = self._wide(self.policies)
        return found if self.boundary is None else found & self._wide((self.boundary,))

    def _wide(self, documents: Iterable[PolicyDocument]) -> int:
        things = [Request("none:Asked", self.some(service, resource), self.caller, self.context) for service, resource in _THINGS]
        allowed = denied = 0
        for document in documents:
            for one in prepared_document(document).statements:
                if all(map(one.resources.match, things)) and _met(one, things[0].context):
                    if one.allows:
                        allowed |= actions(one.statement)
                    else:
                        denied |= actions(one.statement)
        return allowed & ~denied


_THINGS = (("iam", "role"), ("s3", "object"), ("ec2", "instance"), ("kms", "key"))
"""Who may do something to all of these, of services that are nothing like each other, may do it to whatever there is."""


def _fixed(field: str) -> str:
    return field if set("*?$").isdisjoint(field) else ""


def _met(statement: PreparedStatement, context: Context) -> bool:
    """Whether the conditions can be met, as far as the context says: what it does not say somebody may bring about. Of a Deny: whether they are met for certain."""
    return all(test.holds(context) if _told(test, context) else statement.allows for test in statement.tests)


def _told(test: PreparedCondition, context: Context) -> bool:
    return all(key in context or key.startswith(_ASKED) for key in test.keys)


def share(allowed: int, of: int) -> float:
    """How much of a set of actions is allowed, from 0 to 1."""
    return (allowed & of).bit_count() / of.bit_count()
