"""The command. Its modules import click and our own light vocabulary; what is heavy is imported by the command that needs it."""

from __future__ import annotations

import difflib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

import click

from cloudsoc import __version__
from cloudsoc.reports.terminal import escaped

WRONG_USE, INTERNAL_ERROR, PIPE_CLOSED, INTERRUPTED = 2, 4, 141, 130
COMMANDS = {
    "scan": "cloudsoc.cli.scan",
    "collect": "cloudsoc.cli.collect",
    "evaluate": "cloudsoc.cli.evaluate",
    "demo": "cloudsoc.cli.demo",
    "diff": "cloudsoc.cli.diff",
    "waivers": "cloudsoc.cli.waivers",
    "checks": "cloudsoc.cli.catalogue",
    "explain": "cloudsoc.cli.catalogue",
    "criteria": "cloudsoc.cli.criteria",
    "permissions": "cloudsoc.cli.permissions",
    "config": "cloudsoc.cli.config",
    "policy": "cloudsoc.policy.command",
    "schema": "cloudsoc.cli.catalogue",
}
"""Command to the module that holds the function of that name."""


class _Commands(click.Group):
    """Commands that are imported when they are asked for, in the order of ``COMMANDS``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-") and (near := difflib.get_close_matches(args[0], COMMANDS, 1)):
            ctx.fail(f"there is no command {args[0]!r}; did you mean {near[0]}?")
        return super().resolve_command(ctx, args)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="cloudsoc %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
@click.pass_context
def cloudsoc(ctx: click.Context, debug: bool) -> None:
    """From an AWS account to SOC 2 evidence. Reads only; nothing is green that was not seen.

    Start with `cloudsoc demo`: a simulated company, no credentials needed.
    """
    ctx.obj = debug
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def main(args: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code; see ``cloudsoc scan --help`` for what each means."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name that this terminal cannot show must not end the scan
    try:
        status = cloudsoc.main(args, prog_name="cloudsoc", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show(shown := io.StringIO())
        click.echo("\n".join(escaped(line) for line in shown.getvalue().splitlines()), err=True)
        return WRONG_USE
    except SystemExit as closed:
        if isinstance(closed.__context__, OSError):  # click's way out when nobody reads our output any more; 1 would say that something failed
            return PIPE_CLOSED
        if os.environ.get("_CLOUDSOC_COMPLETE"):  # and its way out of completing a line
            return int(closed.code or 0)
        _report_bug(closed)  # a plug-in that ends the process ends no scan well
        return INTERNAL_ERROR
    except Exception as error:  # noqa: BLE001 the last resort: whatever it is, the exit code must not look like a result
        _report_bug(error)
        return INTERNAL_ERROR
    return status if isinstance(status, int) else 0


def _report_bug(error: BaseException) -> None:
    """What happened and where, without the error's own text: that may quote what the account holds."""
    if "--debug" in sys.argv:
        traceback.print_exception(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(os.path.dirname(last.filename))}/{os.path.basename(last.filename)}:{last.lineno}"
    python = ".".join(map(str, sys.version_info[:3]))
    click.echo(f"internal error: {type(error).__name__} at {place} (cloudsoc {__version__}, Python {python}, {sys.platform})", err=True)
    click.echo("This is a mistake of cloudsoc's, not of yours. Please report this line and the command;", err=True)
    click.echo("`cloudsoc --debug ...` adds the traceback (read it first: it may quote names from the account).", err=True)
