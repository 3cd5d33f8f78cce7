from __future__ import annotations

import gzip
import json
import random
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cloudsoc.model.report import FoundResource, Report
from cloudsoc.reports import sarif as module
from cloudsoc.reports.sarif import GZIPPED, LONGEST_DESCRIPTION, LONGEST_PATH, RESULTS, RULES, RUNS, TAGS, path, sarif

SCHEMA = json.loads((Path(__file__).parent.parent / "data" / "sarif-schema-2.1.0.json").read_text())
URI = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+(?:/(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+)*")
"""A relative path that needs no resolving; the schema's own format is not checked by jsonschema."""


def log(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sarif(report))
    jsonschema.Draft4Validator(SCHEMA).validate(found)
    return found


def test_it_follows_the_schema_and_githubs_limits(sample: Report) -> None:
    found = log(sample)
    assert len(found["runs"]) <= RUNS
    for run in found["runs"]:
        assert len(run["results"]) <= RESULTS
        assert len(run["tool"]["driver"]["rules"]) <= RULES
        for rule in run["tool"]["driver"]["rules"]:
            assert len(rule["properties"]["tags"]) <= TAGS
            assert max(len(rule[one]["text"]) for one in ("shortDescription", "fullDescription")) <= LONGEST_DESCRIPTION
            assert 0 < float(rule["properties"]["security-severity"]) < 10


def test_every_failure_is_a_result_and_nothing_else_is(sample: Report) -> None:
    results = [result for run in log(sample)["runs"] for result in run["results"]]
    assert {one["partialFingerprints"]["cloudsocFindingId/v1"] for one in results} == {one.id for one in sample.failed()}
    assert len(results) == len(sample.failed())


def test_results_point_to_their_rule_and_have_a_place_and_a_fingerprint(sample: Report) -> None:
    for run in log(sample)["runs"]:
        for result in run["results"]:
            assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
            (location,) = result["locations"]
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert URI.fullmatch(uri)
            assert not {".", ".."} & set(uri.split("/"))
            assert location["physicalLocation"]["region"]["startLine"] == 1
            assert result["partialFingerprints"]["primaryLocationLineHash"]


def test_what_was_not_assessed_is_no_silence(finding: Any, report: Any) -> None:
    (run,) = log(report(finding("kms-a", "not_assessed", "a"), finding("kms-a", "passed", "b")))["runs"]
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert [one["message"]["text"] for one in invocation["toolExecutionNotifications"]] == ["1 not assessed: kms:DescribeKey: AccessDeniedException"]
    (run,) = log(report(finding("kms-a", "passed", "b")))["runs"]
    assert run["invocations"][0]["executionSuccessful"]


def test_fingerprints_and_paths_do_not_depend_on_the_order(samples: dict[str, Report]) -> None:
    demo = samples["demo"]
    mixed = demo.model_copy(update={"findings": tuple(random.Random(1).sample(demo.findings, len(demo.findings)))})
    assert sarif(mixed) == sarif(demo)


def where(arn: str, account: str = "111122223333", region: str = "eu-west-1", partition: str = "aws") -> FoundResource:
    return FoundResource(arn=arn, id=arn.rsplit("/", 1)[-1], type="AWS::X::Y", region=region, account=account, partition=partition, owner=account)


def test_a_path_can_be_read() -> None:
    assert path(where("arn:aws:s3:::logs")) == "aws/111122223333/eu-west-1/s3/logs"
    assert path(where("arn:aws:iam::111122223333:role/team/admin", region="global")) == "aws/111122223333/global/iam/role/team/admin"


def test_paths_do_not_collide() -> None:
    places = [
        where("arn:aws:s3:::logs"),
        where("arn:aws:s3:::logs", account="444455556666"),
        where("arn:aws-cn:s3:::logs", partition="aws-cn"),
        where("arn:aws-us-gov:s3:::logs"),
        where("arn:aws:sns:eu-west-1:111122223333:logs"),
        where("arn:aws:sns:us-east-1:111122223333:logs", region="us-east-1"),
        where("arn:aws:sns:us-east-1:111122223333:logs"),
        where("arn:aws:sns:eu-west-1:999999999999:logs"),
        where("arn:aws:iam::111122223333:role/logs"),
        where("arn:aws:iam::111122223333:user/logs"),
        where("arn:aws:iam::111122223333:role//logs"),
        where("arn:aws:iam::111122223333:role/./logs"),
        where("arn:aws:iam::111122223333:role/../logs"),
        where("arn:aws:iam::111122223333:role/../user/logs"),
        where("logs"),
        where("lo gs"),
        where("lo%20gs"),
        where("lo/gs"),
        where("lo%2Fgs"),
        where("x" * 5000 + "a"),
        where("x" * 5000 + "b"),
        where(""),
        where("."),
        where("/"),
    ]
    paths = [path(one) for one in places]
    assert len(set(paths)) == len(places)
    assert all(URI.fullmatch(one) for one in paths), paths
    assert max(map(len, paths)) <= LONGEST_PATH + 17


def accounts(report: Any, finding: Any, number: int) -> Report:
    made = report(finding("kms-a", "failed", "k"))
    base = made.accounts[0]
    names = [f"{one:012d}" for one in range(number)]
    found = [made.findings[0].model_copy(update={"id": one, "resource": made.findings[0].resource.model_copy(update={"account": one})}) for one in names]
    more = {"accounts": tuple(base.model_copy(update={"account": one}) for one in names), "findings": tuple(found)}
    changed: Report = made.model_copy(update=more)
    return changed


@pytest.mark.parametrize(("number", "runs"), [(1, 1), (RUNS, RUNS), (RUNS + 1, 1)])
def test_accounts_are_runs_as_far_as_a_file_takes_them(number: int, runs: int, finding: Any, report: Any) -> None:
    found = log(accounts(report, finding, number))["runs"]
    assert len(found) == runs
    assert len({run["automationDetails"]["id"] for run in found}) == runs
    assert sum(len(run["results"]) for run in found) == number


def test_more_results_than_github_takes_are_counted(monkeypatch: pytest.MonkeyPatch, finding: Any, report: Any) -> None:
    monkeypatch.setattr(module, "RESULTS", 3)
    found = [finding("kms-a", "failed", f"k{number}", severity="high" if number == 4 else "low") for number in range(5)]
    (run,) = log(report(*found))["runs"]
    assert len(run["results"]) == 3
    assert run["results"][0]["level"] == "error"
    assert not run["invocations"][0]["executionSuccessful"]
    assert "2 more failures" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_a_file_that_is_too_large_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch, finding: Any, report: Any) -> None:
    random_ = random.Random(1)
    found = [finding("kms-a", "failed", f"k{number}", reason=random_.randbytes(300).hex()) for number in range(400)]
    monkeypatch.setattr(module, "GZIPPED", 60_000)
    text = sarif(report(*found))
    assert len(gzip.compress(text.encode())) <= 60_000 < GZIPPED
    (run,) = json.loads(text)["runs"]
    assert 0 < len(run["results"]) < 400
    assert f"{400 - len(run['results'])} more failures" in text


def test_brackets_and_braces_in_a_message_are_text(finding: Any, report: Any) -> None:
    (run,) = log(report(finding("kms-a", "failed", "k", reason="[a](javascript:b) {0}", remedy="")))["runs"]
    assert "\\[a\\](javascript:b) {{0}}" in run["results"][0]["message"]["text"]
