"""``cloudsoc config``: the file of settings: is it right, what may stand in it, what is in force."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cloudsoc.cli.output import data, width
from cloudsoc.cli.selection import Selection, configured, selecting, selection_of, wrong_use
from cloudsoc.reports.terminal import count, printable

if TYPE_CHECKING:
    from cloudsoc.config import Configuration

DEFAULT, UNDECLARED = "default", "not declared"


class InForce(NamedTuple):
    """One value that is in force, by its place in the file, and where it comes from."""

    place: str
    value: Any
    origin: str


@click.group()
def config() -> None:
    """The file of settings: cloudsoc.toml, or [tool.cloudsoc] in pyproject.toml. What it says the command line can override."""


@config.command(epilog="Exit codes: 0 the file is right; 2 it is not, or there is none.")
@configured
def check(config: Configuration | None) -> None:
    """Look through the file of settings, without a scan, and print what it puts in force."""
    if config is None:
        raise click.UsageError("there is no file of settings here or in a folder above; --config names one")
    selection = selection_of(config)
    chosen, said = selection.checks(), [one for one in in_force(selection) if one.origin not in {DEFAULT, UNDECLARED}]
    click.echo(_table(said), nl=False)
    click.echo(f"{printable(config.name)}: right; {count(len(chosen), 'check')} chosen, {count(len(config.said.scope.exclude), 'exclusion')} from the scope")


@config.command()
@selecting
@click.option("--format", type=click.Choice(["table", "json"]), default="table", show_default=True)
def show(selection: Selection, format: str) -> None:  # noqa: A002 the option's name
    """What is in force in a scan from here, and where each value comes from: a default, a line of the file, an option."""
    found = list(in_force(selection))
    if format == "json":
        data(json.dumps([one._asdict() for one in found], indent=2, ensure_ascii=False) + "\n")
    else:
        click.echo(_table(found), nl=False)


@config.command()
def schema() -> None:
    """The JSON Schema of cloudsoc.toml, with all settings of all installed checks: for editors."""
    import cloudsoc
    from cloudsoc.config.schema import schema as of

    with wrong_use():
        data(json.dumps(of(cloudsoc.load_checks()), indent=2, ensure_ascii=False) + "\n")


def in_force(selection: Selection) -> Iterator[InForce]:
    """All values of a selection and its file: scope, selection, shared settings, and those of the chosen checks."""
    import cloudsoc
    from cloudsoc.config import Configuration
    from cloudsoc.engine.signature import signature
    from cloudsoc.settings import Settings, formerly, shared_settings

    file = selection.config or Configuration()
    for number, one in enumerate(file.said.scope.exclude):
        yield InForce(f"scope.exclude.{number}", one.model_dump(mode="json", exclude_defaults=True), file.where("scope", "exclude", number))
    names = {"checks": selection.check, "criteria": selection.criterion, "categories": selection.category, "severity": selection.severity}
    for name, value in (names | {"profile": selection.profile}).items():
        if value or name == "profile":
            plain = [getattr(item, "value", item) for item in value] if isinstance(value, tuple) else value.value if value else "extended"
            yield InForce(f"select.{name}", plain, selection.origins.get(f"select.{name}", DEFAULT))
    for name, default in (("deadline", "30m"), ("max_rate", None)):
        value = getattr(file.said.scan, name)
        if (in_file := value is not None) or default:
            yield InForce(f"scan.{name}", value if in_file else default, file.where("scan", name) if in_file else DEFAULT)
    with wrong_use():
        known, chosen = cloudsoc.load_checks(), selection.checks()
    given, ids = Settings.read(file.settings, known), formerly(known)
    origins = file.origins | {f"checks.{ids[old]}.{name}": file.where("checks", old, name) for old, own in file.said.checks.items() for name in own}
    for name, asked in sorted(shared_settings(known).items()):
        yield _setting(f"settings.{name}", given.shared.get(name, asked.default), origins)
    for id, its in chosen.items():
        for name, asked in signature(its.function).settings.items():
            if asked.shared is None or name in given.checks.get(id, {}):
                yield _setting(f"checks.{id}.{name}", given.value(id, name, asked), origins)


def _setting(place: str, value: Any, origins: Mapping[str, str]) -> InForce:
    from cloudsoc.engine import signature
    from cloudsoc.settings import plain

    if value is signature.UNDECLARED:
        return InForce(place, None, UNDECLARED)
    return InForce(place, plain(value), origins.get(place, DEFAULT))


def _table(found: Iterable[InForce]) -> str:
    from tabulate import tabulate

    rows = [(printable(one.place), _value(one), printable(one.origin)) for one in found]
    return tabulate(rows, tablefmt="plain", disable_numparse=True) + "\n" if rows else ""


def _value(one: InForce) -> str:
    from cloudsoc.reports.terminal import shorten

    return shorten("" if one.value is None else json.dumps(one.value, ensure_ascii=False), max(width() // 2, 30))
