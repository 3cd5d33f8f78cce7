"""The report as JUnit XML, for CI systems that show tests: a suite a criterion, a case a check and resource.

A finding stands once: in the suite of its first direct criterion, else of its first. What does not apply is skipped, and so is what lies outside the scope
that was asked for and what is waived; what was not assessed is an error: neither passed nor failed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from cloudsoc.model.criterion import Criterion
from cloudsoc.model.report import Finding, Outcome, Report
from cloudsoc.reports.folding import told
from cloudsoc.reports.terminal import printable

LONGEST_NAME, LONGEST_TEXT = 500, 4000
"""A list of tests is read by eye: longer names and texts are cut, and say so."""


def junit(report: Report) -> str:
    """One ``testsuites`` document. XML forbids most control characters even as escapes, so every text is made printable."""
    suites: dict[Criterion, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        suites[(*finding.direct, *finding.supporting)[0]].append(finding)
    summaries = {one.id: one.summary for one in report.criteria}
    root = ET.Element("testsuites", {"name": "cloudsoc"} | _counts(report.findings))
    for criterion in sorted(suites, key=list(Criterion).index):
        findings = suites[criterion]
        suite = ET.SubElement(root, "testsuite", {"name": _cut(f"{criterion} {summaries.get(criterion, '')}".strip(), LONGEST_NAME)} | _counts(findings))
        suite.set("timestamp", min(one.observed_at for one in findings).strftime("%Y-%m-%dT%H:%M:%S"))
        for finding in findings:
            _case(suite, finding)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False).join(("<?xml version='1.0' encoding='utf-8'?>\n", "\n"))


def _counts(findings: Iterable[Finding]) -> dict[str, str]:
    kinds = [_kind(one) for one in findings]
    return {
        "tests": str(len(kinds)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
        "time": "0",
    }


def _kind(finding: Finding) -> str:
    if finding.outside or finding.waiver:
        return "skipped"
    return {Outcome.PASSED: "", Outcome.FAILED: "failure", Outcome.NOT_APPLICABLE: "skipped", Outcome.NOT_ASSESSED: "error"}[finding.verdict]


def _case(suite: ET.Element, finding: Finding) -> None:
    where = finding.resource
    # CI systems follow a case over time by class and name: the resource's whole ARN keeps two of one name apart.
    name = _cut(f"{finding.check}: {where.arn}", LONGEST_NAME, finding.id[:8])
    case = ET.SubElement(suite, "testcase", classname=_cut(f"{where.account}.{where.region}.{finding.check}", LONGEST_NAME), name=name, time="0")
    if kind := _kind(finding):
        attributes = {"message": _cut(told(finding), LONGEST_NAME)}
        if kind != "skipped":
            attributes["type"] = finding.severity.value if kind == "failure" else "not_assessed"
        element = ET.SubElement(case, kind, attributes)
        if kind == "failure":
            element.text = "\n".join(_cut(line, LONGEST_TEXT) for line in (finding.title, where.arn, finding.reason, finding.remedy.replace("``", "`")) if line)
        elif kind == "error":
            causes = (f"{one.operation}: {one.error} {one.message} ({one.region or 'no region'}, {one.account})" for one in finding.causes)
            element.text = "\n".join(_cut(line, LONGEST_TEXT) for line in (finding.title, where.arn, *causes))


def _cut(text: str, longest: int, mark: str = "") -> str:
    line = printable(text)
    end = f"... [cut{' ' + mark if mark else ''}]"
    return line if len(line) <= longest else line[: longest - len(end)] + end
