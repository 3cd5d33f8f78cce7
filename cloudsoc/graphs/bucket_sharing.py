"""With whom the policy of a bucket shares it, whatever blocks of public access stand before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cloudsoc.aws.account import Account
from cloudsoc.aws.delivered_logs import LOAD_BALANCING
from cloudsoc.aws.s3 import Bucket, BucketAcl, BucketPolicy, BucketPolicyStatus
from cloudsoc.graphs.bucket_access import Doubt, Opening, public_by_policy
from cloudsoc.graphs.exposures import is_unique_id
from cloudsoc.model import Incomplete, ObservedAt, Unread, derivation
from cloudsoc.policy import Exposure, ExposureGrant, exposure
from cloudsoc.policy.callers import OWN_ORGANIZATION


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody outside the account, named by the policy, and what the policy lets him do. ``account`` is empty for an organization.

    ``review`` is why it is not certain; empty if it is.
    """

    who: str
    account: str
    actions: tuple[str, ...]
    review: str = ""


@dataclass(frozen=True, slots=True)
class BucketSharing:
    """What the policy grants: to the public, to accounts and organizations (``shares``); ``told`` says in words what else there is, and what to mind."""

    has_policy: bool = True
    openings: tuple[Opening, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    shares: tuple[Share, ...] = ()
    told: tuple[str, ...] = ()
    unnamed: tuple[Unread, ...] = ()
    """Why it is not known who somebody is whom the policy lets in."""
    where: Unread = field(default=Unread("s3:GetBucketPolicy", "needs review"))

    def public(self) -> tuple[Opening, ...]:
        """What everyone may do; raises ``Incomplete`` where that hangs on what needs a review."""
        if self.openings or not self.doubts:
            return self.openings
        raise Incomplete(*(one for doubt in self.doubts for one in doubt.unread))

    def able_to(self, actions: Iterable[str]) -> list[tuple[str, list[str]]]:
        """Who outside may do one of some actions, and which of them; raises ``Incomplete`` as ``public`` does."""
        wanted = {action.lower() for action in actions}
        found = [(share, [action for action in share.actions if action.lower() in wanted]) for share in self.shares]
        if certain := [(share.who, able) for share, able in found if able and not share.review]:
            return certain
        self._settle(share for share, able in found if able)
        return []

    def accounts(self) -> list[str]:
        """The accounts that are let in for certain."""
        return sorted({share.account for share in self.shares if share.account and not share.review})

    def organizations(self) -> list[str]:
        """The organizations that are let in, as a whole or in part."""
        return sorted({share.who.removeprefix("organization ") for share in self.shares if not share.account})

    def possible(self) -> list[str]:
        """The accounts that might be let in: it hangs on what needs a review."""
        return sorted({share.account for share in self.shares if share.account and share.review})

    def settle(self, strange: Iterable[str]) -> None:
        """Raise ``Incomplete`` where one of the accounts that might be let in is strange, or somebody is whom the policy does not name."""
        wanted = {*strange}
        self._settle(share for share in self.shares if share.account in wanted)
        if self.unnamed:
            raise Incomplete(*self.unnamed)

    def _settle(self, shares: Iterable[Share]) -> None:
        if reviews := sorted({f"needs review: {share.who}: {share.review}" for share in shares if share.review}):
            raise Incomplete(*(Unread(self.where.operation, review, self.where.region, self.where.account) for review in reviews))


@derivation
def bucket_sharing(
    bucket: Bucket, account: Account, policy: BucketPolicy | None, status: BucketPolicyStatus | Unread | None, acl: BucketAcl | Unread, at: ObservedAt
) -> BucketSharing:
    """The ACL is asked for one thing alone: which canonical id is the account's own."""
    if policy is None:
        return BucketSharing(has_policy=False)
    where = Unread("s3:GetBucketPolicy", "needs review", bucket.region, account.account)
    exposed = exposure(policy.policy, account=account.account, resource=bucket.arn, service="s3", at=at)
    openings, doubts = public_by_policy(exposed, None if isinstance(status, Unread) else status, where)
    others = exposed.only(lambda grant: not grant.is_public)
    own = acl if isinstance(acl, Unread) else acl.owner.id
    shares = tuple(_shares(others, account.account, own))
    return BucketSharing(True, openings, doubts, shares, tuple(_told(others)), tuple(_unnamed(others, own, where)), where)


def _shares(others: Exposure, account: str, own: str | Unread) -> Iterator[Share]:
    for grant in others:
        named = _account(grant)
        if grant.who.kind in ("organization", "organization path"):
            organization = grant.who.value.partition("/")[0]
            yield Share(organization if organization == OWN_ORGANIZATION else f"organization {organization}", "", grant.actions, grant.needs_review or "")
        elif named not in ("", "cloudfront", account, own) and not _canonical(named) and not _delivers_logs(grant, named):
            yield Share(grant.who.value, named, grant.actions, grant.needs_review or "")


def _account(grant: ExposureGrant) -> str:
    """The account that a grant names; CloudFront's identities have their own word in its place."""
    if grant.who.kind == "access points":
        return grant.who.value.split(":")[4] if ":" in grant.who.value else grant.who.value
    return grant.who.account or ""


def _delivers_logs(grant: ExposureGrant, named: str) -> bool:
    """Whether a grant lets a load balancer write its log, and nothing else: in older regions it comes from an account of AWS's."""
    return named in LOAD_BALANCING and {*grant.actions} == {"s3:PutObject"}


def _canonical(named: str) -> bool:
    return len(named) == 64


def _unnamed(others: Exposure, own: str | Unread, where: Unread) -> Iterator[Unread]:
    for grant in others:
        if grant.who.kind == "federated":
            yield Unread(where.operation, f"needs review: {grant.who} is let in", where.region, where.account)
        elif is_unique_id(grant):
            yield Unread(where.operation, f"needs review: whose the unique id {grant.who.value} is, only AWS knows", where.region, where.account)
        elif _canonical(named := grant.who.account or "") and named != own:
            if isinstance(own, Unread):
                yield own
            yield Unread(where.operation, f"needs review: whose the canonical id {named} is, only AWS knows", where.region, where.account)


def _told(others: Exposure) -> Iterator[str]:
    named = others.to("organization", "organization path", "network", "access points")
    yield from sorted({f"shared with {grant.who}" for grant in named})
    yield from sorted({f"{grant.who}: {note}" for grant in others for note in grant.notes})
