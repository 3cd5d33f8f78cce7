"""The site: builds without a network, no link leads nowhere, and every page can be found."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent


def build(root: Path, into: Path, *, strict: bool = True) -> subprocess.CompletedProcess[str]:
    """Build the site of a folder that holds ``mkdocs.yml`` and ``docs``."""
    config = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))
    config |= {"docs_dir": "docs", "site_dir": "site", "strict": strict}
    shutil.copytree(root / "docs", into / "docs", dirs_exist_ok=True)  # it takes no folder outside that of its configuration
    (into / "mkdocs.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--config-file", str(into / "mkdocs.yml"), *(["--strict"] if strict else [])]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=into)
    run.stdout = re.sub(r"\x1b\[[0-9;]*m", "", run.stdout)
    return run


def in_navigation(nav: list[Any]) -> Iterator[str]:
    for entry in nav:
        for target in entry.values():
            yield from in_navigation(target) if isinstance(target, list) else [target]


TAGS = frozenset(
    "a article aside body br button code dd del details div dl dt em footer form h1 h2 h3 h4 h5 h6 head header hr html img input ins kbd label li link main mark "
    "meta nav noscript ol option p path pre rect circle line polyline polygon g script section select small span strong style sub summary sup svg table tbody td "
    "template th thead title tr ul use".split()
)


class Page(HTMLParser):
    """The anchors of a page, where its links lead, what it loads, and what stands for a tag that is none: ``<key_id>`` outside of code."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.anchors: set[str] = {"", "__skip"}
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.strange: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.strange |= {tag} - TAGS
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        elif tag == "link" and given.get("rel") in {"stylesheet", "icon", "preload", "preconnect", "modulepreload"}:
            self.loads.add(given["href"])
        elif tag in {"script", "img", "iframe", "source", "video"} and "src" in given:
            self.loads.add(given["src"])


def problems(site: Path) -> list[str]:
    """Links and loads of the built pages that lead nowhere, what would be loaded from a network, and text that a browser takes for markup."""
    pages = {file: Page(file) for file in site.rglob("*.html")}
    found = []
    for file, page in pages.items():
        found += [f"{file.relative_to(site)} swallows <{tag}>" for tag in page.strange]
        if file.name == "404.html":  # its links are relative to wherever somebody lost the way
            continue
        for link in page.links | page.loads:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if link in page.loads and parts.scheme != "data":
                    found.append(f"{file.relative_to(site)} loads {link}")
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                found.append(f"{file.relative_to(site)} leads to {link}")
            elif target in pages and unquote(parts.fragment) not in pages[target].anchors:
                found.append(f"{file.relative_to(site)} leads to {link}, and there is no such place on that page")
    return sorted(found)


def lost(root: Path) -> list[str]:
    """Pages that nobody finds: written ones that are not in the navigation, pages of checks that the index does not name."""
    config = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))
    pages = {file.relative_to(root / "docs").as_posix() for file in root.glob("docs/**/*.md")}
    index = root / "docs/checks/index.md"
    named = index.read_text(encoding="utf-8") if index.exists() else ""
    of_checks = {page for page in pages if page.startswith("checks/") and f"({page.removeprefix('checks/')})" in named}
    return sorted(pages - of_checks - set(in_navigation(config["nav"])))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("site")
    run = build(ROOT, into)
    assert run.returncode == 0, run.stdout
    return into / "site"


def test_no_link_leads_nowhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    assert problems(site) == []
    assert len(list(site.rglob("*.html"))) > 180


def test_every_page_can_be_found() -> None:
    assert lost(ROOT) == []


def test_only_what_is_meant_for_readers_is_published(site: Path) -> None:
    assert [file.name for file in site.rglob("*.py")] == []


def test_the_pages_open_without_a_network(site: Path) -> None:
    from tests.reports.browser import chromium

    with chromium() as browser:
        context = browser.new_context(offline=True)
        page = context.new_page()
        outside: list[str] = []
        broken: list[str] = []
        page.on("request", lambda request: outside.append(request.url) if not request.url.startswith(("file:", "data:", "blob:")) else None)
        page.on("pageerror", lambda error: broken.append(str(error)))
        for name in ("index", "checks/kms-key-rotation-enabled", "criteria"):
            page.goto((site / f"{name}.html").as_uri())
            assert page.locator("h1").inner_text()
        assert (outside, broken) == ([], [])


# -- that these tests can fail -----------------------------------------------------------------------------------------------

MKDOCS = """
site_name: A site
theme: {name: material, font: false}
use_directory_urls: false
validation: {links: {not_found: warn, anchors: warn}}
nav:
  - Home: index.md
  - Checks: checks/index.md
  - Other: other.md
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "docs/checks").mkdir(parents=True)
    (tmp_path / "into").mkdir()
    (tmp_path / "mkdocs.yml").write_text(MKDOCS)
    (tmp_path / "docs/index.md").write_text("# Home\n\n[there](other.md#a-part)")
    (tmp_path / "docs/other.md").write_text("# Other\n\n## A part\n\n[home](index.md)")
    (tmp_path / "docs/checks/index.md").write_text("# Checks\n\n[one](kms-one.md)")
    (tmp_path / "docs/checks/kms-one.md").write_text("# One")
    return tmp_path


def test_a_whole_site_has_no_problems(house: Path) -> None:
    assert build(house, house / "into").returncode == 0
    assert problems(house / "into/site") == []
    assert lost(house) == []


def test_links_that_lead_nowhere_are_told_by_the_builder_and_by_us(house: Path) -> None:
    (house / "docs/index.md").write_text("# Home\n\n[gone](gone.md), [gone](other.md#nowhere), [gone](#nowhere)")
    assert build(house, house / "into").returncode != 0
    assert build(house, house / "into", strict=False).returncode == 0
    assert len(problems(house / "into/site")) == 3


def test_text_that_would_be_swallowed_is_told(house: Path) -> None:
    (house / "docs/index.md").write_text("# Home\n\nTake the policies from <arn>, then `<key_id>`.")
    assert build(house, house / "into").returncode == 0
    assert problems(house / "into/site") == ["index.html swallows <arn>"]


def test_what_would_be_loaded_from_a_network_is_told(house: Path) -> None:
    (house / "docs/index.md").write_text('# Home\n\n<img src="https://example.com/a.png">')
    assert build(house, house / "into").returncode == 0
    assert problems(house / "into/site") == ["index.html loads https://example.com/a.png"]


@pytest.mark.parametrize("page", ["new.md", "checks/kms-new.md"])
def test_a_page_that_nobody_finds_is_told(house: Path, page: str) -> None:
    (house / "docs" / page).write_text("# New")
    assert lost(house) == [page]
