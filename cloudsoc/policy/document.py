"""Policy documents as data: parsed, checked, normalised.

A document comes as AWS returns it (URL-encoded, JSON text, or already a mapping; a string where a list may stand; one statement or a list of them) and
becomes a `PolicyDocument`: frozen, hashable, equal by content. What AWS would refuse is a `MalformedPolicy` that names the place.

AWS source: IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy elements reference".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Self, cast

from cloudsoc.policy.reading import MalformedPolicy, decoded, is_list, kind_of, members, shown, statement, text
from cloudsoc.policy.statement import Condition, Principal, PrincipalKind, Statement

__all__ = ["Condition", "MalformedPolicy", "PolicyDocument", "Principal", "PrincipalKind", "Statement", "Version"]

Version = Literal["2008-10-17", "2012-10-17"]

_ELEMENTS: Final = frozenset({"Version", "Id", "Statement"})


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy document: its version (2008-10-17 where it names none, as AWS has it), its id and its statements in their order.

    Usable as the type of a field that pydantic validates: there it takes an instance, a text or a mapping.
    """

    statements: tuple[Statement, ...] = ()
    version: Version = "2008-10-17"
    id: str | None = None

    @classmethod
    def parse(cls, value: "str | Mapping[str, object] | PolicyDocument") -> Self:
        """The document that ``value`` is: URL-encoded JSON, JSON, or a mapping.

        Raises:
            MalformedPolicy: it is not a policy; a key that an object has twice counts, since services differ in which of the two they believe.

        """
        if isinstance(value, cls):
            return value
        raw = decoded(value) if isinstance(value, str) else value
        if not isinstance(raw, Mapping):
            raise MalformedPolicy("document", f"expected an object, found {kind_of(raw)}")
        document = members(raw, "document", _ELEMENTS)
        version = document.get("Version", "2008-10-17")
        if version not in ("2008-10-17", "2012-10-17"):
            raise MalformedPolicy("Version", f"there is no version {shown(version)}")
        if "Statement" not in document:
            raise MalformedPolicy("document", "Statement is missing")
        written = document["Statement"]
        if isinstance(written, Mapping):
            statements: tuple[Statement, ...] = (statement(written, "Statement"),)
        elif is_list(written):
            statements = tuple(statement(item, f"Statement[{index}]") for index, item in enumerate(cast("Sequence[object]", written)))
        else:
            raise MalformedPolicy("Statement", f"expected an object or a list of them, found {kind_of(written)}")
        return cls(statements, version, text(document["Id"], "Id") if "Id" in document else None)

    def to_mapping(self) -> dict[str, object]:
        """The document as the mapping that JSON writes; `parse` gives an equal document back."""
        found: dict[str, object] = {"Version": self.version}
        if self.id is not None:
            found["Id"] = self.id
        found["Statement"] = [statement.to_mapping() for statement in self.statements]
        return found

    def to_json(self) -> str:
        """Canonical JSON: the same text for equal documents."""
        import json  # here, as where it is read

        return json.dumps(self.to_mapping(), separators=(",", ":"), ensure_ascii=True)

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.statements)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> Any:
        """How pydantic validates and writes a field of this type. Pydantic is imported only when pydantic asks."""
        from pydantic_core import core_schema  # here, so that importing this module does not import pydantic

        def parse(value: object) -> PolicyDocument:
            if isinstance(value, str | Mapping | PolicyDocument):
                return cls.parse(value)
            raise MalformedPolicy("document", f"expected a policy, found {kind_of(value)}")

        return core_schema.no_info_plain_validator_function(
            parse,
            json_schema_input_schema=core_schema.union_schema([core_schema.str_schema(), core_schema.dict_schema(core_schema.str_schema())]),
            serialization=core_schema.plain_serializer_function_ser_schema(cls.to_mapping, when_used="json"),
        )
