"""The pace of a collection: how fast each service of each region is asked, and when it is not asked any more.

For each account, region and service there is a token bucket. It starts at the rate that AWS documents, where it does (the table is handed in), slows down on
every answer that says so, those that botocore retries by itself included, and recovers. A ``Lane`` is one operation in one region: what workers choose their
next task by, so that what has to wait occupies no thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ConnectionError as NoConnection
from botocore.exceptions import HTTPClientError

from cloudsoc.engine.breaker import Endpoint, GivenUp
from cloudsoc.engine.expiry import Expiry

THROTTLING = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""The codes by which AWS says: slower (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html)."""

PATIENCE, ENOUGH = 120.0, 10
"""What was throttled for so many seconds, and so many times, without one answer in between is not asked any more."""
RECOVERY = 0.05
"""By how much of itself a rate that is below its ceiling grows in a second."""
_SENT = "cloudsoc-sent"


@dataclass(frozen=True)
class Rate:
    """How often something may be asked: ``per_second``, and ``burst`` calls at once after a rest.

    ``most``: the calls a second that it may grow to while nobody objects (default: ``per_second``). ``each``: every operation of the service has such a
    bucket of its own.
    """

    per_second: float
    burst: float
    most: float | None = None
    each: bool = False


Rates = Mapping[str, Rate]
"""Rates by ``service:Operation``, by ``service``, and under ``*`` for all others."""

UNLIMITED: Rates = {"*": Rate(10_000, 10_000)}
"""As fast as the threads go, until AWS objects."""


class Throttled:
    """How long something has been throttled without an answer in between, and AWS's word for it."""

    __slots__ = ("code", "count", "since")

    def __init__(self) -> None:
        self.count, self.since, self.code = 0, 0.0, ""

    def again(self, now: float, code: str) -> None:
        self.since = self.since if self.count else now
        self.count, self.code = self.count + 1, code

    def hopeless(self, now: float) -> bool:
        return self.count >= ENOUGH and now - self.since >= PATIENCE


class Bucket:
    """A token bucket whose rate halves when AWS throttles, and grows back."""

    __slots__ = ("_burst", "_ceiling", "_cut", "_floor", "_last", "_tokens", "rate", "throttled", "waiting")

    def __init__(self, rate: Rate, now: float) -> None:
        self.rate = rate.per_second
        self._ceiling = rate.most or rate.per_second
        self._floor = min(1.0, rate.per_second / 10)
        self._tokens = self._burst = max(1.0, rate.burst)
        self._last = now
        self._cut = float("-inf")
        self.throttled = Throttled()
        self.waiting = 0
        """Threads in the middle of a task that wait for their next call: they come before another task."""

    def delay(self, now: float) -> float:
        """Seconds until there is a token; 0.0 where there is one."""
        passed, self._last = now - self._last, now
        if passed > 0:
            if self.rate < self._ceiling:  # a rest is no evidence that more would be well
                self.rate = min(self._ceiling, self.rate * (1 + RECOVERY * min(passed, 1.0)))
            self._tokens = min(self._burst, self._tokens + passed * self.rate)
        return 0.0 if self._tokens > 0.999 else max(0.001, (1.0 - self._tokens) / self.rate)

    def take(self) -> None:
        """Take a token."""
        self._tokens -= 1.0

    def back(self) -> None:
        """Give back a token that was not used."""
        self._tokens = min(self._burst, self._tokens + 1.0)

    def slower(self, sent: float, now: float, code: str) -> None:
        """AWS throttled a call that was sent at that time. What was under way when the rate was last halved says nothing new."""
        self.throttled.again(now, code)
        if sent >= self._cut:
            self.rate = max(self._floor, self.rate / 2)
            self._tokens = min(self._tokens, 0.0)
            self._last = self._cut = now


class Lane:
    """One operation in one region: when it may be called again."""

    __slots__ = ("_buckets", "_lock", "endpoint", "operation", "running", "throttled", "waiting")

    def __init__(self, operation: str, buckets: tuple[Bucket, ...], endpoint: Endpoint, lock: threading.Lock) -> None:
        self.operation, self.endpoint = operation, endpoint
        self._buckets, self._lock = buckets, lock
        self.throttled = Throttled()
        self.running = 0
        """Tasks that were started from it and have not ended; the workers count them."""

    def take(self, now: float, *, task: bool = False) -> float:
        """Leave for one call, 0.0, or the seconds after which to ask again. What is given up needs no leave: it fails at once.

        ``task``: it is for a new task, and lets those go first that are in the middle of one.
        """
        with self._lock:
            if self.endpoint.dead or self._hopeless(now):
                return 0.0
            wait = self.endpoint.delay(now)
            for bucket in self._buckets:
                more = bucket.delay(now) or (1 / bucket.rate if task and bucket.waiting else 0.0)
                if more > wait:
                    wait = more
            if wait:
                return wait
            for bucket in self._buckets:
                bucket.take()
            self.endpoint.sending(now)
            return 0.0

    def wait(self, threads: int) -> None:
        """So many more threads, or fewer, wait in the middle of a task."""
        with self._lock:
            for bucket in self._buckets:
                bucket.waiting += threads

    def back(self) -> None:
        """A leave that was not used."""
        with self._lock:
            for bucket in self._buckets:
                bucket.back()
            self.endpoint.unsent()

    def given_up(self, now: float) -> GivenUp | None:
        """Why it is not called any more, if it is not."""
        if self.endpoint.dead:
            return GivenUp(*self.endpoint.dead)
        if one := self._hopeless(now):
            return GivenUp(
                f"throttled for too long ({one.code})", f"{one.count} calls in {now - one.since:.0f} s were each one too many for AWS; not asked again"
            )
        return None

    def _hopeless(self, now: float) -> Throttled | None:
        if self.throttled.count < ENOUGH and self._buckets[0].throttled.count < ENOUGH:  # as nearly always
            return None
        return next((one for one in (self.throttled, self._buckets[0].throttled) if one.hopeless(now)), None)

    def answered(self, now: float) -> None:
        """AWS answered, be it with an error."""
        with self._lock:
            self.endpoint.answered(now)
            self.throttled.count = self._buckets[0].throttled.count = 0

    def slower(self, sent: float, now: float, code: str) -> None:
        """AWS throttled a call."""
        with self._lock:
            self.endpoint.answered(now)
            self.throttled.again(now, code)
            self._buckets[0].slower(sent, now, code)  # a rate that was asked for is not AWS's to lower

    def lost(self, sent: float, now: float, what: str) -> None:
        """No answer came."""
        with self._lock:
            self.endpoint.failed(sent, now, what)


class _Mine(threading.local):
    held: Lane | None = None
    unsigned = False
    retried = throttled = 0


class Pace:
    """The lanes of one account, and what its clients tell them.

    ``rates``: where they start; None: as fast as the threads go. ``max_rate``: calls a second to any service of any region, at most. ``clock`` gives seconds
    (default: ``time.monotonic``).
    """

    def __init__(self, rates: Rates | None = None, max_rate: float | None = None, clock: Callable[[], float] | None = None) -> None:
        self.clock = clock or time.monotonic
        self.pause: Callable[[float], None] = time.sleep
        """How a thread waits; a collection puts its own in, which ends when it ends."""
        self.patient = True
        """Whether calls wait for their turn, and for what does not answer to come back; not those on which it depends whether there is a collection at all."""
        self.expiry = Expiry(self.clock)
        self._rates = UNLIMITED if rates is None else rates
        self._max = None if max_rate is None else Rate(max_rate, max_rate / 10)
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._buckets: dict[tuple[str, str, bool], Bucket] = {}
        self._endpoints: dict[tuple[str, str], Endpoint] = {}
        self._mine = _Mine()

    def lane(self, operation: str, region: str) -> Lane:
        """The lane of ``service:Operation`` in a region."""
        if (found := self._lanes.get((operation, region))) is not None:
            return found
        with self._making:
            if (operation, region) not in self._lanes:
                service = operation.partition(":")[0]
                endpoint = self._endpoints.setdefault((service, region), Endpoint(service, region))
                self._lanes[operation, region] = Lane(operation, tuple(self._buckets_of(operation, service, region)), endpoint, self._lock)
            return self._lanes[operation, region]

    def _buckets_of(self, operation: str, service: str, region: str) -> list[Bucket]:
        rate = self._rates.get(operation) or self._rates.get(service) or self._rates["*"]
        found = [self._bucket((operation if rate.each or operation in self._rates else service, region, True), rate)]
        if self._max is not None:
            found.append(self._bucket((service, region, False), self._max))
        return found

    def _bucket(self, key: tuple[str, str, bool], rate: Rate) -> Bucket:
        if key not in self._buckets:
            self._buckets[key] = Bucket(rate, self.clock())
        return self._buckets[key]

    # -- what a thread does ---------------------------------------------------------------------------------------------------

    def begin(self, lane: Lane) -> None:
        """The calling thread starts a task for which leave was taken: its first call in that lane needs no other."""
        self._mine.held = lane

    def end(self) -> None:
        """The task has ended; a leave that it did not use goes back."""
        held, self._mine.held = self._mine.held, None
        if held is not None:
            held.back()

    def tally(self) -> tuple[int, int]:
        """How many calls this thread has sent again so far, and how many of its calls AWS throttled."""
        return self._mine.retried, self._mine.throttled

    def unsent(self) -> None:
        """A call of this thread failed. Where that was before it was sent, there were no credentials to sign it with."""
        if self._mine.unsigned:
            self._mine.unsigned = False
            self.expiry.unsigned()

    def listen(self, client: Any, service: str) -> None:
        """Have a client keep the pace, and say how it goes."""
        event = client.meta.service_model.service_id.hyphenize()
        region = client.meta.region_name
        lanes: dict[str, Lane] = {}

        def lane_of(name: str) -> Lane:
            if name not in lanes:
                lanes[name] = self.lane(f"{service}:{name}", region)
            return lanes[name]

        def before(request: Any, operation_name: str, **_: Any) -> None:
            self._before(lane_of(operation_name), request.context)

        def after(parsed_response: Any, exception: Any, context: Any, **event: Any) -> None:
            self._after(lane_of(event["event_name"].rpartition(".")[2]), parsed_response, exception, context)

        def again(response: Any, operation: Any, request_dict: Any, **_: Any) -> float | None:
            return self._again(lane_of(operation.name), response, request_dict["context"])

        client.meta.events.register_first(f"request-created.{event}", before)  # before it is signed: a signature and its credentials do not keep
        client.meta.events.register(f"response-received.{event}", after)
        client.meta.events.register_last(f"needs-retry.{event}", again)  # botocore decides first

    def _before(self, lane: Lane, context: dict[str, Any]) -> None:
        """Each attempt of each call comes through here before it is signed."""
        mine = self._mine
        held = mine.held is lane
        if held:
            mine.held = None
        now = self.clock()
        if not held and (wait := lane.take(now)) and self.patient:
            lane.wait(+1)
            try:
                while wait:
                    self.pause(wait)
                    wait = lane.take(now := self.clock())
            finally:
                lane.wait(-1)
        if self.expiry.over:
            raise GivenUp(self.expiry.over, "")
        if self.patient and (why := lane.given_up(now)) is not None:
            raise why
        if context["retries"]["attempt"] > 1:
            mine.retried += 1
        context[_SENT] = now
        mine.unsigned = True

    def _after(self, lane: Lane, answer: Mapping[str, Any] | None, error: Exception | None, context: Mapping[str, Any]) -> None:
        mine = self._mine
        mine.unsigned = False
        now = self.clock()
        if answer is None:
            if isinstance(error, (NoConnection, HTTPClientError)):
                lane.lost(context[_SENT], now, type(error).__name__)
            return
        if _is_throttling(answer):
            mine.throttled += 1
            lane.slower(context[_SENT], now, str(answer["Error"].get("Code", "")))
            return
        lane.answered(now)
        if "Error" not in answer:
            self.expiry.accepted()

    def _again(self, lane: Lane, response: tuple[Any, Mapping[str, Any]] | None, context: Mapping[str, Any]) -> float | None:
        """Whether a call is sent again although botocore would not: 0.0, or None."""
        if response is None or "Error" not in (answer := response[1]):
            return None
        if _is_throttling(answer):  # as often as it takes, as long as there is hope: the wait is the limiter's
            return None if lane.given_up(self.clock()) else 0.0
        return 0.0 if self.expiry.renewed(str(answer["Error"].get("Code", "")), context[_SENT]) else None


def _is_throttling(answer: Mapping[str, Any]) -> bool:
    if "Error" not in answer:
        return False
    return answer["Error"].get("Code") in THROTTLING or answer.get("ResponseMetadata", {}).get("HTTPStatusCode") == 429
