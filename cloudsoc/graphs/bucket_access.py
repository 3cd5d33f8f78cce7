"""How strangers get at a bucket: through its ACL, its policy, or its access points, as far as the blocks of public access let them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from cloudsoc.aws.account import Account
from cloudsoc.aws.s3 import AclGrant, Bucket, BucketAcl, BucketOwnershipControls, BucketPolicy, BucketPolicyStatus
from cloudsoc.aws.s3_access_points import (
    AccessPoint,
    AccessPointPolicy,
    AccessPointPublicAccessBlock,
    MultiRegionAccessPoint,
    MultiRegionAccessPointPolicy,
)
from cloudsoc.graphs.public_access import EffectivePublicAccessBlock
from cloudsoc.model import Every, Incomplete, ObservedAt, Unread, derivation
from cloudsoc.policy import Exposure, ExposureGrant, PolicyDocument, access_level, exposure
from cloudsoc.policy.buckets import s3_calls_public

GROUPS = {
    "http://acs.amazonaws.com/groups/global/AllUsers": "everyone",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "any AWS account",
}
"""The groups of an ACL that are open to the public."""

_ACTIONS = {
    "READ": ("s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"),
    "WRITE": ("s3:DeleteObject", "s3:PutObject"),
    "READ_ACP": ("s3:GetBucketAcl",),
    "WRITE_ACP": ("s3:PutBucketAcl",),
}
"""What the permissions of a bucket's ACL allow. AWS source: Amazon S3 User Guide, "Access control list (ACL) overview"."""

_LETS_HIMSELF_IN = frozenset({"s3:PutBucketAcl", "s3:PutObjectAcl"})
"""Whoever may do this may give himself the right to read as well."""

_TELLING = frozenset({"s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:DeleteObject", "s3:PutBucketAcl"})
"""Of many actions, those that people understand are shown."""

Points = Every[tuple[AccessPoint, AccessPointPublicAccessBlock, AccessPointPolicy | None]]
MultiPoints = Every[tuple[MultiRegionAccessPoint, MultiRegionAccessPointPolicy | None]]


@dataclass(frozen=True, slots=True)
class Opening:
    """A way in: for whom (``everyone``, ``any AWS account``), to do what, through what."""

    who: str
    actions: tuple[str, ...]
    through: str

    @property
    def reads(self) -> bool:
        """Whether something can be read or listed this way."""
        return bool(_LETS_HIMSELF_IN & {*self.actions}) or any(access_level(action) in ("Read", "List", "Unknown") for action in self.actions)

    @property
    def writes(self) -> bool:
        """Whether something can be changed this way."""
        return any(access_level(action) not in ("Read", "List") for action in self.actions)

    def __str__(self) -> str:
        shown = [action for action in self.actions if action in _TELLING][:3] or [*self.actions[:3]]
        more = " and more" if len(shown) < len(self.actions) else ""
        return f"{self.who} may {', '.join(sorted(shown))}{more} through {self.through}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is not known, and the way in that it might be; None: it might be any."""

    unread: tuple[Unread, ...]
    opening: Opening | None = None


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """The ways in for the public. ``closed`` says, in words, what keeps out grants that there are or could be; ``objects_have_acls``: that the ACLs of single
    objects count, of which nothing is known here.
    """

    openings: tuple[Opening, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    closed: tuple[str, ...] = ()
    objects_have_acls: bool = False

    def to_read(self) -> tuple[Opening, ...]:
        """By which the public can list or read; raises ``Incomplete`` where none is known and something that could be one was not read."""
        found = tuple(one for one in self.openings if one.reads)
        return found or self._none(doubt for doubt in self.doubts if doubt.opening is None or doubt.opening.reads)

    def to_write(self) -> tuple[Opening, ...]:
        """By which the public can write or change; raises ``Incomplete`` as ``to_read`` does."""
        found = tuple(one for one in self.openings if one.writes)
        return found or self._none(doubt for doubt in self.doubts if doubt.opening is None or doubt.opening.writes)

    @staticmethod
    def _none(doubts: Iterable[Doubt]) -> tuple[Opening, ...]:
        if unread := tuple(dict.fromkeys(one for doubt in doubts for one in doubt.unread)):
            raise Incomplete(*unread)
        return ()


@derivation
def bucket_access(
    bucket: Bucket,
    account: Account,
    block: EffectivePublicAccessBlock,
    acl: BucketAcl | Unread,
    ownership: BucketOwnershipControls | Unread | None,
    policy: BucketPolicy | Unread | None,
    status: BucketPolicyStatus | Unread | None,
    points: Points,
    multi: MultiPoints,
    at: ObservedAt,
) -> BucketAccess:
    """AWS source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "Configuring IAM policies for using access points"."""
    asked = _Asked(bucket, account.account, block, at)
    if isinstance(policy, Unread) and status is None:
        policy = None  # AWS says so in the other answer
    return _together([_by_acl(asked, acl, ownership, policy), _by_policy(asked, policy, status, points, multi)])


@dataclass(frozen=True, slots=True)
class _Asked:
    bucket: Bucket
    account: str
    block: EffectivePublicAccessBlock
    at: datetime

    def exposed(self, document: PolicyDocument, resource: str) -> Exposure:
        return exposure(document, account=self.account, resource=resource, service="s3", at=self.at)

    @property
    def where(self) -> Unread:
        """What needs a review, but for the reason."""
        return Unread("s3:GetBucketPolicy", "needs review", self.bucket.region, self.account)


def _together(several: Iterable[BucketAccess]) -> BucketAccess:
    all_ = list(several)
    return BucketAccess(
        tuple(opening for one in all_ for opening in one.openings),
        tuple(doubt for one in all_ for doubt in one.doubts),
        tuple(text for one in all_ for text in one.closed),
        any(one.objects_have_acls for one in all_),
    )


# -- through the ACL ---------------------------------------------------------------------------------------------------


def _by_acl(asked: _Asked, acl: BucketAcl | Unread, ownership: BucketOwnershipControls | Unread | None, policy: BucketPolicy | Unread | None) -> BucketAccess:
    ignored = asked.block.known("IgnorePublicAcls")
    if ignored:
        return BucketAccess(closed=(f"the {asked.block.setter('IgnorePublicAcls')} has public ACLs ignored",))
    if not isinstance(ownership, Unread) and ownership is not None and ownership.acls_disabled:
        return BucketAccess(closed=("ACLs are disabled",))
    if isinstance(acl, Unread):
        return BucketAccess(doubts=(Doubt((acl,)),), objects_have_acls=True)
    found = BucketAccess(*_despite(asked, tuple(public_grants(acl.grants)), policy), objects_have_acls=True)
    unread = (() if ignored is False else asked.block.unread) + ((ownership,) if isinstance(ownership, Unread) else ())
    return _doubted(found, unread) if unread else found


def public_grants(grants: Iterable[AclGrant]) -> Iterator[Opening]:
    """What the ACL of a bucket grants to the public."""
    for grant in grants:
        if who := GROUPS.get(grant.grantee.uri or ""):
            every = tuple(action for several in _ACTIONS.values() for action in several)
            yield Opening(who, _ACTIONS.get(grant.permission, every), f"the ACL ({grant.permission})")


def _despite(asked: _Asked, granted: tuple[Opening, ...], policy: BucketPolicy | Unread | None) -> tuple[tuple[Opening, ...], tuple[Doubt, ...]]:
    """What the Deny statements of the policy leave of what the ACL grants."""
    if isinstance(policy, Unread):
        return (), tuple(Doubt((policy,), one) for one in granted)
    denies = [one.to_mapping() for one in policy.policy if one.denies] if policy is not None else []
    if not denies:
        return granted, ()
    found: list[tuple[tuple[Opening, ...], tuple[Doubt, ...]]] = []
    for one in granted:
        credentials = {"Condition": {"Null": {"aws:PrincipalArn": "false"}}} if one.who != "everyone" else {}
        allows = {"Effect": "Allow", "Principal": "*", "Action": [*one.actions], "Resource": [asked.bucket.arn, f"{asked.bucket.arn}/*"]} | credentials
        document = PolicyDocument.parse({"Version": "2012-10-17", "Statement": [allows, *denies]})
        openings, doubts = public_by_policy(asked.exposed(document, asked.bucket.arn), None, asked.where, one.through)
        found.append((tuple(replace(left, through=one.through) for left in openings), doubts))
    return tuple(left for openings, _ in found for left in openings), tuple(doubt for _, doubts in found for doubt in doubts)


def _doubted(found: BucketAccess, unread: tuple[Unread, ...]) -> BucketAccess:
    """The same, where something that was not read may close every opening."""
    return replace(found, openings=(), doubts=(*found.doubts, *(Doubt(unread, one) for one in found.openings)))


# -- through the policy ------------------------------------------------------------------------------------------------


def _by_policy(
    asked: _Asked, policy: BucketPolicy | Unread | None, status: BucketPolicyStatus | Unread | None, points: Points, multi: MultiPoints
) -> BucketAccess:
    restricted = asked.block.known("RestrictPublicBuckets")
    if restricted:
        return _restricted(asked, policy, status)
    if policy is None:
        return BucketAccess()
    if isinstance(policy, Unread):
        if isinstance(status, Unread) or status is None or status.is_public:
            return BucketAccess(doubts=(Doubt((policy,)),))
        # AWS itself says that it is not public; what it leaves to access points is not in that.
        found = _by_points(asked, None, (policy,), points, multi)
    else:
        exposed = asked.exposed(policy.policy, asked.bucket.arn)
        direct = BucketAccess(*public_by_policy(exposed, None if isinstance(status, Unread) else status, asked.where))
        left = exposed.to("access points").only(lambda grant: asked.account in grant.who.value)
        found = _together([direct, _by_points(asked, left, (), points, multi)])
    return _doubted(found, asked.block.unread) if restricted is None else found


def _restricted(asked: _Asked, policy: BucketPolicy | Unread | None, status: BucketPolicyStatus | Unread | None) -> BucketAccess:
    """The block restricts what S3 calls public, which is a little less than what is: a list of address ranges, each narrow enough, may hold all addresses."""
    if isinstance(policy, BucketPolicy) and not s3_calls_public(policy.policy) and not (isinstance(status, BucketPolicyStatus) and status.is_public):
        direct = asked.exposed(policy.policy, asked.bucket.arn).only(lambda grant: grant.is_public)
        if direct.certain:
            return BucketAccess(tuple(_opening(grant, "the bucket policy") for grant in direct.certain))
    return BucketAccess(closed=(f"the {asked.block.setter('RestrictPublicBuckets')} restricts public policies",))


def public_by_policy(
    exposed: Exposure, status: BucketPolicyStatus | None, where: Unread, through: str = "the bucket policy"
) -> tuple[tuple[Opening, ...], tuple[Doubt, ...]]:
    """What a policy grants to the public, and what it might grant. AWS assumes the worst of a policy: what it does not call public is not."""
    public = exposed.only(lambda grant: grant.is_public)
    openings = tuple(_opening(grant, through) for grant in public.certain)
    doubts = [
        Doubt((replace(where, error=f"needs review: {through}: {grant.needs_review}"),), _opening(grant, through))
        for grant in public.unclear
        if status is None or status.is_public
    ]
    if status is not None and status.is_public and not public:
        doubts.append(Doubt((replace(where, error="needs review: AWS calls the policy public, and no statement of it says why"),)))
    return openings, tuple(doubts)


def _opening(grant: ExposureGrant, through: str) -> Opening:
    sid = f' "{grant.statement.sid}"' if grant.statement.sid else ""
    return Opening(str(grant.who), grant.actions, f"{through}, statement {grant.index}{sid}")


# -- through access points ---------------------------------------------------------------------------------------------


def _by_points(asked: _Asked, left: Exposure | None, unread: tuple[Unread, ...], points: Points, multi: MultiPoints) -> BucketAccess:
    """Where a bucket leaves it to its access points whom to let in (``left``; None: not known, as ``unread`` has it), their policies decide."""
    if left is not None and not left:
        return BucketAccess()
    found: list[BucketAccess] = []
    for point, block, policy in points.known:
        if point.bucket == asked.bucket.name and point.network_origin != "VPC" and not block.restrict_public_buckets and policy is not None:
            found.append(_by_point(asked, left, unread, f"access point {point.name}", point.arn, policy.policy))
    for every, several in multi.known:
        document = several.policy.established.policy if several is not None and several.policy.established else None
        if asked.bucket.name in every.buckets and not every.public_access_block.restrict_public_buckets and document is not None:
            found.append(_by_point(asked, left, unread, f"multi-region access point {every.name}", every.arn, document))
    gaps = [*(one for one in points.unread if not one.elsewhere(asked.bucket.region)), *multi.unread]
    return _together([*found, BucketAccess(doubts=tuple(Doubt((gap,)) for gap in gaps))])


def _by_point(asked: _Asked, left: Exposure | None, unread: tuple[Unread, ...], name: str, arn: str, document: PolicyDocument) -> BucketAccess:
    openings, doubts = public_by_policy(asked.exposed(document, arn), None, replace(asked.where, operation="s3control:GetAccessPointPolicy"), name)
    if left is None:
        return BucketAccess(doubts=(*doubts, *(Doubt(unread, one) for one in openings)))
    review = (replace(asked.where, error=f"needs review: {'; '.join(left.needs_review)}"),)
    return BucketAccess(tuple(_both(openings, left.certain)), (*doubts, *(Doubt(review, one) for one in _both(openings, left.unclear))))


def _both(openings: Iterable[Opening], left: Exposure) -> Iterator[Opening]:
    """What an access point grants and the bucket leaves to it."""
    allowed = {action for grant in left for action in grant.actions}
    for one in openings:
        if actions := tuple(action for action in one.actions if action in allowed):
            yield replace(one, actions=actions)
