"""Policy variables: ``${aws:username}``, ``${aws:PrincipalTag/team, 'none'}``, ``${*}``.

A text is cut once into its parts, literal and variable; with the values of a request the parts become patterns. What a variable stands for is taken
literally: a star that comes from a request is a star, no wildcard.

AWS source: IAM User Guide, "IAM policy elements: Variables and tags". A variable without value and default leaves its text unresolved, and an unresolved text
matches nothing (so that what is negated over it holds).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from cloudsoc.policy.document import PolicyDocument
    from cloudsoc.policy.statement import Condition

__all__ = ["Context", "Part", "Template", "substituted"]

Context = Mapping[str, tuple[str, ...]]
"""A request's context: keys in lower case, each with its values."""
Part = tuple[str, bool]
"""A text, and whether ``*`` and ``?`` are wildcards in it."""

_ESCAPES: Final = frozenset("*?$")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable: its key in lower case, and what it stands for where the request has no value."""

    key: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Template:
    """A text with variables."""

    parts: tuple[Part | Variable, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """The parts of ``text``. A ``${`` that is never closed is a text like any other."""
        return cls(tuple(_parts(text)))

    @property
    def keys(self) -> tuple[str, ...]:
        """The context keys that its variables name."""
        return tuple(part.key for part in self.parts if isinstance(part, Variable))

    def is_void(self, pins: Context) -> bool:
        """Does it match nothing, because a variable has no default and, as ``pins`` knows, no value?"""
        return any(isinstance(part, Variable) and part.default is None and pins.get(part.key, ("?",)) == () for part in self.parts)

    def text(self, context: Context) -> str:
        """The text with the values of those variables in place that ``context`` has."""
        found: list[str] = []
        for part in self.parts:
            if isinstance(part, Variable):
                values = context.get(part.key, ())
                default = "" if part.default is None else f", '{part.default}'"
                found.append(values[0] if len(values) == 1 else "${" + part.key + default + "}")
            else:
                text, wild = part
                found.append(text if wild else "${" + text + "}")
        return "".join(found)

    def resolved(self, context: Context) -> list[Part] | None:
        """The parts with the values of a request in place; None where one is missing (or has several values, which a variable cannot stand for)."""
        found: list[Part] = []
        for part in self.parts:
            if not isinstance(part, Variable):
                found.append(part)
                continue
            values = context.get(part.key, ())
            if len(values) == 1:
                found.append((values[0], False))
            elif not values and part.default is not None:
                found.append((part.default, False))
            else:
                return None
        return found


def _parts(text: str) -> Iterator[Part | Variable]:
    here = 0
    while (start := text.find("${", here)) >= 0 and (end := text.find("}", start)) >= 0:
        if start > here:
            yield text[here:start], True
        inner = text[start + 2 : end]
        if inner in _ESCAPES:
            yield inner, False
        else:
            key, comma, default = inner.partition(",")
            default = default.strip()
            quoted = comma and len(default) > 1 and default[0] == default[-1] == "'"
            yield Variable(key.strip().lower(), default[1:-1] if quoted else None)
        here = end + 1
    if here < len(text):
        yield text[here:], True


def substituted(document: "PolicyDocument", context: Context) -> "PolicyDocument":
    """The document with the values of ``context`` in place of their variables, in its conditions. They must have no wildcards in them."""
    if document.version == "2008-10-17" or not any("${" in text for statement in document for condition in statement.conditions for text in condition.values):
        return document

    def filled(condition: "Condition") -> "Condition":
        return replace(condition, values=tuple(Template.of(text).text(context) if "${" in text else text for text in condition.values))

    return replace(document, statements=tuple(replace(item, conditions=tuple(map(filled, item.conditions))) for item in document))
