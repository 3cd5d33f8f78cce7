"""What is told on stderr while a scan runs: first whose account it is, then how far it has come."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

import click

from cloudsoc.reports.terminal import printable, wrapped

if TYPE_CHECKING:
    from cloudsoc import Progress

INTERVAL = 0.1
CLEAR = "\r\x1b[K"


class Shown:
    """Prints the header once the account is known; then, on a terminal only, one line that is written over."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._live = sys.stderr.isatty()
        self._header = False
        self._last = 0.0

    def __enter__(self) -> Shown:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live and self._last:
            click.echo(CLEAR, err=True, nl=False)

    def __call__(self, event: Progress) -> None:
        """Take one event of the scan."""
        if not self._header and event.account:
            self._header = True
            self._clear()
            click.echo(f"account  {printable(event.account)}", err=True)
            click.echo(f"caller   {printable(event.caller)}", err=True)
            click.echo("\n".join(wrapped(", ".join(event.regions) or "could not be listed", self._width, " " * 9, first="regions  ")) + "\n", err=True)
        if self._live and time.monotonic() - self._last > INTERVAL:
            self._clear()
            self._last = time.monotonic()
            click.echo(f"{event.phase}: {event.done} of {event.done + event.queued} calls", err=True, nl=False)

    def _clear(self) -> None:
        if self._live:
            click.echo(CLEAR, err=True, nl=False)
