"""The report as JSON Lines: one object a line, each of which says by ``kind`` what it is, so that a stream needs no end. ``read`` puts them together again."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from pydantic import BaseModel

from cloudsoc.model.report import Report, ReportError
from cloudsoc.reports.json import visible

KINDS = {
    "account": "AccountScanned",
    "call": "Call",
    "criterion": "CriterionResult",
    "coverage": "CoverageRow",
    "finding": "Finding",
    "refusal": "Refusal",
    "waiver": "WaiverUse",
    "exclusion": "ExclusionUse",
    "tags_unread": "TagsUnread",
}
_ROWS = {
    "criterion": "criteria",
    "coverage": "coverage",
    "finding": "findings",
    "refusal": "refusals",
    "waiver": "waivers",
    "exclusion": "exclusions",
    "tags_unread": "tags_unread",
}
"""What a line may be, besides the first (``report``), and the definition in the report's schema that it follows."""


def jsonl(report: Report) -> Iterator[str]:
    """The report line by line: what was asked, then the accounts, each with its calls, then criteria, coverage, findings, refusals, waivers and what is out of scope."""
    counts = {"account": len(report.accounts), "call": sum(len(one.calls) for one in report.accounts)}
    counts |= {kind: len(getattr(report, field)) for kind, field in _ROWS.items()}
    yield _line("report", {"schema_version": report.schema_version, "asked": report.asked.model_dump(mode="json"), "lines": counts})
    for account in report.accounts:
        yield _line("account", account.model_dump(mode="json", exclude={"calls"}))
        for call in account.calls:
            yield _line("call", {"account": account.account, "partition": account.partition, **call.model_dump(mode="json")})
    yield from chain.from_iterable(_lines(kind, getattr(report, field)) for kind, field in _ROWS.items())


def _line(kind: str, body: dict[str, Any]) -> str:
    return visible(json.dumps({"kind": kind, **body}, ensure_ascii=False, separators=(",", ":"))) + "\n"


def _lines(kind: str, rows: Iterable[BaseModel]) -> Iterator[str]:
    """The same, through pydantic's own writer: there may be many of them."""
    return (f'{{"kind":"{kind}",{visible(row.model_dump_json())[1:]}\n' for row in rows)


def read(lines: Iterable[str]) -> Report:
    """The report from its lines, in any order. Raises ``ReportError`` where they are not one, or not all of one."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            body = json.loads(line)
        except ValueError as error:
            raise ReportError(f"not a report, or damaged: line {number}: {error}") from None
        kind = body.pop("kind", "") if isinstance(body, dict) else ""
        if not isinstance(kind, str) or kind not in {"report", *KINDS}:
            raise ReportError(f"not a report of this version of cloudsoc: line {number} is none of a report's; was it written by a newer one?")
        found[kind].append(body)
    if len(found["report"]) > 1:
        raise ReportError(f"{len(found['report'])} reports in one file: one is wanted")
    top = found["report"][0] if found["report"] else {}
    _whole(top.pop("lines", None), found)
    calls: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    try:
        for call in found["call"]:
            calls[call.pop("partition"), call.pop("account")].append(call)
        accounts = [account | {"calls": calls[account["partition"], account["account"]]} for account in found["account"]]
    except KeyError as error:
        raise ReportError(f"not a report, or damaged: an account or a call lacks its {error.args[0]}") from None
    rows = {field: found[kind] for kind, field in _ROWS.items()}
    return Report.from_json(json.dumps(top | {"accounts": accounts} | rows))


def _whole(said: Any, found: dict[str, list[dict[str, Any]]]) -> None:
    """Raise where lines are missing: to a comparison, failures that a full disk cut off would be gone. Files from before lines were counted do not say."""
    if said is None:
        return
    for kind in KINDS:
        if (number := said.get(kind) if isinstance(said, dict) else None) != len(found[kind]):
            raise ReportError(f"not a report, or damaged: {len(found[kind])} lines of kind {kind} and not {number}, as the first line says; did it break off?")


def is_jsonl(text: str) -> bool:
    """Whether a text is lines of ours; a report as one JSON document has no ``kind``."""
    return text.lstrip().startswith('{"kind":')


def line_schema() -> str:
    """The JSON Schema of one line, as text."""
    definitions = Report.model_json_schema(mode="serialization")["$defs"]
    counts = {"type": "object", "description": "how many lines of each other kind there are", "additionalProperties": {"type": "integer"}}
    report = {"schema_version": {"type": "integer"}, "asked": {"$ref": "#/$defs/Asked"}, "lines": counts}
    lines = {"report": {"type": "object", "additionalProperties": False, "properties": report, "required": ["schema_version", "asked"]}}
    lines |= {kind: dict(definitions[name]) for kind, name in KINDS.items()}
    _without(lines["account"], "calls")
    for more in ("account", "partition"):
        lines["call"] = _with(lines["call"], more, {"type": "string"})
    one_of = [_with(schema, "kind", {"const": kind}) for kind, schema in lines.items()]
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A line of a report", "oneOf": one_of, "$defs": definitions}
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _with(schema: dict[str, Any], name: str, of: dict[str, Any]) -> dict[str, Any]:
    return schema | {"properties": {name: of, **schema["properties"]}, "required": [name, *schema.get("required", ())]}


def _without(schema: dict[str, Any], name: str) -> None:
    schema["properties"] = {key: value for key, value in schema["properties"].items() if key != name}
    schema["required"] = [key for key in schema["required"] if key != name]
