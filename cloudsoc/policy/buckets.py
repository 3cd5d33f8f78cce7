"""S3's own rules: who outside can reach a bucket, with its policy, its ACL, the ownership of its objects, the blocks of public access and its access points.

AWS source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "Access control list (ACL) overview" (mapping of ACL permissions and
access policy permissions), "Controlling ownership of objects and disabling ACLs", "Delegating access control to access points".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cloudsoc.policy.comparisons import network
from cloudsoc.policy.document import PolicyDocument
from cloudsoc.policy.exposed import Exposure, ExposureGrant, Who
from cloudsoc.policy.exposing import exposure
from cloudsoc.policy.operators import Operator
from cloudsoc.policy.patterns import glob
from cloudsoc.policy.reviews import review as reason
from cloudsoc.policy.statement import Condition, Principal, Statement

__all__ = ["AccessPoint", "AclGrant", "PublicAccessBlock", "bucket_exposure", "s3_calls_public"]

_GROUPS: Final = "http://acs.amazonaws.com/groups/"
_ALL_USERS: Final = _GROUPS + "global/AllUsers"
_AUTHENTICATED_USERS: Final = _GROUPS + "global/AuthenticatedUsers"
_LOG_DELIVERY: Final = _GROUPS + "s3/LogDelivery"
_ACL_ACTIONS: Final = {
    "READ": ("s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"),
    "WRITE": ("s3:DeleteObject", "s3:PutObject"),
    "READ_ACP": ("s3:GetBucketAcl",),
    "WRITE_ACP": ("s3:PutBucketAcl",),
}
_FIXING: Final = frozenset(
    "aws:sourceip aws:sourcearn aws:sourcevpc aws:sourcevpce aws:sourceowner aws:sourceaccount aws:userid aws:principalorgid aws:principalarn "
    "aws:principalaccount aws:principalorgpaths s3:dataaccesspointarn s3:dataaccesspointaccount".split()
)
"""The keys that, with fixed values, make a policy not public for S3."""
_SIGNED: Final = Condition(Operator.parse("Null"), "aws:PrincipalArn", ("false",))
"""Who asks has an AWS account."""
_FIXED_BY: Final = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"})


@dataclass(frozen=True, slots=True)
class PublicAccessBlock:
    """The four flags of a block of public access. Blocks of the account, the bucket and an access point add up: ``account_block | bucket_block``."""

    block_public_acls: bool = False
    ignore_public_acls: bool = False
    block_public_policy: bool = False
    restrict_public_buckets: bool = False

    def __or__(self, other: "PublicAccessBlock") -> "PublicAccessBlock":
        return PublicAccessBlock(
            self.block_public_acls or other.block_public_acls,
            self.ignore_public_acls or other.ignore_public_acls,
            self.block_public_policy or other.block_public_policy,
            self.restrict_public_buckets or other.restrict_public_buckets,
        )

    def keeps_public_out(self, *, acls_disabled: bool) -> bool:
        """Is nothing public, whatever the policy and the ACLs say? The two flags that refuse new grants do nothing about those that are there."""
        return self.restrict_public_buckets and (self.ignore_public_acls or acls_disabled)


@dataclass(frozen=True, slots=True)
class AclGrant:
    """A grant of an ACL: ``grantee`` is the URI of a group or the canonical id of a user, ``permission`` as S3 spells it (``READ``, ``FULL_CONTROL``)."""

    grantee: str
    permission: str


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """An access point of a bucket. ``vpc`` is the VPC that it can be used from; None if it can from the internet."""

    arn: str
    policy: PolicyDocument | None = None
    vpc: str | None = None
    block: PublicAccessBlock = PublicAccessBlock()


def s3_calls_public(document: "str | Mapping[str, object] | PolicyDocument") -> bool:
    """Does S3 take a policy for public? Every Allow must be for principals that are fixed, or limited by fixed values of certain keys; Deny does not count.

    That is narrower than who can be allowed: it is what the flags of a block go by.
    """
    return any(statement.allows and not _fixed(statement) for statement in PolicyDocument.parse(document))


def _fixed(statement: Statement) -> bool:
    if statement.principals is not None and not any("*" in entry.value for entry in statement.principals):
        return True
    return any(_fixing(condition) for condition in statement.conditions)


def _fixing(condition: Condition) -> bool:
    key, operator = condition.key.lower(), condition.operator
    if key not in _FIXING or operator.test not in _FIXED_BY or operator.if_exists or operator.quantifier == "ForAllValues" or not condition.values:
        return False
    return all(_fixed_value(key, value) for value in condition.values)


def _fixed_value(key: str, value: str) -> bool:
    if "${" in value:
        return False
    if key == "aws:sourceip":
        block = network(value)
        return block is not None and (block.is_private or block.prefixlen >= {4: 8, 6: 32}[block.version])
    if key == "s3:dataaccesspointarn":
        cut = value.split(":", 5)
        return len(cut) == 6 and "*" not in cut[4] and "?" not in cut[4]
    return "*" not in value and "?" not in value


def bucket_exposure(
    bucket: str,
    *,
    account: str,
    policy: "str | Mapping[str, object] | PolicyDocument | None",
    acl: Iterable[AclGrant],
    acls_disabled: bool,
    block: PublicAccessBlock,
    access_points: Iterable[AccessPoint] = (),
    owner: str | None = None,
    organization: str | None = None,
    partition: str = "aws",
    at: datetime | None = None,
) -> Exposure:
    """Who outside ``account`` could ever be allowed something by the bucket with the name ``bucket``.

    ``acls_disabled``: its object ownership is BucketOwnerEnforced, so that no ACL counts. ``block`` is what account and bucket block together. ``owner`` is
    the canonical id of the account, whose own grants in the ACL are nothing special. The ACLs of single objects are not looked at: whether they can open
    something is ``not (acls_disabled or block.ignore_public_acls)``.
    """
    arn = f"arn:{partition}:s3:::{bucket}"
    document = PolicyDocument() if policy is None else PolicyDocument.parse(policy)
    by_policy = exposure(document, account=account, resource=arn, organization=organization, at=at)
    through = [grant for point in access_points for grant in _through(point, by_policy, block, account=account, organization=organization, at=at)]
    restricted = _restricted(by_policy, document, block)
    by_acl = _by_acl(acl, document, arn, account=account, owner=owner, at=at, ignore=block.ignore_public_acls) if not acls_disabled else ()
    points = frozenset(point.arn for point in access_points)
    left = restricted.only(lambda grant: grant.who.kind != "access points" or not points)
    return Exposure((*left, *by_acl, *through))


def _restricted(exposed: Exposure, document: PolicyDocument, block: PublicAccessBlock) -> Exposure:
    """What RestrictPublicBuckets leaves: of a public policy only the owner's account and AWS services.

    Whether S3 minds that a Deny takes the public part away is not documented; then other accounts are taken to keep what they have.
    """
    if not block.restrict_public_buckets or not s3_calls_public(document):
        return exposed
    if exposed.only(lambda grant: grant.is_public).certain:
        return exposed.to("service")
    return exposed.only(lambda grant: not grant.is_public)


def _by_acl(
    acl: Iterable[AclGrant], document: PolicyDocument, arn: str, *, account: str, owner: str | None, at: datetime | None, ignore: bool
) -> Iterator[ExposureGrant]:
    denying = tuple(item for item in document if item.denies)
    for number, grant in enumerate(acl):
        if grant.grantee == owner or (ignore and grant.grantee in (_ALL_USERS, _AUTHENTICATED_USERS)):
            continue
        permissions = set(_ACL_ACTIONS) if grant.permission == "FULL_CONTROL" else {grant.permission}
        for permission in sorted(permissions & _ACL_ACTIONS.keys()):
            statement = Statement(
                "Allow",
                sid=f"{grant.permission} for {grant.grantee.removeprefix(_GROUPS)}",
                actions=_ACL_ACTIONS[permission],
                resources=(f"{arn}/*" if permission == "WRITE" else arn,),
                principals=(_grantee(grant.grantee),),
                conditions=(_SIGNED,) if grant.grantee == _AUTHENTICATED_USERS else (),
            )
            exposed = exposure(PolicyDocument((statement, *denying), document.version), account=account, resource=arn, at=at)
            yield from (replace(found, origin="ACL", index=number) for found in exposed)


def _grantee(grantee: str) -> Principal:
    if grantee in (_ALL_USERS, _AUTHENTICATED_USERS):
        return Principal("AWS", "*")
    if grantee == _LOG_DELIVERY:
        return Principal("Service", "logging.s3.amazonaws.com")
    return Principal("CanonicalUser", grantee)


def _through(
    point: AccessPoint, by_policy: Exposure, block: PublicAccessBlock, *, account: str, organization: str | None, at: datetime | None
) -> Iterator[ExposureGrant]:
    """The grants through an access point: what its policy and the bucket's allow both."""
    if point.policy is None:
        return
    raw = exposure(point.policy, account=account, resource=point.arn, organization=organization, service="s3", at=at)
    for mine in _restricted(raw, point.policy, block | point.block):
        for theirs in by_policy:
            actions = tuple(action for action in mine.actions if _among(action, theirs.actions))
            met = _both(mine.who, theirs.who, point) if actions else None
            if met is None:
                continue
            who, sure = met
            if point.vpc is not None and who.kind in ("public", "any AWS account"):
                who = Who("network", point.vpc)
            review = mine.needs_review or theirs.needs_review
            if review is None and not sure:
                review = reason("two classes", one=str(mine.who), other=str(theirs.who))
            yield replace(mine, who=who, actions=actions, origin=f"access point {point.arn}", needs_review=review, witness=None if review else mine.witness)


def _among(action: str, others: Iterable[str]) -> bool:
    folded = action.lower()
    return any(glob(other.lower()).matches(folded) or glob(folded).matches(other.lower()) for other in others)


def _both(mine: Who, theirs: Who, point: AccessPoint) -> tuple[Who, bool] | None:
    """Who is in both classes, and is that certain? None if nobody is."""
    if theirs.kind == "access points":
        owner = point.arn.split(":", 5)[4]
        if theirs.value == owner or glob(theirs.value).matches(point.arn):
            return mine, True
        return None
    if mine == theirs or theirs.kind == "public":
        return mine, True
    if mine.kind == "public":
        return theirs, True
    wide = ("any AWS account", "network")
    if theirs.kind == "any AWS account" and mine.kind not in ("service", "federated", "network"):
        return mine, True
    if mine.kind == "any AWS account" and theirs.kind not in ("service", "federated", "network"):
        return theirs, True
    if mine.kind in wide or theirs.kind in wide:
        return (theirs, False) if mine.kind in wide else (mine, False)
    if mine.account is not None and theirs.account is not None:
        if mine.account != theirs.account:
            return None
        return (mine, True) if theirs.kind == "account" else (theirs, True) if mine.kind == "account" else None
    if {mine.kind, theirs.kind} & {"service", "federated"} and mine.kind != theirs.kind:
        return None
    if mine.kind == theirs.kind:
        return (mine, True) if theirs.value == "*" else (theirs, True) if mine.value == "*" else None
    return mine, False
