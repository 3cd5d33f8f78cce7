"""IAM users, their credentials, the root user, federation and Identity Center, from AWS's answers to verdicts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.end_to_end.account import ACCOUNT, REGION, Simulated

NOW = datetime.now(UTC).replace(microsecond=0)
MANAGEMENT = "444455556666"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"

COLUMNS = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active"),
    *(f"access_key_{n}_{what}" for n in (1, 2) for what in ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")),
    *("cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated", "a_column_of_next_year"),
)


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def row(name: str, **said: str) -> dict[str, str]:
    """A row as AWS writes it; what is not said is false or N/A, and the user of today is meant."""
    arn = ROOT if name == "<root_account>" else f"arn:aws:iam::{ACCOUNT}:user/{name}"
    default = {column: "false" if column.endswith(("_active", "_enabled")) else "N/A" for column in COLUMNS}
    return default | {"user": name, "arn": arn, "user_creation_time": ago(400) if arn == ROOT else ""} | said


def report(aws: Simulated, *rows: Mapping[str, str]) -> None:
    """From now on the credential report says this; the root user's row comes first, as in AWS."""
    root = row("<root_account>", password_enabled="not_supported", password_last_used=ago(500), mfa_active="true")
    made = {one["UserName"]: one["CreateDate"].isoformat() for one in aws.client("iam").list_users()["Users"]}
    lines = [COLUMNS, *([one[column] or made[one["user"]] for column in COLUMNS] for one in (root, *rows))]
    content = "\n".join(",".join(line) for line in lines).encode()
    states = iter(("STARTED", "INPROGRESS"))
    aws.answers("iam:GenerateCredentialReport", lambda _: {"State": next(states, "COMPLETE")})
    aws.answers("iam:GetCredentialReport", {"Content": content, "ReportFormat": "text/csv", "GeneratedTime": NOW - timedelta(hours=1)})


def people(aws: Simulated, *names: str) -> None:
    for name in names:
        aws.client("iam").create_user(UserName=name)


def test_passwords_and_factors(aws: Simulated) -> None:
    people(aws, "both", "password", "machine", "since", "newer")
    iam = aws.client("iam")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="whatever")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(UserName="since", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321")
    console = {"password_enabled": "true", "password_last_changed": ago(60), "password_last_used": "no_information"}
    report(
        aws,
        row("both", **{**console, "mfa_active": "true", "password_last_used": ago(1)}),
        row("password", **console),
        row("machine", access_key_1_active="true", access_key_1_last_rotated=ago(9)),
        row("since", **console),
    )
    found = aws.scan("iam-console-user-requires-mfa", "iam-user-requires-mfa", "iam-console-password-used-or-removed")
    # IAM-9: the root user stands in the report, and is no user
    assert found.verdicts("iam-console-user-requires-mfa") == {
        "both": "passed",
        "password": "failed",
        "machine": "not_applicable",
        "since": "passed",
        "newer": "not_assessed",  # made after the report
    }
    assert found.verdicts("iam-user-requires-mfa") == {"both": "passed", "password": "failed", "machine": "failed", "since": "passed", "newer": "not_assessed"}
    passwords = found.verdicts("iam-console-password-used-or-removed")
    assert passwords == {"both": "passed", "password": "failed", "machine": "not_applicable", "since": "failed", "newer": "not_assessed"}
    assert f"report of {NOW - timedelta(hours=1):%Y-%m-%d %H:%M} UTC" in found.one("iam-console-user-requires-mfa", "password").reason
    assert "does not mention this resource" in found.one("iam-console-user-requires-mfa", "newer").reason


def test_a_report_that_tells_of_an_earlier_user_of_the_name_says_nothing_of_the_present_one(aws: Simulated) -> None:
    people(aws, "ann", "ben")
    aws.client("iam").create_access_key(UserName="ann")
    report(aws, row("ann", mfa_active="true", user_creation_time=ago(400)), row("ben", mfa_active="true"))
    found = aws.scan("iam-user-requires-mfa", "iam-console-user-requires-mfa", "iam-access-key-rotated-within-limit")
    assert found.verdicts("iam-user-requires-mfa") == {"ann": "not_assessed", "ben": "passed"}
    assert found.verdicts("iam-console-user-requires-mfa") == {"ann": "not_assessed", "ben": "not_applicable"}
    assert "tells of an earlier user of this name" in found.one("iam-user-requires-mfa", "ann").reason
    # whether she has keys is said by the report as well: they are not known, rather than not there
    assert set(found.verdicts("iam-access-key-rotated-within-limit", population=True).values()) == {"not_assessed"}


def test_the_report_is_asked_for_once_and_users_come_in_one_call(aws: Simulated) -> None:
    people(aws, *(f"user-{n}" for n in range(12)))
    found = aws.scan("iam-console-user-requires-mfa", "iam-console-password-used-or-removed", "iam-user-belongs-to-group", "iam-user-requires-mfa")
    calls = {call.operation for call in found.report.accounts[0].calls if call.operation.startswith("iam:")}
    assert calls == {"iam:GenerateCredentialReport", "iam:GetAccountAuthorizationDetails", "iam:GetCredentialReport", "iam:ListVirtualMFADevices"}
    assert sum(call.operation != "iam:GenerateCredentialReport" and call.operation.startswith("iam:") for call in found.report.accounts[0].calls) == 3


def test_a_report_that_is_denied_or_odd_leaves_everybody_open(aws: Simulated) -> None:
    people(aws, "ann", "ben")
    report(aws, row("ann", password_enabled="perhaps"), row("ben", mfa_active="true", password_enabled="true"))
    found = aws.scan("iam-console-user-requires-mfa")
    assert found.verdicts("iam-console-user-requires-mfa") == {"ann": "not_assessed", "ben": "passed"}
    aws.refuses("iam:GetCredentialReport")
    assert set(aws.scan("iam-console-user-requires-mfa").verdicts("iam-console-user-requires-mfa").values()) == {"not_assessed"}


def test_keys(aws: Simulated) -> None:
    people(aws, "ann", "ben", "none")
    iam = aws.client("iam")
    keys = [iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"] for name in ("ann", "ann", "ben")]
    iam.update_access_key(UserName="ben", AccessKeyId=keys[2], Status="Inactive")
    found = aws.scan("iam-access-key-*", "iam-user-has-single-active-access-key")
    # IAM-7, IAM-8: one row a key, by its id; made today, so neither old nor unused
    for check in ("iam-access-key-rotated-within-limit", "iam-access-key-used-or-removed"):
        assert found.verdicts(check) == {keys[0]: "passed", keys[1]: "passed", keys[2]: "not_applicable"}
    assert found.verdicts("iam-user-has-single-active-access-key") == {"ann": "passed", "ben": "not_applicable", "none": "not_applicable"}
    old = aws.scan("iam-access-key-*", settings={"iam-access-key-rotated-within-limit": {"max_age_days": -1}})
    assert old.verdicts("iam-access-key-rotated-within-limit")[keys[0]] == "failed"


def test_an_old_key_by_what_the_report_says_of_it(aws: Simulated) -> None:
    people(aws, "ann")
    listed = [(20 * "A", 300), (20 * "B", 200)]
    aws.answers(
        "iam:ListAccessKeys",
        {"AccessKeyMetadata": [{"UserName": "ann", "AccessKeyId": id, "Status": "Active", "CreateDate": NOW - timedelta(days=days)} for id, days in listed]},
    )
    said = {"access_key_1_active": "true", "access_key_1_last_rotated": ago(200), "access_key_1_last_used_date": ago(2), "access_key_1_last_used_service": "s3"}
    report(aws, row("ann", **said, access_key_2_active="true", access_key_2_last_rotated=ago(300)))
    found = aws.scan("iam-access-key-used-or-removed", "iam-user-has-single-active-access-key")
    assert found.verdicts("iam-access-key-used-or-removed") == {20 * "A": "failed", 20 * "B": "passed"}
    assert found.verdicts("iam-user-has-single-active-access-key") == {"ann": "failed"}
    assert found.one("iam-access-key-used-or-removed", 20 * "A").remedy.startswith(f"``aws iam update-access-key --user-name ann --access-key-id {20 * 'A'}")


def test_keys_of_workloads(aws: Simulated) -> None:
    people(aws, "robot", "person", "asleep")
    to_sts = {
        "access_key_1_active": "true",
        "access_key_1_last_rotated": ago(9),
        "access_key_1_last_used_date": ago(1),
        "access_key_1_last_used_service": "sts",
    }
    report(aws, row("robot", **to_sts), row("person", **to_sts), row("asleep"))
    asked: list[Any] = []
    aws.answers("iam:GenerateServiceLastAccessedDetails", lambda request: {"JobId": request["Arn"].rpartition("/")[2].ljust(36, "-")})

    def details(request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Not ready at first, then in two pages; only the robot did something on the second."""
        asked.append(request)
        job, robot = request["JobId"], request["JobId"].startswith("robot")
        whole = {"JobCreationDate": NOW, "JobCompletionDate": NOW}
        if sum(1 for one in asked if one["JobId"] == job) == 1:
            return whole | {"JobStatus": "IN_PROGRESS", "ServicesLastAccessed": []}
        if "Marker" not in request:
            first = [{"ServiceName": "STS", "ServiceNamespace": "sts", "LastAuthenticated": NOW}]
            return whole | {"JobStatus": "COMPLETED", "ServicesLastAccessed": first, "IsTruncated": True, "Marker": "two"}
        second: dict[str, Any] = {"ServiceName": "Amazon S3", "ServiceNamespace": "s3"} | ({"LastAuthenticated": NOW} if robot else {})
        return whole | {"JobStatus": "COMPLETED", "ServicesLastAccessed": [second], "IsTruncated": False}

    aws.answers("iam:GetServiceLastAccessedDetails", details)
    sensitive = "iam-user-sensitive-service-access-not-stale"
    found = aws.scan("iam-workload-uses-temporary-credentials", sensitive, settings={sensitive: {"services": ["s3"], "max_unused_days": -1}})
    assert found.verdicts("iam-workload-uses-temporary-credentials") == {"robot": "failed", "person": "passed", "asleep": "not_applicable"}
    assert found.verdicts(sensitive) == {"robot": "failed", "person": "failed", "asleep": "not_applicable"}
    aws.answers("iam:GetServiceLastAccessedDetails", {"JobStatus": "FAILED", "JobCreationDate": NOW, "JobCompletionDate": NOW, "ServicesLastAccessed": []})
    failed = aws.scan("iam-workload-uses-temporary-credentials").one("iam-workload-uses-temporary-credentials", "robot")
    assert (failed.verdict.value, failed.causes[0].error, failed.causes[0].message) == ("not_assessed", "LastAccessedJobError", "the job ended as FAILED")


def test_rights_to_sensitive_services(aws: Simulated) -> None:
    aws.client("iam").create_role(
        RoleName="models",
        AssumeRolePolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        ),
    )
    aws.answers("iam:GenerateServiceLastAccessedDetails", {"JobId": 36 * "0"})
    services = [{"ServiceName": "Amazon Bedrock", "ServiceNamespace": "bedrock", "LastAuthenticated": NOW - timedelta(days=30)}]
    done = {"JobStatus": "COMPLETED", "JobCreationDate": NOW, "JobCompletionDate": NOW, "ServicesLastAccessed": services}
    aws.answers("iam:GetServiceLastAccessedDetails", done)
    check = "iam-sensitive-service-access-not-stale"
    assert aws.scan(check).verdicts(check) == {"models": "passed"}
    assert aws.scan(check, settings={check: {"max_unused_days": -1}}).verdicts(check) == {"models": "failed"}


def test_groups_and_tags(aws: Simulated) -> None:
    people(aws, "ann", "ben")
    iam = aws.client("iam")
    for name in ("engineers", "empty"):
        iam.create_group(GroupName=name)
    iam.add_user_to_group(GroupName="engineers", UserName="ann")
    iam.tag_user(UserName="ann", Tags=[{"Key": "Owner", "Value": "Ann"}])
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="ben", PolicyName="more", PolicyDocument=json.dumps(document))
    found = aws.scan("iam-user-belongs-to-group", "iam-group-has-members", "iam-user-permissions-only-through-groups", "iam-identity-has-owner-tag")
    assert found.verdicts("iam-user-belongs-to-group") == {"ann": "passed", "ben": "failed"}
    assert found.verdicts("iam-group-has-members") == {"engineers": "passed", "empty": "failed"}
    assert found.verdicts("iam-user-permissions-only-through-groups") == {"ann": "passed", "ben": "failed"}
    assert found.verdicts("iam-identity-has-owner-tag") == {"ann": "passed", "ben": "failed"}


def test_administrators_by_what_they_may(aws: Simulated) -> None:
    people(aws, "chief", "clerk")
    iam = aws.client("iam")
    iam.create_group(GroupName="chiefs")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_group_policy(GroupName="chiefs", PolicyName="all", PolicyDocument=json.dumps(document))
    iam.add_user_to_group(GroupName="chiefs", UserName="chief")
    checks = ("iam-administrator-requires-mfa", "iam-user-requires-hardware-mfa")
    without = aws.scan(*checks)
    for check in checks:
        assert without.verdicts(check) == {"chief": "failed", "clerk": "not_applicable"}
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="key")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(UserName="chief", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321")
    app = aws.scan(*checks)
    assert [app.verdicts(check)["chief"] for check in checks] == ["passed", "failed"]
    aws.answers("iam:ListMFADevices", {"MFADevices": [{"UserName": "chief", "SerialNumber": "GAHT12345678", "EnableDate": NOW}]})
    aws.answers("iam:ListVirtualMFADevices", {"VirtualMFADevices": []})
    assert aws.scan(*checks).verdicts("iam-user-requires-hardware-mfa")["chief"] == "passed"


def summary(aws: Simulated, **said: int) -> None:
    default = {"Users": 1, "AccountMFAEnabled": 0, "AccountAccessKeysPresent": 0, "AccountSigningCertificatesPresent": 0, "AccountPasswordPresent": 0}
    aws.answers("iam:GetAccountSummary", {"SummaryMap": default | said})


ROOT_CHECKS = ("iam-root-user-requires-mfa", "iam-root-user-requires-hardware-mfa", "iam-root-user-has-no-access-keys", "iam-root-user-not-used-in-period")


@pytest.mark.parametrize(
    ("said", "verdicts"),
    [
        ({"AccountMFAEnabled": 1, "AccountPasswordPresent": 1}, ["passed", "passed", "passed", "passed"]),
        ({"AccountPasswordPresent": 1, "AccountAccessKeysPresent": 1}, ["failed", "failed", "failed", "passed"]),
        ({}, ["not_applicable", "not_applicable", "passed", "passed"]),  # IAM-1: removed by the organization
    ],
)
def test_the_root_user(aws: Simulated, said: Mapping[str, int], verdicts: list[str]) -> None:
    summary(aws, **said)
    report(aws)
    found = aws.scan(*ROOT_CHECKS)
    assert [found.one(check, ROOT).verdict.value for check in ROOT_CHECKS] == verdicts
    assert found.one(ROOT_CHECKS[0]).resource.type == "AWS::IAM::RootUser"


def test_the_root_user_is_unseen_where_the_summary_is_denied_or_odd(aws: Simulated) -> None:
    aws.answers("iam:GetAccountSummary", {"SummaryMap": {"Users": 1}})
    assert aws.scan(ROOT_CHECKS[0]).one(ROOT_CHECKS[0], ROOT).verdict.value == "not_assessed"
    aws.refuses("iam:GetAccountSummary")
    assert aws.scan(ROOT_CHECKS[0]).verdicts(ROOT_CHECKS[0], population=True) == {ACCOUNT: "not_assessed"}
    # moto's report has no row of the root user: one that is missing is not read as unused
    assert aws.scan(ROOT_CHECKS[3]).verdicts(ROOT_CHECKS[3], population=True) == {ACCOUNT: "not_assessed"}


def test_the_password_policy(aws: Simulated) -> None:
    people(aws, "ann")
    checks = ("iam-account-requires-password-policy", "iam-password-policy-*")

    def verdicts() -> set[str]:
        return {one.verdict.value for one in aws.scan(*checks).report.findings}

    report(aws, row("ann"))
    assert verdicts() == {"not_applicable"}  # IAM-13
    report(aws, row("ann", password_enabled="true"))
    assert verdicts() == {"failed"}
    strong = {f"Require{what}": True for what in ("Symbols", "Numbers", "UppercaseCharacters", "LowercaseCharacters")}
    report(aws, row("ann", password_enabled="true"))
    aws.client("iam").update_account_password_policy(MinimumPasswordLength=14, PasswordReusePrevention=24, MaxPasswordAge=90, **strong)
    assert verdicts() == {"passed"}


def test_certificates(aws: Simulated) -> None:
    def certificate(name: str, days: int) -> dict[str, Any]:
        arn = f"arn:aws:iam::{ACCOUNT}:server-certificate/{name}"
        return {
            "Path": "/", "ServerCertificateName": name, "ServerCertificateId": f"ASCA{name:A<16}", "Arn": arn, "Expiration": NOW + timedelta(days=days)
        }  # fmt: skip

    aws.answers(
        "iam:ListServerCertificates",
        [
            {"ServerCertificateMetadataList": [certificate("shop", 90)], "IsTruncated": True, "Marker": "two"},
            {"ServerCertificateMetadataList": [certificate("old", -1)], "IsTruncated": False},
        ],
    )
    check = "iam-server-certificate-not-expired"
    assert aws.scan(check).verdicts(check) == {"shop": "passed", "old": "failed"}


def organization(aws: Simulated, management: str) -> None:
    arn = f"arn:aws:organizations::{management}"
    said = {"Id": "o-exampleorgid", "Arn": f"{arn}:organization/o-exampleorgid", "FeatureSet": "ALL", "MasterAccountId": management}
    aws.answers("organizations:DescribeOrganization", {"Organization": said})


def test_root_credentials_of_the_organization(aws: Simulated) -> None:
    check = "iam-root-credentials-centrally-managed"
    assert aws.scan(check).one(check).verdict.value == "not_applicable"
    organization(aws, MANAGEMENT)
    aws.refuses("iam:ListOrganizationsFeatures", "AccountNotManagementOrDelegatedAdministrator")
    member = aws.scan(check).one(check)
    assert (member.verdict.value, member.causes[0].account) == ("not_assessed", MANAGEMENT)
    organization(aws, ACCOUNT)
    for code in ("ServiceAccessNotEnabled", "ServiceAccessNotEnabledException"):
        aws.refuses("iam:ListOrganizationsFeatures", code)
        assert aws.scan(check).one(check).verdict.value == "failed"
    aws.answers("iam:ListOrganizationsFeatures", {"OrganizationId": "o-exampleorgid", "EnabledFeatures": ["RootCredentialsManagement"]})
    assert aws.scan(check).one(check).verdict.value == "passed"


def test_access_analyzer(aws: Simulated) -> None:
    arn = f"arn:aws:access-analyzer:eu-west-1:{ACCOUNT}:analyzer/external"

    def analyzers(kind: str) -> None:
        aws.answers("accessanalyzer:ListAnalyzers", {"analyzers": [{"arn": arn, "name": "external", "type": kind, "createdAt": NOW, "status": "ACTIVE"}]})

    def findings(days: int) -> None:
        when = NOW - timedelta(days=days)
        one = {"id": "1", "resourceType": "AWS::S3::Bucket", "resourceOwnerAccount": ACCOUNT, "status": "ACTIVE", "createdAt": when, "updatedAt": when}

        def give(request: Mapping[str, Any]) -> Mapping[str, Any]:
            assert request == {"analyzerArn": arn, "filter": {"status": {"eq": ["ACTIVE"]}}}
            return {"findings": [one | {"analyzedAt": NOW, "resource": "arn:aws:s3:::photos"}]}

        aws.answers("accessanalyzer:ListFindingsV2", give)

    here = f"{ACCOUNT}/{REGION}"
    enabled, resolved = checks = ("iam-access-analyzer-enabled", "iam-access-analyzer-findings-resolved")
    analyzers("ACCOUNT")
    findings(40)
    found = aws.scan(*checks)
    assert (found.one(enabled, here).verdict.value, found.one(resolved, arn).verdict.value) == ("passed", "failed")
    findings(3)
    assert aws.scan(*checks).one(resolved, arn).verdict.value == "passed"
    analyzers("ACCOUNT_UNUSED_ACCESS")
    found = aws.scan(*checks)
    assert (found.one(enabled, here).verdict.value, found.one(resolved, arn).verdict.value) == ("failed", "not_applicable")


def test_federation(aws: Simulated) -> None:
    check = "iam-federated-sign-in-configured"
    aws.answers("sso-admin:ListInstances", {"Instances": []})
    iam = aws.client("iam")
    iam.create_open_id_connect_provider(Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"], ThumbprintList=[40 * "a"])
    assert aws.scan(check, regions=None).one(check).verdict.value == "failed"
    iam.create_saml_provider(Name="corp", SAMLMetadataDocument="x" * 1024)
    assert aws.scan(check, regions=None).one(check).reason.startswith("SAML provider corp")


class Center:
    """IAM Identity Center of the company, in moto; whether people may sign in moto does not say."""

    def __init__(self, aws: Simulated) -> None:
        aws.client("organizations").create_organization(FeatureSet="ALL")
        self.aws, self.sso, self.store = aws, aws.client("sso-admin"), aws.client("identitystore")
        said = self.sso.list_instances()["Instances"][0]
        self.arn, self.id = said["InstanceArn"], said["IdentityStoreId"]
        self.status: dict[str, str] = {}

    def user(self, name: str, status: str = "ENABLED") -> str:
        id: str = self.store.create_user(IdentityStoreId=self.id, UserName=name, DisplayName=name, Name={"GivenName": name, "FamilyName": "X"})["UserId"]
        self.status[id] = status
        users = self.store.list_users(IdentityStoreId=self.id)["Users"]
        kept = [
            {"IdentityStoreId": self.id, "UserArn": f"arn:aws:identitystore:::user/{one['UserId']}", "Revision": "1"}
            | {"UserId": one["UserId"], "UserName": one["UserName"], "UserStatus": self.status[one["UserId"]]}
            for one in users
        ]
        self.now = kept
        return id

    def group(self, name: str, *members: str) -> str:
        id: str = self.store.create_group(IdentityStoreId=self.id, DisplayName=name)["GroupId"]
        for member in members:
            self.store.create_group_membership(IdentityStoreId=self.id, GroupId=id, MemberId={"UserId": member})
        return id

    def permission_set(self, name: str, *policies: str, **assigned: str) -> str:
        arn: str = self.sso.create_permission_set(Name=name, InstanceArn=self.arn)["PermissionSet"]["PermissionSetArn"]
        for policy in policies:
            self.sso.attach_managed_policy_to_permission_set(InstanceArn=self.arn, PermissionSetArn=arn, ManagedPolicyArn=f"arn:aws:iam::aws:policy/{policy}")
        for id, kind in assigned.items():
            self.sso.create_account_assignment(
                InstanceArn=self.arn, TargetId=ACCOUNT, TargetType="AWS_ACCOUNT", PermissionSetArn=arn, PrincipalType=kind, PrincipalId=id
            )
        self.sso.provision_permission_set(InstanceArn=self.arn, PermissionSetArn=arn, TargetType="ALL_PROVISIONED_ACCOUNTS")  # AWS does so by itself
        return arn


def test_identity_center(aws: Simulated) -> None:
    center = Center(aws)
    ann, ben, carl = center.user("ann"), center.user("ben"), center.user("carl", "DISABLED")
    ops, empty = center.group("ops", ann, ben), center.group("empty")
    center.permission_set("Admins", "AdministratorAccess", **{ann: "USER", ops: "GROUP"})
    center.permission_set("Readers", "ReadOnlyAccess", **{carl: "USER", empty: "GROUP"})
    aws.answers("identitystore:ListUsers", {"Users": center.now})
    admins, review = checks = ("iam-permission-set-grants-administrator-only-to-approved", "iam-identity-center-assignments-listed-for-review")

    def by_reason(check: str, **approved: Any) -> dict[str, str]:
        found = aws.scan(*checks, settings={admins: approved} if approved else None).report.findings
        return {
            one.reason.partition(" ")[0].rstrip(":"): one.verdict.value
            for one in found
            if one.check == check and one.resource.type == "AWS::SSO::PermissionSet"
        }

    assert by_reason(admins, approved_admin_principals=["ann"]) == {"Admins": "failed", "Readers": "not_applicable"}
    assert by_reason(admins, approved_admin_principals=["ann", "ops"]) == {"Admins": "passed", "Readers": "not_applicable"}
    found = aws.scan(*checks)
    assert sorted(found.verdicts(admins).values()) == ["not_applicable", "not_applicable", "not_assessed"]
    told = {one.reason: one.verdict.value for one in found.report.findings if one.check == review and not one.population}
    assert told == {
        f"Admins: ann in account {ACCOUNT}": "passed",
        f"Admins: group ops (ann, ben) in account {ACCOUNT}": "passed",
        f"Readers: carl disabled, yet in carl in account {ACCOUNT}": "failed",
        f"Readers: group empty in account {ACCOUNT} has no members": "failed",
        "4 assignments of 2 permission sets, each listed with the people behind it": "passed",
    }


def test_identity_center_from_a_member_account(aws: Simulated) -> None:
    """IAM-14: whoever is not told does not say that there is nothing."""
    organization(aws, MANAGEMENT)
    checks = ("iam-permission-set-grants-administrator-only-to-approved", "iam-identity-center-assignments-listed-for-review")
    aws.answers("sso-admin:ListInstances", {"Instances": []})
    found = aws.scan(*checks, regions=None)
    for check in checks:
        assert [cause.account for cause in found.one(check, ACCOUNT).causes] == [MANAGEMENT]
    instance = {"InstanceArn": "arn:aws:sso:::instance/ssoins-1111222233334444", "IdentityStoreId": "d-1234567890", "OwnerAccountId": MANAGEMENT}
    aws.answers("sso-admin:ListInstances", {"Instances": [instance | {"Status": "ACTIVE", "PrimaryRegion": "eu-west-1"}]})
    for operation in ("sso-admin:ListPermissionSets", "identitystore:ListUsers", "identitystore:ListGroups"):
        aws.refuses(operation, "AccessDeniedException")
    found = aws.scan(*checks, regions=None)
    for check in checks:
        here = [one for one in found.report.findings if one.check == check and one.resource.type == "AWS::::Account"]
        assert {one.verdict.value for one in here} == {"not_assessed"}
        assert MANAGEMENT in {cause.account for one in here for cause in one.causes}


def test_changes_of_identities(aws: Simulated) -> None:
    check = "iam-user-changes-recorded-for-review"

    def events(request: Mapping[str, Any]) -> Mapping[str, Any]:
        name = request["LookupAttributes"][0]["AttributeValue"]
        if name != "CreateUser":
            return {"Events": []}
        record = {"eventName": name, "eventSource": "iam.amazonaws.com", "eventTime": NOW.isoformat(), "userIdentity": {"arn": ROOT, "type": "Root"}}
        return {"Events": [{"EventId": "1", "EventName": name, "EventTime": NOW, "CloudTrailEvent": json.dumps(record)}]}

    aws.answers("cloudtrail:LookupEvents", events)
    found = aws.scan(check, regions=("eu-west-1", "us-east-1")).one(check, ACCOUNT)
    assert (found.verdict.value, found.reason) == ("passed", "1 changes in 90 days, each with time and author: 1 CreateUser")
    aws.refuses("cloudtrail:LookupEvents")
    assert aws.scan(check, regions=("eu-west-1", "us-east-1")).one(check, ACCOUNT).verdict.value == "not_assessed"
