"""Threads that do the work of a collection, and can be left at any moment: what is not done by then is cut off, not forgotten."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Task:
    """Something to do, and what to note where it does not come to its end."""

    run: Callable[[], None]
    cut: Callable[[str], None]
    done: bool = field(default=False)


class Workers:
    """A pool of daemon threads: a call that hangs keeps no process alive."""

    def __init__(self, threads: int) -> None:
        self._todo: deque[Task] = deque()
        self._busy: set[Task] = set()
        self._changed = threading.Condition()
        self._closed = False
        self._failed: BaseException | None = None
        self.finished = 0
        self._threads = [threading.Thread(target=self._work, name=f"cloudsoc-{number}", daemon=True) for number in range(threads)]
        for thread in self._threads:
            thread.start()

    def submit(self, task: Task) -> None:
        """Have something done."""
        with self._changed:
            if not self._closed:
                self._todo.append(task)
                self._changed.notify()
                return
        task.cut("collection has ended")

    @property
    def left(self) -> int:
        """How much is queued or being done."""
        return len(self._todo) + len(self._busy)

    def wait(self, until: float | None, tick: Callable[[], None]) -> bool:
        """Wait for everything to be done; False where the time (of ``time.monotonic``) was over first. ``tick`` is called now and then.

        Raises what a task raised: tasks catch what AWS does, so that this is a mistake of ours.
        """
        with self._changed:
            while self._todo or self._busy:
                self._changed.wait(0.1)
                if self._failed:
                    raise self._failed
                if until is not None and time.monotonic() > until:
                    return False
                tick()
            if self._failed:
                raise self._failed
        return True

    def close(self, why: str = "") -> None:
        """End: what is queued or still running is cut off with the reason, and what it yet finds out counts no more."""
        with self._changed:
            self._closed = True
            left = [*self._todo, *self._busy]
            self._todo.clear()
            self._busy.clear()
            self._changed.notify_all()
        for task in left:
            task.done = True
            task.cut(why)

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self._closed

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._todo and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                task = self._todo.popleft()
                self._busy.add(task)
            try:
                task.run()
            except BaseException as error:  # noqa: BLE001 handed on to the thread that waits
                self._failed = self._failed or error
            with self._changed:
                self._busy.discard(task)
                self.finished += 1
                if not self._todo and not self._busy:
                    self._changed.notify_all()
