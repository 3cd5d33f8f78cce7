"""The mutants of a check module: what mutmut's operators make of its functions, one change at a time.

mutmut itself leaves decorated functions alone, and every check is decorated. Here the decorators are taken off before mutmut sees the source: what stands in
them is metadata (criteria, severity, references), which other tests compare with its source.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import libcst as cst
from mutmut.mutation.file_mutation import create_mutations

import cloudsoc_checks
from cloudsoc.engine.signature import settings_of, signature
from cloudsoc.model import Check

PACKAGE = cloudsoc_checks.__name__ + "."
PREAMBLE = "from __future__ import annotations\n"


@dataclass(frozen=True)
class Mutant:
    """One change of one function of a check module (``vpc.endpoints``): the lines that differ, and the whole function with the change in it."""

    module: str
    function: str
    change: str
    source: str


def modules(service: str) -> list[str]:
    """The modules of a service, or the one module that is named (``vpc.endpoints``)."""
    found = importlib.import_module(PACKAGE + service)
    inside = [f"{service}.{one.name}" for one in pkgutil.iter_modules(found.__path__)] if hasattr(found, "__path__") else []
    return inside or [service]


def mutants(module: str) -> list[Mutant]:
    """All mutants of a module, in the order of its source."""
    file = Path(inspect.getfile(importlib.import_module(PACKAGE + module)))
    return list(of_source(module, file.read_text()))


def of_source(module: str, code: str) -> Iterator[Mutant]:
    """The mutants of the functions in a source text."""
    bare = cst.parse_module(code)
    bare = bare.with_changes(body=[one.with_changes(decorators=()) if isinstance(one, cst.FunctionDef) else one for one in bare.body])
    whole, mutations, _, _ = create_mutations(module, bare.code)
    for one in mutations:
        function = one.contained_by_top_level_function
        if function is None:
            continue  # constants of the module: mutmut's own run leaves them alone as well
        source = whole.code_for_node(function.deep_replace(one.original_node, one.mutated_node))
        yield Mutant(module, function.name.value, _change(whole.code_for_node(function), source), source)


def _change(before: str, after: str) -> str:
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0))[2:]
    return "\n".join(f"{line[0]} {line[1:].strip()}" for line in lines if line[0] in "+-")


def install(mutant: Mutant) -> Callable[[], None]:
    """Put a mutant in the place of its function, also for whoever imported that. Gives back what undoes it."""
    there = vars(importlib.import_module(PACKAGE + mutant.module))
    scope: dict[str, Any] = dict(there)
    exec(compile(PREAMBLE + mutant.source, mutant.module, "exec"), scope)
    value = there[mutant.function]
    function = inspect.unwrap(value.function if isinstance(value, Check) else value)

    def become(other: FunctionType | Any) -> None:
        if function.__kwdefaults__ != other.__kwdefaults__:  # the defaults of settings
            signature.cache_clear()
            settings_of.cache_clear()
        function.__code__, function.__defaults__, function.__kwdefaults__ = other.__code__, other.__defaults__, other.__kwdefaults__
        if isinstance(value, functools._lru_cache_wrapper):
            value.cache_clear()

    before = FunctionType(function.__code__, {}, argdefs=function.__defaults__)
    before.__kwdefaults__ = function.__kwdefaults__
    become(scope[mutant.function])
    return lambda: become(before)
