"""The failures as SARIF 2.1.0, within what GitHub's code scanning takes.

Only what failed is a result: GitHub makes an alert of every one. What could not be assessed is no result and no silence either: it stands among the tool's own
notifications, and the run says that it did not succeed.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from json import dumps
from typing import Any
from urllib.parse import quote

from cloudsoc.model.report import AccountScanned, CheckAsked, Finding, FoundResource, Report
from cloudsoc.model.verdict import Severity
from cloudsoc.reports.folding import gaps, stale
from cloudsoc.reports.json import visible
from cloudsoc.reports.terminal import printable, shorten

RUNS, RESULTS, RULES, TAGS, GZIPPED = 20, 25_000, 25_000, 20, 10_000_000
"""GitHub's limits: runs in a file, results and rules in a run, tags of a rule, bytes of the file as it is uploaded."""
LONGEST_DESCRIPTION, LONGEST_MESSAGE, LONGEST_PATH = 1024, 1000, 700
"""Characters: of a rule's description (GitHub's limit), of a message and of a pseudo path (ours, so that both can be read)."""

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""GitHub sorts alerts by a score of 0 to 10; these lie in the middle of its four bands."""


def sarif(report: Report) -> str:
    """One run an account; more accounts than GitHub takes runs share one. Whatever a limit leaves out is counted in a notification."""
    most = RESULTS
    while True:
        text = visible(dumps(_log(report, most), ensure_ascii=False, separators=(",", ":"))) + "\n"
        if len(text) <= GZIPPED or len(gzip.compress(text.encode(), 6)) <= GZIPPED or not most:
            return text
        most //= 2


def _log(report: Report, most: int) -> dict[str, Any]:
    by_account: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_account[finding.resource.partition, finding.resource.account].append(finding)
    scanned = {(one.partition, one.account): one for one in report.accounts}
    keys = sorted(scanned.keys() | by_account.keys())
    if len(keys) > RUNS:
        runs = [_run(report, "organization", report.findings, report.accounts, most)]
    else:
        runs = [_run(report, f"{one[0]}/{one[1]}", by_account[one], [scanned[one]] if one in scanned else [], most) for one in keys]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": runs}


def _run(report: Report, name: str, findings: Sequence[Finding], accounts: Sequence[AccountScanned], most: int) -> dict[str, Any]:
    own = report.model_copy(update={"findings": tuple(findings)})
    failed = sorted(own.failed(), key=lambda one: (-list(Severity).index(one.severity), one.id))
    rules = _rules(report)
    places = {rule["id"]: at for at, rule in enumerate(rules)}
    return {
        "tool": {"driver": {"name": "cloudsoc", "version": report.asked.versions.get("cloudsoc", "0"), "rules": rules}},
        "automationDetails": {"id": f"cloudsoc/{name}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(own, accounts, len(failed) - most, places)],
        "results": [_result(one, places) for one in failed[:most]],
    }


def _rules(report: Report) -> list[dict[str, Any]]:
    known = {one.check for one in report.failed()}
    # Where not all fit, those that something failed go first.
    return [_rule(one) for one in sorted(report.asked.checks, key=lambda one: (one.id not in known, one.id))[:RULES]]


def _rule(check: CheckAsked) -> dict[str, Any]:
    title, why = shorten(check.title, LONGEST_DESCRIPTION), shorten(check.why, LONGEST_DESCRIPTION)
    # `Fix` names fields of the resource in braces: a result has the command with the resource's own names instead.
    help_ = "\n\n".join(part for part in (check.title, check.why, f"To do: {check.fix}", f"Terraform: {check.terraform}" if check.terraform else "") if part)
    tags = ["security", *(f"SOC 2 {one}" for one in (*check.direct, *check.supporting)), *check.refs]
    return {
        "id": check.id,
        "name": "".join(part.capitalize() for part in check.id.split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": why or title},
        "help": {"text": help_},
        "defaultConfiguration": {"level": LEVELS[check.severity]},
        "properties": {
            "tags": list(dict.fromkeys(tags))[:TAGS],
            "security-severity": SCORES[check.severity],
            "precision": "very-high",
            "problem.severity": LEVELS[check.severity].replace("note", "recommendation"),
        },
    }


def _result(finding: Finding, places: dict[str, int]) -> dict[str, Any]:
    where = finding.resource
    remedy = f" To do: {finding.remedy.replace('``', '`')}" if finding.remedy else ""
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "level": LEVELS[finding.severity],
        "kind": "fail",
        "message": {"text": _message(f"{where.id} ({where.region}): {finding.reason}.{remedy}")},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": path(where)}, "region": {"startLine": 1}},
                "logicalLocations": [{"name": printable(where.id) or "-", "fullyQualifiedName": printable(where.arn) or "-", "kind": "resource"}],
            }
        ],
        # GitHub compares only the first of these; without it, it would look for a line of a file that does not exist.
        "partialFingerprints": {"primaryLocationLineHash": f"{finding.id}:1", "cloudsocFindingId/v1": finding.id},
        "properties": {
            "severity": finding.severity.value,
            "criteria": [*finding.direct, *finding.supporting],
            "account": where.account,
            "region": where.region,
        },
    }
    if finding.waiver:
        waiver = finding.waiver
        why = f"{waiver.reason} ({waiver.ticket}; approved by {waiver.approver}, until {waiver.expires.isoformat()})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": shorten(why, LONGEST_MESSAGE)}]
    if finding.check in places:
        result["ruleIndex"] = places[finding.check]
    return result


def _message(text: str) -> str:
    """SARIF reads brackets in a message as a link, and braces as a placeholder."""
    escaped = shorten(text, LONGEST_MESSAGE).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return escaped.replace("{", "{{").replace("}", "}}")


def path(where: FoundResource) -> str:
    """A path for what has no file: ``aws/<account>/<region>/<service>/<name>``, the same one every time, and no two resources' the same."""
    parts = where.arn.split(":", 5)
    service, name, elsewhere = "-", where.arn, False
    if len(parts) == 6 and parts[0] == "arn":
        service, name = parts[2] or "-", parts[5]
        elsewhere = parts[1] != where.partition or parts[3] not in {"", where.region} or parts[4] not in {"", where.account}
    segments = name.split("/")
    # Dots and empty parts would be resolved away, and what is too long is cut: a hash of the whole keeps such names apart.
    odd = elsewhere or any(one in {"", ".", ".."} for one in segments)
    uri = "/".join(quote(one, safe="") for one in (where.partition, where.account, where.region, service, *(segments if not odd else [name])))
    if odd or len(uri) > LONGEST_PATH:
        uri = uri[:LONGEST_PATH].rstrip("%0123456789ABCDEF.") + "-" + hashlib.sha256(where.arn.encode()).hexdigest()[:16]
    return uri


def _invocation(report: Report, accounts: Sequence[AccountScanned], left_out: int, places: dict[str, int]) -> dict[str, Any]:
    notes = [_notification(f"{len(gap.findings)} not assessed: {gap.what}", gap.checks, places) for gap in gaps(report)]
    notes += [_notification(f"Waiver: {line}", (), places) for line in stale(report)]
    if left_out > 0:
        notes.append(_notification(f"{left_out} more failures are not in this file: GitHub takes no more. The other formats have all of them.", (), places))
    invocation: dict[str, Any] = {"executionSuccessful": report.complete and left_out <= 0, "toolExecutionNotifications": notes}
    if accounts:
        invocation["startTimeUtc"] = min(one.observed_at for one in accounts).strftime("%Y-%m-%dT%H:%M:%SZ")
        invocation["endTimeUtc"] = max(one.finished_at for one in accounts).strftime("%Y-%m-%dT%H:%M:%SZ")
    return invocation


def _notification(text: str, checks: Sequence[str], places: dict[str, int]) -> dict[str, Any]:
    made: dict[str, Any] = {"level": "error", "message": {"text": _message(text)}}
    if checks and checks[0] in places:
        made["associatedRule"] = {"id": checks[0], "index": places[checks[0]]}
    return made
