"""Tries mutants. pytest collects once; then the mutants of a function go through the record of reasons, in a process of their own that is forked from there, and
each that the record does not notice goes through all other tests, in one of its own.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from itertools import groupby
from types import FrameType, ModuleType
from typing import Any

import pytest

from cloudsoc.model import Check
from tests.checks.table import Table
from tests.checks.test_reasons import TABLES, reasons, record
from tests.mutation.mutants import PACKAGE, Mutant, install

LIMIT = 60
"""Seconds after which a mutant counts as noticed: it never ends."""
OPTIONS = ("-q", "--no-header", "-s", "--assert=plain", "--tb=no", "-p", "no:cacheprovider", "-p", "no:randomly", "--hypothesis-seed=0", "tests/checks")


class _Endless(BaseException):
    """A mutant took too long; no check catches this."""


class Trial:
    """A pytest plugin that runs the tests for each mutant instead of once."""

    def __init__(self, mutants: Sequence[Mutant], processes: int) -> None:
        self.mutants, self.processes = mutants, processes
        self.survivors: list[Mutant] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """What is left after all tests survived."""
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        changed = {one.module for one in self.mutants}
        tests = [(item, needs) for item in session.items if changed & (needs := _needs(_about(item)))]
        gc.freeze()
        if side_by_side([lambda: _notices(session, [item for item, _ in tests])], 1) != [[False]]:
            raise session.Failed("the tests fail without any mutant")
        functions = [list(group) for _, group in groupby(self.mutants, lambda one: (one.module, one.function))]
        tables = [_tables(group[0]) for group in functions]
        alive = side_by_side([partial(_unrecorded, group, asked) for group, asked in zip(functions, tables, strict=True)], self.processes)
        left = [one for group, living in zip(functions, alive, strict=True) for one, lives in zip(group, living, strict=True) if lives]
        others = [[item for item, needs in tests if one.module in needs and item.path.name != "test_reasons.py"] for one in left]
        noticed = side_by_side([partial(_tested, session, one, items) for one, items in zip(left, others, strict=True)], self.processes)
        self.survivors = [one for one, (seen,) in zip(left, noticed, strict=True) if not seen]
        return True


def _unrecorded(mutants: Sequence[Mutant], tables: Sequence[Table]) -> list[bool]:
    """Which of them change nothing that the record of reasons knows."""
    found = []
    for one in mutants:
        undo = install(one)
        signal.alarm(LIMIT)
        try:
            found.append(all(reasons(table) == record()[table.check.id] for table in tables))
        except BaseException:  # noqa: BLE001 whatever it is, it shows
            found.append(False)
        signal.alarm(0)
        undo()
    return found


def _tested(session: pytest.Session, mutant: Mutant, items: Sequence[pytest.Item]) -> list[bool]:
    install(mutant)
    signal.alarm(LIMIT)
    return _notices(session, items)


def _notices(session: pytest.Session, items: Sequence[pytest.Item]) -> list[bool]:
    """Whether one of the tests fails."""
    for index, item in enumerate(items):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=items[index + 1] if index + 1 < len(items) else None)
        if session.testsfailed:
            return [True]
    return [False]


# -- processes ------------------------------------------------------------------------------------------------------------


def side_by_side(works: Sequence[Callable[[], list[bool]]], processes: int) -> list[list[bool]]:
    """What some functions answer, each in a process of its own."""
    running: dict[int, tuple[int, int]] = {}
    answers: list[list[bool]] = [[] for _ in works]

    def reap() -> None:
        pid, _ = os.wait()
        number, pipe = running.pop(pid)
        with os.fdopen(pipe) as answer:
            answers[number] = json.loads(answer.read())
        if sys.stderr.isatty():
            print(f"\r{number + 1} of {len(works)} ", end="", file=sys.stderr, flush=True)

    for number, work in enumerate(works):
        if len(running) >= processes:
            reap()
        pid, pipe = _forked(work)
        running[pid] = number, pipe
    while running:
        reap()
    return answers


def _forked(work: Callable[[], list[bool]]) -> tuple[int, int]:
    """A child, and the pipe through which it answers; nothing of the parent's runs on in it."""
    answer, mine = os.pipe()
    if pid := os.fork():
        os.close(mine)
        return pid, answer
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        signal.signal(signal.SIGALRM, _endless)
        os.write(mine, json.dumps(work()).encode())
    finally:
        os._exit(0)


def _endless(_signal: int, _frame: FrameType | None) -> None:
    raise _Endless


# -- which tests concern which module -------------------------------------------------------------------------------------


def _about(item: pytest.Item) -> Iterable[Any]:
    """What a test is about: the check whose table it goes through in the record of reasons, else whatever its module imports."""
    id = getattr(getattr(item, "callspec", None), "params", {}).get("id")
    return [TABLES[id].check] if item.path.name == "test_reasons.py" and id else vars(item.module).values()  # type: ignore[attr-defined]


def _tables(mutant: Mutant) -> list[Table]:
    """The tables that run through a module, that of the changed check first."""
    found = [table for table in TABLES.values() if mutant.module in _needs([table.check])]
    return sorted(found, key=lambda table: (table.check.function.__name__ != mutant.function, table.check.function.__module__ != PACKAGE + mutant.module))


def _needs(values: Iterable[Any]) -> frozenset[str]:
    """The check modules behind some values, those that they import included."""
    return frozenset().union(*map(_behind, _named(values)))


@cache
def _behind(module: str) -> frozenset[str]:
    return frozenset({module}).union(*map(_behind, _named(vars(sys.modules[PACKAGE + module]).values()) - {module}))


def _named(values: Iterable[Any]) -> set[str]:
    names = (one.__name__ if isinstance(one, ModuleType) else getattr(one.function if isinstance(one, Check) else one, "__module__", None) for one in values)
    return {name.removeprefix(PACKAGE) for name in names if isinstance(name, str) and name.startswith(PACKAGE)}


def survivors(mutants: Sequence[Mutant], processes: int) -> list[Mutant]:
    """Those of some mutants that no test in ``tests/checks`` notices."""
    trial = Trial(mutants, processes)
    outcome = pytest.main(list(OPTIONS), plugins=[trial])
    if outcome not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit("the tests must pass before anything can be said of mutants")
    return trial.survivors
