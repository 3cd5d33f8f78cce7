"""Event patterns of EventBridge: whether one takes in an event.

AWS source: Amazon EventBridge User Guide, "Creating Amazon EventBridge event patterns", "Comparison operators for use in event patterns".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any


@lru_cache(maxsize=4096)
def pattern_of(text: str) -> Any:
    """The pattern in a rule's text; one that cannot be read takes in nothing."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def takes_in(pattern: Any, event: Any) -> bool:
    """Whether an event meets a pattern. An operator that is not known here meets nothing."""
    if not isinstance(pattern, Mapping):
        return False
    found = event if isinstance(event, Mapping) else {}
    for name, wanted in pattern.items():
        if name == "$or":
            met = any(takes_in(one, event) for one in wanted) if isinstance(wanted, list) else False
        elif isinstance(wanted, Mapping):
            met = takes_in(wanted, found.get(name))
        else:
            met = isinstance(wanted, list) and _one_of(wanted, name in found, found.get(name))
        if not met:
            return False
    return True


def _one_of(wanted: list[Any], there: bool, value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(_exists(one, there) if isinstance(one, Mapping) and "exists" in one else there and any(_meets(one, each) for each in values) for one in wanted)


def _exists(matcher: Mapping[str, Any], there: bool) -> bool:
    return matcher["exists"] is there


def _meets(matcher: Any, value: Any) -> bool:
    if not isinstance(matcher, Mapping):
        return bool(type(matcher) is type(value) and matcher == value)
    (operator, said), *more = matcher.items() or [("", None)]
    if more:
        return False
    if operator == "anything-but":
        return not any(_meets(one, value) for one in (said if isinstance(said, list) else [said]))
    if operator == "numeric":
        return _numeric(said, value)
    if not isinstance(value, str):
        return False
    return _text(operator, said, value)


def _text(operator: str, said: Any, value: str) -> bool:
    if isinstance(said, Mapping):  # {"prefix": {"equals-ignore-case": "a"}}
        return set(said) == {"equals-ignore-case"} and operator in ("prefix", "suffix") and _text(operator, said["equals-ignore-case"].lower(), value.lower())
    if isinstance(said, list):  # {"anything-but": {"prefix": ["a", "b"]}}
        return any(_text(operator, one, value) for one in said)
    if not isinstance(said, str):
        return False
    match operator:
        case "prefix":
            return value.startswith(said)
        case "suffix":
            return value.endswith(said)
        case "equals-ignore-case":
            return value.lower() == said.lower()
        case "wildcard":
            return fnmatchcase(value, re.sub(r"[\[\]?]", lambda found: f"[{found[0]}]", said))
        case "cidr":
            try:
                return ip_address(value) in ip_network(said, strict=False)
            except ValueError:
                return False
    return False


_COMPARES = {"<": "__lt__", "<=": "__le__", "=": "__eq__", ">=": "__ge__", ">": "__gt__"}


def _numeric(said: Any, value: Any) -> bool:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not isinstance(said, list) or len(said) % 2 or not said:
        return False
    pairs = list(zip(said[::2], said[1::2], strict=True))
    if not all(sign in _COMPARES and isinstance(limit, (int, float)) for sign, limit in pairs):
        return False
    return all(getattr(float(value), _COMPARES[sign])(float(limit)) for sign, limit in pairs)
