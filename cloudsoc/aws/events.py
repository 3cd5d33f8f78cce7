"""EventBridge: rules of the default bus, to which AWS's own services send, and where they lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudsoc.aws.account import Region
from cloudsoc.model import Address, Calls, Fact, NotApplicable, Part, Resource, listed, part, reading, reads


@listed("events:ListRules.Rules[]", arn="{Arn}", names={"Rule": "{Name}"}, gone="ResourceNotFoundException", resource_type="AWS::Events::Rule")
class EventRule(Resource[Region]):
    """A rule of the default bus: one with a pattern takes in events, one with a schedule makes its own."""

    name: str
    state: str
    event_pattern: str | None = None


def takes_events(rule: EventRule) -> NotApplicable | None:
    """Only the targets of rules that take in events are asked for."""
    if rule.event_pattern is None:
        return NotApplicable("the rule runs on a schedule")
    return None if rule.state != "DISABLED" else NotApplicable("the rule is off")


@reading("events:ListTargetsByRule")
def targets(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """Where the events go. What else a target has (inputs, headers) may hold secrets and is dropped."""
    found = call.items("events:ListTargetsByRule.Targets[]", Rule=about.names["Rule"])
    yield {"targets": tuple({"arn": one["Arn"]} for one in found)}


@part
class Target(Part):
    """A resource that gets the events, by its ARN."""

    arn: str


@reads(targets, when=takes_events)
class RuleTargets(Fact[EventRule]):
    """Where the events of a rule go."""

    targets: tuple[Target, ...]
