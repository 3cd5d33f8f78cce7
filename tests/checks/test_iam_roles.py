"""Roles on hand-made facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.roles import Role, RoleLastUsed
from cloudsoc.graphs.administrators import Administrators, administrators
from cloudsoc.graphs.effective_policies import EffectivePolicies, effective_policies
from cloudsoc.graphs.exposures import role_openings
from cloudsoc.model import Every
from cloudsoc_checks.iam.roles import cross_account_read_role_limited, role_used_or_removed, security_audit_role_exists, support_role_exists
from tests.checks.iam_policies import AT, OTHER, OWN, SISTER, allow, document, role
from tests.checks.table import UNREAD, but, given, table
from tests.checks.test_iam_trust import MEMBERS, ORGANIZATION, account, trust

ACCOUNT = Account(arn=OWN, region="global", account=OWN)
PEOPLE = document(trust(account(OWN)))
LINKED = "/aws-service-role/support.amazonaws.com/"


def known(*roles: Role, gap: bool = False) -> tuple[EffectivePolicies, Administrators]:
    effective = effective_policies(ACCOUNT, Every(), Every(), Every(roles, [UNREAD] if gap else []), Every())
    return effective, administrators(ACCOUNT, effective)


SUPPORT = role(allow("support:*"), trust=PEOPLE)
ADMIN = but(role(allow("*"), trust=PEOPLE), arn=f"arn:aws:iam::{OWN}:role/admin", role_name="admin")

test_support_role_exists = table(
    support_role_exists,
    passed={
        "one": given(ACCOUNT, *known(ADMIN, SUPPORT), says="role app may handle cases"),
        "by federation": (
            ACCOUNT,
            *known(role(allow("support:*"), trust=document(trust({"Federated": "arn:aws:iam::1:saml-provider/a"}, "sts:AssumeRoleWithSAML")))),
        ),
        "gaps or not": (ACCOUNT, *known(SUPPORT, gap=True)),
    },
    failed={
        "none": given(ACCOUNT, *known(), says="no role"),
        "administrators only": given(ACCOUNT, *known(ADMIN), says="unless as an administrator"),
        "reading cases": (ACCOUNT, *known(role(allow("support:Describe*"), trust=PEOPLE))),
        "for a service": (ACCOUNT, *known(role(allow("support:*"), trust=document(trust({"Service": "lambda.amazonaws.com"}))))),
        "a service-linked role": (ACCOUNT, *known(role(allow("support:*"), trust=PEOPLE, path=LINKED))),
        "nobody is let in": (ACCOUNT, *known(role(allow("support:*"), trust=document(trust(account(OWN)) | {"Effect": "Deny"})))),
    },
    not_assessed={"unread": (ACCOUNT, UNREAD, UNREAD), "others unread": (ACCOUNT, *known(ADMIN, gap=True))},
)

READING = ["iam:Get*", "iam:List*", "cloudtrail:Describe*", "cloudtrail:Get*", "ec2:Describe*", "kms:List*", "s3:GetBucket*", "rds:Describe*"]

test_security_audit_role_exists = table(
    security_audit_role_exists,
    passed={
        "one": given(ACCOUNT, *known(ADMIN, role(allow(READING), trust=PEOPLE)), says="role app reads settings"),
        "with a report to be made": (ACCOUNT, *known(role(allow([*READING, "cloudtrail:StartQuery"]), trust=PEOPLE))),
    },
    failed={
        "none": given(ACCOUNT, *known(), says="no role"),
        "an administrator": (ACCOUNT, *known(ADMIN)),
        "not all of it": (ACCOUNT, *known(role(allow(READING[1:]), trust=PEOPLE))),
        "one that changes things": (ACCOUNT, *known(role(allow([*READING, "ec2:*"]), trust=PEOPLE))),
        "for a service": (ACCOUNT, *known(role(allow(READING), trust=document(trust({"Service": "config.amazonaws.com"}))))),
    },
    not_assessed={"unread": (ACCOUNT, UNREAD, UNREAD), "others unread": (ACCOUNT, *known(gap=True))},
)


def used(days: int) -> Role:
    return but(role(), create_date=AT - timedelta(days=500), role_last_used=RoleLastUsed(last_used_date=AT - timedelta(days=days), region="eu-west-1"))


test_role_used_or_removed = table(
    role_used_or_removed,
    passed={
        "used": given(used(60), AT, says="60 days ago"),
        "new": given(but(role(), create_date=AT - timedelta(days=3)), AT, says="made 3 days ago"),
        "made today": given(role(), AT, says="made today"),
        "used long ago, where that is allowed": given(used(300), AT, max_unused_days=365),
    },
    failed={
        "used long ago": given(used(61), AT, says="61 days ago, the limit is 60"),
        "never used": given(but(used(1), role_last_used=RoleLastUsed()), AT, says="not used in the last 400 days"),
        "no word of use": (but(used(1), role_last_used=None), AT),
    },
    not_applicable={"IAM-12: a service-linked role": (but(used(300), path=LINKED), AT)},
    not_assessed={"unread": (UNREAD, AT)},
)

EVERYTHING = ["*:Get*", "*:List*", "*:Describe*"]


def vendor(action: Any, principal: Any = None, *, policy: tuple[Mapping[str, Any], ...] = (), path: str = "/", **condition: Any) -> tuple[Any, ...]:
    made = role(*(policy or (allow(action),)), trust=document(trust(principal or account(OTHER), **condition)), path=path)
    return made, role_openings(made, ACCOUNT), *known(made)


test_cross_account_read_role_limited = table(
    cross_account_read_role_limited,
    passed={
        "little": given(*vendor("ec2:Describe*"), UNREAD, UNREAD, says="reads little"),
        "everything of one bucket": (*vendor("", policy=(allow("*", "arn:aws:s3:::a/*"),)), UNREAD, UNREAD),
        "everything, of the organization": given(*vendor(EVERYTHING, account(SISTER)), MEMBERS, ORGANIZATION, says="trusted"),
        "everything, the own organization": (*vendor(EVERYTHING, "*", StringEquals={"aws:PrincipalOrgID": "o-abcdef1234"}), UNREAD, ORGANIZATION),
        "everything, trusted": given(*vendor(EVERYTHING), UNREAD, UNREAD, trusted_accounts=(OTHER,)),
    },
    failed={
        "everything": given(*vendor(EVERYTHING), MEMBERS, ORGANIZATION, says="of all that can be read"),
        "everything, with an external id": (*vendor(EVERYTHING, StringEquals={"sts:ExternalId": "a"}), None, None),
        "an administrator": given(*vendor("*"), MEMBERS, ORGANIZATION, says="administrator: may do everything"),
        "IAM whole": given(*vendor("iam:*"), None, None, says="administrator"),
        "everyone": (*vendor(EVERYTHING, "*"), UNREAD, UNREAD),
    },
    not_applicable={
        "own account": given(*vendor(EVERYTHING, account(OWN)), UNREAD, UNREAD, says="no other account"),
        "a service": (*vendor(EVERYTHING, {"Service": "config.amazonaws.com"}), UNREAD, UNREAD),
        "people who sign in elsewhere": (*vendor(EVERYTHING, {"Federated": f"arn:aws:iam::{OWN}:saml-provider/idp"}), UNREAD, UNREAD),
        "IAM-12: a service-linked role": (*vendor(EVERYTHING, path=LINKED), UNREAD, UNREAD),
    },
    not_assessed={
        "unread": (UNREAD, UNREAD, UNREAD, UNREAD, None, None),
        "its policies unread": (*vendor(EVERYTHING)[:2], *known(gap=True), MEMBERS, ORGANIZATION),
        "members unread": (*vendor(EVERYTHING), UNREAD, ORGANIZATION),
    },
)
