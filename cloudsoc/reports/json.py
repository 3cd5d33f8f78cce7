"""The report as JSON, after the schema that ``cloudsoc schema`` prints. ``Report.from_json`` reads it back equal."""

from __future__ import annotations

import re
from json import dumps

from cloudsoc.model.report import Report

_NOT_ASCII = re.compile(r"[^\n -~]")


def json(report: Report) -> str:
    """The whole report, indented."""
    return visible(report.to_json(indent=2)) + "\n"


def visible(text: str) -> str:
    """JSON in which what a terminal would obey or hide (control characters, format characters) is escaped, which JSON allows anywhere in a string."""
    return text if text.isascii() and text.isprintable() else _NOT_ASCII.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if character.isprintable():
        return character
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def schema() -> str:
    """The JSON Schema of the report, as text."""
    made = Report.model_json_schema(mode="serialization")
    return dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **made}, indent=2, ensure_ascii=False) + "\n"
