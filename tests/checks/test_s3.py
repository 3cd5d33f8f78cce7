"""S3 checks on hand-made facts: the public stays out."""

from __future__ import annotations

from itertools import product
from typing import Any, TypeAlias

import pytest

from cloudsoc.aws.s3 import AccountPublicAccessBlock, BucketOwnershipControls, BucketPublicAccessBlock, BucketWebsite, RedirectAllRequestsTo
from cloudsoc.aws.s3_access_points import AccessPoint, AccessPointPublicAccessBlock, MultiRegionAccessPoint, PublicAccessBlock
from cloudsoc.aws.s3_names import PredictableNames
from cloudsoc.aws.s3_objects import ObjectSample, acls_count
from cloudsoc.graphs.bucket_access import BucketAccess, bucket_access
from cloudsoc.graphs.public_access import FLAGS, EffectivePublicAccessBlock, effective_public_access_block
from cloudsoc.model import LOW, MEDIUM, Every, Everywhere, Failed, Passed, Unread
from cloudsoc_checks.s3.access_points import access_point_blocks_public_access, multi_region_access_point_blocks_public_access
from cloudsoc_checks.s3.acls import bucket_acls_disabled, object_sample_is_not_public
from cloudsoc_checks.s3.names import bucket_name_is_not_claimed_by_others
from cloudsoc_checks.s3.public_access import (
    account_blocks_public_access,
    bucket_blocks_public_access,
    bucket_denies_public_read,
    bucket_denies_public_write,
    bucket_website_hosting_disabled,
)
from tests.checks.s3_facts import ACCOUNT, AT, BUCKET, NOT_PUBLIC, OTHER, OWN, PUBLIC, acl, allow, flags, ownership, policy
from tests.checks.table import UNREAD, but, given, table

Own: TypeAlias = BucketPublicAccessBlock | Unread | None
OfAccount: TypeAlias = AccountPublicAccessBlock | Unread | None


def block(own: Own, account: OfAccount) -> EffectivePublicAccessBlock:
    return effective_public_access_block(BUCKET, own, account)


WHOLE = flags(BucketPublicAccessBlock, *FLAGS)
WHOLE_ACCOUNT = flags(AccountPublicAccessBlock, *FLAGS)
OLD_GRANTS_VOID = flags(BucketPublicAccessBlock, "IgnorePublicAcls", "RestrictPublicBuckets")
ONLY_NEW = flags(BucketPublicAccessBlock, "BlockPublicAcls", "BlockPublicPolicy")

test_account_blocks_public_access = table(
    account_blocks_public_access,
    passed={"all four": (ACCOUNT, WHOLE_ACCOUNT)},
    failed={
        "none": given(ACCOUNT, None, says="no block"),
        **{f"without {flag}": given(ACCOUNT, flags(AccountPublicAccessBlock, *({*FLAGS} - {flag})), says=f"{flag} off") for flag in FLAGS},
        "two of four": given(
            ACCOUNT, flags(AccountPublicAccessBlock, "IgnorePublicAcls", "RestrictPublicBuckets"), says="BlockPublicAcls, BlockPublicPolicy off"
        ),
    },
    not_assessed={"S3-3: denied": (ACCOUNT, UNREAD)},
)

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
    """S3-1."""
    for account in SUBSETS:
        verdict = bucket_blocks_public_access(BUCKET, block(flags(BucketPublicAccessBlock, *own), flags(AccountPublicAccessBlock, *account)))
        on = own | account
        if len(on) == 4:
            assert isinstance(verdict, Passed)
            told = "account" if len(account) == 4 else "bucket" if len(own) == 4 else "bucket and account together"
            assert verdict.reason == f"blocked by the setting of the {told}"
        else:
            assert isinstance(verdict, Failed)
            assert (verdict.severity is LOW) == ({"IgnorePublicAcls", "RestrictPublicBuckets"} <= on)
            assert all((flag in verdict.reason) != (flag in on) for flag in FLAGS)


ALL, ANY = "global/AllUsers", "global/AuthenticatedUsers"
LEFT_OPEN = flags(AccountPublicAccessBlock)


def access(own: Own = None, account: OfAccount = None, **facts: Any) -> BucketAccess:
    """Of a bucket that nothing protects, save for what is given."""
    known = {"acl": acl(), "ownership": None, "policy": None, "status": None, "points": Every([]), "multi": Every([])} | facts
    return bucket_access(BUCKET, ACCOUNT, block(own, account), **known, at=AT)


def shared(statement: dict[str, Any], status: Any = PUBLIC, **facts: Any) -> BucketAccess:
    return access(policy=policy(statement), status=status, ownership=ownership("BucketOwnerEnforced"), **facts)


RESTRICTED = {
    "S3-4: to an organisation": {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}},
    "S3-4: whatever the case of the key": {"StringEquals": {"AWS:PRINCIPALORGID": "o-abc"}},
    "S3-4: to an account": {"StringEquals": {"aws:PrincipalAccount": OTHER}},
    "S3-4: to an endpoint": {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
    "S3-5: to an organisation, with roles by any name": {
        "StringEquals": {"aws:PrincipalOrgID": "o-abc"},
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"},
    },
    "S3-6: to a source by the ARN of a bucket": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::source"}},
}
NOT_RESTRICTED = {
    "S3-4: to any organisation": {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
    "S3-4: to all addresses": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
    "S3-4: to all addresses in two halves": {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
    "S3-5: to roles by any name": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}},
    "to requests with TLS": {"Bool": {"aws:SecureTransport": "true"}},
}
UNKNOWN = allow(condition={"StringEquals": {"some:thing": "x"}})

test_bucket_denies_public_read = table(
    bucket_denies_public_read,
    passed={
        "nothing is granted": given(BUCKET, access(), says="ACLs of single objects count"),
        "ACLs are disabled": given(BUCKET, access(ownership=ownership("BucketOwnerEnforced")), says="nothing lets the public read or list; ACLs are disabled"),
        "S3-1: an open policy behind the account's block": given(BUCKET, shared(allow(), account=WHOLE_ACCOUNT), says="the account restricts public policies"),
        "S3-1: an open ACL behind the account's block": given(
            BUCKET, access(acl=acl((ALL, "READ")), account=WHOLE_ACCOUNT), says="the account has public ACLs"
        ),
        "S3-2: nothing read, and blocked": (BUCKET, access(acl=UNREAD, policy=UNREAD, status=UNREAD, own=WHOLE)),
        "S3-2: the policy denied, AWS calls it not public": (BUCKET, access(policy=UNREAD, status=NOT_PUBLIC)),
        "S3-8: writing only": (BUCKET, shared(allow("s3:PutObject"))),
        "an organization, as AWS sees it": (BUCKET, shared(UNKNOWN, status=NOT_PUBLIC)),
        **{name: (BUCKET, shared(allow(condition=condition), status=NOT_PUBLIC)) for name, condition in RESTRICTED.items()},
    },
    failed={
        "everybody": given(BUCKET, shared(allow()), says="everyone may s3:GetObject through the bucket policy, statement 0"),
        "any AWS account, by ACL": given(BUCKET, access(acl=acl((ANY, "READ"))), says="any AWS account"),
        "the block stops new grants only": (BUCKET, shared(allow(), own=ONLY_NEW, account=LEFT_OPEN)),
        "a witness, though the ACL was not read": (BUCKET, access(acl=UNREAD, policy=policy(allow()), status=PUBLIC)),
        "the settings of the bucket only": given(
            BUCKET, shared(allow("s3:GetBucketLocation", resource="arn:aws:s3:::photos")), says="s3:GetBucketLocation", severity=MEDIUM
        ),
        "who writes the ACL lets himself in": (BUCKET, access(acl=acl((ALL, "WRITE_ACP")))),
        "who writes the ACLs of objects as well": (BUCKET, shared(allow("s3:PutObjectAcl"))),
        "by ACL and by policy": (BUCKET, access(acl=acl((ALL, "READ")), policy=policy(allow("s3:GetObjectVersion")), status=PUBLIC)),
        "S3-8: reading of all kinds": (BUCKET, shared(allow("s3:Get*"))),
        **{name: (BUCKET, shared(allow(condition=condition))) for name, condition in NOT_RESTRICTED.items()},
    },
    not_assessed={
        "S3-2: the ACL denied": (BUCKET, access(acl=UNREAD)),
        "S3-2: the policy denied": (BUCKET, access(policy=UNREAD, status=UNREAD)),
        "S3-2: the policy denied, AWS calls it public": (BUCKET, access(policy=UNREAD, status=PUBLIC)),
        "S3-3: the block denied, and the policy open": (BUCKET, shared(allow(), own=UNREAD)),
        "S3-7: an unknown key": (BUCKET, shared(UNKNOWN)),
        "nothing read": (BUCKET, UNREAD),
    },
)

test_bucket_denies_public_write = table(
    bucket_denies_public_write,
    passed={
        "nothing is granted": given(BUCKET, access(), says="nothing lets the public write"),
        "S3-8: reading of all kinds": (BUCKET, shared(allow("s3:Get*"))),
        "S3-1: behind its own block": given(BUCKET, shared(allow("s3:*"), own=WHOLE), says="the bucket restricts public policies"),
        "ACLs are disabled": (BUCKET, access(acl=acl((ALL, "WRITE")), ownership=ownership("BucketOwnerEnforced"))),
        "an unknown key, but for reading": (BUCKET, shared(UNKNOWN)),
    },
    failed={
        "everybody puts": given(BUCKET, shared(allow("s3:PutObject")), says="everyone may s3:PutObject"),
        "everybody does anything": given(BUCKET, shared(allow("s3:*")), says="s3:DeleteObject"),
        "by ACL": given(BUCKET, access(acl=acl((ALL, "WRITE"))), says="the ACL (WRITE)"),
        "by two ways": (BUCKET, access(acl=acl((ALL, "WRITE")), policy=policy(allow("s3:PutObject")), status=PUBLIC)),
        "everybody tags": (BUCKET, shared(allow("s3:PutObjectTagging"))),
        "the ACL can be written": (BUCKET, access(acl=acl((ANY, "WRITE_ACP")), ownership=ownership("ObjectWriter"))),
    },
    not_assessed={
        "S3-2: the policy denied": (BUCKET, access(policy=UNREAD, status=UNREAD)),
        "S3-7: an unknown key": (BUCKET, shared(UNKNOWN | {"Action": "s3:PutObject"})),
        "nothing read": (BUCKET, UNREAD),
    },
)

test_bucket_website_hosting_disabled = table(
    bucket_website_hosting_disabled,
    passed={
        "no website": (BUCKET, None),
        "approved": given(BUCKET, BucketWebsite(), approved_buckets=("photos",), says="approved"),
    },
    failed={
        "a website": given(BUCKET, BucketWebsite(), approved_buckets=(), says="it serves a website"),
        "a redirection": given(
            BUCKET, BucketWebsite(redirect_all_requests_to=RedirectAllRequestsTo(host_name="example.com")), approved_buckets=("other",), says="example.com"
        ),
    },
    not_assessed={"denied": (BUCKET, UNREAD), "a website, and nobody said which are meant to be": given(BUCKET, BucketWebsite(), says="approved_buckets")},
)

test_bucket_acls_disabled = table(
    bucket_acls_disabled,
    passed={"disabled": (BUCKET, ownership("BucketOwnerEnforced"))},
    failed={
        "preferred": given(BUCKET, ownership("BucketOwnerPreferred"), says="BucketOwnerPreferred"),
        "the writer's": given(BUCKET, ownership("ObjectWriter"), says="ObjectWriter"),
        "an old bucket that says nothing": given(BUCKET, None, says="says nothing"),
        "an empty answer": given(BUCKET, BucketOwnershipControls(rules=()), says="not set"),
        "two answers": (BUCKET, BucketOwnershipControls(rules=(*ownership("ObjectWriter").rules, *ownership("BucketOwnerPreferred").rules))),
    },
    not_assessed={"denied": (BUCKET, UNREAD)},
)

FEW = ObjectSample(sampled=20, public_keys=())
IGNORED = flags(BucketPublicAccessBlock, "IgnorePublicAcls")
OBJECT_WRITER = ownership("ObjectWriter")

test_object_sample_is_not_public = table(
    object_sample_is_not_public,
    passed={"none of them": given(BUCKET, FEW, says="none of 20")},
    failed={
        "one": given(BUCKET, but(FEW, public_keys=("a.jpg",)), says="1 of 20 sampled objects are public: a.jpg"),
        "five": given(BUCKET, but(FEW, public_keys=tuple("abcde")), says="a, b, c, d, e"),
        "six": given(BUCKET, but(FEW, public_keys=tuple("abcdef")), says="a, b, c, d, e and 1 more"),
    },
    not_applicable={
        "an empty bucket": given(BUCKET, but(FEW, sampled=0), says="empty"),
        "ACLs are disabled": given(BUCKET, acls_count(BUCKET, ownership("BucketOwnerEnforced"), None, None), says="ACLs are disabled"),
        "public ACLs are ignored by the bucket": given(BUCKET, acls_count(BUCKET, OBJECT_WRITER, IGNORED, UNREAD), says="the bucket has"),
        "public ACLs are ignored by the account": given(BUCKET, acls_count(BUCKET, None, UNREAD, WHOLE_ACCOUNT), says="the account has"),
    },
    not_assessed={"denied": (BUCKET, UNREAD)},
)


def test_objects_are_looked_at_where_their_acls_count() -> None:
    assert acls_count(BUCKET, None, None, None) is None
    assert acls_count(BUCKET, OBJECT_WRITER, flags(BucketPublicAccessBlock, "BlockPublicAcls"), UNREAD) is None


POINT = AccessPoint(arn=f"arn:aws:s3:eu-west-1:{OWN}:accesspoint/door", region="eu-west-1", name="door", bucket="photos", network_origin="Internet")
SHUT = flags(AccessPointPublicAccessBlock, *FLAGS)
AJAR = flags(AccessPointPublicAccessBlock, "BlockPublicAcls", "IgnorePublicAcls")
OTHER_HALF = ("BlockPublicPolicy", "RestrictPublicBuckets")

test_access_point_blocks_public_access = table(
    access_point_blocks_public_access,
    passed={
        "by itself, whatever the rest": given(POINT, SHUT, UNREAD, UNREAD, says="its own setting"),
        "S3-1: with its account": given(POINT, AJAR, flags(AccountPublicAccessBlock, *OTHER_HALF), UNREAD, says="its account's together"),
        "S3-1: with its bucket": given(POINT, AJAR, None, block(flags(BucketPublicAccessBlock, *OTHER_HALF), None), says="its bucket's"),
        "S3-1: with account and bucket": (
            POINT,
            AJAR,
            flags(AccountPublicAccessBlock, "BlockPublicPolicy"),
            block(flags(BucketPublicAccessBlock, "RestrictPublicBuckets"), None),
        ),
    },
    failed={
        "nowhere": given(POINT, AJAR, None, block(None, None), says="BlockPublicPolicy, RestrictPublicBuckets off"),
        "one missing": given(POINT, AJAR, flags(AccountPublicAccessBlock, "BlockPublicPolicy"), block(None, None), says="RestrictPublicBuckets off"),
    },
    not_assessed={
        "denied": (POINT, UNREAD, None, block(None, None)),
        "ajar, and the account denied": (POINT, AJAR, UNREAD, block(None, None)),
        "ajar, and the bucket is another account's": (POINT, AJAR, None, UNREAD),
    },
)


def multi(*on: str, status: str = "READY") -> MultiRegionAccessPoint:
    arn = f"arn:aws:s3::{OWN}:accesspoint/m.mrap"
    return MultiRegionAccessPoint(
        arn=arn, region="global", name="m", alias="m.mrap", status=status, buckets=("photos",), public_access_block=flags(PublicAccessBlock, *on)
    )


test_multi_region_access_point_blocks_public_access = table(
    multi_region_access_point_blocks_public_access,
    passed={
        "by itself": given(multi(*FLAGS), UNREAD, says="its own setting"),
        "with its account": given(multi(*FLAGS[:2]), flags(AccountPublicAccessBlock, *FLAGS[2:]), says="its account's together"),
    },
    failed={"ajar": given(multi(*FLAGS[:3]), None, says="RestrictPublicBuckets off"), "open": (multi(), None)},
    not_applicable={"on its way out": (multi(status="DELETING"), None)},
    not_assessed={"ajar, and the account denied": (multi(), UNREAD), "unread": (UNREAD, None)},
)

GLUE = f"aws-glue-assets-{OWN}-eu-west-1"
GLUES = but(BUCKET, arn=f"arn:aws:s3:::{GLUE}", name=GLUE)
FREE, TAKEN = PredictableNames(taken=()), PredictableNames(taken=(GLUE,))

test_bucket_name_is_not_claimed_by_others = table(
    bucket_name_is_not_claimed_by_others,
    passed={
        "nobody's": given(ACCOUNT, Every([BUCKET]), Everywhere([FREE, FREE]), says="in 2 regions: 0 are this account's"),
        "its own": given(ACCOUNT, Every([BUCKET, GLUES]), Everywhere([FREE, TAKEN]), says="1 are this account's"),
        "nobody's, though the own buckets are not known": (ACCOUNT, Every([], [UNREAD]), Everywhere([FREE])),
    },
    failed={
        "somebody else's": given(ACCOUNT, Every([BUCKET]), Everywhere([TAKEN]), says=f"somebody else has {GLUE}"),
        "two of them": (ACCOUNT, Every([BUCKET]), Everywhere([TAKEN, PredictableNames(taken=("sagemaker",))])),
        "somebody else's, though a region was not read": (ACCOUNT, Every([BUCKET]), Everywhere([TAKEN], [UNREAD])),
    },
    not_assessed={
        "taken, and the own buckets are not known": (ACCOUNT, Every([BUCKET], [UNREAD]), Everywhere([TAKEN])),
        "a region was not read": (ACCOUNT, Every([BUCKET]), Everywhere([FREE], [UNREAD])),
    },
)
