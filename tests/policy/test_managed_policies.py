"""Every AWS managed policy that moto ships parses, expands and evaluates."""

import json
from dataclasses import replace
from functools import cache

import pytest

from cloudsoc.policy import Policies, Policy, PolicyDocument, Principal, Request, decide, exposure
from cloudsoc.policy.actions import services, statement_actions

SHARDS = 4
BOB = "arn:aws:iam::111122223333:user/bob"


@cache
def managed() -> tuple[tuple[str, Policy], ...]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    raw = json.loads(aws_managed_policies_data)
    return tuple((name, Policy.of(item["Document"], name)) for name, item in sorted(raw.items()))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_managed_policies_parse_expand_and_evaluate(shard: int) -> None:
    assert len(managed()) > 1000
    for name, policy in managed()[shard::SHARDS]:
        document = policy.document
        assert PolicyDocument.parse(document.to_json()) == document, name
        assert document.statements, name
        for statement in document:
            actions = statement_actions(statement)
            retired = not {pattern.partition(":")[0] for pattern in statement.actions or ()} & services()
            assert actions or retired, name
            for action in sorted(actions)[:: max(1, len(actions) // 5)]:
                assert statement.covers_action(action), (name, action)
                assert statement.touches_action(action), (name, action)
                request = Request.parse({"principal": BOB, "action": action})
                decision = decide(request, Policies(identity=(policy,)))
                plain = not statement.conditions and statement.resources == ("*",)
                if plain and statement.denies:
                    assert decision.outcome == "explicitly denied", (name, action)
                elif plain:
                    assert decision.outcome != "implicitly denied", (name, action)
                assert decision.explanation


@pytest.mark.parametrize("shard", range(SHARDS))
def test_managed_policies_for_everyone_expose_what_they_allow(shard: int) -> None:
    """As if each stood at a resource, with everyone as principal: whatever it allows is public, or restricted by its conditions, or needs a review."""
    everyone = (Principal("AWS", "*"),)
    for name, policy in managed()[shard::SHARDS]:
        document = PolicyDocument(tuple(replace(item, principals=everyone) for item in policy.document), policy.document.version)
        exposed = exposure(document, account="111122223333")
        assert exposed.explanation, name
        if not any(item.denies for item in document):
            plain = {index for index, item in enumerate(document) if not item.conditions and "${" not in "".join(item.resources or ())}
            assert {grant.index for grant in exposed.certain if grant.is_public} >= plain, name


def test_administrator_access_allows_everything_and_read_only_access_does_not() -> None:
    named = dict(managed())
    everything, reading = named["AdministratorAccess"], named["ReadOnlyAccess"]
    for action, reads in (("s3:GetObject", True), ("s3:PutObject", False), ("ec2:DescribeInstances", True), ("nosuch:Action", False)):
        request = Request.parse({"principal": BOB, "action": action})
        assert decide(request, Policies(identity=(everything,))).allowed
        assert decide(request, Policies(identity=(reading,))).allowed is reads
