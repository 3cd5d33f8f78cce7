"""The JSON Schema of the file of settings, for editors: the same rules as reading it, with the settings of all installed checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from cloudsoc.config.tables import File
from cloudsoc.engine.signature import UNDECLARED, Setting, signature
from cloudsoc.model.check import Check
from cloudsoc.settings import plain, shared_settings


def schema(known: Mapping[str, Check[...]]) -> dict[str, Any]:
    """The schema of ``cloudsoc.toml`` for some checks."""
    made = _without_null(File.model_json_schema())
    definitions = made["$defs"]
    own: dict[str, Any] = {}
    for id, check in known.items():
        about = {"title": check.manual.title, **_table(signature(check.function).settings, definitions)}
        own[id] = about
        own |= {name: about | {"deprecated": True, "description": f"the id that {id} had before"} for name in check.formerly}
    made["properties"] |= {
        "settings": made["properties"]["settings"] | _table(shared_settings(known), definitions),
        "checks": made["properties"]["checks"] | {"type": "object", "properties": own, "additionalProperties": False},
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "Settings of cloudsoc"}


def _table(asked: Mapping[str, Setting], definitions: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: _of(one, definitions) for name, one in sorted(asked.items())}, "additionalProperties": False}


def _of(asked: Setting, definitions: dict[str, Any]) -> dict[str, Any]:
    found = TypeAdapter(asked.type).json_schema()
    definitions |= found.pop("$defs", {})
    if asked.shared and asked.shared.meaning:
        found["description"] = asked.shared.meaning
    return found if asked.default is UNDECLARED else found | {"default": plain(asked.default)}


def _without_null(schema: Any) -> Any:
    """TOML has no null: a key that may be left out is left out."""
    if isinstance(schema, list):
        return [_without_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    left = {name: _without_null(one) for name, one in schema.items() if not (name == "default" and one is None)}
    if "anyOf" in left and (kept := [one for one in left["anyOf"] if one != {"type": "null"}]) != left["anyOf"]:
        del left["anyOf"]
        left |= kept[0] if len(kept) == 1 else {"anyOf": kept}
    return left
