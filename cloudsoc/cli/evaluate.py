"""``cloudsoc evaluate``: snapshots judged, without credentials and without a call."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cloudsoc.cli.access import reachable
from cloudsoc.cli.output import Output, delivering
from cloudsoc.cli.selection import Selection, selecting

if TYPE_CHECKING:
    from cloudsoc import Inventory
    from cloudsoc.engine.inventory import AccountInventory


@click.command(
    epilog="Exit codes: 0 nothing at or above --fail-on failed and all was assessed (or --incomplete warn); 1 something failed; 2 wrong use, or a file that "
    "cannot be read; 3 not all could be assessed, or nothing was judged; 4 internal error; 130 interrupted."
)
@click.argument("file", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@selecting
@click.option(
    "--region", metavar="NAME", multiple=True, help="Only this region; global services are always in scope. Repeat for more.  [default: those that were read]"
)
@delivering
def evaluate(file: tuple[Path, ...], selection: Selection, region: tuple[str, ...], output: Output) -> int:
    """Judge snapshots: one file an account, or several.

    Checks, settings and waivers are today's, the clock is the snapshot's. What a file does not hold is not assessed, never a default.
    """
    import cloudsoc

    checks = selection.checks()
    inventory = loaded(file)
    with reachable():
        report = cloudsoc.evaluate(inventory, checks=checks, regions=region or None, config=selection.config)
    report = selection.told(report)
    output.deliver(report, f"cloudsoc evaluate {shlex.join(map(str, file))}")
    return output.exit_code(report)


def loaded(files: Sequence[Path]) -> Inventory:
    """The accounts of all files as one inventory. A file that cannot be read, and an account that is in two, are wrong use."""
    import cloudsoc

    accounts: dict[tuple[str, str], tuple[Path, AccountInventory]] = {}
    for file in files:
        try:
            found = cloudsoc.Inventory.load(file)
        except OSError as error:
            raise click.UsageError(f"cannot read {file}: {error.strerror}") from error
        except cloudsoc.SnapshotError as error:
            raise click.UsageError(str(error)) from error
        for one in found.accounts:
            if other := accounts.get((one.partition, one.account)):
                raise click.UsageError(f"account {one.account} is in {other[0]} and in {file}: judge one reading of it at a time")
            accounts[one.partition, one.account] = (file, one)
    if not accounts:
        raise click.UsageError(f"no account is in {', '.join(map(str, files))}")
    return cloudsoc.Inventory([one for _, one in accounts.values()])
