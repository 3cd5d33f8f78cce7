"""CloudTrail from AWS's answers to verdicts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

import cloudsoc
from cloudsoc import Finding, check
from cloudsoc.aws.account import Account
from cloudsoc.graphs.log_delivery import TrailAlerts, best
from cloudsoc.graphs.metric_filters import parse
from cloudsoc.model import HIGH, Everywhere, Failed, Passed, Verdict
from cloudsoc.model.criterion import CC7_2
from tests.end_to_end.account import ACCOUNT, REGION, Found, Simulated

NOW = datetime.now(UTC)
EVERYTHING = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]


def trail(aws: Simulated, name: str = "audit", *, selectors: list[dict[str, Any]] | None = None, logging: bool = True, **more: Any) -> str:
    """A trail that logs into a bucket of its own; its ARN."""
    bucket = f"{name}-logs"
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    cloudtrail = aws.client("cloudtrail")
    arn: str = cloudtrail.create_trail(Name=name, **({"S3BucketName": bucket, "IsMultiRegionTrail": True, "EnableLogFileValidation": True} | more))["TrailARN"]
    cloudtrail.put_event_selectors(TrailName=name, EventSelectors=EVERYTHING if selectors is None else selectors)
    if logging:
        cloudtrail.start_logging(Name=name)
    return arn


WHOLE = (
    "cloudtrail-multi-region-trail-enabled",
    "cloudtrail-trail-is-logging",
    "cloudtrail-records-all-management-events",
    "cloudtrail-global-service-events-included",
    "cloudtrail-security-trail-complete",
)


def one(found: Found, check: str, region: str = REGION) -> Finding:
    """What a check says of the only thing of its kind."""
    (finding,) = (one for one in found.report.findings if one.check == check and not one.population and one.resource.region in (region, "global"))
    return finding


def verdicts(found: Found, *checks: str) -> list[str]:
    return [one(found, check).verdict.value for check in checks]


def test_a_trail_with_all_of_it_and_one_that_is_stopped(aws: Simulated) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]
    trail(aws, KmsKeyId=key["Arn"])
    assert verdicts(aws.scan(*WHOLE), *WHOLE) == ["passed"] * 5
    aws.client("cloudtrail").stop_logging(Name="audit")
    assert verdicts(aws.scan(*WHOLE, regions=None), "cloudtrail-multi-region-trail-enabled", "cloudtrail-security-trail-complete") == ["failed"] * 2


def test_ct_6_no_trail_where_it_was_looked_is_no_failure(aws: Simulated) -> None:
    found = aws.scan(*WHOLE)
    assert set(verdicts(found, *WHOLE)) == {"not_assessed"}
    assert "only eu-west-1 was read" in one(found, WHOLE[0]).reason
    assert set(aws.scan(*WHOLE, regions=None).verdicts(WHOLE[0]).values()) == {"failed"}


def test_ct_2_a_trail_of_another_region_is_asked_at_home_and_once(aws: Simulated) -> None:
    arn = trail(aws)
    found = aws.scan(
        "cloudtrail-multi-region-trail-enabled", "cloudtrail-delivery-is-healthy", "cloudtrail-trail-is-logging", regions=["us-east-1", "eu-central-1"]
    )
    assert one(found, "cloudtrail-multi-region-trail-enabled").verdict.value == "passed"
    assert set(found.verdicts("cloudtrail-trail-is-logging").values()) == {"passed"}
    asked = [(call.region, call.subject) for call in found.report.accounts[0].calls if call.operation == "cloudtrail:GetTrailStatus"]
    assert asked == [("eu-west-1", arn)]


def test_ct_1_the_organizations_trail_counts_and_is_judged_where_it_lives(aws: Simulated) -> None:
    arn = "arn:aws:cloudtrail:eu-west-1:999988887777:trail/org"
    shadow = {
        "Name": "org", "S3BucketName": "org-logs", "IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": True, "HomeRegion": "eu-west-1",
        "TrailARN": arn, "LogFileValidationEnabled": True, "HasCustomEventSelectors": False, "HasInsightSelectors": False, "IsOrganizationTrail": True,
    }  # fmt: skip
    aws.answers("cloudtrail:DescribeTrails", {"trailList": [shadow]})
    aws.answers("cloudtrail:GetTrailStatus", {"IsLogging": True, "LatestDeliveryTime": NOW})
    aws.answers("cloudtrail:GetEventSelectors", {"TrailARN": arn, "EventSelectors": EVERYTHING})
    found = aws.scan("cloudtrail-multi-region-trail-enabled", "cloudtrail-organization-trail-covers-account", "cloudtrail-bucket-*", "cloudtrail-log*-kms")
    assert one(found, "cloudtrail-multi-region-trail-enabled").reason == "recorded by organization trail org of account 999988887777"
    assert one(found, "cloudtrail-organization-trail-covers-account").verdict.value == "passed"
    for id in ("cloudtrail-bucket-not-public", "cloudtrail-logs-encrypted-with-kms"):
        assert one(found, id).verdict.value == "not_applicable"
        assert "owned by 999988887777" in one(found, id).reason


def test_ct_1_a_member_may_not_ask_for_the_selectors_of_the_organizations_trail(aws: Simulated) -> None:
    """That it has none of its own stands in what members are told as well: then it records what trails record by themselves."""
    refused(aws, custom=False)
    found = aws.scan(*WHOLE, "cloudtrail-s3-write-events-recorded", "cloudtrail-organization-trail-covers-account", regions=None)
    assert verdicts(found, *WHOLE[:4]) == ["passed"] * 4
    assert one(found, "cloudtrail-organization-trail-covers-account").verdict.value == "passed"
    refused(aws, custom=True)
    found = aws.scan(*WHOLE, regions=None)
    assert verdicts(found, WHOLE[0], WHOLE[2]) == ["not_assessed"] * 2
    assert "for review in account 999988887777" in one(found, WHOLE[0]).reason


def test_ct_1_what_the_organizations_trail_takes_in_is_known_where_it_lives(aws: Simulated) -> None:
    refused(aws, custom=True)
    member = cloudsoc.collect(aws.session, checks=WHOLE, regions=[REGION, "us-east-1"]).accounts[0]
    aws.answers("cloudtrail:GetEventSelectors", {"TrailARN": ORGANIZATION, "EventSelectors": EVERYTHING})
    aws.answers("sts:GetCallerIdentity", {"Account": "999988887777", "Arn": "arn:aws:iam::999988887777:user/auditor", "UserId": "A"})
    management = cloudsoc.collect(aws.session, checks=WHOLE, regions=[REGION, "us-east-1"]).accounts[0]
    assert (member.account, management.account) == (ACCOUNT, "999988887777")
    report = cloudsoc.evaluate(cloudsoc.Inventory([member, management]), checks=WHOLE)
    found = {(one.resource.account, one.check): one.verdict.value for one in report.findings if one.resource.region == "global"}
    assert {found[account, WHOLE[2]] for account in (ACCOUNT, "999988887777")} == {"passed"}


ORGANIZATION = "arn:aws:cloudtrail:eu-west-1:999988887777:trail/org"


def refused(aws: Simulated, *, custom: bool) -> None:
    """A member account, which sees the organization's trail and its status, but not its selectors."""
    shadow = {
        "Name": "org", "S3BucketName": "org-logs", "IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": True, "HomeRegion": "eu-west-1",
        "TrailARN": ORGANIZATION, "LogFileValidationEnabled": True, "HasCustomEventSelectors": custom, "HasInsightSelectors": False,
        "IsOrganizationTrail": True,
    }  # fmt: skip
    aws.answers("cloudtrail:DescribeTrails", {"trailList": [shadow]})
    aws.answers("cloudtrail:GetTrailStatus", {"IsLogging": True, "LatestDeliveryTime": NOW})
    aws.refuses("cloudtrail:GetEventSelectors", "TrailNotFoundException")


def test_ct_3_advanced_selectors(aws: Simulated) -> None:
    trail(aws)
    halves = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": [said]}]} for said in ("true", "false")]
    aws.client("cloudtrail").put_event_selectors(TrailName="audit", AdvancedEventSelectors=halves)
    assert one(aws.scan("cloudtrail-records-all-management-events"), "cloudtrail-records-all-management-events").verdict.value == "passed"
    aws.client("cloudtrail").put_event_selectors(TrailName="audit", AdvancedEventSelectors=halves[:1])
    found = aws.scan("cloudtrail-records-all-management-events", regions=None)
    assert "write events are not recorded" in one(found, "cloudtrail-records-all-management-events").reason


def test_data_events(aws: Simulated) -> None:
    trail(aws)
    aws.client("s3").create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": REGION})
    writes = [
        {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::files/"]}]}
    ]
    aws.client("cloudtrail").put_event_selectors(TrailName="audit", EventSelectors=writes)
    found = aws.scan("cloudtrail-s3-*", regions=None)
    assert one(found, "cloudtrail-s3-write-events-recorded").verdict.value == "passed"
    assert "1 of 2 buckets: files" in one(found, "cloudtrail-s3-read-events-recorded").reason


def test_the_bucket_of_a_trail(aws: Simulated) -> None:
    trail(aws)
    s3 = aws.client("s3")
    found = aws.scan("cloudtrail-bucket-*", "cloudtrail-logs-stored-in-separate-account")
    assert one(found, "cloudtrail-bucket-not-public").verdict.value == "passed"
    assert one(found, "cloudtrail-bucket-retains-logs-for-audit-period").verdict.value == "passed"
    for id in ("access-logging-enabled", "requires-mfa-delete", "locks-log-objects"):
        assert one(found, f"cloudtrail-bucket-{id}").verdict.value == "failed"
    assert "own account" in one(found, "cloudtrail-logs-stored-in-separate-account").reason
    expire = {"ID": "short", "Status": "Enabled", "Filter": {"Prefix": "AWSLogs/"}, "Expiration": {"Days": 90}}
    s3.put_bucket_lifecycle_configuration(Bucket="audit-logs", LifecycleConfiguration={"Rules": [expire]})
    anyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::audit-logs/*"}
    s3.put_bucket_policy(Bucket="audit-logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [anyone]}))
    found = aws.scan("cloudtrail-bucket-not-public", "cloudtrail-bucket-retains-logs-for-audit-period")
    assert "everyone may s3:GetObject" in one(found, "cloudtrail-bucket-not-public").reason
    assert "after 90 days" in one(found, "cloudtrail-bucket-retains-logs-for-audit-period").reason


def test_ct_4_a_bucket_elsewhere_is_not_assessed(aws: Simulated) -> None:
    trail(aws)
    aws.answers("s3:ListBuckets", {"Buckets": []})
    found = aws.scan("cloudtrail-bucket-*", "cloudtrail-logs-stored-in-separate-account")
    for id in ("not-public", "access-logging-enabled", "requires-mfa-delete", "locks-log-objects", "retains-logs-for-audit-period"):
        finding = one(found, f"cloudtrail-bucket-{id}")
        assert finding.verdict.value == "not_assessed"
        assert "audit-logs was not found in any account of the inventory" in finding.reason
    assert one(found, "cloudtrail-logs-stored-in-separate-account").verdict.value == "passed"


def test_delivery(aws: Simulated) -> None:
    trail(aws)
    ids = (
        "cloudtrail-delivery-is-healthy",
        "cloudtrail-log-file-validation-enabled",
        "cloudtrail-streams-to-cloudwatch-logs",
        "cloudtrail-logs-encrypted-with-kms",
    )
    assert verdicts(aws.scan(*ids), *ids) == ["passed", "passed", "failed", "failed"]
    status = {"IsLogging": True, "LatestDeliveryError": "AccessDenied", "LatestDigestDeliveryError": "AccessDenied"}
    aws.answers("cloudtrail:GetTrailStatus", status)
    assert verdicts(aws.scan(*ids), *ids) == ["failed", "failed", "failed", "failed"]
    aws.refuses("cloudtrail:GetTrailStatus", "AccessDeniedException")
    assert verdicts(aws.scan(*ids), *ids) == ["not_assessed", "not_assessed", "failed", "failed"]


def test_insights(aws: Simulated) -> None:
    trail(aws)
    id = "cloudtrail-insights-enabled"
    aws.refuses("cloudtrail:GetInsightSelectors", "InsightNotEnabledException")
    assert one(aws.scan(id, regions=None), id).verdict.value == "failed"
    aws.answers("cloudtrail:GetInsightSelectors", {"InsightSelectors": [{"InsightType": "ApiCallRateInsight"}]})
    assert one(aws.scan(id, regions=None), id).verdict.value == "passed"


def test_bedrock(aws: Simulated) -> None:
    trail(aws)
    id = "cloudtrail-records-bedrock-events"
    assert "AWS::Bedrock::AgentAlias" in one(aws.scan(id, regions=None), id).reason
    assert one(aws.scan(id, settings={id: {"resource_types": []}}), id).verdict.value == "passed"


def test_event_data_stores(aws: Simulated) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    good, bad = (f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:eventdatastore/{name}" for name in ("good", "bad"))
    store = {"Status": "ENABLED", "MultiRegionEnabled": True, "RetentionPeriod": 365, "TerminationProtectionEnabled": True, "KmsKeyId": key}
    stores = {good: store | {"Name": "good"}, bad: store | {"Name": "bad", "RetentionPeriod": 7}}
    pages: list[Mapping[str, Any]] = [
        {"EventDataStores": [{"EventDataStoreArn": good}], "NextToken": "page-two"},
        {"EventDataStores": [{"EventDataStoreArn": bad}]},
    ]
    aws.answers("cloudtrail:ListEventDataStores", pages)
    aws.answers("cloudtrail:GetEventDataStore", lambda asked: {"EventDataStoreArn": asked["EventDataStore"], **stores[asked["EventDataStore"]]})
    assert aws.scan("cloudtrail-event-data-store-protected").verdicts("cloudtrail-event-data-store-protected") == {"good": "passed", "bad": "failed"}


# -- the history of events ---------------------------------------------------------------------------------------------

SECRET = "hunter2-in-a-request-parameter"


def event(name: str, id: str, *, at: datetime = NOW - timedelta(hours=1), actor: str = "eve", agent: str = "aws-cli", **more: Any) -> dict[str, Any]:
    identity = {
        "type": "IAMUser",
        "principalId": f"AIDA{actor.upper()}",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{actor}",
        "accountId": ACCOUNT,
        "userName": actor,
    }
    record = {
        "eventVersion": "1.11", "userIdentity": identity, "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}", "eventSource": "any.amazonaws.com", "eventName": name,
        "awsRegion": REGION, "sourceIPAddress": "198.51.100.7", "userAgent": agent, "requestParameters": {"password": SECRET}, "eventID": id,
    } | more  # fmt: skip
    return {"EventId": id, "EventName": name, "EventTime": at, "Username": actor, "CloudTrailEvent": json.dumps(record)}


def history(*events: Mapping[str, Any]) -> Any:
    """CloudTrail's own way: by name, newest first, two a page."""

    def answer(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        names = [one["AttributeValue"] for one in asked.get("LookupAttributes", ())]
        assert len(names) <= 1, "CloudTrail takes one attribute a call"
        found = [one for one in events if not names or one["EventName"] in names]
        start = int(asked.get("NextToken", 0))
        more = {"NextToken": str(start + 2)} if len(found) > start + 2 else {}
        return {"Events": found[start : start + 2], **more}

    return answer


INTERRUPTED = "cloudtrail-logging-not-interrupted-in-period"


@pytest.fixture
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudsoc.engine.calls.CallsOf.pause", lambda *_: None)


@pytest.mark.usefixtures("_no_waiting")
def test_nobody_stopped_a_trail(aws: Simulated) -> None:
    told = count()  # an event stands in one region

    def in_one_region(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        (name,) = (one["AttributeValue"] for one in asked["LookupAttributes"])
        return {"Events": [event("StopLogging", "1", errorCode="AccessDenied")] if name == "StopLogging" and next(told) == 0 else []}

    aws.answers("cloudtrail:LookupEvents", in_one_region)
    finding = one(aws.scan(INTERRUPTED, regions=None), INTERRUPTED)
    assert finding.verdict.value == "passed"
    assert "refused: StopLogging" in finding.reason
    assert "user/eve" in finding.reason


@pytest.mark.usefixtures("_no_waiting")
def test_somebody_stopped_a_trail_and_nothing_else_of_the_event_is_kept(aws: Simulated) -> None:
    aws.answers("cloudtrail:LookupEvents", history(*(event("StopLogging", str(number)) for number in range(5)), event("UpdateTrail", "9")))
    inventory = cloudsoc.collect(aws.session, checks=[INTERRUPTED], regions=[REGION])
    (finding,) = (one for one in cloudsoc.evaluate(inventory, checks=[INTERRUPTED]).findings if not one.population)
    assert "StopLogging" in finding.reason
    assert "and 2 more" in finding.reason  # all pages
    assert SECRET not in repr(inventory)


@pytest.mark.usefixtures("_no_waiting")
def test_what_the_budget_does_not_reach_is_not_assessed(aws: Simulated) -> None:
    aws.answers("cloudtrail:LookupEvents", history(event("PutEventSelectors", "9", errorCode="AccessDenied")))
    finding = one(aws.scan(INTERRUPTED, settings={"event_lookup_seconds": -1}), INTERRUPTED)
    assert finding.verdict.value == "not_assessed"
    spent = next(cause for cause in finding.causes if cause.error == "LookupBudgetSpent")
    assert spent.message == "StopLogging was read back to the present; the -1 seconds of event_lookup_seconds are over"


@pytest.mark.usefixtures("_no_waiting")
def test_a_sample_of_events(aws: Simulated) -> None:
    id = "cloudtrail-records-carry-who-what-when-where"
    aws.answers("cloudtrail:LookupEvents", history(*(event("RunInstances", str(number)) for number in range(7))))
    found = aws.scan(id, settings={"event_sample_size": 5})
    assert "latest 5 events" in one(found, id).reason
    assert [call.items for call in found.report.accounts[0].calls if call.operation == "cloudtrail:LookupEvents"] == [6]  # three pages of two
    nameless = event("RunInstances", "1", userIdentity={})
    odd = {"EventId": "2", "EventName": "x", "EventTime": NOW, "CloudTrailEvent": "{"}
    aws.answers("cloudtrail:LookupEvents", history(nameless, odd))
    assert "1 lacks actor" in one(aws.scan(id), id).reason
    aws.answers("cloudtrail:LookupEvents", history(odd))
    assert one(aws.scan(id), id).verdict.value == "not_assessed"
    aws.answers("cloudtrail:LookupEvents", history())
    assert one(aws.scan(id), id).verdict.value == "not_applicable"


@pytest.mark.usefixtures("_no_waiting")
@pytest.mark.parametrize(
    ("id", "names"),
    [
        ("cloudtrail-activity-shows-no-privilege-escalation", "ESCALATING"),
        ("cloudtrail-activity-shows-no-enumeration", "ENUMERATING"),
        ("cloudtrail-activity-shows-no-model-abuse", "MODEL_CALLS"),
    ],
)
def test_patterns_of_an_attack(aws: Simulated, id: str, names: str) -> None:
    from cloudsoc.aws import cloudtrail_events

    calls: tuple[str, ...] = getattr(cloudtrail_events, names)
    aws.answers("sts:GetCallerIdentity", {"Account": ACCOUNT, "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/scan/cloudsoc", "UserId": "AROASCAN:cloudsoc"})
    own = {"type": "AssumedRole", "principalId": "AROASCAN:cloudsoc", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/scan/cloudsoc"}
    scanned = [event(name, f"scan {name}", agent="Boto3 cloudsoc", userIdentity=own) for name in calls]
    aws.answers("cloudtrail:LookupEvents", history(*scanned, event(calls[0], "1"), event(calls[0], "2", errorCode="AccessDenied")))
    quiet = one(aws.scan(id, regions=None), id)
    assert quiet.verdict.value == "passed"
    assert "more than 1," in quiet.reason
    aws.answers("cloudtrail:LookupEvents", history(*(event(name, name, errorCode="AccessDenied") for name in calls)))
    loud = one(aws.scan(id), id)
    assert f"user/eve made {len(calls)} of {len(calls)} calls" in loud.reason
    assert f"{len(calls)} refused, from 198.51.100.7" in loud.reason
    mixed = [event(name, name, agent="aws-cli", userIdentity=own) for name in calls]
    aws.answers("cloudtrail:LookupEvents", history(*mixed))
    assert one(aws.scan(id), id).verdict.value == "failed"  # with the scan's own role, by other means


# -- who is told -------------------------------------------------------------------------------------------------------

STOP = parse("{ $.eventName = StopLogging }")


@check(direct=(CC7_2,), severity=HIGH)
def somebody_hears(account: Account, alerts: Everywhere[TrailAlerts]) -> Verdict:
    """Somebody hears when a trail is stopped.

    Why: a test.

    Fix: none for {account.account}.
    """
    found = best(one.on(STOP) for one in alerts)
    path = found.whole()
    return Passed(path) if path else Failed("; ".join(found.breaks))


def heard(aws: Simulated, *regions: str) -> Any:
    (finding,) = (one for one in cloudsoc.scan(aws.session, checks={"heard": somebody_hears}, regions=regions or (REGION,)).findings if not one.population)
    return finding


def test_ct_5_from_a_trail_to_a_subscriber(aws: Simulated) -> None:
    logs, sns = aws.client("logs"), aws.client("sns")
    logs.create_log_group(logGroupName="trail")
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:trail:*"
    role = aws.client("iam").create_role(RoleName="logs", AssumeRolePolicyDocument="{}", Path="/")["Role"]["Arn"]
    trail(aws, CloudWatchLogsLogGroupArn=group, CloudWatchLogsRoleArn=role)
    assert "no metric filter of log group trail" in heard(aws, REGION).reason or heard(aws).verdict.value == "not_assessed"
    counts = {"metricName": "stops", "metricNamespace": "Audit", "metricValue": "1"}
    pattern = '{ ($.eventName = "DeleteTrail") ||\n($.eventName="StopLogging") }'
    logs.put_metric_filter(logGroupName="trail", filterName="stops", filterPattern=pattern, metricTransformations=[counts])
    topic = sns.create_topic(Name="security")["TopicArn"]
    alarm = {"AlarmName": "stops", "MetricName": "stops", "Namespace": "Audit", "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 1, "Threshold": 1}
    aws.client("cloudwatch").put_metric_alarm(**alarm, ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=[topic])
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="security@example.com")
    finding = heard(aws)
    assert finding.reason == ("trail audit > log group trail > metric filter stops > alarm stops > topic security > 1 confirmed subscription (email)")
    aws.answers(
        "sns:ListSubscriptionsByTopic",
        {"Subscriptions": [{"SubscriptionArn": "PendingConfirmation", "Owner": ACCOUNT, "Protocol": "email", "Endpoint": "a@example.com", "TopicArn": topic}]},
    )
    open_ = heard(aws)
    assert open_.verdict.value == "not_assessed"  # a trail of another region might do better
    assert "outside the scope" in open_.reason
