from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from junitparser import Error, Failure, JUnitXml, Skipped

from cloudsoc.model.criterion import CC7_2
from cloudsoc.model.report import Outcome, Report
from cloudsoc.reports.junit import LONGEST_NAME, LONGEST_TEXT, junit
from tests.reports.conftest import HOSTILE

KINDS = {Outcome.FAILED: Failure, Outcome.NOT_APPLICABLE: Skipped, Outcome.NOT_ASSESSED: Error}


def read(report: Report) -> Any:
    return JUnitXml.fromstring(junit(report).encode())


def test_another_reader_finds_every_finding_once(sample: Report) -> None:
    found = read(sample)
    assert found.tests == len(sample.findings)
    assert found.failures == len(sample.failed())
    assert found.errors == len(sample.not_assessed)
    cases = [case for suite in found for case in suite]
    assert len(cases) == len(sample.findings)
    assert sum(suite.tests for suite in found) == len(cases)
    assert sum(suite.skipped for suite in found) == found.skipped
    expected = sorted(
        KINDS[one.verdict].__name__ if one.verdict in KINDS and not one.outside else "Skipped" if one.outside else "passed" for one in sample.findings
    )
    assert sorted(type(case.result[0]).__name__ if case.result else "passed" for case in cases) == expected


def test_cases_are_told_apart(samples: dict[str, Report]) -> None:
    cases = [(case.classname, case.name) for suite in read(samples["demo"]) for case in suite]
    assert len(set(cases)) == len(cases)


def test_a_finding_stands_in_its_first_direct_criterion_else_in_its_first(finding: Any, report: Any) -> None:
    found = read(report(finding("kms-a", "passed", "a"), finding("kms-b", "passed", "b", direct=(), supporting=(CC7_2,))))
    assert {suite.name.split()[0]: [case.name for case in suite] for suite in found} == {"CC6.1": ["kms-a: a"], "CC7.2": ["kms-b: b"]}


def test_a_failure_says_what_and_what_to_do(finding: Any, report: Any) -> None:
    case = next(iter(next(iter(read(report(finding("kms-a", "failed", "key", severity="high", reason="it is off")))))))
    assert (case.result[0].message, case.result[0].type) == ("it is off", "high")
    assert "`aws fix key`" in case.result[0].text


def test_an_error_says_what_could_not_be_read(finding: Any, report: Any) -> None:
    case = next(iter(next(iter(read(report(finding("kms-a", "not_assessed", "key")))))))
    assert case.result[0].type == "not_assessed"
    assert "kms:DescribeKey: AccessDeniedException" in case.result[0].text


def test_names_and_texts_are_cut_and_stay_apart(samples: dict[str, Report]) -> None:
    root = ET.fromstring(junit(samples["hostile"]))
    assert all(len(value) <= LONGEST_NAME for element in root.iter() for value in element.attrib.values())
    assert all(len(line) <= LONGEST_TEXT for element in root.iter() for line in (element.text or "").splitlines())
    assert len([case for case in root.iter("testcase") if "[cut" in case.get("name", "")]) == len([one for one in HOSTILE if len(one) > LONGEST_NAME])
