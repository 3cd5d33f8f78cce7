"""``cloudsoc collect``: what checks need to know of an account, as one file that is judged later or elsewhere."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloudsoc.cli.access import Access, reachable, reaching
from cloudsoc.cli.output import INCOMPLETE, INTERRUPTED, width
from cloudsoc.cli.progress import Shown
from cloudsoc.cli.selection import Selection, selecting

if TYPE_CHECKING:
    from cloudsoc import Inventory

EVERYTHING_READ = 0
CAUSES = 8
"""How many causes are told; the report of ``cloudsoc evaluate`` has all."""


def writable(ctx: click.Context, param: click.Parameter, value: Path) -> Path:
    """A file that can be written when the collection is over: said before it, not after."""
    if not value.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {value.parent}", ctx, param)
    if value.is_dir():
        raise click.BadParameter(f"{value} is a folder, not a file to write to", ctx, param)
    if not os.access(value.absolute().parent, os.W_OK):  # the file appears whole, in the place of an older one
        raise click.BadParameter(f"cannot write in {value.absolute().parent}: no permission", ctx, param)
    return value


@click.command(
    epilog="Exit codes: 0 all that was asked for was read (or --incomplete warn); 2 wrong use; 3 something could not be read, the file has the rest; "
    "4 internal error; 130 interrupted, the file has what was read by then."
)
@click.option(
    "-o", "--output", metavar="FILE", required=True, type=click.Path(path_type=Path), callback=writable, help="The snapshot, readable by you alone; replaced."
)
@selecting
@reaching
@click.option("--incomplete", type=click.Choice(["fail", "warn"]), default="fail", show_default=True, help="Whether what could not be read is exit code 3.")
def collect(output: Path, selection: Selection, access: Access, incomplete: str) -> int:
    """Read an account into a snapshot, and judge nothing.

    `cloudsoc evaluate` judges it: later, elsewhere, with other checks, without credentials. What a check may need that was not asked for is not in it: take
    --extended to have all.
    """
    import cloudsoc

    checks = selection.checks()
    with reachable(), Shown(width()) as shown:
        try:
            session = access.session()
            asked: dict[str, Any] = {"regions": access.regions or None, "config": selection.config, **access.limits}
            inventory, interrupted = cloudsoc.collect(session, checks=checks, on_progress=shown, **asked), False
        except cloudsoc.Interrupted as ended:
            inventory, interrupted = ended.inventory, True
    if interrupted:
        click.echo("interrupted: the snapshot has what was read by then", err=True)
    try:
        inventory.save(output)
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error.strerror}") from error
    click.echo("\n".join(_told(inventory, output, width())))
    if interrupted:
        return INTERRUPTED
    return INCOMPLETE if incomplete == "fail" and not inventory.complete else EVERYTHING_READ


def _told(inventory: Inventory, file: Path, width: int) -> Iterator[str]:
    """What was read, what was not, and where it is."""
    from cloudsoc.aws.account import Region
    from cloudsoc.reports.terminal import count, printable, shorten, some

    for account in inventory.accounts:
        resources = sum(one.parent is not None and one.kind is not Region for found in account.addresses.values() for one in found.values())
        facts = sum(map(len, account.facts.values()))
        regions = sum(state == "read" for state, _ in account.regions.values())
        said = (count(resources, "resource"), count(facts, "fact"), count(len(account.calls), "call"), count(regions, "region"))
        yield shorten(f"Account {account.account}, {account.observed_at:%Y-%m-%d %H:%M %Z}: {', '.join(said)}", width)
    causes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in inventory.unread:
        causes[one.operation, one.error].append(one.region)
    if causes:
        yield f"\n{click.style('NOT READ', bold=True)}  {sum(map(len, causes.values()))}"
        folded = sorted(causes.items(), key=lambda item: (-len(item[1]), item[0]))
        for (operation, error), regions_of in folded[:CAUSES]:
            where = sorted({region for region in regions_of if region})
            what = error if operation.startswith("setting ") else f"{operation}: {error}"
            yield f"  {len(regions_of):4}  " + shorten(what + (f" in {some(where)}" if where else ""), width - 8)
        if rest := folded[CAUSES:]:
            yield f"  and {count(len(rest), 'more cause')}"
        yield ""
    yield f"Snapshot {printable(str(file))}, {file.stat().st_size:,} bytes, content hash {inventory.content_hash}"
