"""Times work in a way that other work on the same machine disturbs little."""

import time
from collections.abc import Callable

REFERENCE = 0.0045
"""Seconds for 100,000 additions in a loop, on the machine that the aims are meant for (a core of 3 GHz, otherwise idle, with Python 3.11)."""


def loop() -> float:
    """Seconds for 100,000 additions, now."""
    start, total = time.process_time(), 0
    for number in range(100_000):
        total += number
    return time.process_time() - start


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of CPU time that some work takes, here and, by a loop that is timed right before and after, on a machine of reference speed."""
    before, start = loop(), time.process_time()
    work()
    taken = time.process_time() - start
    return taken, taken * REFERENCE / ((before + loop()) / 2)
