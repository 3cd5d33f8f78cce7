"""The circuit breaker of one service in one region: what does not answer is tried now and then, for a while, by one call at a time; then it is left alone."""

from __future__ import annotations

PATIENCE = 20.0
"""Seconds for which a service that cannot be reached is tried, at least twice."""
_LOST = 45.0
"""Seconds after which a trial of which nothing was heard counts as over: the longest that a call may take, and some."""


class GivenUp(RuntimeError):
    """Something is not asked any more: ``error`` is the cause in few words."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error


class Endpoint:
    """One service in one region. Not locked: its lane is."""

    __slots__ = ("_answered", "_counted", "_failures", "_first", "_next", "_trial", "dead", "region", "service")

    def __init__(self, service: str, region: str) -> None:
        self.service, self.region = service, region
        self.dead: tuple[str, str] | None = None
        self._failures = 0
        self._answered = self._counted = float("-inf")
        self._first = self._next = self._trial = 0.0

    def delay(self, now: float) -> float:
        """Seconds until a call may be sent; 0.0 for now."""
        if not self._failures or self.dead:
            return 0.0
        return min(0.5, max(0.0, max(self._next, self._trial) - now))

    def sending(self, now: float) -> None:
        """A call goes out; while it is doubtful whether anybody answers, no second one beside it."""
        if self._failures:
            self._trial = now + _LOST

    def unsent(self) -> None:
        """It did not go out after all."""
        self._trial = 0.0

    def answered(self, now: float) -> None:
        """Somebody is there."""
        self._failures, self._trial, self._answered = 0, 0.0, now

    def failed(self, sent: float, now: float, what: str) -> None:
        """A call that was sent at that time came to nothing. Calls that were under way at once count once, and not at all if another was answered since."""
        if sent < max(self._answered, self._counted) or self.dead:
            return
        self._first = self._first if self._failures else sent
        self._failures += 1
        self._counted, self._trial = now, 0.0
        self._next = now + min(2.0 ** (self._failures - 1), 8.0)
        if self._failures > 1 and now - self._first >= PATIENCE:
            self.dead = (
                f"not reachable ({what})",
                f"{self.service} in {self.region}: {self._failures} trials in {now - self._first:.0f} s came to nothing; not asked again",
            )
