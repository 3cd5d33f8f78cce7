"""Trust policies on hand-made facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.roles import Role
from cloudsoc.aws.organizations import Organization, OrganizationAccounts
from cloudsoc.graphs.exposures import RoleOpenings, role_openings
from cloudsoc_checks.iam.trust import (
    oidc_role_trust_restricts_subject,
    role_trust_excludes_wildcard_principal,
    service_role_prevents_confused_deputy,
    third_party_role_requires_external_id,
)
from tests.checks.iam_policies import OTHER, OWN, SISTER, document, role
from tests.checks.table import UNREAD, given, table

ACCOUNT = Account(arn=OWN, region="global", account=OWN)
MEMBERS = OrganizationAccounts(accounts=(OWN, SISTER))
ORGANIZATION = Organization(id="o-abcdef1234", master_account_id=SISTER)
LINKED = "/aws-service-role/support.amazonaws.com/"


def trusting(*statements: Mapping[str, Any], path: str = "/") -> tuple[Role, RoleOpenings]:
    """A role with this trust policy, and whom it lets in."""
    made = role(path=path, trust=document(*statements))
    return made, role_openings(made, ACCOUNT)


def trust(principal: Any, action: Any = "sts:AssumeRole", **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, **({"Condition": condition} if condition else {})}


def account(id: str) -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::{id}:root"}


PRIVATE = trusting(trust(account(OWN)))
ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-abcdef1234"}}

test_role_trust_excludes_wildcard_principal = table(
    role_trust_excludes_wildcard_principal,
    passed={
        "the own account": given(*PRIVATE, says="nobody outside"),
        "another account": given(*trusting(trust(account(OTHER))), says=OTHER),
        "everyone of an organization": given(*trusting(trust("*", **ORG)), says="o-abcdef1234"),
        "one role of whatever name": (*trusting(trust("*", ArnEquals={"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/ci"})),),
        "denied again": (*trusting(trust("*"), trust("*") | {"Effect": "Deny"}),),
    },
    failed={
        "everyone": given(*trusting(trust("*")), says="everyone may assume it"),
        "everyone in a list": (*trusting(trust({"AWS": ["*", f"arn:aws:iam::{OWN}:root"]})),),
        "any action of STS": (*trusting(trust("*", "sts:*")),),
        "all but one": (*trusting({"Effect": "Allow", "NotPrincipal": account(OTHER), "Action": "sts:AssumeRole"}),),
        "any organization": (*trusting(trust("*", StringLike={"aws:PrincipalOrgID": "*"})),),
        "with an external id": given(*trusting(trust("*", StringEquals={"sts:ExternalId": "a"})), says="may assume it"),
    },
    not_applicable={"IAM-12: a service-linked role": given(*trusting(trust("*"), path=LINKED), says="service-linked")},
    not_assessed={
        "unread": (UNREAD, UNREAD),
        "a condition that nobody knows": given(*trusting(trust("*", StringEquals={"nobody:KnowsThis": "1"})), says="needs review"),
    },
)

WITH_ID = {"StringEquals": {"sts:ExternalId": "a-secret-of-ours"}}

test_third_party_role_requires_external_id = table(
    third_party_role_requires_external_id,
    passed={
        "demanded": given(*trusting(trust(account(OTHER), **WITH_ID)), MEMBERS, ORGANIZATION, says=f"account {OTHER} may assume it with"),
        "demanded of a role": (*trusting(trust({"AWS": f"arn:aws:iam::{OTHER}:role/ci"}, **WITH_ID)), None, None),
        "demanded, by its beginning": (*trusting(trust(account(OTHER), StringLike={"sts:ExternalId": "acorn-*"})), None, None),
        "another account may do no more than tag the session": (*trusting(trust(account(OTHER), "sts:TagSession")), None, None),
        "demanded, and sessions may be tagged": (*trusting(trust(account(OTHER), ["sts:TagSession", "sts:AssumeRole"], **WITH_ID)), None, None),
        "whoever has none is denied": (
            *trusting(trust(account(OTHER)), trust("*", StringNotEquals={"sts:ExternalId": "a"}) | {"Effect": "Deny"}),
            None,
            None,
        ),
    },
    failed={
        "not demanded": given(*trusting(trust(account(OTHER))), MEMBERS, ORGANIZATION, says="without an external id"),
        "by id alone": (*trusting(trust({"AWS": OTHER})), None, None),
        "only if there is one": (*trusting(trust(account(OTHER), StringEqualsIfExists={"sts:ExternalId": "a"})), None, None),
        "whatever it is": (*trusting(trust(account(OTHER), StringLike={"sts:ExternalId": "*"})), None, None),
        "any other": (*trusting(trust(account(OTHER), StringNotEquals={"sts:ExternalId": "a"})), None, None),
        "a second factor in its place, as a Deny has it": (
            *trusting(
                trust(account(OTHER)),
                trust("*", StringNotEquals={"sts:ExternalId": "a"}, BoolIfExists={"aws:MultiFactorAuthPresent": "false"}) | {"Effect": "Deny"},
            ),
            None,
            None,
        ),
        "of all but one role of theirs": (
            *trusting(
                trust(account(OTHER)),
                {
                    "Effect": "Deny",
                    "NotPrincipal": {"AWS": [f"arn:aws:iam::{OTHER}:root", f"arn:aws:iam::{OTHER}:role/ci"]},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringNotEquals": {"sts:ExternalId": "a"}},
                },
            ),
            None,
            None,
        ),
        "any that does not begin like this": (
            *trusting(trust(account(OTHER), StringNotLike={"sts:ExternalId": "x*"}, StringLike={"sts:ExternalId": "*"})),
            None,
            None,
        ),
        "beside somebody from a network who has none": given(
            *trusting(trust(account(OTHER)), trust("*", StringEquals={"aws:SourceVpc": "vpc-0123456789abcdef0"})), None, None, says=OTHER
        ),
        "demanded of one of two": given(*trusting(trust(account(OTHER), **WITH_ID), trust(account(SISTER))), None, None, says=SISTER),
        "in no organization": (*trusting(trust(account(SISTER))), None, None),
        "beside one that nobody knows": (*trusting(trust(account(OTHER)), trust(account(SISTER), StringEquals={"nobody:KnowsThis": "1"})), None, None),
        "another organization": (*trusting(trust("*", StringEquals={"aws:PrincipalOrgID": "o-zzzzzzzzzz"})), MEMBERS, ORGANIZATION),
        "everyone": (*trusting(trust("*")), UNREAD, UNREAD),
        "a second factor in its place": (*trusting(trust(account(OTHER), Bool={"aws:MultiFactorAuthPresent": "true"})), None, None),
    },
    not_applicable={
        "the own account": given(*PRIVATE, UNREAD, UNREAD, says="no foreign account"),
        "an account of the organization": (*trusting(trust(account(SISTER))), MEMBERS, ORGANIZATION),
        "the organization": (*trusting(trust("*", **ORG)), UNREAD, ORGANIZATION),
        "trusted by the settings": given(*trusting(trust(account(OTHER))), UNREAD, UNREAD, trusted_accounts=(OTHER,)),
        "a service": (*trusting(trust({"Service": "ec2.amazonaws.com"})), UNREAD, UNREAD),
        "a principal that is gone": (*trusting(trust({"AWS": "AROAEXAMPLEEXAMPLEID"})), UNREAD, UNREAD),
        "IAM-12: a service-linked role": (*trusting(trust(account(OTHER)), path=LINKED), None, None),
    },
    not_assessed={
        "unread": (UNREAD, UNREAD, None, None),
        "members unread": (*trusting(trust(account(OTHER))), UNREAD, ORGANIZATION),
        "one under a condition that nobody knows, beside one of the organization": given(
            *trusting(trust(account(SISTER)), trust(account(OTHER), StringEquals={"nobody:KnowsThis": "1"})), MEMBERS, ORGANIZATION, says="needs review"
        ),
        "two under conditions that nobody knows": given(
            *trusting(*(trust(account(one), StringEquals={f"nobody:Knows{one}": "1"}) for one in (SISTER, OTHER))),
            None,
            None,
            says=f"nobody:Knows{SISTER} is not known; the meaning of the condition key nobody:Knows{OTHER}",
        ),
        "one under such a condition, beside one that demands an id": given(
            *trusting(trust(account(SISTER), **WITH_ID), trust(account(OTHER), StringEquals={"nobody:KnowsThis": "1"})), None, None, says="needs review"
        ),
        "organization unread": (*trusting(trust("*", **ORG)), MEMBERS, UNREAD),
        "whoever is in a network, beside a vendor who has an id": given(
            *trusting(trust(account(OTHER), **WITH_ID), trust("*", StringEquals={"aws:SourceVpc": "vpc-0123456789abcdef0"})), None, None, says="vpc-0123456789"
        ),
        "whoever has a unique id, of whatever account": given(
            *trusting(trust("*", StringLike={"aws:userid": "AROAEXAMPLEEXAMPLEID:*"})), MEMBERS, ORGANIZATION, says="AROAEXAMPLEEXAMPLEID"
        ),
    },
)

BACKUP, EC2 = {"Service": "backup.amazonaws.com"}, {"Service": "ec2.amazonaws.com"}
ANYWHERE = {"Service": "rolesanywhere.amazonaws.com"}

test_service_role_prevents_confused_deputy = table(
    service_role_prevents_confused_deputy,
    passed={
        "for the own account": given(*trusting(trust(BACKUP, StringEquals={"aws:SourceAccount": OWN})), says="bound: service backup"),
        "for a resource": (*trusting(trust(BACKUP, ArnLike={"aws:SourceArn": f"arn:aws:backup:*:{OWN}:*"})),),
        "IAM-10: keys in another case": (*trusting(trust(BACKUP, StringEquals={"AWS:sourceaccount": OWN})),),
        "one exempt, one bound": (*trusting(trust(EC2), trust(BACKUP, StringEquals={"aws:SourceAccount": OWN})),),
        "whoever has a certificate of the own trust anchor": given(
            *trusting(
                trust(
                    ANYWHERE,
                    StringEquals={"aws:PrincipalTag/x509Subject/CN": "app"},
                    ArnEquals={"aws:SourceArn": f"arn:aws:rolesanywhere:eu-west-1:{OWN}:trust-anchor/1"},
                )
            ),
            says="bound: service rolesanywhere",
        ),
    },
    failed={
        "for anybody": given(*trusting(trust(BACKUP)), says="service backup.amazonaws.com may assume it for anybody"),
        "a service for another that is exempt": given(
            *trusting(trust({"Service": "ec2.application-autoscaling.amazonaws.com"})), says="ec2.application-autoscaling"
        ),
        "in a region": given(*trusting(trust({"Service": "logs.eu-west-1.amazonaws.com"})), says="logs"),
        "for any account": (*trusting(trust(BACKUP, StringLike={"aws:SourceAccount": "*"})),),
        "whoever has a certificate of any trust anchor": given(
            *trusting(trust(ANYWHERE, StringEquals={"aws:PrincipalTag/x509Subject/CN": "app"})), says="rolesanywhere.amazonaws.com may"
        ),
        "a service of a domain of its own": given(*trusting(trust({"Service": "example.amazonaws.eu"})), says="example.amazonaws.eu"),
        "only if it says for whom": (*trusting(trust(BACKUP, StringEqualsIfExists={"aws:SourceAccount": OWN})),),
        "one of two": given(*trusting(trust({"Service": ["ec2.amazonaws.com", "backup.amazonaws.com"]})), says="backup"),
        "exempt no more": given(*trusting(trust(EC2)), exempt_services=(), says="ec2"),
    },
    not_applicable={
        "exempt": given(*trusting(trust(EC2)), says="ec2"),
        "in China": (*trusting(trust({"Service": "ec2.amazonaws.com.cn"})),),
        "exempt, in a region": (*trusting(trust({"Service": "lambda.us-gov-west-1.amazonaws.com"})),),
        "no service": given(*PRIVATE, says="no service"),
        "IAM-12: a service-linked role": (*trusting(trust(BACKUP), path=LINKED),),
    },
    not_assessed={
        "unread": (UNREAD, UNREAD),
        "a condition that nobody knows": given(*trusting(trust(BACKUP, StringEquals={"nobody:KnowsThis": "1"})), says="needs review"),
    },
)

GITHUB = "token.actions.githubusercontent.com"
EKS = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"


def web(provider: str, **condition: Any) -> tuple[Role, RoleOpenings]:
    built_in = provider == "accounts.google.com" or provider.startswith("cognito-identity")
    where = provider if built_in else f"arn:aws:iam::{OWN}:oidc-provider/{provider}"
    return trusting(trust({"Federated": where}, "sts:AssumeRoleWithWebIdentity", **condition))


AUD = {f"{GITHUB}:aud": "sts.amazonaws.com"}
POOL, GOV_POOL, POOL_CN = "cognito-identity.amazonaws.com", "cognito-identity-us-gov.amazonaws.com", "cognito-identity.cn-north-1.amazonaws.com.cn"
SIGNED_IN = {"ForAnyValue:StringLike": {f"{POOL}:amr": "authenticated"}}

test_oidc_role_trust_restricts_subject = table(
    oidc_role_trust_restricts_subject,
    passed={
        "a repository": given(*web(GITHUB, StringLike={f"{GITHUB}:sub": "repo:acme/app:*"}, StringEquals=AUD), says="repo:acme/app:*"),
        "all repositories of an owner": (*web(GITHUB, StringLike={f"{GITHUB}:sub": "repo:acme/*"}),),
        "four repositories": given(
            *web(GITHUB, StringEquals={f"{GITHUB}:sub": [f"repo:acme/{one}:ref:refs/heads/main" for one in "dcba"]}), says="repo:acme/c"
        ),
        "by another claim of the owner": (*web(GITHUB, StringEquals={f"{GITHUB}:repository_owner": "acme"}),),
        "a service account of a cluster": (*web(EKS, StringEquals={f"{EKS}:sub": "system:serviceaccount:app:web"}),),
        "a namespace of a cluster": (*web(EKS, StringLike={f"{EKS}:sub": "system:serviceaccount:app:*"}),),
        "an application of Google's": (*web("accounts.google.com", StringEquals={"accounts.google.com:aud": "app-1"}),),
        "an identity pool": (*web(POOL, StringEquals={f"{POOL}:aud": "eu-west-1:1"}),),
        "an identity pool's users who have signed in": given(*web(POOL, StringEquals={f"{POOL}:aud": "eu-west-1:1"}, **SIGNED_IN), says="eu-west-1:1"),
        "an identity pool in GovCloud": given(*web(GOV_POOL, StringEquals={f"{GOV_POOL}:aud": "us-gov-west-1:1"}), says="us-gov-west-1:1"),
        # There the key is called otherwise than the principal. AWS source: Amazon Cognito Developer Guide (China), "Security best practices for identity pools"
        "an identity pool in China": given(*web(POOL_CN, StringEquals={"cognito-identity.amazonaws.com.cn:aud": "cn-north-1:1"}), says="cn-north-1:1"),
    },
    failed={
        "nothing": given(*web(GITHUB), says="any of its identities may assume it"),
        "the audience, which is the same for all": given(*web(GITHUB, StringEquals=AUD), says=f"{GITHUB}:aud does not tell them apart"),
        "the party, which is the same for all": (*web(GITHUB, StringEquals={f"{GITHUB}:azp": "sts.amazonaws.com"}),),
        "the issuer, which is the same for all": (*web(GITHUB, StringEquals={f"{GITHUB}:iss": f"https://{GITHUB}"}),),
        "audience and party": given(*web(GITHUB, StringEquals=AUD | {f"{GITHUB}:azp": "a"}), says=f"{GITHUB}:aud, {GITHUB}:azp does not"),
        "any repository": (*web(GITHUB, StringLike={f"{GITHUB}:sub": "repo:*"}),),
        "anything": (*web(GITHUB, StringLike={f"{GITHUB}:sub": "*"}),),
        "only if there is one": (*web(GITHUB, StringEqualsIfExists={f"{GITHUB}:sub": "repo:acme/app:ref:refs/heads/main"}),),
        "any branch of any repository": (*web(GITHUB, StringLike={f"{GITHUB}:sub": "repo:*:ref:refs/heads/main"}),),
        "the audience of a cluster": (*web(EKS, StringEquals={f"{EKS}:aud": "sts.amazonaws.com"}),),
        "every service account of a cluster": (*web(EKS, StringLike={f"{EKS}:sub": "system:serviceaccount:*"}),),
        "any application of Google's": (*web("accounts.google.com"),),
        # who has a service account there asks for a token for whatever audience; AWS has that under oaud, and under aud who asked
        "an audience that anybody asks Google for": given(*web("accounts.google.com", StringEquals={"accounts.google.com:oaud": "app-1"}), says="oaud"),
        "any identity pool": (*web(POOL),),
        "whoever has signed in to any identity pool": given(*web(POOL, **SIGNED_IN), says="any of its identities"),
        "every identity pool of a region": (*web(POOL, StringLike={f"{POOL}:aud": "eu-west-1:*"}),),
        "any identity pool in GovCloud": (*web(GOV_POOL),),
        "any identity pool in China": (*web(POOL_CN),),
    },
    not_applicable={
        "no web identity": given(*PRIVATE, says="no web identity"),
        "SAML": (*trusting(trust({"Federated": f"arn:aws:iam::{OWN}:saml-provider/idp"}, "sts:AssumeRoleWithSAML", StringEquals={"SAML:aud": "a"})),),
        "IAM-12: a service-linked role": (*trusting(trust({"Federated": "accounts.google.com"}, "sts:AssumeRoleWithWebIdentity"), path=LINKED),),
    },
    not_assessed={"unread": (UNREAD, UNREAD)},
)
