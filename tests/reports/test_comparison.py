from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloudsoc.cli import main
from cloudsoc.model.report import Report, Waiver
from cloudsoc.reports.comparison import Because, Change, ComparisonError, compare
from cloudsoc.reports.difference import line
from cloudsoc.reports.json import json as as_json
from cloudsoc.reports.jsonl import jsonl
from tests.reports.conftest import ACCOUNT, HOSTILE

OUTSIDE = {"causes": ({"operation": "kms:ListKeys", "error": "left out", "outside": True},)}


def changes(old: Report, new: Report) -> dict[str, Change]:
    return {one.finding.resource.arn: one.change for one in compare(old, new).differences}


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        ("passed", "failed", Change.NEW),
        ("not_applicable", "failed", Change.NEW),
        ("not_assessed", "failed", Change.NEW),
        (None, "failed", Change.NEW),
        ("failed", "failed", Change.UNCHANGED),
        ("failed", "passed", Change.FIXED),
        ("failed", "not_applicable", Change.FIXED),
        ("failed", None, Change.GONE),
        ("failed", "not_assessed", Change.NEWLY_NOT_ASSESSED),
        ("passed", "not_assessed", Change.NEWLY_NOT_ASSESSED),
        (None, "not_assessed", Change.NEWLY_NOT_ASSESSED),
        ("not_assessed", "not_assessed", None),
        ("passed", "passed", None),
        ("passed", None, None),
        ("not_assessed", "passed", None),
    ],
)
def test_what_became_of_a_finding(before: str | None, now: str | None, change: Change | None, finding: Any, report: Any) -> None:
    other = finding("kms-a", "passed", "other")  # the check was asked in both
    old, new = (report(other, *([finding("kms-a", verdict, "it")] if verdict else [])) for verdict in (before, now))
    assert changes(old, new) == ({"it": change} if change else {})


def test_a_failure_that_became_worse_is_new(finding: Any, report: Any) -> None:
    low, high = (report(finding("kms-a", "failed", "it", severity=one)) for one in ("low", "high"))
    assert changes(low, high) == {"it": Change.NEW}
    assert changes(high, low) == {"it": Change.UNCHANGED}


def test_what_was_not_looked_at_is_not_gone(finding: Any, report: Any) -> None:
    failed = finding("kms-a", "failed", "it")
    old = report(failed)
    other = finding("kms-a", "passed", "other")
    assert changes(old, report(finding("kms-b", "passed", "other"))) == {"it": Change.NOT_COMPARED}  # the check was not asked
    account = old.accounts[0].model_copy(update={"regions": old.accounts[0].regions[1:]})
    assert changes(old, report(other, accounts=(account,))) == {"it": Change.NOT_COMPARED}  # the region was not read
    assert changes(old, report(finding("kms-a", "not_assessed", "it", **OUTSIDE))) == {"it": Change.NOT_COMPARED}  # it is out of scope now
    unread = finding("kms-a", "not_assessed", "111122223333/us-east-1", region="us-east-1", population=True)
    assert changes(old, report(other, unread))["it"] is Change.NEWLY_NOT_ASSESSED  # the listing was refused
    assert changes(old, report(other)) == {"it": Change.GONE}


def test_a_listing_of_which_more_is_lost_than_before_is_newly_not_assessed(finding: Any, report: Any) -> None:
    """It broke off on its third page and breaks off on the first one now: what passed in between cannot be judged any more."""
    gap = finding("kms-a", "not_assessed", f"{ACCOUNT}/eu-west-1", population=True)
    old = report(gap, finding("kms-a", "passed", "one"), finding("kms-a", "passed", "two"))
    assert changes(old, old) == {}
    assert changes(old, report(gap, finding("kms-a", "passed", "one"))) == {"two": Change.NEWLY_NOT_ASSESSED}


def rule(report: Report, **changed: Any) -> Report:
    checks = tuple(one.model_copy(update=changed) for one in report.asked.checks)
    return report.model_copy(update={"asked": report.asked.model_copy(update={"checks": checks})})


@pytest.mark.parametrize(
    ("before", "changed", "evidence", "because"),
    [
        ("passed", {}, {"on": False}, Because.ENVIRONMENT),
        ("passed", {"version": "cloudsoc 2+1"}, {"on": False}, Because.EITHER),
        ("passed", {"version": "cloudsoc 2+1"}, {"on": True}, Because.RULE),
        ("passed", {"settings": {"days": 1}}, {"on": True}, Because.RULE),
        ("passed", {"undeclared": ("approved",)}, {"on": True}, Because.RULE),
        ("passed", {"version": "cloudsoc 2+0"}, {"on": False}, Because.ENVIRONMENT),  # another release, the same source
        ("not_assessed", {}, {"on": False}, Because.SEEN),
    ],
)
def test_a_change_of_the_environment_is_told_from_a_change_of_the_rule(
    before: str, changed: Any, evidence: Any, because: Because, finding: Any, report: Any
) -> None:
    old = rule(report(finding("kms-a", before, "it", evidence={"on": True})), version="cloudsoc 1+0")
    new = rule(report(finding("kms-a", "failed", "it", evidence=evidence)), **({"version": "cloudsoc 1+0"} | changed))
    (one,) = compare(old, new).differences
    assert one.because is because


def test_a_check_that_was_not_asked_before_is_a_change_of_the_rule(finding: Any, report: Any) -> None:
    (one,) = compare(report(finding("kms-b", "passed", "b")), report(finding("kms-a", "failed", "a"), finding("kms-b", "passed", "b"))).differences
    assert one.because is Because.RULE


def test_reports_of_different_accounts_are_not_compared(finding: Any, report: Any) -> None:
    old = report(finding("kms-a", "failed"))
    new = old.model_copy(update={"accounts": (old.accounts[0].model_copy(update={"account": "999999999999"}),)})
    with pytest.raises(ComparisonError, match="no account in common: 111122223333; 999999999999"):
        compare(old, new)


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(name: str, report: Report) -> str:
        file = tmp_path / name
        file.write_text(as_json(report) if name.endswith(".json") else "".join(jsonl(report)), encoding="utf-8")
        return str(file)

    return write


@pytest.mark.parametrize(
    ("before", "now", "args", "code"),
    [
        ("passed", "failed", [], 1),
        ("passed", "failed", ["--fail-on", "high"], 0),
        ("failed", "failed", [], 0),
        ("failed", "passed", [], 0),
        ("failed", "not_assessed", [], 3),
        ("failed", "not_assessed", ["--incomplete", "warn"], 0),
        ("not_assessed", "not_assessed", [], 0),
    ],
)
def test_the_gate_looks_at_what_is_new(before: str, now: str, args: list[str], code: int, written: Any, finding: Any, report: Any, monkeypatch: Any) -> None:
    old, new = report(finding("kms-a", before, "it")), report(finding("kms-a", now, "it"))
    assert main(["diff", written("old.json", old), written("new.jsonl", new), *args]) == code
    monkeypatch.setattr("cloudsoc.session", lambda **_: None)
    monkeypatch.setattr("cloudsoc.scan", lambda *_, **__: new)
    assert main(["scan", "--baseline", written("old.jsonl", old), *args]) == code


def test_it_says_what_changed_and_why(written: Any, finding: Any, report: Any, capsys: pytest.CaptureFixture[str]) -> None:
    old = report(finding("kms-a", "passed", "one"), finding("kms-a", "failed", "two"))
    new = report(finding("kms-a", "failed", "one", reason="it is off"), finding("kms-a", "passed", "two"))
    main(["diff", written("old.json", old), written("new.json", new)])
    text = capsys.readouterr().out
    assert "new: 1; fixed: 1; unchanged: 0; gone: 0; newly not assessed: 0; not compared: 0" in text
    assert "it is off (the environment changed)" in text
    main(["diff", written("old.json", old), written("new.json", new), "--format", "json"])
    out, err = capsys.readouterr()
    assert err == "new failures: 1; newly not assessed: 0\n"
    assert [one["change"] for one in json.loads(out)["differences"]] == ["new", "fixed"]


def test_a_scan_with_a_baseline_tells_the_changes_as_well(
    written: Any, finding: Any, report: Any, monkeypatch: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    new = report(finding("kms-a", "failed", "it"), finding("kms-a", "failed", "known"))
    monkeypatch.setattr("cloudsoc.session", lambda **_: None)
    monkeypatch.setattr("cloudsoc.scan", lambda *_, **__: new)
    baseline = written("old.json", report(finding("kms-a", "passed", "it"), finding("kms-a", "failed", "known")))
    assert main(["scan", "--baseline", baseline]) == 1
    assert "new: 1; fixed: 0; unchanged: 1" in capsys.readouterr().out
    assert main(["scan", "--baseline", baseline, "--format", "json"]) == 1
    out, err = capsys.readouterr()
    assert Report.from_json(out) == new
    assert err.splitlines() == ["new failures: 1; newly not assessed: 0", "findings: 2; not assessed: 0"]


@pytest.mark.parametrize("content", ["", "{}", "[]", "{", '{"kind":"finding"}', '{"kind":"report"', "\ufeff{}", '{"schema_version": 99}'])
def test_a_baseline_that_is_no_report_is_said_before_the_scan(content: str, tmp_path: Path, monkeypatch: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "old.json"
    file.write_text(content, encoding="utf-8")
    monkeypatch.setattr("cloudsoc.session", lambda **_: pytest.fail("it went on"))
    assert main(["scan", "--baseline", str(file)]) == 2
    assert "report" in capsys.readouterr().err


def test_a_newer_report_in_which_nothing_was_judged_is_no_success(written: Any, finding: Any, report: Any) -> None:
    old = written("old.json", report(finding("kms-a", "failed", "it")))
    for new in (report(), report(finding("kms-b", "not_assessed", "other", **OUTSIDE))):
        assert main(["diff", old, written("new.json", new)]) == 3
        assert main(["diff", old, written("new.json", new), "--incomplete", "warn"]) == 0


def test_names_do_not_reach_the_terminal_raw(written: Any, finding: Any, report: Any, capsys: pytest.CaptureFixture[str]) -> None:
    new = report(*(finding("kms-a", "failed", f"{number}{name}", reason=name) for number, name in enumerate(HOSTILE)))
    main(["diff", written("old.json", report()), written("new.json", new)])
    assert all(one.isprintable() for one in capsys.readouterr().out.splitlines())


WAIVER = Waiver.model_validate(
    {"check": "kms-a", "resource": "it", "reason": "r", "owner": "o", "approver": "a", "ticket": "t", "expires": "2999-12-31"},
)


def waived(failed: Any, report: Any) -> Report:
    """A report whose one failure is accepted."""
    return Report.from_json(report(failed).to_json()).model_copy(update={"findings": (failed.model_copy(update={"waiver": WAIVER}),)})


def test_a_new_failure_that_somebody_accepts_does_not_fail_the_gate(written: Any, finding: Any, report: Any) -> None:
    old, bad = report(finding("kms-a", "passed", "it")), finding("kms-a", "failed", "it")
    accepted = waived(bad, report)
    assert compare(old, report(bad)).new_failures() == (bad,)
    assert compare(old, accepted).new_failures() == ()
    assert [change.change for change in compare(old, accepted).differences] == [Change.NEW]
    assert main(["diff", written("old.json", old), written("new.json", report(bad))]) == 1
    assert main(["diff", written("old.json", old), written("accepted.json", accepted)]) == 0
    assert line(compare(old, report(bad))) == "new failures: 1; newly not assessed: 0"
    assert line(compare(old, accepted)) == "new failures: 0; newly not assessed: 0"


def test_a_failure_whose_waiver_is_gone_is_new(finding: Any, report: Any) -> None:
    """A baseline does not accept for good what a waiver accepted until somebody takes it away."""
    bad = finding("kms-a", "failed", "it")
    accepted, bare = waived(bad, report), report(bad)
    (one,) = compare(accepted, bare).differences
    assert (one.change, one.because) == (Change.NEW, Because.ACCEPTED)
    assert compare(accepted, bare).new_failures() == (bad,)
    assert [change.change for change in compare(accepted, accepted).differences] == [Change.UNCHANGED]
    assert [change.change for change in compare(bare, accepted).differences] == [Change.UNCHANGED]
