"""Which statements of a document a request meets.

A document is prepared once: its actions are indexed by service and name, its resources and conditions are turned into matchers. A request then touches only
the statements that can be about its action.

AWS source: IAM User Guide, "IAM JSON policy elements reference".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cloudsoc.policy.arns import ArnPattern, resource_pattern
from cloudsoc.policy.conditions import PreparedCondition, prepared
from cloudsoc.policy.patterns import Glob, glob
from cloudsoc.policy.principals import Named, applies_to
from cloudsoc.policy.variables import Context, Template

if TYPE_CHECKING:
    from cloudsoc.policy.document import PolicyDocument
    from cloudsoc.policy.request import Caller, Request
    from cloudsoc.policy.statement import Statement

__all__ = ["PreparedDocument", "PreparedStatement", "prepared_document"]

_FIELDS_BEFORE_VARIABLES = 5  # a variable may stand only in the last field of an ARN


class PreparedResources:
    """The Resource or NotResource of a statement."""

    __slots__ = ("everything", "exact", "keys", "negated", "patterns", "templates")

    def __init__(self, statement: "Statement", *, variables: bool) -> None:
        written = statement.resources if statement.not_resources is None else statement.not_resources
        self.negated = statement.not_resources is not None
        self.everything = written is None or "*" in written
        self.templates: list[Template] = []
        exact: set[str] = set()
        self.patterns: list[ArnPattern] = []
        for text in written or ():
            if variables and "${" in text:
                if text.partition("${")[0].count(":") >= _FIELDS_BEFORE_VARIABLES:
                    self.templates.append(Template.of(text))
            elif "*" in text or "?" in text or text.count(":") < _FIELDS_BEFORE_VARIABLES:
                self.patterns.append(resource_pattern(text))
            else:
                exact.add(text)
        self.exact = frozenset(exact)
        self.keys = tuple(dict.fromkeys(key for template in self.templates for key in template.keys))

    def opened(self, pins: Context) -> list[Glob]:
        """Patterns for what the entries with variables can match, whatever those variables stand for that ``pins`` does not say to be missing."""
        return [
            Glob.of([part if isinstance(part, tuple) else ("*", True) for part in template.parts]) for template in self.templates if not template.is_void(pins)
        ]

    def match(self, request: "Request") -> bool:
        """Is the request's resource among them?"""
        return self._listed(request) is not self.negated

    def _listed(self, request: "Request") -> bool:
        if self.everything or request.resource in self.exact:
            return True
        for pattern in self.patterns:
            if pattern.matches(request.resource, request.cut):
                return True
        for template in self.templates:
            parts = template.resolved(request.context)
            if parts is not None and Glob.of(parts).matches(request.resource):
                return True
        return False


@dataclass(frozen=True, slots=True, eq=False)
class PreparedStatement:
    """A statement with its place in the document, ready for requests."""

    index: int
    statement: "Statement"
    resources: PreparedResources
    tests: tuple[PreparedCondition, ...]
    allows: bool
    for_anyone: bool
    """Neither Principal nor NotPrincipal."""
    for_everyone: bool
    """A star as Principal."""

    def means(self, caller: "Caller") -> bool:
        """Is a resource policy's statement about this caller?"""
        return self.for_everyone or applies_to(self.statement, caller) is not None


class ActionIndex:
    """Patterns of actions, each with the position of its statement."""

    __slots__ = ("anywhere", "everything", "exact", "of_service", "whole_service")

    def __init__(self) -> None:
        self.exact: dict[str, list[int]] = {}
        self.whole_service: dict[str, list[int]] = {}
        self.of_service: dict[str, list[tuple[str, Glob | None, int]]] = {}
        self.anywhere: list[tuple[str, Glob | None, int]] = []
        self.everything: list[int] = []

    def add(self, action: str, position: int) -> None:
        """File a pattern."""
        action = action.lower()
        if action in ("*", "*:*"):
            self.everything.append(position)
            return
        service, _, name = action.partition(":")
        if "*" in service or "?" in service:
            self.anywhere.append(("", glob(action), position))
        elif name == "*":
            self.whole_service.setdefault(service, []).append(position)
        elif "*" not in name and "?" not in name:
            self.exact.setdefault(action, []).append(position)
        elif name.find("*") == len(name) - 1 and "?" not in name:  # by far the most: a beginning and a star
            self.of_service.setdefault(service, []).append((action[:-1], None, position))
        else:
            self.of_service.setdefault(service, []).append(("", glob(action), position))

    def positions(self, action: str, service: str) -> set[int]:
        """The positions of all patterns that match ``action`` of ``service``, both in lower case."""
        found = set(self.everything)
        if (exact := self.exact.get(action)) is not None:
            found.update(exact)
        if (whole := self.whole_service.get(service)) is not None:
            found.update(whole)
        for prefix, pattern, position in self.of_service.get(service, ()):
            if position not in found and action.startswith(prefix) and (pattern is None or pattern.matches(action)):
                found.add(position)
        for _, pattern, position in self.anywhere:
            if pattern is not None and pattern.matches(action):
                found.add(position)
        return found


class PreparedDocument:
    """Statements of a document, ready for requests."""

    __slots__ = ("actions", "not_actions", "statements", "with_not_actions")

    def __init__(self, statements: Iterable[PreparedStatement]) -> None:
        self.actions = ActionIndex()
        self.not_actions = ActionIndex()
        self.statements = tuple(statements)
        with_not_actions: list[int] = []
        for position, item in enumerate(self.statements):
            for action in item.statement.actions or ():
                self.actions.add(action, position)
            if item.statement.not_actions is not None:
                with_not_actions.append(position)
                for action in item.statement.not_actions:
                    self.not_actions.add(action, position)
        self.with_not_actions = frozenset(with_not_actions)

    def about(self, action: str) -> Iterable[PreparedStatement]:
        """The statements whose Action or NotAction takes in ``action``, which is in lower case, in the document's order."""
        service = action.partition(":")[0]
        positions = self.actions.positions(action, service)
        if self.with_not_actions:
            positions |= self.with_not_actions - self.not_actions.positions(action, service)
        if len(positions) < 2:
            return [self.statements[position] for position in positions] if positions else ()
        return [self.statements[position] for position in sorted(positions)]

    def met(self, request: "Request", keys: dict[str, str], *, needs_principal: bool, bounded: bool = False) -> list[tuple[PreparedStatement, Named]]:
        """The statements that a request meets, and how each names the caller.

        ``keys`` is filled with the context keys that were looked at: in lower case, and as the policy writes them. ``needs_principal``: a statement that names
        no principal means nobody (the policy of a resource), rather than whoever the policy belongs to. ``bounded``: the caller has a permissions boundary; a
        Deny with NotPrincipal then spares nobody (IAM User Guide, "AWS JSON policy elements: NotPrincipal").
        """
        found: list[tuple[PreparedStatement, Named]] = []
        for candidate in self.about(request.folded):
            named = applies_to(candidate.statement, request.caller) if needs_principal or not candidate.for_anyone else Named.ITSELF
            if bounded and not candidate.allows and candidate.statement.not_principals is not None:
                named = Named.ITSELF
            if named is None:
                continue
            for key in candidate.resources.keys:
                keys.setdefault(key, key)
            if not candidate.resources.match(request):
                continue
            holds = True
            for test in candidate.tests:
                keys.setdefault(test.key, test.condition.key)
                for key in test.keys:
                    keys.setdefault(key, key)
                holds = holds and test.holds(request.context)
            if holds:
                found.append((candidate, named))
        return found


@lru_cache(maxsize=4096)
def prepared_document(document: "PolicyDocument") -> PreparedDocument:
    """The document, ready for requests; equal documents share it."""
    variables = document.version != "2008-10-17"
    return PreparedDocument(_prepared_statement(index, statement, variables=variables) for index, statement in enumerate(document.statements))


def _prepared_statement(index: int, statement: "Statement", *, variables: bool) -> PreparedStatement:
    return PreparedStatement(
        index,
        statement,
        PreparedResources(statement, variables=variables),
        tuple(prepared(condition, variables=variables) for condition in statement.conditions),
        statement.allows,
        for_anyone=statement.principals is None and statement.not_principals is None,
        for_everyone=statement.principals is not None and any(entry.is_everyone for entry in statement.principals),
    )
