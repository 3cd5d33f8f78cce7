"""Patterns of ARNs.

In a condition, the ARN operators compare field by field. In a Resource element a star that ends a field reaches beyond its colon, so such a pattern is
matched as one text; one whose stars all stand within their fields is matched field by field. An incomplete ARN is completed with stars.

AWS source: IAM User Guide, "IAM JSON policy elements: Condition operators" (ARN operators), "IAM JSON policy elements: Resource", "IAM identifiers"
(incomplete ARNs); General Reference, "Amazon Resource Names (ARNs)".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from cloudsoc.policy.patterns import EVERYTHING, Glob, covers, glob, overlap
from cloudsoc.policy.variables import Part

__all__ = ["ArnPattern", "arn_pattern", "completed", "fields", "resource_pattern", "resources_cover", "resources_overlap"]

_FIELDS: Final = 6  # arn:partition:service:region:account:resource


def fields(text: str) -> tuple[str, ...] | None:
    """The six fields of an ARN, or None if the text is none."""
    found = text.split(":", _FIELDS - 1)
    return tuple(found) if len(found) == _FIELDS and found[0] == "arn" else None


def completed(pattern: str) -> list[str]:
    """The fields of an ARN in a Resource element; those that are missing are stars. A text that is none is its own only field."""
    found = pattern.split(":", _FIELDS - 1)
    return found + ["*"] * (_FIELDS - len(found)) if found[0] == "arn" and len(found) > 1 else found


@dataclass(frozen=True, slots=True)
class ArnPattern:
    """A pattern: either for each of the six ``fields`` of an ARN, or, without those, for the ``whole`` text."""

    fields: tuple[Glob, ...]
    whole: Glob

    @classmethod
    def of(cls, parts: Iterable[Part]) -> Self:
        """The pattern for the fields of an ARN that resolved parts make; their colons count, those that came from variables as well."""
        listed = list(parts)
        cut: list[list[Part]] = [[]]
        for text, wild in listed:
            pieces = text.split(":", _FIELDS - len(cut))
            cut[-1].append((pieces[0], wild))
            cut += [[(piece, wild)] for piece in pieces[1:]]
        return cls(_completed([Glob.of(part) for part in cut]), Glob.of(listed))

    def matches(self, text: str, cut: Sequence[str] | None) -> bool:
        """Does ``text``, whose `fields` are ``cut``, match?"""
        if not self.fields:
            return self.whole.matches(text)
        return cut is not None and all(pattern is EVERYTHING or pattern.matches(field) for pattern, field in zip(self.fields, cut, strict=True))


def _completed(globs: list[Glob]) -> tuple[Glob, ...]:
    if globs[0].literal != "arn" or len(globs) == 1:
        return ()
    globs = [EVERYTHING if found == EVERYTHING else found for found in globs]
    return tuple(globs + [EVERYTHING] * (_FIELDS - len(globs)))


@lru_cache(maxsize=1 << 16)
def arn_pattern(pattern: str) -> ArnPattern:
    """The pattern that a text without variables writes for an ARN operator."""
    return ArnPattern(_completed([glob(field) for field in pattern.split(":", _FIELDS - 1)]), glob(pattern))


@lru_cache(maxsize=1 << 16)
def resource_pattern(pattern: str) -> ArnPattern:
    """The pattern that a text without variables writes in a Resource element."""
    cut = completed(pattern)
    if cut[0] != "arn":
        return ArnPattern((), glob(pattern))
    heads = cut[:-1]
    by_field = any("*" in head or "?" in head for head in heads) and not any(head.endswith("*") for head in heads)
    return ArnPattern(tuple(glob(field) for field in cut) if by_field else (), glob(":".join(cut)))


def resources_cover(patterns: Iterable[ArnPattern], other: ArnPattern) -> bool:
    """Does every resource that ``other`` matches match one of ``patterns``? Those that are matched field by field count one at a time only."""
    listed = list(patterns)
    if covers([pattern.whole for pattern in listed if not pattern.fields], other.whole):
        return True
    return bool(other.fields) and any(
        all(covers([mine], theirs) for mine, theirs in zip(pattern.fields, other.fields, strict=True)) for pattern in listed if pattern.fields
    )


def resources_overlap(one: ArnPattern, other: ArnPattern) -> bool:
    """Is there a resource that matches both?"""
    if one.fields and other.fields:
        return all(overlap(mine, theirs) for mine, theirs in zip(one.fields, other.fields, strict=True))
    return overlap(one.whole, other.whole)
