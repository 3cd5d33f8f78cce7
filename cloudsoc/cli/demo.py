"""``cloudsoc demo``: a simulated company, scanned like any other account."""

from __future__ import annotations

import click

from cloudsoc.cli.output import INTERRUPTED, NOTHING_FAILED, Output, delivering
from cloudsoc.cli.scan import scanned
from cloudsoc.cli.selection import Selection, selecting


@click.command()
@selecting
@click.option("--region", metavar="NAME", multiple=True, help="Only this region. Repeat for more.")
@delivering
@click.option("--exit-code", is_flag=True, help="Exit as `cloudsoc scan` would; otherwise 0 unless the demo itself breaks.")
def demo(selection: Selection, region: tuple[str, ...], output: Output, exit_code: bool) -> int:
    """Scan a simulated company account.

    No credentials, no network, nothing to clean up. The company has several regions, some things right and some wrong, and one call is refused, so that what could not be assessed shows as well.
    """
    import cloudsoc

    checks = selection.checks()
    try:
        from cloudsoc.demo import Simulation
    except ImportError as error:
        raise click.UsageError("the demo needs its extra: pip install 'cloudsoc[demo]'") from error
    click.echo("Starting a simulated account: everything below is invented.\n", err=True)
    try:
        with Simulation() as simulation:
            report, interrupted = scanned(simulation.session(), selection, checks, region, rates=None)
    except (cloudsoc.UnknownRegion, cloudsoc.SettingsError) as error:
        raise click.UsageError(str(error)) from error
    output.deliver(report, "cloudsoc demo")
    if interrupted:
        return INTERRUPTED
    return output.exit_code(report) if exit_code else NOTHING_FAILED
