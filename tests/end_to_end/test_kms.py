"""KMS from AWS's answers to verdicts."""

from __future__ import annotations

from tests.end_to_end.account import Simulated


def test_rotation_and_deletion(aws: Simulated) -> None:
    kms = aws.client("kms")
    rotating, still, doomed = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(3))
    asymmetric = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=rotating)
    kms.schedule_key_deletion(KeyId=doomed, PendingWindowInDays=7)
    found = aws.scan("kms-key-rotation-enabled", "kms-key-not-pending-deletion")
    assert found.verdicts("kms-key-rotation-enabled") == {rotating: "passed", still: "failed", doomed: "not_applicable", asymmetric: "not_applicable"}
    assert found.verdicts("kms-key-not-pending-deletion") == {rotating: "passed", still: "passed", doomed: "failed", asymmetric: "passed"}
    assert found.one("kms-key-rotation-enabled", still).remedy == f"``aws kms enable-key-rotation --region eu-west-1 --key-id {still}``"


def test_a_denied_rotation_status_is_not_assessed(aws: Simulated) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    aws.refuses("kms:GetKeyRotationStatus")
    finding = aws.scan("kms-key-rotation-enabled").one("kms-key-rotation-enabled", key)
    assert finding.verdict.value == "not_assessed"
    assert [(cause.operation, cause.error, cause.region) for cause in finding.causes] == [("kms:GetKeyRotationStatus", "AccessDenied", "eu-west-1")]


def test_a_listing_that_breaks_on_its_second_page_keeps_what_it_has(aws: Simulated) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]
    aws.answers("kms:ListKeys", [{"Keys": [{"KeyId": key["KeyId"], "KeyArn": key["Arn"]}], "Truncated": True, "NextMarker": "two"}])
    found = aws.scan("kms-key-not-pending-deletion")
    assert found.verdicts("kms-key-not-pending-deletion") == {key["KeyId"]: "passed"}
    assert found.verdicts("kms-key-not-pending-deletion", population=True)["eu-west-1"] == "not_assessed"
