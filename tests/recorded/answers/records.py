"""CloudTrail, AWS Config, EventBridge, SNS and CloudWatch Logs."""

from __future__ import annotations

import json
from typing import Any

from tests.recorded.answers import ACCOUNT, HOME, OTHER, REGION, Given, Request, Said, ago

TRAIL = f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:trail/"
CONFIG = f"arn:aws:config:{HOME}:{ACCOUNT}:"
TOPIC = f"arn:aws:sns:{HOME}:{ACCOUNT}:"
STORE = f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:eventdatastore/"
KEY = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/data"


def _trail(name: str, **more: Any) -> dict[str, Any]:
    good = {
        "Name": name,
        "TrailARN": TRAIL + name,
        "HomeRegion": HOME,
        "S3BucketName": "acorn-logs",
        "IsMultiRegionTrail": True,
        "IsOrganizationTrail": False,
        "IncludeGlobalServiceEvents": True,
        "LogFileValidationEnabled": True,
        "KmsKeyId": KEY,
        "CloudWatchLogsLogGroupArn": f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:trail:*",
        "HasInsightSelectors": True,
    }
    return good | more


def _is(good: str, then: dict[str, Any], otherwise: dict[str, Any], name: str) -> Given:
    return lambda asked: then if str(asked[name]).endswith(good) else otherwise


_ALL = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}
_WELL = {
    "IsLogging": True,
    "StartLoggingTime": ago(300),
    "LatestDeliveryTime": ago(0.01),
    "LatestDigestDeliveryTime": ago(0.02),
    "LatestCloudWatchLogsDeliveryTime": ago(0.01),
}
_BADLY = {"IsLogging": False, "StopLoggingTime": ago(3), "LatestDeliveryTime": ago(3), "LatestDeliveryError": "AccessDenied"}


def _event(name: str, number: int, when: float, region: str) -> dict[str, Any]:
    record = {
        "eventName": name,
        "eventSource": "example.amazonaws.com",
        "eventTime": ago(when).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "awsRegion": region,
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "aws-cli",
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/bob", "principalId": "AIDAX", "userName": "bob"},
    }
    return {
        "EventId": f"{region}-{name}-{number}",
        "EventName": name,
        "EventTime": ago(when),
        "CloudTrailEvent": json.dumps(record),
        "Resources": [{"ResourceType": "AWS::IAM::User", "ResourceName": "bob"}],
    }


HAPPENED = {
    "StopLogging": 3,
    "DeleteDeliveryChannel": 2,
    "CreateAccessKey": 2,
    "AttachUserPolicy": 1,
    "ListUsers": 3,
    "InvokeModel": 2,
}
"""How often which call stands in the history."""


def _events(asked: Request) -> Said:
    wanted = [one["AttributeValue"] for one in asked.get("LookupAttributes", ())] or ["RunInstances", "ConsoleLogin", "PutObject"]
    return {
        "Events": [
            _event(name, number, 0.1 + number / 10, asked[REGION])
            for name in wanted
            for number in range(HAPPENED.get(name, 2 if "LookupAttributes" not in asked else 0))
        ]
    }


def _states(asked: Request) -> Said:
    rules = {"configRuleList": [{"configRuleName": "encrypted", "complianceType": "NON_COMPLIANT"}]}
    item = {"resourceType": asked["resourceType"], "resourceId": asked["resourceId"], "configuration": json.dumps(rules), "configurationItemStatus": "OK"}
    return {"configurationItems": [item | {"configurationItemCaptureTime": ago(days)} for days in (2, 40)]}


_RECORDING = {"allSupported": True, "includeGlobalResourceTypes": True, "resourceTypes": [], "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}}
_FINE = {"lastStatus": "SUCCESS", "lastSuccessfulTime": ago(0.2), "lastAttemptTime": ago(0.2)}
_AGGREGATORS = ("everything", "half")
_RULES = ("encrypted", "tagged")
ANSWERS: dict[str, Given] = {
    "cloudtrail:DescribeTrails": {"trailList": [_trail("whole"), _trail("half", IsMultiRegionTrail=False, LogFileValidationEnabled=False, KmsKeyId=KEY)]},
    "cloudtrail:GetTrailStatus": _is("whole", _WELL, _BADLY, "Name"),
    "cloudtrail:GetEventSelectors": _is("whole", {"TrailARN": TRAIL + "whole", "EventSelectors": [_ALL]}, {"TrailARN": TRAIL + "half", "EventSelectors": [_ALL | {"ReadWriteType": "WriteOnly"}]}, "TrailName"),
    "cloudtrail:GetInsightSelectors": {"InsightSelectors": [{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]},
    "cloudtrail:ListEventDataStores": {"EventDataStores": [{"EventDataStoreArn": STORE + name, "Name": name} for name in ("kept", "short")]},
    "cloudtrail:GetEventDataStore": lambda asked: {
        "EventDataStoreArn": asked["EventDataStore"],
        "Name": asked["EventDataStore"].rpartition("/")[2],
        "Status": "ENABLED",
        "RetentionPeriod": 2557 if asked["EventDataStore"].endswith("kept") else 7,
        "TerminationProtectionEnabled": asked["EventDataStore"].endswith("kept"),
        "MultiRegionEnabled": True,
        "KmsKeyId": KEY,
    },
    "cloudtrail:LookupEvents": _events,
    "config:DescribeConfigurationRecorders": {"ConfigurationRecorders": [{"name": name, "roleARN": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", "recordingGroup": _RECORDING} for name in ("default", "second")]},
    "config:DescribeConfigurationRecorderStatus": {"ConfigurationRecordersStatus": [{"name": "default", "recording": True, "lastStatus": "SUCCESS"}, {"name": "second", "recording": False, "lastStatus": "FAILURE"}]},
    "config:DescribeDeliveryChannels": {"DeliveryChannels": [{"name": name, "s3BucketName": "acorn-logs", "snsTopicARN": TOPIC + "alarms"} for name in ("default", "second")]},
    "config:DescribeDeliveryChannelStatus": {
        "DeliveryChannelsStatus": [
            {"name": "default", "configHistoryDeliveryInfo": _FINE, "configSnapshotDeliveryInfo": _FINE, "configStreamDeliveryInfo": {"lastStatus": "SUCCESS"}},
            {"name": "second", "configHistoryDeliveryInfo": _FINE | {"lastStatus": "FAILURE", "lastErrorCode": "AccessDenied"}},
        ]
    },
    "config:DescribeRetentionConfigurations": {"RetentionConfigurations": [{"Name": "default", "RetentionPeriodInDays": 2557}]},
    "config:DescribeConfigRules": {
        "ConfigRules": [
            {"ConfigRuleName": name, "ConfigRuleArn": f"{CONFIG}config-rule/{name}", "ConfigRuleId": name, "ConfigRuleState": "ACTIVE", "Source": {"Owner": "AWS", "SourceIdentifier": name.upper()}}
            for name in _RULES
        ]
    },
    "config:DescribeConfigRuleEvaluationStatus": {
        "ConfigRulesEvaluationStatus": [
            {"ConfigRuleName": "encrypted", "ConfigRuleArn": f"{CONFIG}config-rule/encrypted", "LastSuccessfulEvaluationTime": ago(0.3)},
            {"ConfigRuleName": "tagged", "ConfigRuleArn": f"{CONFIG}config-rule/tagged", "LastFailedEvaluationTime": ago(0.3), "LastErrorCode": "Broken"},
        ]
    },
    "config:DescribeComplianceByConfigRule": {"ComplianceByConfigRules": [{"ConfigRuleName": name, "Compliance": {"ComplianceType": "NON_COMPLIANT"}} for name in _RULES]},
    "config:GetComplianceDetailsByConfigRule": lambda asked: {
        "EvaluationResults": [
            {
                "EvaluationResultIdentifier": {"EvaluationResultQualifier": {"ConfigRuleName": asked["ConfigRuleName"], "ResourceType": "AWS::EC2::Volume", "ResourceId": f"vol-{number}"}},
                "ComplianceType": "NON_COMPLIANT",
                "ResultRecordedTime": ago(1),
            }
            for number in (1, 2)
        ]
    },
    "config:GetResourceConfigHistory": _states,
    "config:GetDiscoveredResourceCounts": {"totalDiscoveredResources": 4, "resourceCounts": [{"resourceType": kind, "count": 2} for kind in ("AWS::EC2::Volume", "AWS::S3::Bucket")]},
    "config:ListDiscoveredResources": lambda asked: {"resourceIdentifiers": [{"resourceType": asked["resourceType"], "resourceId": f"r-{number}"} for number in (1, 2)]},
    "config:DescribeConfigurationAggregators": {
        "ConfigurationAggregators": [
            {
                "ConfigurationAggregatorName": name,
                "ConfigurationAggregatorArn": f"{CONFIG}config-aggregator/{name}",
                "OrganizationAggregationSource": {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/x", "AllAwsRegions": name == "everything"} | ({} if name == "everything" else {"AwsRegions": [HOME]}),
            }
            for name in _AGGREGATORS
        ]
    },
    "config:DescribeConfigurationAggregatorSourcesStatus": {
        "AggregatedSourceStatusList": [{"SourceId": one, "SourceType": "ACCOUNT", "AwsRegion": HOME, "LastUpdateStatus": "SUCCEEDED"} for one in (ACCOUNT, OTHER)]
    },
    "events:ListRules": {
        "Rules": [
            {"Name": "compliance", "Arn": f"arn:aws:events:{HOME}:{ACCOUNT}:rule/compliance", "State": "ENABLED", "EventPattern": json.dumps({"source": ["aws.config"], "detail-type": ["Config Rules Compliance Change"]})},
            {"Name": "findings", "Arn": f"arn:aws:events:{HOME}:{ACCOUNT}:rule/findings", "State": "ENABLED", "EventPattern": json.dumps({"source": ["aws.access-analyzer"]})},
        ]
    },
    "events:ListTargetsByRule": {"Targets": [{"Id": "1", "Arn": TOPIC + "alarms"}, {"Id": "2", "Arn": TOPIC + "nobody"}, {"Id": "3", "Arn": TOPIC + "nobody"}]},
    "sns:ListTopics": {"Topics": [{"TopicArn": TOPIC + "alarms"}, {"TopicArn": TOPIC + "nobody"}]},
    "sns:ListSubscriptionsByTopic": lambda asked: {
        "Subscriptions": [
            {"SubscriptionArn": f"{asked['TopicArn']}:{number}" if asked["TopicArn"].endswith("alarms") else "PendingConfirmation", "Protocol": "email", "Endpoint": "a@example.org", "TopicArn": asked["TopicArn"], "Owner": ACCOUNT}
            for number in (1, 2)
        ]
    },
    "logs:DescribeLogGroups": {
        "logGroups": [
            {"logGroupName": name, "arn": f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:{name}:*", "creationTime": 1, "kmsKeyId": KEY} | ({"retentionInDays": days} if days else {})
            for name, days in (("trail", 400), ("flows", 7))
        ]
    },
}  # fmt: skip
