from __future__ import annotations

import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cloudsoc.model.report import Report
from cloudsoc.reports.markdown import LARGEST, RESOURCES, code, markdown, text
from cloudsoc.reports.terminal import shorten
from tests.reports.conftest import HOSTILE

OURS = {"h1", "h2", "h3", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "strong", "blockquote", "hr", "code"}
"""What a report has in it; nothing that a name says adds another."""


def rendered(source: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(source))


def elements(page: str) -> set[str]:
    return set(re.findall(r"<([a-zA-Z][a-zA-Z0-9]*)", page))


def shown(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def test_it_has_only_the_markup_that_is_ours(sample: Report) -> None:
    page = rendered(markdown(sample))
    assert elements(page) <= OURS


def test_every_table_row_is_whole(sample: Report) -> None:
    page = rendered(markdown(sample))
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        columns = table.count("<th") - table.count("<thead")
        assert all(row.count("<td") == columns for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)[1:])


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_shown_is_what_was_said(name: str) -> None:
    for made, limit in ((text(name), 1000), (code(name), 200)):
        page = rendered(f"| a | b |\n| --- | --- |\n| {made} | end |\n")
        assert elements(page) <= OURS
        cells = re.findall(r"<td>(.*?)</td>", page, re.DOTALL)
        assert [shown(one) for one in cells] == [shorten(name, limit), "end"]


@given(st.text(max_size=60))
def test_no_text_is_markup(value: str) -> None:
    for made, limit in ((text(value), 1000), (code(value), 200)):
        page = rendered(f"| a | b |\n| --- | --- |\n| {made} | end |\n")
        cells = re.findall(r"<td>(.*?)</td>", page, re.DOTALL)
        assert [shown(one) for one in cells] == [shorten(value, limit), "end"]


def test_nobody_is_mentioned_and_nothing_is_a_link(samples: dict[str, Report]) -> None:
    source = markdown(samples["hostile"])
    outside_code = re.sub(r"<code>.*?</code>|`[^`]*`", "", source)
    assert "@" not in outside_code
    assert "://" not in outside_code
    assert "www." not in outside_code


def test_it_fits_a_step_summary(finding: Any, report: Any) -> None:
    many = [
        finding(f"kms-{number}", "failed", f"{number}-{one}", reason="r" * 900, remedy="``" + "c" * 3000 + "``") for number in range(40) for one in range(20)
    ]
    source = markdown(report(*many))
    assert len(source.encode()) <= LARGEST
    assert len(source.encode()) > LARGEST * 0.95
    assert "**Cut here: " in source
    assert source.endswith("findings: 800; not assessed: 0\n")


def test_many_resources_of_one_check_are_counted(finding: Any, report: Any) -> None:
    source = markdown(report(*(finding("kms-a", "failed", f"key-{number:03d}") for number in range(RESOURCES + 7))))
    assert source.count("| `key-") == RESOURCES
    assert "and 7 more." in source


def test_what_was_not_assessed_stands_at_the_top_and_by_cause(finding: Any, report: Any) -> None:
    source = markdown(report(finding("kms-a", "not_assessed", "a"), finding("kms-a", "passed", "b")))
    assert "**Not complete**: 1 of 2 could not be assessed" in source
    assert "| 1 | kms:DescribeKey: AccessDeniedException | `eu-west-1` | `kms-a` |" in source
    assert "Not complete" not in markdown(report(finding("kms-a", "passed", "b")))


def test_commands_stay_whole(finding: Any, report: Any) -> None:
    command = "aws s3api put-bucket-policy --bucket b --policy '" + "x" * 2000 + "'"
    assert f"`{command}`, then look" in markdown(report(finding("s3-a", "failed", "b", remedy=f"``{command}``, then look")))


def test_its_numbers_agree(samples: dict[str, Report]) -> None:
    """What lies outside the scope that was asked for is told apart from what could not be assessed, as in every other output."""
    made = samples["every verdict"]
    page = markdown(made)
    (counts,) = re.findall(r"^- \d+ checks?: (.*)$", page, re.MULTILINE)
    assert counts == "4 passed, 4 failed, 5 not applicable, 4 not assessed, 1 outside the scope that was asked for"
    assert f"not assessed: {len(made.not_assessed)}" in page
    assert "outside" not in re.findall(r"^- \d+ checks?: (.*)$", markdown(samples["hostile"]), re.MULTILINE)[0]
