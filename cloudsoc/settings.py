"""Settings: what was given for checks and facts, checked against what they ask for."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cloudsoc.engine.plan import Plan, settings_of_fact
from cloudsoc.engine.signature import UNDECLARED, Setting, derived, signature
from cloudsoc.model.check import Check


class SettingsError(ValueError):
    """A setting that nothing asks for, or a value of the wrong type; the message names the place and the nearest valid name."""


@dataclass(frozen=True)
class Settings:
    """Values by name: ``shared`` for all that ask for them, ``checks`` for single checks."""

    shared: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, given: Mapping[str, Any] | None, known: Mapping[str, Check[...]]) -> Settings:
        """What was given: ``{"trusted_accounts": [...], "kms-key-rotation-enabled": {"max_rotation_days": 90}}``.

        A name of a check holds that check's own settings; any other name is a setting that several share. Raises ``SettingsError``.
        """
        shared: dict[str, Any] = {}
        own: dict[str, dict[str, Any]] = {}
        common = _shared(known) if given else {}
        for name, value in (given or {}).items():
            if name in known:
                if not isinstance(value, Mapping):
                    raise SettingsError(f"{name}: the settings of a check are a table of names and values, not {type(value).__name__}")
                asked = signature(known[name].function).settings
                own[name] = {key: _checked(f"{name}.{key}", asked.get(key), one, asked) for key, one in value.items()}
            else:
                shared[name] = _checked(name, common.get(name), value, {**common, **dict.fromkeys(known)})
        return cls(shared, own)

    def of(self, check: Check[...]) -> dict[str, Any]:
        """The values that a check is called with; ``UNDECLARED`` where there is neither a value nor a default."""
        return {name: self.value(check.id, name, one) for name, one in signature(check.function).settings.items()}

    def value(self, check: str, name: str, asked: Setting) -> Any:
        """The value in force for one setting of a check: its own, else the shared one, else the default."""
        if name in (own := self.checks.get(check, {})):
            return own[name]
        shared = asked.shared.name if asked.shared else name
        return self.shared.get(shared, asked.default) if asked.shared else asked.default


def _shared(known: Mapping[str, Check[...]]) -> dict[str, Setting]:
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


def _checked(place: str, asked: Setting | None, value: Any, known: Mapping[str, Any]) -> Any:
    if asked is None:
        near = difflib.get_close_matches(place.rpartition(".")[2], known, 1, 0.5)
        raise SettingsError(f"{place}: there is no such setting" + (f"; did you mean {near[0]}?" if near else ""))
    try:
        # As JSON: strict in every type, but a list may become a tuple.
        return TypeAdapter(asked.type).validate_json(json.dumps(value, default=_plain), strict=True)
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False)[0]
        raise SettingsError(f"{place}: {told['msg']}, not {json.dumps(value, default=str)[:80]}") from None
    except TypeError as error:
        raise SettingsError(f"{place}: {error}") from None


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
