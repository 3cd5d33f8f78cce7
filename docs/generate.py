"""Write the pages that are derived from the code, or with ``--check`` say which of them are stale. Nobody edits these pages by hand.

python docs/generate.py [--check] [--folder docs]
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import networkx as nx

import cloudsoc
from cloudsoc.aws.account import Account, Region
from cloudsoc.aws.permissions import EVERY_SCAN, iam_actions
from cloudsoc.cli import COMMANDS
from cloudsoc.cli import cloudsoc as command
from cloudsoc.cli.catalogue import instructions, settings
from cloudsoc.cli.permissions import policies
from cloudsoc.criteria import Category, CriterionText, EvidenceKind, texts
from cloudsoc.engine.door import Way, ways
from cloudsoc.engine.plan import Plan
from cloudsoc.engine.signature import derived, signature
from cloudsoc.model import CORE, Check, Criterion, Severity
from cloudsoc.model.fact import Reading
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


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def prose(text: str) -> str:
    """The text of a docstring as Markdown: code in single backticks."""
    return text.replace("``", "`")


# -- checks ---------------------------------------------------------------------------------------------------------------


def check_page(check: Check[...], plan: Plan) -> str:
    """The manual page of one check."""
    return "\n\n".join(_check_parts(check, plan))


def _check_parts(check: Check[...], plan: Plan) -> Iterator[str]:
    manual = check.manual
    yield f"# {prose(manual.title)}"
    yield f"[Checks](index.md#{check.service}) › `{check.id}`"
    about = " or ".join(f"{_article(words(one))} {words(one)} (`{one.listing.resource_type}`)" for one in signature(check.function).subjects)
    yield f"Severity **{check.severity.value}**, {check.profile.value} profile. One verdict about every resource of its kind: {about}."
    yield f"**Why.** {_sentence(prose(manual.why))}"
    yield f"**Fix.** {_sentence(prose(instructions(manual.fix)))}"
    if manual.terraform:
        yield f"**Terraform.** {prose(instructions(manual.terraform))}"
    yield "## Criteria"
    strengths = [(one, "direct: a failure contradicts it") for one in check.direct] + [(one, "supporting: a failure weakens it") for one in check.supporting]
    yield table(("criterion", "asks that", "strength"), [(criterion_link(one, "../"), texts()[one].summary, strength) for one, strength in strengths])
    if found := settings(check, plan):
        yield "## Settings"
        yield "\n".join(
            f"- `{name}`, "
            + ("without a default: it has to be declared" if value is None else f"by default `{json.dumps(value, default=str)}`")
            + (f": {why}" if why else "")
            for name, (value, why) in found.items()
        )
    yield from _facts(check, plan)
    yield "## The rule"
    yield (
        "This is the function that judges, as it runs. A fact that could not be read ends it as *not assessed* where it is looked at "
        "([why](../concepts.md#check-and-verdict))."
    )
    yield f"```python\n{_source(check)}\n```"
    if check.refs:
        yield "## Compare"
        yield "\n".join(_references(check.refs))
    if check.formerly:
        yield "Formerly " + ", ".join(f"`{one}`" for one in check.formerly) + "."


def _facts(check: Check[...], plan: Plan) -> Iterator[str]:
    """What the check looks at, which calls answer it, and how often each is made."""
    asked = [way for way in ways(plan.facts_of(check)) if not {*way.source.operations} <= {*EVERY_SCAN}]
    yield "## What it reads"
    yield _counts(asked, signature(check.function).subjects)
    rows: list[tuple[object, ...]] = [
        (
            f"`{way.kind.__name__}`" if way.kind.source and not way.lists and way.kind.listing else f"`{way.kind.__name__}`: {_first_sentence(way.kind)}",
            "<br>".join(f"`{one}`" for one in way.source.operations),
            _each(way),
        )
        for way in asked
    ]
    if rows:
        yield table(("fact", "call", "made for each"), rows)
    yield f"IAM actions: {', '.join(f'`{one}`' for one in sorted(iam_actions(Plan({check.id: check}))))}."
    if computed := [one for one in nx.ancestors(plan.graph, check) if isinstance(one, type) and derived(one)]:
        yield "From these facts is computed:"
        yield "\n".join(sorted(f"- `{one.__name__}`: {_first_sentence(one)}" for one in computed))


def _counts(asked: Iterable[Way], subjects: tuple[Any, ...]) -> str:
    """How many calls there are for each resource: what shares a call is asked together, and a reading function calls again as its first answer demands."""
    calls = {(way.asked_about, way.key): way.source for way in asked}
    numbers = Counter(about for about, _ in calls)
    own: dict[int, list[str]] = {}
    for one in subjects:
        own.setdefault(numbers[one], []).append(words(one))
    around = sorted(set(numbers) - set(subjects), key=lambda one: (one in (Account, Region), words(one)))
    parts = [f"**{number or 'no'} {'call' if number == 1 else 'calls'} for each {_listed(several)}**" for number, several in own.items()]
    parts += [f"{numbers[one]} for each {words(one)}" for one in around]
    more = sorted({one for source in calls.values() if isinstance(source.call, Reading) for one in source.operations[1:]} - {*EVERY_SCAN})
    needed = f" Besides, as earlier answers demand: {_listed(f'`{one}`' for one in more)}." if more else ""
    return f"{_sentence(_listed(parts))}.{needed} All pages of an answer are one call, made once a scan, whichever checks need it. {_ALWAYS}"


_ALWAYS = f"Every scan begins with {' and '.join(f'`{one}`' for one in EVERY_SCAN)}."


def _each(way: Way) -> str:
    where = f", in {way.source.asked_in}" if way.source.asked_in else ""
    only = f" ({_first_sentence(way.source.when)})" if way.source.when and way.source.when.__doc__ else ""
    return f"{words(way.asked_about)}{where}{only}"


def _source(check: Check[...]) -> str:
    """The body of a check's function under its signature, without the docstring that is on the page already."""
    text = inspect.getsource(check.function)
    return re.sub(r'\n *"""[^"]*(?:"(?!"")[^"]*)*"""', "", text[text.index("def ") :], count=1).rstrip()


_CATALOGUES: Mapping[str, str] = {"SecurityHub": "AWS Security Hub", "Config": "AWS Config rule", "CIS": "CIS AWS Foundations Benchmark"}


def _references(refs: Iterable[str]) -> Iterator[str]:
    """Like items of other catalogues, a line for each catalogue."""
    found: dict[str, list[str]] = {}
    for one in refs:
        catalogue, _, item = one.partition(":")
        version, _, number = item.rpartition(":")
        text = f"{number} (v{version})" if version else item
        if catalogue == "SecurityHub" and (match := re.fullmatch(r"(\w+)\.(\d+)", item)):
            service, number = match.groups()
            text = f"[{item}](https://docs.aws.amazon.com/securityhub/latest/userguide/{service.lower()}-controls.html#{service.lower()}-{number})"
        elif catalogue == "Config":
            text = f"[{item}](https://docs.aws.amazon.com/config/latest/developerguide/{item}.html)"
        elif not version:
            text = f"`{item}`"
        found.setdefault(_CATALOGUES.get(catalogue, catalogue), []).append(text)
    yield from (f"- {catalogue}: {', '.join(items)}" for catalogue, items in found.items())


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


def criterion_link(one: Criterion, root: str = "") -> str:
    """A link to a criterion's own section."""
    return f"[{one.value}]({root}criteria.md#{one.value.lower().replace('.', '')})"


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


# -- words ----------------------------------------------------------------------------------------------------------------


_SHORT = re.compile(r"\b(acl|iam|kms|mfa|saml|sns|vpc|vpn|ssh)\b")


def words(kind: Any) -> str:
    """The name of a class as people say it: ``AccessPoint`` is an access point."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", kind.__name__).lower()
    return _SHORT.sub(lambda found: found[0].upper(), spaced)


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" and not noun.startswith("us") else "a"


def _first_sentence(thing: Any) -> str:
    text = " ".join(prose(inspect.getdoc(thing) or "").split())
    return re.split(r"(?<=[.:])\s(?=[A-Z`])", text, maxsplit=1)[0].rstrip(".:")


def _sentence(text: str) -> str:
    """What stands after ``Why:`` begins small; on a page it is a sentence of its own."""
    return re.sub(r"^(\**)(\w)", lambda found: found[1] + found[2].upper(), text)


def _listed(parts: Iterable[str]) -> str:
    *before, last = parts
    return f"{', '.join(before)} and {last}" if before else last


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
