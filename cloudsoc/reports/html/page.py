"""The page: what a person reads in order, from what was scanned down to the record of every operation."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from itertools import groupby
from xml.etree import ElementTree as ET

from cloudsoc.criteria.texts import Category
from cloudsoc.model.report import (
    CriterionResult,
    Finding,
    Report,
    Waiver,
    WaiverUse,
)
from cloudsoc.model.verdict import Severity
from cloudsoc.reports.folding import FailedCheck, failed_checks
from cloudsoc.reports.html.data import SEVERITIES, VERDICTS, packed
from cloudsoc.reports.html.elements import Child, raw, written
from cloudsoc.reports.html.elements import element as e
from cloudsoc.reports.html.head import complete, navigation, scanned, tally
from cloudsoc.reports.html.parts import SIGNS, names_of, section, table_of, words
from cloudsoc.reports.html.record import asked, collection, coverage, not_assessed, out_of_scope
from cloudsoc.reports.terminal import count, shorten, some

NAMED = 10
"""How many resources the overview names under one reason; the list below has all."""
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
        e("header", e("h1", title), *scanned(report), tally(report), complete(report)),
        navigation(report),
        e(
            "main",
            _criteria(report),
            _failed(report),
            _findings(report),
            _waivers(report),
            not_assessed(report),
            *([out_of_scope(report)] if report.exclusions else []),
            asked(report),
            coverage(report),
            collection(report),
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


# -- criteria ---------------------------------------------------------------------------------------------------------


def _criteria(report: Report) -> ET.Element:
    states = Counter(one.state for one in report.criteria)
    worst = {one.id: one for one in report.findings}
    legend = e(
        "ul",
        *(e("li", e("span", SIGNS[one], class_=f"sign {one.value}", aria_hidden="true"), f" {states[one]} {words(one)}") for one in SIGNS),
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
    return section("criteria", "Criteria", *parts)


def _cell(result: CriterionResult, findings: dict[str, Finding]) -> ET.Element:
    """A cell of the map: the more severe the worst failure, the darker."""
    heat = max((findings[one].severity for one in result.failed if one in findings), default=None)
    number = str(len(result.failed)) if result.failed else SIGNS[result.state]
    said = f"{result.id}: {words(result.state)}. {result.summary}. {result.reason}."
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
        (name, names_of(ids)) for name, ids in (("Direct checks", result.direct), ("Supporting checks", result.supporting), ("Not run", result.not_run)) if ids
    ]
    rows.append(("Besides, the auditor will ask for", result.manual))
    title = e("span", e("span", SIGNS[result.state], class_=f"sign {result.state.value}", aria_hidden="true"), f" {result.id} ", class_="id")
    return e(
        "details",
        e("summary", title, e("span", result.summary), e("span", words(result.state), class_=f"state {result.state.value}")),
        e("dl", *(part for name, value in rows for part in (e("dt", name), e("dd", value)))),
        e("button", f"Show the findings of {result.id}", type="button", class_="only", data_filter="criterion", data_value=result.id),
        id=result.id,
    )


# -- findings ---------------------------------------------------------------------------------------------------------


def _failed(report: Report) -> ET.Element:
    found = failed_checks(report)
    if not found:
        return section("failed", "Failed checks", e("p", "Nothing failed."))
    return section("failed", "Failed checks", *map(_failed_check, found))


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
        e("button", f"Show all {len(check.findings)}", type="button", class_="only", data_filter="text", data_value=check.check, data_verdict=_verdict(check)),
        class_="check",
    )


def _verdict(check: FailedCheck) -> str | None:
    """The filter that leaves all failures of a check; where some are waived and some are not, none does."""
    waived = {one.waiver is not None for one in check.findings}
    return None if len(waived) > 1 else "waived" if True in waived else "failed"


def _badge(severity: Severity) -> ET.Element:
    return e("span", severity.value, class_=f"badge {severity.value}")


def _findings(report: Report) -> ET.Element:
    found = report.findings
    verdicts = {one.value: words(one) for one in VERDICTS}
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
    return section(
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
        return section("waivers", "Waivers", e("p", "None were given: nothing that failed is accepted."))
    notes = [e("p", f"{len(report.stale_waivers)} hold no more and fail the gate.", class_="banner incomplete")] if report.stale_waivers else []
    rows: list[Sequence[Child]] = [
        (one.waiver.check, one.waiver.resource, _state(one), len(one.findings), one.waiver.expires.isoformat(), *_people(one.waiver)) for one in report.waivers
    ]
    head = ("check", "resource", "state", "findings", "expires", "owner", "approver", "ticket", "reason", "done instead")
    return section("waivers", "Waivers", *notes, table_of("Failures that somebody accepts; they stay failures", head, rows))


def _state(use: WaiverUse) -> str:
    return use.state.replace("_", " ") + (", expires soon" if use.soon else "")


def _people(waiver: Waiver) -> tuple[str, ...]:
    return waiver.owner, waiver.approver, waiver.ticket, waiver.reason, waiver.compensating_control
