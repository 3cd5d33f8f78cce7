"""Write the pages that are derived from the code, or with ``--check`` say which of them are stale. Nobody edits these pages by hand.

python docs/generate.py [--check] [--folder docs]
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click
from check_pages import check_page, criterion_link, prose, table

import cloudsoc
from cloudsoc.aws.permissions import iam_actions
from cloudsoc.cli import COMMANDS
from cloudsoc.cli import cloudsoc as command
from cloudsoc.cli.permissions import policies
from cloudsoc.criteria import Category, CriterionText, EvidenceKind, texts
from cloudsoc.engine.plan import Plan
from cloudsoc.model import CORE, Check, Severity
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
        "iam-policy.md": iam_policy(cloudsoc.select(checks, profile=CORE)),
    }
    return {path: GENERATED + text.rstrip() + "\n" for path, text in markdown.items()} | {"report.schema.json": schema()}


# -- lists ----------------------------------------------------------------------------------------------------------------


def check_index(checks: Mapping[str, Check[...]]) -> str:
    """All checks, by service."""
    services = Counter(check.service for check in checks.values())
    parts = [
        "# Checks",
        (
            f"{len(checks)} checks. Those of the core profile run unless you ask for more; the extended ones run with `--extended` or by their names. "
            "The same by what they show: [criteria](../criteria.md)."
        ),
        table(
            ("service", "checks", "core", *(one.value for one in reversed(Severity))),
            [
                (
                    f"[{service}](#{service})",
                    number,
                    sum(check.profile is CORE for check in checks.values() if check.service == service),
                    *(sum(check.severity is one for check in checks.values() if check.service == service) for one in reversed(Severity)),
                )
                for service, number in sorted(services.items())
            ],
        ),
    ]
    for service in sorted(services):
        rows: list[tuple[object, ...]] = [
            (
                f"[{prose(check.manual.title)}]({id}.md)<br>`{id}`",
                check.severity.value + ("" if check.profile is CORE else "<br>extended"),
                "**" + " ".join(criterion_link(one, "../") for one in check.direct) + "** " + " ".join(criterion_link(one, "../") for one in check.supporting)
                if check.direct
                else " ".join(criterion_link(one, "../") for one in check.supporting),
            )
            for id, check in checks.items()
            if check.service == service
        ]
        parts += [f"## {service}", table(("check", "severity", "criteria, **direct** first"), rows)]
    return "\n\n".join(parts)


# -- criteria -------------------------------------------------------------------------------------------------------------

_KINDS: Mapping[EvidenceKind, str] = {EvidenceKind.AUTOMATED: "most of it", EvidenceKind.PARTLY: "a part", EvidenceKind.MANUAL_ONLY: "nothing"}


def criteria(checks: Mapping[str, Check[...]]) -> str:
    """The 61 criteria, each with its checks and what stays manual."""
    parts = [
        "# Criteria",
        (
            "The Trust Services Criteria of the AICPA (2017, with the points of focus of 2022), in our own words. *Direct* checks contradict a criterion when they "
            "fail; *supporting* ones weaken it. What AWS cannot show stays beside it, always: [what a scanner can prove](soc2.md)."
        ),
    ]
    for category in Category:
        found = [text for text in texts().values() if text.category is category]
        parts.append(f"## {category.value.replace('-', ' ').capitalize()}")
        parts.append(
            table(
                ("", "asks that", "AWS shows", "direct", "supporting"),
                [
                    (
                        f"[{text.id.value}](#{text.id.value.lower().replace('.', '')})",
                        text.summary,
                        _KINDS[text.evidence_kind],
                        sum(text.id in check.direct for check in checks.values()) or "",
                        sum(text.id in check.supporting for check in checks.values()) or "",
                    )
                    for text in found
                ],
            )
        )
        parts += ["\n\n".join(_criterion(text, checks)) for text in found]
    return "\n\n".join(parts)


def _criterion(text: CriterionText, checks: Mapping[str, Check[...]]) -> Iterator[str]:
    yield f"### {text.id.value}"
    yield f"{text.summary}."
    yield f"**AWS can show:** {re.sub('^none', 'nothing', text.aws_evidence)}.\n\n**An auditor asks people for:** {text.auditor_asks}."
    for name, found in (
        ("Direct", [check for check in checks.values() if text.id in check.direct]),
        ("Supporting", [check for check in checks.values() if text.id in check.supporting]),
    ):
        if found:
            yield f"{name}:"
            yield "\n".join(f"- [{prose(one.manual.title)}](checks/{one.id}.md), {one.severity.value}" + _extended(one) for one in found)


def _extended(check: Check[...]) -> str:
    return "" if check.profile is CORE else ", extended"


# -- permissions ----------------------------------------------------------------------------------------------------------


def iam_policy(checks: Mapping[str, Check[...]]) -> str:
    """The minimal policy of the core profile, and why each action is in it."""
    needed: dict[str, list[Check[...]]] = {}
    for check in checks.values():
        for action in iam_actions(Plan({check.id: check})):
            needed.setdefault(action, []).append(check)
    parts = [
        "# The IAM policy",
        (
            f"What the identity that scans has to be allowed for the core profile: {len(needed)} actions. It is derived from what the checks read, and nothing "
            "else is ever called. [Permissions](permissions.md) says how to give it, and `cloudsoc permissions` prints it for any selection."
        ),
        *(f"```json\n{json.dumps(policy, indent=2)}\n```" for policy in policies(sorted(needed))),
        "## Why each action",
        "The page of each check has its own actions.",
    ]
    size = Counter(check.service for check in checks.values())
    for prefix in sorted({action.partition(":")[0] for action in needed}):
        rows: list[tuple[object, ...]] = [
            (f"`{action}`", "every check" if len(found) == len(checks) else _why(found, size))
            for action, found in sorted(needed.items())
            if action.partition(":")[0] == prefix
        ]
        parts += [f"### {prefix}", table(("action", "needed by"), rows)]
    return "\n\n".join(parts)


def _why(found: Iterable[Check[...]], size: Mapping[str, int]) -> str:
    """The checks that need an action; where they are many of one service, their number."""
    by_service: dict[str, list[Check[...]]] = {}
    for check in found:
        by_service.setdefault(check.service, []).append(check)
    return "; ".join(
        ", ".join(f"[{one.id}](checks/{one.id}.md)" for one in several)
        if len(several) <= 3
        else f"{len(several)} of {size[service]} checks of [{service}](checks/index.md#{service})"
        for service, several in sorted(by_service.items())
    )


# -- commands -------------------------------------------------------------------------------------------------------------


def commands() -> str:
    """The commands and their options."""
    return "\n\n".join(["# Commands", *_command(command, click.Context(command, info_name="cloudsoc"))])


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
    if isinstance(found, click.Group):
        for name in COMMANDS if found is command else found.list_commands(context):
            one = found.get_command(context, name)
            assert one is not None, name  # noqa: S101 it has just been named
            below = click.Context(one, info_name=name, parent=context)
            yield f"{'#' * (below.command_path.count(' ') + 1)} {below.command_path}"
            yield from _command(one, below)


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
