"""One asking: what a reading function may call, and the line of the collection record that each call leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from cloudsoc.engine.clients import Clients, UnreadPages, request_id, token_of, unread
from cloudsoc.engine.inventory import CallRecord
from cloudsoc.engine.shape import follow
from cloudsoc.model.fact import Reading
from cloudsoc.model.verdict import Unread


class Records:
    """The collection record: its lines, and what is being asked."""

    def __init__(self, lines: list[CallRecord]) -> None:
        self._lines = lines
        self._open: set[Record] = set()
        self._lock = threading.Lock()
        self._ended = False

    def open(self, subject: str, region: str, tally: Callable[[], tuple[int, int]]) -> Record:
        """Something is asked; ``tally`` counts what its thread had to send again, and what of that AWS throttled."""
        record = Record(self._write, subject, region, tally)
        with self._lock:
            self._open.add(record)
        return record

    def close(self, record: Record) -> None:
        """It was answered, or not."""
        record.close()
        with self._lock:
            self._open.discard(record)

    def end(self, why: str) -> None:
        """Nobody waits any more for what is open: that is what its line says."""
        with self._lock:
            self._ended = True
            self._lines += [line for record in self._open if (line := record.cut(why))]
            self._lines.sort(key=lambda call: (call.operation, call.region, call.subject, call.started))

    def _write(self, line: CallRecord) -> None:
        with self._lock:
            if not self._ended:
                self._lines.append(line)


class Record:
    """The collection record of one asking: a line for each operation, closed when the next begins."""

    def __init__(self, write: Callable[[CallRecord], None], subject: str, region: str, tally: Callable[[], tuple[int, int]]) -> None:
        self._write, self._subject, self.region, self._tally = write, subject, region, tally
        self.operation = ""
        self._reset()

    def _reset(self) -> None:
        self._started = datetime.now(UTC)
        self._pages = self._items = 0
        self._ids: list[str] = []
        self._outcome, self._message, self._about = "read", "", ""
        self._before = self._tally()
        self._open = False

    def begin(self, operation: str, request: Mapping[str, Any] | None = None) -> None:
        """A call starts; what it is about is said by the names in its request, where a reading function chose them."""
        self.end()
        self._about = " ".join(_names(request or {})) or self._subject
        self.operation, self._open = operation, True

    def again(self, operation: str, request: Mapping[str, Any]) -> None:
        """A call goes on with a further page; where others were made in between, on a line of its own."""
        if not self._open or self.operation != operation:
            self.begin(operation, request)

    def page(self, page: Mapping[str, Any], at: str) -> None:
        """A page has come."""
        self._pages += 1
        if one := request_id(page):
            self._ids.append(one)
        self._items += _count(at, page)

    def failed(self, error: Exception) -> None:
        """The call failed, for now or for good."""
        told = unread(self.operation, error, self.region, "")
        self._outcome, self._message = told.error, told.message
        response = getattr(error, "response", None)
        if isinstance(response, Mapping) and (one := request_id(response)):
            self._ids.append(one)

    def end(self) -> None:
        """The call has ended: its line is written."""
        if self._open:
            (retried, throttled), before = self._tally(), self._before
            self._write(self._line(self._outcome, retried - before[0], throttled - before[1]))
        self._reset()

    close = end

    def cut(self, why: str) -> CallRecord | None:
        """The line of a call that nobody waits for any more, if one is under way; asked by another thread than its own."""
        return self._line(why) if self._open else None

    def _line(self, outcome: str, retries: int | None = None, throttled: int | None = None) -> CallRecord:
        return CallRecord(
            self.operation,
            self.region,
            self._about,
            self._started,
            datetime.now(UTC),
            self._pages,
            self._items,
            outcome,
            self._message,
            tuple(self._ids),
            retries,
            throttled,
        )


def _names(value: Any) -> Iterator[str]:
    """The texts in a request: the names and values by which a reading function chose."""
    match value:
        case str():
            yield value
        case Mapping():
            for inner in value.values():
                yield from _names(inner)
        case list() | tuple():
            for inner in value:
                yield from _names(inner)


def _count(at: str, page: Mapping[str, Any]) -> int:
    try:
        return sum(1 for _ in follow(at, page))
    except (KeyError, TypeError, AttributeError):
        return 0


class Undeclared(Exception):
    """A reading function has a setting that nobody declared."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class CallsOf:
    """What a reading function gets (``model.Calls``): calls to what it declared."""

    def __init__(self, clients: Clients, reading: Reading, record: Record, region: str, account: str) -> None:
        self._clients, self._reading, self._record = clients, reading, record
        self._region, self._account = region, account

    def _declared(self, operation: str) -> str:
        if operation not in self._reading.operations:
            raise PermissionError(f"{operation} is not declared by {self._reading.function.__name__}")
        return operation

    def __call__(self, operation: str, /, **request: Any) -> Mapping[str, Any]:
        if (kept := self._clients.kept(self._declared(operation))) is not None and not request:
            return kept
        pages = self._clients.pages(self._declared(operation), self._region, request)
        self._record.begin(operation, request)
        page = next(pages)
        self._record.page(page, "")
        if token_of(operation, page) is not None:
            raise UnreadPages(f"{operation} has more pages: ask for its items")
        self._record.end()
        return page

    def tried(self, operation: str, /, **request: Any) -> Mapping[str, Any] | Unread:
        try:
            return self(operation, **request)
        except Exception as error:  # noqa: BLE001 it stands in the row
            self._record.failed(error)
            self._record.end()
            return unread(operation, error, self._record.region, self._account)

    def items(self, path: str, /, **request: Any) -> Iterator[Any]:
        operation, _, inside = path.partition(".")
        self._record.begin(self._declared(operation), request)
        pages = self._clients.pages(operation, self._region, request)
        while True:
            try:
                page = next(pages, None)
            except Exception:
                self._record.again(operation, request)
                raise
            if page is None:
                break
            self._record.again(operation, request)
            self._record.page(page, inside)
            yield from follow(inside, page)
        self._record.end()

    def pause(self, seconds: float) -> None:
        self._clients.pace.pause(seconds)
