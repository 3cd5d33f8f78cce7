"""``cloudsoc diff``: what changed between two reports."""

from __future__ import annotations

from pathlib import Path

import click

from cloudsoc.cli.output import FAILED, INCOMPLETE, NOTHING_FAILED, data, report_from, width
from cloudsoc.cli.selection import SEVERITIES
from cloudsoc.model.verdict import Severity


@click.command(
    epilog="Exit codes: 0 nothing new at or above --fail-on failed and all could be assessed that could be before; 1 something new failed; 2 wrong use; 3 something cannot be assessed any more, or NEW judged nothing."
)
@click.argument("old", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("new", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--fail-on", type=SEVERITIES, default="low", show_default=True, help="Exit 1 when a new failure has this severity or one above.")
@click.option(
    "--incomplete", type=click.Choice(["fail", "warn"]), default="fail", show_default=True, help="Whether what cannot be assessed any more is exit code 3."
)
@click.option("--format", type=click.Choice(["table", "json"]), default="table", show_default=True, help="table, or json for other programs.")
def diff(old: Path, new: Path, fail_on: str, incomplete: str, format: str) -> int:  # noqa: A002 the option's name
    """What changed between two reports (JSON or JSON Lines): new, fixed, gone, not assessed any more.

    Where a verdict is another one, it says whether the environment changed or the check.
    """
    from cloudsoc.reports.comparison import Change, ComparisonError, compare
    from cloudsoc.reports.difference import as_json, difference, line

    try:
        compared = compare(report_from(old), report_from(new))
    except ComparisonError as error:
        raise click.UsageError(str(error)) from error
    if format == "json":
        data(as_json(compared))
        click.echo(line(compared), err=True)
    else:
        click.echo(difference(compared, width=width(), every=True), nl=False)
    if compared.new_failures(Severity(fail_on)):
        return FAILED
    return INCOMPLETE if incomplete == "fail" and (compared.new.blank or compared.of(Change.NEWLY_NOT_ASSESSED)) else NOTHING_FAILED
