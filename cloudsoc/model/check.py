"""``@check`` and ``@derivation``: a function and what is declared about it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, ParamSpec, TypeVar

from cloudsoc.model.criterion import Criterion
from cloudsoc.model.verdict import CORE, Profile, Severity, Verdict

P = ParamSpec("P")
R = TypeVar("R")


class DeclarationError(TypeError):
    """A check, derivation or fact that cannot work, told with file and line when it is loaded."""


def place(function: Callable[..., Any]) -> str:
    """``file:line: name`` of a function, for errors at load time."""
    code = inspect.unwrap(function).__code__
    return f"{code.co_filename}:{code.co_firstlineno}: {function.__name__}"


@dataclass(frozen=True)
class Manual:
    """The parts of a check's docstring: its manual page."""

    title: str
    why: str
    fix: str
    terraform: str


_SECTION = re.compile(r"^(Why|Fix|Terraform):\s*", re.MULTILINE)


def _manual(function: Callable[..., Any]) -> Manual:
    text = inspect.getdoc(function) or ""
    head, *rest = _SECTION.split(text)
    parts = {name: " ".join(body.split()) for name, body in zip(rest[::2], rest[1::2], strict=True)}
    title = " ".join(head.split())
    missing = [name for name, body in (("a title", title), ("Why:", parts.get("Why")), ("Fix:", parts.get("Fix"))) if not body]
    if missing:
        raise DeclarationError(f"{place(function)}: the docstring lacks {', '.join(missing)}")
    return Manual(title.rstrip("."), parts["Why"], parts["Fix"], parts.get("Terraform", ""))


@dataclass(frozen=True, eq=False)
class Check(Generic[P]):
    """A requirement: a pure function from facts about one resource to a verdict, and what SOC 2 makes of it. Called like the function itself."""

    function: Callable[P, Verdict]
    direct: tuple[Criterion, ...]
    supporting: tuple[Criterion, ...]
    severity: Severity
    profile: Profile
    refs: tuple[str, ...]
    formerly: tuple[str, ...]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Verdict:
        return self.function(*args, **kwargs)

    @cached_property
    def service(self) -> str:
        """The module or package right below the package that holds the checks."""
        names = self.function.__module__.split(".")
        return names[1] if len(names) > 1 else names[0]

    @cached_property
    def id(self) -> str:
        """``<service>-<what holds when compliant>``."""
        return f"{self.service}-{self.function.__name__}".replace("_", "-")

    @cached_property
    def lineage(self) -> str:
        """The id under which findings have been known from the start: renames do not break their history."""
        return self.formerly[0] if self.formerly else self.id

    @cached_property
    def manual(self) -> Manual:
        """Title, why and fix from the docstring."""
        return _manual(self.function)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria, direct ones first."""
        return self.direct + self.supporting


def check(
    *,
    direct: tuple[Criterion, ...] = (),
    supporting: tuple[Criterion, ...] = (),
    severity: Severity,
    profile: Profile = CORE,
    refs: tuple[str, ...] = (),
    formerly: tuple[str, ...] = (),
) -> Callable[[Callable[P, Verdict]], Check[P]]:
    """Declare a check.

    ``direct``: criteria that a failure contradicts by itself; ``supporting``: those that it weakens. ``refs``: like items of other catalogues
    (``SecurityHub:KMS.4``). ``formerly``: earlier ids, oldest first. Raises ``DeclarationError`` where these are not what they should be.
    """

    def declare(function: Callable[P, Verdict]) -> Check[P]:
        declared: tuple[tuple[str, Any, type], ...] = (
            ("direct", direct, Criterion),
            ("supporting", supporting, Criterion),
            ("refs", refs, str),
            ("formerly", formerly, str),
        )
        for name, value, kind in declared:
            if not isinstance(value, tuple) or not all(isinstance(one, kind) for one in value):
                unknown = [one for one in value if not isinstance(one, kind)] if isinstance(value, (tuple, list)) else [value]
                what = "an unknown criterion" if kind is Criterion else f"not a tuple of {kind.__name__}"
                raise DeclarationError(f"{place(function)}: {name}={unknown!r} is {what}")
        if not direct and not supporting:
            raise DeclarationError(f"{place(function)}: a check speaks to at least one criterion")
        if both := set(direct) & set(supporting):
            raise DeclarationError(f"{place(function)}: {', '.join(sorted(both))} is both direct and supporting")
        for name, level, kind in (("severity", severity, Severity), ("profile", profile, Profile)):
            if not isinstance(level, kind):
                raise DeclarationError(f"{place(function)}: {name}={level!r} is not a {kind.__name__}")
        return Check(function, direct, supporting, severity, profile, refs, formerly)

    return declare


@dataclass(frozen=True, eq=False)
class Derivation(Generic[P, R]):
    """A pure function from facts to something computed. Its result class is what other functions name to get it."""

    function: Callable[P, R]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)


def derivation(function: Callable[P, R]) -> Derivation[P, R]:
    """Declare a derivation: the class that the function returns carries it, so that a parameter of that class names it."""
    result = inspect.signature(function, eval_str=True).return_annotation
    if not isinstance(result, type):
        raise DeclarationError(f"{place(function)}: a derivation returns a class of its own, not {result}")
    if (other := vars(result).get("__derived__")) is not None:
        raise DeclarationError(f"{place(function)}: {result.__name__} is already derived by {place(other.function)}")
    made = Derivation(function)
    result.__derived__ = made  # type: ignore[attr-defined]
    return made
