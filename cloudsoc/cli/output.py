"""Where a report goes, and the exit code that it means: the options that ``scan`` and ``demo`` share."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cloudsoc.cli.selection import SEVERITIES
from cloudsoc.model.verdict import Severity

if TYPE_CHECKING:
    from cloudsoc.model.report import Report, Waiver
    from cloudsoc.reports.comparison import Comparison

F = TypeVar("F", bound=Callable[..., Any])
NOTHING_FAILED, FAILED, INCOMPLETE, INTERRUPTED = 0, 1, 3, 130
WAIVERS = "cloudsoc-waivers.toml"
WIDTH, WIDEST = 80, 140
"""Where nobody says how wide the terminal is, and where lines become too long to read."""


@dataclass(frozen=True)
class Destination:
    """A format, and the file that it goes to; none is stdout."""

    format: str
    file: Path | None


@dataclass(frozen=True)
class Output:
    """How the report was asked for, and what counts against it."""

    destinations: tuple[Destination, ...]
    fail_on: Severity
    incomplete: str
    baseline: Report | None = None
    waivers: tuple[Waiver, ...] = ()

    def deliver(self, report: Report, again: str) -> None:
        """Write the report: data to stdout or the files, the summary to the screen. ``again`` is the command that was run, for a hint."""
        from cloudsoc.reports.difference import difference, line
        from cloudsoc.reports.screen import last_line, screen

        report = self._waived(report)
        # A disk that is full costs neither the other files nor the screen; nor does whoever reads no further, so stdout comes last.
        failed = [said for one in sorted(self.destinations, key=lambda one: one.file is None) if (said := self._write(one, report))]
        files = ", ".join(str(one.file) for one in self.destinations if one.file)
        whole = f"The whole report, all {len(report.findings)} rows: {files or f'{again} --output report.html'}"
        if all(one.file for one in self.destinations):
            if compared := self._compared(report):
                click.echo(difference(compared, width=width()))
            click.echo(screen(report, width=width(), whole=whole), nl=False)
        else:  # stdout is for whatever reads the data
            if compared := self._compared(report):
                click.echo(line(compared), err=True)
            click.echo(last_line(report), err=True)
        if failed:
            raise click.ClickException("; ".join(failed))

    def _write(self, to: Destination, report: Report) -> str:
        """Write the report to one place; gives what hindered it."""
        from cloudsoc.reports.formats import pieces, writer

        text = pieces(writer(to.format)(report))
        if to.file is None:
            try:
                for piece in text:
                    data(piece)
            except click.ClickException as error:
                return error.message
            return ""
        # What an account lacks is nobody else's business: a new file is readable by its owner alone. Line ends are the format's own.
        try:
            with open(to.file, "w", encoding="utf-8", newline="", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
                out.writelines(text)
        except OSError as error:
            return f"cannot write {to.file}: {error.strerror}"
        return ""

    def _waived(self, report: Report) -> Report:
        from cloudsoc.waivers import apply

        return apply(report, self.waivers)

    def _compared(self, report: Report) -> Comparison | None:
        from cloudsoc.reports.comparison import ComparisonError, compare

        if self.baseline is None:
            return None
        try:
            return compare(self.baseline, report)
        except ComparisonError as error:
            raise click.UsageError(str(error)) from error

    def exit_code(self, report: Report) -> int:
        """The gate: what failed counts before what could not be assessed; so do waivers that hold no more. With a baseline only what is new since then counts.

        To have judged nothing is not complete, with a baseline as well.
        """
        report = self._waived(report)
        if report.stale_waivers:
            return FAILED
        if compared := self._compared(report):
            from cloudsoc.reports.comparison import Change

            failed, complete = compared.new_failures(self.fail_on), not compared.of(Change.NEWLY_NOT_ASSESSED)
        else:
            failed, complete = report.unwaived(at_least=self.fail_on), report.complete
        if failed:
            return FAILED
        return INCOMPLETE if self.incomplete == "fail" and (report.blank or not complete) else NOTHING_FAILED


def destinations(format: str | None, output: tuple[str, ...]) -> tuple[Destination, ...]:  # noqa: A002 the option's name
    """Where what goes. All that could go wrong is said before the scan, not after it."""
    from cloudsoc.reports.formats import FormatError, writer

    if len(output) > 1 and format:
        raise click.UsageError("--format says one format: with several --output, name the format of each, as in --output sarif=results.json")
    found = tuple(_destination(format, one) for one in output) or ((Destination(format, None),) if format and format != "table" else ())
    for place, number in Counter(one.file and os.path.realpath(one.file) for one in found).items():
        if number > 1:
            raise click.UsageError(f"{os.path.relpath(place) if place else 'stdout'} is asked for twice")
    try:
        for one in found:
            writer(one.format)
    except FormatError as error:
        raise click.UsageError(str(error)) from error
    return found


def _destination(format: str | None, output: str) -> Destination:  # noqa: A002 the option's name
    from cloudsoc.reports.formats import by_suffix, formats

    known = formats()
    name, equals, rest = output.partition("=")
    # A file may have an equals sign in its name: only the name of a format before it means one.
    named, target = (name, rest) if equals and name in known else (format, output)
    if target == "-":
        return Destination(named or "json", None)
    file = Path(target)
    if not file.absolute().parent.is_dir():
        raise click.UsageError(f"there is no folder {file.parent}")
    if not file.name or file.is_dir():
        raise click.UsageError(f"{target or '--output'} is no file to write to")
    if not os.access(file if file.exists() else file.absolute().parent, os.W_OK):
        raise click.UsageError(f"cannot write {file}: no permission")
    chosen = named or by_suffix(file, known)
    if chosen is None:
        raise click.UsageError(f"which format is {file.name}? Its suffix does not say; write --output FORMAT={file}, with one of {', '.join(known)}")
    return Destination(chosen, file)


def _spare(to: tuple[Destination, ...], read: Mapping[Path, str]) -> None:
    """Raise where an output would take the place of what was read: the failures that fail one job would be the baseline of the next."""
    for file, what in read.items():
        if any(one.file and os.path.realpath(one.file) == os.path.realpath(file) for one in to):
            raise click.UsageError(f"{file} is {what}: write the report to another file")


def waivers_from(file: Path | None) -> tuple[Waiver, ...]:
    """The waivers of a file, checked against the installed checks."""
    import cloudsoc
    from cloudsoc.cli.selection import wrong_use
    from cloudsoc.waivers import WaiverError, read

    if file is None:
        return ()
    try:
        with wrong_use():
            return read(file, cloudsoc.load_checks().keys())
    except WaiverError as error:
        raise click.UsageError(str(error)) from error


def report_from(file: Path) -> Report:
    """A report from its JSON or JSON Lines. One that cannot be read is wrong use."""
    from cloudsoc.model.report import Report, ReportError
    from cloudsoc.reports.jsonl import is_jsonl, read

    try:
        text = file.read_text(encoding="utf-8")
        return read(text.split("\n")) if is_jsonl(text) else Report.from_json(text)
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror if isinstance(error, OSError) else 'it is not UTF-8'}") from error
    except ReportError as error:
        raise click.UsageError(f"{file}: {error}") from error


def data(text: str) -> None:
    """Data to stdout: in UTF-8 with the format's own ends of lines, whatever a terminal here would have; what reads it wants that."""
    out: Any = sys.stdout
    if out is None:
        raise click.ClickException("cannot write to stdout: it is closed")
    if hasattr(out, "reconfigure") and not out.isatty():
        out.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")
    try:
        click.echo(text, nl=False)
    except OSError as error:
        if error.errno == errno.EPIPE:  # whoever read had enough; click's own way out
            raise
        raise click.ClickException(f"cannot write to stdout: {error.strerror}") from error


def width() -> int:
    """The width of the terminal (or ``COLUMNS``), not wider than a line can be read."""
    return min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDEST) if (sys.stdout and sys.stdout.isatty()) or "COLUMNS" in os.environ else 100


def _formats() -> str:
    from cloudsoc.reports.formats import formats

    return ", ".join(formats())


def delivering(command: F) -> F:
    """Give a command the options about its report; it gets them as one ``Output``."""

    @wraps(command)
    def with_output(*, output: tuple[str, ...], fail_on: str, incomplete: str, baseline: Path | None, waivers: Path | None, **rest: Any) -> Any:
        to = destinations(rest.pop("format"), output)
        earlier = report_from(baseline) if baseline else None
        told = waivers or (Path(WAIVERS) if Path(WAIVERS).is_file() else None)
        accepted = waivers_from(told)
        read = {baseline: "the baseline", told: "the file of waivers"} | dict.fromkeys(rest.get("file", ()), "the snapshot")
        _spare(to, {file: what for file, what in read.items() if file})
        return command(output=Output(to, Severity(fail_on), incomplete, earlier, accepted), **rest)

    options = (
        click.option("--fail-on", type=SEVERITIES, default="low", show_default=True, help="Exit 1 when a check of this severity or above failed."),
        click.option(
            "--incomplete", type=click.Choice(["fail", "warn"]), default="fail", show_default=True, help="Whether what could not be assessed is exit code 3."
        ),
        click.option(
            "--waivers",
            metavar="FILE",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help=f"Failures that somebody accepts until a day.  [default: {WAIVERS}, if it is here]",
        ),
        click.option(
            "--baseline",
            metavar="FILE",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="An earlier report (JSON or JSON Lines): only what is new since then counts for the exit code.",
        ),
        click.option(
            "--format",
            metavar="NAME",
            help=f"On stdout: table (the default, a summary) or the whole report in another format; with --output, the format of that file. One of {_formats()}.",
        ),
        click.option(
            "--output",
            metavar="[NAME=]FILE",
            multiple=True,
            help="Write the whole report to a file, in the format of that name or of the file's suffix; - is stdout. Repeat for more. "
            "The summary still goes to the screen.",
        ),
    )
    decorated: Any = with_output
    for option in reversed(options):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]
