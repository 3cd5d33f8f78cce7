"""AWS Config: a sample of the history of resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from pydantic import PositiveInt

from cloudsoc.aws.account import Region
from cloudsoc.model import Address, Calls, Resource, Unread, listed, reading

MOST_STATES = 100
"""So many states of one resource are looked at."""


def latest_states(call: Calls, kind: str, id: str) -> list[Mapping[str, Any]] | Unread:
    """The newest states of a resource, at most a hundred. Which error it is decides: one that Config has not discovered is no failure of the whole."""
    answer = call.tried("config:GetResourceConfigHistory", resourceType=kind, resourceId=id, limit=MOST_STATES)
    if not isinstance(answer, Unread):
        return list(answer["configurationItems"])
    if answer.error != "UnreadPages":
        return answer
    return list(islice(call.items("config:GetResourceConfigHistory.configurationItems[]", resourceType=kind, resourceId=id), MOST_STATES))


@reading("config:GetDiscoveredResourceCounts", "config:ListDiscoveredResources", "config:GetResourceConfigHistory")
def sampled(call: Calls, about: Address, *, history_sample_size: PositiveInt = 25) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 its own region
    """The first resources of types from all over the alphabet, the same ones each time; of each how many states are kept."""
    counts = call.items("config:GetDiscoveredResourceCounts.resourceCounts[]")
    types = sorted(one["resourceType"] for one in counts if not one["resourceType"].startswith("AWS::Config::"))  # those are what Config says of others
    types = types[:: max(1, len(types) // history_sample_size)]
    each = -(-history_sample_size // len(types)) if types else 0
    chosen: list[tuple[int, str, str]] = []
    for kind in types:
        found = call.items("config:ListDiscoveredResources.resourceIdentifiers[]", resourceType=kind)
        chosen += [(place, kind, one["resourceId"]) for place, one in enumerate(islice(found, each))]
    for _, kind, id in sorted(chosen)[:history_sample_size]:
        states = latest_states(call, kind, id)
        times = [] if isinstance(states, Unread) else [one["configurationItemCaptureTime"] for one in states]
        yield {
            "id": f"{kind}/{id}",
            "resource_type": kind,
            "resource_id": id,
            "states": states if isinstance(states, Unread) else len(states),
            "oldest": min(times, default=None),
        }


@listed(sampled, arn="{account}/{region}/history/{id}", resource_type="AWS::Config::ResourceCompliance")
class SampledHistory(Resource[Region]):
    """A resource of the sample, and how many of its states are kept (at most 100 are counted); what they say is dropped: it may hold secrets."""

    resource_type: str
    resource_id: str
    states: int
    oldest: datetime | None
