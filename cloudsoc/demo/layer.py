"""The thin layer in front of moto: it recognises each call, records it, lets faults happen, and puts right what moto gets wrong."""

from __future__ import annotations

import io
import json
import os
import socket
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from cloudsoc.demo.additions import added
from cloudsoc.demo.answer import Answer, broken_off, json_answer, refusal, takes_token, with_another_page, with_wrong_type
from cloudsoc.demo.call import Call, Request, recognise, sent_members
from cloudsoc.demo.corrections import corrected, refused
from cloudsoc.demo.fault import CONTROL, Fault

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

UNKNOWN = "unknown:Unknown"


@dataclass(slots=True)
class _Rule:
    """A fault and how often it has fitted so far."""

    fault: Fault
    seen: int = 0

    def strikes(self) -> bool:
        """Counts a call that fits; whether the fault happens to it."""
        self.seen += 1
        past = self.seen - self.fault.after
        return past > 0 and (self.fault.times is None or past <= self.fault.times)


@dataclass(slots=True)
class _Recorded:
    """One call as it came in, and what became of it."""

    number: int
    operation: str
    region: str
    fault: str | None = None
    status: int | None = None


class Layer:
    """A WSGI application around another one."""

    def __init__(self, inner: WSGIApplication, *, latency: float = 0.0, faults: Iterable[Fault] = ()) -> None:
        self._inner = inner
        self._latency = latency
        self._rules = [_Rule(fault) for fault in faults]
        self._calls: list[_Recorded] = []
        self._number = 0
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one HTTP request."""
        body = _read_body(environ)
        path = environ.get("PATH_INFO", "/")
        if path.startswith(CONTROL):
            return _send(self._control(environ["REQUEST_METHOD"], path.removeprefix(CONTROL), body), start_response)
        request = Request(
            method=environ["REQUEST_METHOD"],
            path=path.encode("latin-1").decode("utf-8", "replace"),
            query=environ.get("QUERY_STRING", ""),
            body=body,
            content_type=environ.get("CONTENT_TYPE", ""),
            authorization=environ.get("HTTP_AUTHORIZATION", ""),
            target=environ.get("HTTP_X_AMZ_TARGET", ""),
            headers=frozenset(name.removeprefix("HTTP_").replace("_", "-").lower() for name in environ if name.startswith("HTTP_")),
        )
        return _send(self._answer(recognise(request), request, environ), start_response)

    def _answer(self, call: Call | None, request: Request, environ: WSGIEnvironment) -> Answer:
        fault, recorded = self._arrived(call, request)
        time.sleep(self._latency)
        if call is None:
            answer = self._ask(environ)
        elif fault is not None:
            answer = self._spoilt(call, fault, request, environ)
        else:
            answer = self._true_answer(call, request, environ)
        recorded.status = answer.status
        return answer

    def _arrived(self, call: Call | None, request: Request) -> tuple[Fault | None, _Recorded]:
        with self._lock:
            self._number += 1
            fault = self._fault(call, request) if call is not None else None
            recorded = _Recorded(
                self._number, call.name if call is not None else UNKNOWN, call.region if call is not None else "", fault.kind if fault is not None else None
            )
            self._calls.append(recorded)
            return fault, recorded

    def _fault(self, call: Call, request: Request) -> Fault | None:
        for rule in self._rules:
            if rule.fault.fits(call.name, call.region, request.text) and rule.strikes():
                return rule.fault
        return None

    def _true_answer(self, call: Call, request: Request, environ: WSGIEnvironment) -> Answer:
        return refused(call, request) or added(call, request) or corrected(call, request, self._ask(environ))

    def _spoilt(self, call: Call, fault: Fault, request: Request, environ: WSGIEnvironment) -> Answer:
        match fault.kind:
            case "hang":
                Event().wait()  # the thread is a daemon's: it ends with the process
                raise AssertionError("unreachable")
            case "reset":
                _reset(environ["werkzeug.socket"])
                raise ConnectionResetError("as asked")
            case "malformed":
                return broken_off(self._true_answer(call, request, environ))
            case "wrong-type":
                return with_wrong_type(call, self._true_answer(call, request, environ), fault.member)
            case "last-page" if not takes_token(call, sent_members(request)):
                return with_another_page(call, self._true_answer(call, request, environ))
            case _:
                return refusal(call, fault)

    def _ask(self, environ: WSGIEnvironment) -> Answer:
        """What the application behind says."""
        status = ""
        headers: tuple[tuple[str, str], ...] = ()

        def start_response(said: str, said_headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
            nonlocal status, headers
            status, headers = said, tuple(said_headers)
            return lambda _: None

        chunks = self._inner(environ, start_response)
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return Answer(int(status.split()[0]), headers, body)

    def _control(self, method: str, what: str, body: bytes) -> Answer:
        said: Any = None
        with self._lock:
            match method, what:
                case "GET", "calls":
                    said = [asdict(call) for call in self._calls]
                case "DELETE", "calls":
                    self._calls.clear()
                case "PUT", "faults":
                    self._rules = [_Rule(Fault.from_json(fault)) for fault in json.loads(body)]
                case "POST", "faults":
                    # What is said last holds first.
                    self._rules = [*(_Rule(Fault.from_json(fault)) for fault in json.loads(body)), *self._rules]
                case "PUT", "latency":
                    self._latency = float(json.loads(body))
                case _:
                    return json_answer(f"{method} {what}: there is no such control", 404)
        return json_answer(said)


def _read_body(environ: WSGIEnvironment) -> bytes:
    stream = environ["wsgi.input"]
    body = bytes(stream.read() if environ.get("wsgi.input_terminated") else stream.read(int(environ.get("CONTENT_LENGTH") or 0)))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _send(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    start_response(f"{answer.status} {'OK' if answer.status < 300 else 'Error'}", list(answer.headers))
    return [answer.body]


def _reset(connection: socket.socket) -> None:
    """Drops a connection so that the other side sees it break: no lingering, hence a reset and no farewell."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())
