"""A real browser, driven by playwright: Debian's Chromium, since playwright's own is a download."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

HOW = "the page is tested in a real browser: apt-get install chromium (or let CLOUDSOC_CHROMIUM name one)"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a network. Where there is none the test is skipped and says how to get it; in CI it fails."""
    path = os.environ.get("CLOUDSOC_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail(HOW) if os.environ.get("CI") else pytest.skip(HOW)
    with sync_playwright() as playwright:
        # No sandbox: CI runs as root in a container. Nothing but our own page is opened.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
