"""Which checks there are: built-ins and plug-ins come through the same entry point, ``cloudsoc.checks``, whose value is a package (or module)."""

from __future__ import annotations

import ast
import difflib
import fnmatch
import hashlib
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import CodeType, ModuleType
from typing import Any, get_args

from pydantic import PydanticUserError, TypeAdapter, ValidationError

from cloudsoc.engine.signature import UNDECLARED, Kind, derived, hints, members, parts, signature
from cloudsoc.model.check import Check, DeclarationError, place
from cloudsoc.model.criterion import Criterion
from cloudsoc.model.fact import Reading
from cloudsoc.model.verdict import Profile, Severity, Verdict

GROUP = "cloudsoc.checks"
Checks = dict[str, Check[...]]


class LoadError(DeclarationError):
    """A plug-in that cannot be loaded, two checks of one id, or no checks at all."""


class SelectionError(ValueError):
    """A selection that names what does not exist, or chooses nothing."""


def load_checks(points: Iterable[EntryPoint] | None = None) -> Checks:
    """All checks of all installed distributions, by id, in order of their ids. Raises ``LoadError`` naming the plug-in, the file and the line."""
    found: Checks = {}
    known: dict[str, Check[...]] = {}
    for point in entry_points(group=GROUP) if points is None else points:
        for check in _load(point):
            for id in (check.id, *check.formerly):
                other = known.setdefault(id, check)
                if other is not check:
                    raise LoadError(f"{place(check.function)}: the id {id} is taken by {place(other.function)}")
            found[check.id] = check
    if not found:
        raise LoadError(f"no checks are installed (entry point {GROUP}): is cloudsoc installed whole?")
    return dict(sorted(found.items()))


def _load(point: EntryPoint) -> list[Check[...]]:
    name = f"plug-in {point.name!r} ({point.value}{f' of {point.dist.name}' if point.dist else ''})"
    try:
        module = point.load()
        if not isinstance(module, ModuleType):
            raise TypeError("the entry point names no package or module")
        found = [one for part in _modules(module) for one in vars(part).values() if isinstance(one, Check) and one.function.__module__ == part.__name__]
        for check in found:
            _ = check.manual
            _verify(check.function)
    except DeclarationError as error:
        raise LoadError(f"{name} cannot be loaded: {error}") from error
    except Exception as error:
        raise LoadError(f"{name} cannot be loaded: {type(error).__name__}: {error}") from error
    if not found:
        raise LoadError(f"{name} has no checks")
    return found


@cache
def _verify(function: Callable[..., Any]) -> None:
    """That a check's function takes what there is and gives verdicts. Once is enough: a scan loads the checks several times."""
    asked = signature(function)
    gives = inspect.signature(function, eval_str=True).return_annotation
    if not set(members(gives)) <= set(get_args(Verdict)):
        raise DeclarationError(f"{place(function)}: a check returns a Verdict, not {gives}")
    for one in asked.settings.values():
        if one.default is not UNDECLARED:
            try:
                TypeAdapter(one.type).validate_python(one.default, strict=True)
            except (PydanticUserError, ValidationError) as error:
                raise DeclarationError(f"{place(function)}: {one.name}: {one.default!r} is no {one.type}: {str(error).partition(chr(10))[0]}") from None


def _modules(module: ModuleType) -> Iterator[ModuleType]:
    yield module
    for found in pkgutil.walk_packages(getattr(module, "__path__", ()), module.__name__ + "."):
        yield importlib.import_module(found.name)


def select(
    checks: Mapping[str, Check[...]],
    patterns: Iterable[str] = (),
    *,
    criteria: Iterable[Criterion] = (),
    severity: Severity | None = None,
    profile: Profile | None = None,
) -> Checks:
    """Those checks that match any pattern (a glob over ids, former ids included), any criterion, the severity or above, and the profile.

    Raises ``SelectionError`` for a pattern that matches nothing (with the nearest id) and for a selection that is empty.
    """
    wanted = set(criteria)
    chosen: set[str] = set()
    for pattern in (patterns := tuple(patterns)):
        matched = {id for id, check in checks.items() if any(fnmatch.fnmatchcase(name, pattern) for name in (id, *check.formerly))}
        if not matched:
            near = difflib.get_close_matches(pattern, checks, 1, 0.5)
            raise SelectionError(f"no check matches {pattern!r}" + (f"; did you mean {near[0]}?" if near else ""))
        chosen |= matched
    found = {
        id: check
        for id, check in checks.items()
        if (not patterns or id in chosen)
        and (not wanted or wanted & set(check.criteria))
        and (severity is None or check.severity >= severity)
        and (profile is None or check.profile is profile)
    }
    if not found:
        raise SelectionError("the selection leaves no check")
    return found


@cache
def _distribution(package: str) -> str:
    for point in entry_points(group=GROUP):
        if point.module.partition(".")[0] == package and point.dist:
            return f"{point.dist.name} {point.dist.version}"
    return package


def version(check: Check[...]) -> str:
    """``<distribution> <its version>+<hash>``: the hash covers the source of the check and of all derivations and fact classes that it names."""
    seen: dict[str, str] = {}
    _sources(check.function, seen)
    digest = hashlib.sha256("\0".join(text for _, text in sorted(seen.items())).encode()).hexdigest()[:12]
    return f"{_distribution(check.function.__module__.partition('.')[0])}+{digest}"


def _sources(function: Callable[..., Any], seen: dict[str, str]) -> None:
    if _source(function, seen):
        asked = signature(function)
        for kind in (*asked.subjects, *(element.kind for need in asked.needs for element in need.elements)):
            _kind_source(kind, seen)


def _kind_source(kind: Kind, seen: dict[str, str]) -> None:
    if made := derived(kind):
        _sources(made.function, seen)
    if _source(kind, seen) and not derived(kind):
        for part in parts(kind):
            _source(part, seen)
        for source in filter(None, (kind.listing, kind.source)):
            if isinstance(source.call, Reading):
                _source(source.call.function, seen)
            if source.when:
                _sources(source.when, seen)
        if kind.about is not None:
            _kind_source(kind.about, seen)


def _source(thing: Any, seen: dict[str, str]) -> bool:
    name = f"{thing.__module__}.{thing.__qualname__}"
    if name in seen:
        return False
    try:
        top = _classes(sys.modules[thing.__module__]) if isinstance(thing, type) else {}
        seen[name] = top.get(thing.__qualname__) or inspect.getsource(thing)
    except (OSError, TypeError):  # no source is installed: what the interpreter runs stands for it
        code = getattr(thing, "__code__", None)
        seen[name] = _compiled(code) if code else f"{name}: {sorted((field, str(kind)) for field, kind in hints(thing).items())}"
    return True


@cache
def _classes(module: ModuleType) -> Mapping[str, str]:
    """The source of a module's classes, decorators included; ``inspect`` would parse the module anew for each."""
    text = inspect.getsource(module)
    lines = text.splitlines()
    found = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    return {one.name: "\n".join(lines[min([one.lineno, *(at.lineno for at in one.decorator_list)]) - 1 : one.end_lineno]) for one in found}


def _compiled(code: CodeType) -> str:
    """What a function does, without where it stands."""
    constants = [_compiled(one) if isinstance(one, CodeType) else repr(sorted(one) if isinstance(one, frozenset) else one) for one in code.co_consts]
    return f"{code.co_code.hex()} {code.co_names} {code.co_varnames} {constants}"
