"""The head of the page: what was scanned, by whom and when, and what came of it in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from cloudsoc.model.report import AccountScanned, ConfigurationFile, Outcome, RegionScope, Report
from cloudsoc.reports.html.data import SEVERITIES
from cloudsoc.reports.html.elements import Child
from cloudsoc.reports.html.elements import element as e
from cloudsoc.reports.html.parts import words
from cloudsoc.reports.terminal import count


def navigation(report: Report) -> ET.Element:
    """The links to the parts of the page; one that is not there has none."""
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


def scanned(report: Report) -> Iterator[ET.Element]:
    """Each account, who read it and when; then what was asked of all."""
    for account in report.accounts:
        yield e("dl", *(part for name, value in _account(account) for part in (e("dt", name), e("dd", value))), class_="scanned")
    asked = report.asked
    versions = ", ".join(f"{name} {version}" for name, version in asked.versions.items())
    chosen = "; ".join(f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in asked.selection.items())
    inside = [one for one in report.findings if not one.outside]
    rows: dict[str, Child] = {
        "Checks": f"{count(len(asked.checks), 'check')} ({chosen or 'the core profile'})",
        "Scope": "the regions " + ", ".join(asked.regions) if asked.regions else "all enabled regions",
        "Coverage": f"{len(inside) - len(report.not_assessed):,} of {len(inside):,} findings in scope were assessed",
        **({"Settings file": _file(asked.configuration)} if asked.configuration else {}),
        "Settings given": ", ".join(f"{name}={value}" for name, value in asked.settings.items()) or "none",
        "Written by": versions,
    }
    yield e("dl", *(part for name, value in rows.items() for part in (e("dt", name), e("dd", value))), class_="scanned")


def _file(one: ConfigurationFile) -> ET.Element:
    return e("span", f"{one.file}, SHA-256 ", e("code", one.sha256, class_="hash"))


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


def tally(report: Report) -> ET.Element:
    """How many findings of each kind, the worst first."""
    severities = Counter(one.severity for one in report.unwaived())
    waived = len(report.failed()) - len(report.unwaived())
    verdicts = Counter("outside" if one.outside else one.verdict.value for one in report.findings)
    tiles = [(f"{one.value} failed", severities[one], one.value) for one in SEVERITIES]
    tiles += [(words(one), verdicts[one.value], one.value) for one in (Outcome.NOT_ASSESSED, Outcome.PASSED, Outcome.NOT_APPLICABLE)]
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


def complete(report: Report) -> ET.Element:
    """Whether everything could be assessed."""
    if report.blank:
        return e("p", "Nothing in scope was judged: this is evidence of nothing.", class_="banner incomplete")
    if report.complete:
        return e("p", "Complete: everything in scope could be assessed.", class_="banner")
    text = f"Not complete: {len(report.not_assessed)} of {len(report.findings)} findings could not be assessed. None of them counts as good. "
    return e("p", text, e("a", "Why", href="#not-assessed"), class_="banner incomplete")
