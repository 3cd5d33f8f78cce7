"""The picture in the README is what the demo prints."""

from __future__ import annotations

import re
from pathlib import Path

import click

from cloudsoc import Report
from cloudsoc.reports.screen import screen
from tests.pages import like

README = Path(__file__).parents[2] / "README.md"


def numberless(text: str) -> str:
    """Numbers differ with every check that is added; which lines there are does not."""
    return re.sub(r"\d+", "9", text)


def test_the_picture_in_the_readme_is_what_the_demo_prints(samples: dict[str, Report]) -> None:
    (picture,) = re.findall(r"```text\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    said = screen(samples["demo"], width=100, whole=f"The whole report, all {len(samples['demo'].findings)} rows: cloudsoc demo --output report.html")
    assert like(numberless(picture), numberless(click.unstyle(said))), said
