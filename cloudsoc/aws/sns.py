"""SNS: topics, and whether anybody listens to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudsoc.aws.account import Region
from cloudsoc.model import Address, Calls, Fact, Part, Resource, listed, part, reading, reads


@listed("sns:ListTopics.Topics[]", arn="{TopicArn}", names={"TopicArn": "{TopicArn}"}, gone="NotFound", resource_type="AWS::SNS::Topic")
class Topic(Resource[Region]):
    """A topic of the account."""

    topic_arn: str


@reading("sns:ListSubscriptionsByTopic")
def subscriptions(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """How each listens, and whether it said yes. Where to is dropped: addresses are people's, and the address of a webhook is a password."""
    found = call.items("sns:ListSubscriptionsByTopic.Subscriptions[]", TopicArn=about.names["TopicArn"])
    yield {"subscriptions": tuple({"protocol": one["Protocol"], "confirmed": one["SubscriptionArn"].startswith("arn:")} for one in found)}


@part
class Subscription(Part):
    """One that listens, once it is confirmed; until then AWS writes ``PendingConfirmation`` in place of its ARN."""

    protocol: str
    confirmed: bool


@reads(subscriptions)
class TopicSubscriptions(Fact[Topic]):
    """Who listens to a topic."""

    subscriptions: tuple[Subscription, ...]
