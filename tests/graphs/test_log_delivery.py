"""From an event to somebody who is told, link by link."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudsoc.aws.account import Region
from cloudsoc.aws.cloudwatch import Dimension, MetricAlarm
from cloudsoc.aws.events import EventRule, RuleTargets, Target
from cloudsoc.aws.logs import LogGroup
from cloudsoc.aws.metric_filters import MetricFilter, MetricTransformation
from cloudsoc.aws.sns import Subscription, Topic, TopicSubscriptions
from cloudsoc.graphs.log_delivery import Chain, TrailAlerts, event_alerts, log_group_alerts, trail_alerts
from cloudsoc.graphs.log_delivery_patterns import pattern_of, takes_in
from cloudsoc.graphs.metric_filters import parse
from cloudsoc.model import Every, Incomplete, Unread
from tests.checks.table import UNREAD, but
from tests.checks.test_cloudtrail import EVERYTHING, NOTHING, OFF, TRAIL, records

GROUP = LogGroup(arn="arn:aws:logs:eu-west-1:111122223333:log-group:trail", region="eu-west-1", log_group_name="trail")
FILTER = MetricFilter(
    arn="111122223333/eu-west-1/metric-filter/trail:stops",
    region="eu-west-1",
    filter_name="stops",
    filter_pattern="{ $.eventName = StopLogging || $.eventName = DeleteTrail }",
    log_group_name="trail",
    metric_transformations=(MetricTransformation(metric_name="stops", metric_namespace="Audit", metric_value="1"),),
)
TOPIC = "arn:aws:sns:eu-west-1:111122223333:security"
ALARM = MetricAlarm(
    arn="arn:aws:cloudwatch:eu-west-1:111122223333:alarm:stops",
    region="eu-west-1",
    alarm_name="stops",
    actions_enabled=True,
    alarm_actions=(TOPIC,),
    state_value="OK",
    metric_name="stops",
    namespace="Audit",
    statistic="Sum",
    period=300,
    evaluation_periods=1,
    threshold=1.0,
    comparison_operator="GreaterThanOrEqualToThreshold",
)
HEARD = TopicSubscriptions(subscriptions=(Subscription(protocol="email", confirmed=True),))
WAITING = TopicSubscriptions(subscriptions=(Subscription(protocol="email", confirmed=False),))
TOPICS = Every([(Topic(arn=TOPIC, region="eu-west-1", topic_arn=TOPIC), HEARD)])


def topics(subscriptions: TopicSubscriptions, *unread: Unread) -> Every[tuple[Topic, TopicSubscriptions]]:
    return Every([(Topic(arn=TOPIC, region="eu-west-1", topic_arn=TOPIC), subscriptions)], unread)


WANTED = parse("{ $.eventName = StopLogging }")


def chain(*, filters: Any = (FILTER,), alarms: Any = (ALARM,), heard: Any = TOPICS, unread: Any = ()) -> Chain:
    return log_group_alerts(GROUP, Every(filters, unread), Every(alarms), heard).on(WANTED)


WHOLE = "metric filter stops > alarm stops > topic security > 1 confirmed subscription (email)"


def test_a_whole_chain_is_told_link_by_link() -> None:
    assert chain().whole() == WHOLE
    two = TopicSubscriptions(subscriptions=(*HEARD.subscriptions, Subscription(protocol="https", confirmed=True), *WAITING.subscriptions))
    assert chain(heard=topics(two)).whole().endswith("topic security > 2 confirmed subscriptions (email, https)")


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (chain(filters=()), "no metric filter of log group trail takes it in"),
        (chain(filters=[but(FILTER, log_group_name="other")]), "no metric filter"),
        (chain(filters=[but(FILTER, filter_pattern="{ $.eventName = DeleteTrail }")]), "no metric filter"),
        (chain(filters=[but(FILTER, filter_pattern="StopLogging")]), "no metric filter"),
        (chain(filters=[but(FILTER, apply_on_transformed_logs=True)]), "no metric filter"),
        (chain(filters=[but(FILTER, field_selection_criteria='@aws.region = "eu-west-1"')]), "no metric filter"),
        (chain(filters=[but(FILTER, emit_system_field_dimensions=("@aws.account",))]), "does not count each event"),
        (chain(filters=[but(FILTER, metric_transformations=(but(FILTER.metric_transformations[0], metric_value="$.latency"),))]), "does not count each event"),
        (chain(filters=[but(FILTER, metric_transformations=(but(FILTER.metric_transformations[0], metric_value="0"),))]), "does not count each event"),
        (chain(filters=[but(FILTER, metric_transformations=(but(FILTER.metric_transformations[0], dimensions={"a": "$.b"}),))]), "does not count each event"),
        (chain(alarms=()), "metric filter stops > no alarm on metric Audit/stops"),
        (chain(alarms=[but(ALARM, namespace="Other")]), "no alarm on metric"),
        (chain(alarms=[but(ALARM, metric_name="other")]), "no alarm on metric"),
        (chain(alarms=[but(ALARM, threshold=2.0)]), "alarm stops > one event does not raise it"),
        (chain(alarms=[but(ALARM, threshold=None)]), "one event does not raise it"),
        (chain(alarms=[but(ALARM, comparison_operator="GreaterThanThreshold")]), "one event does not raise it"),
        (chain(alarms=[but(ALARM, comparison_operator="LessThanThreshold")]), "one event does not raise it"),
        (chain(alarms=[but(ALARM, statistic="Average")]), "one event does not raise it"),
        (chain(alarms=[but(ALARM, statistic=None, extended_statistic="p99")]), "one event does not raise it"),
        (chain(alarms=[but(ALARM, evaluation_periods=2)]), "one event does not raise it"),
        (chain(alarms=[but(ALARM, evaluation_periods=3, datapoints_to_alarm=2)]), "one event does not raise it"),
        (chain(alarms=[but(ALARM, dimensions=(Dimension(name="a", value="b"),))]), "one event does not raise it"),
        (chain(alarms=[but(ALARM, actions_enabled=False)]), "its actions are switched off"),
        (chain(alarms=[but(ALARM, alarm_actions=())]), "it has no action"),
        (chain(alarms=[but(ALARM, alarm_actions=("arn:aws:automate:eu-west-1:ec2:stop",))]), "tells nobody"),
        (chain(heard=topics(WAITING)), "topic security: none of its subscriptions is confirmed"),
        (chain(heard=topics(TopicSubscriptions(subscriptions=()))), "topic security: it has no subscription"),
        (chain(heard=Every()), "topic security is not there"),
    ],
)
def test_each_link_can_break(found: Chain, why: str) -> None:
    assert found.whole() == ""
    assert any(why in one for one in found.breaks), found


@pytest.mark.parametrize(
    "found",
    [
        chain(filters=[but(FILTER, filter_pattern="")]),
        chain(alarms=[but(ALARM, evaluation_periods=3, datapoints_to_alarm=1)]),
        chain(alarms=[but(ALARM, threshold=0.0, comparison_operator="GreaterThanThreshold")]),
        chain(alarms=[but(ALARM, alarm_name="dead", actions_enabled=False), ALARM]),
        chain(alarms=[but(ALARM, alarm_actions=("arn:aws:sns:eu-west-1:111122223333:gone", TOPIC))]),
        chain(filters=[but(FILTER, filter_name="first", metric_transformations=()), FILTER]),
        chain(unread=[UNREAD]),
        chain(heard=topics(HEARD, UNREAD)),
    ],
)
def test_another_way_is_as_good(found: Chain) -> None:
    assert found.whole().endswith("1 confirmed subscription (email)")


def test_an_action_that_acts_itself() -> None:
    assert chain(alarms=[but(ALARM, alarm_actions=("arn:aws:lambda:eu-west-1:111122223333:function:page",))]).whole().endswith("function function:page")


ELSEWHERE = but(ALARM, alarm_actions=("arn:aws:sns:eu-west-1:444455556666:security",))


@pytest.mark.parametrize(
    "found",
    [
        chain(filters=(), unread=[UNREAD]),
        chain(heard=Every((), [UNREAD])),
        chain(alarms=[ELSEWHERE]),
        chain(alarms=[ELSEWHERE], heard=Every()),
        log_group_alerts(GROUP, Every([FILTER]), Every((), [UNREAD]), TOPICS).on(WANTED),
    ],
)
def test_a_link_that_was_not_read_is_not_broken(found: Chain) -> None:
    assert not found.path
    with pytest.raises(Incomplete):
        found.whole()


def test_whose_topic_it_is_is_told() -> None:
    (gap,) = chain(alarms=[ELSEWHERE]).unread
    assert gap.account == "444455556666"
    assert "topic security is in account 444455556666" in gap.error


# -- of a trail --------------------------------------------------------------------------------------------------------

ALERTS = log_group_alerts(GROUP, Every([FILTER]), Every([ALARM]), TOPICS)


def test_a_trail_leads_to_its_log_group() -> None:
    assert trail_alerts(TRAIL, EVERYTHING, ALERTS).on(WANTED).whole() == f"trail audit > log group trail > {WHOLE}"
    assert trail_alerts(TRAIL, EVERYTHING, None).on(WANTED).breaks == ("trail audit goes to no log group",)
    assert trail_alerts(TRAIL, records(status=OFF), ALERTS).on(WANTED).breaks == ("trail audit: it is stopped",)


def test_ct_1_a_log_group_elsewhere_is_unread() -> None:
    alerts: TrailAlerts = trail_alerts(TRAIL, NOTHING, UNREAD)
    with pytest.raises(Incomplete):
        alerts.on(WANTED).whole()


# -- by EventBridge ----------------------------------------------------------------------------------------------------

REGION = Region(arn="111122223333/eu-west-1", region="eu-west-1", region_name="eu-west-1", opt_in_status="opt-in-not-required")
EVENT = {"source": "aws.config", "detail-type": "Config Rules Compliance Change", "detail": {"messageType": "ComplianceChangeNotification"}}
RULE = EventRule(
    arn="arn:aws:events:eu-west-1:111122223333:rule/config", region="eu-west-1", name="config", state="ENABLED", event_pattern='{"source": ["aws.config"]}'
)


def ruled(rule: EventRule = RULE, *targets: str, heard: Any = TOPICS, unread: Any = (), events: Any = (EVENT,)) -> Chain:
    found = RuleTargets(targets=tuple(Target(arn=arn) for arn in targets))
    return event_alerts(REGION, Every([(rule, found)], unread), heard).on(events)


def test_a_rule_may_ask_for_its_own_account_and_region() -> None:
    own = {"source": ["aws.config"], "account": ["111122223333"], "region": [{"prefix": "eu-"}]}
    assert ruled(but(RULE, event_pattern=json.dumps(own)), TOPIC).whole()
    assert not ruled(but(RULE, event_pattern=json.dumps(own | {"account": ["444455556666"]})), TOPIC).whole()


def test_ct_5_a_rule_of_eventbridge_is_another_way() -> None:
    assert ruled(RULE, TOPIC).whole() == "EventBridge rule config > topic security > 1 confirmed subscription (email)"
    assert ruled(RULE, "arn:aws:events:eu-west-1:111122223333:api-destination/pager/1").whole() == "EventBridge rule config > API destination pager"
    assert ruled(RULE, "arn:aws:logs:eu-west-1:111122223333:log-group:x", TOPIC).whole()


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (ruled(RULE), "EventBridge rule config > it has no target"),
        (ruled(but(RULE, state="DISABLED"), TOPIC), "no rule of the default event bus"),
        (ruled(but(RULE, event_pattern='{"source": ["aws.ec2"]}'), TOPIC), "no rule of the default event bus"),
        (ruled(but(RULE, event_pattern=None), TOPIC), "no rule of the default event bus"),
        (ruled(RULE, TOPIC, heard=topics(WAITING)), "none of its subscriptions is confirmed"),
        (ruled(RULE, "arn:aws:logs:eu-west-1:111122223333:log-group:x"), "logs log-group:x tells nobody"),
        (ruled(RULE, TOPIC, events=(EVENT, {"source": "aws.ec2"})), "no rule of the default event bus"),
    ],
)
def test_each_link_of_a_rule_can_break(found: Chain, why: str) -> None:
    assert found.whole() == ""
    assert any(why in one for one in found.breaks), found


@pytest.mark.parametrize("found", [ruled(unread=[UNREAD]), ruled(RULE, "arn:aws:events:us-east-1:444455556666:event-bus/default")])
def test_a_rule_that_leads_out_of_sight(found: Chain) -> None:
    with pytest.raises(Incomplete):
        found.whole()


DETAIL: dict[str, Any] = {
    "source": "aws.config",
    "region": "eu-west-1",
    "detail": {"rule": "s3-public", "count": 3, "ip": "10.0.0.7", "tags": ["a", "b"], "ok": True},
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({}, True),
        ({"source": ["aws.config"]}, True),
        ({"source": ["aws.ec2", "aws.config"]}, True),
        ({"source": ["aws.ec2"]}, False),
        ({"source": []}, False),
        ({"source": ["aws.config"], "region": ["us-east-1"]}, False),
        ({"detail": {"rule": ["s3-public"]}}, True),
        ({"detail": {"missing": ["x"]}}, False),
        ({"missing": {"deep": ["x"]}}, False),
        ({"detail": {"tags": ["b"]}}, True),
        ({"detail": {"tags": ["c"]}}, False),
        ({"detail": {"ok": [True]}}, True),
        ({"detail": {"ok": [1]}}, False),
        ({"detail": {"rule": [{"prefix": "s3-"}]}}, True),
        ({"detail": {"rule": [{"prefix": "S3-"}]}}, False),
        ({"detail": {"rule": [{"prefix": {"equals-ignore-case": "S3-"}}]}}, True),
        ({"detail": {"rule": [{"suffix": "public"}]}}, True),
        ({"detail": {"rule": [{"equals-ignore-case": "S3-PUBLIC"}]}}, True),
        ({"detail": {"rule": [{"wildcard": "s3-*c"}]}}, True),
        ({"detail": {"rule": [{"wildcard": "s?-*"}]}}, False),
        ({"detail": {"rule": [{"anything-but": "s3-public"}]}}, False),
        ({"detail": {"rule": [{"anything-but": ["a", "b"]}]}}, True),
        ({"detail": {"rule": [{"anything-but": {"prefix": "s3"}}]}}, False),
        ({"detail": {"missing": [{"anything-but": "x"}]}}, False),
        ({"detail": {"rule": [{"exists": True}]}}, True),
        ({"detail": {"rule": [{"exists": False}]}}, False),
        ({"detail": {"missing": [{"exists": False}]}}, True),
        ({"detail": {"count": [{"numeric": [">", 2, "<=", 3]}]}}, True),
        ({"detail": {"count": [{"numeric": [">", 3]}]}}, False),
        ({"detail": {"rule": [{"numeric": [">", 3]}]}}, False),
        ({"detail": {"ip": [{"cidr": "10.0.0.0/24"}]}}, True),
        ({"detail": {"ip": [{"cidr": "10.0.1.0/24"}]}}, False),
        ({"detail": {"rule": [{"cidr": "10.0.0.0/24"}]}}, False),
        ({"$or": [{"source": ["aws.ec2"]}, {"region": ["eu-west-1"]}]}, True),
        ({"$or": [{"source": ["aws.ec2"]}]}, False),
        ({"detail": {"rule": [{"unheard-of": "x"}]}}, False),
        ({"source": "aws.config"}, False),
    ],
)
def test_event_patterns(pattern: Any, expected: bool) -> None:
    assert takes_in(pattern_of(json.dumps(pattern)), DETAIL) is expected


def test_a_pattern_that_cannot_be_read_takes_in_nothing() -> None:
    assert not takes_in(pattern_of("{"), DETAIL)
    assert not takes_in(pattern_of("[]"), DETAIL)
