"""Metric filter patterns, by what they mean: parsed into an expression, then compared over all events that could be.

Equal filters are written in many ways: clauses in another order, with or without quotes, parentheses, line breaks. So no text is compared. Instead each selector
of two patterns gets one value of every kind that the two can tell apart (each text that a comparison names, one that none names, numbers on both sides of
each limit, true, false, null, missing), and the patterns are evaluated over all combinations.

What AWS does not say for certain is tried both ways: whether ``!=`` holds where there is nothing to compare. Regular expressions are compared by their text alone.

AWS source: Amazon CloudWatch Logs User Guide, "Filter pattern syntax for metric filters, subscription filters, filter log events, and Live Tail".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

_MOST_EVENTS = 200_000
_MOST_STATES = 20_000


class PatternError(ValueError):
    """A pattern that is not one over JSON events, or not one that we know."""


class Missing:
    """What a selector finds where the event has no such field."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()
Value = str | float | bool | Missing | None
Event = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison. ``operator``: =, !=, <, <=, >, >=, ``is`` (true, false, null), ``missing``; ``value`` a text with stars, a number, or the word after IS."""

    selector: str
    operator: str
    value: str | float = ""

    def holds(self, event: Event, missing_differs: bool) -> bool:
        found = event.get(self.selector, MISSING)
        if self.operator == "missing":
            return found is MISSING
        if found is MISSING:
            return self.operator == "!=" and missing_differs
        if self.operator == "is":
            return found is {"true": True, "false": False, "null": None}[str(self.value)]
        if self.operator in ("=", "!="):
            return self._equal(found, event) is (self.operator == "=")
        if isinstance(found, bool) or not isinstance(found, float) or isinstance(self.value, str):
            return False
        return {"<": found < self.value, "<=": found <= self.value, ">": found > self.value, ">=": found >= self.value}[self.operator]

    @property
    def is_regex(self) -> bool:
        return isinstance(self.value, str) and len(self.value) > 1 and self.value[0] == "%" == self.value[-1]

    def _equal(self, found: Any, event: Event) -> bool:
        if isinstance(self.value, float):
            return not isinstance(found, bool) and found == self.value
        if not isinstance(found, str):
            return False
        if self.is_regex:
            return bool(event.get((self.selector, self.value), False))
        return re.fullmatch(".*".join(map(re.escape, self.value.split("*"))), found, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of several; of none: always."""

    parts: tuple[Expression, ...] = ()

    def holds(self, event: Event, missing_differs: bool) -> bool:
        return all(part.holds(event, missing_differs) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Any of several."""

    parts: tuple[Expression, ...]

    def holds(self, event: Event, missing_differs: bool) -> bool:
        return any(part.holds(event, missing_differs) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite. Patterns cannot say it; what is asked of them can."""

    part: Expression

    def holds(self, event: Event, missing_differs: bool) -> bool:
        return not self.part.holds(event, missing_differs)


Expression = Compare | AllOf | AnyOf | Not

# -- reading a pattern -------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<mark>&&|\|\||\(|\))
    | (?P<selector>\$(?:\.[A-Za-z0-9_\-]+|\.?\["(?:[^"\\]|\\.)*"\]|\.?\['[^']*'\]|\[\d+\])+)
    | (?P<operator>!=|<=|>=|=|<|>)
    | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | (?P<regex>%[^%]*%)
    | (?P<word>[^\s()&|"=<>!]+)
    )""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@lru_cache(maxsize=4096)
def parse(pattern: str) -> Expression:
    """The expression of a pattern over JSON events; an empty pattern takes in everything. Raises ``PatternError``."""
    text = pattern.strip()
    if not text:
        return AllOf()
    if not (text.startswith("{") and text.endswith("}")):
        raise PatternError("the pattern looks for words, not for fields of an event")
    tokens = list(_tokens(text[1:-1]))
    found, rest = _any(tokens, 0)
    if rest != len(tokens):
        raise PatternError(f"{tokens[rest][1]!r} is not expected there")
    return found


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found or not found.lastgroup:
            raise PatternError(f"cannot be read from {text[at : at + 20].strip()!r} on")
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


Tokens = list[tuple[str, str]]


def _any(tokens: Tokens, at: int) -> tuple[Expression, int]:
    return _joined(tokens, at, "||")


def _joined(tokens: Tokens, at: int, mark: str) -> tuple[Expression, int]:
    part, at = _joined(tokens, at, "&&") if mark == "||" else _one(tokens, at)
    parts = [part]
    while at < len(tokens) and tokens[at] == ("mark", mark):
        part, at = _joined(tokens, at + 1, "&&") if mark == "||" else _one(tokens, at + 1)
        parts.append(part)
    if len(parts) == 1:
        return parts[0], at
    return (AnyOf(tuple(parts)) if mark == "||" else AllOf(tuple(parts))), at


def _one(tokens: Tokens, at: int) -> tuple[Expression, int]:
    kind, text = _at(tokens, at)
    if (kind, text) == ("mark", "("):
        found, at = _any(tokens, at + 1)
        if _at(tokens, at) != ("mark", ")"):
            raise PatternError("a parenthesis is not closed")
        return found, at + 1
    if kind != "selector":
        raise PatternError(f"{text!r} is not a field")
    selector = _plain(text)
    kind, text = _at(tokens, at + 1)
    if kind == "operator":
        return Compare(selector, text, _value(tokens, at + 2)), at + 3
    words = text.upper(), _at(tokens, at + 2)[1].upper() if at + 2 < len(tokens) else ""
    if words[0] == "IS" and words[1] in ("TRUE", "FALSE", "NULL"):
        return Compare(selector, "is", words[1].lower()), at + 3
    if words == ("NOT", "EXISTS"):
        return Compare(selector, "missing"), at + 3
    if words[0] == "EXISTS":
        return Not(Compare(selector, "missing")), at + 2
    raise PatternError(f"{text!r} is no comparison")


def _at(tokens: Tokens, at: int) -> tuple[str, str]:
    if at >= len(tokens):
        raise PatternError("the pattern ends too early")
    return tokens[at]


def _plain(selector: str) -> str:
    """``$["eventName"]`` and ``$.eventName`` are one field."""
    return re.sub(r"""\.?\[(["'])(.*?)\1\]""", r".\2", selector)


def _value(tokens: Tokens, at: int) -> str | float:
    kind, text = _at(tokens, at)
    if kind == "quoted":
        return re.sub(r"\\(.)", r"\1", text)
    if kind == "word" and _NUMBER.fullmatch(text):
        return float(text)
    if kind in ("word", "regex"):
        return text
    raise PatternError(f"{text!r} is not a value")


# -- comparing two -----------------------------------------------------------------------------------------------------


def implies(wanted: Expression, pattern: Expression) -> bool:
    """Whether a pattern takes in every event that is wanted. False where there are too many events to be sure."""
    try:
        return all(missing_from(wanted, pattern, missing_differs=differs) is None for differs in (False, True))
    except OverflowError:
        return False


def equal(one: Expression, other: Expression) -> bool:
    """Whether two patterns take in the same events."""
    return implies(one, other) and implies(other, one)


def missing_from(wanted: Expression, pattern: Expression, *, missing_differs: bool) -> Event | None:
    """An event that is wanted and that a pattern does not take in; None: there is none. Raises ``OverflowError`` where there are too many to try."""
    fields = _fields([*_comparisons(wanted), *_comparisons(pattern)])
    number = 1
    for values in fields.values():
        number *= len(values)
    if number > _MOST_EVENTS:
        raise OverflowError(f"{number} kinds of events")
    for chosen in product(*fields.values()):
        event = {field: value for field, value in zip(fields, chosen, strict=True) if value is not MISSING}
        if wanted.holds(event, missing_differs) and not pattern.holds(event, missing_differs):
            return event
    return None


def _comparisons(one: Expression) -> Iterator[Compare]:
    if isinstance(one, Compare):
        yield one
    elif isinstance(one, Not):
        yield from _comparisons(one.part)
    else:
        for part in one.parts:
            yield from _comparisons(part)


def _fields(comparisons: Iterable[Compare]) -> dict[Any, list[Any]]:
    """Selector to the values by which the comparisons tell events apart; a regular expression is a field of its own, true or not."""
    by_selector: dict[str, list[Compare]] = {}
    for one in comparisons:
        by_selector.setdefault(one.selector, []).append(one)
    fields: dict[Any, list[Any]] = {}
    for selector, several in by_selector.items():
        texts = tuple(sorted({str(one.value) for one in several if one.operator in ("=", "!=") and isinstance(one.value, str) and not one.is_regex}))
        numbers = sorted({one.value for one in several if isinstance(one.value, float)})
        words = {one.value for one in several if one.operator == "is"}
        fields[selector] = [MISSING, *_texts(texts)]
        fields[selector] += sorted({near for number in numbers for near in (number - 0.5, number, number + 0.5)})
        fields[selector] += [value for word, value in (("true", True), ("false", False), ("null", None)) if word in words]
        for one in several:
            if one.is_regex:
                fields[selector, one.value] = [False, True]
    return fields


@lru_cache(maxsize=4096)
def _texts(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """One text for each combination of patterns that a text can match, none of them included."""
    letters = {char for pattern in patterns for char in pattern} - {"*"}
    other = next(char for char in map(chr, range(0x21, 0x3000)) if char not in letters and char != "*")
    if not any("*" in pattern for pattern in patterns):
        return (*patterns, other * 3)
    start = tuple(_closed(pattern, 1) for pattern in patterns)
    seen = {start}
    found: dict[tuple[bool, ...], str] = {}
    edge = [(start, "")]
    for state, text in edge:  # shortest first; it grows while it is walked
        found.setdefault(tuple(bool(one >> len(pattern) & 1) for one, pattern in zip(state, patterns, strict=True)), text)
        for char in (*sorted(letters), other):
            after = tuple(_after(pattern, one, char) for pattern, one in zip(patterns, state, strict=True))
            if after not in seen:
                if len(seen) >= _MOST_STATES:
                    raise OverflowError("too many states")
                seen.add(after)
                edge.append((after, text + char))
    return tuple(found.values())


def _closed(pattern: str, places: int) -> int:
    """The places in a pattern (as bits) and those that a star lets skip to."""
    for place, char in enumerate(pattern):
        if char == "*" and places >> place & 1:
            places |= 1 << place + 1
    return places


def _after(pattern: str, places: int, char: str) -> int:
    found = 0
    for place, own in enumerate(pattern):
        if places >> place & 1:
            found |= 1 << place if own == "*" else 1 << place + 1 if own == char else 0
    return _closed(pattern, found)
