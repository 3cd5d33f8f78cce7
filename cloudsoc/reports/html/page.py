"""The page: what a person reads in order, from what was scanned down to the record of every operation."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import groupby
from xml.etree import ElementTree as ET

from cloudsoc.criteria.texts import Category
from cloudsoc.model.report import (
    AccountScanned,
    CoverageRow,
    CriterionResult,
    CriterionState,
    Finding,
    Outcome,
    Refusal,
    RegionScope,
    Report,
    Waiver,
    WaiverUse,
)
from cloudsoc.model.verdict import Severity
from cloudsoc.reports.folding import FailedCheck, Gap, failed_checks, gaps
from cloudsoc.reports.html.data import SEVERITIES, VERDICTS, packed
from cloudsoc.reports.html.elements import Child, raw, written
from cloudsoc.reports.html.elements import element as e
from cloudsoc.reports.terminal import count, shorten, some

NAMED = 10
"""How many resources the overview names under one reason; the list below has all."""
SIGNS = {CriterionState.CONTRADICTED: "✗", CriterionState.NOT_ASSESSED: "?", CriterionState.SUPPORTED: "✓", CriterionState.MANUAL: "✎"}
"""A state is never a colour alone."""
CATEGORIES = {
    Category.SECURITY: "Security (common criteria)",
    Category.AVAILABILITY: "Availability",
    Category.CONFIDENTIALITY: "Confidentiality",
    Category.PROCESSING_INTEGRITY: "Processing integrity",
    Category.PRIVACY: "Privacy",
}


def html(report: Report) -> str:
    """The whole page. Its policy allows the one style and the one script in it, by their hashes, and nothing else: no request of any kind."""
    style, script = (files(__package__).joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    style += _foot(report)
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    title = "SOC 2: what AWS shows"
    head = e(
        "head",
        e("meta", charset="utf-8"),
        e("meta", http_equiv="Content-Security-Policy", content=policy),
        e("meta", name="viewport", content="width=device-width, initial-scale=1"),
        e("meta", name="referrer", content="no-referrer"),
        e("meta", name="color-scheme", content="light dark"),
        e("title", f"{title}: {', '.join(one.account for one in report.accounts[:3]) or 'no account'}"),
        raw("style", style),
    )
    body = e(
        "body",
        e("a", "To the findings", href="#findings", class_="skip"),
        e("header", e("h1", title), *_scanned(report), _tally(report), _complete(report)),
        _navigation(report),
        e(
            "main",
            _criteria(report),
            _failed(report),
            _findings(report),
            _waivers(report),
            _not_assessed(report),
            *([_out_of_scope(report)] if report.exclusions else []),
            _asked(report),
            _coverage(report),
            _collection(report),
        ),
        raw("script", packed(report), type="text/plain", id="data"),
        raw("script", script),
    )
    return written(e("html", head, body, lang="en"))


def _foot(report: Report) -> str:
    """What stands under every printed page, so that one that is torn out says where it belongs."""
    scans = [f"{one.account}, {one.observed_at:%Y-%m-%d %H:%M %Z}, {one.inventory[:12]}" for one in report.accounts]
    # It becomes a string of CSS: only what cannot end one.
    line = "".join(one for one in some(scans) if one.isascii() and (one.isalnum() or one in " ,.:-"))
    return (
        f'@page {{ @bottom-left {{ content: "SOC 2: what AWS shows. Account {line}"; }} @bottom-right {{ content: counter(page) " of " counter(pages); }} }}\n'
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _section(id: str, title: str, *children: Child) -> ET.Element:
    return e("section", e("h2", title, id=f"{id}-title"), *children, id=id, aria_labelledby=f"{id}-title")


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Child]], class_: str = "") -> ET.Element:
    body = [e("tr", e("th", row[0], scope="row"), *(e("td", cell) for cell in row[1:])) for row in rows]
    table = e("table", e("caption", caption), e("thead", e("tr", *(e("th", one, scope="col") for one in head))), e("tbody", *body), class_=class_ or None)
    # Wide tables scroll by themselves, for the keyboard as well.
    return e("div", table, class_="wide", tabindex="0", role="region", aria_label=caption)


def _words(value: Outcome | CriterionState) -> str:
    return str(value.value).replace("_", " ")


# -- the head ---------------------------------------------------------------------------------------------------------


def _navigation(report: Report) -> ET.Element:
    places = {
        "criteria": "Criteria",
        "failed": "Failed checks",
        "findings": "Findings",
        "waivers": "Waivers",
        "not-assessed": "Not assessed",
        **({"out-of-scope": "Out of scope"} if report.exclusions else {}),
        "asked": "For the auditor",
        "coverage": "Coverage",
        "collection": "Collection record",
    }
    return e("nav", e("ul", *(e("li", e("a", title, href=f"#{id}")) for id, title in places.items())), aria_label="Parts of the report")


def _scanned(report: Report) -> Iterator[ET.Element]:
    for account in report.accounts:
        yield e("dl", *(part for name, value in _account(account) for part in (e("dt", name), e("dd", value))), class_="scanned")
    asked = report.asked
    versions = ", ".join(f"{name} {version}" for name, version in asked.versions.items())
    chosen = "; ".join(f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in asked.selection.items())
    inside = [one for one in report.findings if not one.outside]
    rows = {
        "Checks": f"{count(len(asked.checks), 'check')} ({chosen or 'the core profile'})",
        "Scope": "the regions " + ", ".join(asked.regions) if asked.regions else "all enabled regions",
        "Coverage": f"{len(inside) - len(report.not_assessed):,} of {len(inside):,} findings in scope were assessed",
        "Settings given": ", ".join(f"{name}={value}" for name, value in asked.settings.items()) or "none",
        "Written by": versions,
    }
    yield e("dl", *(part for name, value in rows.items() for part in (e("dt", name), e("dd", value))), class_="scanned")


def _account(account: AccountScanned) -> Iterator[tuple[str, Child]]:
    read = [one.name for one in account.regions if one.state == "read"]
    yield "Account", e("strong", account.account) if account.partition == "aws" else f"{account.account} ({account.partition})"
    yield "When", f"{account.observed_at:%Y-%m-%d %H:%M:%S %Z}, finished {account.finished_at:%H:%M:%S}"
    yield "Read as", e("code", account.caller)
    yield "Regions read", e("span", f"{len(read)}: ", *_listed(read)) if read else "none"
    if others := _not_read(account.regions):
        yield "Regions not read", e("ul", *(e("li", *_listed(names), f": {why}") for why, names in others.items()), class_="names")
    if account.vanished:
        yield "Vanished meanwhile", ", ".join(f"{number} {kind}" for kind, number in account.vanished.items())
    yield "Content hash", e("code", account.inventory, class_="hash")


def _listed(names: Iterable[str]) -> Iterator[Child]:
    """Names with commas between them; none is broken at the end of a line."""
    for at, name in enumerate(names):
        if at:
            yield ", "
        yield e("span", name, class_="whole")


def _not_read(regions: Iterable[RegionScope]) -> dict[str, list[str]]:
    """The regions that were not read by why; the reason names each region, which would make a page of one sentence."""
    found: dict[str, list[str]] = {}
    for one in regions:
        if one.state != "read":
            found.setdefault(one.reason.replace(one.name, "the region") or one.state, []).append(one.name)
    return found


def _tally(report: Report) -> ET.Element:
    severities = Counter(one.severity for one in report.unwaived())
    waived = len(report.failed()) - len(report.unwaived())
    verdicts = Counter("outside" if one.outside else one.verdict.value for one in report.findings)
    tiles = [(f"{one.value} failed", severities[one], one.value) for one in SEVERITIES]
    tiles += [(_words(one), verdicts[one.value], one.value) for one in (Outcome.NOT_ASSESSED, Outcome.PASSED, Outcome.NOT_APPLICABLE)]
    if waived:
        tiles.insert(len(SEVERITIES), ("failed, but waived", waived, "waived"))
    if verdicts["outside"]:
        tiles.append(("outside the scope", verdicts["outside"], "outside"))
    return e(
        "ul",
        *(e("li", e("b", number), f" {what}", class_=f"tile {kind}" if number else "tile none") for what, number, kind in tiles),
        class_="tally",
        aria_label="Findings",
    )


def _complete(report: Report) -> ET.Element:
    if report.complete:
        return e("p", "Complete: everything in scope could be assessed.", class_="banner")
    text = f"Not complete: {len(report.not_assessed)} of {len(report.findings)} findings could not be assessed. None of them counts as good. "
    return e("p", text, e("a", "Why", href="#not-assessed"), class_="banner incomplete")


# -- criteria ---------------------------------------------------------------------------------------------------------


def _criteria(report: Report) -> ET.Element:
    states = Counter(one.state for one in report.criteria)
    worst = {one.id: one for one in report.findings}
    legend = e(
        "ul",
        *(e("li", e("span", SIGNS[one], class_=f"sign {one.value}", aria_hidden="true"), f" {states[one]} {_words(one)}") for one in SIGNS),
        class_="legend",
    )
    note = "A number says how many findings contradict a criterion; the darker its cell, the more severe the worst of them."
    parts: list[Child] = [legend, e("p", note, class_="note")]
    for category, results in groupby(report.criteria, key=lambda one: one.category):
        own = list(results)
        parts.append(e("h3", CATEGORIES.get(Category(category), category)))
        parts.append(e("ul", *(e("li", _cell(one, worst)) for one in own), class_="heat"))
    parts.append(e("h3", "In detail"))
    parts += [_detail(one) for one in report.criteria if one.direct or one.supporting or one.not_run]
    return _section("criteria", "Criteria", *parts)


def _cell(result: CriterionResult, findings: dict[str, Finding]) -> ET.Element:
    """A cell of the map: the more severe the worst failure, the darker."""
    heat = max((findings[one].severity for one in result.failed if one in findings), default=None)
    number = str(len(result.failed)) if result.failed else SIGNS[result.state]
    said = f"{result.id}: {_words(result.state)}. {result.summary}. {result.reason}."
    to = f"#{result.id}" if result.direct or result.supporting or result.not_run else f"#ask-{result.id}"
    classes = f"cell {result.state.value}" + (f" {heat.value}" if heat else "")
    return e("a", e("span", result.id, class_="id"), e("span", number, class_="number"), href=to, class_=classes, title=said, aria_label=said)


def _detail(result: CriterionResult) -> ET.Element:
    rows: list[tuple[str, Child]] = [("Why", result.reason)]
    rows.append(
        ("Findings", f"{len(result.failed)} failed, {result.passed} passed, {result.not_applicable} not applicable, {result.not_assessed} not assessed")
    )
    if result.weaknesses:
        rows.append(("Weaknesses", f"{count(len(result.weaknesses), 'failure')} of supporting checks"))
    rows += [
        (name, _names(ids)) for name, ids in (("Direct checks", result.direct), ("Supporting checks", result.supporting), ("Not run", result.not_run)) if ids
    ]
    rows.append(("Besides, the auditor will ask for", result.manual))
    title = e("span", e("span", SIGNS[result.state], class_=f"sign {result.state.value}", aria_hidden="true"), f" {result.id} ", class_="id")
    return e(
        "details",
        e("summary", title, e("span", result.summary), e("span", _words(result.state), class_=f"state {result.state.value}")),
        e("dl", *(part for name, value in rows for part in (e("dt", name), e("dd", value)))),
        e("button", f"Show the findings of {result.id}", type="button", class_="only", data_filter="criterion", data_value=result.id),
        id=result.id,
    )


def _names(ids: Iterable[str]) -> ET.Element:
    return e("ul", *(e("li", e("code", one)) for one in ids), class_="names")


# -- findings ---------------------------------------------------------------------------------------------------------


def _failed(report: Report) -> ET.Element:
    found = failed_checks(report)
    if not found:
        return _section("failed", "Failed checks", e("p", "Nothing failed."))
    return _section("failed", "Failed checks", *map(_failed_check, found))


def _failed_check(check: FailedCheck) -> ET.Element:
    first = check.findings[0]
    reasons = []
    for failure in check.failures:
        names = [shorten(one.resource.id, 80) + (f" ({one.resource.region})" if one.resource.region != "global" else "") for one in failure.findings[:NAMED]]
        more = f" and {len(failure.findings) - NAMED} more" if len(failure.findings) > NAMED else ""
        waived = f" ({sum(one.waiver is not None for one in failure.findings)} waived)" if any(one.waiver for one in failure.findings) else ""
        reasons.append(e("li", f"{shorten(failure.reason, 300)}{waived}: ", e("span", ", ".join(names), class_="name"), more))
    criteria = f"{', '.join(first.direct) or 'none'}" + (f"; supporting {', '.join(first.supporting)}" if first.supporting else "")
    return e(
        "details",
        e("summary", _badge(check.severity), e("span", first.title), e("span", str(len(check.findings)), class_="state")),
        e("p", e("code", check.check), f" Criteria: {criteria}."),
        e("ul", *reasons),
        e("button", f"Show all {len(check.findings)}", type="button", class_="only", data_filter="text", data_value=check.check),
        class_="check",
    )


def _badge(severity: Severity) -> ET.Element:
    return e("span", severity.value, class_=f"badge {severity.value}")


def _findings(report: Report) -> ET.Element:
    found = report.findings
    verdicts = {one.value: _words(one) for one in VERDICTS}
    if any(one.outside for one in found):
        verdicts["outside"] = "outside the scope"
    if any(one.waiver for one in found):
        verdicts["waived"] = "failed, but waived"
    failed = report.unwaived()
    fields = [
        _select("verdict", "Verdict", verdicts, "failed" if failed else ""),
        _select("severity", "Severity", {one.value: one.value for one in SEVERITIES}),
        _select("criterion", "Criterion", {one.id.value: one.id.value for one in report.criteria if one.direct or one.supporting}),
        _select("service", "Service", {one: one for one in sorted({one.check.split("-")[0] for one in found})}),
        _select("account", "Account", {one: one for one in sorted({one.resource.account for one in found})}),
        _select("region", "Region", {one: one for one in sorted({one.resource.region for one in found})}),
        e("label", "Text ", e("input", type="search", name="text", autocomplete="off", spellcheck="false", placeholder="name, check, reason")),
        e("button", "Show all", type="reset"),
    ]
    return _section(
        "findings",
        "Findings",
        e("form", *fields, id="filter", role="search", aria_label="Filter the findings"),
        e("p", id="shown", role="status", aria_live="polite"),
        e(
            "noscript",
            e(
                "p",
                "The list of all findings needs JavaScript. Everything else on this page does not; the failed ones stand above.",
                class_="banner incomplete",
            ),
        ),
        e("ol", id="list", class_="rows"),
        e(
            "div",
            e("button", "Earlier", type="button", id="earlier"),
            e("button", "Later", type="button", id="later"),
            class_="pager",
            role="group",
            aria_label="Pages of findings",
        ),
    )


def _select(name: str, title: str, values: dict[str, str], chosen: str = "") -> ET.Element:
    options = [e("option", "all", value="")]
    options += [e("option", text, value=value, selected="" if value == chosen else None) for value, text in values.items()]
    return e("label", f"{title} ", e("select", *options, name=name))


def _waivers(report: Report) -> ET.Element:
    if not report.waivers:
        return _section("waivers", "Waivers", e("p", "None were given: nothing that failed is accepted."))
    notes = [e("p", f"{len(report.stale_waivers)} hold no more and fail the gate.", class_="banner incomplete")] if report.stale_waivers else []
    rows: list[Sequence[Child]] = [
        (one.waiver.check, one.waiver.resource, _state(one), len(one.findings), one.waiver.expires.isoformat(), *_people(one.waiver)) for one in report.waivers
    ]
    head = ("check", "resource", "state", "findings", "expires", "owner", "approver", "ticket", "reason", "done instead")
    return _section("waivers", "Waivers", *notes, _table("Failures that somebody accepts; they stay failures", head, rows))


def _state(use: WaiverUse) -> str:
    return use.state.replace("_", " ") + (", expires soon" if use.soon else "")


def _people(waiver: Waiver) -> tuple[str, ...]:
    return waiver.owner, waiver.approver, waiver.ticket, waiver.reason, waiver.compensating_control


# -- what was not seen, and what cannot be ----------------------------------------------------------------------------


def _not_assessed(report: Report) -> ET.Element:
    found = gaps(report)
    outside = sum(one.outside for one in report.findings)
    parts: list[Child] = []
    if found:
        parts.append(
            _table("Causes, those behind most findings first", ("cause", "findings", "regions", "accounts", "checks", "what AWS said"), map(_gap, found))
        )
        if report.refusals:
            parts.append(_table("Rights that the identity lacked", ("action", "findings", "who refused", "regions", "checks"), map(_refusal, report.refusals)))
            hint = " prints the policy that allows what the identity's own policies can allow."
            parts.append(e("p", e("code", "cloudsoc permissions --missing REPORT"), hint))
    else:
        parts.append(e("p", "Everything in scope could be assessed."))
    if outside:
        parts.append(e("p", f"{outside} more need what is outside the scope that was asked for."))
    return _section("not-assessed", "Not assessed", *parts)


def _out_of_scope(report: Report) -> ET.Element:
    """What is declared to be no part of the system under audit, by name, and what stays in because nobody knows its tags."""
    rows: list[Sequence[Child]] = []
    for use in report.exclusions:
        resources = e("details", e("summary", count(len(use.resources), "resource")), e("ul", *(e("li", e("code", one.arn)) for one in use.resources)))
        regions = ", ".join(f"{one.region} of {one.account}" for one in use.regions)
        rows.append((use.exclusion.reason, use.origin, ", ".join(use.accounts), regions, resources if use.resources else ""))
    parts: list[Child] = [_table("Known and not judged", ("why", "declared in", "accounts", "regions", "resources"), rows)]
    if report.tags_unread:
        told = [(one.type, one.resources, one.region, one.account, f"{one.cause.operation}: {one.cause.error}") for one in report.tags_unread]
        parts.append(_table("Judged, because nobody knows their tags", ("type", "resources", "region", "account", "cause"), told))
    return _section("out-of-scope", "Out of scope", *parts)


def _gap(gap: Gap) -> Sequence[Child]:
    accounts = sorted({one.resource.account for one in gap.findings})
    return gap.what, len(gap.findings), ", ".join(gap.regions), ", ".join(accounts), _names(gap.checks), shorten(gap.cause.message, 300)


def _refusal(one: Refusal) -> Sequence[Child]:
    return e("code", one.action), one.findings, shorten(one.told, 300), ", ".join(one.regions), _names(one.checks)


def _asked(report: Report) -> ET.Element:
    """What no scanner shows: for every criterion, what a person has to have ready."""
    rows = [(e("span", one.id, id=f"ask-{one.id}"), f"{SIGNS[one.state]} {_words(one.state)}", one.summary, one.manual) for one in report.criteria]
    note = "AWS shows a part of most criteria, and nothing of some. What follows is asked of people, whatever the findings say."
    return _section(
        "asked",
        "For the auditor: what stays manual",
        e("p", note),
        _table("What the auditor will ask for", ("criterion", "state", "what it asks", "evidence to have ready"), rows),
    )


# -- the record -------------------------------------------------------------------------------------------------------


def _coverage(report: Report) -> ET.Element:
    return _section(
        "coverage",
        "Coverage",
        e(
            "details",
            e("summary", "By check"),
            _table("Subjects by check and verdict", ("check", *_COUNTS), _sums(report.coverage, lambda row: row.check), "numbers"),
        ),
        e(
            "details",
            e("summary", "By account and region"),
            _table("Subjects by place and verdict", ("place", *_COUNTS), _sums(report.coverage, lambda row: f"{row.account} {row.region}"), "numbers"),
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


def _collection(report: Report) -> ET.Element:
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
    table = _table("Operations that were called", ("operation", "calls", "pages", "items", "outcome"), rows, "numbers worded")
    return _section(
        "collection", "Collection record", e("details", e("summary", f"{count(total, 'call')} of {count(len(rows), 'operation')}, all of them reading"), table)
    )
