"""Rules of AWS Config and aggregators, on hand-made facts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloudsoc.aws.config_organization import (
    Aggregator,
    AggregatorFilter,
    AggregatorFilters,
    AggregatorSources,
    ConfigDelegates,
    OrganizationAggregationSource,
)
from cloudsoc.aws.config_rules import ConfigRule, ConfigRuleStatus, NoncompliantResource
from cloudsoc.aws.events import EventRule, RuleTargets, Target
from cloudsoc.graphs.log_delivery import EventAlerts, event_alerts
from cloudsoc.graphs.recording_compliance import known_since
from cloudsoc.model import Every, Everywhere, Incomplete, Its
from cloudsoc_checks.config.organization import aggregator_covers_organization
from cloudsoc_checks.config.rules import noncompliance_raises_alert, noncompliance_resolved_in_time, rules_or_packs_active
from tests.checks.table import UNREAD, but, given, table
from tests.checks.test_cloudtrail import ACCOUNT, IN_ONE, REGION
from tests.checks.test_config_delivery import CHANNEL
from tests.graphs.test_log_delivery import RULE as EVENT_RULE
from tests.graphs.test_log_delivery import TOPIC, TOPICS, WAITING, topics

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
RULE = ConfigRule(arn="arn:aws:config:eu-west-1:111122223333:config-rule/1", region="eu-west-1", config_rule_name="no-public", config_rule_state="ACTIVE")
JUDGED, FRESH = ConfigRuleStatus(last_successful_evaluation_time=AT), ConfigRuleStatus()
RULES = Its([RULE])

test_rules_or_packs_active = table(
    rules_or_packs_active,
    passed={
        "one": given(REGION, Its([(RULE, JUDGED)]), says="1 rules"),
        "one that is at it": (REGION, Its([(but(RULE, config_rule_state="EVALUATING"), JUDGED)])),
        "enough, whatever was not read": (REGION, Its([(RULE, JUDGED)], [UNREAD])),
    },
    failed={
        "none": given(REGION, Its[tuple[ConfigRule, ConfigRuleStatus]](), says="there is no rule"),
        "one that never judged": given(REGION, Its([(RULE, FRESH)]), says="of 1 rules none"),
        "one that is going": (REGION, Its([(but(RULE, config_rule_state="DELETING"), JUDGED)])),
        "too few": given(REGION, Its([(RULE, JUDGED)]), min_rules=2, says="of 1 rules 1 have judged anything, fewer than 2"),
    },
    not_assessed={"GEN-1: unread": (REGION, Its((), [UNREAD])), "none of those that are known": (REGION, Its([(RULE, FRESH)], [UNREAD]))},
)


def alerts(pattern: str, *targets: str, heard: Any = TOPICS, unread: Any = ()) -> EventAlerts:
    rows: list[tuple[EventRule, RuleTargets]] = [(but(EVENT_RULE, event_pattern=pattern), RuleTargets(targets=tuple(Target(arn=one) for one in targets)))]
    return event_alerts(REGION, Every(rows if targets else (), unread), heard)


ANY = '{"source": ["aws.config"]}'
OURS = '{"source":["aws.config"],"detail-type":["Config Rules Compliance Change"],"detail":{"newEvaluationResult":{"complianceType":["NON_COMPLIANT"]}}}'
THERE = [{"exists": True}]
DETAIL = {"messageType": ["ComplianceChangeNotification"], "configRuleName": THERE, "resourceType": THERE, "resourceId": THERE}
CLOSELY = json.dumps({"source": ["aws.config"], "detail-type": THERE, "detail": DETAIL})
ONCE_GOOD = '{"source": ["aws.config"], "detail": {"oldEvaluationResult": {"complianceType": ["COMPLIANT"]}}}'
NEVER_GOOD = '{"source": ["aws.config"], "detail": {"oldEvaluationResult": {"complianceType": [{"exists": false}]}}}'
NO_RULE = alerts("")
TOLD = but(CHANNEL, sns_topic_arn=TOPIC)

test_noncompliance_raises_alert = table(
    noncompliance_raises_alert,
    passed={
        "a rule of EventBridge": given(REGION, RULES, alerts(OURS, TOPIC), Its([CHANNEL]), says="EventBridge rule config > topic security > 1 confirmed"),
        "one for all of AWS Config": (REGION, RULES, alerts(ANY, TOPIC), Its([CHANNEL])),
        "one that looks closely, at nothing in particular": (REGION, RULES, alerts(CLOSELY, TOPIC), Its([CHANNEL])),
        "the topic of the delivery channel": given(REGION, RULES, NO_RULE, Its([TOLD]), says="delivery channel default > topic security"),
        "whatever was not read": (REGION, RULES, alerts(ANY, TOPIC, unread=[UNREAD]), Its((), [UNREAD])),
        "the topic of the channel, whatever else was not read": (REGION, RULES, alerts("", unread=[UNREAD]), Its([TOLD])),
    },
    failed={
        "nothing": given(REGION, RULES, NO_RULE, Its([CHANNEL]), says="no rule of the default event bus takes it in"),
        "for one rule only": (REGION, RULES, alerts('{"source": ["aws.config"], "detail": {"configRuleName": ["no-public"]}}', TOPIC), Its([CHANNEL])),
        "when all is well again": (
            REGION,
            RULES,
            alerts('{"source": ["aws.config"], "detail": {"newEvaluationResult": {"complianceType": ["COMPLIANT"]}}}', TOPIC),
            Its([CHANNEL]),
        ),
        "not of what is new": given(REGION, RULES, alerts(ONCE_GOOD, TOPIC), Its([CHANNEL]), says="no rule of the default event bus"),
        "only of what is new": given(REGION, RULES, alerts(NEVER_GOOD, TOPIC), Its([CHANNEL]), says="no rule of the default event bus"),
        "a channel to a topic that is gone": given(REGION, RULES, alerts("", heard=Every()), Its([TOLD]), says="topic security is not there"),
        "to nobody": given(REGION, RULES, alerts(ANY, TOPIC, heard=topics(WAITING)), Its([CHANNEL]), says="none of its subscriptions is confirmed"),
        "a channel to nobody": given(REGION, RULES, alerts("", heard=topics(WAITING)), Its([TOLD]), says="delivery channel default > topic security: none"),
    },
    not_applicable={"no rule": (REGION, Its[ConfigRule](), NO_RULE, Its([CHANNEL]))},
    not_assessed={
        "GEN-1: rules unread": (REGION, Its((), [UNREAD]), NO_RULE, Its([CHANNEL])),
        "events unread": (REGION, RULES, alerts("", unread=[UNREAD]), Its([CHANNEL])),
        "channels unread": (REGION, RULES, NO_RULE, Its((), [UNREAD])),
        "topics unread": (REGION, RULES, alerts(ANY, TOPIC, heard=Every((), [UNREAD])), Its([CHANNEL])),
        "to another account": (REGION, RULES, alerts(ANY, "arn:aws:sns:eu-west-1:444455556666:security"), Its([CHANNEL])),
    },
)

FOUND = NoncompliantResource(
    arn="111122223333/eu-west-1/noncompliant/no-public/AWS::S3::Bucket/files",
    region="eu-west-1",
    config_rule_name="no-public",
    resource_type="AWS::S3::Bucket",
    resource_id="files",
    result_recorded_time=AT,
    since=AT - timedelta(days=30),
    untold=None,
)
LATE = but(FOUND, arn="late", resource_id="late", since=AT - timedelta(days=30, seconds=1))
UNTOLD = but(FOUND, since=None, untold="the history of its compliance is not recorded")
LATE_UNTOLD = but(UNTOLD, arn="old", result_recorded_time=AT - timedelta(days=31))
OF_ANOTHER = but(LATE, arn="other", config_rule_name="other")
KNOWN = Every([known_since(FOUND)])

test_noncompliance_resolved_in_time = table(
    noncompliance_resolved_in_time,
    passed={
        "nothing": given(RULE, Every[NoncompliantResource](), KNOWN, AT, says="fault with nothing"),
        "nothing, another rule does": (RULE, Every([OF_ANOTHER]), KNOWN, AT),
        "for as long as was agreed": given(RULE, Every([FOUND]), KNOWN, AT, says="1 resources, with none for more than 30 days; the longest since 2026-05-02"),
        "longer, where that was agreed": given(RULE, Every([LATE]), KNOWN, AT, max_open_days=31),
        "nothing, another rule's history unread": (RULE, Every([but(UNTOLD, config_rule_name="other")]), Every((), [UNREAD]), AT),
    },
    failed={
        "for too long": given(RULE, Every([FOUND, LATE]), KNOWN, AT, says="1 resources for more than 30 days, AWS::S3::Bucket late since 2026-05-02 or before"),
        "found last too long ago": given(RULE, Every([LATE_UNTOLD]), Every((), [UNREAD]), AT, says="since 2026-05-01 or before"),
        "at least so long": (RULE, Every([but(LATE, untold="it has been so in each of its latest 100 states")]), Every((), [UNREAD]), AT),
        "for too long, whatever was not read": (RULE, Every([LATE], [UNREAD]), KNOWN, AT),
        "for longer than was agreed": given(RULE, Every([FOUND]), KNOWN, AT, max_open_days=29),
    },
    not_assessed={
        "GEN-1: unread": (RULE, Every((), [UNREAD]), KNOWN, AT),
        "found lately, and since when is not known": (RULE, Every([UNTOLD]), Every((), [UNREAD]), AT),
        "for some days at least": (RULE, Every([but(FOUND, untold="it has been so in each of its latest 100 states")]), Every((), [UNREAD]), AT),
    },
)


@pytest.mark.parametrize("resource", [UNTOLD, but(FOUND, untold="it has been so in each of its latest 100 states"), but(UNTOLD, untold=None)])
def test_since_when_is_not_guessed(resource: NoncompliantResource) -> None:
    assert known_since(FOUND).since == FOUND.since
    with pytest.raises(Incomplete) as raised:
        known_since(resource)
    assert "needs review: since when AWS::S3::Bucket files" in raised.value.unread[0].error


AGGREGATOR = Aggregator(
    arn="arn:aws:config:eu-west-1:111122223333:config-aggregator/1",
    region="eu-west-1",
    configuration_aggregator_name="all",
    organization_aggregation_source=OrganizationAggregationSource(all_aws_regions=True),
)
OF_SOME = but(AGGREGATOR, configuration_aggregator_name="some", organization_aggregation_source=None)
SOURCES = AggregatorSources(sources=40, failing=())
MINE = ConfigDelegates(accounts=())
LIST = AggregatorFilter(type="INCLUDE", value=("AWS::S3::Bucket",))


def seen(aggregator: Aggregator = AGGREGATOR, sources: AggregatorSources = SOURCES, *unread: Any) -> Everywhere[tuple[Aggregator, AggregatorSources]]:
    return Everywhere([(aggregator, sources)], unread)


NOBODY = Everywhere[tuple[Aggregator, AggregatorSources]]()

test_aggregator_covers_organization = table(
    aggregator_covers_organization,
    passed={
        "all": given(ACCOUNT, seen(), IN_ONE, MINE, says="aggregator all in eu-west-1"),
        "filters that filter nothing": (ACCOUNT, seen(but(AGGREGATOR, aggregator_filters=AggregatorFilters())), IN_ONE, MINE),
        "whatever was not read": (ACCOUNT, seen(AGGREGATOR, SOURCES, UNREAD), UNREAD, UNREAD),
        "beside one that lacks something": (ACCOUNT, Everywhere([(AGGREGATOR, AggregatorSources(sources=0, failing=())), (AGGREGATOR, SOURCES)]), IN_ONE, MINE),
    },
    failed={
        "none": given(ACCOUNT, NOBODY, IN_ONE, MINE, says="no aggregator sees organization o-abcdef1234"),
        "delegated to itself": (ACCOUNT, NOBODY, IN_ONE, ConfigDelegates(accounts=("111122223333",))),
        "of single accounts": given(ACCOUNT, seen(OF_SOME), IN_ONE, MINE, says="no aggregator sees"),
        "of some regions": given(
            ACCOUNT,
            seen(but(AGGREGATOR, organization_aggregation_source=OrganizationAggregationSource(aws_regions=("us-east-1", "eu-west-1")))),
            IN_ONE,
            MINE,
            says="sees only eu-west-1, us-east-1",
        ),
        "of no region": (ACCOUNT, seen(but(AGGREGATOR, organization_aggregation_source=OrganizationAggregationSource())), IN_ONE, MINE),
        "two that lack something": given(
            ACCOUNT,
            Everywhere(
                [(AGGREGATOR, AggregatorSources(sources=0, failing=())), (AGGREGATOR, AggregatorSources(sources=4, failing=("1 in a", "2 in a", "3 in a")))]
            ),
            IN_ONE,
            MINE,
            says="got nothing yet; aggregator all gets nothing from 1 in a, 2 in a, 3 in a",
        ),
        "of some types": given(ACCOUNT, seen(but(AGGREGATOR, aggregator_filters=AggregatorFilters(resource_type=LIST))), IN_ONE, MINE, says="leaves some"),
        "of some services": given(
            ACCOUNT, seen(but(AGGREGATOR, aggregator_filters=AggregatorFilters(service_principal=LIST))), IN_ONE, MINE, says="leaves some"
        ),
        "nothing from some": given(
            ACCOUNT, seen(AGGREGATOR, AggregatorSources(sources=4, failing=("1 in a", "2 in a", "3 in a", "4 in a"))), IN_ONE, MINE, says="3 in a ..."
        ),
        "nothing yet": given(ACCOUNT, seen(AGGREGATOR, AggregatorSources(sources=0, failing=())), IN_ONE, UNREAD, says="nothing yet"),
    },
    not_applicable={
        "in no organization": (ACCOUNT, NOBODY, None, None),
        "delegated to another account": given(ACCOUNT, NOBODY, IN_ONE, ConfigDelegates(accounts=("444455556666",)), says="account 444455556666 sees to this"),
        "delegated to two": given(ACCOUNT, NOBODY, IN_ONE, ConfigDelegates(accounts=("444455556666", "222233334444")), says="222233334444 and 444455556666"),
    },
    not_assessed={
        "CFG-4: who it is delegated to may not be asked": (ACCOUNT, NOBODY, IN_ONE, UNREAD),
        "aggregators unread": (ACCOUNT, Everywhere((), [UNREAD]), IN_ONE, MINE),
        "the organization unread": (ACCOUNT, NOBODY, UNREAD, MINE),
    },
)
