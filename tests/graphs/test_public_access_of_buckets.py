"""Who of the public gets at a bucket, on hand-made facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from cloudsoc.aws.account import Account
from cloudsoc.aws.s3 import (
    AccountPublicAccessBlock,
    AclGrant,
    AclOwner,
    Bucket,
    BucketAcl,
    BucketOwnershipControls,
    BucketPolicy,
    BucketPolicyStatus,
    BucketPublicAccessBlock,
    Grantee,
    OwnershipControlsRule,
)
from cloudsoc.aws.s3_access_points import (
    AccessPoint,
    AccessPointPolicy,
    AccessPointPublicAccessBlock,
    EstablishedMultiRegionAccessPointPolicy,
    MultiRegionAccessPoint,
    MultiRegionAccessPointPolicy,
    MultiRegionAccessPointPolicyDocument,
    PublicAccessBlock,
)
from cloudsoc.graphs.bucket_access import BucketAccess, bucket_access
from cloudsoc.graphs.public_access import FLAGS, effective_public_access_block
from cloudsoc.model import Every, Incomplete, Unread
from cloudsoc.policy import PolicyDocument

OWN, OTHER = "111122223333", "444455556666"
ACCOUNT = Account(arn=OWN, region="global", account=OWN)
BUCKET = Bucket(arn="arn:aws:s3:::photos", region="eu-west-1", name="photos")
DENIED = Unread("s3:GetSomething", "AccessDenied", "eu-west-1", OWN)
ENFORCED = BucketOwnershipControls(rules=(OwnershipControlsRule(object_ownership="BucketOwnerEnforced"),))
PREFERRED = BucketOwnershipControls(rules=(OwnershipControlsRule(object_ownership="BucketOwnerPreferred"),))
AT = datetime(2026, 6, 1, tzinfo=UTC)


def flags(kind: Any, *on: str) -> Any:
    names = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
    return kind(**{name: flag in on for name, flag in zip(names, FLAGS, strict=True)})


def acl(*grants: tuple[str, str]) -> BucketAcl:
    """An ACL of its owner, and of groups."""
    own = AclGrant(grantee=Grantee(type="CanonicalUser", id="me"), permission="FULL_CONTROL")
    named = (AclGrant(grantee=Grantee(type="Group", uri=f"http://acs.amazonaws.com/groups/{group}"), permission=permission) for group, permission in grants)
    return BucketAcl(owner=AclOwner(id="me"), grants=(own, *named))


def document(*statements: dict[str, Any]) -> PolicyDocument:
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any = "s3:GetObject", *, principal: Any = "*", resource: Any = "arn:aws:s3:::photos/*", condition: Any = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return statement if condition is None else statement | {"Condition": condition}


def policy(*statements: dict[str, Any]) -> BucketPolicy:
    return BucketPolicy(policy=document(*statements))


def access(**given: Any) -> BucketAccess:
    """Of a bucket that nothing protects, save for what is given."""
    block = effective_public_access_block(BUCKET, given.pop("own_block", None), given.pop("account_block", None))
    facts = {"acl": acl(), "ownership": None, "policy": None, "status": None, "points": Every([]), "multi": Every([])} | given
    return bucket_access(BUCKET, ACCOUNT, block, **facts, at=AT)


def said(ask: Callable[[], tuple[Any, ...]]) -> bool | None:
    """Whether there is a way in; None where that is not known."""
    try:
        return bool(ask())
    except Incomplete:
        return None


def ways(found: BucketAccess) -> tuple[bool | None, bool | None]:
    """Can the public read, can it write?"""
    return said(found.to_read), said(found.to_write)


ALL, ANY, LOGS = "global/AllUsers", "global/AuthenticatedUsers", "s3/LogDelivery"
OFF = BucketPolicyStatus(is_public=False)
ON = BucketPolicyStatus(is_public=True)
EVERYBODY = policy(allow())


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ([], (False, False)),
        ([(ALL, "READ")], (True, False)),
        ([(ALL, "WRITE")], (False, True)),
        ([(ALL, "READ_ACP")], (True, False)),
        ([(ALL, "WRITE_ACP")], (True, True)),  # whoever writes the ACL lets himself in
        ([(ALL, "FULL_CONTROL")], (True, True)),
        ([(ANY, "READ")], (True, False)),  # everybody can have an AWS account
        ([(LOGS, "WRITE")], (False, False)),
        ([(ALL, "SOMETHING_NEW")], (True, True)),
    ],
)
def test_acl(grants: list[tuple[str, str]], expected: tuple[bool, bool]) -> None:
    assert ways(access(acl=acl(*grants))) == expected
    assert ways(access(acl=acl(*grants), ownership=PREFERRED)) == expected
    assert ways(access(acl=acl(*grants), ownership=ENFORCED)) == (False, False)


def test_the_acl_says_through_what() -> None:
    (opening,) = access(acl=acl((ANY, "READ"))).to_read()
    assert str(opening) == "any AWS account may s3:ListBucket and more through the ACL (READ)"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow(), (True, False)),
        (allow("s3:Get*"), (True, False)),  # S3-8: reading only
        (allow("s3:Put*"), (True, True)),  # ACLs are among it
        (allow("s3:PutObject"), (False, True)),
        (allow("s3:DeleteObject"), (False, True)),
        (allow("s3:*"), (True, True)),
        (allow(principal={"AWS": "*"}), (True, False)),
        (allow(principal={"AWS": OTHER}), (False, False)),
        (allow(principal={"AWS": OWN}), (False, False)),
        (allow(principal={"Service": "cloudtrail.amazonaws.com"}), (False, False)),
        # S3-4: restricted to an organisation, an account or an endpoint; or not restricted at all
        (allow(condition={"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}), (False, False)),
        (allow(condition={"StringEquals": {"AWS:principalorgid": "o-abc"}}), (False, False)),
        (allow(condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}}), (True, False)),
        (allow(condition={"StringEquals": {"aws:PrincipalAccount": OWN}}), (False, False)),
        (allow(condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}), (False, False)),
        (allow(condition={"StringLike": {"aws:SourceVpce": "*"}}), (True, False)),
        (allow(condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), (False, False)),
        (allow(condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), (True, False)),
        (allow(condition={"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}), (True, False)),
        # S3-5: one key that restricts is enough
        (
            allow(condition={"StringEquals": {"aws:PrincipalOrgID": "o-abc"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}),
            (False, False),
        ),
        (allow(condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}), (True, False)),
        # S3-6: a bucket as source, by an ARN that names no account
        (allow(principal={"Service": "logging.s3.amazonaws.com"}, condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::source"}}), (False, False)),
        # S3-7: nobody knows whether that restricts
        (allow(condition={"StringEquals": {"some:thing": "x"}}), (None, False)),
    ],
)
def test_policy(statement: dict[str, Any], expected: tuple[bool | None, bool | None]) -> None:
    assert ways(access(policy=policy(statement), status=DENIED)) == expected


def test_a_deny_takes_the_grant_away() -> None:
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"]}
    assert ways(access(policy=policy(allow(), denied), status=DENIED)) == (False, False)
    only_http = denied | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    assert ways(access(policy=policy(allow(), only_http), status=DENIED)) == (True, False)


def test_what_aws_says_of_the_policy() -> None:
    """It assumes the worst: its no settles what is open here; its yes is never dropped."""
    unknown = policy(allow(condition={"StringEquals": {"some:thing": "x"}}))
    assert ways(access(policy=unknown, status=OFF)) == (False, False)
    assert ways(access(policy=unknown, status=ON)) == (None, False)
    assert ways(access(policy=EVERYBODY, status=OFF)) == (True, False)
    assert ways(access(policy=policy(allow(principal={"AWS": OTHER})), status=ON)) == (None, None)


WHOLE = frozenset(FLAGS)
SUBSETS = [frozenset(flag for flag, on in zip(FLAGS, mask, strict=True) if on) for mask in product((False, True), repeat=4)]


@pytest.mark.parametrize("own", SUBSETS, ids=lambda one: "+".join(sorted(one)) or "none")
def test_all_combinations_of_bucket_and_account(own: frozenset[str]) -> None:
    """S3-1: what is ignored or restricted by either is closed; the two that stop new grants leave old ones as they are."""
    for account in SUBSETS:
        blocks = {"own_block": flags(BucketPublicAccessBlock, *own), "account_block": flags(AccountPublicAccessBlock, *account)}
        by_acl = access(acl=acl((ALL, "READ")), **blocks)
        by_policy = access(policy=policy(allow("s3:PutObject")), status=ON, **blocks)
        assert ways(by_acl) == ("IgnorePublicAcls" not in own and "IgnorePublicAcls" not in account, False)
        assert ways(by_policy) == (False, "RestrictPublicBuckets" not in own and "RestrictPublicBuckets" not in account)


SHUT = flags(BucketPublicAccessBlock, *FLAGS)


def test_what_was_not_read_is_not_private() -> None:
    """S3-2: unless the block alone proves it."""
    for unread in ({"acl": DENIED}, {"policy": DENIED, "status": DENIED}, {"policy": DENIED, "status": ON}):
        assert ways(access(**unread)) == (None, None)
        assert ways(access(**unread, own_block=SHUT)) == (False, False)
        assert ways(access(**unread, own_block=SHUT, account_block=DENIED)) == (False, False)
    assert ways(access(acl=DENIED, ownership=ENFORCED)) == (False, False)
    assert ways(access(policy=DENIED, status=OFF)) == (False, False)
    assert ways(access(policy=DENIED, status=None)) == (False, False)  # AWS: there is no policy
    # The block is not known, and nothing is granted anyway; or it is.
    assert ways(access(own_block=DENIED)) == (False, False)
    assert ways(access(own_block=DENIED, acl=acl((ALL, "READ")))) == (None, False)
    assert ways(access(own_block=DENIED, policy=policy(allow("s3:PutObject")), status=ON)) == (False, None)
    assert ways(access(ownership=DENIED)) == (False, False)
    assert ways(access(ownership=DENIED, acl=acl((ALL, "WRITE")))) == (False, None)


def test_a_witness_decides_despite_gaps() -> None:
    assert ways(access(acl=DENIED, policy=EVERYBODY, status=ON)) == (True, None)


def test_a_deny_of_the_policy_goes_before_the_acl() -> None:
    read = acl((ALL, "READ"))
    every = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"]}
    without_tls = every | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    strangers = every | {"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-abc"}}}
    unknown = every | {"Condition": {"StringEquals": {"some:thing": "x"}}}
    assert ways(access(acl=read, policy=policy(every), status=OFF)) == (False, False)
    assert ways(access(acl=read, policy=policy(strangers), status=OFF)) == (False, False)
    assert ways(access(acl=read, policy=policy(without_tls), status=OFF)) == (True, False)
    assert ways(access(acl=acl((ANY, "WRITE")), policy=policy(without_tls), status=OFF)) == (False, True)
    assert ways(access(acl=acl((ANY, "WRITE")), policy=policy(every | {"Action": "s3:PutObject"}), status=OFF)) == (False, True)  # it can still delete
    assert ways(access(acl=read, policy=DENIED, status=DENIED)) == (None, None)
    assert ways(access(acl=read, policy=DENIED, status=None)) == (True, False)  # there is no policy that could
    assert ways(access(acl=read, policy=policy(unknown), status=OFF))[0] is not False
    (opening,) = access(acl=read, policy=policy(without_tls), status=OFF).to_read()
    assert opening.through == "the ACL (READ)"


def test_the_block_restricts_what_s3_calls_public_and_no_more() -> None:
    """S3 looks at each range of addresses by itself. These are all addresses there are."""
    all_addresses = {"IpAddress": {"aws:SourceIp": [f"{first}.0.0.0/8" for first in range(256)]}}
    assert ways(access(policy=policy(allow(condition=all_addresses)), status=OFF, own_block=SHUT)) == (True, False)
    assert ways(access(policy=policy(allow(condition=all_addresses)), status=ON, own_block=SHUT)) == (False, False)
    assert ways(access(policy=EVERYBODY, status=OFF, own_block=SHUT)) == (False, False)


def test_it_says_who_keeps_the_public_out() -> None:
    by_both = access(own_block=flags(BucketPublicAccessBlock, "IgnorePublicAcls"), account_block=flags(AccountPublicAccessBlock, "RestrictPublicBuckets"))
    assert by_both.closed == ("the bucket has public ACLs ignored", "the account restricts public policies")
    assert access(ownership=ENFORCED).closed == ("ACLs are disabled",)


POINT = AccessPoint(arn=f"arn:aws:s3:eu-west-1:{OWN}:accesspoint/door", region="eu-west-1", name="door", bucket="photos", network_origin="Internet")
OPEN = flags(AccessPointPublicAccessBlock)
AT_THE_DOOR = f"{POINT.arn}/object/*"
LEFT_TO_POINTS = policy(allow("s3:GetObject", condition={"StringEquals": {"s3:DataAccessPointAccount": OWN}}))
OPEN_DOOR = AccessPointPolicy(policy=document(allow(resource=AT_THE_DOOR)))


def through(point: AccessPoint = POINT, block: Any = OPEN, door: AccessPointPolicy | None = OPEN_DOOR, **given: Any) -> tuple[bool | None, bool | None]:
    return ways(access(**({"policy": LEFT_TO_POINTS, "status": OFF, "points": Every([(point, block, door)])} | given)))


def test_access_points() -> None:
    """Where the bucket leaves it to its access points whom to let in, their policies decide."""
    assert through() == (True, False)
    assert through(door=None) == (False, False)
    assert through(door=AccessPointPolicy(policy=document(allow(principal={"AWS": OTHER}, resource=AT_THE_DOOR)))) == (False, False)
    assert through(door=AccessPointPolicy(policy=document(allow("s3:PutObject", resource=AT_THE_DOOR)))) == (False, False)  # the bucket leaves reading only
    assert through(block=flags(AccessPointPublicAccessBlock, "RestrictPublicBuckets")) == (False, False)
    assert through(AccessPoint(arn=POINT.arn, region="eu-west-1", name="door", bucket="photos", network_origin="VPC")) == (False, False)
    assert through(AccessPoint(arn=POINT.arn, region="eu-west-1", name="door", bucket="other", network_origin="Internet")) == (False, False)
    assert through(own_block=SHUT) == (False, False)
    # What lies behind a policy that grants to nobody is not reached, whatever the access point says.
    assert through(policy=None, status=None) == (False, False)
    assert through(policy=policy(allow(condition={"StringEquals": {"s3:DataAccessPointAccount": OTHER}}))) == (False, False)


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (f"arn:aws:s3:*:{OWN}:accesspoint/*", False),  # the name of an access point has no colon, so that no star reaches over one
        (f"arn:aws:s3:eu-west-1:{OWN}:accesspoint/*", False),
        ("arn:aws:s3:*:*:accesspoint/*", True),
        (f"arn:aws:s3:*{OWN}:accesspoint/*", True),
        (f"*:{OWN}:accesspoint/*", True),
        (f"arn:aws:s3:*:{OWN[:6]}*:accesspoint/*", True),
    ],
)
def test_access_points_of_one_account_by_a_pattern(arn: str, expected: bool) -> None:
    assert ways(access(policy=policy(allow(condition={"StringLike": {"s3:DataAccessPointArn": arn}})))) == (expected, False)


def test_unread_access_points() -> None:
    near, far = (Unread("s3control:ListAccessPoints", "AccessDenied", region, OWN) for region in ("eu-west-1", "us-east-1"))
    assert through(points=Every([], [near])) == (None, None)
    assert through(points=Every([], [far])) == (False, False)  # an access point lives in its bucket's region
    assert through(multi=Every([], [far]), points=Every([])) == (None, None)
    assert through(policy=policy(allow(principal={"AWS": OTHER})), points=Every([], [near])) == (False, False)  # nothing is left to them
    # Whether the bucket leaves anything to them is not known.
    assert through(policy=DENIED) == (None, False)
    assert through(policy=DENIED, door=None) == (False, False)
    unknown = AccessPointPolicy(policy=document(allow(resource=AT_THE_DOOR, condition={"StringEquals": {"some:thing": "x"}})))
    assert through(door=unknown) == (None, False)
    conditional = allow(condition={"StringEquals": {"s3:DataAccessPointAccount": OWN, "some:thing": "x"}})
    assert through(policy=policy(conditional)) == (None, False)


def test_multi_region_access_points() -> None:
    shut = PublicAccessBlock(block_public_acls=True, ignore_public_acls=True, block_public_policy=True, restrict_public_buckets=True)
    ajar = PublicAccessBlock(block_public_acls=True, ignore_public_acls=True, block_public_policy=True, restrict_public_buckets=False)
    arn = f"arn:aws:s3::{OWN}:accesspoint/m.mrap"
    granted = MultiRegionAccessPointPolicy(
        policy=MultiRegionAccessPointPolicyDocument(established=EstablishedMultiRegionAccessPointPolicy(policy=document(allow(resource=f"{arn}/object/*"))))
    )

    def by(block: PublicAccessBlock, *buckets: str, granted: MultiRegionAccessPointPolicy | None = granted) -> tuple[bool | None, bool | None]:
        one = MultiRegionAccessPoint(arn=arn, region="global", name="m", alias="m.mrap", status="READY", buckets=buckets, public_access_block=block)
        return through(multi=Every([(one, granted)]), points=Every([]))

    assert by(ajar, "photos", "copies") == (True, False)
    assert by(ajar, "copies") == (False, False)
    assert by(shut, "photos") == (False, False)
    assert by(ajar, "photos", granted=None) == (False, False)
