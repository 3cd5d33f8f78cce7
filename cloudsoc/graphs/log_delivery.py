"""Who is told: from a recorded call or a noticed change to somebody who listens, link by link.

A chain is whole when an event of the kind that is asked for, whatever else is in it, makes somebody get a message: a metric filter that takes it in, an alarm
that one such event raises, an action, a topic with a confirmed subscription; or a rule of EventBridge with a target that tells somebody. A link that was not
read is not a broken one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from cloudsoc.aws.account import Region
from cloudsoc.aws.cloudtrail import Trail
from cloudsoc.aws.cloudwatch import MetricAlarm
from cloudsoc.aws.events import EventRule, RuleTargets
from cloudsoc.aws.logs import LogGroup
from cloudsoc.aws.metric_filters import MetricFilter, MetricTransformation
from cloudsoc.aws.sns import Topic, TopicSubscriptions
from cloudsoc.graphs.log_delivery_patterns import pattern_of, takes_in
from cloudsoc.graphs.metric_filters import Expression, PatternError, implies, parse
from cloudsoc.graphs.trails import Recording
from cloudsoc.model import Every, Incomplete, Ref, Unread, derivation

Topics = Every[tuple[Topic, TopicSubscriptions]]

ACTING = {
    "lambda": "function",
    "states": "state machine",
    "sqs": "queue",
    "ssm": "OpsItem or incident",
    "ssm-incidents": "incident plan",
    "codebuild": "build",
}
"""Targets that act or call somebody by themselves, by the service in their ARN: what they do is not followed."""


@dataclass(frozen=True, slots=True)
class Chain:
    """``path``: the links of a chain that is whole, in words; empty where there is none, and then ``breaks`` says what came nearest."""

    path: str = ""
    breaks: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()

    def whole(self) -> str:
        """The path; empty where no chain is whole. Raises ``Incomplete`` where one might be whole, but for what was not read."""
        if not self.path and self.unread:
            raise Incomplete(*self.unread)
        return self.path

    def after(self, link: str) -> Chain:
        """The same, with a link before it."""
        return Chain(f"{link} > {self.path}" if self.path else "", tuple(f"{link} > {one}" for one in self.breaks), self.unread)


def best(chains: Iterable[Chain]) -> Chain:
    """The first whole chain; where none is, all that breaks and all that was not read."""
    breaks: list[str] = []
    unread: list[Unread] = []
    for one in chains:
        if one.path:
            return one
        breaks += one.breaks
        unread += one.unread
    return Chain("", tuple(dict.fromkeys(breaks)), tuple(dict.fromkeys(unread)))


def listeners(arn: str, topics: Topics, own: str) -> Chain:
    """Who hears of what the account ``own`` sends to a resource."""
    parts = arn.split(":", 5)
    service, account, name = (parts[2], parts[4], parts[5]) if len(parts) == 6 else ("", "", arn)
    if service == "sns":
        return _subscribed(arn, account, own, topics)
    if service == "events" and name.startswith("api-destination/"):
        return Chain(f"API destination {name.split('/')[1]}")
    if service == "events":
        return Chain("", (), (Unread("events:ListRules", f"needs review: it is passed on to {name} in {parts[3]} of account {account}", parts[3], account),))
    if service in ACTING:
        return Chain(f"{ACTING[service]} {name}")
    return Chain("", (f"{service or 'what'} {name} tells nobody",))


def _subscribed(arn: str, account: str, own: str, topics: Topics) -> Chain:
    name = arn.rpartition(":")[2]
    for topic, subscriptions in topics.known:
        if topic.arn == arn:
            kinds = sorted({one.protocol for one in subscriptions.subscriptions if one.confirmed})
            number = sum(one.confirmed for one in subscriptions.subscriptions)
            if number:
                return Chain(f"topic {name} > {number} confirmed subscription{'s' if number > 1 else ''} ({', '.join(kinds)})")
            waiting = "none of its subscriptions is confirmed" if subscriptions.subscriptions else "it has no subscription"
            return Chain("", (f"topic {name}: {waiting}",))
    if account != own:
        gap = Unread(
            "sns:ListSubscriptionsByTopic", f"needs review: topic {name} is in account {account}, and its subscriptions were not read", account=account
        )
        return Chain("", (), (gap,))
    return Chain("", (), topics.unread) if topics.unread else Chain("", (f"topic {name} is not there",))


# -- by a metric filter and an alarm -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LogGroupAlerts:
    """What is noticed in a log group, and who is told."""

    group: LogGroup
    filters: Every[MetricFilter]
    alarms: Every[MetricAlarm]
    topics: Topics

    def on(self, wanted: Expression) -> Chain:
        """The chain of an event that is wanted, whatever else is in it."""
        gaps = Chain("", (), (*self.filters.unread, *self.alarms.unread))
        found = best((*self._by_filter(wanted), gaps))
        return found if found.path or found.breaks or found.unread else Chain("", (f"no metric filter of log group {self.group.log_group_name} takes it in",))

    def _by_filter(self, wanted: Expression) -> Iterator[Chain]:
        for one in self.filters.known:
            if one.log_group_name == self.group.log_group_name and _takes_in(one, wanted):
                for metric in one.metric_transformations:
                    found = self._by_alarm(metric, whole=not (metric.dimensions or one.emit_system_field_dimensions))
                    yield found.after(f"metric filter {one.filter_name}")

    def _by_alarm(self, metric: MetricTransformation, *, whole: bool) -> Chain:
        named = f"metric {metric.metric_namespace}/{metric.metric_name}"
        if not whole or not _adds(metric):
            return Chain("", (f"{named} does not count each event",))
        of_it = [one for one in self.alarms.known if (one.namespace, one.metric_name) == (metric.metric_namespace, metric.metric_name)]
        found = best(self._by_action(one).after(f"alarm {one.alarm_name}") for one in of_it)
        return found if of_it else Chain("", (f"no alarm on {named}",))

    def _by_action(self, alarm: MetricAlarm) -> Chain:
        if not _raised_by_one(alarm):
            return Chain("", ("one event does not raise it",))
        if not alarm.actions_enabled or not alarm.alarm_actions:
            return Chain("", ("its actions are switched off" if alarm.alarm_actions else "it has no action",))
        return best(listeners(arn, self.topics, self.group.arn.split(":")[4]) for arn in alarm.alarm_actions)


def _takes_in(one: MetricFilter, wanted: Expression) -> bool:
    if one.apply_on_transformed_logs or one.field_selection_criteria:
        return False
    try:
        return implies(wanted, parse(one.filter_pattern or ""))
    except PatternError:
        return False


def _adds(metric: MetricTransformation) -> bool:
    try:
        return float(metric.metric_value) >= 1
    except ValueError:
        return False  # a field of the event, which may be anything


def _raised_by_one(alarm: MetricAlarm) -> bool:
    """Whether one event in one period is enough: the metric is then 1 or more."""
    if alarm.threshold is None or alarm.dimensions or (alarm.datapoints_to_alarm or alarm.evaluation_periods or 1) > 1:
        return False
    if alarm.statistic not in ("Sum", "SampleCount", "Maximum"):
        return False  # where other events count as 0, they pull an average or a minimum down
    return (alarm.comparison_operator == "GreaterThanOrEqualToThreshold" and alarm.threshold <= 1) or (
        alarm.comparison_operator == "GreaterThanThreshold" and alarm.threshold < 1
    )


@derivation
def log_group_alerts(group: LogGroup, filters: Every[MetricFilter], alarms: Every[MetricAlarm], topics: Topics) -> LogGroupAlerts:
    """All of it lies in the region of the log group: filters, their metrics and the alarms on them, the topics of those."""
    return LogGroupAlerts(group, filters, alarms, topics)


@dataclass(frozen=True, slots=True)
class TrailAlerts:
    """What is noticed in the log group of a trail, in whichever account that lies."""

    trail: Trail
    recording: Recording
    alerts: LogGroupAlerts | Unread | None

    def on(self, wanted: Expression) -> Chain:
        """The chain of a recorded event that is wanted."""
        link = f"trail {self.trail.name}"
        if self.recording.stopped:
            return Chain("", (f"{link}: {self.recording.stopped}",))
        if self.alerts is None:
            return Chain("", (f"{link} goes to no log group",))
        if isinstance(self.alerts, Unread):
            return Chain("", (), (self.alerts,))
        return self.alerts.on(wanted).after(f"{link} > log group {self.alerts.group.log_group_name}")


@derivation
def trail_alerts(trail: Trail, recording: Recording, alerts: Annotated[LogGroupAlerts | Unread | None, Ref("cloud_watch_logs_log_group_arn")]) -> TrailAlerts:
    """A log group in an account that is not in the inventory stays unread, and the gap names the account."""
    return TrailAlerts(trail, recording, alerts)


# -- by a rule of EventBridge ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EventAlerts:
    """What the default event bus of a region tells whom: the other way to be told, with no log group and no metric in between."""

    region: Region
    rules: Every[tuple[EventRule, RuleTargets]]
    topics: Topics

    def on(self, events: Sequence[Mapping[str, Any]]) -> Chain:
        """The chain of each of several events: whole only if each has one. All happen in this account and region, which a rule may ask for."""
        paths: list[str] = []
        here = {"account": self.region.arn.partition("/")[0], "region": self.region.region_name}
        for event in ({**here, **one} for one in events):
            found = best((*self._by_rule(event), Chain("", (), self.rules.unread)))
            if not found.path:
                return found if found.breaks or found.unread else Chain("", ("no rule of the default event bus takes it in",))
            paths.append(found.path)
        return Chain("; ".join(dict.fromkeys(paths)))

    def _by_rule(self, event: Mapping[str, Any]) -> Iterator[Chain]:
        for rule, targets in self.rules.known:
            if rule.state != "DISABLED" and rule.event_pattern and takes_in(pattern_of(rule.event_pattern), event):
                found = best(listeners(one.arn, self.topics, self.region.arn.partition("/")[0]) for one in targets.targets)
                yield (found if targets.targets else Chain("", ("it has no target",))).after(f"EventBridge rule {rule.name}")


@derivation
def event_alerts(region: Region, rules: Every[tuple[EventRule, RuleTargets]], topics: Topics) -> EventAlerts:
    """Rules, their targets and the topics among these."""
    return EventAlerts(region, rules, topics)
