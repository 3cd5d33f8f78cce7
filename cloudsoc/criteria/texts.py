"""The 61 criteria as data: ``criteria.csv`` beside this file, typed and checked when first asked for."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from cloudsoc.model.criterion import Criterion


class Category(StrEnum):
    """The five categories of the AICPA; the common criteria are those of security."""

    SECURITY = "security"
    AVAILABILITY = "availability"
    CONFIDENTIALITY = "confidentiality"
    PROCESSING_INTEGRITY = "processing-integrity"
    PRIVACY = "privacy"


class EvidenceKind(StrEnum):
    """How much of a criterion an AWS account can show."""

    AUTOMATED = "automated-from-aws"
    PARTLY = "partly"
    MANUAL_ONLY = "manual-only"


@dataclass(frozen=True, slots=True)
class CriterionText:
    """One criterion: what it asks, what AWS can show of it, and what the auditor asks people for."""

    id: Criterion
    category: Category
    coso_principle: int | None
    summary: str
    evidence_kind: EvidenceKind
    aws_evidence: str
    auditor_asks: str


@cache
def texts() -> Mapping[Criterion, CriterionText]:
    """All 61, in the AICPA's order. Raises ``ValueError`` where the data and the ids in ``cloudsoc.model`` differ."""
    lines = files(__package__).joinpath("criteria.csv").read_text(encoding="utf-8").splitlines()
    found = {Criterion(row["id"]): _text(row) for row in csv.DictReader(lines)}
    if list(found) != list(Criterion):
        raise ValueError("criteria.csv does not hold the criteria of cloudsoc.model.criterion, in their order")
    return MappingProxyType(found)


def _text(row: Mapping[str, str]) -> CriterionText:
    return CriterionText(
        id=Criterion(row["id"]),
        category=Category(row["category"]),
        coso_principle=int(row["coso_principle"]) if row["coso_principle"] else None,
        summary=row["summary"],
        evidence_kind=EvidenceKind(row["evidence_kind"]),
        aws_evidence=row["aws_evidence"],
        auditor_asks=row["auditor_asks"],
    )
