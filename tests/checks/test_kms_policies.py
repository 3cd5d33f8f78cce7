"""Checks of key policies and grants on hand-made facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudsoc.aws.account import Account
from cloudsoc.aws.kms import Grant, KeyPolicy, customer_managed
from cloudsoc.aws.organizations import Organization, OrganizationAccounts
from cloudsoc.graphs.exposures import KeyOpenings, key_openings
from cloudsoc.model import LOW, Its
from cloudsoc.policy import PolicyDocument
from cloudsoc_checks.kms.policies import (
    key_grants_limited_to_trusted_principals,
    key_policy_blocks_public_access,
    key_policy_limits_cross_account_use,
    key_policy_scopes_service_principals,
    key_policy_separates_admin_and_use,
)
from tests.checks.table import UNREAD, given, table
from tests.checks.test_kms import AWS_MANAGED, KEY

OWN, SISTER, OTHER = "111122223333", "222233334444", "444455556666"
ACCOUNT = Account(arn=OWN, region="global", account=OWN)
MEMBERS = OrganizationAccounts(accounts=(OWN, SISTER))
ORGANIZATION = Organization(id="o-abcdef1234", master_account_id=SISTER)
ROOT: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OWN}:root"}, "Action": "kms:*", "Resource": "*"}
AWS_OWN = customer_managed(AWS_MANAGED)


def policy(*statements: Mapping[str, Any]) -> KeyPolicy:
    return KeyPolicy(policy=PolicyDocument.parse({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(principal: Any, action: Any = "kms:Decrypt", **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **({"Condition": condition} if condition else {})}


def openings(*statements: Mapping[str, Any]) -> KeyOpenings:
    return key_openings(KEY, policy(ROOT, *statements), ACCOUNT)


def account(id: str) -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::{id}:root"}


# AWS's own pattern for its managed keys: everybody, but only of the own account, and only through a service
CALLER = {"kms:CallerAccount": OWN, "kms:ViaService": "s3.eu-west-1.amazonaws.com"}

test_key_policy_blocks_public_access = table(
    key_policy_blocks_public_access,
    passed={
        "the default policy": given(KEY, openings(), says="nobody outside"),
        "KMS-5: everyone of the own account": (KEY, openings(allow("*", "kms:*", StringEquals=CALLER))),
        "KMS-5: a list with one principal": (KEY, openings(allow({"AWS": ["*"]}, StringEquals={"kms:CallerAccount": OWN}))),
        "everyone of an organization": given(KEY, openings(allow("*", StringEquals={"aws:PrincipalOrgID": "o-abcdef1234"})), says="o-abcdef1234"),
        "another account": given(KEY, openings(allow(account(OTHER))), says=OTHER),
        "denied again": (KEY, openings(allow("*"), allow("*") | {"Effect": "Deny"})),
    },
    failed={
        "KMS-5: decryption for everyone": given(KEY, openings(allow("*")), says="everyone may do kms:Decrypt"),
        "as a list": (KEY, openings(allow({"AWS": ["*"]}, ["kms:Decrypt"]))),
        "two actions": given(KEY, openings(allow("*", ["kms:Decrypt", "kms:Sign"])), says="kms:Decrypt and more"),
        "through a service is still everyone": (KEY, openings(allow("*", StringEquals={"kms:ViaService": "s3.eu-west-1.amazonaws.com"}))),
        "any organization": (KEY, openings(allow("*", StringLike={"aws:PrincipalOrgID": "o-*"}))),
        "all but one": (KEY, openings({"Effect": "Allow", "NotPrincipal": account(OTHER), "Action": "kms:Decrypt", "Resource": "*"})),
    },
    not_applicable={"KMS-4: AWS managed": (AWS_MANAGED, AWS_OWN)},
    not_assessed={
        "policy unread": (KEY, UNREAD),
        "a condition that nobody knows": given(KEY, openings(allow("*", StringEquals={"nobody:KnowsThis": "1"})), says="needs review"),
    },
)

test_key_policy_limits_cross_account_use = table(
    key_policy_limits_cross_account_use,
    passed={
        "own account": given(KEY, openings(), UNREAD, UNREAD, says="no other account"),
        "own account by condition": (KEY, openings(allow("*", StringEquals={"kms:CallerAccount": OWN})), UNREAD, UNREAD),
        "an account of the organization": given(KEY, openings(allow(account(SISTER))), MEMBERS, ORGANIZATION, says=SISTER),
        "trusted by the settings": given(KEY, openings(allow(account(OTHER))), UNREAD, UNREAD, trusted_accounts=(OTHER,)),
        "a role of a trusted account": given(
            KEY, openings(allow({"AWS": f"arn:aws:iam::{OTHER}:role/app"})), UNREAD, UNREAD, trusted_accounts=(OTHER,), says="role/app"
        ),
        "the own organization": (KEY, openings(allow("*", StringEquals={"aws:PrincipalOrgID": "o-abcdef1234"})), UNREAD, ORGANIZATION),
        "a part of the own organization": (
            KEY,
            openings(allow("*", **{"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abcdef1234/r-ab12/ou-ab12-11111111/*"}})),
            UNREAD,
            ORGANIZATION,
        ),
        "a service": (KEY, openings(allow({"Service": "logs.eu-west-1.amazonaws.com"})), UNREAD, UNREAD),
        "the own organization, whichever that is": given(
            KEY,
            openings(allow("*", StringEquals={"aws:PrincipalOrgID": "${aws:ResourceOrgID}"})),
            UNREAD,
            UNREAD,
            says="trusted: the owner's organization",
        ),
    },
    failed={
        "a foreign account": given(KEY, openings(allow(account(OTHER))), MEMBERS, ORGANIZATION, says=OTHER),
        "in no organization": (KEY, openings(allow(account(OTHER))), None, None),
        "a foreign account, whoever else may be let in": given(
            KEY, openings(allow("*", StringEquals={"nobody:KnowsThis": "1"}), allow(account(OTHER))), MEMBERS, ORGANIZATION, says=f"account {OTHER} may"
        ),
        "a role of a foreign account": given(KEY, openings(allow({"AWS": f"arn:aws:iam::{OTHER}:role/app"})), MEMBERS, ORGANIZATION, says="role/app"),
        "by condition": (KEY, openings(allow("*", StringEquals={"aws:PrincipalAccount": OTHER})), MEMBERS, ORGANIZATION),
        "another organization": given(
            KEY, openings(allow("*", StringEquals={"aws:PrincipalOrgID": "o-zzzzzzzzzz"})), MEMBERS, ORGANIZATION, says="o-zzzzzzzzzz"
        ),
        "an organization, in none": (KEY, openings(allow("*", StringEquals={"aws:PrincipalOrgID": "o-zzzzzzzzzz"})), None, None),
        "everyone": given(KEY, openings(allow("*")), UNREAD, UNREAD, says="everyone"),
    },
    not_applicable={"AWS managed": (AWS_MANAGED, AWS_OWN, MEMBERS, ORGANIZATION)},
    not_assessed={
        "policy unread": (KEY, UNREAD, MEMBERS, ORGANIZATION),
        "members unread": (KEY, openings(allow(account(OTHER))), UNREAD, ORGANIZATION),
        "organization unread": (KEY, openings(allow("*", StringEquals={"aws:PrincipalOrgID": "o-abcdef1234"})), MEMBERS, UNREAD),
        "a stranger under a condition that nobody knows, beside somebody trusted": given(
            KEY,
            openings(allow(account(SISTER)), allow(account(OTHER), StringEquals={"nobody:KnowsThis": "1"})),
            MEMBERS,
            ORGANIZATION,
            says="needs review: the meaning of the condition key nobody:KnowsThis",
        ),
        "another organization under such a condition, beside the own one": given(
            KEY,
            openings(
                allow("*", StringEquals={"aws:PrincipalOrgID": "o-abcdef1234"}),
                allow("*", StringEquals={"aws:PrincipalOrgID": "o-zzzzzzzzzz", "nobody:KnowsThis": "1"}),
            ),
            MEMBERS,
            ORGANIZATION,
            says="needs review",
        ),
        "whoever is in a network": given(
            KEY, openings(allow("*", StringEquals={"aws:SourceVpc": "vpc-0123456789abcdef0"})), MEMBERS, ORGANIZATION, says="vpc-0123456789abcdef0"
        ),
        "whoever is in a network, beside an account of the organization": given(
            KEY, openings(allow(account(SISTER)), allow("*", StringEquals={"aws:SourceVpc": "vpc-1"})), MEMBERS, ORGANIZATION, says="vpc-1"
        ),
        "a unique id, of whatever account": given(
            KEY, openings(allow("*", StringLike={"aws:userid": "AROAEXAMPLEEXAMPLEID:*"})), MEMBERS, ORGANIZATION, says="AROAEXAMPLEEXAMPLEID"
        ),
    },
)

LOGS = {"Service": "logs.eu-west-1.amazonaws.com"}
GROUP = f"arn:aws:logs:eu-west-1:{OWN}:log-group:app"
CONTEXT = "kms:EncryptionContext:aws:logs:arn"

test_key_policy_scopes_service_principals = table(
    key_policy_scopes_service_principals,
    passed={
        "no service": given(KEY, openings(), says="no service"),
        "for the own account": given(KEY, openings(allow(LOGS, StringEquals={"aws:SourceAccount": OWN})), says="logs.eu-west-1"),
        "for an organization": (KEY, openings(allow(LOGS, StringEquals={"aws:SourceOrgID": "o-abcdef1234"}))),
        "for a resource": (KEY, openings(allow(LOGS, ArnLike={"aws:SourceArn": f"arn:aws:logs:*:{OWN}:*"}))),
        "for an encryption context of the account, word by word": (KEY, openings(allow(LOGS, StringEquals={CONTEXT: GROUP}))),
        "for an encryption context of the account, by a pattern": (KEY, openings(allow(LOGS, StringLike={CONTEXT: GROUP + "*"}))),
        "for an encryption context of the account": (KEY, openings(allow(LOGS, ArnLike={CONTEXT: f"arn:aws:logs:eu-west-1:{OWN}:*"}))),
    },
    failed={
        "for anybody": given(KEY, openings(allow(LOGS)), says="service logs.eu-west-1.amazonaws.com may be sent by anybody"),
        "for whatever account": (KEY, openings(allow(LOGS, StringLike={"aws:SourceAccount": "*"}))),
    },
    not_applicable={"AWS managed": (AWS_MANAGED, AWS_OWN)},
    not_assessed={
        "policy unread": (KEY, UNREAD),
        "a context of no certain account": given(KEY, openings(allow(LOGS, ArnLike={CONTEXT: "arn:aws:logs:*:*:*"})), says="needs review"),
        "a context, if there is one": (KEY, openings(allow(LOGS, StringEqualsIfExists={CONTEXT: GROUP}))),
        "every context, should there be any": (KEY, openings(allow(LOGS, **{"ForAllValues:StringEquals": {CONTEXT: GROUP}}))),
        "any context but one": (KEY, openings(allow(LOGS, StringNotEquals={CONTEXT: GROUP}))),
        "a context of another account": (KEY, openings(allow(LOGS, ArnLike={CONTEXT: f"arn:aws:logs:*:{OTHER}:*"}))),
    },
)

ADMIN, USER = {"AWS": f"arn:aws:iam::{OWN}:role/admin"}, {"AWS": f"arn:aws:iam::{OWN}:role/app"}

test_key_policy_separates_admin_and_use = table(
    key_policy_separates_admin_and_use,
    passed={
        "all is left to IAM": given(KEY, policy(ROOT), ACCOUNT, says="decided in IAM"),
        "apart": given(
            KEY, policy(allow(ADMIN, ["kms:Put*", "kms:ScheduleKeyDeletion"]), allow(USER, ["kms:Decrypt", "kms:CreateGrant"])), ACCOUNT, says="apart"
        ),
        "use is denied": (
            KEY,
            policy(allow(ADMIN, "kms:*"), allow(ADMIN, [f"kms:{one}*" for one in ("De", "En", "Ge", "Re", "Si")]) | {"Effect": "Deny"}),
            ACCOUNT,
        ),
        "administration is denied to all": (
            KEY,
            policy(allow(USER, "kms:*"), allow("*", ["kms:Put*", "kms:Schedule*", "kms:Disable*", "kms:Delete*"]) | {"Effect": "Deny"}),
            ACCOUNT,
        ),
    },
    failed={
        "one statement": given(KEY, policy(ROOT, allow(USER, "kms:*")), ACCOUNT, says="role/app"),
        "four, of whom three are told": given(
            KEY,
            policy(*(allow({"AWS": f"arn:aws:iam::{OWN}:role/{name}"}, "kms:*") for name in "dcba")),
            ACCOUNT,
            says="role/b, arn:aws:iam::111122223333:role/c may",
        ),
        "an administrator, and use for everybody in the account": given(
            KEY, policy(allow(ADMIN, "kms:Put*"), allow("*", "kms:Decrypt", StringEquals={"kms:CallerAccount": OWN})), ACCOUNT, says="role/admin may"
        ),
        "a Deny for another key": (
            KEY,
            policy(allow(USER, "kms:*"), allow(USER, "kms:*") | {"Effect": "Deny", "Resource": f"arn:aws:kms:eu-west-1:{OWN}:key/another"}),
            ACCOUNT,
        ),
        "two statements": (KEY, policy(allow(USER, "KMS:disablekey"), allow(USER, "kms:GenerateMac")), ACCOUNT),
        "another account": given(KEY, policy(allow(account(OTHER), "kms:*")), ACCOUNT, says=OTHER),
        "all but some": given(KEY, policy({"Effect": "Allow", "NotPrincipal": ADMIN, "Action": "kms:*", "Resource": "*"}), ACCOUNT, says="*"),
        "a Deny under a condition": (
            KEY,
            policy(allow(USER, "kms:*"), allow(USER, "kms:*", Bool={"aws:MultiFactorAuthPresent": "false"}) | {"Effect": "Deny"}),
            ACCOUNT,
        ),
        "a Deny for others": (
            KEY,
            policy(allow(USER, "kms:*"), {"Effect": "Deny", "NotPrincipal": USER, "Action": "kms:*", "Resource": "*"}),
            ACCOUNT,
        ),
    },
    not_applicable={"AWS managed": (AWS_MANAGED, AWS_OWN, ACCOUNT)},
    not_assessed={"policy unread": (KEY, UNREAD, ACCOUNT)},
)


def grant(who: str | None, service: str | None = None) -> Grant:
    return Grant(arn="g1", region="eu-west-1", grant_id="0c237476", grantee_principal=who, grantee_service_principal=service, operations=("Decrypt",))


def role(id: str) -> Grant:
    return grant(f"arn:aws:iam::{id}:role/app")


test_key_grants_limited_to_trusted_principals = table(
    key_grants_limited_to_trusted_principals,
    passed={
        "none": given(KEY, Its(), ACCOUNT, UNREAD, says="no grants"),
        "own role": given(KEY, Its([role(OWN)]), ACCOUNT, UNREAD, says="1 grants"),
        "a service": (KEY, Its([grant("rds.eu-west-1.amazonaws.com"), grant(None, "dynamodb.eu-west-1.amazonaws.com")]), ACCOUNT, UNREAD),
        "of the organization": (KEY, Its([role(SISTER)]), ACCOUNT, MEMBERS),
        "trusted by the settings": given(KEY, Its([role(OTHER)]), ACCOUNT, UNREAD, trusted_accounts=(OTHER,)),
    },
    failed={
        "foreign": given(KEY, Its([role(OWN), role(OTHER)]), ACCOUNT, MEMBERS, says=f"{OTHER}:role/app holds a grant"),
        "foreign, among what was read": (KEY, Its([role(OTHER)], [UNREAD]), ACCOUNT, None),
        "a principal that is gone": given(KEY, Its([grant("AROAEXAMPLEEXAMPLEID")]), ACCOUNT, UNREAD, severity=LOW, says="does not exist any more"),
    },
    not_applicable={"AWS managed": (AWS_MANAGED, Its(), ACCOUNT, MEMBERS)},
    not_assessed={
        "grants unread": (KEY, Its([], [UNREAD]), ACCOUNT, MEMBERS),
        "a grant to nobody who is named": given(KEY, Its([role(OWN), grant(None)]), ACCOUNT, MEMBERS, says="0c237476"),
        "some grants unread": (KEY, Its([role(OWN)], [UNREAD]), ACCOUNT, MEMBERS),
        "members unread": (KEY, Its([role(OTHER)]), ACCOUNT, UNREAD),
    },
)
