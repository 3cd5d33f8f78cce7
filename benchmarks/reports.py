"""20,000 findings in each format: time, size, and the page in a browser until it can be filtered."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.evaluation import account
from cloudsoc.engine.inventory import Inventory
from cloudsoc.model.report import Report
from cloudsoc.reports.formats import formats, pieces, writer
from cloudsoc.scanning import evaluate

FINDINGS, SECONDS, LARGEST = 20_000, 2.0, 10_000_000


def measured(name: str, report: Report) -> tuple[float, int]:
    """The best of two, in seconds of CPU, and the characters that came out. Nothing is kept: it is written as to a file."""
    written, best, size = writer(name), float("inf"), 0
    for _ in range(2):
        start = time.process_time()
        size = sum(map(len, pieces(written(report))))
        best = min(best, time.process_time() - start)
    return best, size


def interactive(page: str) -> tuple[float, float] | None:
    """Seconds from opening the page until all findings can be filtered, and for one filter over all of them; None where there is no browser."""
    chromium = os.environ.get("CLOUDSOC_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        return None
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        (file := Path(folder, "report.html")).write_text(page, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened = browser.new_context(offline=True).new_page()
        start = time.perf_counter()
        opened.goto(file.as_uri())
        opened.wait_for_selector("html[data-ready]")
        ready = time.perf_counter() - start
        filtered: float = opened.evaluate(
            """() => new Promise(done => {
                const start = performance.now(), field = document.querySelector("#filter [name=text]");
                field.value = "19999"; field.dispatchEvent(new Event("input", {bubbles: true}));
                requestAnimationFrame(() => requestAnimationFrame(() => done((performance.now() - start) / 1000)));
            })"""
        )
        browser.close()
    return ready, filtered


def main() -> None:
    report = evaluate(Inventory([account(FINDINGS)]), checks=["kms-key-rotation-enabled"])
    assert len(report.findings) >= FINDINGS
    for name in formats():
        seconds, size = measured(name, report)
        print(f"reports: {name:9} {seconds:5.2f} s for {len(report.findings):,} findings, {size / 1e6:5.1f} MB (aim: {SECONDS:.0f} s)")
    page = "".join(pieces(writer("html")(report)))
    if found := interactive(page):
        print(
            f"reports: the page: {len(page.encode()) / LARGEST:.2f} of its largest size, {found[0]:.2f} s until it can be used, {found[1]:.2f} s a filter (aim: 1 s)"
        )


if __name__ == "__main__":
    main()
