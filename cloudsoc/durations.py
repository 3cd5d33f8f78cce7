"""How long and how fast, as people write it."""

from __future__ import annotations

import math
import re

_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>[smh]?)", re.ASCII)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def seconds(value: float | str) -> float:
    """Seconds from a number of them, or from ``90``, ``90s``, ``30m``, ``1.5h``. Raises ``ValueError`` for anything else, and for what is not above zero."""
    found: float | None = None
    if isinstance(value, str):
        if match := _DURATION.fullmatch(value.strip()):
            found = float(match["number"]) * _UNITS[match["unit"]]
    elif _is_number(value):
        found = float(value)
    if found is None or not 0 < found < math.inf:
        raise ValueError(f"{value!r} is no duration above zero: write seconds (90), or 90s, 30m, 1h")
    return found


def rate(value: float | str) -> float:
    """Calls a second. Raises ``ValueError`` for what is no number above zero."""
    try:
        found = float(value) if isinstance(value, str) or _is_number(value) else None
    except ValueError:
        found = None
    if found is None or not 0 < found < math.inf:
        raise ValueError(f"{value!r} is no rate: write calls a second, a number above zero, as in 5 or 0.5")
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
