"""A check's table: hand-made facts by the verdict that they must give. One table a check; ``tests/test_every_check.py`` finds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pytest

from cloudsoc.engine.judge import judge
from cloudsoc.engine.signature import UNDECLARED, signature
from cloudsoc.model import Check, Failed, NotApplicable, NotAssessed, Passed, Severity, Unread

T = TypeVar("T")

UNREAD: Any = Unread("test:Withheld", "AccessDenied", "eu-west-1", "111122223333")
"""Stands for a fact that could not be read."""

VERDICTS: Mapping[str, type[Any]] = {"passed": Passed, "failed": Failed, "not_applicable": NotApplicable, "not_assessed": NotAssessed}


@dataclass(frozen=True)
class Case:
    """The values of a check's parameters in their order, its settings, and what else is expected of the verdict."""

    values: tuple[Any, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    says: str = ""
    severity: Severity | None = None


def given(*values: Any, says: str = "", severity: Severity | None = None, **settings: Any) -> Case:
    """A case with more than values: a part of the reason, the severity of a failure where it is below the check's own, settings by name."""
    return Case(values, settings, says, severity)


def but(fact: T, **changes: Any) -> T:
    """The same fact with some fields changed."""
    return replace(fact, **changes)  # type: ignore[type-var]


Cases = Mapping[str, tuple[Any, ...] | Case]


class Table:
    """The cases of one check, by verdict and name."""

    def __init__(self, check: Check[...], cases: Mapping[str, Cases]) -> None:
        self.check = check
        self.cases = {(verdict, name): case if isinstance(case, Case) else Case(case) for verdict, several in cases.items() for name, case in several.items()}

    def verdict(self, case: Case) -> Any:
        """What the engine makes of the check over these values."""
        asked = signature(self.check.function)
        assert len(case.values) == len(asked.needs) + 1, f"{self.check.id} takes {[asked.first, *(need.name for need in asked.needs)]}"
        assert set(case.settings) <= set(asked.settings), f"{self.check.id} has the settings {[*asked.settings]}"
        defaults = {name: one.default for name, one in asked.settings.items()}
        return judge(self.check.function, asked, case.values, defaults | dict(case.settings))


def table(
    check: Check[...],
    *,
    passed: Cases,
    failed: Cases,
    not_applicable: Cases | None = None,
    not_assessed: Cases | None = None,
) -> Callable[..., None]:
    """The test of a check. A setting without a default is undeclared unless a case gives it. Assign it to ``test_<name of the check>``."""
    made = Table(check, {"passed": passed, "failed": failed, "not_applicable": not_applicable or {}, "not_assessed": not_assessed or {}})

    @pytest.mark.parametrize(("expected", "name"), list(made.cases), ids=[f"{verdict}: {name}" for verdict, name in made.cases])
    def test(expected: str, name: str) -> None:
        case = made.cases[expected, name]
        verdict = made.verdict(case)
        assert isinstance(verdict, VERDICTS[expected]), verdict
        assert case.says in verdict.reason
        assert verdict.reason
        if isinstance(verdict, Failed):
            assert (verdict.severity or check.severity) == (case.severity or check.severity)
            assert verdict.severity is None or verdict.severity <= check.severity
        if expected == "not_assessed":
            assert verdict.causes
            assert not any(one.error.startswith("raised ") for one in verdict.causes), verdict

    test.table = made  # type: ignore[attr-defined]
    return test


__all__ = ["UNDECLARED", "UNREAD", "Case", "Table", "but", "given", "table"]
