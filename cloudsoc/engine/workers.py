"""Threads that do the work of a collection, and can be left at any moment: what is not done by then is cut off, not forgotten.

A task is started when its lane has leave for a call, and lanes take turns, so that a service which has to be asked slowly holds up no other. A thread that
waits in the middle of a task, or hangs in a call, does not count: another does meanwhile what else there is.
"""

from __future__ import annotations

import heapq
import itertools
import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from cloudsoc.engine.pace import Lane, Pace

SLOW = 2.0
"""Seconds after which a task that neither ended nor waits counts as hanging."""
MOST = 4
"""How many times as many threads there may be, those included that wait or hang."""
_LOOK = 0.1
_SOON = 1.0
"""A lane that has to wait is looked at again after this many seconds at the latest: things may have changed."""


class Ended(BaseException):
    """The collection has ended while a task waited. Only the engine catches it."""


@dataclass(eq=False, slots=True)
class Task:
    """Something to do, what to note where it does not come to its end, and the lane of its first call (None: it makes none)."""

    run: Callable[[], None]
    cut: Callable[[str], None]
    lane: Lane | None = None
    since: float = field(default=0.0)
    away: bool = field(default=False)
    """It waits or hangs: its thread is not counted."""


class Workers:
    """A pool of daemon threads: a call that hangs keeps no process alive."""

    def __init__(self, threads: int, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._size = threads
        self._queues: dict[Lane | None, deque[Task]] = {}
        self._ready: deque[Lane | None] = deque()
        self._later: list[tuple[float, int, Lane | None]] = []
        self._order = itertools.count()
        self._queued = 0
        self._left: deque[Task] = deque()
        self._busy: set[Task] = set()
        self._away = 0
        self._idle = 0
        self._watched = math.inf
        lock = threading.Lock()
        self._work = threading.Condition(lock)
        self._paused = threading.Condition(lock)
        self._changed = threading.Condition(lock)
        self._closed = False
        self._stopped = ""
        self._failed: BaseException | None = None
        self._mine = threading.local()
        self.finished = 0
        self._threads = 0
        with self._work:
            for _ in range(threads):
                self._start()

    def _start(self) -> None:
        self._threads += 1
        threading.Thread(target=self._run, name=f"cloudsoc-{self._threads}", daemon=True).start()

    def submit(self, task: Task) -> None:
        """Have something done."""
        with self._work:
            if not self._closed:
                queue = self._queues.get(task.lane)
                if queue is None:
                    queue = self._queues[task.lane] = deque()
                if not queue:
                    self._ready.append(task.lane)
                queue.append(task)
                self._queued += 1
                self._work.notify()
                return
        task.cut("collection has ended")

    @property
    def left(self) -> int:
        """How much is queued or being done."""
        return self._queued + len(self._busy)

    def wait(self, until: float | None, tick: Callable[[], None]) -> str:
        """Wait for everything to be done: the empty text, or why it ended before: ``deadline``, once that time of the pace's clock was over, or what ``stop`` said.

        ``tick`` is called now and then. Raises what a task raised: tasks catch what AWS does, so that this is a mistake of ours.
        """
        while True:
            with self._changed:
                if self._failed:
                    raise self._failed
                if not self._queued and not self._busy:
                    return ""
                if self._stopped:
                    return self._stopped
                now = self._pace.clock()
                if until is not None and now > until:
                    return "deadline"
                self._look_for_slow(now)
                self._changed.wait(_LOOK)
            tick()

    def stop(self, why: str) -> None:
        """Have the one who waits be told that there is no sense in going on."""
        with self._changed:
            self._stopped = self._stopped or why
            self._changed.notify_all()

    def close(self, why: str = "") -> None:
        """End: what is queued or still running is cut off with the reason, and what it yet finds out counts no more."""
        with self._work:
            self._closed = True
            self._left.extend((*itertools.chain(*self._queues.values()), *self._busy))
            self._queues.clear()
            self._ready.clear()
            self._later.clear()
            self._queued = 0
            self._busy.clear()
            for condition in (self._work, self._paused, self._changed):
                condition.notify_all()
        while self._left:  # one by one: where Ctrl-C comes in between, the next who ends it goes on
            self._left[0].cut(why)
            self._left.popleft()

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self._closed

    def pause(self, seconds: float) -> None:
        """Have the calling task wait, while its thread's place is another's. Raises ``Ended`` as soon as everything ends."""
        until = self._pace.clock() + seconds
        task: Task | None = getattr(self._mine, "task", None)
        with self._paused:
            if task is not None and not task.away:
                task.away = True
                self._away += 1
            self._lend()
            try:
                while not self._closed and (left := until - self._pace.clock()) > 0:
                    self._paused.wait(max(0.001, left))
                if self._closed:
                    raise Ended
            finally:
                self._back(task)

    def _back(self, task: Task | None) -> None:
        if task is not None:
            if task.away:
                self._away -= 1
            task.away, task.since = False, self._pace.clock()

    def _lend(self) -> None:
        """A thread more, where none is free for what could be done."""
        if self._idle:
            self._work.notify()
        elif self._queued and self._threads < MOST * self._size and not self._closed:
            self._start()

    def _look_for_slow(self, now: float) -> None:
        for task in self._busy:
            if not task.away and now - task.since > SLOW:
                task.away = True
                self._away += 1
                self._lend()

    # -- the threads ----------------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (task := self._take()) is not None:
            self._mine.task = task
            try:
                if task.lane is not None:
                    self._pace.begin(task.lane)
                try:
                    task.run()
                finally:
                    if task.lane is not None:
                        self._pace.end()
            except Ended:
                pass
            except BaseException as error:  # noqa: BLE001 handed on to the thread that waits
                self._failed = self._failed or error
            with self._work:
                self._back(task)
                self._busy.discard(task)
                if task.lane is not None:
                    task.lane.running -= 1
                self.finished += 1
                if not self._queued and not self._busy:
                    self._changed.notify_all()

    def _take(self) -> Task | None:
        """The next task, as soon as there is one that may start; None at the end."""
        with self._work:
            while not self._closed:
                if self._queued and len(self._busy) - self._away < self._size:
                    now = self._pace.clock()
                    if (task := self._next(now)) is not None:
                        task.since = now
                        self._busy.add(task)
                        if self._queued and self._idle:
                            self._work.notify()
                        return task
                self._wait()
            return None

    def _wait(self) -> None:
        """Sleep until there is something; one of the threads that do watches for what becomes due."""
        due = self._later[0][0] if self._later else math.inf
        watching = due < self._watched
        if watching:
            self._watched = due
        self._idle += 1
        self._work.wait(max(0.001, due - self._pace.clock()) if watching else None)
        self._idle -= 1
        if watching and self._watched == due:
            self._watched = math.inf

    def _next(self, now: float) -> Task | None:
        while self._later and self._later[0][0] <= now:
            self._ready.append(heapq.heappop(self._later)[2])
        for _ in range(len(self._ready)):
            lane = self._ready.popleft()
            if lane is not None and (wait := _LOOK if lane.running >= self._size else lane.take(now, task=True)):
                heapq.heappush(self._later, (now + min(wait, _SOON), next(self._order), lane))
                continue
            queue = self._queues[lane]
            task = queue.popleft()
            self._queued -= 1
            if queue:
                self._ready.append(lane)
            if lane is not None:
                lane.running += 1
            return task
        return None
