"""The commands and the code on the pages do what the pages say; see ``tests/pages.py`` for how each kind of block is run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages import ROOT, Page, Wrong, blocks, company, like

GENERATED = "<!-- Written by docs/generate.py"
PAGES = {
    path.relative_to(ROOT).as_posix(): path
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md")))
    if not path.read_text(encoding="utf-8").startswith(GENERATED)  # what stands there comes from the code itself
}
NOT_RUN: dict[str, list[str]] = {}
"""The blocks that cannot be run, and why: each of them says so on its page as well."""


@pytest.fixture(scope="module")
def account() -> Iterator[None]:
    with company("eu-west-1"):
        yield


@pytest.mark.parametrize("name", PAGES)
def test_a_page_does_what_it_says(name: str, account: None, tmp_path: Path) -> None:
    assert Page(PAGES[name], tmp_path).run() == NOT_RUN.get(name, [])


def test_excuses_are_for_pages_that_exist() -> None:
    assert set(NOT_RUN) <= set(PAGES)


def test_the_readme_shows_all_formats_and_the_pages_name_every_command() -> None:
    from cloudsoc.cli import COMMANDS
    from cloudsoc.reports.formats import formats

    table = (ROOT / "docs/formats.md").read_text(encoding="utf-8").partition("\nCommon to all")[0]
    assert [name for name in formats() if not re.search(rf"[\[ ]{name}\b", table)] == []
    written = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("docs/*.md"))
    assert [name for name in COMMANDS if f"cloudsoc {name}" not in written] == []


# -- that these tests can fail -----------------------------------------------------------------------------------------------


def page(folder: Path, text: str) -> Page:
    file = folder / "page.md"
    file.write_text(text, encoding="utf-8")
    return Page(file, folder)


@pytest.mark.parametrize(
    "text",
    [
        "```python\nassert 1 == 2\n```",
        "```python\nprint(1)\n```\n\n```text title=\"Output\"\n2\n```",
        "```console\n$ cloudsoc --version\ncloudsoc 99\n```",
        "```console\n$ cloudsoc explain no-such-check\n```",
        "```console\n$ cloudsoc --version\n$ echo $?\n1\n```",
        "```console\n$ cloudsoc explain no-such-check\n$ cloudsoc --version\n```",
        "```console\n$ rm -rf /tmp/nothing\n```",
        "```console\ncloudsoc --version\n```",
        "```console\n$ aws kms no-such-thing\n```",
        "```console\n$ aws kms describe-key --key nothing\n```",
        "```console\n$ aws kms describe-key\n```",
        "```console\n$ make nonsense\n```",
        "```console\n$ pip install 'cloudsoc[nonsense]'\n```",
        "```console\n$ pip install something-else\n```",
        "```toml\nno toml\n```",
        "```json\n{no json}\n```",
        "```toml title=\"cloudsoc-waivers.toml\"\n[[waiver]]\ncheck = \"no-such-check\"\n```",
        "```sh\nls\n```",
        "```\nls\n```",
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises((AssertionError, ValueError, Wrong)):
        page(tmp_path, text).run()


def test_what_is_right_is_not(tmp_path: Path) -> None:
    text = """
```python title="lib/mine.py"
NUMBER = 7
```

```python
import sys

sys.path.insert(0, "lib")
from mine import NUMBER

print(NUMBER)
```

```text title="Output"
7
```

```console
$ cloudsoc explain no-such-check
Usage: ...
...
Error: there is no check 'no-such-check'...
$ echo $?
2
$ cloudsoc --version > version.txt
$ cat version.txt
cloudsoc ...
$ aws kms describe-key --region eu-west-1 --key-id k
$ make demo
```

*Not run by the tests: there is
no shell here.*

```sh
ls
```
"""
    assert page(tmp_path, text).run() == ["there is no shell here"]
    import sys

    assert "mine" not in sys.modules
    assert Counter(one.language for one in blocks(text)) == {"python": 2, "text": 1, "console": 1, "sh": 1}


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        ("a\n...\nd", "a\nb\nc\nd", True),
        ("a\n...\nd", "a\nd", True),
        ("a\n...", "a\nb", True),
        ("a ... c", "a b c", True),
        ("a ... c", "a b\nc", False),
        ("a", "a\nb", False),
        ("...\nb", "a\nb", True),
        ("a.c", "abc", False),
        ("a", "a  ", True),
    ],
)
def test_dots_stand_for_what_differs(shown: str, said: str, same: bool) -> None:
    assert like(shown, said) is same
