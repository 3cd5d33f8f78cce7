"""Virtual time for threads: it moves on when all of them wait, to the moment that the first of them waits for. Nothing sleeps."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

_REAL_THREAD = threading.Thread


class _Waiter:
    def __init__(self, until: float) -> None:
        self.until, self.event, self.done = until, threading.Event(), False


class VirtualTime:
    """Stands in for ``threading`` and ``time`` in the modules of the engine; the thread that makes it takes part as well."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._lock = threading.Lock()
        self._running = 1
        self._waiting: list[_Waiter] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        outer = self

        class Thread(_REAL_THREAD):
            def start(self) -> None:
                with outer._lock:
                    outer._running += 1
                super().start()

            def run(self) -> None:
                try:
                    super().run()
                finally:
                    with outer._lock:
                        outer._running -= 1
                        outer._move()

        time = SimpleNamespace(monotonic=self.now, sleep=self.sleep)
        monkeypatch.setattr(
            "cloudsoc.engine.workers.threading", SimpleNamespace(Thread=Thread, Lock=threading.Lock, Condition=self.condition, local=threading.local)
        )
        monkeypatch.setattr("cloudsoc.engine.pace.time", time)
        monkeypatch.setattr("botocore.endpoint.time", time)

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._wait(_Waiter(self._now + seconds), lambda: None, lambda: None)

    def condition(self, lock: Any) -> Any:
        waiters: list[_Waiter] = []

        def wait(seconds: float | None = None) -> None:
            waiter = _Waiter(float("inf") if seconds is None else self._now + seconds)
            waiters.append(waiter)
            self._wait(waiter, lock.release, lock.acquire)
            if waiter in waiters:
                waiters.remove(waiter)

        def notify(count: int = 1) -> None:
            for _ in range(min(count, len(waiters))):
                with self._lock:
                    self._wake(waiters.pop(0))

        return _Condition(lock, wait, notify)

    def _wait(self, waiter: _Waiter, release: Callable[[], Any], acquire: Callable[[], Any]) -> None:
        release()
        with self._lock:
            self._running -= 1
            if not waiter.done:  # somebody was quicker
                self._waiting.append(waiter)
            self._move()
        waiter.event.wait()
        acquire()

    def _wake(self, waiter: _Waiter) -> None:
        if not waiter.done:
            waiter.done = True
            self._running += 1
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            waiter.event.set()

    def _move(self) -> None:
        while not self._running and (due := [one for one in self._waiting if one.until < float("inf")]):
            self._now = max(self._now, min(one.until for one in due))
            for one in [one for one in due if one.until <= self._now]:
                self._wake(one)


class _Condition:
    def __init__(self, lock: Any, wait: Callable[..., None], notify: Callable[..., None]) -> None:
        self._lock, self.wait, self.notify = lock, wait, notify

    def notify_all(self) -> None:
        self.notify(10**6)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
