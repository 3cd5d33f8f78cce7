"""``cloudsoc permissions``: what the identity that scans has to be allowed, no more."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from cloudsoc.cli import roles
from cloudsoc.cli.output import report_from
from cloudsoc.cli.selection import Selection, selecting
from cloudsoc.reports.terminal import printable

LIMIT = 6144
"""Characters that IAM allows a customer managed policy to have; it does not count white space."""


@click.command()
@selecting
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "terraform", "cloudformation"]),
    default="json",
    show_default=True,
    help="The policy alone, or with the role that has it.",
)
@click.option(
    "--missing",
    metavar="REPORT",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Only the actions that AWS refused in a scan, by its report (JSON or JSON Lines).",
)
@click.option("--part", type=click.IntRange(min=1), help="Only this policy, where IAM's size limit needs several (JSON).")
def permissions(selection: Selection, form: str, missing: Path | None, part: int | None) -> None:
    """The minimal IAM policy for a scan: as JSON, as a Terraform module, or as a CloudFormation template for a stack or StackSet.

    IAM limits a managed policy to 6,144 characters without white space. Where that is too little, several policies are printed, one after the other: attach
    all of them to the identity that scans.
    """
    wanted = refused(missing) if missing else actions(selection)
    if not wanted:
        return
    found = policies(wanted)
    if form == "json":
        _json(found, part)
        return
    if part:
        raise click.BadParameter("the role has all policies: --part goes with JSON", param_hint="--part")
    if len(found) > roles.ATTACHED:
        raise click.UsageError(f"this needs {len(found)} policies, and a role may have {roles.ATTACHED}: narrow the selection")
    click.echo(roles.terraform(found) if form == "terraform" else roles.cloudformation(found))


def _json(found: list[dict[str, Any]], part: int | None) -> None:
    if part and part > len(found):
        raise click.BadParameter(f"there {'is 1 policy' if len(found) == 1 else f'are {len(found)} policies'}", param_hint="--part")
    for policy in [found[part - 1]] if part else found:
        click.echo(json.dumps(policy, indent=2))
    if len(found) > 1 and not part:
        click.echo(f"{len(found)} policies: --part 1 to --part {len(found)} print them one by one", err=True)


def actions(selection: Selection) -> list[str]:
    """The IAM actions that the selected checks need, and those that every scan needs."""
    from cloudsoc.aws.permissions import iam_actions

    return sorted(iam_actions(selection.plan()))


def refused(file: Path) -> list[str]:
    """The IAM actions that a scan was refused and that an Allow may help with; the others are told on stderr."""
    report = report_from(file)
    grantable = {one.action for one in report.refusals if one.grantable}
    for one in report.refusals:
        if not one.grantable:
            also = "; it stands in the policy, since it was refused for want of an Allow as well" if one.action in grantable else ""
            click.echo(f"an Allow does not help with {printable(one.action)}: {printable(one.told)}{also}", err=True)
    if not report.refusals:
        click.echo("AWS refused nothing that this report would have needed", err=True)
    return sorted(grantable)


def policies(actions: Iterable[str], limit: int = LIMIT) -> list[dict[str, Any]]:
    """The actions in as few policies as their size allows, in order."""
    parts: list[list[str]] = [[]]
    for action in actions:
        if parts[-1] and _size([*parts[-1], action]) > limit:
            parts.append([])
        parts[-1].append(action)
    return [_policy(part) for part in parts]


def _policy(actions: list[str]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Sid": "CloudsocReads", "Effect": "Allow", "Action": actions, "Resource": "*"}]}


def _size(actions: list[str]) -> int:
    return len(json.dumps(_policy(actions), separators=(",", ":")))
