"""What holds for every format, present and future, and how formats are found."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import PurePath

import pytest

from cloudsoc.model.report import Report
from cloudsoc.reports.formats import GROUP, FormatError, by_suffix, formats, pieces, writer

NAMES = sorted(formats())


def written(name: str, report: Report) -> str:
    return "".join(pieces(writer(name)(report)))


def test_all_formats_are_offered() -> None:
    assert set(NAMES) >= {"table", "json", "jsonl", "csv", "csv-raw", "markdown", "html", "junit", "sarif", "ocsf", "asff", "oscal"}


@pytest.mark.parametrize("name", NAMES)
def test_every_format_takes_every_report(name: str, sample: Report) -> None:
    text = written(name, sample)
    assert text == written(name, sample)
    assert text or (name == "ocsf" and not sample.findings)
    if name != "csv-raw":  # which says so
        shown = text.replace("\r\n", "\n") if name == "csv" else text
        assert not {one for one in set(shown) - {"\n"} if not one.isprintable()}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("report.json", "json"),
        ("report.md", "markdown"),
        ("REPORT.HTML", "html"),
        ("a.b.c.htm", "html"),
        ("junit.xml", "junit"),
        ("results.sarif", "sarif"),
        ("results.sarif.json", "sarif"),
        ("out.oscal.json", "oscal"),
        ("out.asff.json", "asff"),
        ("out.ocsf.jsonl", "ocsf"),
        ("out.ocsf.ndjson", "ocsf"),
        ("lines.jsonl", "jsonl"),
        ("lines.ndjson", "jsonl"),
        ("out.csv", "csv"),
        ("all.txt", "table"),
        ("report.2026.json", "json"),
        ("report.html.json", "html"),
        ("report.pdf", None),
        ("report", None),
        ("json", None),
        (".json", "json"),
    ],
)
def test_a_suffix_says_the_format(file: str, name: str | None) -> None:
    assert by_suffix(PurePath("some.folder") / file, NAMES) == name


def test_a_plug_in_adds_a_format() -> None:
    point = EntryPoint("xlsx", "builtins:str", GROUP)
    assert writer("xlsx", [point]) is str
    assert by_suffix(PurePath("a.xlsx"), formats([point])) == "xlsx"


@pytest.mark.parametrize(
    ("points", "name", "said"),
    [
        ({"json": "a:b"}, "jsn", "did you mean json?"),
        ({"json": "a:b"}, "quarterly", "there are json"),
        ({"x": "no_such_module:b"}, "x", "ModuleNotFoundError"),
        ({"x": "builtins:nothing_of_that_name"}, "x", "AttributeError"),
        ({"x": "builtins:__name__"}, "x", "is not a function"),
    ],
)
def test_what_is_wrong_with_a_format_is_said(points: dict[str, str], name: str, said: str) -> None:
    with pytest.raises(FormatError, match=said.replace("?", r"\?")):
        writer(name, [EntryPoint(one, value, GROUP) for one, value in points.items()])


def test_two_plug_ins_of_one_name_are_refused() -> None:
    with pytest.raises(FormatError, match="offered twice"):
        formats([EntryPoint("x", "a:b", GROUP), EntryPoint("x", "c:d", GROUP)])
