"""``cloudsoc criteria``: what SOC 2 asks, which checks speak to it, what stays for people to show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from cloudsoc.cli.output import data, width
from cloudsoc.cli.selection import CATEGORIES, criteria_ids, wrong_use
from cloudsoc.criteria.texts import Category, CriterionText, EvidenceKind, texts
from cloudsoc.model.check import Check
from cloudsoc.model.criterion import Criterion

SHOWN_BY = {EvidenceKind.AUTOMATED: "AWS", EvidenceKind.PARTLY: "AWS and people", EvidenceKind.MANUAL_ONLY: "people"}


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, callback=criteria_ids)
@click.option("--category", type=CATEGORIES, metavar="NAME", multiple=True, help=f"Only criteria of {', '.join(Category)}. Repeat for more.")
@click.option("--format", type=click.Choice(["table", "json"]), default="table", show_default=True)
def criteria(ids: tuple[Criterion, ...], category: tuple[str, ...], format: str) -> None:  # noqa: A002 the option's name
    """The 61 Trust Services Criteria and their checks.

    With ids, as in `cloudsoc criteria CC6.1`: what AWS can show of each, what an auditor asks people for, and the checks.
    """
    import cloudsoc

    with wrong_use():
        checks = cloudsoc.load_checks()
    chosen = [text for text in texts().values() if (not ids or text.id in ids) and (not category or text.category in map(Category, category))]
    if format == "json":
        data(json.dumps([_fields(text, checks) for text in chosen], indent=2, ensure_ascii=False) + "\n")
    elif ids:
        click.echo("\n\n".join("\n".join(_page(text, checks)) for text in chosen))
    else:
        click.echo(_list(chosen, checks))


def _fields(text: CriterionText, checks: Mapping[str, Check[...]]) -> dict[str, Any]:
    return {
        "id": text.id.value,
        "category": text.category.value,
        "coso_principle": text.coso_principle,
        "summary": text.summary,
        "evidence_kind": text.evidence_kind.value,
        "aws_evidence": text.aws_evidence,
        "auditor_asks": text.auditor_asks,
        "direct": [id for id, check in checks.items() if text.id in check.direct],
        "supporting": [id for id, check in checks.items() if text.id in check.supporting],
    }


def _list(chosen: list[CriterionText], checks: Mapping[str, Check[...]]) -> str:
    from tabulate import tabulate

    from cloudsoc.reports.terminal import shorten

    rows = [
        (
            text.id.value,
            shorten(text.summary, width() - 40),
            sum(text.id in check.direct for check in checks.values()) or "",
            sum(text.id in check.supporting for check in checks.values()) or "",
            SHOWN_BY[text.evidence_kind],
        )
        for text in chosen
    ]
    return tabulate(rows, headers=("id", "asks that", "direct", "support", "shown by"), tablefmt="simple", disable_numparse=True)


def _page(text: CriterionText, checks: Mapping[str, Check[...]]) -> Iterator[str]:
    from cloudsoc.reports.terminal import wrapped

    yield click.style(f"{text.id}  {text.summary}", bold=True)
    yield f"  {text.category}" + (f", COSO principle {text.coso_principle}" if text.coso_principle else "")
    yield from wrapped(text.aws_evidence, width(), " " * 16, first="  AWS can show  ")
    yield from wrapped(text.auditor_asks, width(), " " * 16, first="  auditors ask  ")
    for strength in ("direct", "supporting"):
        found = [id for id, check in checks.items() if text.id in getattr(check, strength)]
        yield from (f"  {'' if number else strength:12}  {id}" for number, id in enumerate(found))
