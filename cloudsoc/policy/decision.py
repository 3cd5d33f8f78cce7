"""The answer to a request, with what led to it."""

from dataclasses import dataclass, field
from typing import Literal

from cloudsoc.policy.policies import PolicyType
from cloudsoc.policy.request import Request
from cloudsoc.policy.statement import Statement

__all__ = ["ContextKey", "Decision", "Met", "Outcome"]

Outcome = Literal["allowed", "explicitly denied", "implicitly denied"]


@dataclass(frozen=True, slots=True)
class Met:
    """A statement that the request meets: where it stands, and what it says. A grant has no statement."""

    policy_type: PolicyType
    policy: str
    index: int | None = None
    statement: Statement | None = None

    def __str__(self) -> str:
        if self.index is None or self.statement is None:
            return f"{self.policy_type} {self.policy}"
        sid = f' "{self.statement.sid}"' if self.statement.sid else ""
        return f"{self.policy_type} {self.policy}, statement {self.index}{sid}"


@dataclass(frozen=True, slots=True)
class ContextKey:
    """A context key that some statement asked for, and its values in the request; none if it is missing there."""

    name: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} = {', '.join(self.values)}" if self.values else f"{self.name} is missing"


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to a request.

    ``statements`` are those that decided: the Deny statements of an explicit denial, the Allow statements of an allowed request; an implicit denial has none.
    ``not_enough`` are the Allow statements that the request met although it is denied. ``blocked_by`` is the type of policy that a denial comes from.
    ``keys`` are the context keys that statements about this action, resource and caller asked for: other values there may give another answer.
    """

    request: Request
    outcome: Outcome
    reason: str
    statements: tuple[Met, ...] = ()
    not_enough: tuple[Met, ...] = ()
    blocked_by: PolicyType | None = None
    keys: tuple[ContextKey, ...] = field(default=())

    @property
    def allowed(self) -> bool:
        """Does the request succeed?"""
        return self.outcome == "allowed"

    @property
    def explanation(self) -> str:
        """Some lines that a person can follow."""
        asked = self.request
        lines = [
            f"{self.outcome.upper()}: {asked.caller.arn if asked.caller.arn != '*' else 'an anonymous caller'} {asked.action} {asked.resource}",
            self.reason,
        ]
        for title, met in (("decided by", self.statements), ("allowed, but not enough", self.not_enough)):
            lines += [f"  {title}: {statement}" for statement in met]
        lines += [f"  looked at: {key}" for key in self.keys]
        return "\n".join(lines)
