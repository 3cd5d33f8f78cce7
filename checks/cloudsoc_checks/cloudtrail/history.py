"""What CloudTrail's own history of the last 90 days says about the record itself."""

from __future__ import annotations

from datetime import timedelta
from fnmatch import fnmatchcase

from cloudsoc.aws.account import Account, Region
from cloudsoc.aws.cloudtrail_events import LOOKUP_DAYS, SampledEvent, TrailChange
from cloudsoc.model import EXTENDED, HIGH, LOW, MEDIUM, Everywhere, Failed, Its, NotApplicable, ObservedAt, Passed, Verdict, check
from cloudsoc.model.criterion import CC2_1, CC3_3, CC4_1, CC7_2


@check(direct=(CC7_2,), supporting=(CC3_3, CC4_1), severity=HIGH, profile=EXTENDED)
def logging_not_interrupted_in_period(
    account: Account, changes: Everywhere[TrailChange], at: ObservedAt, *, lookback_days: int = LOOKUP_DAYS, approved_actors: tuple[str, ...] = ()
) -> Verdict:
    """Nobody stopped, deleted or changed a trail in the period.

    Why: what was done while the record was off stands nowhere; switching it off is what an intruder does first. The history reaches 90 days back.

    Fix: ``aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=StopLogging`` in account {account.account} shows each call;
    find out who did it and what for, and let a service control policy deny it.

    Terraform: ``aws_organizations_policy``.
    """
    days = min(lookback_days, LOOKUP_DAYS)
    recent = [one for one in changes.known if at - one.event_time <= timedelta(days=days) and not _approved(one.actor, approved_actors)]
    done = [one for one in recent if one.error_code is None]
    if stopped := [one for one in done if one.event_name in ("StopLogging", "DeleteTrail")]:
        return Failed(_told(stopped))
    if done:
        return Failed(f"changed, perhaps for less: {_told(done)}", severity=MEDIUM)
    len(changes)  # what was not read might be one
    refused = f"; refused: {_told(recent)}" if recent else ""
    return Passed(f"nobody stopped, deleted or changed a trail in {days} days{refused}")


def _approved(actor: str | None, patterns: tuple[str, ...]) -> bool:
    return actor is not None and any(fnmatchcase(actor, pattern) for pattern in patterns)


def _told(changes: list[TrailChange]) -> str:
    newest = sorted(changes, key=lambda one: (one.event_time, one.event_id), reverse=True)
    said = [f"{one.event_name} on {one.event_time:%Y-%m-%d %H:%M} UTC in {one.region} by {one.actor or 'unknown'}" for one in newest[:3]]
    return f"{'; '.join(said)}{f' and {len(newest) - 3} more' if len(newest) > 3 else ''}"


@check(direct=(CC2_1, CC7_2), severity=LOW, profile=EXTENDED)
def records_carry_who_what_when_where(region: Region, events: Its[SampledEvent]) -> Verdict:
    """Sampled events name actor, action, time, region, source address and outcome.

    Why: a record that does not say who, what, when and from where proves nothing; the sample shows an auditor that this one does.

    Fix: nothing that is set changes it; ask AWS about the events that are named. ``aws cloudtrail lookup-events --region {region.region_name}`` lists them.

    Terraform: none.
    """
    lacking = {one.event_id: lacks for one in events.known if (lacks := _lacks(one))}
    if lacking:
        first, lacks = min(lacking.items())
        return Failed(f"{len(lacking)} of {len(events.known)} sampled events are incomplete: {first} lacks {' and '.join(lacks)}")
    if not events:
        return NotApplicable("nothing was called in the region in 90 days")
    evidence = {"events": [f"{one.event_name} {one.event_id}" for one in events][:5]}
    return Passed(f"each of the latest {len(events)} events names actor, action, time, region, source and outcome", evidence)


def _lacks(event: SampledEvent) -> list[str]:
    """An event without an error code succeeded; calls of AWS's own services come from no address."""
    parts = {"actor": event.actor, "action": event.event_name and event.event_source, "time": event.event_time, "region": event.aws_region}
    if event.actor_type != "AWSService":
        parts["source address"] = event.source_ip_address
    return [name for name, value in parts.items() if not value]
