"""The summary after a scan: one screen that says what matters and where the rest is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import click
from tabulate import tabulate

from cloudsoc.model.report import CriterionResult, CriterionState, Finding, Outcome, Report
from cloudsoc.model.verdict import Severity
from cloudsoc.reports.folding import FailedCheck, Failure, Gap, excluded, failed_checks, gaps, not_grantable, stale
from cloudsoc.reports.terminal import coloured, count, printable, shorten, some, wrapped

LINES = 40
"""What a screen holds."""


class _Rows(NamedTuple):
    """How many of each are shown."""

    criteria: int
    worst: int
    gaps: int


_ROOM = (_Rows(7, 4, 4), _Rows(7, 3, 4), _Rows(5, 3, 3), _Rows(4, 2, 2), _Rows(2, 1, 1))
"""The more there is to tell, the fewer of each; the first that fits."""

_COMMAND = re.compile(r"``?([^`]+)``?")
_STATES = (CriterionState.CONTRADICTED, CriterionState.NOT_ASSESSED, CriterionState.SUPPORTED, CriterionState.MANUAL)


def screen(report: Report, *, width: int = 80, whole: str = "") -> str:
    """The summary for a terminal of a width, colours included. ``whole`` says where the whole report is."""
    for rows in _ROOM:
        text = _told(report, width, whole, rows)
        if text.count("\n") <= LINES:
            break
    return text


def _told(report: Report, width: int, whole: str, rows: _Rows) -> str:
    sections = (
        _what_was_scanned(report, width),
        _criteria(report, width, rows.criteria),
        _findings(report, width, rows.worst),
        _waivers(report, width, rows.gaps),
        _not_assessed(report, width, rows.gaps),
        _out_of_scope(report, width, rows.gaps),
    )
    blocks = ["\n".join(lines) for lines in map(list, sections) if lines]
    end = [printable(whole)] if whole else []
    return "\n\n".join([*blocks, "\n".join([*end, last_line(report)])]) + "\n"


def last_line(report: Report) -> str:
    """What stands at the end of every scan, whatever its format: how much failed, how much could not be judged."""
    return f"findings: {len(report.failed())}; not assessed: {len(report.not_assessed)}" + ("; nothing in scope was judged" if report.blank else "")


def _heading(text: str, rest: str = "") -> str:
    return click.style(text, bold=True) + (f"  {rest}" if rest else "")


def _tally(parts: Iterator[tuple[int, str, Severity | CriterionState | None]]) -> str:
    return ", ".join(coloured(f"{number} {what}", of) for number, what, of in parts if number)


def _what_was_scanned(report: Report, width: int) -> Iterator[str]:
    resources = {(one.resource.account, one.resource.region, one.resource.arn) for one in report.findings if not one.population}
    asked = f"{count(len(report.asked.checks), 'check')}, {count(len(resources), 'resource')}"
    if len(report.accounts) != 1:
        yield shorten(f"{count(len(report.accounts), 'account')}: {asked}", width)
        return
    account = report.accounts[0]
    regions = sum(region.state == "read" for region in account.regions)
    yield shorten(f"Account {account.account}, {account.observed_at:%Y-%m-%d %H:%M %Z}: {asked}, {count(regions, 'region')}", width)


# -- criteria ---------------------------------------------------------------------------------------------------------


def _criteria(report: Report, width: int, most: int) -> Iterator[str]:
    states = Counter(result.state for result in report.criteria)
    yield _heading("CRITERIA", _tally((states[state], _words(state), state) for state in _STATES))
    open_ = sorted((result for result in report.criteria if result.state is not CriterionState.MANUAL), key=lambda result: _STATES.index(result.state))
    # Where some criteria have checks that ran, those of which nothing was asked only take their place.
    told = [result for result in open_ if result.direct][:most] or open_[:most]
    notes = [shorten(_note(result), max(width // 3, 12)) for result in told]
    room = width - 2 - 5 - 2 - 12 - 2 - 2 - max(map(len, notes), default=0)
    rows = [(result.id, coloured(_words(result.state), result.state), shorten(result.summary, room), note) for result, note in zip(told, notes, strict=True)]
    yield from _indented(tabulate(rows, tablefmt="plain", disable_numparse=True))
    for state in _STATES[:-1]:
        rest = [result.id.value for result in open_ if result not in told and result.state is state]
        if rest:
            yield from wrapped(f"also {_words(state)}: {', '.join(rest)}", width, " " * 4, first="  ")
    if states[CriterionState.MANUAL]:
        yield "  " + coloured(shorten("manual: no check shows them directly; `cloudsoc criteria` says what to show", width - 2))


def _words(state: CriterionState) -> str:
    return state.value.replace("_", " ")


def _note(result: CriterionResult) -> str:
    """What decided, in a word or two; the report has the full reason."""
    if result.state is CriterionState.CONTRADICTED:
        return count(len(result.failed), "failure")
    if result.state is CriterionState.SUPPORTED:
        return f"{result.passed} passed" + (f", {count(len(result.weaknesses), 'weakness', 'weaknesses')}" if result.weaknesses else "")
    return result.reason


# -- findings ---------------------------------------------------------------------------------------------------------


def _findings(report: Report, width: int, most: int) -> Iterator[str]:
    severities = Counter(finding.severity for finding in report.failed())
    verdicts = Counter(finding.verdict for finding in report.findings)
    failed = _tally((severities[severity], severity.value, severity) for severity in reversed(Severity))
    good = coloured(f"({verdicts[Outcome.PASSED]} passed, {verdicts[Outcome.NOT_APPLICABLE]} not applicable)")
    waived = len(report.failed()) - len(report.unwaived())
    yield _heading("FINDINGS", f"{failed or 'none'}{f', {waived} of them waived' if waived else ''}  {good}")
    # What somebody accepts is counted above; the lines below are for what nobody does.
    found = failed_checks(report.model_copy(update={"findings": report.unwaived()}))
    for check in found[:most]:
        yield from _failed_check(check, width)
    if rest := found[most:]:
        yield coloured(f"  and {count(len(rest), 'more check')} with {count(sum(len(check.findings) for check in rest), 'finding')}")


def _failed_check(check: FailedCheck, width: int) -> Iterator[str]:
    indent = " " * 12
    yield f"  {coloured(check.severity.value.ljust(8), check.severity)}  {click.style(shorten(check.check, width - 12), bold=True)}"
    first, *rest = check.failures
    more = f" (and {sum(len(failure.findings) for failure in rest)} more, for other reasons)" if rest else ""
    room = width - len(indent)
    yield indent + shorten(f"{_resources(first, room // 2)}: {first.reason}", room - len(more)) + more
    if remedy := first.findings[0].remedy:
        yield from _remedy(remedy, width, indent)


def _resources(failure: Failure, room: int) -> str:
    if failure.default and len(failure.findings) > 1:
        return f"{len(failure.findings)} of AWS's default network objects, in {count(len(failure.regions), 'region')}"
    return some([shorten(_name(finding), room) for finding in failure.findings], 2)


def _name(finding: Finding) -> str:
    region = finding.resource.region
    return finding.resource.id if region in {"global", finding.resource.id} else f"{finding.resource.id} ({region})"


def _remedy(remedy: str, width: int, indent: str) -> Iterator[str]:
    """The remedy; a command by itself stays on one line however long it is, so that it can be copied whole."""
    text = printable(remedy)
    if (command := _COMMAND.fullmatch(text.rstrip("."))) is not None:
        yield f"{indent}{coloured('fix:')} {command[1]}"
        return
    lines = wrapped(_COMMAND.sub(r"\1", text), width, indent + "     ")
    if len(lines) > 2:
        lines[1] = lines[1][: width - 4] + " ..."
    yield f"{indent}{coloured('fix:')} {lines[0].strip()}"
    yield from lines[1:2]


def _waivers(report: Report, width: int, most: int) -> Iterator[str]:
    lines = stale(report)
    if lines:
        yield _heading("WAIVERS", f"{len(report.stale_waivers)} stale")
        yield from (f"  {shorten(line, width - 2)}" for line in lines[:most])
        if rest := lines[most:]:
            yield coloured(f"  and {len(rest)} more")


# -- gaps -------------------------------------------------------------------------------------------------------------


def _not_assessed(report: Report, width: int, most: int) -> Iterator[str]:
    missing, outside = len(report.not_assessed), sum(finding.outside for finding in report.findings)
    if not missing and not outside:
        return
    yield _heading("NOT ASSESSED", f"{missing} of {len(report.findings)}")
    found = gaps(report)
    for gap in found[:most]:
        yield "  " + coloured(str(len(gap.findings)).rjust(4), CriterionState.NOT_ASSESSED) + "  " + shorten(_gap(gap), width - 8)
    if rest := found[most:]:
        yield coloured(f"  and {count(len(rest), 'more cause')}")
    if outside:
        yield coloured(f"  {outside} more need what is outside the scope that was asked for")
    yield from _refused(report, width)


def _refused(report: Report, width: int) -> Iterator[str]:
    """Which rights were lacking; two lines at most."""
    if actions := list(dict.fromkeys(one.action for one in report.refusals)):
        hint = "; `cloudsoc permissions --missing REPORT` prints them"
        yield "  " + coloured(shorten(f"AWS refused {some(actions, 2)}", width - 2 - len(hint)) + hint)
    if barred := not_grantable(report):
        told, blocked = next(iter(barred.items()))
        more = sum(map(len, barred.values())) - len(blocked)
        yield "  " + coloured(shorten(f"{told}: {some(list(blocked), 2)}" + (f", and other policies {more} more" if more else ""), width - 2))


def _out_of_scope(report: Report, width: int, most: int) -> Iterator[str]:
    lines = excluded(report)
    if lines:
        yield _heading("OUT OF SCOPE")
        yield from (f"  {shorten(line, width - 2)}" for line in lines[:most])
        if rest := lines[most:]:
            yield coloured(f"  and {len(rest)} more")


def _gap(gap: Gap) -> str:
    where = f" in {some(list(gap.regions))}" if gap.regions else ""
    return f"{gap.what}{where}, for {some(list(gap.checks), 1)}"


def _indented(table: str) -> Iterator[str]:
    return (f"  {line}".rstrip() for line in table.splitlines())
