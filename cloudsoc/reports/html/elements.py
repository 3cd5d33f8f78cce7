"""HTML as a tree, so that no text can become markup: whatever is put in is escaped when the tree is written."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from cloudsoc.reports.terminal import printable

Child = ET.Element | str | int | None


def element(tag: str, *children: Child, **attributes: str | None) -> ET.Element:
    """An element. ``class_`` is ``class``, ``aria_label`` is ``aria-label``; an attribute that is None is left out."""
    made = ET.Element(tag, {name.rstrip("_").replace("_", "-"): printable(value) for name, value in attributes.items() if value is not None})
    last: ET.Element | None = None
    for child in children:
        if child is None:
            continue
        if isinstance(child, ET.Element):
            made.append(child)
            last = child
        elif last is None:
            made.text = (made.text or "") + _text(child)
        else:
            last.tail = (last.tail or "") + _text(child)
    return made


def raw(tag: str, content: str, **attributes: str) -> ET.Element:
    """A style or script of ours, as it is. Only these two elements are written unescaped."""
    if tag not in {"style", "script"} or "</" in content or "<!--" in content:
        raise ValueError(f"not to be written raw: <{tag}>")
    made = ET.Element(tag, attributes)
    made.text = content
    return made


def written(root: ET.Element) -> str:
    """The page as text."""
    return "<!doctype html>\n" + ET.tostring(root, encoding="unicode", method="html") + "\n"


def _text(value: str | int) -> str:
    """Text in which what nobody would see shows as an escape. A blank at an edge stands between two elements: it stays."""
    text = str(value)
    shown = printable(text)
    return f"{' ' if text[:1] == ' ' else ''}{shown}{' ' if shown and text[-1:] == ' ' else ''}"
