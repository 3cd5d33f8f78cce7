"""Python's garbage collector while much is collected that is no garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def relaxed() -> Iterator[None]:
    """It walks all that was collected, again and again, and finds nothing to free: while collecting it does so seldom."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
