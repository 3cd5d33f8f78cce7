"""The policies that bear on a request, by type.

AWS source: IAM User Guide, "Policies and permissions in AWS Identity and Access Management" (policy types), "Policy evaluation logic"; AWS Organizations User
Guide, "Service control policies", "Resource control policies"; AWS KMS Developer Guide, "Grants in AWS KMS".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from cloudsoc.policy.document import PolicyDocument
from cloudsoc.policy.matching import PreparedDocument, prepared_document

__all__ = ["Grant", "Policies", "Policy", "PolicyType"]

PolicyType = Literal[
    "identity policy",
    "resource policy",
    "permissions boundary",
    "session policy",
    "service control policy",
    "resource control policy",
    "VPC endpoint policy",
    "grant",
]

Levels = tuple[tuple["Policy", ...], ...]
"""The policies attached to each level of an organisation: the root, the organisational units on the way down, the account."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A document and what it is called: a managed policy's ARN, an inline policy's name, the group that has it; whatever a reader recognises."""

    name: str
    document: PolicyDocument
    _prepared: PreparedDocument = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_prepared", prepared_document(self.document))

    def __reduce__(self) -> tuple[type["Policy"], tuple[str, PolicyDocument]]:
        return type(self), (self.name, self.document)

    @classmethod
    def of(cls, document: "str | Mapping[str, object] | PolicyDocument", name: str = "policy") -> Self:
        """A policy from a document as AWS returns it.

        Raises:
            MalformedPolicy: it is not a policy.

        """
        return cls(name, PolicyDocument.parse(document))

    def part(self, positions: Iterable[int]) -> Self:
        """The same policy as far as some of its statements go, which keep their places."""
        found = object.__new__(type(self))
        object.__setattr__(found, "name", self.name)
        object.__setattr__(found, "document", self.document)
        object.__setattr__(found, "_prepared", PreparedDocument(self._prepared.statements[position] for position in positions))
        return found

    @property
    def prepared(self) -> PreparedDocument:
        """The document, ready for requests."""
        return self._prepared


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant on a KMS key: ``operations`` (``Decrypt``) for ``grantee`` (a principal's ARN or a service), only with the encryption context that it asks for,
    and only on behalf of the resource ``source_arn`` where it names one.
    """

    grantee: str
    operations: tuple[str, ...]
    name: str = "grant"
    retiring: str | None = None
    encryption_context_equals: Mapping[str, str] | None = None
    encryption_context_subset: Mapping[str, str] | None = None
    source_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies that bear on a request. What does not exist is left empty; what could not be read must not be left out silently: ask before deciding.

    ``identity`` are those of the user and its groups, or of the role. ``resource`` is the policy of the resource: a bucket's, a key's, a role's trust policy.
    ``session`` are those passed for the session. ``service_control`` are the SCPs of the caller's account, ``resource_control`` the RCPs of the resource's, each
    per level from the organisation's root down to the account; both are empty for the management account. ``endpoint`` is the policy of the VPC endpoint that
    the request passes. ``grants`` are those on the KMS key.
    """

    identity: tuple[Policy, ...] = ()
    resource: Policy | None = None
    boundary: Policy | None = None
    session: tuple[Policy, ...] = ()
    service_control: Levels = ()
    resource_control: Levels = ()
    endpoint: Policy | None = None
    grants: tuple[Grant, ...] = ()

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """Policies from a mapping with the names of the fields above: documents where one policy stands, lists of documents, and lists of lists for levels.

        A policy may also be an object with ``name`` and ``document``.

        Raises:
            MalformedPolicy: a document is not a policy.
            ValueError: the mapping is not of that form.

        """
        unknown = sorted(set(raw) - {"identity", "groups", "resource", "boundary", "session", "service_control", "resource_control", "endpoint", "grants"})
        if unknown:
            raise ValueError(f"there is no kind of policy {unknown[0]!r}")
        return cls(
            identity=(*_several(raw, "identity"), *_several(raw, "groups")),
            resource=_single(raw, "resource"),
            boundary=_single(raw, "boundary"),
            session=_several(raw, "session"),
            service_control=_levels(raw, "service_control"),
            resource_control=_levels(raw, "resource_control"),
            endpoint=_single(raw, "endpoint"),
            grants=tuple(_grant(item, index) for index, item in enumerate(_items(raw.get("grants", []), "grants"))),
        )


def _items(value: object, name: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{name!r} must be a list")
    return list(value)


def _policy(value: object, name: str) -> Policy:
    if isinstance(value, Policy):
        return value
    if isinstance(value, Mapping) and "document" in value:
        return Policy.of(value["document"], str(value.get("name", name)))
    if isinstance(value, str | Mapping | PolicyDocument):
        return Policy.of(value, name)
    raise ValueError(f"{name!r} must be a policy document")


def _single(raw: Mapping[str, Any], name: str) -> Policy | None:
    value = raw.get(name)
    return None if value is None else _policy(value, name)


def _numbered(values: Iterable[object], name: str) -> tuple[Policy, ...]:
    return tuple(_policy(value, f"{name}[{index}]") for index, value in enumerate(values))


def _several(raw: Mapping[str, Any], name: str) -> tuple[Policy, ...]:
    value = raw.get(name, [])
    return _numbered(value if isinstance(value, list | tuple) else [value], name)


def _levels(raw: Mapping[str, Any], name: str) -> Levels:
    levels = enumerate(_items(raw.get(name, []), name))
    return tuple(_numbered(_items(level, f"{name}[{index}]"), f"{name}[{index}]") for index, level in levels)


def _grant(value: object, index: int) -> Grant:
    if isinstance(value, Grant):
        return value
    if not isinstance(value, Mapping) or not isinstance(value.get("grantee"), str):
        raise ValueError(f"'grants[{index}]' must be an object with a grantee")
    unknown = sorted(set(value) - {"grantee", "operations", "name", "retiring", "encryption_context_equals", "encryption_context_subset", "source_arn"})
    if unknown:
        raise ValueError(f"a grant has no {unknown[0]!r}")
    return Grant(
        grantee=value["grantee"],
        operations=tuple(str(operation) for operation in _items(value.get("operations", []), f"grants[{index}].operations")),
        name=str(value.get("name", f"grants[{index}]")),
        retiring=value.get("retiring"),
        encryption_context_equals=value.get("encryption_context_equals"),
        encryption_context_subset=value.get("encryption_context_subset"),
        source_arn=value.get("source_arn"),
    )
