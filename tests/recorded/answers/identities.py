"""IAM, Identity Center, Organizations and Access Analyzer."""

from __future__ import annotations

from typing import Any

from tests.recorded.answers import ACCOUNT, HOME, NOW, OTHER, Given, Request, Said, ago, allow, policy

IAM = f"arn:aws:iam::{ACCOUNT}"
ADMINISTRATOR = {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
OWN = {"PolicyName": "deploy", "PolicyArn": f"{IAM}:policy/deploy"}


def _identity(kind: str, name: str, path: str = "/", **more: Any) -> dict[str, Any]:
    return {
        f"{kind.title()}Name": name,
        f"{kind.title()}Id": f"AXXXXXXXXXXX{name.upper():X<8}",
        "Arn": f"{IAM}:{kind}{path}{name}",
        "Path": path,
        "CreateDate": ago(400),
        **more,
    }


def _role(name: str, trusted: dict[str, Any], path: str = "/", condition: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"} | ({"Condition": condition} if condition else {})
    nothing: dict[str, Any] = {"AttachedManagedPolicies": [], "RolePolicyList": [], "InstanceProfileList": [], "Tags": []}
    return _identity("role", name, path, AssumeRolePolicyDocument=policy(trust), **(nothing | more))


def _managed(arn: str, document: str, attached: int = 1) -> dict[str, Any]:
    version = {"Document": document, "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": ago(400)}
    return {
        "PolicyName": arn.rpartition("/")[2],
        "PolicyId": "ANPAXXXXXXXXXXXXXXXX",
        "Arn": arn,
        "Path": "/",
        "DefaultVersionId": "v1",
        "AttachmentCount": attached,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": ago(400),
        "UpdateDate": ago(400),
        "PolicyVersionList": [version],
    }


USERS = ("ada", "bob", "machine")
DETAILS = {
    "UserDetailList": [
        _identity("user", "ada", GroupList=["people"], AttachedManagedPolicies=[], UserPolicyList=[], Tags=[{"Key": "owner", "Value": "ada"}]),
        _identity("user", "bob", GroupList=["people"], AttachedManagedPolicies=[ADMINISTRATOR], UserPolicyList=[], Tags=[]),
        _identity("user", "machine", GroupList=[], AttachedManagedPolicies=[], UserPolicyList=[{"PolicyName": "own", "PolicyDocument": policy(allow("s3:GetObject", "arn:aws:s3:::acorn-data/*"))}]),
    ],
    "GroupDetailList": [
        _identity("group", "people", AttachedManagedPolicies=[OWN], GroupPolicyList=[]),
        _identity("group", "nobody", AttachedManagedPolicies=[], GroupPolicyList=[{"PolicyName": "all", "PolicyDocument": policy(allow("iam:*"))}]),
    ],
    "RoleDetailList": [
        _role("deploy", {"AWS": f"arn:aws:iam::{OTHER}:root"}, condition={"StringEquals": {"sts:ExternalId": "x7"}}, AttachedManagedPolicies=[OWN], RoleLastUsed={"LastUsedDate": ago(3), "Region": HOME}),
        _role("open", {"AWS": "*"}, AttachedManagedPolicies=[ADMINISTRATOR], RoleLastUsed={}),
        _role("instance", {"Service": "ec2.amazonaws.com"}, RoleLastUsed={"LastUsedDate": ago(1), "Region": HOME}),
        _role("AWSServiceRoleForConfig", {"Service": "config.amazonaws.com"}, "/aws-service-role/config.amazonaws.com/"),
    ],
    "Policies": [
        _managed(OWN["PolicyArn"], policy(allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::acorn-data/*"))),
        _managed(f"{IAM}:policy/escalate", policy(allow(["iam:PassRole", "iam:AttachUserPolicy", "lambda:*"])), 0),
        _managed(ADMINISTRATOR["PolicyArn"], policy(allow("*")), 2),
    ],
    "IsTruncated": False,
}  # fmt: skip

_COLUMNS = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active"),
    *(f"access_key_{n}_{what}" for n in (1, 2) for what in ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")),
    *("cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated"),
)


def _row(name: str, arn: str, **said: str) -> str:
    default = {column: "false" if column.endswith(("_active", "_enabled")) else "N/A" for column in _COLUMNS}
    row = default | {"user": name, "arn": arn, "user_creation_time": ago(400).isoformat()} | said
    return ",".join(row[column] for column in _COLUMNS)


_CONSOLE = {"password_enabled": "true", "password_last_changed": ago(60).isoformat(), "password_last_used": ago(2).isoformat()}
_KEY = {"access_key_1_active": "true", "access_key_1_last_rotated": ago(30).isoformat(), "access_key_1_last_used_date": ago(1).isoformat(), "access_key_1_last_used_service": "s3"}  # fmt: skip
REPORT = "\n".join(
    (
        ",".join(_COLUMNS),
        _row("<root_account>", f"{IAM}:root", password_enabled="not_supported", password_last_used=ago(500).isoformat(), mfa_active="true"),
        _row("ada", f"{IAM}:user/ada", **_CONSOLE, mfa_active="true"),
        _row("bob", f"{IAM}:user/bob", **_CONSOLE | {"password_last_used": ago(200).isoformat()}),
        _row("machine", f"{IAM}:user/machine", **_KEY, access_key_2_active="true", access_key_2_last_rotated=ago(300).isoformat()),
    )
)


def _keys(asked: Request) -> Said:
    user = asked["UserName"]
    keys = [{"UserName": user, "AccessKeyId": f"AKIA{number}{'X' * 15}", "Status": "Active", "CreateDate": ago(days)} for number, days in ((1, 30), (2, 300))]
    return {"AccessKeyMetadata": keys if user == "machine" else [], "IsTruncated": False}


def _factors(asked: Request) -> Said:
    user = asked["UserName"]
    devices = [{"UserName": user, "SerialNumber": f"arn:aws:iam::{ACCOUNT}:u2f/user/ada/key-{number}", "EnableDate": ago(90)} for number in (1, 2)]
    return {"MFADevices": devices if user == "ada" else [], "IsTruncated": False}


def _last_accessed(_: Request) -> Said:
    services = [{"ServiceName": name, "ServiceNamespace": name, "LastAuthenticated": when} for name, when in (("s3", ago(1)), ("iam", ago(300)))]
    done = {"JobStatus": "COMPLETED", "JobCreationDate": NOW, "JobCompletionDate": NOW}
    return done | {"ServicesLastAccessed": [*services, {"ServiceName": "kms", "ServiceNamespace": "kms"}], "IsTruncated": False}


STORE, INSTANCE = "d-1234567890", "arn:aws:sso:::instance/ssoins-1234567890abcdef"
SETS = [f"arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-{name:0<16}" for name in ("admin", "reader")]


def _set_policies(asked: Request) -> Said:
    managed = [{"Name": "AdministratorAccess", "Arn": ADMINISTRATOR["PolicyArn"]}]
    return {"AttachedManagedPolicies": managed if asked["PermissionSetArn"] == SETS[0] else []}


def _assignments(asked: Request) -> Said:
    kinds = (("GROUP", "g-1"), ("USER", "u-1"), ("USER", "u-2"))
    return {"AccountAssignments": [{"AccountId": asked["AccountId"], "PermissionSetArn": asked["PermissionSetArn"], "PrincipalType": kind, "PrincipalId": f"{id:0<36}"} for kind, id in kinds]}  # fmt: skip


_ANALYZER = f"arn:aws:access-analyzer:{HOME}:{ACCOUNT}:analyzer/"
ANSWERS: dict[str, Given] = {
    "sts:GetCallerIdentity": {"Account": ACCOUNT, "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/auditor/scan", "UserId": "AROAXXXXXXXXXXXXXXXX:scan"},
    "iam:GetAccountAuthorizationDetails": DETAILS,
    "iam:GenerateCredentialReport": {"State": "COMPLETE"},
    "iam:GetCredentialReport": {"Content": REPORT.encode(), "ReportFormat": "text/csv", "GeneratedTime": ago(0.05)},
    "iam:ListAccessKeys": _keys,
    "iam:ListMFADevices": _factors,
    "iam:GenerateServiceLastAccessedDetails": lambda asked: {"JobId": asked["Arn"].rpartition("/")[2].ljust(36, "-")[:36]},
    "iam:GetServiceLastAccessedDetails": _last_accessed,
    "iam:GetAccountPasswordPolicy": {
        "PasswordPolicy": {
            "MinimumPasswordLength": 14,
            "RequireUppercaseCharacters": True,
            "RequireLowercaseCharacters": True,
            "RequireNumbers": True,
            "RequireSymbols": True,
            "ExpirePasswords": True,
            "MaxPasswordAge": 90,
            "PasswordReusePrevention": 24,
        }
    },
    "iam:GetAccountSummary": {
        "SummaryMap": {"AccountMFAEnabled": 1, "AccountPasswordPresent": 0, "AccountAccessKeysPresent": 0, "AccountSigningCertificatesPresent": 0}
    },
    "iam:ListOpenIDConnectProviders": {
        "OpenIDConnectProviderList": [{"Arn": f"{IAM}:oidc-provider/token.actions.githubusercontent.com"}, {"Arn": f"{IAM}:oidc-provider/example.org"}]
    },
    "iam:ListSAMLProviders": {
        "SAMLProviderList": [
            {"Arn": f"{IAM}:saml-provider/office", "ValidUntil": ago(-400), "CreateDate": ago(400)},
            {"Arn": f"{IAM}:saml-provider/former", "ValidUntil": ago(4), "CreateDate": ago(400)},
        ]
    },
    "iam:ListServerCertificates": {
        "ServerCertificateMetadataList": [
            {"Path": "/", "ServerCertificateName": name, "ServerCertificateId": "ASCAXXXXXXXXXXXXXXXX", "Arn": f"{IAM}:server-certificate/{name}", "Expiration": ago(days)}
            for name, days in (("front", -200), ("back", 5))
        ],
        "IsTruncated": False,
    },
    "iam:ListVirtualMFADevices": {
        "VirtualMFADevices": [
            {"SerialNumber": f"{IAM}:mfa/bob", "EnableDate": ago(90), "User": {"Path": "/", "UserName": "bob", "UserId": "AXXXXXXXXXXXBOBXXXXX", "Arn": f"{IAM}:user/bob", "CreateDate": ago(400)}},
            {"SerialNumber": f"{IAM}:mfa/ada", "EnableDate": ago(90), "User": {"Path": "/", "UserName": "ada", "UserId": "AXXXXXXXXXXXADAXXXXX", "Arn": f"{IAM}:user/ada", "CreateDate": ago(400)}},
        ],
        "IsTruncated": False,
    },
    "iam:ListOrganizationsFeatures": {"OrganizationId": "o-exampleorgid", "EnabledFeatures": ["RootCredentialsManagement", "RootSessions"]},
    "organizations:DescribeOrganization": {
        "Organization": {"Id": "o-exampleorgid", "MasterAccountId": ACCOUNT, "MasterAccountArn": f"arn:aws:organizations::{ACCOUNT}:account/o-exampleorgid/{ACCOUNT}"}
    },
    "organizations:ListAccounts": {"Accounts": [{"Id": ACCOUNT, "Name": "main", "Status": "ACTIVE"}, {"Id": OTHER, "Name": "tools", "Status": "ACTIVE"}]},
    "organizations:ListDelegatedAdministrators": {"DelegatedAdministrators": [{"Id": OTHER, "Name": "tools", "Status": "ACTIVE"}, {"Id": ACCOUNT, "Status": "ACTIVE"}]},
    "sso-admin:ListInstances": {
        "Instances": [{"InstanceArn": INSTANCE, "IdentityStoreId": STORE, "OwnerAccountId": ACCOUNT, "Status": "ACTIVE", "PrimaryRegion": HOME}]
    },
    "sso-admin:ListPermissionSets": {"PermissionSets": SETS},
    "sso-admin:DescribePermissionSet": lambda asked: {
        "PermissionSet": {"Name": "admin" if asked["PermissionSetArn"] == SETS[0] else "reader", "PermissionSetArn": asked["PermissionSetArn"]}
    },
    "sso-admin:ListManagedPoliciesInPermissionSet": _set_policies,
    "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet": {"CustomerManagedPolicyReferences": [{"Name": "deploy", "Path": "/"}, {"Name": "none", "Path": "/"}]},
    "sso-admin:GetInlinePolicyForPermissionSet": {"InlinePolicy": policy(allow("s3:ListAllMyBuckets"))},
    "sso-admin:ListAccountsForProvisionedPermissionSet": {"AccountIds": [ACCOUNT, OTHER]},
    "sso-admin:ListAccountAssignments": _assignments,
    "identitystore:ListUsers": {"Users": [{"IdentityStoreId": STORE, "UserId": f"u-{number:0<34}", "UserName": name, "UserStatus": "ENABLED", "UserArn": f"arn:aws:identitystore:::user/u-{number:0<34}", "Revision": "1"} for number, name in ((1, "ada"), (2, "eve"))]},
    "identitystore:ListGroups": {"Groups": [{"IdentityStoreId": STORE, "GroupId": f"g-{number:0<34}", "DisplayName": name, "GroupArn": f"arn:aws:identitystore:::group/g-{number:0<34}", "Revision": "1"} for number, name in ((1, "admins"), (2, "readers"))]},
    "identitystore:ListGroupMemberships": lambda asked: {
        "GroupMemberships": [
            {"IdentityStoreId": STORE, "MembershipId": f"m-{number}{asked['GroupId'][2]:0<33}", "MembershipArn": f"arn:aws:identitystore:::membership/m-{number:0<34}", "GroupId": asked["GroupId"], "MemberId": {"UserId": f"u-{number:0<34}"}} for number in (1, 2)
        ]
    },
    "accessanalyzer:ListAnalyzers": {
        "analyzers": [
            {"arn": f"{_ANALYZER}{name}", "name": name, "type": kind, "createdAt": ago(90), "status": "ACTIVE"} for name, kind in (("outside", "ACCOUNT"), ("unused", "ACCOUNT_UNUSED_ACCESS"))
        ]
    },
    "accessanalyzer:ListFindingsV2": {
        "findings": [
            {
                "id": f"finding-{number}",
                "analyzedAt": NOW,
                "createdAt": ago(days),
                "updatedAt": ago(days),
                "resource": f"arn:aws:s3:::acorn-{number}",
                "resourceOwnerAccount": ACCOUNT,
                "resourceType": "AWS::S3::Bucket",
                "status": "ACTIVE",
            }
            for number, days in ((1, 2), (2, 90))
        ]
    },
}  # fmt: skip
