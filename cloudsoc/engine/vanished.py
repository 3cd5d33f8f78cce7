"""Resources that vanish between listing and reading: their listing is asked once more, and only once."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable

from cloudsoc.engine.signature import Kind
from cloudsoc.model.fact import Address


class Relisted:
    """What is still there of what AWS says is gone. ``again`` lists what a resource was found among: the ids, or None where that could not be read."""

    def __init__(self, again: Callable[[Address], set[str] | None]) -> None:
        self._again = again
        self._found: dict[tuple[Kind, str], set[str] | None] = {}
        self._locks: dict[tuple[Kind, str], threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def without(self, address: Address) -> bool:
        """Whether the listing agrees that a resource is not there any more."""
        key = (address.kind, address.parent.id if address.parent else "")
        with self._lock:
            lock = self._locks[key]
        with lock:  # many vanish at once, and one listing answers for all
            if key not in self._found:
                self._found[key] = self._again(address)
        found = self._found[key]
        return found is not None and address.id not in found


def gone_codes(address: Address) -> tuple[str, ...]:
    """The codes by which AWS says that a resource, or what it exists in, is not there any more."""
    at: Address | None = address
    codes: tuple[str, ...] = ()
    while at is not None and at.kind.listing:
        codes += at.kind.listing.gone
        at = at.parent
    return codes
