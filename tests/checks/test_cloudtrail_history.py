"""The history of events: CloudTrail checks on hand-made facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloudsoc.aws.cloudtrail_events import (
    ENUMERATING,
    ESCALATING,
    MODEL_CALLS,
    EnumeratingCalls,
    EscalatingCalls,
    ModelCalls,
    SampledEvent,
    TrailChange,
)
from cloudsoc.model import MEDIUM, Everywhere, Its
from cloudsoc_checks.cloudtrail.activity import activity_shows_no_enumeration, activity_shows_no_model_abuse, activity_shows_no_privilege_escalation
from cloudsoc_checks.cloudtrail.history import logging_not_interrupted_in_period, records_carry_who_what_when_where
from tests.checks.table import UNREAD, but, given, table
from tests.checks.test_cloudtrail import ACCOUNT, REGION

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
EVE = "arn:aws:iam::111122223333:user/eve"
STOPPED = TrailChange(
    arn="1",
    region="eu-west-1",
    event_id="1",
    event_name="StopLogging",
    event_time=AT - timedelta(days=30),
    actor=EVE,
    source_ip_address="198.51.100.7",
    error_code=None,
    resources=(),
)
DELETED = but(STOPPED, arn="2", event_id="2", event_name="DeleteTrail", event_time=AT - timedelta(days=20))
UPDATED = but(STOPPED, arn="3", event_id="3", event_name="UpdateTrail")
SELECTED = but(STOPPED, arn="4", event_id="4", event_name="PutEventSelectors")
REFUSED = but(STOPPED, error_code="AccessDenied")
MANY = [but(STOPPED, arn=str(number), event_id=str(number)) for number in range(5)]

test_logging_not_interrupted_in_period = table(
    logging_not_interrupted_in_period,
    passed={
        "none": given(ACCOUNT, Everywhere[TrailChange](), AT, says="in 90 days"),
        "tried, and refused": given(ACCOUNT, Everywhere([REFUSED]), AT, says="refused: StopLogging on 2026-05-02 12:00 UTC in eu-west-1 by arn:aws:iam"),
        "before the period": given(ACCOUNT, Everywhere([STOPPED]), AT, lookback_days=29, says="in 29 days"),
        "by whom it may": given(ACCOUNT, Everywhere([STOPPED, UPDATED]), AT, approved_actors=("arn:aws:iam::*:user/eve",)),
        "further back than the history reaches": given(ACCOUNT, Everywhere[TrailChange](), AT, lookback_days=365, says="in 90 days"),
    },
    failed={
        "stopped": given(ACCOUNT, Everywhere([STOPPED]), AT, says="StopLogging on 2026-05-02 12:00 UTC in eu-west-1 by arn:aws:iam::111122223333:user/eve"),
        "deleted": given(ACCOUNT, Everywhere([DELETED]), AT, says="DeleteTrail"),
        "on the last day of the period": given(ACCOUNT, Everywhere([STOPPED]), AT, lookback_days=30),
        "whatever was not read": (ACCOUNT, Everywhere([STOPPED], [UNREAD]), AT),
        "by nobody that is known": given(ACCOUNT, Everywhere([but(STOPPED, actor=None)]), AT, approved_actors=("*",), says="by unknown"),
        "the newest first": given(
            ACCOUNT, Everywhere([STOPPED, DELETED]), AT, says="DeleteTrail on 2026-05-12 12:00 UTC in eu-west-1 by " + EVE + "; StopLogging"
        ),
        "many": given(ACCOUNT, Everywhere(MANY), AT, says="and 2 more"),
        "three": (ACCOUNT, Everywhere(MANY[:3]), AT),
        "four": given(ACCOUNT, Everywhere(MANY[:4]), AT, says="and 1 more"),
        "updated": given(ACCOUNT, Everywhere([UPDATED]), AT, says="changed, perhaps for less: UpdateTrail", severity=MEDIUM),
        "other selectors": given(ACCOUNT, Everywhere([SELECTED]), AT, says="PutEventSelectors", severity=MEDIUM),
        "stopped and updated": given(ACCOUNT, Everywhere([UPDATED, STOPPED]), AT, says="StopLogging"),
    },
    not_assessed={
        "CT-6: a region unread": (ACCOUNT, Everywhere((), [UNREAD]), AT),
        "refused as far as is known": (ACCOUNT, Everywhere([REFUSED], [UNREAD]), AT),
    },
)

EVENT = SampledEvent(
    arn="1",
    region="eu-west-1",
    event_id="1",
    event_name="RunInstances",
    event_source="ec2.amazonaws.com",
    event_time=AT,
    aws_region="eu-west-1",
    actor=EVE,
    actor_type="IAMUser",
    source_ip_address="198.51.100.7",
    error_code=None,
)
OF_A_SERVICE = but(EVENT, event_id="2", actor="config.amazonaws.com", actor_type="AWSService", source_ip_address=None)


def one(**changes: Any) -> Its[SampledEvent]:
    return Its([EVENT, but(EVENT, event_id="9", **changes)])


test_records_carry_who_what_when_where = table(
    records_carry_who_what_when_where,
    passed={
        "whole": given(REGION, Its([EVENT]), says="latest 1 events"),
        "of an AWS service, which has no address": (REGION, Its([EVENT, OF_A_SERVICE])),
        "six, of which five are evidence": (REGION, Its([but(EVENT, event_id=str(number)) for number in range(6)])),
        "refused: the outcome is told": (REGION, one(error_code="AccessDenied")),
    },
    failed={
        "no actor": given(REGION, one(actor=None), says="1 of 2 sampled events are incomplete: 9 lacks actor"),
        "no name": given(REGION, one(event_name=None), says="lacks action"),
        "no source": given(REGION, one(event_source=None), says="lacks action"),
        "no time": given(REGION, one(event_time=None), says="lacks time"),
        "no region": given(REGION, one(aws_region=None), says="lacks region"),
        "no address": given(REGION, one(source_ip_address=None), says="lacks source address"),
        "an empty address": given(REGION, one(source_ip_address="", actor=None), says="actor and source address"),
        "no actor of a service": given(REGION, Its([but(OF_A_SERVICE, actor=None)]), says="2 lacks actor"),
    },
    not_applicable={"nothing was called": given(REGION, Its[SampledEvent](), says="nothing was called")},
    not_assessed={"unread": (REGION, Its((), [UNREAD])), "whole as far as is known": (REGION, Its([EVENT], [UNREAD]))},
)


def cases(kind: type[Any], names: tuple[str, ...], limit: int) -> dict[str, Any]:
    """The same for each pattern; ``limit`` is the greatest number of names that is not too many."""

    def calls(number: int, actor: str = EVE, of: str | None = "IAMUser", refused: int = 0, region: str = "eu-west-1") -> list[Any]:
        return [
            kind(
                arn=f"{region}/{actor} {name}",
                region=region,
                actor=actor,
                actor_type=of,
                event_name=name,
                times=3,
                refused=refused,
                source_ip_addresses=("198.51.100.7",),
            )
            for name in names[:number]
        ]

    role, people = "arn:aws:sts::111122223333:assumed-role/build/", "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123/"
    team = "arn:aws:iam::111122223333:user/team/"
    linked = "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForConfig/config"
    half = limit // 2 + 1
    return {
        "passed": {
            "none": given(ACCOUNT, Everywhere[Any](), says=f"of {len(names)} calls of the pattern no identity made more than 0"),
            "some": given(ACCOUNT, Everywhere(calls(limit)), says=f"more than {limit}"),
            "many, of an AWS service": (ACCOUNT, Everywhere(calls(len(names), "config.amazonaws.com", "AWSService"))),
            "many, of a service-linked role": (ACCOUNT, Everywhere(calls(len(names), linked, "AssumedRole"))),
            "as many as the limit itself": given(ACCOUNT, Everywhere(calls(len(names) // 2)), threshold=len(names) // 2 / len(names)),
            "many, of a service-linked role itself": (
                ACCOUNT,
                Everywhere(calls(len(names), "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", "Role")),
            ),
            "of two users in one place": (
                ACCOUNT,
                Everywhere([*calls(half, team + "ann"), *[but(call, actor=team + "bob") for call in calls(limit + 1)[half - 1 :]]]),
            ),
            "many, of one that may": given(ACCOUNT, Everywhere(calls(len(names))), approved_identities=("*:user/eve",)),
            "the same calls in two regions": (ACCOUNT, Everywhere([*calls(limit), *calls(limit, region="us-east-1")])),
            "of two people with one permission set": (
                ACCOUNT,
                Everywhere([*calls(half, people + "ann"), *[but(call, actor=people + "bob") for call in calls(limit + 1)[half - 1 :]]]),
            ),
        },
        "failed": {
            "many": given(ACCOUNT, Everywhere(calls(limit + 1)), says=f"{EVE} made {limit + 1} of {len(names)} calls"),
            "many, all of them refused": given(ACCOUNT, Everywhere(calls(limit + 1, refused=1)), says=f"{limit + 1} refused, from 198.51.100.7"),
            "whatever was not read": (ACCOUNT, Everywhere(calls(limit + 1), [UNREAD])),
            "under many names of one role": given(
                ACCOUNT,
                Everywhere([but(call, actor=f"{role}{number}") for number, call in enumerate(calls(limit + 1))]),
                says="assumed-role/build made",
            ),
            "more than is set": given(ACCOUNT, Everywhere(calls(1)), threshold=0.0),
            "of three": (ACCOUNT, Everywhere([call for number in range(3) for call in calls(limit + 1, f"{EVE}{number}")])),
            "of two, the one who made more comes first": given(
                ACCOUNT, Everywhere([*calls(limit + 1, f"{EVE}1"), *calls(limit + 2, f"{EVE}2")]), says=f"{limit + 2} of {len(names)}"
            ),
            "from four places": given(
                ACCOUNT,
                Everywhere([but(call, source_ip_addresses=tuple(f"198.51.100.{number}" for number in range(4))) for call in calls(limit + 1)]),
                says="from 198.51.100.0, 198.51.100.1, 198.51.100.2",
            ),
            "from nowhere that is told": (ACCOUNT, Everywhere([but(call, source_ip_addresses=()) for call in calls(limit + 1)])),
            "of four": given(ACCOUNT, Everywhere([call for number in range(4) for call in calls(limit + 1, f"{EVE}{number}")]), says="and 1 more"),
        },
        "not_assessed": {"unread": (ACCOUNT, Everywhere((), [UNREAD])), "some as far as is known": (ACCOUNT, Everywhere(calls(limit), [UNREAD]))},
    }


test_activity_shows_no_privilege_escalation = table(activity_shows_no_privilege_escalation, **cases(EscalatingCalls, ESCALATING, 5))
test_activity_shows_no_enumeration = table(activity_shows_no_enumeration, **cases(EnumeratingCalls, ENUMERATING, 10))
test_activity_shows_no_model_abuse = table(activity_shows_no_model_abuse, **cases(ModelCalls, MODEL_CALLS, 5))


@pytest.mark.parametrize("names", [ESCALATING, ENUMERATING, MODEL_CALLS])
def test_each_call_stands_once(names: tuple[str, ...]) -> None:
    assert len(set(names)) == len(names)
