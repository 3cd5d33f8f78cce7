"""AWS Config from AWS's answers to verdicts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.end_to_end.account import ACCOUNT, REGION, Simulated
from tests.end_to_end.test_cloudtrail import event, history, one, verdicts

NOW = datetime.now(UTC)
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


def recorder(aws: Simulated, region: str = REGION, *, role: str = LINKED, **group: Any) -> None:
    """A recorder that runs, with its channel."""
    config = aws.client("config", region)
    group = group or {"allSupported": True, "includeGlobalResourceTypes": True}
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": group})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "history"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")


def running(last: str = "SUCCESS", **more: Any) -> dict[str, Any]:
    return {"ConfigurationRecordersStatus": [{"name": "default", "recording": True, "lastStatus": last, **more}]}


RECORDERS = ("config-recorder-enabled", "config-recorder-records-all-resource-types", "config-recorder-uses-service-linked-role")


def test_a_recorder_and_none(aws: Simulated) -> None:
    assert verdicts(aws.scan(*RECORDERS), *RECORDERS) == ["failed", "not_applicable", "not_applicable"]
    recorder(aws)
    aws.answers("config:DescribeConfigurationRecorderStatus", running())
    assert verdicts(aws.scan(*RECORDERS), *RECORDERS) == ["passed"] * 3
    aws.answers("config:DescribeConfigurationRecorderStatus", running("FAILURE", lastErrorCode="AccessDenied"))
    assert "AccessDenied" in one(aws.scan(RECORDERS[0]), RECORDERS[0]).reason
    aws.client("config").stop_configuration_recorder(ConfigurationRecorderName="default")
    aws.answers("config:DescribeConfigurationRecorderStatus", {"ConfigurationRecordersStatus": [{"name": "default", "recording": False}]})
    assert verdicts(aws.scan(*RECORDERS[:1]), *RECORDERS[:1]) == ["failed"]


def test_cfg_3_what_it_really_records(aws: Simulated) -> None:
    recorder(aws, role=f"arn:aws:iam::{ACCOUNT}:role/own", allSupported=False, resourceTypes=["AWS::EC2::Instance"])
    aws.answers("config:DescribeConfigurationRecorderStatus", running())
    found = aws.scan(*RECORDERS)
    assert verdicts(found, *RECORDERS) == ["passed", "failed", "failed"]
    assert one(found, RECORDERS[1]).reason == "only AWS::EC2::Instance are recorded"


def test_cfg_2_global_types_in_one_region_are_enough(aws: Simulated) -> None:
    recorder(aws, "us-east-1")
    recorder(aws, allSupported=True, includeGlobalResourceTypes=False)
    aws.answers("config:DescribeConfigurationRecorderStatus", running())
    both = aws.scan(RECORDERS[1], regions=[REGION, "us-east-1"])
    assert {one(both, RECORDERS[1], region).verdict.value for region in (REGION, "us-east-1")} == {"passed"}
    alone = one(aws.scan(RECORDERS[1]), RECORDERS[1])
    assert alone.verdict.value == "not_assessed"  # they may be recorded where it was not looked
    assert "only eu-west-1 was read" in alone.reason


def test_cfg_1_disabled_regions_are_not_asked_and_said_to_be(aws: Simulated) -> None:
    regions = [{"RegionName": REGION, "OptInStatus": "opt-in-not-required"}, {"RegionName": "ap-east-1", "OptInStatus": "not-opted-in"}]
    aws.answers("ec2:DescribeRegions", {"Regions": regions})
    found = aws.scan("config-recorder-enabled", regions=None)
    told = {one.resource.region: (one.verdict.value, one.reason) for one in found.report.findings}
    assert told[REGION] == ("failed", "there is no configuration recorder")
    assert told["ap-east-1"][0] == "not_applicable"
    assert "ap-east-1 is not enabled" in told["ap-east-1"][1]


def test_deliveries(aws: Simulated) -> None:
    ids = ("config-recorder-delivers-successfully", "config-history-retained-for-audit-period")
    recorder(aws)
    aws.answers("config:DescribeConfigurationRecorderStatus", running())
    good = {"name": "default", "configHistoryDeliveryInfo": {"lastStatus": "SUCCESS", "lastSuccessfulTime": NOW}}
    aws.answers("config:DescribeDeliveryChannelStatus", {"DeliveryChannelsStatus": [good]})
    assert verdicts(aws.scan(*ids), *ids) == ["passed", "passed"]
    bad = good | {"configHistoryDeliveryInfo": {"lastStatus": "FAILURE", "lastErrorCode": "NoSuchBucket"}}
    aws.answers("config:DescribeDeliveryChannelStatus", {"DeliveryChannelsStatus": [bad]})
    aws.client("config").put_retention_configuration(RetentionPeriodInDays=30)
    found = aws.scan(*ids)
    assert verdicts(found, *ids) == ["failed", "failed"]
    assert one(found, ids[0]).reason == "history: NoSuchBucket"
    aws.refuses("config:DescribeDeliveryChannelStatus")
    assert one(aws.scan(ids[0]), ids[0]).verdict.value == "not_assessed"


def test_the_bucket_of_the_history(aws: Simulated) -> None:
    id = "config-delivery-bucket-protected"
    recorder(aws)
    elsewhere = one(aws.scan(id), id)
    assert elsewhere.verdict.value == "not_assessed"
    assert "history was not found in any account of the inventory" in elsewhere.reason
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="history", CreateBucketConfiguration={"LocationConstraint": REGION})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket="history", ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert one(aws.scan(id), id).verdict.value == "passed"
    anyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::history/*"}
    s3.put_bucket_policy(Bucket="history", Policy=json.dumps({"Version": "2012-10-17", "Statement": [anyone]}))
    assert "everyone may s3:GetObject" in one(aws.scan(id), id).reason


@pytest.fixture
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudsoc.engine.calls.CallsOf.pause", lambda *_: None)


@pytest.mark.usefixtures("_no_waiting")
def test_who_stopped_the_recorder(aws: Simulated) -> None:
    id = "config-recording-not-interrupted-in-period"
    aws.answers("cloudtrail:LookupEvents", history(event("StopConfigurationRecorder", "1")))
    assert "StopConfigurationRecorder" in one(aws.scan(id), id).reason
    aws.answers("cloudtrail:LookupEvents", history())
    assert one(aws.scan(id), id).verdict.value == "passed"


# -- rules -------------------------------------------------------------------------------------------------------------

RULE = f"arn:aws:config:{REGION}:{ACCOUNT}:config-rule/"
RESOLVED = "config-noncompliance-resolved-in-time"


def rules(aws: Simulated, *names: str) -> None:
    aws.answers("config:DescribeConfigRules", {"ConfigRules": [rule(name) for name in names]})


def rule(name: str) -> dict[str, Any]:
    source = {"Owner": "AWS", "SourceIdentifier": "ANY"}
    return {"ConfigRuleName": name, "ConfigRuleArn": RULE + name, "ConfigRuleId": name, "Source": source, "ConfigRuleState": "ACTIVE"}


def test_rules_that_judge(aws: Simulated) -> None:
    id = "config-rules-or-packs-active"
    assert one(aws.scan(id), id).reason == "there is no rule"
    rules(aws, "a", "b")
    status = [{"ConfigRuleName": name, "ConfigRuleArn": RULE + name, "LastSuccessfulEvaluationTime": NOW} for name in ("a", "b")]
    pages: list[Mapping[str, Any]] = [{"ConfigRulesEvaluationStatus": status[:1], "NextToken": "more"}, {"ConfigRulesEvaluationStatus": status[1:]}]
    aws.answers("config:DescribeConfigRuleEvaluationStatus", pages)
    assert one(aws.scan(id), id).reason == "2 rules have judged resources"
    aws.refuses("config:DescribeConfigRuleEvaluationStatus")
    assert one(aws.scan(id), id).verdict.value == "not_assessed"


def test_somebody_is_told_of_noncompliance(aws: Simulated) -> None:
    id = "config-noncompliance-raises-alert"
    assert one(aws.scan(id), id).verdict.value == "not_applicable"
    rules(aws, "a")
    assert one(aws.scan(id), id).verdict.value == "failed"
    events, sns = aws.client("events"), aws.client("sns")
    pattern = {"source": ["aws.config"], "detail-type": ["Config Rules Compliance Change"]}
    events.put_rule(Name="noncompliance", EventPattern=json.dumps(pattern))
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    topic = sns.create_topic(Name="security")["TopicArn"]
    events.put_targets(Rule="noncompliance", Targets=[{"Id": "1", "Arn": topic}])
    assert "topic security: it has no subscription" in one(aws.scan(id), id).reason
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="security@example.com")
    found = aws.scan(id)
    assert one(found, id).reason == "EventBridge rule noncompliance > topic security > 1 confirmed subscription (email)"
    assert "security@example.com" not in found.report.to_json()
    aws.refuses("events:ListTargetsByRule")
    assert one(aws.scan(id), id).verdict.value == "not_assessed"


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def noncompliant(aws: Simulated, *resources: str, recorded: datetime = NOW) -> None:
    rules(aws, "public", "tags")
    compliance = [{"ConfigRuleName": "public", "Compliance": {"ComplianceType": "NON_COMPLIANT"}}]
    aws.answers("config:DescribeComplianceByConfigRule", {"ComplianceByConfigRules": compliance})
    results = [
        {
            "EvaluationResultIdentifier": {"EvaluationResultQualifier": {"ConfigRuleName": "public", "ResourceType": "AWS::S3::Bucket", "ResourceId": one}},
            "ComplianceType": "NON_COMPLIANT",
            "ResultRecordedTime": recorded,
        }
        for one in resources
    ]

    def details(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        assert asked["ConfigRuleName"] == "public", "only rules that find fault are asked for what"
        return {"EvaluationResults": results}

    aws.answers("config:GetComplianceDetailsByConfigRule", details)


def states(*said: tuple[float, str]) -> dict[str, Any]:
    """States of a resource's compliance, newest first: how many days ago, and what the rule said."""
    return {
        "configurationItems": [
            {
                "configurationItemCaptureTime": ago(days),
                "configuration": json.dumps({"configRuleList": [{"configRuleName": "public", "complianceType": verdict}, {"configRuleName": "x"}]}),
            }
            for days, verdict in said
        ]
    }


BAD, GOOD = "NON_COMPLIANT", "COMPLIANT"


def told(aws: Simulated, settings: Mapping[str, Any] | None = None) -> dict[str, tuple[str, str]]:
    found = aws.scan(RESOLVED, settings=settings).report.findings
    return {one.resource.id: (one.verdict.value, one.reason) for one in found if not one.population}


def test_faults_since_when(aws: Simulated) -> None:
    noncompliant(aws, "files")
    aws.answers("config:GetResourceConfigHistory", states((1, BAD), (20, BAD), (40, GOOD), (90, BAD)))
    found = told(aws)
    assert found["public"] == ("passed", f"it finds fault with 1 resources, with none for more than 30 days; the longest since {ago(20):%Y-%m-%d}")
    assert found["tags"] == ("passed", "it finds fault with nothing")
    aws.answers("config:GetResourceConfigHistory", states((1, BAD), (20, BAD), (40, BAD), (90, GOOD)))
    assert told(aws)["public"][0] == "failed"  # found anew every day, and there for forty days
    assert told(aws, {RESOLVED: {"max_open_days": 41}})["public"][0] == "passed"


def test_faults_whose_history_is_not_recorded(aws: Simulated) -> None:
    noncompliant(aws, "files")
    aws.refuses("config:GetResourceConfigHistory", "ResourceNotDiscoveredException")
    found = told(aws)
    assert found["public"][0] == "not_assessed"
    assert (
        "since when AWS::S3::Bucket files does not comply is not known: config:GetResourceConfigHistory: ResourceNotDiscoveredException" in found["public"][1]
    )
    assert found["tags"][0] == "passed"
    noncompliant(aws, "files", recorded=ago(31))
    assert told(aws)["public"][0] == "failed"  # it was so a month ago already


def test_faults_with_more_states_than_are_looked_at(aws: Simulated) -> None:
    noncompliant(aws, "files")
    pages = [states(*((day / 10, BAD) for day in range(start, start + 60))) for start in (0, 60)]

    def answer(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return pages[1] if asked.get("nextToken") else pages[0] | {"nextToken": "more"}

    aws.answers("config:GetResourceConfigHistory", answer)
    found = told(aws)["public"]
    assert found[0] == "not_assessed"
    assert "in each of its latest 100 states" in found[1]


def test_more_faults_than_histories_are_looked_up(aws: Simulated) -> None:
    noncompliant(aws, "files", "more")
    aws.answers("config:GetResourceConfigHistory", states((1, BAD)))
    assert told(aws)["public"][0] == "passed"
    found = told(aws, {"compliance_history_lookups": 1})["public"]
    assert found[0] == "not_assessed"
    assert "more than 1 histories (compliance_history_lookups)" in found[1]


def test_a_sample_of_histories(aws: Simulated) -> None:
    id = "config-resource-history-available"
    types = ["AWS::EC2::Instance", "AWS::S3::Bucket", "AWS::Config::ResourceCompliance"]
    aws.answers("config:GetDiscoveredResourceCounts", {"totalDiscoveredResources": 9, "resourceCounts": [{"resourceType": one, "count": 3} for one in types]})

    def listed(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        assert asked["resourceType"] != "AWS::Config::ResourceCompliance"
        return {"resourceIdentifiers": [{"resourceType": asked["resourceType"], "resourceId": f"{number}"} for number in range(3)]}

    secret = "hunter2"
    item = {"configurationItemCaptureTime": ago(90), "configuration": secret}
    aws.answers("config:ListDiscoveredResources", listed)
    aws.answers("config:GetResourceConfigHistory", {"configurationItems": [item, item]})
    found = aws.scan(id, settings={"history_sample_size": 4})
    assert one(found, id).reason == f"each of 4 sampled resources has its history, the oldest state of {ago(90):%Y-%m-%d}"
    assert one(found, id).evidence["sample"] == [f"{kind} {number}: 2" for kind in types[:2] for number in (0, 1)]
    assert secret not in found.report.to_json()
    aws.answers("config:GetResourceConfigHistory", lambda asked: {"configurationItems": [] if asked["resourceId"] == "1" else [item]})
    assert (
        "2 of 4 sampled resources have no history: AWS::EC2::Instance 1, AWS::S3::Bucket 1" in one(aws.scan(id, settings={"history_sample_size": 4}), id).reason
    )
    aws.answers("config:GetResourceConfigHistory", ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "GetResourceConfigHistory"))
    assert one(aws.scan(id), id).verdict.value == "not_assessed"
    aws.answers("config:GetDiscoveredResourceCounts", {"totalDiscoveredResources": 0})
    assert one(aws.scan(id), id).verdict.value == "not_applicable"


def test_an_aggregator_of_the_organization(aws: Simulated) -> None:
    id = "config-aggregator-covers-organization"
    assert one(aws.scan(id, regions=None), id).verdict.value == "not_applicable"
    organization = aws.client("organizations").create_organization(FeatureSet="ALL")["Organization"]
    aws.answers("organizations:ListDelegatedAdministrators", {"DelegatedAdministrators": []})  # moto knows no such service
    assert organization["Id"] in one(aws.scan(id, regions=None), id).reason
    source = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/aggregate", "AllAwsRegions": True}
    aws.client("config").put_configuration_aggregator(ConfigurationAggregatorName="all", OrganizationAggregationSource=source)
    good = {"SourceId": "111122223333", "SourceType": "ACCOUNT", "AwsRegion": REGION, "LastUpdateStatus": "SUCCEEDED"}
    aws.answers("config:DescribeConfigurationAggregatorSourcesStatus", {"AggregatedSourceStatusList": [good]})
    assert one(aws.scan(id), id).verdict.value == "passed"
    aws.answers("config:DescribeConfigurationAggregatorSourcesStatus", {"AggregatedSourceStatusList": [good, good | {"LastUpdateStatus": "FAILED"}]})
    assert "gets nothing from 111122223333 in eu-west-1" in one(aws.scan(id, regions=None), id).reason


def test_cfg_4_who_may_not_ask_is_not_told_that_there_is_nobody(aws: Simulated) -> None:
    id = "config-aggregator-covers-organization"
    aws.client("organizations").create_organization(FeatureSet="ALL")
    aws.refuses("organizations:ListDelegatedAdministrators", "AccessDeniedException")
    finding = one(aws.scan(id, regions=None), id)
    assert finding.verdict.value == "not_assessed"
    assert [cause.error for cause in finding.causes] == ["AccessDeniedException"]
