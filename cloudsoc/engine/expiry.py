"""Credentials that run out while a collection runs: renewed where they can be, and otherwise noticed soon, so that nothing is asked in vain."""

from __future__ import annotations

import threading
from collections.abc import Callable

REFUSED = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "RequestExpired",
        "UnrecognizedClientException",
    }
)
"""The codes by which AWS says that it does not accept the credentials. A region that is not enabled says the same, so that one of them proves nothing."""

ENOUGH = 3
"""So many refusals, and not one answer in between, are reason to ask whether the credentials still hold."""
_AT_MOST_EVERY = 5.0


class Expiry:
    """Watches whether the credentials hold.

    ``renew`` fetches others and says whether they are others; ``lost`` asks whether they hold and says why they do not, or None; ``stop`` ends the collection.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.renew: Callable[[], bool] = lambda: False
        self.lost: Callable[[], str | None] = lambda: None
        self.stop: Callable[[str], None] = lambda _: None
        self._clock = clock
        self._lock = threading.Lock()
        self._asking = threading.local()
        self._count, self._enough = 0, ENOUGH
        self._renewed = self._tried = float("-inf")
        self.over = ""
        """Why the credentials hold no more, once they do not."""

    def accepted(self) -> None:
        """AWS accepted them."""
        self._count = 0

    def renewed(self, code: str, sent: float) -> bool:
        """Whether a call that was sent at that time and refused with that code should be sent again, since there are other credentials now."""
        if code not in REFUSED or getattr(self._asking, "now", False):
            return False
        with self._lock:
            if sent < self._renewed:
                return True
            if self.over:
                return False
            if self._clock() - self._tried >= _AT_MOST_EVERY:
                self._tried = self._clock()
                if self.renew():
                    self._renewed = self._clock()
                    return True
            self._refused()
            return False

    def unsigned(self) -> None:
        """A call could not be signed: there were no credentials to be had."""
        if not getattr(self._asking, "now", False):
            with self._lock:
                self._refused()

    def _refused(self) -> None:
        self._count += 1
        if self.over or self._count < self._enough:
            return
        self._asking.now = True
        try:
            why = self.lost()
        finally:
            self._asking.now = False
        self._count = 0
        if why is None:
            self._enough *= 2
        else:
            self.over = f"the credentials are not accepted any more: {why}"
            self.stop(self.over)
