"""A request: who asks to do what with which resource, and what else is known about it.

AWS source: IAM User Guide, "Policy evaluation logic" (processing the request context), "AWS global condition context keys", "IAM identifiers".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self

from cloudsoc.policy.arns import fields
from cloudsoc.policy.variables import Context

__all__ = ["Caller", "CallerKind", "Request"]

CallerKind = Literal["anonymous", "root", "user", "role", "federated user", "service", "federated identity"]

_PRINCIPAL_TYPES: Final[dict[CallerKind, str]] = {
    "anonymous": "Anonymous",
    "root": "Account",
    "user": "User",
    "role": "AssumedRole",
    "federated user": "FederatedUser",
}
_SERVICE_LINKED: Final = "role/aws-service-role/"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    ``arn`` is the principal itself: the ARN of a user, of a role session (of a role, where the session does not matter), of a federated user, of an account's
    root; a service's name; an identity provider's ARN or host. ``role`` is the role of a session; give it where the role has a path, since a session's ARN does
    not tell it. ``user`` is the user who called GetFederationToken. ``names`` are a service's further names, ``canonical_user`` is S3's id of the account.
    """

    kind: CallerKind
    arn: str = "*"
    account: str | None = None
    role: str | None = None
    user: str | None = None
    names: tuple[str, ...] = ()
    canonical_user: str | None = None

    @classmethod
    def of(cls, principal: str, *, role: str | None = None, user: str | None = None, names: Sequence[str] = (), canonical_user: str | None = None) -> Self:
        """The caller that ``principal`` names: ``*`` is an anonymous one, a 12-digit id an account's root; a host is a service or an identity provider."""
        if principal in ("*", "anonymous"):
            return cls("anonymous")
        if len(principal) == 12 and principal.isdigit():
            return cls("root", f"arn:aws:iam::{principal}:root", principal, canonical_user=canonical_user)
        cut = fields(principal)
        if cut is None:
            service = principal.endswith((".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".aws.internal")) and not principal.startswith(
                "cognito-identity"
            )
            return cls("service" if service else "federated identity", principal, names=tuple(names))
        _, partition, _, _, account, resource = cut
        sort, _, name = resource.partition("/")
        if sort in ("saml-provider", "oidc-provider"):
            return cls("federated identity", principal)
        if resource == "root":
            return cls("root", principal, account, canonical_user=canonical_user)
        if sort == "assumed-role":
            derived = f"arn:{partition}:iam::{account}:role/{name.partition('/')[0]}"
            return cls("role", principal, account, role=role or derived, canonical_user=canonical_user)
        if sort == "role":
            return cls("role", principal, account, role=principal, canonical_user=canonical_user)
        if sort == "federated-user":
            return cls("federated user", principal, account, user=user, canonical_user=canonical_user)
        return cls("user", principal, account, canonical_user=canonical_user)

    @property
    def is_session(self) -> bool:
        """Does it act with the credentials of a role or a federated user, which a session policy can narrow?"""
        return self.kind in ("role", "federated user")

    @property
    def has_account(self) -> bool:
        """Does it belong to an account that has policies for it? CloudFront's origin access identities belong to none, though they look like users."""
        return self.account is not None and self.account.isdigit()

    @property
    def is_service_linked(self) -> bool:
        """Is it a session of a service-linked role, which no organisation policy restricts?"""
        return self.role is not None and _SERVICE_LINKED in self.role

    def context(self) -> dict[str, tuple[str, ...]]:
        """The global context keys that follow from who asks."""
        found: dict[str, tuple[str, ...]] = {}
        if self.kind in _PRINCIPAL_TYPES:
            found["aws:principaltype"] = (_PRINCIPAL_TYPES[self.kind],)
        if self.account is not None:
            found["aws:principalarn"] = (self.role or self.arn,)
            found["aws:principalaccount"] = (self.account,)
            found["kms:calleraccount"] = (self.account,)
            found["aws:principalisawsservice"] = ("false",)
        if self.kind == "user":
            found["aws:username"] = (self.arn.rpartition("/")[2],)
        if self.kind == "anonymous":
            found["aws:userid"] = ("anonymous",)
        if self.kind == "service":
            found["aws:principalisawsservice"] = ("true",)
            found["aws:principalservicename"] = (self.arn,)
            found["aws:principalservicenameslist"] = tuple(dict.fromkeys([self.arn, *self.names]))
        return found


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. ``resource`` is an ARN, or ``*`` for an action that has none; ``resource_account`` is who owns it, where its ARN does not say.

    ``context`` are the condition keys, each with its values; keys that follow from the caller and from the resource are added, if they are not there, and a key
    without values is a missing key. `parse` is laxer about how values are written.
    """

    action: str
    resource: str
    caller: Caller
    context: Context = field(default_factory=dict)
    resource_account: str | None = None
    folded: str = field(init=False, repr=False, compare=False)
    """The action in lower case."""
    cut: tuple[str, ...] | None = field(init=False, repr=False, compare=False)
    """The fields of the resource's ARN, if it is one."""

    def __post_init__(self) -> None:
        cut = fields(self.resource)
        owner = self.resource_account or (cut[4] if cut and cut[4] else self.caller.account)
        context = self.caller.context()
        if owner is not None:
            context["aws:resourceaccount"] = (owner,)
        for key, value in self.context.items():
            if values := _values(value):
                context[key.lower()] = values
            else:
                context.pop(key.lower(), None)
        object.__setattr__(self, "cut", cut)
        object.__setattr__(self, "folded", self.action.lower())
        object.__setattr__(self, "context", context)
        object.__setattr__(self, "resource_account", owner)

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """A request from a mapping with ``principal``, ``action``, ``resource``, and, where wanted, ``context``, ``resource_account``, ``role`` and so on.

        Raises:
            ValueError: a member is missing, unknown or not a text.

        """
        known = {"principal", "action", "resource", "context", "resource_account", "role", "user", "names", "canonical_user"}
        if unknown := sorted(set(raw) - known):
            raise ValueError(f"a request has no {unknown[0]!r}")
        for name in ("principal", "action"):
            if not isinstance(raw.get(name), str):
                raise ValueError(f"a request needs {name!r}, a text")
        for name in ("resource", "resource_account", "role", "user", "canonical_user"):
            if not isinstance(raw.get(name, ""), str):
                raise ValueError(f"{name!r} of a request must be a text")
        context, names = raw.get("context", {}), raw.get("names", [])
        if not isinstance(context, Mapping):
            raise ValueError("'context' of a request must be an object")
        if not isinstance(names, list | tuple):
            raise ValueError("'names' of a request must be a list")
        caller = Caller.of(raw["principal"], role=raw.get("role"), user=raw.get("user"), names=names, canonical_user=raw.get("canonical_user"))
        return cls(raw["action"], raw.get("resource", "*"), caller, context, raw.get("resource_account"))


def _values(value: object) -> tuple[str, ...]:
    if type(value) is tuple and len(value) == 1 and type(value[0]) is str:  # nearly always
        return value
    if isinstance(value, str):
        return (value,)
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(text for item in value for text in _values(item))
    return () if value is None else (str(value),)
