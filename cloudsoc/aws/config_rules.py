"""AWS Config: rules, what they found, and since when it has been so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from cloudsoc.aws.account import Region
from cloudsoc.aws.config_history import MOST_STATES, latest_states
from cloudsoc.model import Address, Calls, Fact, Resource, Unread, listed, reading, reads


@listed(
    "config:DescribeConfigRules.ConfigRules[]",
    arn="{ConfigRuleArn}",
    gone="NoSuchConfigRuleException",
    resource_type="AWS::Config::ConfigRule",
)
class ConfigRule(Resource[Region]):
    """A rule, those of conformance packs and of other services included."""

    config_rule_name: str
    config_rule_state: str


@reads("config:DescribeConfigRuleEvaluationStatus.ConfigRulesEvaluationStatus[]", joins="{ConfigRuleArn}")
class ConfigRuleStatus(Fact[ConfigRule]):
    """Whether a rule evaluates."""

    last_successful_evaluation_time: datetime | None = None
    last_failed_evaluation_time: datetime | None = None
    last_error_code: str | None = None


@reading("config:DescribeComplianceByConfigRule", "config:GetComplianceDetailsByConfigRule", "config:GetResourceConfigHistory")
def noncompliant(call: Calls, about: Address, *, compliance_history_lookups: int = 200) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 its own region
    """Every resource that a rule finds fault with. A rule that runs every day records its finding anew each time: since when it is so stands in the history of
    the resource's compliance, one call a resource, for so many resources; of the rest it stays untold.
    """
    rules = [one["ConfigRuleName"] for one in call.items("config:DescribeComplianceByConfigRule.ComplianceByConfigRules[]", ComplianceTypes=["NON_COMPLIANT"])]
    histories: dict[str, list[Mapping[str, Any]] | str] = {}
    for rule in rules:
        results = "config:GetComplianceDetailsByConfigRule.EvaluationResults[]"
        for result in list(call.items(results, ConfigRuleName=rule, ComplianceTypes=["NON_COMPLIANT"])):
            what = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
            key = f"{what['ResourceType']}/{what['ResourceId']}"
            if key not in histories:
                spent = len(histories) >= compliance_history_lookups
                histories[key] = f"more than {compliance_history_lookups} histories (compliance_history_lookups)" if spent else _history(call, key)
            history = histories[key]
            since, untold = (None, history) if isinstance(history, str) else _since(history, rule)
            yield {
                "id": f"{rule}/{key}",
                "config_rule_name": rule,
                "resource_type": what["ResourceType"],
                "resource_id": what["ResourceId"],
                "result_recorded_time": result["ResultRecordedTime"],
                "since": since,
                "untold": untold,
            }


def _history(call: Calls, key: str) -> list[Mapping[str, Any]] | str:
    """The states of a resource's compliance, newest first; or why they are not known."""
    found = latest_states(call, "AWS::Config::ResourceCompliance", key)
    return f"{found.operation}: {found.error}" if isinstance(found, Unread) else found


def _since(history: list[Mapping[str, Any]], rule: str) -> tuple[datetime | None, str | None]:
    """Since when the rule has found fault without a break, in what AWS Config knows; and why it may be longer."""
    since: datetime | None = None
    for item in history:
        rules = json.loads(item.get("configuration") or "{}").get("configRuleList") or ()
        if not any(one.get("configRuleName") == rule and one.get("complianceType") == "NON_COMPLIANT" for one in rules):
            return since, None if since else "the history of its compliance is not recorded"
        since = item["configurationItemCaptureTime"]
    if since is None:
        return None, "the history of its compliance is not recorded"
    return since, f"it has been so in each of its latest {len(history)} states" if len(history) >= MOST_STATES else None


@listed(noncompliant, arn="{account}/{region}/noncompliant/{id}", resource_type="AWS::Config::ResourceCompliance")
class NoncompliantResource(Resource[Region]):
    """A resource that a rule finds fault with: when it did last, since when without a break, and why it may be longer."""

    config_rule_name: str
    resource_type: str
    resource_id: str
    result_recorded_time: datetime
    since: datetime | None
    untold: str | None
