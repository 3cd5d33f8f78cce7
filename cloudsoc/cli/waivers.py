"""``cloudsoc waivers``: failures that somebody accepts until a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from cloudsoc.cli.output import FAILED, NOTHING_FAILED, WAIVERS, waivers_from
from cloudsoc.reports.terminal import count, printable


@click.group()
def waivers() -> None:
    """Failures that somebody accepts until a day. A waived failure stays one; it only does not fail the gate."""


@waivers.command(epilog="Exit codes: 0 all hold; 1 some have expired; 2 the file cannot be used.")
@click.argument("file", default=WAIVERS, type=click.Path(dir_okay=False, path_type=Path))
def check(file: Path) -> int:
    """Look through a file of waivers, without a scan: is it whole, do its checks exist, what expires when?"""
    from cloudsoc.waivers import SOON

    today = datetime.now(UTC).date()
    found = sorted(waivers_from(file), key=lambda one: one.expires)
    for one in found:
        state = "EXPIRED" if one.expires < today else "soon" if one.expires - today <= SOON else ""
        click.echo(
            f"{one.expires.isoformat()}  {state.ljust(7)}  {printable(one.check)} on {printable(one.resource)}  ({printable(one.ticket)}, {printable(one.owner)})"
        )
    expired = sum(one.expires < today for one in found)
    click.echo(f"{count(len(found), 'waiver')}; expired: {expired}")
    return FAILED if expired else NOTHING_FAILED


@waivers.command("import")
@click.argument("mutelist", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--expires", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day on which they hold, as in 2027-03-31.")
@click.option("--owner", metavar="NAME", required=True, help="Who answers for them.")
@click.option("--approver", metavar="NAME", required=True, help="Who accepted them.")
@click.option("--ticket", metavar="ID", required=True, help="Where that is written down.")
def import_(mutelist: Path, expires: datetime, owner: str, approver: str, ticket: str) -> int:
    """Turn a Prowler mutelist (YAML) into waivers, on stdout.

    Never wider than it was: names are matched whole, and what a waiver cannot say is left out and told.
    """
    import cloudsoc
    from cloudsoc.cli.selection import wrong_use
    from cloudsoc.mutelist import Accepted, MutelistError, toml
    from cloudsoc.mutelist import waivers as taken_over

    try:
        import yaml
    except ImportError as error:
        raise click.UsageError("mutelists are YAML, which needs an extra: pip install 'cloudsoc[mutelist]'") from error
    if not all(one.strip() for one in (owner, approver, ticket)):
        raise click.UsageError("--owner, --approver and --ticket are not blank")
    try:
        with wrong_use():
            checks = cloudsoc.load_checks()
        found, left = taken_over(yaml.safe_load(mutelist.read_text(encoding="utf-8")), checks, Accepted(owner, approver, ticket, _day(expires)))
    except (MutelistError, yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{mutelist}: {error}") from error
    click.echo(toml(found, left), nl=False)
    for line in left:
        click.echo(f"left out: {printable(line)}", err=True)
    click.echo(f"{count(len(found), 'waiver')}; left out: {len(left)}", err=True)
    return NOTHING_FAILED


def _day(at: datetime) -> date:
    return at.date()
