"""Tags: what a bucket holds, and which buckets a check is about."""

from __future__ import annotations

from typing import Annotated

from cloudsoc.aws.s3 import Bucket, BucketTagging
from cloudsoc.model import EXTENDED, LOW, Failed, NotApplicable, Passed, Shared, Verdict, check
from cloudsoc.model.criterion import C1_1, P4_2

ClassificationTag = Annotated[str, Shared("classification_tag", "the key of the tag that says how sensitive the data of a resource is")]


def not_meant(tagging: BucketTagging | None, applies_to_tag: str) -> NotApplicable | None:
    """Why a check that is about some buckets only leaves one out. ``applies_to_tag``: ``any``, a key, or a key and its values: ``Tier=critical,high``."""
    if applies_to_tag == "any":
        return None
    key, _, values = applies_to_tag.partition("=")
    value = None if tagging is None else tagging.value(key)
    wanted = [one.strip().lower() for one in values.split(",") if one.strip()]
    if value is not None and (not wanted or value.lower() in wanted):
        return None
    return NotApplicable(f"only for buckets tagged {applies_to_tag}; this one {'has no such tag' if value is None else f'is {key}={value}'}")


@check(
    direct=(C1_1,),
    supporting=(P4_2,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Config:s3-bucket-tagged", "Config:required-tags"),
)
def bucket_has_classification_tag(
    bucket: Bucket, tagging: BucketTagging | None, *, tag_keys: tuple[str, ...] = ("DataClassification", "Owner", "Environment")
) -> Verdict:
    """Buckets state how sensitive their data is, and whose they are.

    Why: nobody can protect or dispose of data by its kind when the kind is written down nowhere.

    Fix: ``aws s3api put-bucket-tagging --bucket {bucket.name} --tagging TagSet=[{{Key=DataClassification,Value=confidential}},...]``; it replaces all tags, so
    name those that are there as well.

    Terraform: ``aws_s3_bucket.tags``.
    """
    values = {key: None if tagging is None else tagging.value(key) for key in tag_keys}
    if missing := [key for key, value in values.items() if not (value or "").strip()]:
        return Failed(f"not tagged with {', '.join(missing)}")
    return Passed(", ".join(f"{key}={value}" for key, value in values.items()))
