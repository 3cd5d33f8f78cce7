"""The file of settings: ``cloudsoc.toml``, or ``[tool.cloudsoc]`` in ``pyproject.toml``. The library reads none by itself; the command looks for one."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cloudsoc.config.lines import lines
from cloudsoc.config.tables import TABLES, File
from cloudsoc.criteria import texts
from cloudsoc.engine.registry import Checks, SelectionError, load_checks, select
from cloudsoc.model.check import Check
from cloudsoc.model.criterion import Criterion
from cloudsoc.model.verdict import CORE, EXTENDED
from cloudsoc.settings import Path as Way
from cloudsoc.settings import Problem, Reader, SettingsError, as_json, formerly, nearest

FILE, PYPROJECT, TABLE = "cloudsoc.toml", "pyproject.toml", ("tool", "cloudsoc")
_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_LONGEST_CHOICE = 8


@dataclass(frozen=True)
class Configuration:
    """What a file of settings says, checked against the installed checks: what ``scan`` takes as ``config``."""

    file: Path | None = None
    sha256: str = ""
    said: File = field(default_factory=File)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """As ``scan`` takes them: shared ones by name, those of a check in a mapping under its id."""
    lines: Mapping[Way, int] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The file as a person here would write it."""
        if self.file is None:
            return ""
        near = os.path.relpath(self.file)
        return str(self.file) if near.startswith(os.path.join("..", "..", "..")) else near

    def where(self, *way: str | int) -> str:
        """``file:line`` of a place in the file; the file alone where it says nothing of it."""
        return _where(self.name, self.lines, way)

    @property
    def origins(self) -> dict[str, str]:
        """All that the file says, by its place in it, with ``file:line``."""
        return {".".join(map(str, way)): self.where(*way) for way in self._leaves()}

    def _leaves(self) -> Iterator[Way]:
        said = self.said.model_dump(mode="json", exclude_defaults=True)
        for number, _ in enumerate(self.said.scope.exclude):
            yield "scope", "exclude", number
        yield from ((table, name) for table in ("select", "scan") for name in said.get(table, {}))
        yield from (("settings", name) for name in self.said.settings)
        yield from (("checks", id, name) for id, own in self.said.checks.items() for name in own)

    @property
    def selection(self) -> dict[str, Any]:
        """What the file says of which checks run, for the report."""
        said: dict[str, Any] = self.said.select.model_dump(mode="json", exclude_defaults=True)
        return said

    def checks(self, known: Mapping[str, Check[...]]) -> Checks:
        """Those of some checks that the file chooses; of the core profile where it does not say. Raises ``SelectionError`` where that is none."""
        chosen = self.said.select
        profile = chosen.profile or (EXTENDED if chosen.checks else CORE)
        return select(
            known, chosen.checks, criteria=criteria_of(chosen.criteria, chosen.categories), severity=chosen.severity, profile=CORE if profile is CORE else None
        )


def criteria_of(criteria: tuple[Criterion, ...], categories: tuple[Any, ...]) -> set[Criterion]:
    """The criteria that are meant: several, or several categories, widen; criteria and categories together narrow."""
    wanted = set(criteria) or set(Criterion)
    if categories:
        wanted &= {text.id for text in texts().values() if text.category in categories}
    return wanted


def configuration(file: str | os.PathLike[str]) -> Configuration:
    """The settings of a file, for ``scan``, ``collect`` and ``evaluate``.

    A file named ``pyproject.toml`` has them under ``[tool.cloudsoc]``, any other as a whole. Raises ``SettingsError`` with all that is wrong, each with file,
    line and the nearest valid name; and ``LoadError`` where a plug-in cannot be loaded.
    """
    at = Path(file)
    text, sha256 = _read(at)
    document = _parsed(at, text)
    within = TABLE if at.name == PYPROJECT else ()
    found = lines(text)
    for name in within:
        if name not in document:
            raise SettingsError(f"{at}: there is no table [{'.'.join(within)}]")
        document = document[name]
    here = {way[len(within) :]: line for way, line in found.items() if way[: len(within)] == within} | ({} if within else {(): 1})
    made = Configuration(at.absolute(), sha256, lines=here)
    said, settings, problems = _checked(document, load_checks())
    if problems:
        placed = (replace(one, where=made.where(*one.path)) for one in problems)
        raise SettingsError(*sorted(placed, key=lambda one: int(one.where.rpartition(":")[2])))
    return Configuration(made.file, made.sha256, said, settings, here)


def find(folder: Path) -> Path | None:
    """The file of settings that holds in a folder: in it, or in the nearest one above, up to the root of the repository.

    In one folder ``cloudsoc.toml`` comes before ``pyproject.toml``, of which only one with a table ``[tool.cloudsoc]`` counts. Raises ``SettingsError`` for a
    ``pyproject.toml`` of which that cannot be told.
    """
    for one in (folder.absolute(), *folder.absolute().parents):
        if (own := one / FILE).is_file():
            return own
        if (project := one / PYPROJECT).is_file() and has_table(project):
            return project
        if (one / ".git").exists() or (one / ".hg").exists():
            return None
    return None


def passed_over(file: Path) -> Path | None:
    """The ``pyproject.toml`` beside a file, where it has settings as well; they are not used."""
    other = file.parent / PYPROJECT
    return other if file.name != PYPROJECT and other.is_file() and has_table(other) else None


def has_table(project: Path) -> bool:
    """Whether a ``pyproject.toml`` has settings of ours."""
    document: Any = _parsed(project, _read(project)[0])
    for name in TABLE:
        document = document.get(name) if isinstance(document, dict) else None
    return document is not None


def _read(file: Path) -> tuple[str, str]:
    """The text of a file, and the hash of the file as it lies there, whatever its ends of lines."""
    try:
        content = file.read_bytes()
        return content.decode("utf-8").replace("\r\n", "\n"), hashlib.sha256(content).hexdigest()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read {file}: {error.strerror if isinstance(error, OSError) else 'it is not UTF-8'}") from error


def _parsed(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line = (at[1] if at else None) or str(text.count("\n") + 1)
        raise SettingsError(f"{file}:{line}: not TOML: {_AT.sub('', str(error))}") from None


def _where(name: str, found: Mapping[Way, int], way: Way) -> str:
    for length in range(len(way), -1, -1):
        if way[:length] in found:
            return f"{name}:{found[way[:length]]}"
    return name


# -- what it says -----------------------------------------------------------------------------------------------------


def _checked(document: Any, known: Checks) -> tuple[File, dict[str, Any], list[Problem]]:
    """What a document says, the settings in it as ``scan`` takes them, and all that is wrong."""
    problems: list[Problem] = []
    said = File()
    try:
        said = File.model_validate_json(as_json(_without_times(document, (), problems)), strict=True)
    except ValidationError as error:
        wrong = error.errors(include_url=False)
        # A list of which an item is wrong is told to be too short besides.
        deep = {told["loc"][:-1] for told in wrong}
        problems += [Problem(told["loc"], _told(told)) for told in wrong if told["type"] != "too_short" or told["loc"] not in deep]
    except (TypeError, ValueError) as error:
        problems.append(Problem((), str(error)))
    if not isinstance(document, dict):
        return said, {}, problems
    reader, ids = Reader(known), formerly(known)
    shared, own = (found if isinstance(found := document.get(name), dict) else {} for name in ("settings", "checks"))
    for name, value in shared.items():
        if name in ids:
            reader.problems.append(Problem(("settings", name), f"it is a check: its settings are under [checks.{ids[name]}]"))
        else:
            reader.shared(("settings", name), name, value)
    for id, value in own.items():
        if id in ids:
            reader.check(("checks", id), ids[id], value)
        else:
            reader.problems.append(Problem(("checks", id), "there is no such check" + nearest(id, ids)))
    patterns = chosen.get("checks") if isinstance(chosen := document.get("select"), dict) else None
    for number, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
        try:
            select(known, [str(pattern)])
        except SelectionError as error:
            reader.problems.append(Problem(("select", "checks", number), str(error)))
    told = {one.path for one in problems}
    problems += [one for one in reader.problems if one.path not in told]
    return said, {**shared, **{ids[id]: value for id, value in own.items() if id in ids}}, problems


def _without_times(value: Any, way: Way, problems: list[Problem]) -> Any:
    """The document with nothing in it that JSON has no type for; dates and times are told, since nothing takes one."""
    if isinstance(value, dict):
        return {name: _without_times(inner, (*way, name), problems) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_times(inner, (*way, number), problems) for number, inner in enumerate(value)]
    if isinstance(value, (date, time)) and way[:1] not in {("settings",), ("checks",)}:
        problems.append(Problem(way, f"a date or time is nothing that can stand here: {value}"))
    return str(value) if isinstance(value, (date, time)) or value != value or value in (float("inf"), float("-inf")) else value


def _told(error: Any) -> str:
    """What is wrong, in words that name the remedy."""
    *outer, last = error["loc"] or ("",)
    match error["type"]:
        case "extra_forbidden":
            table = TABLES[tuple(one for one in outer if isinstance(one, str))]
            return "there is no such key" + (nearest(str(last), table.model_fields) or f" among {', '.join(table.model_fields)}")
        case "tuple_type" | "list_type" if isinstance(error["input"], str):
            return f"a list is wanted, as [{as_json(error['input'])}]"
        case "missing":
            return "it is missing"
        case "enum":
            names = re.findall(r"'([^']+)'", error["ctx"]["expected"])
            said = str(error["input"])
            return f"{said!r} is none of {', '.join(names)}" if len(names) <= _LONGEST_CHOICE else f"there is no {said!r}" + nearest(said, names)
        case "value_error":
            return str(error["ctx"]["error"])
        case "string_pattern_mismatch" if last == "reason":
            return "say why: the reason is blank"
    return f"{error['msg']}, not {as_json(error['input'])[:80]}"
