"""The Python in docs/policy.md runs, and prints what the page says."""

import re
from pathlib import Path

import pytest

from cloudsoc.policy import reviews
from cloudsoc.policy.command import policy
from cloudsoc.policy.reviews import REASONS

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")


def test_the_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    examples = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) >= 3
    for example in examples:
        exec(compile(example, "docs/policy.md", "exec"), {})
    (printed,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert capsys.readouterr().out == printed


def test_the_reasons_for_a_review_are_those_of_the_code() -> None:
    (table,) = re.findall(r"\| reason \| when \| what helps \|\n\|---\|---\|---\|\n((?:\|.*\n)+)", PAGE)
    assert [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines()] == list(REASONS.values())


def test_no_reason_is_made_up_elsewhere() -> None:
    """Whoever sets `needs_review` takes it from the list."""
    modules = {path.name: path.read_text(encoding="utf-8") for path in Path(reviews.__file__).parent.glob("*.py")}
    for name, text in modules.items():
        if name != "reviews.py":
            assert not [template for template in REASONS.values() if max(re.split(r"\{\w+\}", template), key=len) in text], name
    assert all(any(f'"{name}"' in text for module, text in modules.items() if module != "reviews.py") for name in REASONS)


@pytest.mark.parametrize("command", ["decide", "exposure"])
def test_every_option_of_the_commands_exists(command: str) -> None:
    options = {option for parameter in policy.commands[command].params for option in parameter.opts}
    lines = [line for line in PAGE.splitlines() if line.removeprefix("$ ").startswith(f"cloudsoc policy {command} ")]
    assert lines
    assert {word for line in lines for word in line.split() if word.startswith("--")} <= options
