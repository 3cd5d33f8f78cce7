"""The Trust Services Criteria: what each asks (in our own words), what an auditor wants to see, and what findings make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudsoc.criteria.texts import Category, CriterionText, EvidenceKind, texts

if TYPE_CHECKING:
    from cloudsoc.criteria.states import roll_up

__all__ = ["Category", "CriterionText", "EvidenceKind", "roll_up", "texts"]


def __getattr__(name: str) -> object:
    """The roll-up needs the report's models, hence pydantic; the texts alone, which help pages show, do not."""
    if name == "roll_up":
        from cloudsoc.criteria.states import roll_up

        return roll_up
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
