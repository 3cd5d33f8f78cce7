"""What policies together let somebody do, by reasoning on their statements: as if every condition that he can bring about were met.

A question is about something that no policy names: who may change *any* role may change this one. So a Resource of ``*``, one that takes in all roles, and a
NotResource that spares a few answer alike, and so do a list of actions, a pattern and a NotAction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache

from cloudsoc.policy import Caller, PolicyDocument, Request, Statement, access_level, expand
from cloudsoc.policy.actions import services, statement_actions
from cloudsoc.policy.arns import completed
from cloudsoc.policy.conditions import PreparedCondition
from cloudsoc.policy.matching import PreparedStatement, prepared_document
from cloudsoc.policy.patterns import glob

Context = Mapping[str, tuple[str, ...]]

UNNAMED = "x9-nobody-names-this-x9"
"""Stands for the name of something that no policy was written for."""

_ASKED = ("iam:", "aws:resourcetag/", "kms:resourcealiases", "kms:requestalias", "aws-marketplace:productid")
"""Keys that tell what is asked for, not who asks: without a value in the question they have none. What nobody names has no tag and no alias."""
_NAMING = ("aws:resourcetag/", "iam:resourcetag/", "kms:resourcealiases", "kms:requestalias", "aws-marketplace:productid")
_CHOSEN = "iam:associatedresourcearn"
"""For what a role is passed: that is for the caller to choose, as are the tags of a request."""


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
        """Things that nobody names, in each account and region of which a policy speaks, and in a region of which none does."""
        home, elsewhere = ("", "") if service in ("iam", "s3") else ("eu-west-1", "x9-elsewhere-9")
        texts = (text for policy in self.policies for one in policy for text in (*(one.resources or ()), *(one.not_resources or ())))
        cuts = [cut for text in texts if (cut := completed(text))[0] == "arn" and len(cut) > 1 and glob(cut[2]).matches(service)]
        named = [self._arn(service, _one(cut[3], home), _one(cut[4], self.account), kind) for cut in cuts]
        return list(dict.fromkeys([self.some(service, kind), *named, self._arn(service, elsewhere, self.account, kind)]))

    def _arn(self, service: str, region: str, account: str, kind: str) -> str:
        name = f"{kind}{UNNAMED}" if kind.endswith(":") else f"{kind}/{UNNAMED}"
        return f"arn:{self.arn.split(':')[1]}:{service}:{region}:{account}:{name}"

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

    def may_somewhere(self, action: str) -> bool:
        """Whether a request can be made about one thing or another: enough for what makes something new."""
        somewhere = False
        for policy in self.policies:
            for one in prepared_document(policy).about(action.lower()):
                if one.allows:
                    somewhere = somewhere or (self._reaches(one, action.partition(":")[0].lower()) and _met(one, self.context, somewhere=True))
                elif not one.tests and self._is_wide(one):
                    return False
        return somewhere

    def whole(self, service: str) -> bool:
        """Whether all actions of a service are allowed, each on some of its resources."""
        allowed, denied = self._about_service(service)
        return actions_of(service) & ~(allowed & ~denied) == 0

    def whole_services(self) -> list[str]:
        """The services of which a pattern allows all actions, unknown ones included; a single ``*`` where it is all of them."""
        found = [service for service in self._candidates() if self._pattern_allows(service)]
        return ["every service"] if len(found) == len(services()) else found

    def _candidates(self) -> list[str]:
        """Services that can be allowed as a whole: those that are written, and all where a pattern or a NotAction takes in several."""
        heads = {text.partition(":")[0].lower() for policy in self.policies for one in policy if one.allows for text in one.actions or ("*",)}
        return sorted(services() if any(_fixed(head) == "" for head in heads) else heads)

    def _pattern_allows(self, service: str) -> bool:
        whole = f"{service}:*"
        lines = [one for policy in self.policies for one in prepared_document(policy).statements]
        if any(not one.allows and not one.tests and self._is_wide(one) and one.statement.touches_action(whole) for one in lines):
            return False
        return any(one.allows and one.statement.covers_action(whole) and self._reaches(one, service) for one in lines)

    def _about_service(self, service: str) -> tuple[int, int]:
        allowed = denied = 0
        for policy in self.policies:
            for one in prepared_document(policy).statements:
                if one.allows and self._reaches(one, service):
                    allowed |= actions(one.statement)
                elif not one.allows and not one.tests and self._is_wide(one):
                    denied |= actions(one.statement)
        return allowed, denied

    def _reaches(self, one: PreparedStatement, service: str) -> bool:
        """Whether its resources can be some of a service: those of others do not make its actions possible."""
        return one.resources.everything or one.statement.touches_resource(f"arn:{self.arn.split(':')[1]}:{service}:*:*:*")

    def allows_everything(self) -> bool:
        """Whether every known action is allowed on everything, before a Deny takes any of them away."""
        return self._wide(PolicyDocument(tuple(one for one in policy if one.allows), policy.version) for policy in self.policies) == everything()

    def on_everything(self) -> int:
        """The known actions that are allowed on whatever nobody names, of any service."""
        found = self._wide(self.policies)
        return found if self.boundary is None else found & self._wide((self.boundary,))

    def _wide(self, documents: Iterable[PolicyDocument]) -> int:
        allowed = denied = 0
        for document in documents:
            for one in prepared_document(document).statements:
                if self._is_wide(one) and _met(one, self._things[0].context):
                    if one.allows:
                        allowed |= actions(one.statement)
                    else:
                        denied |= actions(one.statement)
        return allowed & ~denied

    def _is_wide(self, statement: PreparedStatement) -> bool:
        return all(map(statement.resources.match, self._things))

    @cached_property
    def _things(self) -> list[Request]:
        return [Request("none:Asked", self.some(service, kind), self.caller, self.context) for service, kind in _THINGS]


_THINGS = (("iam", "role"), ("s3", "object"), ("ec2", "instance"), ("kms", "key"))
"""Who may do something to all of these, of services that are nothing like each other, may do it to whatever there is."""


def _fixed(field: str) -> str:
    return field if set("*?$").isdisjoint(field) else ""


def _one(field: str, usual: str) -> str:
    """Something that a field of an ARN takes in: what is usual if it does, else what nobody names."""
    return usual if glob(field).matches(usual) else field.replace("*", "").replace("?", "9")


def _met(statement: PreparedStatement, context: Context, *, somewhere: bool = False) -> bool:
    """Whether the conditions can be met, as far as the context says: what it does not say somebody may bring about. Of a Deny: whether they are met for certain.

    ``somewhere``: it may be about something that has a tag or an alias.
    """
    return all(
        test.holds(context) or (statement.allows and _names_nothing(test, context)) if _told(test, context, somewhere=somewhere) else statement.allows
        for test in statement.tests
    )


def _names_nothing(test: PreparedCondition, context: Context) -> bool:
    """Whether a condition on a tag or an alias holds for one that nobody names: it tells what has one, and not which."""
    if test.key in context or not test.key.startswith(_NAMING):
        return False
    return test.holds({**context, test.key: (f"alias/{UNNAMED}" if test.key.startswith("kms:") else UNNAMED,)})


def _told(test: PreparedCondition, context: Context, *, somewhere: bool) -> bool:
    return all(key in context or (key.startswith(_ASKED) and key != _CHOSEN and not somewhere) for key in test.keys)


def share(allowed: int, of: int) -> float:
    """How much of a set of actions is allowed, from 0 to 1."""
    return (allowed & of).bit_count() / of.bit_count()
