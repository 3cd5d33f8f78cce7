"""One finding in full, as lines of text: for a test that failed, where nobody has the report at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudsoc.model.report import Finding, Outcome
from cloudsoc.reports.folding import told
from cloudsoc.reports.terminal import printable, shorten

LONGEST_VALUE, MOST_EVIDENCE = 300, 40
"""Characters of a value of evidence, and how many values of a finding are shown; the report has all of them."""
_LABEL = 10


def detail(finding: Finding) -> Iterator[str]:
    """What the finding is about, what was found and why, the facts behind it, and what to do. Commands stay on one line: they are copied."""
    where = finding.resource
    yield printable(finding.title)
    yield ""
    yield _line("resource", where.arn)
    yield _line("where", f"{where.type}, {where.region}, account {where.account}")
    yield _line("criteria", ", ".join((*finding.direct, *finding.supporting)))
    if finding.verdict is Outcome.FAILED:
        yield _line("severity", finding.severity.value)
    yield _line("why", told(finding))
    for cause in finding.causes:
        if cause.message:  # the reason has the rest
            yield _line("said", cause.message)
    rows = [f"{name} = {shorten(value, LONGEST_VALUE)}" for name, value in flat(finding.evidence)]
    for number, row in enumerate(rows[:MOST_EVIDENCE]):
        yield _line("" if number else "evidence", row)
    if len(rows) > MOST_EVIDENCE:
        yield _line("", f"and {len(rows) - MOST_EVIDENCE} more")
    if finding.remedy:
        yield _line("to do", finding.remedy.replace("``", "`"))  # Markdown's marks are for those who read Markdown


def flat(evidence: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    """Evidence as paths and values: ``rotation.key_rotation_enabled``, ``False``."""
    for name, value in evidence.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{before}{name}.")
        else:
            yield printable(f"{before}{name}"), value


def _line(label: str, text: str) -> str:
    return f"{label.ljust(_LABEL)}{printable(text)}".rstrip()
