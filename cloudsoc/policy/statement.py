"""Statements as data: what a policy document consists of, normalised, and what can be asked of a statement without a request.

AWS source: IAM User Guide, "IAM JSON policy elements reference".
"""

from dataclasses import dataclass
from typing import Literal

from cloudsoc.policy.arns import resource_pattern, resources_cover, resources_overlap
from cloudsoc.policy.operators import Operator
from cloudsoc.policy.patterns import Glob, covers, glob, overlap

__all__ = ["Condition", "Effect", "Principal", "PrincipalKind", "Statement", "any_value"]

Effect = Literal["Allow", "Deny"]
PrincipalKind = Literal["AWS", "Service", "Federated", "CanonicalUser"]


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """One entry of a ``Principal`` element. ``"*"`` and ``{"AWS": "*"}`` mean the same and are the same here.

    AWS source: "AWS JSON policy elements: Principal".
    """

    kind: PrincipalKind
    value: str

    @property
    def is_everyone(self) -> bool:
        """Everyone, anonymous callers included."""
        return self.kind == "AWS" and self.value == "*"

    @property
    def account(self) -> str | None:
        """The account id that an ``AWS`` entry names, by itself or in an ARN; None for everyone, for unique ids and for the other kinds."""
        if self.kind != "AWS":
            return None
        if len(self.value) == 12 and self.value.isdigit():
            return self.value
        parts = self.value.split(":", 5)
        return (parts[4] or None) if len(parts) == 6 and parts[0] == "arn" else None

    @property
    def names_account(self) -> bool:
        """Does it name a whole account (its id, or the ARN of its root), and so leave it to that account whom to let in?"""
        return self.kind == "AWS" and (self.account == self.value or self.value.endswith(":root"))


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of a condition block: ``operator`` holds for the request's value of ``key`` against ``values``. The conditions of a statement must all hold."""

    operator: Operator
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. An element that is absent is None; one that is an empty list matches nothing. Texts are as written, sorted, without repetition."""

    effect: Effect
    sid: str | None = None
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    not_resources: tuple[str, ...] | None = None
    principals: tuple[Principal, ...] | None = None
    not_principals: tuple[Principal, ...] | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def allows(self) -> bool:
        """Is its effect Allow?"""
        return self.effect == "Allow"

    @property
    def denies(self) -> bool:
        """Is its effect Deny?"""
        return self.effect == "Deny"

    def covers_action(self, pattern: str) -> bool:
        """Does its Action or NotAction take in *every* action that ``pattern`` (``s3:GetObject``, ``s3:*``, ``*``) matches? Case does not count."""
        wanted = _action_glob(pattern)
        if self.actions is not None:
            return covers([_action_glob(action) for action in self.actions], wanted)
        return not any(overlap(_action_glob(action), wanted) for action in self.not_actions or ())

    def touches_action(self, pattern: str) -> bool:
        """Does its Action or NotAction take in *at least one* action that ``pattern`` matches? Case does not count."""
        wanted = _action_glob(pattern)
        if self.actions is not None:
            return any(overlap(_action_glob(action), wanted) for action in self.actions)
        return not covers([_action_glob(action) for action in self.not_actions or ()], wanted)

    def covers_resource(self, pattern: str) -> bool:
        """Does its Resource or NotResource take in *every* resource that ``pattern`` matches? A statement without either is about what it is attached to: True.

        Policy variables are unknown here: in a Resource such an entry covers nothing, in a NotResource it may take away anything.
        """
        wanted = resource_pattern(pattern)
        if self.resources is not None:
            return resources_cover([resource_pattern(resource) for resource in self.resources if "${" not in resource], wanted)
        return not any("${" in resource or resources_overlap(resource_pattern(resource), wanted) for resource in self.not_resources or ())

    def touches_resource(self, pattern: str) -> bool:
        """Does its Resource or NotResource take in *at least one* resource that ``pattern`` matches? Policy variables may have any value."""
        wanted = resource_pattern(pattern)
        if self.resources is not None:
            return any(resources_overlap(resource_pattern(any_value(resource)), wanted) for resource in self.resources)
        return not resources_cover([resource_pattern(resource) for resource in self.not_resources or () if "${" not in resource], wanted)

    def to_mapping(self) -> dict[str, object]:
        """The statement as the mapping that JSON writes, with a list wherever a list may stand."""
        found: dict[str, object] = {}
        if self.sid is not None:
            found["Sid"] = self.sid
        found["Effect"] = self.effect
        for element, principals in (("Principal", self.principals), ("NotPrincipal", self.not_principals)):
            if principals is not None:
                found[element] = _principals_mapping(principals)
        elements = (("Action", self.actions), ("NotAction", self.not_actions), ("Resource", self.resources), ("NotResource", self.not_resources))
        for element, texts in elements:
            if texts is not None:
                found[element] = list(texts)
        if self.conditions:
            block: dict[str, dict[str, list[str]]] = {}
            for condition in self.conditions:
                block.setdefault(condition.operator.name, {})[condition.key] = list(condition.values)
            found["Condition"] = block
        return found


def _action_glob(action: str) -> Glob:
    return glob("*:*" if action == "*" else action.lower())  # an action always has a service in front


def any_value(text: str) -> str:
    """``text`` with its policy variables replaced by a star: what they may stand for is any text."""
    found, rest = [], text
    while (start := rest.find("${")) >= 0 and (end := rest.find("}", start)) >= 0:
        found += [rest[:start], "*"]
        rest = rest[end + 1 :]
    return "".join([*found, rest])


def _principals_mapping(principals: tuple[Principal, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for principal in principals:
        found.setdefault(principal.kind, []).append(principal.value)
    return found
