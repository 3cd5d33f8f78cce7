"""The derived pages are what the code says today."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def generate(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(ROOT / "docs" / "generate.py"), *args], cwd=ROOT, capture_output=True, text=True, check=False)


def test_no_page_is_stale() -> None:
    run = generate("--check")
    assert run.returncode == 0, run.stderr


def test_a_stale_page_a_missing_one_and_one_too_many_are_told(tmp_path: Path) -> None:
    run = generate("--folder", str(tmp_path))
    assert run.returncode == 0, run.stderr
    assert generate("--check", "--folder", str(tmp_path)).returncode == 0
    (tmp_path / "cli.md").write_text("edited by hand", encoding="utf-8")
    (tmp_path / "criteria.md").unlink()
    (tmp_path / "checks" / "kms-of-old.md").touch()
    run = generate("--check", "--folder", str(tmp_path))
    assert run.returncode == 1
    assert run.stderr.split()[-3:] == ["checks/kms-of-old.md", "cli.md", "criteria.md"]


def test_the_settings_on_the_pages_of_checks_can_be_put_into_the_file() -> None:
    import cloudsoc
    from cloudsoc.settings import Settings

    known, seen = cloudsoc.load_checks(), set()
    for id in known:
        for block in re.findall(r"```toml\n(.*?)```", (ROOT / f"docs/checks/{id}.md").read_text(encoding="utf-8"), re.DOTALL):
            said = tomllib.loads(block)
            assert set(said) <= {"settings", "checks"}
            given = Settings.read({**said.get("settings", {}), **said.get("checks", {})}, known)
            assert given.of(known[id]) == Settings().of(known[id]), f"{id}: not the defaults"
            seen.add(id)
    assert "kms-key-rotation-enabled" in seen


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} leads to {target}"
