"""Where a report goes, and the exit code that it means: the options that ``scan`` and ``demo`` share."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cloudsoc.cli.selection import SEVERITIES
from cloudsoc.model.verdict import Severity

if TYPE_CHECKING:
    from cloudsoc.model.report import Report

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = ("table", "json")
NOTHING_FAILED, FAILED, INCOMPLETE, INTERRUPTED = 0, 1, 3, 130
WIDTH, WIDEST = 80, 140
"""Where nobody says how wide the terminal is, and where lines become too long to read."""


@dataclass(frozen=True)
class Output:
    """How the report was asked for, and what counts against it."""

    format: str | None
    file: Path | None
    fail_on: Severity
    incomplete: str

    def deliver(self, report: Report, again: str) -> None:
        """Write the report: data to stdout or the file, the rest to stderr. ``again`` is the command that was run, for a hint."""
        from cloudsoc.reports.screen import last_line, screen

        if self.file:
            self._write(self.file, _rendered(self.format or "json", report))
            click.echo(screen(report, width=width(), whole=f"The whole report, all {len(report.findings)} rows: {self.file}"), nl=False)
        elif self.format == "json":
            click.echo(_rendered("json", report), nl=False)
            click.echo(last_line(report), err=True)
        else:
            whole = f"The whole report, all {len(report.findings)} rows: {again} --output report.json"
            click.echo(screen(report, width=width(), whole=whole), nl=False)

    def _write(self, file: Path, text: str) -> None:
        # What an account lacks is nobody else's business: a new file is readable by its owner alone.
        try:
            with open(file, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
                out.write(text)
        except OSError as error:
            raise click.ClickException(f"cannot write {file}: {error.strerror}") from error

    def exit_code(self, report: Report) -> int:
        """The gate: what failed counts before what could not be assessed."""
        if report.failed(at_least=self.fail_on):
            return FAILED
        return INCOMPLETE if self.incomplete == "fail" and not report.complete else NOTHING_FAILED


def _rendered(format: str, report: Report) -> str:  # noqa: A002 the option's name
    if format == "json":
        from cloudsoc.reports.json import json

        return json(report)
    from cloudsoc.reports.table import table

    return table(report)


def width() -> int:
    """The width of the terminal (or ``COLUMNS``), not wider than a line can be read."""
    return min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDEST) if sys.stdout.isatty() or "COLUMNS" in os.environ else 100


def _folder_exists(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """Said before the scan, not after it."""
    if value and not value.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {value.parent}", ctx, param)
    return value


def delivering(command: F) -> F:
    """Give a command the options about its report; it gets them as one ``Output``."""

    @wraps(command)
    def with_output(*, format: str | None, output: Path | None, fail_on: str, incomplete: str, **rest: Any) -> Any:  # noqa: A002 the option's name
        return command(output=Output(format, output, Severity(fail_on), incomplete), **rest)

    options = (
        click.option("--fail-on", type=SEVERITIES, default="low", show_default=True, help="Exit 1 when a check of this severity or above failed."),
        click.option(
            "--incomplete", type=click.Choice(["fail", "warn"]), default="fail", show_default=True, help="Whether what could not be assessed is exit code 3."
        ),
        click.option(
            "--format", type=click.Choice(FORMATS), help="table (a summary on the screen, all rows in a file) or json.  [default: table; json in a file]"
        ),
        click.option(
            "--output",
            metavar="FILE",
            type=click.Path(dir_okay=False, writable=True, path_type=Path),
            callback=_folder_exists,
            help="Write the whole report to a file; the summary still goes to the screen.",
        ),
    )
    decorated: Any = with_output
    for option in reversed(options):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]
