"""S3 checks on hand-made facts."""

from __future__ import annotations

from itertools import product
from typing import Any, TypeAlias

import pytest

from cloudsoc.aws.s3 import AccountPublicAccessBlock, Bucket, BucketPolicy, BucketPublicAccessBlock
from cloudsoc.graphs.public_access import FLAGS, EffectivePublicAccessBlock, effective_public_access_block
from cloudsoc.model import LOW, Failed, Passed, Unread
from cloudsoc.policy import PolicyDocument
from cloudsoc_checks.s3 import bucket_blocks_public_access, bucket_requires_tls
from tests.checks.table import UNREAD, given, table

BUCKET = Bucket(arn="arn:aws:s3:::photos", region="eu-west-1", name="photos")
BOTH = ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"]
Own: TypeAlias = BucketPublicAccessBlock | Unread | None
Account: TypeAlias = AccountPublicAccessBlock | Unread | None


def flags(kind: Any, *on: str) -> Any:
    names = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
    return kind(**{name: flag in on for name, flag in zip(names, FLAGS, strict=True)})


def block(own: Own, account: Account) -> EffectivePublicAccessBlock:
    return effective_public_access_block(BUCKET, own, account)


WHOLE = flags(BucketPublicAccessBlock, *FLAGS)
WHOLE_ACCOUNT = flags(AccountPublicAccessBlock, *FLAGS)
OLD_GRANTS_VOID = flags(BucketPublicAccessBlock, "IgnorePublicAcls", "RestrictPublicBuckets")
ONLY_NEW = flags(BucketPublicAccessBlock, "BlockPublicAcls", "BlockPublicPolicy")

test_bucket_blocks_public_access = table(
    bucket_blocks_public_access,
    passed={
        "by itself": given(BUCKET, block(WHOLE, None), says="bucket"),
        # S3-1: the stricter of the two holds
        "S3-1: by its account": given(BUCKET, block(None, WHOLE_ACCOUNT), says="the setting of the account"),
        "S3-1: half and half": given(
            BUCKET, block(ONLY_NEW, flags(AccountPublicAccessBlock, "IgnorePublicAcls", "RestrictPublicBuckets")), says="bucket and account together"
        ),
        "S3-2: its own block was not read, its account's is whole": (BUCKET, block(UNREAD, WHOLE_ACCOUNT)),
        "its account's block was not read, its own is whole": (BUCKET, block(WHOLE, UNREAD)),
    },
    failed={
        "no block": (BUCKET, block(None, None)),
        "old grants have no effect, new ones can be made": given(BUCKET, block(OLD_GRANTS_VOID, None), severity=LOW),
        # S3-1: the Block flags stop new grants only: what was public stays public
        "S3-1: new grants cannot be made, old ones stay": given(BUCKET, block(ONLY_NEW, None), says="IgnorePublicAcls, RestrictPublicBuckets off"),
    },
    not_assessed={
        "S3-3: denied, and the account has none": (BUCKET, block(UNREAD, None)),
        "denied, and the account's is not whole": (BUCKET, block(UNREAD, flags(AccountPublicAccessBlock, "BlockPublicAcls"))),
        "nothing read": (BUCKET, UNREAD),
    },
)

SUBSETS = [frozenset(flag for flag, on in zip(FLAGS, mask, strict=True) if on) for mask in product((False, True), repeat=4)]


@pytest.mark.parametrize("own", SUBSETS, ids=lambda one: "+".join(sorted(one)) or "none")
def test_all_combinations_of_bucket_and_account(own: frozenset[str]) -> None:
    for account in SUBSETS:
        verdict = bucket_blocks_public_access(BUCKET, block(flags(BucketPublicAccessBlock, *own), flags(AccountPublicAccessBlock, *account)))
        on = own | account
        if len(on) == 4:
            assert isinstance(verdict, Passed)
        else:
            assert isinstance(verdict, Failed)
            assert (verdict.severity is LOW) == ({"IgnorePublicAcls", "RestrictPublicBuckets"} <= on)
            assert all((flag in verdict.reason) != (flag in on) for flag in FLAGS)


def policy(*statements: dict[str, Any]) -> BucketPolicy:
    return BucketPolicy(policy=PolicyDocument.parse({"Version": "2012-10-17", "Statement": list(statements)}))


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
}
NOT_IT = {
    "no Deny": [ALLOW_TLS],
    "a Deny of something else": [deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})],
    "a Deny of requests with TLS": [deny(Condition={"Bool": {"aws:SecureTransport": "true"}})],
    "only from some addresses": [deny(Condition={"Bool": {"aws:SecureTransport": "false"}, "NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
}

test_bucket_requires_tls = table(
    bucket_requires_tls,
    passed={f"S3-9: {name}": (BUCKET, policy(*statements)) for name, statements in SPELLINGS.items()}
    | {"with a floor for the version": given(BUCKET, policy(deny(), deny(Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})), says="TLS older than 1.2")},
    failed={name: (BUCKET, policy(*statements)) for name, statements in NOT_IT.items()}
    | {
        "no policy": given(BUCKET, None, says="no policy"),
        "S3-9: objects only": given(BUCKET, policy(deny(Resource=BOTH[1])), says="only requests about its objects"),
        "S3-9: the bucket only": given(BUCKET, policy(deny(Resource=BOTH[0])), says="only requests about the bucket"),
        "S3-9: another bucket": given(BUCKET, policy(deny(Resource=["arn:aws:s3:::other", "arn:aws:s3:::other/*"])), says="in part"),
        "one account only": given(BUCKET, policy(deny(Principal={"AWS": "111122223333"})), says="in part"),
        "reads only": given(BUCKET, policy(deny(Action="s3:Get*")), says="in part"),
    },
    not_assessed={"S3-2: the policy denied": (BUCKET, UNREAD)},
)
