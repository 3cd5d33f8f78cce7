from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest

from cloudsoc.model.report import CriterionState, Exclusion, ExclusionUse, PlaceOutOfScope, Report, Waiver
from cloudsoc.reports.oscal import oscal
from cloudsoc.waivers import apply

VALIDATOR = jsonschema.Draft202012Validator(json.loads((Path(__file__).parent.parent / "data" / "oscal-assessment-results-1.2.1.json").read_text()))


EXCLUDED = (
    ExclusionUse(
        exclusion=Exclusion(reason="no customer data", regions=("ap-*",)), regions=(PlaceOutOfScope(account="111122223333", region="ap-south-1"),), origin="x:1"
    ),
)


def results(report: Report) -> dict[str, Any]:
    document = json.loads("".join(oscal(report)))
    VALIDATOR.validate(document)
    found: dict[str, Any] = document["assessment-results"]
    return found


def test_it_follows_the_schema_and_holds_together(sample: Report) -> None:
    found = results(sample)
    (result,) = found["results"]
    observed = [one["uuid"] for one in result.get("observations", ())]
    assert len(observed) == len(set(observed)) == len(sample.findings)
    items = {one["uuid"] for one in result.get("local-definitions", {}).get("inventory-items", ())}
    assert {subject["subject-uuid"] for one in result.get("observations", ()) for subject in one["subjects"]} == items
    related = {one["observation-uuid"] for finding in result.get("findings", ()) for one in finding.get("related-observations", ())}
    assert related <= set(observed)
    assert found["import-ap"]["href"].removeprefix("#") in {one["uuid"] for one in found["back-matter"]["resources"]}


@pytest.mark.parametrize("missing", ["import-ap", "uuid", "metadata"])
def test_the_schema_refuses_what_is_wrong(missing: str, samples: dict[str, Report]) -> None:
    document = json.loads("".join(oscal(samples["demo"])))
    assert VALIDATOR.is_valid(document)
    del document["assessment-results"][missing]
    assert not VALIDATOR.is_valid(document)


def test_only_what_is_supported_is_satisfied(sample: Report) -> None:
    states = {one["target"]["target-id"]: one["target"]["status"]["state"] for one in results(sample)["results"][0].get("findings", ())}
    assert states == {
        one.id.lower(): "satisfied" if one.state is CriterionState.SUPPORTED else "not-satisfied"
        for one in sample.criteria
        if one.state is not CriterionState.MANUAL
    }


def test_what_only_a_person_can_show_was_not_reviewed(samples: dict[str, Report]) -> None:
    (selection,) = results(samples["demo"])["results"][0]["reviewed-controls"]["control-selections"]
    excluded = {one["control-id"] for one in selection["exclude-controls"]}
    assert excluded == {one.id.lower() for one in samples["demo"].criteria if one.state is CriterionState.MANUAL}


def test_the_same_report_is_the_same_document_and_another_is_another(finding: Any, report: Any) -> None:
    one = report(finding("kms-a", "failed"))
    other = report(finding("kms-a", "failed"), accounts=(one.accounts[0].model_copy(update={"inventory": "1" * 64}),))
    assert list(oscal(one)) == list(oscal(report(finding("kms-a", "failed"))))
    assert results(one)["uuid"] != results(other)["uuid"]
    assert results(one)["results"][0]["observations"][0]["uuid"] == results(other)["results"][0]["observations"][0]["uuid"]
    assert UUID(results(one)["uuid"]).version == 5


def test_another_judgement_of_the_same_facts_is_another_document(finding: Any, report: Any) -> None:
    """Other settings, another scope, other waivers: what a reader knows by its id may not say something else than before."""
    one = report(finding("kms-a", "failed"))
    check = one.asked.checks[0].model_copy(update={"settings": {"days": 90}})
    waiver = Waiver(check="kms-a", resource="thing", reason="r", owner="o", approver="a", ticket="t", expires=date(2026, 12, 31))
    others = (
        one.model_copy(update={"asked": one.asked.model_copy(update={"checks": (check,)})}),
        one.model_copy(update={"exclusions": EXCLUDED}),
        apply(one, [waiver]),
    )
    ids = [(results(made)["uuid"], results(made)["results"][0]["uuid"]) for made in (one, *others)]
    assert all(len(set(column)) == len(ids) for column in zip(*ids, strict=True))


def test_what_is_out_of_scope_is_told(finding: Any, report: Any) -> None:
    """*Satisfied* is about the scope: who takes it in has to know what that left out."""
    plain = report(finding("kms-a", "passed"))
    (result,) = results(plain.model_copy(update={"exclusions": EXCLUDED}))["results"]
    assert "no customer data" in result["remarks"]
    assert "remarks" not in results(plain)["results"][0]
