from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, StringShape, StructureShape
from botocore.validate import ParamValidator

from cloudsoc.model.report import FoundResource, Outcome, Report
from cloudsoc.reports.asff import (
    FIELD_KEY,
    FIELD_VALUE,
    LARGEST_CALL,
    LARGEST_FINDING,
    LONGEST,
    MOST_REQUIREMENTS,
    MOST_TAGS,
    PER_CALL,
    TYPES,
    asff,
    batches,
    resource_type,
)

MODEL = ServiceModel(Loader().load_service_model("securityhub", "service-2"))


def enum(name: str) -> list[str]:
    shape = MODEL.shape_for(name)
    assert isinstance(shape, StringShape)
    return list(shape.enum)


def found(report: Report) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads("".join(asff(report)))
    return findings


def test_botocore_takes_it(sample: Report) -> None:
    shape = MODEL.shape_for("BatchImportFindingsRequest")
    for batch in batches(found(sample)):
        assert not ParamValidator().validate({"Findings": batch}, shape).has_errors()
        for one in batch:
            assert one["Compliance"]["Status"] in enum("ComplianceStatus")
            assert one["Severity"]["Label"] in enum("SeverityLabel")


def test_every_finding_keeps_to_the_limits(sample: Report) -> None:
    for one in found(sample):
        assert len(json.dumps(one, ensure_ascii=False).encode()) <= LARGEST_FINDING
        assert all(1 <= len(one[field]) <= LONGEST[field] for field in ("Title", "Description", "Id", "GeneratorId"))
        assert 12 <= len(one["ProductArn"]) <= 2048
        assert len(one["Compliance"]["RelatedRequirements"]) <= MOST_REQUIREMENTS
        assert all(1 <= len(key) <= FIELD_KEY and 1 <= len(value) <= FIELD_VALUE for key, value in one["ProductFields"].items())
        assert len(one.get("Remediation", {}).get("Recommendation", {}).get("Text", "-")) <= LONGEST["Remediation"]
        assert all(1 <= len(one["Note"][field]) <= LONGEST["Note"] for field in ("Text", "UpdatedBy") if "Note" in one)
        (resource,) = one["Resources"]
        assert 1 <= len(resource["Id"]) <= LONGEST["ResourceId"]
        assert resource["Type"] in TYPES | {"Other"}
        tags = resource.get("Tags", {})
        assert len(tags) <= MOST_TAGS
        assert all(1 <= len(key) <= LONGEST["TagKey"] and 1 <= len(value) <= LONGEST["TagValue"] for key, value in tags.items())


def test_all_but_what_lies_outside_the_scope_is_there(sample: Report) -> None:
    assert [one["Id"] for one in found(sample)] == [one.id for one in sample.findings if not one.outside]


def test_only_what_passed_has_passed(sample: Report) -> None:
    for one, finding in zip(found(sample), [one for one in sample.findings if not one.outside], strict=True):
        assert (one["Compliance"]["Status"] == "PASSED") == (finding.verdict is Outcome.PASSED)
        assert (one["Compliance"]["Status"] == "FAILED") == (finding.verdict is Outcome.FAILED)
        assert (one["Severity"]["Label"] != "INFORMATIONAL") == (finding.verdict is Outcome.FAILED)
        assert one["FindingProviderFields"]["Severity"] == one["Severity"]


def test_what_is_global_is_filed_in_a_region_that_was_read(finding: Any, report: Any) -> None:
    (one,) = found(report(finding("iam-a", "failed", region="global")))
    assert one["ProductArn"] == "arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default"


@pytest.mark.parametrize(("partition", "region", "home"), [("aws-cn", "cn-north-1", "cn-north-1"), ("aws-us-gov", "us-gov-east-1", "us-gov-east-1")])
def test_partitions(partition: str, region: str, home: str, finding: Any, report: Any) -> None:
    made = report(finding("iam-a", "failed", region="global"))
    account = made.accounts[0].model_copy(update={"partition": partition, "regions": (made.accounts[0].regions[0].model_copy(update={"name": region}),)})
    where: FoundResource = made.findings[0].resource.model_copy(update={"partition": partition})
    made = made.model_copy(update={"accounts": (account,), "findings": (made.findings[0].model_copy(update={"resource": where}),)})
    assert found(made)[0]["ProductArn"].startswith(f"arn:{partition}:securityhub:{home}:")


def test_times_are_utc_with_milliseconds(finding: Any, report: Any) -> None:
    (one,) = found(report(finding("kms-a", "failed", observed_at=datetime(2026, 3, 1, 12, 30, 0, 250_000, tzinfo=UTC))))
    assert one["UpdatedAt"] == one["CreatedAt"] == "2026-03-01T12:30:00.250Z"


def test_the_types_are_security_hubs() -> None:
    shape = MODEL.shape_for("ResourceDetails")
    assert isinstance(shape, StructureShape)
    assert set(shape.members) >= TYPES


@pytest.mark.parametrize(
    ("cloudformation", "name"),
    [
        ("AWS::KMS::Key", "AwsKmsKey"),
        ("AWS::S3::Bucket", "AwsS3Bucket"),
        ("AWS::EC2::VPC", "AwsEc2Vpc"),
        ("AWS::EC2::SecurityGroup", "AwsEc2SecurityGroup"),
        ("AWS::EC2::EIP", "AwsEc2Eip"),
        ("AWS::IAM::User", "AwsIamUser"),
        ("AWS::RDS::DBInstance", "AwsRdsDbInstance"),
        ("AWS::DynamoDB::Table", "AwsDynamoDbTable"),
        ("AWS::CloudTrail::Trail", "AwsCloudTrailTrail"),
        ("AWS::WAFv2::WebACL", "AwsWafv2WebAcl"),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "AwsElbv2LoadBalancer"),
        ("AWS::ECS::TaskDefinition", "AwsEcsTaskDefinition"),
        ("AWS::Lambda::Function", "AwsLambdaFunction"),
        ("AWS::SNS::Topic", "AwsSnsTopic"),
        ("AWS::SecretsManager::Secret", "AwsSecretsManagerSecret"),
        ("AWS::::Account", "Other"),
        ("AWS::EC2::InternetGateway", "Other"),
        ("", "Other"),
    ],
)
def test_a_type_is_named_as_security_hub_names_it(cloudformation: str, name: str) -> None:
    assert resource_type(cloudformation) == name


def test_calls_keep_to_the_limits() -> None:
    small = [{"Id": str(number)} for number in range(PER_CALL * 2 + 1)]
    assert [len(batch) for batch in batches(small)] == [PER_CALL, PER_CALL, 1]
    big = [{"Id": "x" * 239_000} for _ in range(60)]
    assert all(len(json.dumps(batch).encode()) <= LARGEST_CALL for batch in batches(big))
    assert [one for batch in batches(big) for one in batch] == big
    assert not list(batches([]))


def test_names_that_are_cut_stay_apart(finding: Any, report: Any) -> None:
    made = found(report(finding("kms-a", "failed", "n" * 900 + "1"), finding("kms-a", "failed", "n" * 900 + "2")))
    assert len({one["Resources"][0]["Id"] for one in made}) == 2
