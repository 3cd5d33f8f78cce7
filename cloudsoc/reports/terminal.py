"""Text that is safe and fits: names and tags come from whoever could create a resource, so none of them reaches a terminal raw."""

from __future__ import annotations

import textwrap
import unicodedata
from enum import Enum

import click

COLOURS = {
    "critical": "bright_red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "contradicted": "red",
    "not_assessed": "yellow",
    "supported": "green",
}
"""Severities and states of criteria by name; what is not named here is dim."""


def printable(text: object) -> str:
    """One line of text in which control, format and unpaired characters are shown as escapes, so that a terminal neither obeys nor hides them."""
    line = str(text)
    if line.isascii() and line.isprintable() and "  " not in line and line[:1] != " " and line[-1:] != " ":
        return line  # almost every text, and reports have hundreds of thousands
    return escaped(" ".join(line.split()))


def escaped(line: str) -> str:
    """The same for a line whose spaces mean something."""
    return line if line.isascii() and line.isprintable() else "".join(map(_shown, line))


def _shown(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return character.encode("unicode_escape", "surrogatepass").decode("ascii")
    return character


def shorten(text: object, width: int) -> str:
    """``printable``, cut to a width with dots in place of the rest."""
    line = printable(text)
    return line if len(line) <= max(width, 4) else line[: max(width, 4) - 3].rstrip() + "..."


def wrapped(text: object, width: int, indent: str, first: str | None = None) -> list[str]:
    """``printable``, in lines of a width; ``first`` stands before the first line, in place of the indent."""
    return textwrap.wrap(
        printable(text),
        max(width, 20),
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def coloured(text: str, of: Enum | None = None) -> str:
    """Text in the colour of a severity or state; dim without one. Whoever prints it strips the colours where there is no terminal."""
    colour = COLOURS.get(of.value) if of else None
    return click.style(text, fg=colour, bold=colour == "bright_red" or None) if colour else click.style(text, dim=True)


def count(number: int, one: str, many: str = "") -> str:
    """``1 check``, ``2 checks``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def some(names: list[str], limit: int = 3) -> str:
    """The first few of a list, and how many more there are."""
    shown = ", ".join(names[:limit])
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")
