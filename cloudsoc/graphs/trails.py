"""What a trail records: both grammars of selectors as one, and what several selectors or trails record together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from cloudsoc.aws.cloudtrail import AdvancedEventSelector, EventSelector, EventSelectors, Trail, TrailStatus
from cloudsoc.model import Incomplete, Ref, Unread, derivation

KINDS = {"All": frozenset({"read", "write"}), "ReadOnly": frozenset({"read"}), "WriteOnly": frozenset({"write"})}
"""The kinds of events, by AWS's words for them."""


@dataclass(frozen=True, slots=True)
class Intake:
    """The events that one selector takes in: all of a category and of some kinds, but for what it leaves out.

    Data events are of one type of resource (``of``), and only of those whose ARN begins with one of ``within`` (empty: of all) and with none of ``without``.
    """

    category: str
    kinds: frozenset[str]
    without_sources: frozenset[str] = frozenset()
    of: str = ""
    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def covers(self, arn: str) -> bool:
        """Whether it takes in the events of everything whose ARN begins so."""
        inside = not self.within or any(arn.startswith(one) for one in self.within)
        return inside and not any(arn.startswith(one) or one.startswith(arn) for one in self.without)


# AWS source: AWS CloudTrail API Reference, "PutEventSelectors".
BY_THEMSELVES = (Intake("Management", KINDS["All"]),)
"""What trails without selectors of their own take in."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a trail records now. ``stopped`` says why it counts for nothing: it does not log, or cannot deliver."""

    stopped: str
    intakes: tuple[Intake, ...] = ()

    def management(self) -> Iterator[tuple[str, frozenset[str]]]:
        """The kinds of management events that are taken in, each with the event sources that are left out."""
        for intake in self.intakes:
            if intake.category == "Management":
                yield from ((kind, intake.without_sources) for kind in sorted(intake.kinds))

    def data(self, of: str, arn: str) -> frozenset[str]:
        """The kinds of data events that are taken in of everything of a type whose ARN begins so."""
        found = (one.kinds for one in self.intakes if one.category == "Data" and one.of == of and not one.without_sources and one.covers(arn))
        return frozenset[str]().union(*found)


@derivation
def recording(trail: Trail, status: TrailStatus, selectors: Annotated[EventSelectors | Unread, Ref("arn")]) -> Recording:
    """Selectors add up: what one leaves out another may take in. What they say counts only while the trail logs and delivers.

    Those of the organization's trail are told to the account alone in which it lives; that a trail has none of its own is told to all who see it.
    """
    if not status.is_logging:
        return Recording("it is stopped")
    if status.latest_delivery_error:
        return Recording(f"it cannot deliver: {status.latest_delivery_error}")
    if isinstance(selectors, Unread):
        if trail.has_custom_event_selectors is False:
            return Recording("", BY_THEMSELVES)
        owner = trail.arn.split(":")[4]
        raise Incomplete(
            selectors if selectors.account in ("", owner) else replace(selectors, error=f"{selectors.error}; for review in account {owner}", account=owner)
        )
    basic = [intake for one in selectors.event_selectors for intake in _basic(one)]
    advanced = [intake for one in selectors.advanced_event_selectors for intake in _advanced(one)]
    return Recording("", (*basic, *advanced))


def _basic(selector: EventSelector) -> Iterator[Intake]:
    kinds = KINDS.get(selector.read_write_type, frozenset())
    if selector.include_management_events:
        yield Intake("Management", kinds, frozenset(selector.exclude_management_event_sources))
    for one in selector.data_resources:
        for value in one.values:
            yield Intake("Data", kinds, of=one.type, within=_beginnings(value))


def _beginnings(value: str) -> tuple[str, ...]:
    """``arn:aws:s3`` stands for all that there are; a bucket without a slash for itself, not for all whose names begin so."""
    resource = value.split(":", 5)[3:]
    if not any(resource):
        return ()
    return (value,) if ":s3:" not in value or "/" in value else (f"{value}/",)


def _advanced(selector: AdvancedEventSelector) -> Iterator[Intake]:
    categories: tuple[str, ...] = ()
    kinds, sources = KINDS["All"], frozenset[str]()
    types: tuple[str, ...] = ("",)
    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    for one in selector.field_selectors:
        said = (one.equals, one.not_equals, one.starts_with, one.not_starts_with, one.ends_with, one.not_ends_with)
        narrows = bool(one.equals or one.starts_with or one.ends_with)
        if one.field == "eventCategory" and said == (one.equals, (), (), (), (), ()):
            categories = one.equals
        elif one.field == "readOnly" and said in ((("true",), (), (), (), (), ()), (("false",), (), (), (), (), ())):
            kinds = kinds & KINDS["ReadOnly" if one.equals == ("true",) else "WriteOnly"]
        elif one.field == "eventSource" and not narrows:
            sources |= {*one.not_equals, *one.not_starts_with, *one.not_ends_with}
        elif one.field == "resources.type" and said == (one.equals, (), (), (), (), ()):
            types = one.equals
        elif one.field == "resources.ARN" and not within and not (one.equals or one.ends_with or one.not_ends_with):
            within, without = one.starts_with, (*without, *one.not_starts_with, *one.not_equals)
        else:
            return  # some other condition: it takes in only what meets it
    for category in categories:
        yield from (Intake(category, kinds, sources, of, within, without) for of in (types if category == "Data" else ("",)))


def together(found: Iterable[tuple[str, frozenset[str]]]) -> dict[str, frozenset[str]]:
    """Kind to the event sources that are still left out once all are taken together."""
    recorded: dict[str, frozenset[str]] = {}
    for kind, excluded in found:
        recorded[kind] = recorded.get(kind, excluded) & excluded
    return recorded


def named(trail: Trail, account: str) -> str:
    """A trail in words, with its account where that is another."""
    owner = trail.arn.split(":")[4]
    if trail.is_organization_trail:
        return f"organization trail {trail.name} of account {owner}"
    return f"trail {trail.name}" if owner == account else f"trail {trail.name} of account {owner}"
