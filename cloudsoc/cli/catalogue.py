"""``cloudsoc checks``, ``explain``, ``schema``: what there is to know before a scan, all of it derived from the checks themselves."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import TYPE_CHECKING, Any

import click

from cloudsoc.cli.output import data, width
from cloudsoc.cli.selection import Selection, filtering, wrong_use
from cloudsoc.model.check import Check

if TYPE_CHECKING:
    from cloudsoc.engine.plan import Plan


@click.command()
@filtering
@click.option("--format", type=click.Choice(["table", "json"]), default="table", show_default=True)
def checks(selection: Selection, format: str) -> None:  # noqa: A002 the option's name
    """The installed checks, plug-ins included."""
    chosen = selection.checks()
    if format == "json":
        from cloudsoc.engine.plan import Plan

        plan = Plan(chosen)
        data(json.dumps([fields(check, plan) for check in chosen.values()], indent=2, ensure_ascii=False) + "\n")
    else:
        click.echo(_list(chosen))


def fields(check: Check[...], plan: Plan) -> dict[str, Any]:
    """A check as data: what it asks, of which criteria, with which calls and settings."""
    from cloudsoc.engine.shape import snake

    asked = (operation.partition(":") for operation in plan.operations_of(check))
    return {
        "id": check.id,
        "title": check.manual.title,
        "severity": check.severity.value,
        "profile": check.profile.value,
        "criteria": sorted(one.value for one in check.criteria),
        "direct": sorted(one.value for one in check.direct),
        "operations": [f"{service}.{snake(name)}" for service, _, name in asked],  # as boto3 names the client and its method
        "settings": {name: value for name, (value, _) in settings(check, plan).items()},
        "refs": list(check.refs),
        "formerly": list(check.formerly),
    }


def settings(check: Check[...], plan: Plan) -> dict[str, tuple[Any, str]]:
    """Name to default and meaning of the settings that bear on a check; a setting that has to be declared has None."""
    from cloudsoc.engine.signature import UNDECLARED

    found: dict[str, tuple[Any, str]] = {}
    for name, one in plan.settings_of(check).items():
        meaning = one.shared.meaning if one.shared else ""
        found[name] = (None if one.default is UNDECLARED else one.default, meaning)
    return found


def _list(chosen: Mapping[str, Check[...]]) -> str:
    from tabulate import tabulate

    from cloudsoc.reports.terminal import coloured, shorten

    room = max(map(len, chosen))
    title = width() - room - 8 - 16 - 6
    rows = [
        (
            coloured(check.severity.value, check.severity),
            check.id,
            shorten(" ".join(one.value for one in check.criteria), 16),
            *((shorten(check.manual.title, title),) if title >= 24 else ()),
        )
        for check in chosen.values()
    ]
    return tabulate(rows, tablefmt="plain", disable_numparse=True)


@click.command()
@click.argument("check")
def explain(check: str) -> None:
    """The manual page of one CHECK.

    What it asks and why, how to put it right, which criteria it speaks to, its settings and what it reads.
    """
    import cloudsoc

    with wrong_use():
        known = cloudsoc.load_checks()
    found = known.get(check) or next((one for one in known.values() if check in one.formerly), None)
    if found is None:
        near = difflib.get_close_matches(check, known, 1, 0.3)
        raise click.UsageError(f"there is no check {check!r}" + (f"; did you mean {near[0]}?" if near else ""))
    click.echo("\n".join(_page(found)))


def _page(check: Check[...]) -> Iterator[str]:
    from cloudsoc.criteria import texts
    from cloudsoc.engine.plan import Plan
    from cloudsoc.reports.terminal import coloured, shorten, wrapped

    plan, room, manual, indent = Plan({check.id: check}), width(), check.manual, " " * 12
    yield from (click.style(line, bold=True) for line in wrapped(manual.title, room, ""))
    yield f"{check.id}, {coloured(check.severity.value, check.severity)}, {check.profile.value} profile"
    for name, text in (("Why", manual.why), ("Fix", instructions(manual.fix)), ("Terraform", instructions(manual.terraform))):
        if text:
            yield ""
            yield from wrapped(text.replace("``", "`"), room, indent, first=f"{name:12}")
    criteria = [("direct", one) for one in check.direct] + [("supporting", one) for one in check.supporting]
    yield from _block("Criteria", [f"{one.value:5}  {strength:10}  {shorten(texts()[one].summary, room - 31)}" for strength, one in criteria])
    declared = [
        f"{name} {'has no default' if value is None else f'= {json.dumps(value, default=str)}'}" + (f": {meaning}" if meaning else "")
        for name, (value, meaning) in settings(check, plan).items()
    ]
    yield from _block("Settings", [line for one in declared for line in wrapped(one, room - 12, "  ", first="")])
    for name, several in (("Reads", plan.operations_of(check)), ("Compare", check.refs), ("Formerly", check.formerly)):
        if several:
            yield ""
            yield from wrapped(", ".join(several), room, indent, first=f"{name:12}")


def _block(name: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield from (f"{'' if number else name:12}{line}" for number, line in enumerate(lines))


def instructions(text: str) -> str:
    """A ``Fix:`` as a reader sees it: ``<key_id>`` where a finding has the resource's own name."""
    parts = [(literal, field) for literal, field, _, _ in Formatter().parse(text)]
    return "".join(literal + (f"<{field.rpartition('.')[2]}>" if field else "") for literal, field in parts)


@click.command()
def schema() -> None:
    """The JSON Schema of the report."""
    from cloudsoc.reports.json import schema as report_schema

    data(report_schema())
