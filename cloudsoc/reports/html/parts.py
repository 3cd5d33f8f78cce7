"""What the sections of the page are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from cloudsoc.model.report import CriterionState, Outcome
from cloudsoc.reports.html.elements import Child
from cloudsoc.reports.html.elements import element as e

SIGNS = {CriterionState.CONTRADICTED: "✗", CriterionState.NOT_ASSESSED: "?", CriterionState.SUPPORTED: "✓", CriterionState.MANUAL: "✎"}
"""A state is never a colour alone."""


def section(id: str, title: str, *children: Child) -> ET.Element:
    """A section under its title, which names it for a screen reader as well."""
    return e("section", e("h2", title, id=f"{id}-title"), *children, id=id, aria_labelledby=f"{id}-title")


def table_of(caption: str, head: Sequence[str], rows: Iterable[Sequence[Child]], class_: str = "") -> ET.Element:
    """A table whose first cells head their rows."""
    body = [e("tr", e("th", row[0], scope="row"), *(e("td", cell) for cell in row[1:])) for row in rows]
    made = e("table", e("caption", caption), e("thead", e("tr", *(e("th", one, scope="col") for one in head))), e("tbody", *body), class_=class_ or None)
    # Wide tables scroll by themselves, for the keyboard as well.
    return e("div", made, class_="wide", tabindex="0", role="region", aria_label=caption)


def words(value: Outcome | CriterionState) -> str:
    """An outcome or a state in words."""
    return str(value.value).replace("_", " ")


def names_of(ids: Iterable[str]) -> ET.Element:
    """Ids, one a line."""
    return e("ul", *(e("li", e("code", one)) for one in ids), class_="names")
