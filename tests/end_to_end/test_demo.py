"""The whole way over HTTP: a company is scanned, and whatever is refused or broken on the way is seen, never green."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

import cloudsoc
from cloudsoc import Finding, Outcome, Report
from cloudsoc.aws.permissions import EVERY_SCAN
from cloudsoc.demo import CANARIES, Fault, Simulation
from cloudsoc.engine.plan import Plan

REGIONS = ("eu-west-1",)  # where the company's home is: what holds there holds elsewhere
CHECKS = cloudsoc.load_checks()
PLAN = Plan(CHECKS)
POLLED = {"iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"}
"""What is asked again until it is ready."""


@pytest.fixture(scope="module")
def company() -> Iterator[Simulation]:
    with Simulation(faults=()) as simulation:
        yield simulation


@pytest.fixture(scope="module")
def session(company: Simulation) -> boto3.Session:
    return company.session()


def scan(session: boto3.Session, **more: Any) -> Report:
    return cloudsoc.scan(session, **({"checks": CHECKS, "regions": REGIONS} | more))


@pytest.fixture(scope="module")
def whole(session: boto3.Session, company: Simulation) -> tuple[Report, list[str]]:
    """The report with nothing refused, and the operations that were called for it."""
    company.faults()
    company.reset_calls()
    report = scan(session)
    return report, [call.operation for call in company.calls()]


def by_subject(report: Report) -> dict[tuple[str, str], Finding]:
    return {(one.check, one.resource.arn): one for one in report.findings}


def test_every_check_says_something(whole: tuple[Report, list[str]]) -> None:
    assert {one.check for one in whole[0].findings} == set(CHECKS)


def test_the_company_is_right_and_wrong_and_in_part_unseen(session: boto3.Session) -> None:
    with Simulation() as simulation:
        report = scan(simulation.session())
    verdicts = Counter(one.verdict for one in report.findings)
    assert set(verdicts) == set(Outcome)
    refused = [cause for one in report.not_assessed for cause in one.causes if cause.error == "AccessDenied"]
    assert {(cause.operation, cause.region) for cause in refused} == {("s3:GetBucketPolicy", "eu-west-1")}


def test_one_subject_one_finding(whole: tuple[Report, list[str]]) -> None:
    ids = Counter(one.id for one in whole[0].findings)
    assert [id for id, times in ids.items() if times > 1] == []


def test_each_distinct_call_once(whole: tuple[Report, list[str]]) -> None:
    lines = Counter((call.operation, call.region, call.subject) for call in whole[0].accounts[0].calls if call.operation not in POLLED)
    assert {line: times for line, times in lines.items() if times > 1} == {}


def test_what_is_called_is_what_permissions_list_and_no_more(whole: tuple[Report, list[str]]) -> None:
    called = set(whole[1])
    listed = {*PLAN.operations, *EVERY_SCAN}
    assert called - listed == set()
    # Only asked where there is something to ask about, and the company has none of it.
    reached = {operation for operation in listed if operation in called}
    never = {operation: sorted(kind.__name__ for kind in PLAN.facts if operation in _operations(kind)) for operation in listed - reached}
    assert {operation: kinds for operation, kinds in never.items() if not _about_what_the_company_lacks(operation, whole[0])} == {}


def _operations(kind: Any) -> set[str]:
    return {operation for source in (kind.listing, kind.source) if source for operation in source.operations}


def _about_what_the_company_lacks(operation: str, report: Report) -> bool:
    """Whether all facts that come from an operation are about resources of which the account may have none, or that exist for none of them."""
    return all(about is not None and about.__name__ not in {"Account", "Region"} for kind in PLAN.facts for about in _asked_about(kind, operation))


def _asked_about(kind: Any, operation: str) -> Iterator[Any]:
    """What an operation is asked about for a fact; the further calls of a reading function are about what the first one found."""
    for source, about in ((kind.listing, kind.about), (kind.source, kind if kind.listing else kind.about)):
        if source and operation in source.operations:
            yield about if operation == source.operations[0] else kind


def test_a_selection_calls_only_what_it_needs(session: boto3.Session, company: Simulation) -> None:
    company.faults()
    company.reset_calls()
    scan(session, checks=["kms-key-not-pending-deletion"], regions=["eu-west-1"])
    assert {call.operation for call in company.calls()} == {"sts:GetCallerIdentity", "ec2:DescribeRegions", "kms:ListKeys", "kms:DescribeKey"}


@pytest.mark.parametrize(
    "operation", ["ec2:DescribeVpcs", "iam:GetAccountAuthorizationDetails", "kms:DescribeKey", "lambda:ListFunctions", "s3:GetBucketPolicy"]
)
def test_denied(operation: str, whole: tuple[Report, list[str]], session: boto3.Session, company: Simulation) -> None:
    """No pass depends on a refused operation, no row disappears, and the report names it; in each protocol, over HTTP. ``test_faults`` has all operations."""
    needs = {id: check for id, check in CHECKS.items() if operation in PLAN.operations_of(check)} or CHECKS
    company.faults(Fault(operation, "deny"))
    report = scan(session, checks=needs)
    before, after = by_subject(whole[0]), by_subject(report)
    for key, finding in after.items():
        if finding.verdict is Outcome.PASSED:
            assert before[key].verdict is Outcome.PASSED, f"{key} passes only because {operation} is denied"
    open_ = {(one.check, one.resource.region) for one in report.findings if one.population and one.verdict is Outcome.NOT_ASSESSED}
    for (check, resource), finding in before.items():
        if check in needs and (check, resource) not in after:
            # A denied listing leaves one row per check and region in place of its population.
            assert {(check, finding.resource.region), (check, "global")} & open_, f"{check} about {resource} disappeared"
    assert operation in {cause.operation for one in report.not_assessed for cause in one.causes} | {
        call.operation for call in report.accounts[0].calls if call.outcome not in {"read", "absent", "gone"}
    }


def test_no_secret_gets_out(
    whole: tuple[Report, list[str]], session: boto3.Session, company: Simulation, tmp_path: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    company.faults(Fault("kms:DescribeKey", "deny"), Fault("s3:GetBucketPolicy", "fail"), Fault("iam:GetCredentialReport", "malformed"))
    inventory = cloudsoc.collect(session, checks=CHECKS, regions=REGIONS)
    report = cloudsoc.evaluate(inventory, checks=CHECKS)
    inventory.save(tmp_path / "snapshot")
    loaded = repr(cloudsoc.Inventory.load(tmp_path / "snapshot"))
    out, err = capfd.readouterr()
    for canary in CANARIES:
        for text in (report.to_json(), whole[0].to_json(), loaded, repr(inventory), out, err):
            assert canary not in text


def test_the_report_is_read_back_equal(whole: tuple[Report, list[str]]) -> None:
    assert Report.from_json(whole[0].to_json()) == whole[0]
    assert json.loads(whole[0].to_json())["schema_version"] == 1


def test_two_scans_of_one_state_have_one_content_hash(session: boto3.Session, company: Simulation) -> None:
    """Of what AWS does not date anew each time, as it does the credential report."""
    company.faults()
    first, second = (scan(session, checks=["kms-*", "vpc-*"]) for _ in range(2))
    assert [(one.id, one.verdict, one.evidence) for one in first.findings] == [(one.id, one.verdict, one.evidence) for one in second.findings]
    assert first.accounts[0].inventory == second.accounts[0].inventory
