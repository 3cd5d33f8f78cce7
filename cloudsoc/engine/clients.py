"""The clients of a collection: few, shared, and guarded. They ask what facts declared and refuse everything else before it leaves the process."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cloudsoc.engine.answers import readable
from cloudsoc.engine.breaker import GivenUp
from cloudsoc.engine.pace import Pace
from cloudsoc.engine.shape import operation_model, takes
from cloudsoc.model.verdict import Unread

TOKENS = ("NextToken", "nextToken", "NextMarker", "Marker", "marker", "NextPageToken", "PaginationToken", "ContinuationToken", "NextContinuationToken")
"""The members in which AWS says that an answer goes on, for operations that botocore has no paginator for."""
_GOES_BACK_AS = {"NextMarker": "Marker", "NextContinuationToken": "ContinuationToken", "NextPageToken": "PageToken"}
_LONG = re.compile(r"[A-Za-z0-9+/=_-]{64,}")


class UndeclaredOperation(PermissionError):
    """A call that no fact declared: refused before it left the process."""


class UnreadPages(RuntimeError):
    """An answer goes on, and nothing says how to ask for the rest."""


class Clients:
    """One client a service and region, made when first asked for; ``pace`` says how fast they may ask."""

    def __init__(self, session: Any, allowed: Collection[str], threads: int, config: Config | None = None, pace: Pace | None = None) -> None:
        self._session = session
        self.pace = pace or Pace()
        self._allowed = frozenset(allowed)
        self._clients: dict[tuple[str, str], Any] = {}
        self._asked: dict[str, Mapping[str, Any]] = {}
        self._lock = threading.Lock()  # sessions are not made for threads; clients are
        own = Config(
            retries={"mode": "standard", "total_max_attempts": 5},
            connect_timeout=5,
            read_timeout=30,
            max_pool_connections=threads,
            s3={"addressing_style": "path"},  # one host a region instead of one a bucket
            user_agent_extra="cloudsoc",
        )
        self._config = own.merge(config) if config else own

    def client(self, service: str, region: str) -> Any:
        """The client of a service in a region."""
        key = (service, region)
        if (found := self._clients.get(key)) is not None:
            return found
        with self._lock:
            if key not in self._clients:
                client = self._session.client(service, region_name=region, config=self._config)
                client.meta.events.register("before-parameter-build", self._guard(service))
                self.pace.listen(client, service)
                client.meta.events.register("response-received", readable(service))
                self._clients[key] = client
            return self._clients[key]

    def _guard(self, service: str) -> Any:
        def guard(model: Any, **_: Any) -> None:
            if (operation := f"{service}:{model.name}") not in self._allowed:
                raise UndeclaredOperation(f"{operation} is not declared by any fact of this scan")

        return guard

    def ahead(self, operation: str, region: str) -> Mapping[str, Any]:
        """Ask something whose answer holds for the whole collection; whoever asks it later gets this answer."""
        self.pace.patient = False
        try:
            (self._asked[operation],) = answers = list(self.pages(operation, region, {}))
        finally:
            self.pace.patient = True
        return answers[0]

    def kept(self, operation: str) -> Mapping[str, Any] | None:
        """The answer that was asked ahead, if it was."""
        return self._asked.get(operation)

    def pages(self, operation: str, region: str, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """All pages of ``service:Operation``. Raises what botocore raises, and ``UnreadPages`` where an answer goes on that cannot be followed."""
        if (answer := self._asked.get(operation)) is not None:
            yield answer
            return
        try:
            yield from self._pages(operation, region, request)
        except Exception:
            self.pace.unsent()
            raise

    def _pages(self, operation: str, region: str, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        service, _, name = operation.partition(":")
        client = self.client(service, region)
        method = xform_name(name)
        if client.can_paginate(method):
            yield from client.get_paginator(method).paginate(**request)
            return
        seen: set[str] = set()
        asked = dict(request)
        while True:
            page: Mapping[str, Any] = getattr(client, method)(**asked)
            yield page
            told = token_of(operation, page)
            if told is None:
                return
            name_, token = told
            back = next((one for one in (_GOES_BACK_AS.get(name_, name_), name_) if one in takes(operation)), None)
            if back is None or token in seen:
                raise UnreadPages(f"the answer goes on ({name_}) and cannot be followed")
            seen.add(token)
            asked[back] = token


def token_of(operation: str, page: Mapping[str, Any]) -> tuple[str, str] | None:
    """The member and the token by which an answer says that it goes on."""
    shape = operation_model(operation).output_shape
    if page.get("IsTruncated") is False:
        return None
    for name in TOKENS:
        if shape is not None and name in shape.members and (token := page.get(name)) and not (name in ("Marker", "marker") and token == ""):
            return name, str(token)
    return None


def request_id(page: Mapping[str, Any]) -> str:
    """AWS's own id of a request, by which it can be found again in CloudTrail."""
    return str(page.get("ResponseMetadata", {}).get("RequestId", ""))


def code_of(error: Exception) -> str:
    """AWS's error code, or the kind of error where AWS said nothing."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code") or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or "Unknown")
    return error.error if isinstance(error, GivenUp) else type(error).__name__


def unread(operation: str, error: Exception, region: str, account: str) -> Unread:
    """An error as what stands in the place of the fact."""
    if isinstance(error, ClientError):
        said = str(error.response.get("Error", {}).get("Message", ""))
    elif isinstance(error, (BotoCoreError, GivenUp, UndeclaredOperation, UnreadPages, NotImplementedError)):
        said = str(error)
    else:
        said = ""  # whatever it is, its text may quote what the account holds
    return Unread(operation, code_of(error), region, account, message=shortened(said))


def shortened(text: str) -> str:
    """The first line of what AWS said, without anything long enough to be a secret or a token. A refusal says last which policy refused."""
    return _LONG.sub("...", text.partition("\n")[0])[:600]
