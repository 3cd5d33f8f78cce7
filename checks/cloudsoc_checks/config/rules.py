"""Whether rules judge what is recorded, and whether anybody hears and mends what they find."""

from __future__ import annotations

from datetime import timedelta

from cloudsoc.aws.account import Region
from cloudsoc.aws.config import DeliveryChannel
from cloudsoc.aws.config_rules import ConfigRule, ConfigRuleStatus, NoncompliantResource
from cloudsoc.graphs.log_delivery import EventAlerts, best, listeners
from cloudsoc.graphs.recording_compliance import KnownSince
from cloudsoc.model import MEDIUM, Every, Failed, Its, NotApplicable, ObservedAt, Passed, Verdict, check
from cloudsoc.model.criterion import CC4_1, CC4_2, CC5_2, CC7_1, CC7_2, CC7_3

_FOUND = {
    "messageType": "ComplianceChangeNotification",
    "configRuleName": "a rule that no pattern names",
    "resourceType": "AWS::Any::Type",
    "resourceId": "a resource that no pattern names",
    "newEvaluationResult": {"complianceType": "NON_COMPLIANT"},
}
_SAID = {"source": "aws.config", "detail-type": "Config Rules Compliance Change"}
NONCOMPLIANT = ({**_SAID, "detail": _FOUND}, {**_SAID, "detail": {**_FOUND, "oldEvaluationResult": {"complianceType": "COMPLIANT"}}})
"""What AWS Config says when a rule finds fault, the first time and after all was well: of a rule and a resource that stand for all."""


@check(direct=(CC4_1,), supporting=(CC5_2, CC7_1), severity=MEDIUM)
def rules_or_packs_active(region: Region, rules: Its[tuple[ConfigRule, ConfigRuleStatus]], *, min_rules: int = 1) -> Verdict:
    """Rules, of conformance packs or single ones, judge the region.

    Why: a record that nobody compares with what should be shows a fault only to whoever looks for it.

    Fix: ``aws configservice put-conformance-pack --region {region.region_name} --conformance-pack-name NAME --template-s3-uri URI``; AWS has templates for many
    purposes, and their rules count each.

    Terraform: ``aws_config_conformance_pack``, ``aws_config_config_rule``.
    """
    judging = [rule for rule, status in rules.known if rule.config_rule_state in ("ACTIVE", "EVALUATING") and status.last_successful_evaluation_time]
    if len(judging) >= min_rules:
        return Passed(f"{len(judging)} rules have judged resources")
    if not rules:
        return Failed("there is no rule")
    return Failed(f"of {len(rules)} rules {len(judging) or 'none'} have judged anything, fewer than {min_rules}")


@check(direct=(CC4_2,), supporting=(CC7_2, CC7_3), severity=MEDIUM)
def noncompliance_raises_alert(region: Region, rules: Its[ConfigRule], alerts: EventAlerts, channels: Its[DeliveryChannel]) -> Verdict:
    """Somebody is told when a resource no longer complies.

    Why: a finding that waits for the next look at a console is as old as that look is rare.

    Fix: ``aws events put-rule --region {region.region_name} --name config-noncompliance --event-pattern
    '{{"source":["aws.config"],"detail-type":["Config Rules Compliance Change"],"detail":{{"newEvaluationResult":{{"complianceType":["NON_COMPLIANT"]}}}}}}'``, then
    ``aws events put-targets`` with a topic that somebody has confirmed.

    Terraform: ``aws_cloudwatch_event_rule``, ``aws_cloudwatch_event_target``, ``aws_sns_topic_subscription``.
    """
    if not rules:
        return NotApplicable("there is no rule that could find fault")
    by_rule = alerts.on(NONCOMPLIANT)
    by_channel = (
        listeners(one.sns_topic_arn, alerts.topics, region.arn.partition("/")[0]).after(f"delivery channel {one.name}") for one in channels if one.sns_topic_arn
    )
    found = by_rule if by_rule.path else best((by_rule, *by_channel))
    if path := found.whole():
        return Passed(path)
    return Failed("; ".join(found.breaks))


@check(direct=(CC4_2,), supporting=(CC7_1, CC7_3), severity=MEDIUM)
def noncompliance_resolved_in_time(
    rule: ConfigRule, resources: Every[NoncompliantResource], since: Every[KnownSince], at: ObservedAt, *, max_open_days: int = 30
) -> Verdict:
    """No rule finds fault with a resource for longer than was agreed.

    Why: that faults are found is half of the control; the other half is that they are mended, in the time that the company set itself.

    Fix: ``aws configservice get-compliance-details-by-config-rule --region {rule.region} --config-rule-name {rule.config_rule_name} --compliance-types
    NON_COMPLIANT`` lists the resources; mend them, or change the rule where it asks too much.

    Terraform: ``aws_config_remediation_configuration``.
    """
    own = [one for one in resources.known if one.config_rule_name == rule.config_rule_name]
    opened = sorted((one.since or one.result_recorded_time, one.resource_type, one.resource_id) for one in own)
    if late := [one for one in opened if at - one[0] > timedelta(days=max_open_days)]:
        when, kind, id = late[0]
        return Failed(f"{len(late)} resources for more than {max_open_days} days, {kind} {id} since {when:%Y-%m-%d} or before")
    len(resources)  # what was not read might be one
    if not own:
        return Passed("it finds fault with nothing")
    if any(one.untold is not None for one in own):
        len(since)  # found fault with lately, and nobody knows for how long: says why
    return Passed(f"it finds fault with {len(own)} resources, with none for more than {max_open_days} days; the longest since {opened[0][0]:%Y-%m-%d}")
