"""Write the pages that are derived from the code, or with ``--check`` say which of them are stale. Nobody edits these pages by hand.

python docs/generate.py [--check] [--folder docs]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

import cloudsoc
from cloudsoc.cli import COMMANDS
from cloudsoc.cli import cloudsoc as command
from cloudsoc.cli.catalogue import instructions, settings
from cloudsoc.cli.permissions import policies
from cloudsoc.criteria import Category, texts
from cloudsoc.engine.plan import Plan
from cloudsoc.model import CORE, Check
from cloudsoc.reports.json import schema

GENERATED = "<!-- Written by docs/generate.py: change the code, not this page. -->\n\n"


def pages() -> dict[str, str]:
    """Path below the folder to text, for every derived page."""
    checks = cloudsoc.load_checks()
    plan = Plan(checks)
    markdown = {f"checks/{id}.md": check_page(check, plan) for id, check in checks.items()} | {
        "checks/index.md": check_index(checks),
        "cli.md": commands(),
        "criteria.md": criteria(checks),
        "permissions.md": permissions(Plan(cloudsoc.select(checks, profile=CORE))),
    }
    return {path: GENERATED + text.rstrip() + "\n" for path, text in markdown.items()} | {"report.schema.json": schema()}


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def prose(text: str) -> str:
    """The text of a docstring as Markdown: code in single backticks."""
    return text.replace("``", "`")


def check_page(check: Check[...], plan: Plan) -> str:
    """The manual page of one check."""
    return "\n\n".join(_check_parts(check, plan))


def _check_parts(check: Check[...], plan: Plan) -> Iterator[str]:
    manual = check.manual
    yield f"# {prose(manual.title)}"
    yield f"`{check.id}`, severity **{check.severity.value}**, {check.profile.value} profile"
    yield f"**Why.** {prose(manual.why)}"
    yield f"**Fix.** {prose(instructions(manual.fix))}"
    if manual.terraform:
        yield f"**Terraform.** {prose(instructions(manual.terraform))}"
    yield "## Criteria"
    strengths = [(one, "direct: a failure contradicts it") for one in check.direct] + [(one, "supporting: a failure weakens it") for one in check.supporting]
    yield table(("criterion", "asks", "strength"), [(f"[{one.value}](../criteria.md)", texts()[one].summary, strength) for one, strength in strengths])
    if found := settings(check, plan):
        yield "## Settings"
        yield table(
            ("setting", "default", "meaning"),
            [
                (f"`{name}`", "none: has to be declared" if value is None else f"`{json.dumps(value, default=str)}`", why)
                for name, (value, why) in found.items()
            ],
        )
    yield "## Reads"
    yield "\n".join(f"- `{operation}`" for operation in plan.operations_of(check))
    if check.refs:
        yield "## Compare"
        yield ", ".join(f"`{one}`" for one in check.refs)
    if check.formerly:
        yield "Formerly " + ", ".join(f"`{one}`" for one in check.formerly) + "."


def check_index(checks: Mapping[str, Check[...]]) -> str:
    """All checks, by service."""
    parts = ["# Checks"]
    for service in sorted({check.service for check in checks.values()}):
        rows: list[tuple[object, ...]] = [
            (f"[{id}]({id}.md)", check.severity.value, check.profile.value, " ".join(one.value for one in check.criteria), prose(check.manual.title))
            for id, check in checks.items()
            if check.service == service
        ]
        parts += [f"## {service}", table(("check", "severity", "profile", "criteria", "holds when"), rows)]
    return "\n\n".join(parts)


def criteria(checks: Mapping[str, Check[...]]) -> str:
    """The 61 criteria, each with its checks and what stays manual."""
    parts = [
        "# Criteria",
        (
            "The Trust Services Criteria of the AICPA (2017, with the points of focus of 2022), in our own words. *Direct* checks contradict a criterion when they "
            "fail; *supporting* ones weaken it. What AWS cannot show stays beside it, always."
        ),
    ]
    for category in Category:
        parts.append(f"## {category.value.replace('-', ' ').capitalize()}")
        rows: list[tuple[object, ...]] = []
        for text in texts().values():
            if text.category is category:
                direct = [f"[{id}](checks/{id}.md)" for id, check in checks.items() if text.id in check.direct]
                supporting = [f"[{id}](checks/{id}.md)" for id, check in checks.items() if text.id in check.supporting]
                rows.append((text.id.value, text.summary, ", ".join(direct), ", ".join(supporting), text.auditor_asks))
        parts.append(table(("", "asks that", "direct checks", "supporting checks", "what an auditor asks for besides"), rows))
    return "\n\n".join(parts)


def permissions(plan: Plan) -> str:
    """The minimal policy of the core profile, and why each action is in it."""
    from cloudsoc.aws.permissions import iam_actions

    needed: dict[str, list[str]] = {}
    for check in plan.checks.values():
        for action in iam_actions(Plan({check.id: check})):
            needed.setdefault(action, []).append(check.id)
    found = policies(sorted(needed))
    rows: list[tuple[object, ...]] = [
        (f"`{action}`", "every check" if len(ids) == len(plan.checks) else ", ".join(f"[{id}](checks/{id}.md)" for id in ids))
        for action, ids in sorted(needed.items())
    ]
    return "\n\n".join(
        [
            "# Permissions",
            (
                "What the identity that scans has to be allowed for the core profile. It is derived from what the checks read, and nothing else is ever called. "
                "`cloudsoc permissions` prints it for any selection."
            ),
            *(f"```json\n{json.dumps(policy, indent=2)}\n```" for policy in found),
            "## Why each action",
            table(("action", "needed by"), rows),
        ]
    )


def commands() -> str:
    """The commands and their options."""
    context = click.Context(command, info_name="cloudsoc")
    parts = ["# Commands", *_command(command, context)]
    for name in COMMANDS:
        found = command.get_command(context, name)
        assert found is not None, name  # noqa: S101 COMMANDS is what it knows
        parts += [f"## cloudsoc {name}", *_command(found, click.Context(found, info_name=name, parent=context))]
    return "\n\n".join(parts)


def _command(found: click.Command, context: click.Context) -> Iterator[str]:
    yield f"`{context.command_path} {' '.join(found.collect_usage_pieces(context))}`"
    yield from ("\n".join(line.strip() for line in part.split("\n")) for part in (found.help or "").split("\n\n"))
    rows: list[tuple[object, ...]] = []
    for option in found.params:
        if isinstance(option, click.Option):
            value = "" if option.is_flag else f" {option.metavar or '|'.join(getattr(option.type, 'choices', ())) or option.type.name.upper()}"
            default = f" (default: {option.default})" if option.show_default else ""
            rows.append((", ".join(f"`{name}{value}`" for name in option.opts), f"{option.help or ''}{default}"))
    if rows:
        yield table(("option", "meaning"), rows)
    if found.epilog:
        yield found.epilog


def stale(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """The pages that are missing, differ, or stand for a check that is gone."""
    extra = {f"checks/{path.name}" for path in folder.glob("checks/*.md")} - set(wanted)
    differ = {path for path, text in wanted.items() if not (folder / path).is_file() or (folder / path).read_text(encoding="utf-8") != text}
    return sorted(extra | differ)


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and name the pages that are stale.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path(__file__).parent)
def main(check: bool, folder: Path) -> None:
    """Write the derived pages."""
    wanted = pages()
    found = stale(folder, wanted)
    if check and found:
        click.echo("stale, run `make docs`:\n" + "\n".join(f"  {path}" for path in found), err=True)
        sys.exit(1)
    for path in found:
        if path in wanted:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(wanted[path], encoding="utf-8")
        else:
            (folder / path).unlink()
        click.echo(f"wrote {path}" if path in wanted else f"removed {path}")


if __name__ == "__main__":
    main()
