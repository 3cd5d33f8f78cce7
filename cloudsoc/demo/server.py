"""The simulated account from outside: starts its process, hands out sessions that reach it, and steers it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer
from typing import IO, TYPE_CHECKING, Any, Self

from cloudsoc.demo.company import ACCESS_KEY_ID, DENIED, HOME, SECRET_ACCESS_KEY
from cloudsoc.demo.fault import CONTROL, Fault

if TYPE_CHECKING:
    import boto3

_START_LIMIT = 120.0


class SimulationError(RuntimeError):
    """The simulation did not start, or does not answer."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call that reached the simulation."""

    number: int
    operation: str
    """``service:Operation``; ``unknown:Unknown`` where the request did not say."""
    region: str
    fault: str | None
    """The kind of the fault that happened to it."""
    status: int | None
    """The HTTP status that went back; ``None`` while none has."""


class Simulation:
    """An AWS account in a process of its own, reached over HTTP on this machine.

    With ``company=False`` the account is empty. Without ``faults`` the company's own apply: one bucket whose policy nobody may read.
    """

    def __init__(self, *, latency: float = 0.0, faults: Iterable[Fault] | None = None, company: bool = True) -> None:
        self._options = {
            "latency": latency,
            "company": company,
            "faults": [fault.to_json() for fault in (faults if faults is not None else DENIED if company else ())],
        }
        self._process: subprocess.Popen[str] | None = None
        self._port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens."""
        if not self._port:
            raise SimulationError("the simulation is not running")
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Starts the process and waits until it answers."""
        if self._process is not None:
            raise SimulationError("the simulation is running already")
        with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
            try:
                self._port = self._listening(complaints)
            except (OSError, ValueError) as error:
                self.stop()
                complaints.seek(0)
                raise SimulationError(f"the simulation did not start: {complaints.read()[-2000:] or error}") from error
            except BaseException:
                self.stop()
                raise

    def _listening(self, complaints: IO[str]) -> int:
        """The port on which the new process listens."""
        # A session of its own: Ctrl-C is for the scan, whose end then ends the simulation. stdin stays open as long as this process lives.
        self._process = process = subprocess.Popen(
            [sys.executable, "-m", "cloudsoc.demo.serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            encoding="utf-8",
            start_new_session=True,
            env=_environment_of_the_server(),
        )
        limit = Timer(_START_LIMIT, process.kill)
        limit.start()
        try:
            if process.stdin is None or process.stdout is None:
                raise OSError("the process has no pipes")
            process.stdin.write(json.dumps(self._options) + "\n")
            process.stdin.flush()
            import boto3  # noqa: F401 - needed next, and loaded while the other process starts

            return int(json.loads(process.stdout.readline())["port"])
        finally:
            limit.cancel()

    def stop(self) -> None:
        """Ends the process, if there is one."""
        process, self._process, self._port = self._process, None, 0
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was not yet written has no reader any more
                    continue
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def session(self, region_name: str = HOME) -> boto3.Session:
        """A boto3 session whose clients, all of them, talk to the simulation, whatever AWS configuration this machine has."""
        from cloudsoc.demo.session import simulated_session

        return simulated_session(self.url, region_name)

    def environment(self) -> dict[str, str]:
        """The environment in which any AWS client of another process talks to the simulation."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            # For s3control botocore puts the account id in front of the host, and no resolver knows 123456789012.127.0.0.1. A proxy resolves names by itself: this one to itself.
            "HTTP_PROXY": self.url,
            "http_proxy": self.url,
            "NO_PROXY": "",
            "no_proxy": "",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_REGION": HOME,
            "AWS_DEFAULT_REGION": HOME,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def deny(self, operation: str, *, region: str | None = None, contains: str | None = None) -> None:
        """From now on this operation is refused, everywhere or only in one region or for requests that contain a text."""
        self._control("POST", "faults", [Fault(operation, "deny", region=region, contains=contains).to_json()])

    def faults(self, *faults: Fault) -> None:
        """From now on these faults hold and no others; called without any, everything works."""
        self._control("PUT", "faults", [fault.to_json() for fault in faults])

    def latency(self, seconds: float) -> None:
        """From now on every call takes so much longer."""
        self._control("PUT", "latency", seconds)

    def calls(self) -> list[RecordedCall]:
        """What was called since the start or the last reset, in the order in which it came in."""
        return [RecordedCall(**call) for call in self._control("GET", "calls")]

    def reset_calls(self) -> None:
        """Forgets what was called."""
        self._control("DELETE", "calls")

    def _control(self, method: str, what: str, data: Any = None) -> Any:
        if not self._port:
            raise SimulationError("the simulation is not running")
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, CONTROL + what, json.dumps(data), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, HTTPException) as error:
            raise SimulationError(f"the simulation does not answer: {error}") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise SimulationError(f"the simulation refused {method} {what}: {said.decode()}")
        return json.loads(said)


def _environment_of_the_server() -> dict[str, str]:
    """Our environment without what would lead the company's founders astray, and with the package where we found it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, (*(path for path in sys.path if path), os.environ.get("PYTHONPATH", ""))))
    return kept
