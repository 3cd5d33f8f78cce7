from __future__ import annotations

from datetime import date
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudsoc.criteria import roll_up
from cloudsoc.model.report import Cause, CriterionState, Report, Waiver
from cloudsoc.reports.json import json
from cloudsoc.reports.screen import screen
from cloudsoc.reports.table import table
from cloudsoc.reports.terminal import printable, shorten
from cloudsoc.waivers import apply

HOSTILE = "\x1b[2J\x1b]0;owned\x07\r\nfindings: 0; not assessed: 0\x9b31m\u202egpj.exe\u2028"


def lines(text: str) -> list[str]:
    return click.unstyle(text).splitlines()


def line(text: str, word: str) -> str:
    return next(one for one in lines(text) if word in one)


def test_the_last_line_says_what_failed_and_what_is_open(finding: Any, report: Any) -> None:
    outside = finding("kms-c", "not_assessed", "e", causes=(Cause(operation="kms:ListKeys", error="left out", outside=True),))
    text = screen(report(finding("kms-a", "failed", "a"), finding("kms-a", "passed", "b"), finding("kms-b", "not_assessed", "c"), outside))
    assert lines(text)[-1] == "findings: 1; not assessed: 1"
    assert "1 more need what is outside the scope" in text


def test_the_worst_come_first_with_their_remedy(finding: Any, report: Any) -> None:
    text = lines(screen(report(finding("kms-low", "failed", "a", severity="low"), finding("kms-bad", "failed", "b", severity="critical", reason="it is open"))))
    at = next(number for number, one in enumerate(text) if "kms-bad" in one)
    assert "critical" in text[at]
    assert text[at + 1].strip() == "b (eu-west-1): it is open"
    assert text[at + 2].strip() == "fix: aws fix b"
    assert any("kms-low" in one for one in text[at:])


def test_equal_findings_on_default_network_objects_fold_into_one_line(finding: Any, report: Any) -> None:
    regions = ["eu-west-1", "eu-west-2", "us-east-1", "us-west-2"]
    closed = [
        finding("vpc-closed", "failed", f"sg-{region}", region=region, kind="AWS::EC2::SecurityGroup", reason="it has rules", evidence={"group": {"group_name": "default"}})
        for region in regions
    ]  # fmt: skip
    made = report(
        *closed, finding("vpc-closed", "failed", "sg-own", kind="AWS::EC2::SecurityGroup", reason="it has rules", evidence={"group": {"group_name": "own"}})
    )
    text = screen(made, width=120)
    assert "sg-own (eu-west-1): it has rules (and 4 more, for other reasons)" in text  # what somebody made stands before what AWS made
    made = report(*closed)
    assert "4 of AWS's default network objects, in 4 regions: it has rules" in screen(made, width=120)
    assert all(f"sg-{region}" in table(made) for region in regions)
    assert lines(screen(made))[-1].startswith("findings: 4")


def test_a_default_object_of_another_kind_does_not_fold(finding: Any, report: Any) -> None:
    found = [finding("kms-a", "failed", f"key-{number}", evidence={"key": {"is_default": True}}) for number in range(4)]
    assert "key-0 (eu-west-1), key-1 (eu-west-1) and 2 more" in screen(report(*found), width=120)


def test_what_was_not_assessed_is_folded_by_cause(finding: Any, report: Any) -> None:
    denied = [finding("kms-a", "not_assessed", f"k{number}") for number in range(7)]
    undeclared = finding("vpc-b", "not_assessed", "v", causes=(Cause(operation="setting approved_vpcs", error="approved_vpcs is not declared"),))
    text = screen(report(*denied, undeclared), width=120)
    assert line(text, "AccessDenied").split() == ["7", "kms:DescribeKey:", "AccessDeniedException", "in", "eu-west-1,", "for", "kms-a"]
    assert line(text, "approved_vpcs").strip() == "1  approved_vpcs is not declared, for vpc-b"
    assert "cloudsoc permissions" in text
    assert "cloudsoc permissions" not in screen(report(undeclared))


def test_criteria_stand_with_their_states(finding: Any, report: Any) -> None:
    text = screen(report(finding("kms-a", "failed", "a"), finding("kms-b", "passed", "b")))
    assert "1 contradicted, 60 manual" in click.unstyle(text)
    assert line(text, "CC6.1").split()[1] == "contradicted"
    assert line(text, "CC6.1").endswith("1 failure")


def test_waivers_that_need_a_look_fit_as_well(finding: Any, report: Any) -> None:
    body = {"reason": "r", "owner": "o", "approver": "a", "ticket": "T", "expires": date(2026, 1, 1)}
    found = [finding(f"kms-{name}", "failed", name, remedy="Ask somebody who knows, " * 9) for name in "abcdefgh"]
    gaps = [finding("kms-z", "not_assessed", "k", region=f"r{n}", causes=(Cause(operation=f"a:B{n}", error="denied"),)) for n in range(9)]
    made = apply(report(*found, *gaps), [Waiver.model_validate({"check": "kms-a", "resource": f"x{number}"} | body) for number in range(9)])
    text = lines(screen(made))
    assert len(text) <= 40
    assert "WAIVERS  9 stale" in text
    assert any("expired on 2026-01-01" in one for one in text)


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_it_fits(width: int, finding: Any, report: Any) -> None:
    long = "a-very-long-name-of-a-bucket-that-somebody-thought-of-on-a-rainy-day" * 3
    found = [finding(f"kms-{name}", "failed", long, reason=long, remedy=f"Ask {'somebody who knows ' * 20}") for name in "abcdefgh"]
    gaps = [finding("kms-z", "not_assessed", "k", region=f"r{n}", causes=(Cause(operation=f"a:B{n}", error=long),)) for n in range(9)]
    text = lines(screen(report(*found, *gaps), width=width, whole="in report.json"))
    assert max(map(len, text)) <= width
    assert len(text) <= 40


def test_a_command_is_never_broken(finding: Any, report: Any) -> None:
    command = "aws s3api put-public-access-block --bucket logs --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true"
    assert f"fix: {command}" in lines(screen(report(finding("s3-a", "failed", "logs", remedy=f"``{command}``.")), width=60))[-3].strip()


def test_nothing_that_a_name_says_reaches_the_terminal_raw(finding: Any, report: Any) -> None:
    cause = Cause(operation=HOSTILE, error=HOSTILE, region=HOSTILE)
    made = report(
        finding("kms-a", "failed", HOSTILE, reason=HOSTILE, remedy=HOSTILE, region=HOSTILE),
        finding(HOSTILE, "not_assessed", HOSTILE, causes=(cause,)),
    )
    for text in (click.unstyle(screen(made, width=400, whole=HOSTILE)), table(made), json(made)):
        assert set(text) - {"\n"} == {one for one in text if one.isprintable()}
        assert "owned" in text
        assert [one for one in text.splitlines() if one.startswith("findings:")] in ([], ["findings: 1; not assessed: 1"])
    assert type(made).from_json(json(made)) == made


def test_a_style_of_ours_is_the_only_escape(finding: Any, report: Any) -> None:
    coloured = screen(report(finding("kms-a", "failed", "a\x1b[31m", severity="critical")), width=200)
    assert coloured != click.unstyle(coloured)
    assert "a\\x1b[31m" in coloured


@given(st.text())
def test_printable_is_one_line_that_a_terminal_shows_as_it_is(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)


@given(st.text(), st.integers(4, 40))
def test_shortened_text_fits_and_begins_alike(text: str, width: int) -> None:
    short = shorten(text, width)
    assert len(short) <= width
    assert short == printable(text) or (short.endswith("...") and printable(text).startswith(short[:-3]))


def test_the_table_has_every_row(finding: Any, report: Any) -> None:
    found = [finding("kms-a", verdict, f"{verdict}-{number}") for verdict in ("passed", "failed", "not_applicable", "not_assessed") for number in range(20)]
    made = report(*found)
    text = table(made)
    assert all(one.resource.arn in text for one in found)
    assert all(f"\n{one.id} " in text for one in made.criteria)
    assert text.endswith("findings: 20; not assessed: 20\n")


def test_json_is_the_report(finding: Any, report: Any) -> None:
    made = report(finding("kms-a", "failed", "Grüße 🦊"))
    assert "Grüße 🦊" in json(made)
    assert type(made).from_json(json(made)) == made
    assert made.criteria == roll_up(made.findings, available=(), ran=["kms-a"])


def test_a_scan_of_two_regions_supports_nothing_that_the_others_could_contradict(samples: dict[str, Report]) -> None:
    made = samples["demo"]
    partly = {one.check for one in made.coverage if one.outside}
    assert partly
    assert [one.id for one in made.criteria if one.state is CriterionState.SUPPORTED and partly & set(one.direct)] == []
