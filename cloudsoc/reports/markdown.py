"""The report as GitHub's Markdown: a step summary, a comment, a page in a wiki. It says what matters first and is cut where GitHub would refuse it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from cloudsoc.model.report import CriterionResult, CriterionState, Finding, Outcome, Refusal, Report
from cloudsoc.reports.folding import FailedCheck, Gap, excluded, failed_checks, gaps, stale, told
from cloudsoc.reports.screen import last_line
from cloudsoc.reports.terminal import count, printable, shorten, some

LARGEST = 900_000
"""Bytes: GitHub refuses a step summary above 1 MiB as a whole, and other steps write into the same one."""
RESOURCES, LONGEST_NAME, LONGEST_TEXT = 50, 200, 1000
"""How many resources of one check are named, and how long a name and a text may be; the whole is in the other formats."""

_TELLING = re.compile(r"[\\`*_\[\]<>#|~&$]|(?<=\w):(?=//)|(?<=www)\.|^[-+=]|(?<=^\d)[.)]", re.IGNORECASE)
"""What Markdown, GitHub's included, takes for more than itself."""
_NOT_IN_BACKTICKS = re.compile(r"[`|\\<&]")
_CODE = re.compile(r"``?([^`]+)``?")
_STATES = (CriterionState.CONTRADICTED, CriterionState.NOT_ASSESSED, CriterionState.SUPPORTED)


def markdown(report: Report) -> str:
    """The report, the worst first, never longer than ``LARGEST`` bytes; what had to be left out is counted at the end."""
    end = f"\n---\n\n{last_line(report)}\n"
    room = LARGEST - len(end.encode()) - 200
    kept, left = [], 0
    for part in _parts(report):
        size = len(part.encode())
        if left or size > room:
            left += 1
            continue
        room -= size
        kept.append(part)
    if left:
        kept.append(f"\n**Cut here: {count(left, 'more part')} would make this longer than GitHub takes. The other formats have all of it.**\n")
    return "".join((*kept, end))


def text(value: object) -> str:
    """Text of whatever origin as Markdown shows it: no markup, no links, nobody mentioned."""
    return _inert(shorten(value, LONGEST_TEXT)).replace("@", "<code>@</code>")


def code(value: object, longest: int = LONGEST_NAME) -> str:
    """A name or command as code. Where backticks would not hold it, above all inside a table, it is HTML."""
    line = shorten(value, longest)
    return f"<code>{_inert(line)}</code>" if not line or _NOT_IN_BACKTICKS.search(line) else f"`{line}`"


def _inert(line: str) -> str:
    return _TELLING.sub(lambda match: f"&#{ord(match[0])};", line)


def _parts(report: Report) -> Iterator[str]:
    yield "# SOC 2: what AWS shows\n\n"
    yield from _scanned(report)
    yield from _criteria(report)
    yield from _failed(report)
    if lines := stale(report):
        yield "\n## Waivers that need a look\n\n" + "".join(f"- {text(line)}\n" for line in lines)
    yield from _not_assessed(report)
    if lines := excluded(report):
        yield "\n## Out of scope\n\n" + "".join(f"- {text(line)}\n" for line in lines)
    if manual := [one.id.value for one in report.criteria if one.state is CriterionState.MANUAL]:
        yield f"\n## What a person has to show\n\nNo check shows these directly: {', '.join(manual)}.\n"


def _scanned(report: Report) -> Iterator[str]:
    for account in report.accounts:
        regions = [one.name for one in account.regions if one.state == "read"]
        yield f"- Account {code(account.account)}, {account.observed_at:%Y-%m-%d %H:%M %Z}, {count(len(regions), 'region')}, read as {code(account.caller)}\n"
        yield f"- Content hash {code(account.inventory)}\n"
    verdicts = Counter(one.verdict for one in report.findings if not one.outside)
    words = ", ".join(f"{verdicts[one]} {one.value.replace('_', ' ')}" for one in Outcome)
    outside = sum(one.outside for one in report.findings)
    yield f"- {count(len(report.asked.checks), 'check')}: {words}{f', {outside} outside the scope that was asked for' if outside else ''}\n"
    if report.blank:
        yield "\n> **Nothing in scope was judged**: this is evidence of nothing.\n"
    elif not report.complete:
        yield f"\n> **Not complete**: {len(report.not_assessed)} of {len(report.findings)} could not be assessed; see below.\n"


def _criteria(report: Report) -> Iterator[str]:
    rows = sorted((one for one in report.criteria if one.state in _STATES), key=lambda one: _STATES.index(one.state))
    if rows:
        yield "\n## Criteria\n\n| criterion | state | what it asks | why |\n| --- | --- | --- | --- |\n"
        yield from map(_criterion, rows)


def _criterion(result: CriterionResult) -> str:
    weak = f"; {count(len(result.weaknesses), 'weakness', 'weaknesses')}" if result.weaknesses else ""
    return f"| {result.id} | **{result.state.value.replace('_', ' ')}** | {text(result.summary)} | {text(result.reason)}{weak} |\n"


def _failed(report: Report) -> Iterator[str]:
    yield "\n## Failed\n"
    found = failed_checks(report)
    if not found:
        yield "\nNothing failed.\n"
    for check in found:
        yield from _failed_check(check)


def _failed_check(check: FailedCheck) -> Iterator[str]:
    first = check.findings[0]
    yield f"\n### {check.severity.value}: {code(check.check)}\n\n{text(first.title)}. Criteria: {', '.join((*first.direct, *first.supporting))}.\n"
    yield "\n| resource | region | account | why | what to do |\n| --- | --- | --- | --- | --- |\n"
    yield from map(_row, check.findings[:RESOURCES])
    if len(check.findings) > RESOURCES:
        yield f"\nand {len(check.findings) - RESOURCES} more.\n"


def _row(finding: Finding) -> str:
    where = finding.resource
    return f"| {code(where.id)} | {code(where.region)} | {code(where.account)} | {text(told(finding))} | {_remedy(finding.remedy)} |\n"


def _remedy(remedy: str) -> str:
    """The remedy with the commands in it as code; those are copied, so nothing is cut."""
    parts = _CODE.split(printable(remedy))
    return "".join(code(part, len(part)) if at % 2 else _inert(part).replace("@", "<code>@</code>") for at, part in enumerate(parts))


def _not_assessed(report: Report) -> Iterator[str]:
    if found := gaps(report):
        yield "\n## Not assessed\n\n| findings | cause | where | checks |\n| ---: | --- | --- | --- |\n"
        yield from map(_gap, found)
    if report.refusals:
        yield "\n### Rights that were lacking\n\n| action | findings | who refused | an Allow helps | where | checks |\n| --- | ---: | --- | --- | --- | --- |\n"
        yield from map(_refusal, report.refusals)
        yield f"\n{code('cloudsoc permissions --missing REPORT')} prints the policy that allows what an Allow helps with.\n"
    if outside := sum(one.outside for one in report.findings):
        yield f"\n{outside} more need what is outside the scope that was asked for.\n"


def _refusal(one: Refusal) -> str:
    helps = "perhaps" if one.policy is None and one.grantable else "yes" if one.grantable else "no"
    return f"| {code(one.action)} | {one.findings} | {text(one.told)} | {helps} | {_some(one.regions)} | {_some(one.checks)} |\n"


def _gap(gap: Gap) -> str:
    return f"| {len(gap.findings)} | {text(gap.what)} | {_some(gap.regions)} | {_some(gap.checks)} |\n"


def _some(names: Iterable[str]) -> str:
    return some([code(name) for name in names], 10)
