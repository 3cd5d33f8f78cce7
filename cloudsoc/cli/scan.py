"""``cloudsoc scan``: an account, or as much of it as was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from cloudsoc.cli.output import INTERRUPTED, Output, delivering, width
from cloudsoc.cli.progress import Shown
from cloudsoc.cli.selection import Selection, selecting

if TYPE_CHECKING:
    from cloudsoc.model.check import Check
    from cloudsoc.model.report import Report

NO_CREDENTIALS = """no AWS credentials. There are three ways to give some:

  a profile      cloudsoc scan --profile NAME   (`aws configure sso` makes one)
  variables      AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, if temporary, AWS_SESSION_TOKEN
  the machine    run it where a role is attached: EC2, ECS, Lambda, CloudShell, a CI job with OIDC

Without any, `cloudsoc demo` shows what a scan looks like."""


@click.command(
    epilog="Exit codes: 0 nothing at or above --fail-on failed and all was assessed (or --incomplete warn); 1 something failed; 2 wrong use; "
    "3 not all could be assessed; 4 internal error; 130 interrupted."
)
@selecting
@click.option("--region", metavar="NAME", multiple=True, help="Only this region; global services are always in scope. Repeat for more.  [default: all enabled]")
@delivering
@click.option("--profile", metavar="NAME", help="A profile of the AWS configuration.")
@click.option("--role-arn", metavar="ARN", help="A role to assume, as in another account.")
@click.option("--external-id", metavar="ID", help="The external id that the role's trust policy asks for.")
def scan(selection: Selection, region: tuple[str, ...], output: Output, profile: str | None, role_arn: str | None, external_id: str | None) -> int:
    """Scan the account that the credentials lead to. Reads only."""
    import cloudsoc

    if external_id and not role_arn:
        raise click.UsageError("--external-id goes with --role-arn")
    checks = selection.checks()
    try:
        session = cloudsoc.session(profile=profile, role_arn=role_arn, external_id=external_id)
        report, interrupted = scanned(session, selection, checks, region)
    except cloudsoc.NoCredentials as error:
        raise click.UsageError(NO_CREDENTIALS) from error
    except (cloudsoc.CredentialsError, cloudsoc.UnknownRegion) as error:
        raise click.UsageError(str(error)) from error
    output.deliver(report, "cloudsoc scan")
    return INTERRUPTED if interrupted else output.exit_code(report)


def scanned(session: Any, selection: Selection, checks: Mapping[str, Check[...]], region: tuple[str, ...]) -> tuple[Report, bool]:
    """The report of a scan with its progress on stderr, and whether Ctrl-C ended it early: then it holds what there was by that time.

    The report says what was asked for in the words of the command line.
    """
    import cloudsoc

    with Shown(width()) as shown:
        try:
            report, interrupted = cloudsoc.scan(session, checks=checks, regions=region or None, on_progress=shown), False
        except cloudsoc.Interrupted as ended:
            report, interrupted = cloudsoc.evaluate(ended.inventory, checks=checks, regions=region or None), True
    if interrupted:
        click.echo("interrupted: what follows is what was read by then", err=True)
    return report.model_copy(update={"asked": report.asked.model_copy(update={"selection": selection.asked})}), interrupted
