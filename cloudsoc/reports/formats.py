"""Which formats there are: ours and those of plug-ins come through the same entry point, ``cloudsoc.reports``, whose value is a function from ``Report``."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cloudsoc.model.report import Report

GROUP = "cloudsoc.reports"
Writer = Callable[["Report"], str | Iterator[str]]
"""What an entry point names: from a report to its text, whole or in pieces."""

SUFFIXES = {"md": "markdown", "xml": "junit", "htm": "html", "ndjson": "jsonl", "txt": "table"}
"""Suffixes that are not the name of their format."""
CONTAINERS = {"json", "jsonl", "ndjson", "xml"}
"""Suffixes before which a more telling one may stand: ``report.oscal.json``."""


class FormatError(ValueError):
    """A format that nobody offers, that two offer, or that cannot be loaded."""


def formats(points: Iterable[EntryPoint] | None = None) -> dict[str, EntryPoint]:
    """All formats of all installed distributions, in order of their names. Nothing is loaded. Raises ``FormatError`` where two offer one name."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP) if points is None else points:
        other = found.setdefault(point.name, point)
        if other.value != point.value:
            raise FormatError(f"the format {point.name} is offered twice: {other.value} and {point.value}")
    return dict(sorted(found.items()))


def writer(name: str, points: Iterable[EntryPoint] | None = None) -> Writer:
    """The function behind a format. Raises ``FormatError`` with the nearest name, or with what hinders it."""
    known = formats(points)
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        raise FormatError(f"there is no format {name!r}" + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(known))}"))
    try:
        found = known[name].load()
    except Exception as error:
        raise FormatError(f"the format {name} ({known[name].value}) cannot be loaded: {type(error).__name__}: {error}") from error
    if not callable(found):
        raise FormatError(f"the format {name} ({known[name].value}) is not a function")
    return found  # type: ignore[no-any-return]


def by_suffix(file: PurePath, known: Iterable[str]) -> str | None:
    """The format that a file's name asks for, if any: ``report.md``, ``report.sarif``, ``report.oscal.json``."""
    names = set(known)
    *before, last = (part.lower() for part in file.name.split(".")[-2:])
    if "." not in file.name:
        return None
    if last in CONTAINERS and before and before[0] in names - CONTAINERS:
        return before[0]
    return SUFFIXES.get(last, last) if SUFFIXES.get(last, last) in names else None


def pieces(text: str | Iterator[str]) -> Iterator[str]:
    """What a writer gave, in pieces: a text as a whole is one."""
    return iter((text,)) if isinstance(text, str) else text
