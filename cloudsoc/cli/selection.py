"""Which checks: the options that several commands share, and what they choose."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cloudsoc.criteria.texts import Category, texts
from cloudsoc.model.check import Check
from cloudsoc.model.criterion import Criterion
from cloudsoc.model.verdict import Profile, Severity

if TYPE_CHECKING:
    from cloudsoc.model.report import Report

F = TypeVar("F", bound=Callable[..., Any])
SEVERITIES = click.Choice([severity.value for severity in Severity], case_sensitive=False)
CATEGORIES = click.Choice([category.value for category in Category], case_sensitive=False)


def criteria_ids(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[Criterion, ...]:
    """Ids of criteria, in any case; a wrong one is answered with the nearest."""
    for one in value:
        if one.upper() not in set(Criterion):
            near = difflib.get_close_matches(one.upper(), list(Criterion), 1, 0.4)
            raise click.BadParameter(f"there is no criterion {one!r}" + (f"; did you mean {near[0]}?" if near else ""), ctx, param)
    return tuple(Criterion(one.upper()) for one in value)


@dataclass(frozen=True)
class Selection:
    """The checks that were asked for, as they were asked for."""

    check: tuple[str, ...]
    criterion: tuple[Criterion, ...]
    category: tuple[Category, ...]
    severity: Severity | None
    extended: bool

    @property
    def profile(self) -> Profile | None:
        """None where all profiles are in: asked for, or because ids say it better."""
        return None if self.extended or self.check else Profile.CORE

    @property
    def asked(self) -> dict[str, Any]:
        """What was given, for the report."""
        given = {
            "check": list(self.check),
            "criterion": [one.value for one in self.criterion],
            "category": [one.value for one in self.category],
            "severity": self.severity.value if self.severity else None,
            "extended": self.extended,
        }
        return {name: value for name, value in given.items() if value}

    def told(self, report: Report) -> Report:
        """A report that says what was asked for in the words of the command line."""
        return report.model_copy(update={"asked": report.asked.model_copy(update={"selection": self.asked})})

    def checks(self) -> dict[str, Check[...]]:
        """Those of the installed checks that it chooses. A wrong pattern and a plug-in that cannot be loaded are wrong use."""
        import cloudsoc

        # Several criteria, or categories, widen; a criterion and a category together narrow.
        wanted = set(self.criterion) or set(Criterion)
        if self.category:
            wanted &= {text.id for text in texts().values() if text.category in self.category}
        with wrong_use():
            return cloudsoc.select(cloudsoc.load_checks(), self.check, criteria=wanted, severity=self.severity, profile=self.profile)


def filtering(command: F) -> F:
    """Give a command the options that narrow all installed checks; it gets them as one ``Selection``."""

    @wraps(command)
    def with_selection(*, check: Any, criterion: Any, category: Any, severity: str | None, extended: bool = True, **rest: Any) -> Any:
        chosen = Selection(check, criterion, tuple(map(Category, category)), Severity(severity) if severity else None, extended)
        return command(selection=chosen, **rest)

    options = (
        click.option("--check", metavar="GLOB", multiple=True, help="Checks whose id matches, as in 'iam-*'. Repeat for more."),
        click.option("--criterion", metavar="ID", multiple=True, callback=criteria_ids, help="Checks that speak to a criterion, as in CC6.1. Repeat for more."),
        click.option(
            "--category", type=CATEGORIES, metavar="NAME", multiple=True, help=f"Checks that speak to criteria of {', '.join(Category)}. Repeat for more."
        ),
        click.option("--severity", type=SEVERITIES, help="Checks of this severity or above."),
    )
    decorated: Any = with_selection
    for option in reversed(options):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def selecting(command: F) -> F:
    """The same over the core profile, with the option that asks for more."""
    return filtering(click.option("--extended", is_flag=True, help="Also checks beyond the core profile (--check looks at all anyway).")(command))


@contextmanager
def wrong_use() -> Iterator[None]:
    """Errors that whoever typed the command can mend, as click tells them."""
    import cloudsoc

    try:
        yield
    except (cloudsoc.SelectionError, cloudsoc.LoadError) as error:
        raise click.UsageError(str(error)) from error
