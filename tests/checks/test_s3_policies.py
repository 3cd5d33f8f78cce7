"""S3 checks on hand-made facts: what the policy of a bucket says."""

from __future__ import annotations

from typing import Any

from cloudsoc.aws.organizations import Organization, OrganizationAccounts
from cloudsoc.graphs.bucket_sharing import BucketSharing, bucket_sharing
from cloudsoc_checks.s3.policies import bucket_policy_is_not_public, bucket_policy_limits_cross_account_access, bucket_requires_tls
from tests.checks.s3_facts import ACCOUNT, AT, BOTH, BUCKET, ME, NOT_PUBLIC, OTHER, OWN, PUBLIC, acl, allow, policy
from tests.checks.table import UNREAD, given, table


def sharing(*statements: dict[str, Any], status: Any = UNREAD, acl: Any = acl()) -> BucketSharing:  # noqa: B008 frozen
    return bucket_sharing(BUCKET, ACCOUNT, policy(*statements) if statements else None, status, acl, AT)


UNKNOWN = allow(condition={"StringEquals": {"some:thing": "x"}})
IN_ORGANIZATION = allow(condition={"StringEquals": {"aws:PrincipalOrgID": "o-abc"}})
IN_OWN_ORGANIZATION = allow(condition={"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}})
BY_SOURCE = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::source"}}
LOGGER = {"Service": "logging.s3.amazonaws.com"}

test_bucket_policy_is_not_public = table(
    bucket_policy_is_not_public,
    passed={
        "no policy": given(BUCKET, sharing(), says="no policy"),
        "an account": (BUCKET, sharing(allow(principal={"AWS": OTHER}))),
        # S3-4: a class of its own
        "S3-4: an organisation": given(BUCKET, sharing(IN_ORGANIZATION), says="shared with organization o-abc"),
        "S3-4: an endpoint": given(BUCKET, sharing(allow(condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})), says="shared with network vpce-1"),
        "S3-5: one key restricts": (
            BUCKET,
            sharing(allow(condition={"StringEquals": {"aws:PrincipalOrgID": "o-abc"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}})),
        ),
        # S3-6: fine, with a note where the account of the source is not demanded
        "S3-6: a source without its account": given(
            BUCKET, sharing(allow("s3:PutObject", principal=LOGGER, condition=BY_SOURCE)), says="aws:SourceAccount is missing"
        ),
        "S3-6: a source with its account": given(
            BUCKET,
            sharing(allow("s3:PutObject", principal=LOGGER, condition=BY_SOURCE | {"StringEquals": {"aws:SourceAccount": OWN}})),
            says="the policy grants nothing to everyone",
        ),
        "S3-7: an unknown key, and AWS calls the policy not public": (BUCKET, sharing(UNKNOWN, status=NOT_PUBLIC)),
    },
    failed={
        "everybody": given(BUCKET, sharing(allow()), says="everyone may s3:GetObject"),
        "everybody, twice": (BUCKET, sharing(allow(), allow("s3:PutObject"))),
        "everybody by kind": (BUCKET, sharing(allow(principal={"AWS": "*"}))),
        "S3-4: any organisation": (BUCKET, sharing(allow(condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}}))),
        "S3-5: no key restricts": (BUCKET, sharing(allow(condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}))),
    },
    not_assessed={
        "S3-2: the policy denied": (BUCKET, UNREAD),
        "S3-7: an unknown key": given(BUCKET, sharing(UNKNOWN, status=PUBLIC), says="needs review"),
        "S3-7: an unknown key, and AWS was not asked": given(BUCKET, sharing(UNKNOWN), says="some:thing"),
        "AWS calls it public, nobody knows why": (BUCKET, sharing(allow(principal={"AWS": OTHER}), status=PUBLIC)),
    },
)

PARTNER = allow(principal={"AWS": f"arn:aws:iam::{OTHER}:role/reader"})
ALONE = (ACCOUNT, None, None)
MEMBER = (ACCOUNT, Organization(id="o-abc", master_account_id=OTHER), OrganizationAccounts(accounts=(OWN, OTHER)))
OUTSIDER = (ACCOUNT, Organization(id="o-xyz", master_account_id="999999999999"), OrganizationAccounts(accounts=(OWN,)))
NOT_TOLD = (ACCOUNT, UNREAD, UNREAD)
STRANGER = "f" * 64

test_bucket_policy_limits_cross_account_access = table(
    bucket_policy_limits_cross_account_access,
    passed={
        "no policy": given(BUCKET, sharing(), *NOT_TOLD, says="no other account"),
        "its own account": (BUCKET, sharing(allow("s3:*", principal={"AWS": OWN})), *NOT_TOLD),
        "its own account by its canonical id": (BUCKET, sharing(allow("s3:*", principal={"CanonicalUser": ME})), *NOT_TOLD),
        "a service": (BUCKET, sharing(allow("s3:PutObject", principal={"Service": "cloudtrail.amazonaws.com"})), *NOT_TOLD),
        "Elastic Load Balancing, by the account of a region from which it writes logs": (
            BUCKET,
            sharing(allow("s3:PutObject", principal={"AWS": "arn:aws:iam::156460612806:root"})),
            *NOT_TOLD,
        ),
        "an identity of CloudFront": (
            BUCKET,
            sharing(allow(principal={"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"})),
            *NOT_TOLD,
        ),
        "a trusted account": given(BUCKET, sharing(PARTNER), *NOT_TOLD, trusted_accounts=(OTHER,), says=f"let in, and trusted: {OTHER}"),
        "an account of the organization": (BUCKET, sharing(PARTNER), *MEMBER),
        "the organization": (BUCKET, sharing(IN_ORGANIZATION), *MEMBER),
        "the own organization, whichever that is": given(BUCKET, sharing(IN_OWN_ORGANIZATION), *NOT_TOLD, says="the owner's organization"),
        "a trusted account, whatever a key means": given(
            BUCKET, sharing(PARTNER | {"Condition": {"StringEquals": {"some:thing": "x"}}}), *NOT_TOLD, trusted_accounts=(OTHER,)
        ),
        "two trusted accounts": given(BUCKET, sharing(allow(principal={"AWS": [OTHER, "777788889999"]})), *ALONE, trusted_accounts=(OTHER, "777788889999")),
        "an account of the organization, whatever a key means": (BUCKET, sharing(PARTNER | {"Condition": {"StringEquals": {"some:thing": "x"}}}), *MEMBER),
        "what may be done is settled": given(
            BUCKET, sharing(allow("s3:PutBucketPolicy", principal={"AWS": OTHER})), *ALONE, trusted_accounts=(OTHER,), denied_actions=()
        ),
    },
    failed={
        "a stranger": given(BUCKET, sharing(PARTNER), *ALONE, says=f"without being trusted: {OTHER}"),
        "the account of Elastic Load Balancing, which writes logs and reads nothing": given(
            BUCKET, sharing(allow(["s3:PutObject", "s3:GetObject"], principal={"AWS": "156460612806"})), *ALONE, says="156460612806"
        ),
        "a stranger to the organization": (BUCKET, sharing(PARTNER), *OUTSIDER),
        "two strangers": (BUCKET, sharing(allow(principal={"AWS": [OTHER, "777788889999"]})), *ALONE),
        "two strangers that may do anything": (
            BUCKET,
            sharing(allow(["s3:PutBucketPolicy", "s3:PutBucketAcl"], principal={"AWS": [OTHER, "777788889999"]}, resource=BOTH[0])),
            *ALONE,
        ),
        "two organizations": (BUCKET, sharing(allow(condition={"StringEquals": {"aws:PrincipalOrgID": ["o-abc", "o-def"]}})), *ALONE),
        "another is trusted": given(BUCKET, sharing(PARTNER), *ALONE, trusted_accounts=("999999999999",)),
        "everybody": given(BUCKET, sharing(allow()), *MEMBER, says="everybody"),
        "another organization": given(BUCKET, sharing(IN_ORGANIZATION), *OUTSIDER, says="o-abc"),
        "an organization, being in none": given(BUCKET, sharing(IN_ORGANIZATION), *ALONE, says="o-abc"),
        "a trusted account that may do anything": given(
            BUCKET, sharing(allow("s3:*", principal={"AWS": OTHER}, resource=BOTH)), *ALONE, trusted_accounts=(OTHER,), says=f"{OTHER} may"
        ),
        "the own organization may change the policy, whichever that is": given(
            BUCKET, sharing(IN_OWN_ORGANIZATION | {"Action": "s3:PutBucketPolicy", "Resource": BOTH[0]}), *NOT_TOLD, says="the owner's organization may"
        ),
        "the organization may change the policy": given(
            BUCKET,
            sharing(allow("s3:PutBucketPolicy", resource=BOTH[0], condition={"StringEquals": {"aws:PrincipalOrgID": "o-abc"}})),
            *MEMBER,
            says="organization o-abc may s3:PutBucketPolicy",
        ),
        "what may be done is settled": given(
            BUCKET, sharing(PARTNER), *ALONE, trusted_accounts=(OTHER,), denied_actions=("S3:getobject",), says="may s3:GetObject"
        ),
        "the access points of another account": given(
            BUCKET, sharing(allow(condition={"StringEquals": {"s3:DataAccessPointAccount": OTHER}})), *ALONE, says=OTHER
        ),
    },
    not_assessed={
        "S3-2: the policy denied": (BUCKET, UNREAD, *ALONE),
        "an account, and the organization was not read": (BUCKET, sharing(PARTNER), *NOT_TOLD),
        "an organization, and its own is not known": (BUCKET, sharing(IN_ORGANIZATION), ACCOUNT, UNREAD, None),
        "a canonical id": given(BUCKET, sharing(allow(principal={"CanonicalUser": STRANGER})), *ALONE, says="only AWS knows"),
        "a canonical id, and the ACL that tells the own": (BUCKET, sharing(allow(principal={"CanonicalUser": ME}), acl=UNREAD), *ALONE),
        "S3-7: a stranger under an unknown key": given(
            BUCKET, sharing(PARTNER | {"Condition": {"StringEquals": {"some:thing": "x"}}}), *ALONE, says="needs review"
        ),
        "a unique id, of whatever account": given(
            BUCKET, sharing(allow(condition={"StringLike": {"aws:userid": "AROAEXAMPLEEXAMPLEID:*"}})), *ALONE, says="AROAEXAMPLEEXAMPLEID"
        ),
        "who comes from an identity provider": (BUCKET, sharing(allow(principal={"Federated": "cognito-identity.amazonaws.com"})), *ALONE),
    },
)


def deny(**changes: Any) -> dict[str, Any]:
    whole = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BOTH, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    return {key: value for key, value in (whole | changes).items() if value is not None}


ALLOW_TLS = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": BOTH, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}

# S3-9: one meaning, many spellings
SPELLINGS = {
    "one statement for both": [deny()],
    "a boolean": [deny(Condition={"Bool": {"aws:SecureTransport": False}})],
    "another case": [deny(Condition={"bool": {"AWS:securetransport": ["false"]}})],
    "if it exists": [deny(Condition={"BoolIfExists": {"aws:SecureTransport": "false"}})],
    "as a text": [deny(Condition={"StringEquals": {"aws:SecureTransport": "false"}})],
    "unlike true": [deny(Condition={"StringNotEquals": {"aws:SecureTransport": "true"}})],
    "a list of actions": [deny(Action=["s3:*"])],
    "every action": [deny(Action="*")],
    "every resource": [deny(Resource="*")],
    "principals by kind": [deny(Principal={"AWS": "*"})],
    "a statement each": [deny(Resource=BOTH[0]), deny(Resource=BOTH[1])],
    "a star for both": [deny(Resource="arn:aws:s3:::photos*")],
    "no exception": [deny(Action=None, NotAction="iam:*")],
    "whatever comes": [deny(Condition=None)],
    "of all other buckets, and this one": [deny(Resource=None, NotResource="arn:aws:s3:::other/*")],
    "everybody among others": [deny(Principal={"AWS": ["*", OTHER]})],
    "two conditions of one meaning": [deny(Condition={"Bool": {"aws:SecureTransport": "false"}, "StringNotEquals": {"aws:SecureTransport": "true"}})],
    "with and without": [deny(Condition={"Bool": {"aws:SecureTransport": ["true", "false"]}})],
    "where the key is there": [deny(Condition={"Null": {"aws:SecureTransport": "false"}})],
    "a plus beside it": [deny(), ALLOW_TLS, deny(Condition={"NumericLessThan": {"s3:TlsVersion": 1.2}})],
}
NOT_IT = {
    "no Deny": [ALLOW_TLS],
    "a Deny of something else": [deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})],
    "a Deny of requests with TLS": [deny(Condition={"Bool": {"aws:SecureTransport": "true"}})],
    "old versions of TLS only": [deny(Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})],
    "where the key is not there, which never happens": [deny(Condition={"Null": {"aws:SecureTransport": "true"}})],
    "requests with TLS, by a text": [deny(Condition={"StringEquals": {"aws:SecureTransport": "true"}})],
    "by a variable, which the version of the policy decides on": [deny(Condition={"StringEquals": {"aws:SecureTransport": "${aws:SecureTransport}"}})],
    "an Allow without TLS": [ALLOW_TLS | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}],
    "only from some addresses": [deny(Condition={"Bool": {"aws:SecureTransport": "false"}, "NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
}

FLOOR = {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
# What is no floor for everything, and so is not told.
NO_FLOOR = {
    "a floor for one account": deny(Condition=FLOOR, Principal={"AWS": OTHER}),
    "a floor for objects": deny(Condition=FLOOR, Resource=BOTH[1]),
    "a floor for the bucket": deny(Condition=FLOOR, Resource=BOTH[0]),
    "a floor for reading": deny(Condition=FLOOR, Action="s3:Get*"),
    "a floor from some addresses": deny(Condition=FLOOR | {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
    "a ceiling": deny(Condition={"NumericGreaterThan": {"s3:TlsVersion": "1.2"}}),
    "another number": deny(Condition={"NumericLessThan": {"s3:signatureAge": "9"}}),
    "an Allow below a floor": ALLOW_TLS | {"Condition": FLOOR},
}

test_bucket_requires_tls = table(
    bucket_requires_tls,
    passed={f"S3-9: {name}": (BUCKET, policy(*statements)) for name, statements in SPELLINGS.items()}
    | {name: (BUCKET, policy(deny(), statement)) for name, statement in NO_FLOOR.items()}
    | {"with a floor for the version": given(BUCKET, policy(deny(), deny(Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})), says="TLS older than 1.2")},
    failed={name: (BUCKET, policy(*statements)) for name, statements in NOT_IT.items()}
    | {
        "no policy": given(BUCKET, None, says="no policy"),
        "S3-9: objects only": given(BUCKET, policy(deny(Resource=BOTH[1])), says="only requests about its objects"),
        "S3-9: the bucket only": given(BUCKET, policy(deny(Resource=BOTH[0])), says="only requests about the bucket"),
        "S3-9: another bucket": given(BUCKET, policy(deny(Resource=["arn:aws:s3:::other", "arn:aws:s3:::other/*"])), says="in part"),
        "one account only": given(BUCKET, policy(deny(Principal={"AWS": "111122223333"})), says="in part"),
        "reads only": given(BUCKET, policy(deny(Action="s3:Get*")), says="in part"),
        "all but one account": given(BUCKET, policy(deny(Principal=None, NotPrincipal={"AWS": OTHER})), says="in part"),
        "all but one action": given(BUCKET, policy(deny(Action=None, NotAction="s3:GetObject")), says="in part"),
        "a part of the objects": given(BUCKET, policy(deny(Resource=[BOTH[0], "arn:aws:s3:::photos/private/*"])), says="only requests about the bucket"),
        "all but a part of the objects": given(
            BUCKET, policy(deny(Resource=None, NotResource="arn:aws:s3:::photos/open/*")), says="only requests about the bucket"
        ),
        "all services but S3": given(BUCKET, policy(deny(Action="iam:*")), says="in part"),
    },
    not_assessed={"S3-2: the policy denied": (BUCKET, UNREAD)},
)
