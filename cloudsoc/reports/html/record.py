"""The end of the page: what was not seen, what stays manual, and the record of what was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from xml.etree import ElementTree as ET

from cloudsoc.model.report import CoverageRow, Refusal, Report
from cloudsoc.reports.folding import Gap, gaps
from cloudsoc.reports.html.elements import Child
from cloudsoc.reports.html.elements import element as e
from cloudsoc.reports.html.parts import SIGNS, names_of, section, table_of, words
from cloudsoc.reports.terminal import count, shorten


def not_assessed(report: Report) -> ET.Element:
    """What could not be read, by cause; and the rights that were refused."""
    found = gaps(report)
    outside = sum(one.outside for one in report.findings)
    parts: list[Child] = []
    if found:
        parts.append(
            table_of("Causes, those behind most findings first", ("cause", "findings", "regions", "accounts", "checks", "what AWS said"), map(_gap, found))
        )
        if report.refusals:
            parts.append(
                table_of("Rights that the identity lacked", ("action", "findings", "who refused", "regions", "checks"), map(_refusal, report.refusals))
            )
            hint = " prints the policy that allows what the identity's own policies can allow."
            parts.append(e("p", e("code", "cloudsoc permissions --missing REPORT"), hint))
    elif not report.blank:
        parts.append(e("p", "Everything in scope could be assessed."))
    if outside:
        parts.append(e("p", f"{outside} more need what is outside the scope that was asked for."))
    return section("not-assessed", "Not assessed", *parts)


def out_of_scope(report: Report) -> ET.Element:
    """What is declared to be no part of the system under audit, by name, and what stays in because nobody knows its tags."""
    rows: list[Sequence[Child]] = []
    for use in report.exclusions:
        resources = e("details", e("summary", count(len(use.resources), "resource")), e("ul", *(e("li", e("code", one.arn)) for one in use.resources)))
        regions = ", ".join(f"{one.region} of {one.account}" for one in use.regions)
        rows.append((use.exclusion.reason, use.origin, ", ".join(use.accounts), regions, resources if use.resources else ""))
    parts: list[Child] = [table_of("Known and not judged", ("why", "declared in", "accounts", "regions", "resources"), rows)]
    if report.tags_unread:
        told = [(one.type, one.resources, one.region, one.account, f"{one.cause.operation}: {one.cause.error}") for one in report.tags_unread]
        parts.append(table_of("Judged, because nobody knows their tags", ("type", "resources", "region", "account", "cause"), told))
    return section("out-of-scope", "Out of scope", *parts)


def _gap(gap: Gap) -> Sequence[Child]:
    accounts = sorted({one.resource.account for one in gap.findings})
    return gap.what, len(gap.findings), ", ".join(gap.regions), ", ".join(accounts), names_of(gap.checks), shorten(gap.cause.message, 300)


def _refusal(one: Refusal) -> Sequence[Child]:
    return e("code", one.action), one.findings, shorten(one.told, 300), ", ".join(one.regions), names_of(one.checks)


def asked(report: Report) -> ET.Element:
    """What no scanner shows: for every criterion, what a person has to have ready."""
    rows = [(e("span", one.id, id=f"ask-{one.id}"), f"{SIGNS[one.state]} {words(one.state)}", one.summary, one.manual) for one in report.criteria]
    note = "AWS shows a part of most criteria, and nothing of some. What follows is asked of people, whatever the findings say."
    return section(
        "asked",
        "For the auditor: what stays manual",
        e("p", note),
        table_of("What the auditor will ask for", ("criterion", "state", "what it asks", "evidence to have ready"), rows),
    )


# -- the record -------------------------------------------------------------------------------------------------------


def coverage(report: Report) -> ET.Element:
    """How many subjects have which verdict, by check and by place."""
    return section(
        "coverage",
        "Coverage",
        e(
            "details",
            e("summary", "By check"),
            table_of("Subjects by check and verdict", ("check", *_COUNTS), _sums(report.coverage, lambda row: row.check), "numbers"),
        ),
        e(
            "details",
            e("summary", "By account and region"),
            table_of("Subjects by place and verdict", ("place", *_COUNTS), _sums(report.coverage, lambda row: f"{row.account} {row.region}"), "numbers"),
        ),
    )


_COUNTS = ("passed", "failed", "not applicable", "not assessed", "outside", "out of scope")


def _sums(rows: Iterable[CoverageRow], key: Callable[[CoverageRow], str]) -> Iterator[Sequence[Child]]:
    sums: dict[str, list[int]] = {}
    for row in rows:
        own = sums.setdefault(key(row), [0] * len(_COUNTS))
        for at, name in enumerate(_COUNTS):
            own[at] += getattr(row, name.replace(" ", "_"))
    return ((name, *numbers) for name, numbers in sorted(sums.items()))


def collection(report: Report) -> ET.Element:
    """Every operation that was called, and how it ended."""
    calls: dict[str, list[int]] = {}
    outcomes: dict[str, Counter[str]] = {}
    for account in report.accounts:
        for call in account.calls:
            own = calls.setdefault(call.operation, [0, 0, 0])
            for at, number in enumerate((1, call.pages, call.items)):
                own[at] += number
            outcomes.setdefault(call.operation, Counter())[call.outcome] += 1
    rows: list[Sequence[Child]] = [
        (name, *numbers, ", ".join(f"{number} × {what}" for what, number in outcomes[name].most_common())) for name, numbers in sorted(calls.items())
    ]
    total = sum(numbers[0] for numbers in calls.values())
    table = table_of("Operations that were called", ("operation", "calls", "pages", "items", "outcome"), rows, "numbers worded")
    return section(
        "collection", "Collection record", e("details", e("summary", f"{count(total, 'call')} of {count(len(rows), 'operation')}, all of them reading"), table)
    )
