"""Waivers: failures that somebody accepts, until a day. A waived failure stays a failure in every output; it only does not fail the gate.

[[waiver]]
check = "s3-bucket-blocks-public-access"
resource = "acorn-website"
reason = "a public website"
owner = "web team"
approver = "Mira Lind"
ticket = "SEC-41"
expires = 2026-12-31
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cloudsoc.model.patterns import matches
from cloudsoc.model.report import CriterionResult, Finding, FoundResource, Outcome, Report, Waiver, WaiverUse

FILE = "cloudsoc-waivers.toml"
"""The name under which it is looked for."""
SOON = timedelta(days=30)
"""How long before its end a waiver is warned of."""


class WaiverError(ValueError):
    """A file of waivers that cannot be used; the message names the waiver and what is wrong with it."""


def read(file: Path, known: Collection[str] | None = None) -> tuple[Waiver, ...]:
    """The waivers of a file. ``known``: ids of checks, of which each waiver must name at least one. Raises ``WaiverError``."""
    try:
        return parse(file.read_text(encoding="utf-8"), known)
    except (OSError, UnicodeDecodeError) as error:
        raise WaiverError(f"cannot read {file}: {error.strerror if isinstance(error, OSError) else 'it is not UTF-8'}") from error
    except WaiverError as error:
        raise WaiverError(f"{file}: {error}") from error


def parse(text: str, known: Collection[str] | None = None) -> tuple[Waiver, ...]:
    """The same from its text."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WaiverError(f"not TOML: {error}") from error
    if other := document.keys() - {"waiver"}:
        raise WaiverError(f"{min(other)!r} means nothing here: every waiver is a table [[waiver]]")
    rows = document.get("waiver", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise WaiverError("every waiver is a table [[waiver]], with two brackets")
    found = tuple(_waiver(f"waiver {number}", row, known) for number, row in enumerate(rows, 1))
    for number, one in enumerate(found, 1):
        if one in found[: number - 1]:
            raise WaiverError(f"waiver {number} ({one.check}): stands twice")
    return found


def _waiver(place: str, row: dict[str, Any], known: Collection[str] | None) -> Waiver:
    place += f" ({row['check']})" if isinstance(row.get("check"), str) else ""
    for name in row.keys() - Waiver.model_fields.keys():
        near = difflib.get_close_matches(name, Waiver.model_fields, 1)
        raise WaiverError(f"{place}: there is no {name!r}" + (f"; did you mean {near[0]}?" if near else ""))
    if missing := [name for name, field in Waiver.model_fields.items() if field.is_required() and name not in row]:
        raise WaiverError(f"{place}: it lacks {', '.join(missing)}")
    try:
        waiver = Waiver.model_validate(row, strict=True)
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False)[0]
        raise WaiverError(f"{place}: {'.'.join(map(str, told['loc']))}: {told['msg']}") from None
    if blank := [name for name, value in row.items() if isinstance(value, str) and name != "compensating_control" and not value.strip()]:
        raise WaiverError(f"{place}: {blank[0]} is blank")
    if not waiver.check.strip("*?"):
        raise WaiverError(f"{place}: it waives every check; name one")
    if known is not None and not any(matches(waiver.check, id) for id in known):
        near = difflib.get_close_matches(waiver.check, known, 1)
        raise WaiverError(f"{place}: there is no check {waiver.check!r}" + (f"; did you mean {near[0]}?" if near else ""))
    return waiver


def concerns(waiver: Waiver, finding: Finding) -> bool:
    """Whether a waiver names a finding, whatever its verdict."""
    return matches(waiver.check, finding.check) and _names(waiver, finding.resource)


def _names(waiver: Waiver, where: FoundResource) -> bool:
    return _within(waiver, where) and (matches(waiver.resource, where.arn) or matches(waiver.resource, where.id))


def _within(waiver: Waiver, where: FoundResource) -> bool:
    return matches(waiver.account, where.account) and matches(waiver.region, where.region)


def _around(waiver: Waiver, finding: Finding) -> bool:
    return matches(waiver.check, finding.check) and _within(waiver, finding.resource)


def apply(report: Report, waivers: Iterable[Waiver]) -> Report:
    """The report with its waivers. What day it is, the report says: so an old one is judged as of its day."""
    given = tuple(waivers)
    if not given:
        return report
    today = max((one.observed_at for one in report.accounts), default=None)
    day = today.date() if today else date.min
    uses = tuple(_use(one, report, day) for one in given)
    waived: dict[str, Waiver] = {}
    for use in uses:
        if use.state == "used":
            for id in use.findings:
                # Where two say so, the one that ends later.
                waived[id] = max(use.waiver, waived.get(id, use.waiver), key=lambda one: one.expires)
    findings = tuple(one.model_copy(update={"waiver": waived.get(one.id)}) for one in report.findings)
    criteria = tuple(_criterion(one, waived) for one in report.criteria)
    return report.model_copy(update={"findings": findings, "criteria": criteria, "waivers": uses})


def _use(waiver: Waiver, report: Report, day: date) -> WaiverUse:
    failed = tuple(one.id for one in report.findings if one.verdict is Outcome.FAILED and concerns(waiver, one))
    if waiver.expires < day:
        return WaiverUse(waiver=waiver, state="expired", findings=failed)
    soon = waiver.expires - day <= SOON
    if failed:
        return WaiverUse(waiver=waiver, state="used", soon=soon, findings=failed)
    return WaiverUse(waiver=waiver, state="unmatched" if _looked_at(waiver, report) else "not_looked_at", soon=soon)


def _looked_at(waiver: Waiver, report: Report) -> bool:
    """Whether the scan saw all that a waiver names: only then does nothing to waive mean that there is nothing any more."""
    if not any(matches(waiver.check, one.id) for one in report.asked.checks):
        return False
    accounts = [one for one in report.accounts if matches(waiver.account, one.account)]
    left_out = [region for one in accounts for region in one.regions if region.state in {"outside", "out_of_scope"} and matches(waiver.region, region.name)]
    unread = [one for one in report.findings if one.verdict is Outcome.NOT_ASSESSED and (_around(waiver, one) if one.population else concerns(waiver, one))]
    excluded = [one for use in report.exclusions for one in use.resources if _names(waiver, one)]
    return bool(accounts) and not left_out and not unread and not excluded


def _criterion(result: CriterionResult, waived: dict[str, Waiver]) -> CriterionResult:
    """A criterion stays contradicted, and says how much of that is accepted."""
    own = [waived[id] for id in result.failed if id in waived]
    if not own:
        return result
    how = "all" if len(own) == len(result.failed) else str(len(own))
    return result.model_copy(update={"reason": f"{result.reason}; {how} waived until {min(one.expires for one in own).isoformat()}"})
