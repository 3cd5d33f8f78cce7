"""Which checks: the options that several commands share, and what they choose."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast

import click

from cloudsoc.criteria.texts import Category
from cloudsoc.model.check import Check
from cloudsoc.model.criterion import Criterion
from cloudsoc.model.verdict import Profile, Severity

if TYPE_CHECKING:
    from cloudsoc.config import Configuration
    from cloudsoc.engine.plan import Plan
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
    """The checks that were asked for: by options, and where those do not say by the file of settings (``config``)."""

    check: tuple[str, ...] = ()
    criterion: tuple[Criterion, ...] = ()
    category: tuple[Category, ...] = ()
    severity: Severity | None = None
    profile: Profile | None = None
    """None where all profiles are in: asked for, or because ids say it better."""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """What was given, for the report."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where it came from, by its place in the file of settings: ``file:line``, or an option."""
    config: Configuration | None = None

    def told(self, report: Report) -> Report:
        """A report that says what was asked for in the words of the command line and of the file."""
        origins = {place: where for place, where in report.asked.origins.items() if not place.startswith("select.")} | dict(self.origins)
        return report.model_copy(update={"asked": report.asked.model_copy(update={"selection": dict(self.asked), "origins": origins})})

    def checks(self) -> dict[str, Check[...]]:
        """Those of the installed checks that it chooses. A wrong pattern and a plug-in that cannot be loaded are wrong use."""
        import cloudsoc
        from cloudsoc.config import criteria_of

        with wrong_use():
            wanted = criteria_of(self.criterion, self.category)
            return cloudsoc.select(cloudsoc.load_checks(), self.check, criteria=wanted, severity=self.severity, profile=self.profile)

    def plan(self) -> Plan:
        """What those checks need, and what the scope needs."""
        from cloudsoc.aws.tags import TaggedResources
        from cloudsoc.engine.plan import Plan

        by_tags = self.config is not None and any(one.tags for one in self.config.said.scope.exclude)
        return Plan(self.checks(), more=(TaggedResources,) if by_tags else ())


def _selection(given: Mapping[str, Any], extended: bool | None, config: Configuration | None) -> Selection:
    """What holds of options and file: an option takes the place of the file's key, ``--check`` that of all of them."""
    options = {"checks": given["check"], "criteria": given["criterion"], "categories": tuple(map(Category, given["category"])), "severity": given["severity"]}
    options |= {"severity": Severity(given["severity"]) if given["severity"] else None, "profile": Profile.EXTENDED if extended else None}
    said = dict(config.said.select) if config and not given["check"] else {}
    found = {name: value or said.get(name) for name, value in options.items()}
    named = {"checks": "--check", "criteria": "--criterion", "categories": "--category", "severity": "--severity", "profile": "--extended"}
    origins = {f"select.{name}": named[name] if options[name] or not config else config.where("select", name) for name, value in found.items() if value}
    # Ids say it better than a profile; and a command without the option looks at all, but for what the file says.
    profile = found["profile"] or (Profile.EXTENDED if found["checks"] or extended is None else Profile.CORE)
    asked = {"check": found["checks"], "criterion": found["criteria"], "category": found["categories"], "severity": found["severity"]}
    asked = {name: [getattr(one, "value", one) for one in value] if isinstance(value, tuple) else value.value for name, value in asked.items() if value}
    return Selection(
        found["checks"] or (),
        found["criteria"] or (),
        found["categories"] or (),
        found["severity"],
        Profile.CORE if profile is Profile.CORE else None,
        asked | ({"extended": True} if found["profile"] is Profile.EXTENDED else {}),
        origins,
        config,
    )


def selection_of(config: Configuration) -> Selection:
    """What a file alone chooses."""
    return _selection(dict.fromkeys(("check", "criterion", "category"), ()) | {"severity": None}, extended=False, config=config)


def configuration_from(config: Path | None, no_config: bool) -> Configuration | None:
    """The settings that were named, else those of this folder; None where there are none. A file that cannot be used is wrong use."""
    from cloudsoc.config import configuration, find, passed_over

    if config and no_config:
        raise click.UsageError("--config names a file of settings and --no-config says to use none: give one of them")
    with wrong_use():
        if no_config or not (file := config or find(Path.cwd())):
            return None
        found = configuration(file)
        if config is None:
            other = passed_over(file)
            click.echo(f"settings: {found.name}" + (f" (those in {other.name} beside it are not used)" if other else ""), err=True)
    return found


def configured(command: F) -> F:
    """Give a command the options that name a file of settings; it gets what the file says as ``config``."""

    @wraps(command)
    def with_config(*, config: Path | None, no_config: bool, **rest: Any) -> Any:
        return command(config=configuration_from(config, no_config), **rest)

    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    told = "A file of settings.  [default: the nearest cloudsoc.toml, or pyproject.toml with [tool.cloudsoc], in this folder or above]"
    decorated: Any = click.option("--no-config", is_flag=True, help="Use no file of settings.")(with_config)
    return cast("F", click.option("--config", metavar="FILE", type=file, help=told)(decorated))


def filtering(command: F) -> F:
    """Give a command the options that narrow all installed checks; it gets them, with what the file of settings says, as one ``Selection``."""

    @wraps(command)
    def with_selection(*, config: Configuration | None, extended: bool | None = None, **rest: Any) -> Any:
        given = {name: rest.pop(name) for name in ("check", "criterion", "category", "severity")}
        return command(selection=_selection(given, extended, config), **rest)

    options = (
        click.option("--check", metavar="GLOB", multiple=True, help="Checks whose id matches, as in 'iam-*'. Repeat for more."),
        click.option("--criterion", metavar="ID", multiple=True, callback=criteria_ids, help="Checks that speak to a criterion, as in CC6.1. Repeat for more."),
        click.option(
            "--category", type=CATEGORIES, metavar="NAME", multiple=True, help=f"Checks that speak to criteria of {', '.join(Category)}. Repeat for more."
        ),
        click.option("--severity", type=SEVERITIES, help="Checks of this severity or above."),
    )
    decorated: Any = configured(with_selection)
    for option in reversed(options):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def selecting(command: F) -> F:
    """The same over the core profile, with the option that asks for more."""
    return filtering(click.option("--extended", is_flag=True, help="Also checks beyond the core profile (--check looks at all anyway).")(command))


class WrongSettings(click.ClickException):
    """A file of settings that cannot be used: one line for each mistake, as compilers write them, so that editors find the place."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=file is None)


@contextmanager
def wrong_use() -> Iterator[None]:
    """Errors that whoever typed the command can mend, as click tells them."""
    import cloudsoc

    try:
        yield
    except cloudsoc.SettingsError as error:
        raise WrongSettings(str(error)) from error
    except (cloudsoc.SelectionError, cloudsoc.LoadError) as error:
        raise click.UsageError(str(error)) from error
