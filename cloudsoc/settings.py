"""Settings: what was given for checks and facts, checked against what they ask for."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cloudsoc.engine.plan import Plan, settings_of_fact
from cloudsoc.engine.signature import UNDECLARED, Setting, derived, signature
from cloudsoc.model.check import Check

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what was given, and the way to it: names and numbers of items; ``where`` is its file and line."""

    path: Path
    message: str
    where: str = ""

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.where, ".".join(map(str, self.path)), self.message)))


class SettingsError(ValueError):
    """What was given cannot be used: a name that nothing asks for, a value of the wrong type. Each line names the place and the remedy."""

    def __init__(self, *problems: Problem | str) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(one for one in problems if isinstance(one, Problem))


@dataclass(frozen=True)
class Settings:
    """Values by name: ``shared`` for all that ask for them, ``checks`` for single checks."""

    shared: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, given: Mapping[str, Any] | None, known: Mapping[str, Check[...]]) -> Settings:
        """What was given: ``{"trusted_accounts": [...], "kms-key-rotation-enabled": {"max_rotation_days": 90}}``.

        The id of a check, or an id that it had before, holds that check's own settings; any other name is a setting that several share. Raises
        ``SettingsError`` with all that is wrong.
        """
        if not given:
            return cls()
        found, ids = Reader(known), formerly(known)
        for name, value in given.items():
            if name in ids:
                found.check((name,), ids[name], value)
            else:
                found.shared((name,), name, value)
        return found.settings()

    def of(self, check: Check[...]) -> dict[str, Any]:
        """The values that a check is called with; ``UNDECLARED`` where there is neither a value nor a default."""
        return {name: self.value(check.id, name, one) for name, one in signature(check.function).settings.items()}

    def value(self, check: str, name: str, asked: Setting) -> Any:
        """The value in force for one setting of a check: its own, else the shared one, else the default."""
        if name in (own := self.checks.get(check, {})):
            return own[name]
        shared = asked.shared.name if asked.shared else name
        return self.shared.get(shared, asked.default) if asked.shared else asked.default


class Reader:
    """Takes in settings one by one, and notes all that is wrong with them."""

    def __init__(self, known: Mapping[str, Check[...]]) -> None:
        self._known, self._common = known, shared_settings(known)
        self._shared: dict[str, Any] = {}
        self._own: dict[str, dict[str, Any]] = {}
        self.problems: list[Problem] = []

    def shared(self, path: Path, name: str, value: Any) -> None:
        """A setting that several share."""
        if name in self._common:
            self._take(path, self._common[name], value, self._shared)
            return
        holders = sorted(id for id, check in self._known.items() if name in signature(check.function).settings)
        if holders:
            self._wrong(path, f"it is a setting of {holders[0]}{f' and {len(holders) - 1} more' if holders[1:] else ''}, not one that is shared")
        else:
            self._wrong(path, "there is no such setting" + nearest(name, (*self._common, *self._known)))

    def check(self, path: Path, id: str, given: Any) -> None:
        """The own settings of a check."""
        asked = signature(self._known[id].function).settings
        if not isinstance(given, Mapping):
            self._wrong(path, f"the settings of a check are a table of names and values, not {type(given).__name__}")
        elif id in self._own:
            self._wrong(path, f"the settings of {id} are given already, under its other name")
        else:
            into = self._own.setdefault(id, {})
            below = Plan({id: self._known[id]}).settings_below(self._known[id])
            for name, value in given.items():
                if name in asked and (shared := asked[name].shared) and any(one.shared and one.shared.name == shared.name for one in below.values()):
                    self._wrong((*path, name), "it is set once for all checks, as a shared setting: what this one needs depends on it too")
                elif name in asked:
                    self._take((*path, name), asked[name], value, into)
                elif name in self._common:
                    self._wrong((*path, name), "it is set once for all checks, as a shared setting")
                else:
                    self._wrong((*path, name), "there is no such setting" + (nearest(name, asked) if asked else f": {id} has none"))

    def settings(self) -> Settings:
        """What was taken in. Raises ``SettingsError`` where anything was wrong."""
        if self.problems:
            raise SettingsError(*self.problems)
        return Settings(self._shared, self._own)

    def _wrong(self, path: Path, message: str) -> None:
        self.problems.append(Problem(path, message))

    def _take(self, path: Path, asked: Setting, value: Any, into: dict[str, Any]) -> None:
        try:
            # As JSON: strict in every type, but a list may become a tuple.
            into[str(path[-1])] = TypeAdapter(asked.type).validate_json(as_json(value), strict=True)
        except ValidationError as error:
            for told in error.errors(include_url=False, include_context=False):
                self._wrong((*path, *told["loc"]), f"{told['msg']}, not {json.dumps(told['input'], default=str)[:80]}")
        except (TypeError, ValueError) as error:
            self._wrong(path, str(error))


def nearest(name: str, known: Iterable[str]) -> str:
    """``; did you mean ...?``, where something is near enough."""
    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    return f"; did you mean {near[0]}?" if near else ""


def formerly(known: Mapping[str, Check[...]]) -> dict[str, str]:
    """Each id that a check has or had, to the one that it has."""
    return {name: id for id, check in known.items() for name in (*check.formerly, id)}


def as_json(value: Any) -> str:
    """A value as JSON text. Raises ``TypeError`` or ``ValueError`` for what JSON has no type for."""
    try:
        return json.dumps(value, default=_plain, allow_nan=False)
    except ValueError:
        raise ValueError("neither infinity nor nan is a setting") from None


def shared_settings(known: Mapping[str, Check[...]]) -> dict[str, Setting]:
    """The settings that may be given once for all: those declared as shared, and those of derivations and facts."""
    plan = Plan(known)
    found: dict[str, Setting] = {}
    for node in plan.graph:
        if isinstance(node, Check):
            found |= {one.shared.name: one for one in signature(node.function).settings.values() if one.shared}
        elif isinstance(node, type) and (made := derived(node)):
            found |= {(one.shared.name if one.shared else name): one for name, one in signature(made.function).settings.items()}
    for kind in plan.facts:
        found |= {(one.shared.name if one.shared else name): one for name, one in settings_of_fact(kind).items()}
    return found


def plain(value: Any) -> Any:
    """A value of a setting as JSON has it: a list where we have a tuple."""
    return json.loads(json.dumps(value, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"a value of type {type(value).__name__} is no setting")


def in_force(values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Values for the report, and the names of those that nobody declared."""
    declared = {name: plain(value) for name, value in values.items() if value is not UNDECLARED}
    return declared, tuple(sorted(set(values) - set(declared)))
