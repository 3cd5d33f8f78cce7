"""How long records are kept, and how long they have to be."""

from __future__ import annotations

from collections.abc import Iterator

from cloudsoc.aws.s3 import BucketLifecycle, LifecycleRule

LEAST_DAYS = 180
"""A period of audit is half a year at least: nothing that is set makes less than this enough."""


def days_asked_for(min_days: int) -> int:
    """For how many days records have to be kept, given the setting."""
    return max(min_days, LEAST_DAYS)


def days_kept(lifecycle: BucketLifecycle | None, prefix: str) -> int | None:
    """The fewest days after which a rule may delete what stands below a prefix; None: nothing is deleted.

    A rule with conditions beside its prefix (tags, sizes) counts as if it met all: whatever it may delete is not kept. A date is the end of everything below.
    """
    found = list(_days(lifecycle, prefix)) if lifecycle else []
    return min(found) if found else None


def _days(lifecycle: BucketLifecycle, prefix: str) -> Iterator[int]:
    for rule in lifecycle.rules:
        if rule.status == "Enabled" and rule.expiration is not None and _touches(rule, prefix):
            if rule.expiration.days is not None:
                yield rule.expiration.days
            elif rule.expiration.date is not None:
                yield 0


def _touches(rule: LifecycleRule, prefix: str) -> bool:
    own = rule.prefix or ""
    if rule.filter is not None:
        own = rule.filter.prefix or (rule.filter.and_.prefix if rule.filter.and_ else None) or own
    return own.startswith(prefix) or prefix.startswith(own)
