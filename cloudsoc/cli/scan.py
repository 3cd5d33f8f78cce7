"""``cloudsoc scan``: an account, or as much of it as was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from cloudsoc.cli.access import Access, reachable, reaching
from cloudsoc.cli.output import INTERRUPTED, Output, delivering, width
from cloudsoc.cli.progress import Shown
from cloudsoc.cli.selection import Selection, selecting

if TYPE_CHECKING:
    from cloudsoc.model.check import Check
    from cloudsoc.model.report import Report


@click.command(
    epilog="Exit codes: 0 nothing at or above --fail-on failed and all was assessed (or --incomplete warn); 1 something failed; 2 wrong use; "
    "3 not all could be assessed, or nothing was judged; 4 internal error; 130 interrupted."
)
@selecting
@reaching
@delivering
def scan(selection: Selection, access: Access, output: Output) -> int:
    """Scan the account that the credentials lead to. Reads only."""
    checks = selection.checks()
    with reachable():
        report, interrupted = scanned(access.session(), selection, checks, access.regions, **access.limits)
    output.deliver(report, "cloudsoc scan")
    return INTERRUPTED if interrupted else output.exit_code(report)


def scanned(session: Any, selection: Selection, checks: Mapping[str, Check[...]], region: tuple[str, ...], **limits: Any) -> tuple[Report, bool]:
    """The report of a scan with its progress on stderr, and whether Ctrl-C ended it early: then it holds what there was by that time.

    ``limits``: as ``cloudsoc.scan`` takes them.
    """
    import cloudsoc

    with Shown(width()) as shown:
        try:
            report, interrupted = cloudsoc.scan(session, checks=checks, regions=region or None, config=selection.config, on_progress=shown, **limits), False
        except cloudsoc.Interrupted as ended:
            report, interrupted = cloudsoc.evaluate(ended.inventory, checks=checks, regions=region or None, config=selection.config), True
    if interrupted:
        click.echo("interrupted: what follows is what was read by then", err=True)
    return selection.told(report), interrupted
