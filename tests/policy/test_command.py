"""`cloudsoc policy decide` on files."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cloudsoc.cli import main
from cloudsoc.policy.command import policy

REQUEST = {"principal": "arn:aws:iam::111122223333:user/bob", "action": "s3:GetObject", "resource": "arn:aws:s3:::photos/cat.jpg"}


def document(effect: str = "Allow", **more: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Sid": "One", "Effect": effect, "Action": "s3:*", "Resource": "*"} | more})


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "request.json": json.dumps(REQUEST),
        "allow.json": document(),
        "deny.json": document("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}}),
        "never.json": document("Deny"),
        "levels.json": f"[{document()}, {document('Deny')}]",
        "bucket.json": document(Principal="*"),
        "all.json": f'{{"identity": {document()}, "boundary": {document(Action="ec2:*")}}}',
        "twice.json": '{"Statement": [], "Statement": []}',
        "broken.json": "{",
        "list.json": "[]",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--identity", "allow.json"], 0, "ALLOWED"),
        ([], 1, "IMPLICITLY DENIED"),
        (["--identity", "allow.json", "--identity", "never.json"], 1, 'identity policy never.json, statement 0 "One"'),
        (["--identity", "allow.json", "--identity", "deny.json"], 0, "aws:SecureTransport is missing"),
        (["--identity", "allow.json", "--boundary", "never.json"], 1, "EXPLICITLY DENIED"),
        (["--identity", "allow.json", "--scp", "allow.json", "--scp", "levels.json"], 1, "service control policy levels.json[1]"),
        (["--identity", "allow.json", "--session", "allow.json"], 0, "ALLOWED"),
        (["--resource", "bucket.json", "--endpoint", "bucket.json", "--rcp", "bucket.json"], 0, "resource policy bucket.json"),
        (["--policies", "all.json"], 1, "permissions boundary does not allow"),
        (["--policies", "all.json", "--resource", "bucket.json"], 0, "names the caller itself"),
        (["--identity", "twice.json"], 2, "twice.json: not a policy: document"),
        (["--identity", "broken.json"], 2, "broken.json: not a policy: line 1"),
        (["--policies", "broken.json"], 2, "not JSON"),
        (["--policies", "list.json"], 2, "expected a JSON object"),
        (["--grants", "all.json"], 2, "'grants' must be a list"),
    ],
)
def test_decide(files: Path, options: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "decide", "request.json", *options]) == code
    assert says in "".join(capsys.readouterr())


def test_decide_as_json(files: Path) -> None:
    result = CliRunner().invoke(policy, ["decide", "request.json", "--identity", "allow.json", "--json"])
    answer = json.loads(result.output)
    assert answer["outcome"] == "allowed"
    assert answer["statements"][0]["policy"] == "allow.json"
    assert answer["statements"][0]["statement"]["Action"] == ["s3:*"]


@pytest.mark.parametrize(
    ("file", "options", "code", "says"),
    [
        ("bucket.json", [], 1, "PUBLIC: everyone"),
        ("bucket.json", ["--service", "s3"], 1, "for example: an anonymous caller s3:"),
        ("allow.json", [], 0, "Nobody outside the account is allowed anything."),
        ("partner.json", ["--account", "111122223333"], 0, "account 999988887777"),
        ("partner.json", ["--account", "999988887777"], 0, "Nobody outside"),
        ("open.json", [], 3, "NEEDS REVIEW: everyone"),
        ("service.json", [], 0, "UNGUARDED: service sns.amazonaws.com"),
        ("broken.json", [], 2, "broken.json: not a policy: line 1"),
    ],
)
def test_exposure(files: Path, file: str, options: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "partner.json").write_text(document(Principal={"AWS": "999988887777"}), encoding="utf-8")
    (files / "open.json").write_text(document(Principal="*", Condition={"StringEquals": {"nosuch:key": "x"}}), encoding="utf-8")
    (files / "service.json").write_text(document(Principal={"Service": "sns.amazonaws.com"}), encoding="utf-8")
    assert main(["policy", "exposure", file, *options]) == code
    assert says in "".join(capsys.readouterr())


def test_a_witness_from_the_command_is_a_request_for_it(files: Path) -> None:
    result = CliRunner().invoke(policy, ["exposure", "bucket.json", "--service", "s3", "--json"])
    (grant,) = json.loads(result.output)["grants"]
    assert grant["who"] == {"kind": "public", "value": ""}
    (files / "witness.json").write_text(json.dumps(grant["witness"]), encoding="utf-8")
    decided = CliRunner().invoke(policy, ["decide", "witness.json", "--resource", "bucket.json"])
    assert decided.exit_code == 0, decided.output


@pytest.mark.parametrize("changes", [{"action": None}, {"nosuch": 1}, {"context": []}, {"resource": 5}, {"names": "x"}])
def test_a_request_that_is_none(files: Path, changes: dict[str, object]) -> None:
    (files / "request.json").write_text(json.dumps(REQUEST | changes), encoding="utf-8")
    result = CliRunner().invoke(policy, ["decide", "request.json"])
    assert result.exit_code == 2
    assert next(iter(changes)) in result.output
