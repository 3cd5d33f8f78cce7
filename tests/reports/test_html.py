"""The page: what is in it, and what it does in a real browser without a network."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from cloudsoc.model.report import ConfigurationFile, CriterionState, Outcome, Report, Waiver
from cloudsoc.reports.html import html
from cloudsoc.reports.html.elements import element, raw, written
from cloudsoc.waivers import apply
from tests.reports.browser import chromium
from tests.reports.conftest import HOSTILE, SAMPLES

LARGEST = 10_000_000
INTERACTIVE = 1.0
"""Seconds until 20,000 findings can be filtered; the test allows four times as much, since the machines that run it are busy."""
Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """A report opened from a file. Whatever the page complains about, and every request that it makes, is a failure."""
    contexts, said, asked = [], [], []

    def show(report: Report, **settings: Any) -> Page:
        file = tmp_path / "report.html"
        file.write_text(html(report), encoding="utf-8")
        context = browser.new_context(offline=True, **({"viewport": {"width": 1200, "height": 900}} | settings))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        if settings.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]")
        return page

    yield show
    for context in contexts:
        context.close()
    assert said == []
    assert [one for one in asked if not one.startswith("file:")] == []
    assert len(asked) == len(contexts)


def shown(page: Page) -> list[str]:
    return [one.strip() for one in page.locator("#list > li").all_inner_texts()]


def status(page: Page) -> str:
    return page.locator("#shown").inner_text()


def choose(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"#filter [name={name}]").select_option(value)


# -- the file itself ---------------------------------------------------------------------------------------------------


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_it_is_one_file_with_a_strict_policy(sample: Report) -> None:
    elements = Elements(html(sample)).found
    assert [tag for tag, _ in elements if tag in {"link", "img", "iframe", "object", "embed", "base", "svg", "video", "audio"}] == []
    assert all(not {"src", "style", "srcset", "action"} & attrs.keys() for _, attrs in elements)
    assert not [name for _, attrs in elements for name in attrs if name.startswith("on")]
    assert all((attrs.get("href") or "#").startswith("#") for _, attrs in elements)
    assert [tag for tag, _ in elements if tag == "script"] == ["script", "script"]
    policy = next(attrs["content"] or "" for tag, attrs in elements if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_every_link_leads_somewhere_and_ids_are_unique(sample: Report) -> None:
    elements = Elements(html(sample)).found
    ids = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"] for tag, attrs in elements if tag == "a"} <= {f"#{one}" for one in ids}


def test_a_text_cannot_become_markup() -> None:
    for name in HOSTILE:
        page = Elements(written(element("p", name, element("b", name), name, title=name))).found
        assert [tag for tag, _ in page] == ["p", "b"]


@pytest.mark.parametrize(("tag", "content"), [("style", "</style>"), ("script", "a</script>"), ("script", "<!--"), ("p", "x")])
def test_only_what_is_ours_is_written_raw(tag: str, content: str) -> None:
    with pytest.raises(ValueError, match="raw"):
        raw(tag, content)


def test_20_000_findings_stay_small(large: Report) -> None:
    assert len(html(large).encode()) < LARGEST


# -- in a browser ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_it_opens_without_a_word(name: str, samples: dict[str, Report], opened: Opened) -> None:
    page = opened(samples[name])
    page.get_by_role("button", name="Show all", exact=True).click()
    number = len(samples[name].findings)
    assert status(page).endswith(f", of {number:,}" if number else "of 0 matches.")
    assert len(shown(page)) == min(number, 100)
    for one in page.locator("#list summary").all()[:40]:
        one.click()
    assert page.evaluate("document.querySelectorAll('#list script, #list img, main script').length") == 0


def test_the_head_says_what_was_scanned(samples: dict[str, Report], opened: Opened) -> None:
    head = opened(samples["demo"]).locator("header").inner_text()
    (account,) = samples["demo"].accounts
    inside = [one for one in samples["demo"].findings if not one.outside]
    judged, of = len([one for one in inside if one.verdict is not Outcome.NOT_ASSESSED]), len(inside)
    scope, coverage = "the regions eu-west-1, us-east-1", f"{judged:,} of {of:,} findings in scope were assessed"
    when = f"{account.observed_at:%Y-%m-%d %H:%M:%S}"
    for one in (account.account, account.caller, account.inventory, when, "2: eu-west-1, us-east-1", scope, coverage, "the core profile", "Not complete"):
        assert one in head


def test_every_criterion_stands_in_the_map_and_among_what_is_asked(samples: dict[str, Report], opened: Opened) -> None:
    page = opened(samples["demo"])
    cells = {one.get_attribute("href"): one.get_attribute("aria-label") or "" for one in page.locator(".heat a").all()}
    assert len(cells) == 61
    asked = page.locator("#asked tbody tr").all_inner_texts()
    for criterion, row in zip(samples["demo"].criteria, asked, strict=True):
        assert any(said.startswith(f"{criterion.id}: {criterion.state.value.replace('_', ' ')}.") for said in cells.values())
        assert row.startswith(criterion.id)
        assert criterion.manual in row


def test_what_failed_comes_first_and_opens_to_everything(finding: Any, report: Any, opened: Opened) -> None:
    bad = finding("kms-bad", "failed", "arn:aws:kms:::key/1", severity="critical", reason="it is open", evidence={"key": {"state": "on"}})
    page = opened(report(finding("kms-low", "failed", "l", severity="low"), bad, finding("kms-good", "passed", "p")))
    assert status(page) == "1 to 2 of 2 findings that match (verdict: failed), of 3"
    first = page.locator("#list details").first
    first.locator("summary").click()
    first.locator("dl").wait_for()
    text = first.inner_text()
    for one in ("critical", "kms bad", "it is open", "arn:aws:kms:::key/1", "aws fix", '"state": "on"', "CC6.1", "because", bad.id):
        assert one in text, one


@pytest.mark.parametrize(
    ("field", "value", "of"),
    [
        ("verdict", "not_assessed", lambda one: one.verdict.value == "not_assessed" and not one.outside),
        ("severity", "high", lambda one: one.severity.value == "high"),
        ("criterion", "CC6.1", lambda one: "CC6.1" in (*one.direct, *one.supporting)),
        ("service", "s3", lambda one: one.check.startswith("s3-")),
        ("region", "us-east-1", lambda one: one.resource.region == "us-east-1"),
        ("account", "123456789012", lambda one: one.resource.account == "123456789012"),
    ],
)
def test_filters(field: str, value: str, of: Callable[[Any], bool], samples: dict[str, Report], opened: Opened) -> None:
    page = opened(samples["demo"])
    choose(page, **({"verdict": ""} | {field: value}))
    number = sum(map(of, samples["demo"].findings))
    assert number > 0
    page.wait_for_function("number => document.getElementById('shown').textContent.includes(` of ${number} findings`)", arg=f"{number:,}")


def test_filters_go_together_and_text_finds_any_word(finding: Any, report: Any, opened: Opened) -> None:
    page = opened(report(finding("kms-a", "failed", "Alpha", reason="rotation is off"), finding("kms-b", "failed", "beta", reason="rotation is off")))
    page.get_by_label("Text").fill("ROTATION alpha")
    page.wait_for_function("() => document.querySelectorAll('#list > li').length === 1")
    assert "Alpha" in shown(page)[0]
    choose(page, severity="low")
    page.wait_for_function("() => document.querySelectorAll('#list > li').length === 0")
    assert status(page) == "No finding of 2 matches."


def test_buttons_lead_from_a_criterion_and_a_check_to_their_findings(samples: dict[str, Report], opened: Opened) -> None:
    page = opened(samples["demo"])
    criterion = next(one for one in samples["demo"].criteria if one.state is CriterionState.CONTRADICTED)
    page.locator(f".heat a[href='#{criterion.id}']").click()
    details = page.locator(f"details[id='{criterion.id}']")
    assert details.evaluate("one => one.open")
    details.get_by_role("button").click()
    number = sum(criterion.id in (*one.direct, *one.supporting) for one in samples["demo"].findings)
    assert f"of {number:,} findings" in status(page)


def test_names_are_shown_and_not_obeyed(samples: dict[str, Report], opened: Opened) -> None:
    page = opened(samples["hostile"])
    page.get_by_role("button", name="Show all", exact=True).click()
    page.locator("#list details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    page.wait_for_function("() => [...document.querySelectorAll('#list details')].every(one => one.childElementCount === 2)")
    text = page.locator("body").evaluate("one => one.innerText")
    for one in ("<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", r"\u{202e}gpj.exe", "=cmd|", "@everyone", r"\u{1b}]0;owned"):
        assert one in text, one
    assert not re.search(r"[\u202e\u2066\u200b\u2028\x00\x1b\x7f]", text)


def test_20_000_findings_stay_usable(large: Report, opened: Opened) -> None:
    page = opened(large)
    took = page.evaluate("performance.now()") / 1000
    assert took < 4 * INTERACTIVE
    assert len(shown(page)) == 100
    seconds = page.evaluate(
        """() => new Promise(done => {
            const start = performance.now();
            const field = document.querySelector("#filter [name=text]");
            field.value = "19999"; field.dispatchEvent(new Event("input", {bubbles: true}));
            requestAnimationFrame(() => requestAnimationFrame(() => done((performance.now() - start) / 1000)));
        })"""
    )
    assert seconds < 4 * INTERACTIVE
    page.get_by_role("button", name="Show all", exact=True).click()
    assert status(page) == "1 to 100 of 20,000 findings that match, of 20,000"
    page.get_by_role("button", name="Later").click()
    assert status(page).startswith("101 to 200 of 20,000")
    assert page.evaluate("document.activeElement.matches('#list li:first-child summary')")
    page.get_by_role("button", name="Earlier").click()
    assert page.get_by_role("button", name="Earlier").is_disabled()


def test_the_keyboard_is_enough(samples: dict[str, Report], opened: Opened) -> None:
    page = opened(samples["demo"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the findings"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "verdict"
    for _ in range(8):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    assert page.locator("#list details").first.evaluate("one => one.open")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["demo", "every verdict"])
def test_nothing_stands_in_the_way_of_a_screen_reader(name: str, scheme: str, samples: dict[str, Report], browser: Browser, tmp_path: Path) -> None:
    # axe is put into the page, which the page's own policy forbids: so this page alone is opened without one.
    file = tmp_path / "report.html"
    file.write_text(re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html(samples[name])), encoding="utf-8")
    context = browser.new_context(offline=True, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    page.wait_for_timeout(200)
    found = Axe().run(page).response["violations"]
    context.close()
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]], one["nodes"][0]["failureSummary"]) for one in found] == []


@pytest.mark.parametrize("width", [320, 768, 1400])
def test_it_fits_the_window(width: int, samples: dict[str, Report], opened: Opened) -> None:
    for name in ("demo", "hostile"):
        page = opened(samples[name], viewport={"width": width, "height": 800})
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_everything_is_unfolded(samples: dict[str, Report], opened: Opened, tmp_path: Path) -> None:
    page = opened(samples["demo"])
    page.evaluate(
        """() => { window.counted = null; addEventListener("beforeprint", () => {
            window.counted = [document.querySelectorAll("details:not([open])").length, document.querySelectorAll("#list details[open] dl").length]; }); }"""
    )
    page.pdf(path=tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert page.evaluate("window.counted") == [0, len(samples["demo"].failed())]
    assert page.locator("details[open]").count() == 0
    page.emulate_media(media="print")
    assert not page.locator("#filter").is_visible()
    assert not page.locator("nav").is_visible()


def test_without_javascript_all_but_the_list_is_there(samples: dict[str, Report], opened: Opened) -> None:
    page = opened(samples["demo"], java_script_enabled=False)
    text = page.locator("body").inner_text()
    assert "needs JavaScript" in text
    assert page.locator("#failed details").count() == len({one.check for one in samples["demo"].failed()})
    assert page.locator(".heat a").count() == 61


def test_the_data_is_the_report(samples: dict[str, Report], opened: Opened) -> None:
    page = opened(samples["demo"])
    found = page.evaluate(
        """async () => {
            const bytes = Uint8Array.from(atob(document.getElementById("data").textContent), one => one.charCodeAt(0));
            return await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text(); }"""
    )
    rows = {one["id"]: one for one in json.loads(found)["findings"]}
    assert rows.keys() == {one.id for one in samples["demo"].findings}
    for one in samples["demo"].findings:
        row = rows[one.id]
        assert (row["check"], row["reason"], row["arn"], row.get("evidence", {})) == (
            one.check,
            one.reason,
            one.resource.arn,
            json.loads(one.model_dump_json())["evidence"],
        )


def test_the_head_names_the_file_of_settings_and_a_finding_the_settings_of_its_check(finding: Any, report: Any, opened: Opened) -> None:
    made = report(finding("kms-a", "failed", "key"))
    check = made.asked.checks[0].model_copy(update={"settings": {"max_days": 90}, "undeclared": ("approved",)})
    asked = made.asked.model_copy(update={"checks": (check,), "configuration": ConfigurationFile(file="cloudsoc.toml", sha256="ab" * 32)})
    page = opened(made.model_copy(update={"asked": asked}))
    head = page.locator("header").inner_text()
    assert "cloudsoc.toml" in head
    assert "ab" * 32 in head
    page.locator("#list summary").first.click()
    text = page.locator("#list dl").first.inner_text()
    assert "max_days=90" in text
    assert "approved (not declared)" in text


def test_the_button_of_a_check_shows_its_waived_failures_too(finding: Any, report: Any, opened: Opened) -> None:
    waiver = Waiver(check="kms-a", resource="one", reason="r", owner="o", approver="a", ticket="t", expires=date(2999, 12, 31))
    made = apply(report(finding("kms-a", "failed", "one"), finding("kms-a", "passed", "two"), finding("kms-b", "failed", "kms-a")), [waiver])
    page = opened(made)
    page.locator("#failed details").filter(has_text="kms-a").filter(has_text="Show all 1").first.locator("summary").click()
    page.locator("#failed button[data-value='kms-a']").click()
    assert "one" in " ".join(shown(page))
