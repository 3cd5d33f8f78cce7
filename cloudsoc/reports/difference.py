"""What changed since an earlier report, as text for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from json import dumps

import click

from cloudsoc.reports.comparison import Change, Comparison, Difference
from cloudsoc.reports.json import visible
from cloudsoc.reports.terminal import coloured, printable, shorten

SHOWN = 12
"""How many of each kind stand on the screen."""
TOLD = (Change.NEW, Change.NEWLY_NOT_ASSESSED, Change.FIXED, Change.GONE)
"""The kinds that are listed; the others are counted."""


def difference(compared: Comparison, *, width: int = 80, every: bool = False) -> str:
    """The counts, then what is new and what is no more; ``every`` lists all of them."""
    return "\n".join(_lines(compared, width, every)) + "\n"


def summary(compared: Comparison) -> str:
    """The counts in a line."""
    return "; ".join(f"{change.value}: {len(compared.of(change))}" for change in Change)


def _lines(compared: Comparison, width: int, every: bool) -> Iterator[str]:
    when = min((one.observed_at for one in compared.old.accounts), default=None)
    yield click.style("CHANGES", bold=True) + (f"  since {when:%Y-%m-%d %H:%M %Z}" if when else "") + f"  {summary(compared)}"
    for change in TOLD:
        found = compared.of(change)
        for one in found if every else found[:SHOWN]:
            yield from _told(one, width)
        if len(found) > SHOWN and not every:
            yield coloured(f"  and {len(found) - SHOWN} more: {change.value}")


def _told(one: Difference, width: int) -> Iterator[str]:
    finding = one.finding
    severity = coloured(finding.severity.value.ljust(8), finding.severity)
    label = one.change.value.removeprefix("newly ").ljust(12)
    yield f"  {label}  {severity}  " + shorten(f"{finding.check}  {finding.resource.id} ({finding.resource.region})", width - 26)
    why = f" ({one.because.value})" if one.because.value else ""
    yield " " * 26 + shorten(finding.reason, width - 26 - len(why)) + why


def as_json(compared: Comparison) -> str:
    """The differences for another program; each finding as in the report that has it."""
    rows = [
        {
            "change": one.change.value,
            "because": one.because.value,
            "before": one.before.verdict.value if one.before else None,
            "finding": one.finding.model_dump(mode="json"),
        }
        for one in compared.differences
    ]
    counts = {change.value: len(compared.of(change)) for change in Change}
    return visible(dumps({"counts": counts, "differences": rows}, indent=2, ensure_ascii=False)) + "\n"


def line(compared: Comparison) -> str:
    """For logs: what the gate looks at."""
    return printable(f"new failures: {len(compared.new_failures())}; newly not assessed: {len(compared.of(Change.NEWLY_NOT_ASSESSED))}")
