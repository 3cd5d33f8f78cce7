"""Patterns over whole names: ``*`` is any text, ``?`` any character, and nothing else means more than itself."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in glob), re.DOTALL)


def matches(glob: str, text: str) -> bool:
    """Whether a pattern is the whole text: ``logs`` is not ``logs-of-payments``."""
    return _pattern(glob).fullmatch(text) is not None
