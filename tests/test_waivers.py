"""Waivers: what they accept, until when, and what is said of those that hold no more."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudsoc.cli import main
from cloudsoc.model.patterns import matches
from cloudsoc.model.report import CriterionState, Outcome, Report, Waiver
from cloudsoc.mutelist import Accepted, MutelistError, toml
from cloudsoc.mutelist import waivers as taken_over
from cloudsoc.reports.formats import formats, pieces, writer
from cloudsoc.waivers import WaiverError, apply, parse
from tests.reports.conftest import HOSTILE, finding, report  # noqa: F401 fixtures

BODY = {"reason": "a public website", "owner": "web", "approver": "Mira", "ticket": "SEC-41", "expires": date(2026, 12, 31)}
CHECK = "kms-key-rotation-enabled"


def waiver(check: str = "kms-a", resource: str = "it", **more: Any) -> Waiver:
    return Waiver.model_validate({"check": check, "resource": resource} | BODY | more)


def text(**changed: Any) -> str:
    values = {"check": CHECK, "resource": "it"} | BODY | changed
    lines = (f"{name} = {value.isoformat() if isinstance(value, date) else json.dumps(value)}" for name, value in values.items() if value is not None)
    return "[[waiver]]\n" + "\n".join(lines) + "\n"


# -- the file ----------------------------------------------------------------------------------------------------------


def test_a_file_is_read() -> None:
    (one,) = parse(text(compensating_control="a firewall"), [CHECK])
    assert one == waiver(CHECK, compensating_control="a firewall")
    assert parse("") == ()


@pytest.mark.parametrize("name", ["check", "resource", "reason", "owner", "approver", "ticket", "expires"])
def test_nothing_may_be_missing_or_blank(name: str) -> None:
    with pytest.raises(WaiverError, match=f"waiver 1.*: it lacks {name}"):
        parse(text(**{name: None}))
    if name != "expires":
        with pytest.raises(WaiverError, match=name if name != "check" else "check"):
            parse(text(**{name: ""}))
        with pytest.raises(WaiverError):
            parse(text(**{name: "  "}), [CHECK])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (text(expires="2026-12-31"), "expires"),
        (text(expires="never"), "expires"),
        (text(owners="x"), "did you mean owner?"),
        (text(check="*"), "waives every check"),
        (text(check="kms-key-rotation-enable"), f"did you mean {CHECK}?"),
        (text(check="nothing-*"), "there is no check"),
        (text() + text(), "stands twice"),
        ("[waiver]\ncheck = 'x'", "two brackets"),
        ("[[waivers]]", "means nothing here"),
        ("waiver = 1", "two brackets"),
        ("[[waiver]", "not TOML"),
        (text(reason=["a"]), "reason"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(written: str, said: str) -> None:
    with pytest.raises(WaiverError, match=re.escape(said)):
        parse(written, [CHECK])


@pytest.mark.parametrize(
    ("glob", "name", "whole"),
    [
        ("logs", "logs", True),
        ("logs", "logs-of-payments", False),
        ("logs", "payment-logs", False),
        ("logs*", "logs-of-payments", True),
        ("log?", "logs", True),
        ("log?", "log", False),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("*", "line\nbreak", True),
        ("Logs", "logs", False),
    ],
)
def test_patterns_are_whole(glob: str, name: str, whole: bool) -> None:
    assert matches(glob, name) is whole


@given(st.text())
def test_a_name_without_wildcards_matches_itself_alone(name: str) -> None:
    if not set(name) & set("*?"):
        assert matches(name, name)
        assert not matches(name, name + "x")


# -- what becomes of a report ------------------------------------------------------------------------------------------


def test_a_waived_failure_stays_one_and_its_criterion_contradicted(finding: Any, report: Any) -> None:  # noqa: F811
    made = apply(report(finding("kms-a", "failed", "it"), finding("kms-a", "failed", "other")), [waiver()])
    assert [one.verdict for one in made.findings] == [Outcome.FAILED, Outcome.FAILED]
    assert [one.resource.arn for one in made.unwaived()] == ["other"]
    (criterion,) = [one for one in made.criteria if one.failed]
    assert criterion.state is CriterionState.CONTRADICTED
    assert criterion.reason.endswith("; 1 waived until 2026-12-31")
    assert made.waivers[0].state == "used"
    assert Report.from_json(made.to_json()) == made


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "used"),
        ({"resource": "i*"}, "used"),
        ({"check": "kms-*"}, "used"),
        ({"account": "111122223333", "region": "eu-west-1"}, "used"),
        ({"expires": date(2026, 3, 1)}, "used"),  # the day of the scan is its last
        ({"expires": date(2026, 2, 28)}, "expired"),
        ({"resource": "i"}, "unmatched"),
        ({"resource": "good"}, "unmatched"),
        ({"region": "us-east-1"}, "unmatched"),
        ({"account": "999999999999"}, "not_looked_at"),
        ({"check": "kms-b"}, "not_looked_at"),
        ({"resource": "unread"}, "not_looked_at"),
    ],
)
def test_what_becomes_of_a_waiver(changed: dict[str, Any], state: str, finding: Any, report: Any) -> None:  # noqa: F811
    made = apply(report(finding("kms-a", "failed", "it"), finding("kms-a", "passed", "good"), finding("kms-a", "not_assessed", "unread")), [waiver(**changed)])
    assert made.waivers[0].state == state
    assert bool(made.unwaived()) == (state != "used")
    assert bool(made.stale_waivers) == (state in {"expired", "unmatched"})


def test_a_listing_that_was_refused_leaves_a_waiver_alone(finding: Any, report: Any) -> None:  # noqa: F811
    made = report(finding("kms-a", "not_assessed", "111122223333/eu-west-1", population=True))
    assert apply(made, [waiver()]).waivers[0].state == "not_looked_at"
    assert apply(made, [waiver(region="us-east-1")]).waivers[0].state == "unmatched"


def test_what_expires_soon_is_told_by_the_day_of_the_scan(finding: Any, report: Any) -> None:  # noqa: F811
    made = report(finding("kms-a", "failed", "it"))
    assert [apply(made, [waiver(expires=date(2026, 3, day))]).waivers[0].soon for day in (1, 31)] == [True, True]
    assert not apply(made, [waiver(expires=date(2026, 4, 1))]).waivers[0].soon


def test_what_was_not_assessed_cannot_be_waived(finding: Any, report: Any) -> None:  # noqa: F811
    made = apply(report(finding("kms-a", "not_assessed", "it")), [waiver()])
    assert made.findings[0].waiver is None
    assert not made.complete


def test_of_two_waivers_the_later_holds(finding: Any, report: Any) -> None:  # noqa: F811
    made = apply(
        report(finding("kms-a", "failed", "it")), [waiver(expires=date(2026, 5, 1)), waiver(expires=date(2026, 6, 1)), waiver(expires=date(2026, 1, 1))]
    )
    assert made.findings[0].waiver is not None
    assert made.findings[0].waiver.expires == date(2026, 6, 1)


# -- every output ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(formats()))
def test_every_format_marks_what_is_waived_and_lists_what_is_stale(name: str, finding: Any, report: Any) -> None:  # noqa: F811
    plain = report(finding("kms-a", "failed", "it"), finding("kms-a", "failed", "other"))
    made = apply(plain, [waiver(), waiver(resource="no-such", ticket="SEC-99")])
    written = "".join(pieces(writer(name)(made)))
    assert written != "".join(pieces(writer(name)(plain)))
    if name not in {"html"}:  # whose findings are compressed; its table of waivers is not
        assert "SEC-41" in written
    assert "2026-12-31" in written
    if name not in {"csv", "csv-raw", "ocsf", "asff", "oscal", "junit"}:  # which hold findings, and nothing about the scan
        assert "SEC-99" in written


def test_the_formats_own_marks(finding: Any, report: Any) -> None:  # noqa: F811
    made = apply(report(finding("kms-a", "failed", "it"), finding("kms-a", "failed", "other")), [waiver(compensating_control="none")])

    def written(name: str) -> str:
        return "".join(pieces(writer(name)(made)))

    sarif = json.loads(written("sarif"))["runs"][0]["results"]
    assert sorted(len(one.get("suppressions", ())) for one in sarif) == [0, 1]
    assert [one["status_id"] for one in map(json.loads, written("ocsf").splitlines())] == [3, 1]
    assert [one.get("Workflow") for one in json.loads(written("asff"))] == [{"Status": "SUPPRESSED"}, None]
    assert [one.tag for one in ET.fromstring(written("junit")).iter() if one.tag in {"skipped", "failure"}] == ["skipped", "failure"]


# -- the gate ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, finding: Any, report: Any) -> Path:  # noqa: F811
    """A scan in an empty folder, in which one check failed for one resource."""
    made = report(finding(CHECK, "failed", "it"))
    monkeypatch.setattr("cloudsoc.session", lambda **_: None)
    monkeypatch.setattr("cloudsoc.scan", lambda *_, **__: made)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "cloudsoc-waivers.toml"


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (None, 1, "1 medium"),
        (text(), 0, "1 of them waived"),
        (text(expires=date(2026, 2, 1)), 1, "expired on 2026-02-01"),
        (text(resource="other"), 1, "waives nothing"),
        (text() + text(resource="other"), 1, "1 stale"),
        (text(expires=date(2026, 3, 9)), 0, "expires on 2026-03-09"),
    ],
)
def test_the_gate(content: str | None, code: int, said: str, scanned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if content is not None:
        scanned.write_text(content)
    assert main(["scan"]) == code
    assert said in capsys.readouterr().out


def test_another_file_and_one_that_is_wrong(scanned: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    other = scanned.with_name("accepted.toml")
    other.write_text(text())
    assert main(["scan", "--waivers", str(other)]) == 0
    other.write_text(text(check="kms-nothing"))
    monkeypatch.setattr("cloudsoc.session", lambda **_: pytest.fail("it went on"))
    assert main(["scan", "--waivers", str(other)]) == 2
    assert "there is no check" in capsys.readouterr().err


def test_the_file_is_checked_without_a_scan(scanned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waivers", "check"]) == 2
    scanned.write_text(text(expires=date(2999, 1, 1)) + text(expires=date(2020, 1, 1), resource="other"))
    assert main(["waivers", "check"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("2020-01-01  EXPIRED  kms-key-rotation-enabled on other")
    assert out[-1] == "2 waivers; expired: 1"
    scanned.write_text(text(expires=date(2999, 1, 1)))
    assert main(["waivers", "check", str(scanned)]) == 0


# -- mutelists ---------------------------------------------------------------------------------------------------------

ACCEPTED = Accepted("web", "Mira", "SEC-41", date(2026, 12, 31))


def mutelist(entry: Any, check: str = "theirs", account: str = "*") -> dict[str, Any]:
    return {"Mutelist": {"Accounts": {account: {"Checks": {check: entry}}}}}


def known() -> Any:
    from types import SimpleNamespace

    return {"kms-a": SimpleNamespace(refs=("Prowler:theirs",)), "kms-b": SimpleNamespace(refs=("Prowler:theirs", "CIS:1")), "kms-c": SimpleNamespace(refs=())}


def test_a_mutelist_becomes_waivers_of_whole_names() -> None:
    entry = {"Regions": ["eu-west-1", "us-east-1"], "Resources": ["logs", "^audit-.*", "*"], "Description": "agreed"}
    found, left = taken_over(mutelist(entry, account="111122223333"), known(), ACCEPTED)
    assert not left
    assert {(one.check, one.resource, one.region) for one in found} == {
        (check, resource, region) for check in ("kms-a", "kms-b") for resource in ("logs", "audit-*", "*") for region in ("eu-west-1", "us-east-1")
    }
    assert {(one.account, one.reason, one.owner, one.expires) for one in found} == {("111122223333", "agreed", "web", date(2026, 12, 31))}
    assert parse(toml(found, left)) == tuple(found)


@pytest.mark.parametrize(
    ("entry", "check", "said"),
    [
        ({"Regions": ["*"], "Resources": ["a|b"]}, "theirs", "regular expression"),
        ({"Regions": ["*"], "Resources": ["a.+"]}, "theirs", "regular expression"),
        ({"Regions": ["*"], "Resources": ["[a-z]*"]}, "theirs", "regular expression"),
        ({"Regions": ["*"], "Resources": ["*"], "Tags": ["env=dev"]}, "theirs", "exceptions or tags"),
        ({"Regions": ["*"], "Resources": ["*"], "Exceptions": {"Accounts": ["1"]}}, "theirs", "exceptions or tags"),
        ({"Regions": ["*"], "Resources": ["*"]}, "*", "many checks"),
        ({"Regions": ["*"], "Resources": ["*"]}, "iam_*", "many checks"),
        ({"Regions": ["*"], "Resources": ["*"]}, "unknown", "no check is known"),
        ({"Regions": ["*"]}, "theirs", "no resources"),
        ({"Regions": [], "Resources": ["*"]}, "theirs", "no regions"),
        ({"Regions": ["eu-.*"], "Resources": ["*"]}, "theirs", "plain name"),
        (None, "theirs", "no table"),
    ],
)
def test_what_a_waiver_cannot_say_is_left_out_and_told(entry: Any, check: str, said: str) -> None:
    found, left = taken_over(mutelist(entry, check), known(), ACCEPTED)
    assert not found
    assert said in left[0]


def test_an_account_that_yaml_took_for_a_number_is_told() -> None:
    """YAML reads 012345670123 as octal: the waiver would be about an account that nobody meant."""
    for account in (1402433619, "1402433619", "prod", "1234*"):
        found, left = taken_over({"Mutelist": {"Accounts": {account: {"Checks": {"theirs": {"Regions": ["*"], "Resources": ["a"]}}}}}}, known(), ACCEPTED)
        assert not found
        assert "account id" in left[0]


@pytest.mark.parametrize("document", [None, [], {}, {"Mutelist": None}, {"Mutelist": {"Accounts": ["*"]}}, {"Mutelist": {"Accounts": {"*": {}}}}])
def test_what_is_no_mutelist_is_refused(document: Any) -> None:
    with pytest.raises(MutelistError):
        taken_over(document, known(), ACCEPTED)


@pytest.mark.parametrize("name", [one for one in HOSTILE if one.strip()])
def test_hostile_names_survive_the_file(name: str) -> None:
    made = [waiver(resource=name, reason=name)]
    assert parse(toml(made, [name])) == tuple(made)


def test_the_command_imports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mutelist.yaml"
    file.write_text(
        'Mutelist:\n  Accounts:\n    "*":\n      Checks:\n        kms_cmk_rotation_enabled:\n          Regions: ["*"]\n          Resources: ["a-key"]\n'
    )
    args = ["waivers", "import", str(file), "--expires", "2027-01-31", "--owner", "o", "--approver", "a", "--ticket", "T-1"]
    assert main(args) == 0
    out, err = capsys.readouterr()
    (one,) = parse(out, [CHECK])
    assert (one.check, one.resource, one.expires) == (CHECK, "a-key", date(2027, 1, 31))
    assert err == "1 waiver; left out: 0\n"
    file.write_text("- nothing")
    assert main(args) == 2
