"""What a check may say, and what stands where nothing could be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import total_ordering
from typing import Any


@total_ordering
class Severity(Enum):
    """How much a failure matters; ordered from ``LOW`` to ``CRITICAL``."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Severity):
            return NotImplemented
        order = list(Severity)
        return order.index(self) < order.index(other)


LOW, MEDIUM, HIGH, CRITICAL = Severity


class Profile(Enum):
    """Which selection a check belongs to: ``CORE`` runs unless something else is asked for."""

    CORE = "core"
    EXTENDED = "extended"


CORE, EXTENDED = Profile


@dataclass(frozen=True, slots=True, order=True)
class Unread:
    """Something that is not known, and why: it stands where the fact would.

    ``operation`` is ``service:Operation`` as AWS writes it (or the name of what is missing), ``error`` AWS's error code or a short cause, ``message`` what AWS
    said besides (shortened), ``region`` and ``account`` where it was asked. ``outside`` marks what was left out on purpose, by the scope that was asked for.
    """

    operation: str
    error: str
    region: str = ""
    account: str = ""
    message: str = ""
    outside: bool = False

    def elsewhere(self, region: str) -> bool:
        """Whether it is certainly about another region than this one; what is global or unknown may be about any."""
        return "-" in self.region and "-" in region and self.region != region

    def __str__(self) -> str:
        if self.operation.startswith("setting "):
            return self.error
        place = " in ".join(part for part in (self.region, self.account) if part)
        return f"{self.operation}: {self.error}" + (f" ({place})" if place else "")


class Incomplete(BaseException):
    """Somebody looked at something unread. Only the engine catches it: a ``BaseException``, so that no ``except Exception`` turns it into an answer."""

    def __init__(self, *unread: Unread) -> None:
        super().__init__("; ".join(map(str, unread)))
        self.unread = unread


@dataclass(frozen=True, slots=True)
class Passed:
    """The requirement holds; ``reason`` is the positive evidence in words."""

    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """The requirement does not hold. ``severity`` may lower the check's own severity, by exposure; it never raises it."""

    reason: str
    severity: Severity | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The requirement does not concern this resource, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotAssessed:
    """Only the engine says this: what would decide could not be read."""

    causes: tuple[Unread, ...]

    @property
    def reason(self) -> str:
        """The causes as one line."""
        return "; ".join(map(str, self.causes))


Verdict = Passed | Failed | NotApplicable
"""What a check returns."""


class Inapplicable(BaseException):
    """Somebody looked at a fact that does not exist for this resource (``when=``). Only the engine catches it."""

    def __init__(self, because: NotApplicable) -> None:
        super().__init__(because.reason)
        self.because = because
