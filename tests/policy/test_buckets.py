"""S3's own rules.

AWS source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "Access control list (ACL) overview", "Controlling ownership of objects",
"Delegating access control to access points".
"""

from itertools import product
from typing import Any

import pytest

from cloudsoc.policy import AccessPoint, AclGrant, Exposure, PolicyDocument, PublicAccessBlock, bucket_exposure, s3_calls_public
from tests.policy.test_exposure import document, named

OWN, ORG = "111122223333", "o-friends"
OPEN = PublicAccessBlock()
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery"
PUBLIC_READ = "Allow s3:GetObject on arn:aws:s3:::photos/* to everyone"
POINT = f"arn:aws:s3:eu-west-1:{OWN}:accesspoint/app"
DELEGATED = f"Allow s3:* on arn:aws:s3:::photos, arn:aws:s3:::photos/* to everyone when StringEquals s3:DataAccessPointAccount = {OWN}"


def of(
    policy: str | None = None, *acl: tuple[str, str], block: PublicAccessBlock = OPEN, acls_disabled: bool = False, points: tuple[AccessPoint, ...] = ()
) -> Exposure:
    return bucket_exposure(
        "photos",
        account=OWN,
        policy=None if policy is None else document(policy),
        acl=[AclGrant(*grant) for grant in acl],
        acls_disabled=acls_disabled,
        block=block,
        access_points=points,
        owner="0wner",
    )


def who(exposed: Exposure) -> list[str]:
    return sorted({named(grant) for grant in exposed})


def blocks() -> list[PublicAccessBlock]:
    return [PublicAccessBlock(*flags) for flags in product([False, True], repeat=4)]


@pytest.mark.parametrize("account", blocks(), ids=str)
@pytest.mark.parametrize("bucket", blocks(), ids=str)
def test_all_blocks_of_account_and_bucket(account: PublicAccessBlock, bucket: PublicAccessBlock) -> None:
    """S3-1: of each flag, the stricter counts; the two that refuse new grants do nothing about the ones that are there."""
    effective = account | bucket
    ignores = account.ignore_public_acls or bucket.ignore_public_acls
    restricts = account.restrict_public_buckets or bucket.restrict_public_buckets
    assert of(PUBLIC_READ, block=effective).is_public is not restricts
    assert of(None, (ALL_USERS, "READ"), block=effective).is_public is not ignores
    both = of(PUBLIC_READ, (ALL_USERS, "READ"), block=effective)
    assert both.is_public is not (ignores and restricts)
    assert effective.keeps_public_out(acls_disabled=False) is (ignores and restricts)
    assert effective.keeps_public_out(acls_disabled=True) is restricts


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("Allow s3:GetObject to everyone", True),
        ("Allow s3:GetObject to 999988887777", False),
        ("Allow s3:GetObject to cloudtrail", False),
        ("Allow s3:GetObject to not 999988887777", True),
        ("Deny s3:GetObject to everyone", False),
        ("Allow s3:GetObject to everyone // Deny s3:* to everyone", True),
        ("Allow s3:GetObject to everyone when StringEquals aws:PrincipalOrgID = o-abc", False),
        ("Allow s3:GetObject to everyone when StringLike aws:PrincipalOrgID = o-*", True),
        ("Allow s3:GetObject to everyone when StringEqualsIfExists aws:PrincipalOrgID = o-abc", True),
        ("Allow s3:GetObject to everyone when StringNotEquals aws:PrincipalOrgID = o-abc", True),
        ("Allow s3:GetObject to everyone when ForAllValues:StringEquals aws:PrincipalOrgID = o-abc", True),
        ("Allow s3:GetObject to everyone when StringEquals aws:SourceVpce = vpce-1", False),
        ("Allow s3:GetObject to everyone when StringLike aws:SourceVpc = vpc-*", True),
        ("Allow s3:GetObject to everyone when IpAddress aws:SourceIp = 203.0.113.0/24", False),
        ("Allow s3:GetObject to everyone when IpAddress aws:SourceIp = 203.0.113.0/24, 52.0.0.0/7", True),
        ("Allow s3:GetObject to everyone when IpAddress aws:SourceIp = 52.0.0.0/8", False),
        ("Allow s3:GetObject to everyone when IpAddress aws:SourceIp = 10.0.0.0/7", True),
        ("Allow s3:GetObject to everyone when IpAddress aws:SourceIp = nonsense", True),
        ("Allow s3:GetObject to everyone when IpAddress aws:SourceIp = 2600::/31", True),
        ("Allow s3:GetObject to everyone when NotIpAddress aws:SourceIp = 203.0.113.0/24", True),
        ("Allow s3:GetObject to everyone when StringEquals aws:PrincipalTag/team = red", True),
        ("Allow s3:GetObject to everyone when StringEquals aws:SourceVpce = ${aws:PrincipalTag/vpce}", True),
        ("Allow s3:GetObject to everyone when StringEquals aws:SourceVpce = vpce-1 and StringLike aws:PrincipalOrgID = *", False),
        ("Allow s3:GetObject to everyone when StringEquals aws:SourceVpce = vpce-1 // Allow s3:PutObject to everyone", True),
        (f"Allow s3:GetObject to everyone when ArnLike s3:DataAccessPointArn = arn:aws:s3:*:{OWN}:accesspoint/*", False),
        ("Allow s3:GetObject to everyone when ArnLike s3:DataAccessPointArn = arn:aws:s3:*:*:accesspoint/app", True),
        ("Allow s3:GetObject to everyone when StringLike aws:userid = AROAEXAMPLE:*", True),
        ("Allow s3:GetObject to everyone when Null aws:PrincipalOrgID = false", True),
    ],
)
def test_what_s3_calls_public(policy: str, expected: bool) -> None:
    assert s3_calls_public(document(policy)) is expected


@pytest.mark.parametrize(
    ("policy", "left", "because"),
    [
        (PUBLIC_READ, [], "nobody"),
        (f"{PUBLIC_READ} // Allow s3:* to 999988887777", [], "of a public policy, not even those who are named"),
        ("Allow s3:* to 999988887777", ["account 999988887777"], "a policy that is not public is left alone"),
        (f"{PUBLIC_READ} // Allow s3:PutObject to cloudtrail", ["service cloudtrail.amazonaws.com unguarded"], "services are left"),
        (
            f"{PUBLIC_READ} // Deny s3:GetObject to everyone // Allow s3:PutObject to 999988887777",
            ["account 999988887777"],
            "whether S3 looks at Deny is not known",
        ),
        ("Allow s3:GetObject to everyone when StringEquals nosuch:key = x", [], "for S3, a key that it does not know restricts nobody"),
        ("Allow s3:GetObject to everyone when StringEquals aws:PrincipalOrgID = o-abc", ["organization o-abc"], "S3 knows this one"),
        ("Allow s3:GetObject to everyone when IpAddress aws:SourceIp = 52.0.0.0/8, 53.0.0.0/8", ["everyone"], "two ranges that S3 lets pass, one by one"),
    ],
)
def test_what_restricting_public_buckets_leaves(policy: str, left: list[str], because: str) -> None:
    assert who(of(policy, block=PublicAccessBlock(restrict_public_buckets=True))) == left, because


@pytest.mark.parametrize(
    ("acl", "policy", "disabled", "expected", "because"),
    [
        ((ALL_USERS, "READ"), None, False, {"everyone": {"List"}}, "READ on a bucket lists it"),
        ((ALL_USERS, "WRITE"), None, False, {"everyone": {"Write"}}, "WRITE"),
        ((ALL_USERS, "READ_ACP"), None, False, {"everyone": {"Read"}}, "READ_ACP"),
        ((ALL_USERS, "WRITE_ACP"), None, False, {"everyone": {"Permissions management"}}, "WRITE_ACP"),
        ((ALL_USERS, "FULL_CONTROL"), None, False, {"everyone": {"List", "Read", "Write", "Permissions management"}}, "FULL_CONTROL is all of them"),
        ((AUTHENTICATED, "READ"), None, False, {"any AWS account": {"List"}}, "who has an AWS account"),
        ((LOGS, "WRITE"), None, False, {"service logging.s3.amazonaws.com unguarded": {"Write"}}, "log delivery"),
        (("f0reign", "READ"), None, False, {"account f0reign": {"List"}}, "another account by its canonical id"),
        (("0wner", "FULL_CONTROL"), None, False, {}, "the owner"),
        ((ALL_USERS, "FULL_CONTROL"), None, True, {}, "ACLs are disabled"),
        (("f0reign", "READ"), None, True, {}, "for other accounts as well"),
        ((ALL_USERS, "READ"), "Deny s3:* on arn:aws:s3:::photos, arn:aws:s3:::photos/* to everyone", False, {}, "a Deny of the policy counts"),
        ((ALL_USERS, "READ"), "Deny s3:* on arn:aws:s3:::photos/* to everyone", False, {"everyone": {"List"}}, "if it is about the bucket"),
        (
            (ALL_USERS, "READ"),
            "Deny s3:* on arn:aws:s3:::photos to everyone when StringNotEquals aws:PrincipalOrgID = o-abc",
            False,
            {"organization o-abc": {"List"}},
            "what it leaves is left",
        ),
        ((ALL_USERS, "NOSUCH"), None, False, {}, "a permission that S3 does not have"),
    ],
)
def test_acls(acl: tuple[str, str], policy: str | None, disabled: bool, expected: dict[str, set[str]], because: str) -> None:
    exposed = of(policy, acl, acls_disabled=disabled)
    found: dict[str, set[str]] = {}
    for grant in exposed:
        found.setdefault(named(grant), set()).update(grant.levels)
    assert found == expected, because
    assert all(grant.origin == "ACL" for grant in exposed)


def test_ignored_public_acls_leave_the_others() -> None:
    block = PublicAccessBlock(ignore_public_acls=True)
    assert who(of(None, (ALL_USERS, "READ"), (AUTHENTICATED, "READ"), ("f0reign", "READ"), block=block)) == ["account f0reign"]


def point(policy: str | None, **more: Any) -> AccessPoint:
    text = None if policy is None else policy.replace("on it", f"on {POINT}/object/*")
    return AccessPoint(POINT, None if text is None else PolicyDocument.parse(document(text)), **more)


@pytest.mark.parametrize(
    ("bucket", "through", "more", "expected", "because"),
    [
        (DELEGATED, "Allow s3:GetObject on it to everyone", {}, ["everyone"], "the bucket leaves it to its access points, and one lets everyone in"),
        (DELEGATED, "Allow s3:GetObject on it to everyone", {"vpc": "vpc-1"}, ["network vpc-1"], "from a VPC only"),
        (DELEGATED, "Allow s3:GetObject on it to 999988887777", {}, ["account 999988887777"], "an account"),
        (DELEGATED, "Allow s3:GetObject on it to everyone", {"block": PublicAccessBlock(restrict_public_buckets=True)}, [], "the access point has a block of its own"),
        (DELEGATED, None, {}, [], "an access point without policy"),
        (None, "Allow s3:GetObject on it to everyone", {}, [], "the bucket's policy must allow it as well"),
        ("Allow s3:PutObject on arn:aws:s3:::photos/* to everyone when StringEquals s3:DataAccessPointAccount = 111122223333",
         "Allow s3:GetObject on it to everyone", {}, [], "both must allow the same action"),
        ("Allow s3:* on arn:aws:s3:::photos/* to everyone when StringEquals s3:DataAccessPointAccount = 999988887777",
         "Allow s3:GetObject on it to everyone", {}, [], "access points of another account"),
        (f"Allow s3:* on arn:aws:s3:::photos/* to everyone when ArnLike s3:DataAccessPointArn = arn:aws:s3:*:{OWN}:accesspoint/*",
         "Allow s3:GetObject on it to everyone", {}, ["everyone"], "by ARN"),
        (f"Allow s3:* on arn:aws:s3:::photos/* to everyone when ArnLike s3:DataAccessPointArn = arn:aws:s3:*:{OWN}:accesspoint/other",
         "Allow s3:GetObject on it to everyone", {}, [], "by that of another one"),
        ("Allow s3:* on arn:aws:s3:::photos/* to 999988887777", "Allow s3:GetObject on it to everyone", {}, ["account 999988887777"], "who both let in"),
        ("Allow s3:* on arn:aws:s3:::photos/* to 999988887777", "Allow s3:GetObject on it to 444455556666", {}, ["account 999988887777"], "nobody through the access point"),
        ("Allow s3:* on arn:aws:s3:::photos/* to 999988887777", "Allow s3:GetObject on it to mallory", {},
         ["account 999988887777", "principal arn:aws:iam::999988887777:user/mallory"], "the smaller of two"),
        ("Allow s3:* on arn:aws:s3:::photos/* to 999988887777", "Allow s3:GetObject on it to everyone when StringEquals aws:PrincipalOrgID = o-abc", {},
         ["? organization o-abc", "account 999988887777"], "whether the account is in the organisation is not known"),
    ],
)  # fmt: skip
def test_access_points(bucket: str | None, through: str | None, more: dict[str, Any], expected: list[str], because: str) -> None:
    assert who(of(bucket, points=(point(through, **more),))) == expected, because


def test_access_points_that_nobody_gave_are_kept_in_mind() -> None:
    assert who(of(DELEGATED)) == [f"access points {OWN}"]
    assert not of(DELEGATED).is_public


def test_an_access_point_obeys_the_block_of_its_bucket() -> None:
    points = (point("Allow s3:GetObject on it to everyone"),)
    assert who(of(DELEGATED, points=points, block=PublicAccessBlock(restrict_public_buckets=True))) == []
