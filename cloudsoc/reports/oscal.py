"""The report as OSCAL assessment results: an observation a finding, a finding a criterion, for tools of governance, risk and compliance.

OSCAL knows only *satisfied* and *not satisfied*. A criterion that could not be assessed is not satisfied, with reason ``other``; one that only a person can show
was not under review, and is excluded by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from json import JSONEncoder
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cloudsoc.model.criterion import Criterion
from cloudsoc.model.report import CriterionResult, CriterionState, Finding, FoundResource, Report
from cloudsoc.reports.folding import excluded, told
from cloudsoc.reports.json import visible
from cloudsoc.reports.terminal import printable

VERSION = "1.2.1"
NAMESPACE = "urn:cloudsoc:oscal"
"""Marks what is ours among properties, and is the root of our ids."""
STATES = {
    CriterionState.SUPPORTED: ("satisfied", "pass"),
    CriterionState.CONTRADICTED: ("not-satisfied", "fail"),
    CriterionState.NOT_ASSESSED: ("not-satisfied", "other"),
}
_ROOT = uuid5(NAMESPACE_URL, NAMESPACE)
_ENCODED = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SORTED = JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


def oscal(report: Report) -> Iterator[str]:
    """One result a scan. Ids follow from what they name, so that the same report is the same document. In pieces: what there is many of is never held at once."""
    content = "\n".join(
        [*(f"{one.account} {one.observed_at.isoformat()} {one.inventory}" for one in report.accounts), *(one.version for one in report.asked.checks)]
        + [one.model_dump_json() for one in (report.asked, *report.exclusions, *report.waivers)]
    )
    plan = _id("plan", content)
    ended = _when(max((one.finished_at for one in report.accounts), default=None))
    document = {
        "uuid": _id("assessment-results", content),
        "metadata": {"title": "SOC 2: what AWS shows", "last-modified": ended, "version": report.asked.versions.get("cloudsoc", "0"), "oscal-version": VERSION},
        "import-ap": {"href": f"#{plan}"},
        "results": [_result(report, _id("result", content), ended)],
        "back-matter": {
            "resources": [{"uuid": plan, "title": "The checks that were asked for", "description": _text(", ".join(one.id for one in report.asked.checks))}]
        },
    }
    yield from _written({"assessment-results": document})
    yield "\n"


def _result(report: Report, id: str, ended: str) -> dict[str, Any]:
    resources = {one.resource.arn + one.resource.region + one.resource.account: one.resource for one in report.findings}
    manual = _controls(report.criteria)
    made: dict[str, Any] = {
        "uuid": id,
        "title": "Scan",
        "description": f"{len(report.findings)} findings of {len(report.asked.checks)} checks; {len(report.not_assessed)} not assessed.",
        "start": _when(min((one.observed_at for one in report.accounts), default=None)),
        "end": ended,
        "local-definitions": {"inventory-items": map(_item, resources.values())},
        "reviewed-controls": {"control-selections": [{"include-all": {}} | ({"exclude-controls": manual} if manual else {})]},
        "observations": map(_observation, report.findings),
        "findings": _findings(report),
        "remarks": _text(f"Out of scope: {'; '.join(excluded(report))}"),
    }
    # OSCAL has no empty lists.
    empty = [] if report.findings else ["local-definitions", "observations"]
    if all(one.state is CriterionState.MANUAL for one in report.criteria):
        empty.append("findings")
    if not report.exclusions:
        empty.append("remarks")
    return {key: value for key, value in made.items() if key not in empty}


def _written(value: Any) -> Iterator[str]:
    """JSON in pieces; an iterator is a list, of which every item is a piece."""
    match value:
        case dict():
            yield from _enclosed("{", ((f"{_json(key)}:", _written(one)) for key, one in value.items()), "}")
        case list():
            yield from _enclosed("[", (("", _written(one)) for one in value), "]")
        case Iterator():
            before = "["
            for one in value:
                yield before + _json(one)
                before = ","
            yield "[]" if before == "[" else "]"
        case _:
            yield _json(value)


def _enclosed(begin: str, parts: Iterable[tuple[str, Iterator[str]]], end: str) -> Iterator[str]:
    before = begin
    for name, pieces in parts:
        yield before + name
        yield from pieces
        before = ","
    yield (begin if before == begin else "") + end


def _json(value: Any) -> str:
    return visible(_ENCODED(value))


def _controls(criteria: Iterable[CriterionResult]) -> list[dict[str, str]]:
    return [{"control-id": one.id.lower()} for one in criteria if one.state is CriterionState.MANUAL]


def _item(where: FoundResource) -> dict[str, Any]:
    values = {"type": where.type, "region": where.region, "account": where.account, "owner": where.owner}
    return {
        "uuid": _subject(where),
        "description": _text(where.arn),
        "props": [{"name": "asset-id", "value": _text(where.arn)}, *map(_property, values, values.values())],
    }


def _observation(finding: Finding) -> dict[str, Any]:
    causes = [f"{one.operation}: {one.error} {one.message} ({one.region}, {one.account})" for one in finding.causes]
    evidence = [_SORTED(finding.evidence)] if finding.evidence else []
    return {
        "uuid": _id("observation", finding.id),
        "title": _text(finding.title),
        "description": _text(finding.reason),
        "props": [_property("verdict", finding.verdict.value), _property("check", finding.check), _property("severity", finding.severity.value)],
        **({"remarks": _text(told(finding))} if finding.waiver else {}),
        "methods": ["TEST-AUTOMATED"],
        "subjects": [{"subject-uuid": _subject(finding.resource), "type": "inventory-item"}],
        "relevant-evidence": [{"description": _text(one)} for one in (causes + evidence or [finding.reason])],
        "collected": _when(finding.observed_at),
    }


def _findings(report: Report) -> Iterator[dict[str, Any]]:
    direct: dict[Criterion, list[str]] = defaultdict(list)
    for finding in report.findings:
        for criterion in finding.direct:
            direct[criterion].append(_id("observation", finding.id))
    for result in report.criteria:
        if result.state is CriterionState.MANUAL:
            continue
        state, reason = STATES[result.state]
        made: dict[str, Any] = {
            "uuid": _id("finding", result.id),
            "title": _text(f"{result.id}: {result.state.value.replace('_', ' ')}"),
            "description": _text(result.reason),
            "target": {
                "type": "objective-id",
                "target-id": result.id.lower(),
                "title": _text(result.summary),
                "status": {"state": state, "reason": reason, "remarks": _text(result.reason)},
            },
            "remarks": _text(f"The auditor will also ask for: {result.manual}"),
        }
        if direct[result.id]:
            made["related-observations"] = [{"observation-uuid": one} for one in direct[result.id]]
        yield made


@lru_cache(maxsize=4096)
def _property(name: str, value: str) -> dict[str, str]:
    """One of ours; few are different, so that most stand in the document many times."""
    return {"name": name, "ns": NAMESPACE, "value": _text(value)}


def _subject(where: FoundResource) -> str:
    return _id("resource", where.partition, where.account, where.region, where.arn)


@lru_cache(maxsize=100_000)
def _id(*names: str) -> str:
    return str(uuid5(_ROOT, "\n".join(names)))


def _text(value: str) -> str:
    """One line, with something in it: OSCAL's strings neither break nor begin with a blank."""
    return printable(value) or "-"


def _when(at: datetime | None) -> str:
    return (at or datetime.fromtimestamp(0, UTC)).isoformat()
