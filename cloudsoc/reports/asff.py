"""The findings in AWS Security Hub's own format (ASFF), as the list that ``aws securityhub batch-import-findings --findings file://...`` takes, within its limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from json import dumps
from typing import Any

from cloudsoc.model.report import Finding, Outcome, Report
from cloudsoc.reports.folding import told
from cloudsoc.reports.json import visible
from cloudsoc.reports.terminal import printable

PER_CALL, LARGEST_FINDING, LARGEST_CALL = 100, 240_000, 6_000_000
"""Findings in a call, and bytes of a finding and of a call."""
LONGEST = {
    "Title": 256,
    "Description": 1024,
    "Id": 512,
    "GeneratorId": 512,
    "Remediation": 512,
    "Note": 512,
    "ReasonCode": 2048,
    "ResourceId": 512,
    "TagKey": 128,
    "TagValue": 256,
}
"""Characters. Neither botocore nor a simulated AWS minds longer ones; Security Hub refuses the finding."""
MOST_TAGS, MOST_REQUIREMENTS = 50, 32
FIELD_KEY, FIELD_VALUE = 128, 2048
"""Characters of a key and of a value in ``ProductFields``."""

HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Where what has no region of its own is filed, unless the scan read another region only."""
TYPE = "Software and Configuration Checks/Industry and Regulatory Standards/SOC 2"
STATUS = {Outcome.PASSED: "PASSED", Outcome.FAILED: "FAILED", Outcome.NOT_ASSESSED: "WARNING", Outcome.NOT_APPLICABLE: "NOT_AVAILABLE"}
"""To Security Hub, *warning* means that information is missing, and it archives what is *not available*."""
TYPES = frozenset(
    [
        "AwsAmazonMqBroker",
        "AwsApiGatewayRestApi",
        "AwsApiGatewayStage",
        "AwsApiGatewayV2Api",
        "AwsApiGatewayV2Stage",
        "AwsAppSyncGraphQlApi",
        "AwsAthenaWorkGroup",
        "AwsAutoScalingAutoScalingGroup",
        "AwsAutoScalingLaunchConfiguration",
        "AwsBackupBackupPlan",
        "AwsBackupBackupVault",
        "AwsBackupRecoveryPoint",
        "AwsCertificateManagerCertificate",
        "AwsCloudFormationStack",
        "AwsCloudFrontDistribution",
        "AwsCloudTrailTrail",
        "AwsCloudWatchAlarm",
        "AwsCodeBuildProject",
        "AwsDmsEndpoint",
        "AwsDmsReplicationInstance",
        "AwsDmsReplicationTask",
        "AwsDynamoDbTable",
        "AwsEc2ClientVpnEndpoint",
        "AwsEc2Eip",
        "AwsEc2Instance",
        "AwsEc2LaunchTemplate",
        "AwsEc2NetworkAcl",
        "AwsEc2NetworkInterface",
        "AwsEc2RouteTable",
        "AwsEc2SecurityGroup",
        "AwsEc2Subnet",
        "AwsEc2TransitGateway",
        "AwsEc2Volume",
        "AwsEc2Vpc",
        "AwsEc2VpcEndpointService",
        "AwsEc2VpcPeeringConnection",
        "AwsEc2VpnConnection",
        "AwsEcrContainerImage",
        "AwsEcrRepository",
        "AwsEcsCluster",
        "AwsEcsContainer",
        "AwsEcsService",
        "AwsEcsTask",
        "AwsEcsTaskDefinition",
        "AwsEfsAccessPoint",
        "AwsEksCluster",
        "AwsElasticBeanstalkEnvironment",
        "AwsElasticsearchDomain",
        "AwsElbLoadBalancer",
        "AwsElbv2LoadBalancer",
        "AwsEventsEventbus",
        "AwsGuardDutyDetector",
        "AwsIamAccessKey",
        "AwsIamGroup",
        "AwsIamPolicy",
        "AwsIamRole",
        "AwsIamUser",
        "AwsKinesisStream",
        "AwsKmsKey",
        "AwsLambdaFunction",
        "AwsLambdaLayerVersion",
        "AwsMskCluster",
        "AwsNetworkFirewallFirewall",
        "AwsNetworkFirewallFirewallPolicy",
        "AwsNetworkFirewallRuleGroup",
        "AwsOpenSearchServiceDomain",
        "AwsRdsDbCluster",
        "AwsRdsDbClusterSnapshot",
        "AwsRdsDbInstance",
        "AwsRdsDbSecurityGroup",
        "AwsRdsDbSnapshot",
        "AwsRdsEventSubscription",
        "AwsRedshiftCluster",
        "AwsRoute53HostedZone",
        "AwsS3AccessPoint",
        "AwsS3Bucket",
        "AwsSageMakerNotebookInstance",
        "AwsSecretsManagerSecret",
        "AwsSnsTopic",
        "AwsSqsQueue",
        "AwsStepFunctionStateMachine",
        "AwsWafv2RuleGroup",
        "AwsWafv2WebAcl",
    ]
)
"""The types of resources that Security Hub knows, as far as checks may be about them; all else is ``Other``."""
_RENAMED = {
    "AwsElasticLoadBalancingLoadBalancer": "AwsElbLoadBalancer",
    "AwsElasticLoadBalancingV2LoadBalancer": "AwsElbv2LoadBalancer",
    "AwsEventsEventBus": "AwsEventsEventbus",
    "AwsStepFunctionsStateMachine": "AwsStepFunctionStateMachine",
}


def asff(report: Report) -> Iterator[str]:
    """The list of all findings that were judged or should have been; what lies outside the scope that was asked for is left out."""
    home = _homes(report)
    before = "[\n"
    for finding in report.findings:
        if not finding.outside:
            yield before + visible(dumps(_finding(finding, home), ensure_ascii=False))
            before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def batches(findings: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The findings in calls that Security Hub takes."""
    batch: list[dict[str, Any]] = []
    size = 0
    for one in findings:
        more = len(dumps(one, ensure_ascii=False).encode()) + 2
        if batch and (len(batch) == PER_CALL or size + more > LARGEST_CALL):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += more
    if batch:
        yield batch


def _homes(report: Report) -> dict[str, str]:
    homes = {}
    for account in report.accounts:
        read = [one.name for one in account.regions if one.state == "read"]
        usual = HOME.get(account.partition, "us-east-1")
        homes[account.account] = usual if usual in read or not read else read[0]
    return homes


def _finding(finding: Finding, homes: dict[str, str]) -> dict[str, Any]:
    where = finding.resource
    region = where.region if where.region != "global" else homes.get(where.account, HOME.get(where.partition, "us-east-1"))
    severity = {"Label": finding.severity.name if finding.verdict is Outcome.FAILED else "INFORMATIONAL", "Original": finding.severity.value}
    at = finding.observed_at.astimezone(UTC)
    fields = {"check": finding.check, "reason": finding.reason, "verdict": finding.verdict.value, "resource": where.arn}
    made: dict[str, Any] = {
        "SchemaVersion": "2018-10-08",
        "Id": finding.id,
        "ProductArn": f"arn:{where.partition}:securityhub:{region}:{where.account}:product/{where.account}/default",
        "GeneratorId": _cut(f"cloudsoc/{finding.check}", "GeneratorId"),
        "AwsAccountId": where.account,
        "Types": [TYPE],
        "CreatedAt": _time(at),
        "UpdatedAt": _time(at),
        "Severity": severity,
        "FindingProviderFields": {"Severity": severity, "Types": [TYPE]},
        "Title": _cut(finding.title, "Title"),
        "Description": _cut(finding.reason, "Description"),
        "ProductFields": {f"cloudsoc/{key}"[:FIELD_KEY]: _short(value, FIELD_VALUE) for key, value in fields.items()},
        "Resources": [_resource(finding, region)],
        "Compliance": {
            "Status": STATUS[finding.verdict],
            "RelatedRequirements": [f"SOC 2 {one}" for one in (*finding.direct, *finding.supporting)][:MOST_REQUIREMENTS],
            "StatusReasons": [{"ReasonCode": finding.verdict.name, "Description": _cut(finding.reason, "ReasonCode")}],
        },
        "RecordState": "ACTIVE",
    }
    if finding.waiver:
        # Security Hub takes these two when a finding is new; later only its own users change them.
        made["Workflow"] = {"Status": "SUPPRESSED"}
        made["Note"] = {"Text": _cut(told(finding), "Note"), "UpdatedBy": _cut(finding.waiver.approver, "Note"), "UpdatedAt": _time(at)}
    if finding.remedy:
        made["Remediation"] = {"Recommendation": {"Text": _cut(finding.remedy, "Remediation")}}
    return made


def _resource(finding: Finding, region: str) -> dict[str, Any]:
    where = finding.resource
    found: dict[str, Any] = {"Type": resource_type(where.type), "Id": _identity(where.arn, finding.id), "Partition": where.partition, "Region": region}
    if where.tags:
        tags = [(key, value) for key, value in where.tags.items() if key and value][:MOST_TAGS]
        found["Tags"] = {_cut(key, "TagKey"): _cut(value, "TagValue") for key, value in tags}
    return found


def resource_type(cloudformation: str) -> str:
    """Security Hub's name for a type of CloudFormation's (``AWS::RDS::DBInstance``: ``AwsRdsDbInstance``), or ``Other``."""
    # An acronym is a word to Security Hub: DBInstance is DbInstance, WAFv2 is Wafv2.
    name = "".join(re.sub(r"([A-Z])([A-Z]+)(?=[A-Z][a-z]|v?\d|$)", lambda match: match[1] + match[2].lower(), part) for part in cloudformation.split("::"))
    name = _RENAMED.get(name, name)
    return name if name in TYPES else "Other"


def _identity(arn: str, id: str) -> str:
    """The ARN; one that is too long keeps its own by the finding's id."""
    longest = LONGEST["ResourceId"]
    return _short(arn, longest) if len(printable(arn)) <= longest else f"{_short(arn, longest - len(id) - 1)}/{id}"


def _cut(text: str, field: str) -> str:
    return _short(text, LONGEST[field])


def _short(text: str, longest: int) -> str:
    # Security Hub refuses empty texts, and a name may be nothing but blanks.
    line = printable(text) or "-"
    return line if len(line) <= longest else line[: longest - 3] + "..."


def _time(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
