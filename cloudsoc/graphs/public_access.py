"""Whether S3 keeps the public out, as the settings of bucket and account together have it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from cloudsoc.aws.s3 import AccountPublicAccessBlock, Bucket, BucketPublicAccessBlock
from cloudsoc.model import Incomplete, Unread, derivation

FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
"""The four settings, as AWS names them."""


class PublicAccessBlock(Protocol):
    """The four settings of a bucket, an account or an access point."""

    @property
    def block_public_acls(self) -> bool: ...
    @property
    def ignore_public_acls(self) -> bool: ...
    @property
    def block_public_policy(self) -> bool: ...
    @property
    def restrict_public_buckets(self) -> bool: ...


def flags(block: PublicAccessBlock | Unread | None) -> frozenset[str]:
    """The flags that are known to be on."""
    if block is None or isinstance(block, Unread):
        return frozenset()
    values = (block.block_public_acls, block.ignore_public_acls, block.block_public_policy, block.restrict_public_buckets)
    return frozenset(flag for flag, on in zip(FLAGS, values, strict=True) if on)


@dataclass(frozen=True, slots=True)
class EffectivePublicAccessBlock:
    """The block in force on a bucket: flag by flag, what the bucket or its account sets."""

    bucket: frozenset[str]
    account: frozenset[str]
    unread: tuple[Unread, ...] = ()

    def known(self, flag: str) -> bool | None:
        """Whether a flag is in force; None where neither of the known settings has it and the other was not read."""
        if flag in self.bucket or flag in self.account:
            return True
        return None if self.unread else False

    def holds(self, flag: str) -> bool:
        """The same; raises ``Incomplete`` where that is not known."""
        known = self.known(flag)
        if known is None:
            raise Incomplete(*self.unread)
        return known

    def missing(self) -> tuple[str, ...]:
        """The flags that are not in force."""
        return tuple(flag for flag in FLAGS if not self.holds(flag))

    def setter(self, flag: str) -> str:
        """Who sets a flag: ``account`` or ``bucket``."""
        return "account" if flag in self.account else "bucket"

    def held_by(self) -> str:
        """Who sets the flags that are in force, in words."""
        held = self.bucket | self.account
        if held == self.account:
            return "account"
        return "bucket" if held == self.bucket else "bucket and account together"


@derivation
def effective_public_access_block(
    bucket: Bucket,
    own: BucketPublicAccessBlock | Unread | None,
    account: AccountPublicAccessBlock | Unread | None,
) -> EffectivePublicAccessBlock:
    """A flag of either is enough, so that what one of them says may decide although the other could not be read."""
    return EffectivePublicAccessBlock(flags(own), flags(account), tuple(_unread((own, account))))


def _unread(blocks: Iterable[object]) -> Iterable[Unread]:
    return (block for block in blocks if isinstance(block, Unread))
