"""S3 objects: whether some of a bucket have an ACL of their own that is open to the public."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from pydantic import PositiveInt

from cloudsoc.aws.s3 import AccountPublicAccessBlock, Bucket, BucketOwnershipControls, BucketPublicAccessBlock
from cloudsoc.model import Address, Calls, Fact, NotApplicable, Unread, reading, reads

PUBLIC = "http://acs.amazonaws.com/groups/global/"
"""How the URIs of the two groups begin that hold everybody: all users, and all with an AWS account."""

_GONE = frozenset({"NoSuchKey", "NoSuchVersion"})


@reading("s3:ListObjectsV2", "s3:GetObjectAcl")
def object_sample(call: Calls, about: Address, *, sample_size: PositiveInt = 100) -> Iterator[Mapping[str, Any]]:
    """The ACLs of the first objects in the order of their names. One that could not be read leaves the sample open, unless another is public."""
    bucket = about.names["Bucket"]
    sampled, public, refused = 0, [], None
    for item in islice(call.items("s3:ListObjectsV2.Contents[]", Bucket=bucket, MaxKeys=min(sample_size, 1000)), sample_size):
        answer = call.tried("s3:GetObjectAcl", Bucket=bucket, Key=item["Key"])
        if isinstance(answer, Unread):
            refused = refused or (answer if answer.error not in _GONE else None)
            continue
        sampled += 1
        if any(str(grant["Grantee"].get("URI", "")).startswith(PUBLIC) for grant in answer["Grants"]):
            public.append(item["Key"])
    yield {"sampled": sampled, "public_keys": refused if refused and not public else tuple(public)}


def acls_count(
    bucket: Bucket,  # noqa: ARG001 whose objects they are
    ownership: BucketOwnershipControls | None,
    own: BucketPublicAccessBlock | Unread | None,
    account: AccountPublicAccessBlock | Unread | None,
) -> NotApplicable | None:
    """An ACL of an object is without effect where ACLs are disabled, or those that are public ignored."""
    if ownership is not None and ownership.acls_disabled:
        return NotApplicable("ACLs are disabled")
    for block, whose in ((own, "bucket"), (account, "account")):
        if not isinstance(block, Unread) and block is not None and block.ignore_public_acls:
            return NotApplicable(f"the {whose} has public ACLs ignored")
    return None


@reads(object_sample, when=acls_count, permission=("s3:ListBucket", "s3:GetObjectAcl"))
class ObjectSample(Fact[Bucket]):
    """Which of the sampled objects of a bucket are open to the public by their own ACLs. Nothing of their content is read."""

    sampled: int
    public_keys: tuple[str, ...]
