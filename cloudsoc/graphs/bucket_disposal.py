"""When a bucket lets its objects go, as its lifecycle and its versions together have it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cloudsoc.aws.s3 import BucketLifecycle, BucketVersioning, LifecycleRule


def holds_versions(versioning: BucketVersioning) -> bool:
    """Whether a bucket holds old versions, or may still hold some from before it was suspended."""
    return versioning.status in ("Enabled", "Suspended")


def days_to_expiry(lifecycle: BucketLifecycle | None) -> int | None:
    """The days after which every current object goes; None: some stay. In a bucket with versions they become old versions then."""
    days = [rule.expiration.days for rule in _for_all(lifecycle) if rule.expiration is not None and rule.expiration.days is not None]
    return min(days, default=None)


def days_to_last_version(lifecycle: BucketLifecycle | None) -> int | None:
    """The days after which every old version goes; None: some stay."""
    found = (rule.noncurrent_version_expiration for rule in _for_all(lifecycle))
    days = [one.noncurrent_days for one in found if one is not None and one.noncurrent_days is not None and not one.newer_noncurrent_versions]
    return min(days, default=None)


def days_to_disposal(lifecycle: BucketLifecycle | None, versioning: BucketVersioning) -> int | None:
    """The days after which nothing is left of any object; None: something stays."""
    expiry = days_to_expiry(lifecycle)
    if expiry is None or not holds_versions(versioning):
        return expiry
    versions = days_to_last_version(lifecycle)
    return None if versions is None else expiry + versions


def enabled(lifecycle: BucketLifecycle | None) -> list[LifecycleRule]:
    """The rules in force."""
    return [rule for rule in lifecycle.rules if rule.status == "Enabled"] if lifecycle else []


def keeps_some_versions(rules: Iterable[LifecycleRule]) -> bool:
    """Whether rules remove old versions, but for the newest of each object."""
    return any(rule.noncurrent_version_expiration is not None and bool(rule.noncurrent_version_expiration.newer_noncurrent_versions) for rule in rules)


def _for_all(lifecycle: BucketLifecycle | None) -> Iterator[LifecycleRule]:
    return (rule for rule in enabled(lifecycle) if not _narrowed(rule))


def _narrowed(rule: LifecycleRule) -> bool:
    """Whether a rule is about some objects only: by prefix, tags or size."""
    if rule.filter is None:
        return bool(rule.prefix)
    one, several = rule.filter, rule.filter.and_
    if one.prefix or one.tag is not None or one.object_size_greater_than is not None or one.object_size_less_than is not None:
        return True
    return several is not None and bool(
        several.prefix or several.tags or several.object_size_greater_than is not None or several.object_size_less_than is not None
    )
