"""A clock that runs fast: what takes minutes of waiting (limits, patience, polls, retries) takes a moment."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

SPEED = 400.0
"""Seconds of it in a second."""


class _Condition(threading.Condition):
    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(None if timeout is None else timeout / SPEED)


def run_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here to the end of a test, limiter, breaker, polls and botocore's retries live by that clock."""
    monkeypatch.setattr(
        "cloudsoc.engine.pace.time", SimpleNamespace(monotonic=lambda: time.monotonic() * SPEED, sleep=lambda seconds: time.sleep(seconds / SPEED))
    )
    monkeypatch.setattr(
        "cloudsoc.engine.workers.threading", SimpleNamespace(Condition=_Condition, Lock=threading.Lock, Thread=threading.Thread, local=threading.local)
    )
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None, time=time.time))
