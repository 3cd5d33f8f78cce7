"""Where in a TOML file each key and each item of an array stands; ``tomllib`` does not say."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]
"""The way to a value: names of tables and keys, numbers of items."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\n#]*")
_STRINGS = (
    re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""(?:"{1,2})?', re.DOTALL),
    re.compile(r"'''(?:[^']|'(?!''))*'''(?:'{1,2})?", re.DOTALL),
    re.compile(r'"(?:[^"\\]|\\.)*"'),
    re.compile(r"'[^']*'"),
)


def lines(text: str) -> dict[Path, int]:
    """The line, from 1, of every table, key and item of a text that ``tomllib`` takes; a table that is begun in several places has its first."""
    return _Reader(text.replace("\r\n", "\n")).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._breaks = [one.start() for one in re.finditer("\n", text)]
        self._found: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}  # how many tables an array of tables has so far

    def read(self) -> dict[Path, int]:
        around: Path = ()
        while self._skip() < len(self._text):
            if self._take("[["):
                *outer, last = self._keys()
                several = (*self._within(tuple(outer)), last)
                number = self._tables[several] = self._tables.get(several, -1) + 1
                around = (*several, number)
                self._note(around)
                self._take("]]")
            elif self._take("["):
                around = self._within(self._keys())
                self._note(around)
                self._take("]")
            else:
                self._pair(around)
        return self._found

    def _skip(self) -> int:
        """Go past blanks, ends of lines and comments."""
        return self._past(_BLANK)

    def _past(self, pattern: re.Pattern[str]) -> int:
        if found := pattern.match(self._text, self._at):
            self._at = found.end()
        return self._at

    def _take(self, token: str) -> bool:
        self._skip()
        if not self._text.startswith(token, self._at):
            return False
        self._at += len(token)
        return True

    def _note(self, path: Path) -> None:
        """A path begins here, and with it all that it lies in and that was not named before."""
        line = bisect_right(self._breaks, self._at - 1) + 1
        for length in range(1, len(path) + 1):
            self._found.setdefault(path[:length], line)

    def _within(self, keys: tuple[str, ...]) -> Path:
        """Where a header leads: through an array of tables into its last one."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._tables:
                path = (*path, self._tables[path])
        return path

    def _keys(self) -> tuple[str, ...]:
        found = [self._key()]
        while self._take("."):
            found.append(self._key())
        return tuple(found)

    def _key(self) -> str:
        self._skip()
        if bare := _BARE_KEY.match(self._text, self._at):
            self._at = bare.end()
            return bare[0]
        return next(iter(tomllib.loads(f"{self._string()} = 0")))

    def _string(self) -> str:
        """A string as it is written, from where we are; empty where there is none."""
        for kind in _STRINGS:
            if whole := kind.match(self._text, self._at):
                self._at = whole.end()
                return whole[0]
        return ""

    def _pair(self, around: Path) -> None:
        self._skip()
        start = self._at
        path = (*around, *self._keys())
        after, self._at = self._at, start
        self._note(path)
        self._at = after
        self._take("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._take("["):
            number = 0
            while not self._take("]"):
                self._note((*path, number))
                self._value((*path, number))
                self._take(",")
                number += 1
        elif self._take("{"):
            while not self._take("}"):
                self._pair(path)
                self._take(",")
        elif not self._string():
            self._past(_SCALAR)
