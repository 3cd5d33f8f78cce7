"""``cloudsoc permissions``: what the identity that scans has to be allowed, no more."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from cloudsoc.cli.selection import Selection, selecting

LIMIT = 6144
"""Characters that IAM allows a customer managed policy to have; it does not count white space."""


@click.command()
@selecting
@click.option("--part", type=click.IntRange(min=1), help="Only this policy, where IAM's size limit needs several.")
def permissions(selection: Selection, part: int | None) -> None:
    """The minimal IAM policy for a scan, as JSON.

    IAM limits a managed policy to 6,144 characters without white space. Where that is too little, several policies are printed, one after the other: attach
    all of them to the identity that scans.
    """
    found = policies(actions(selection))
    if part and part > len(found):
        raise click.BadParameter(f"there {'is 1 policy' if len(found) == 1 else f'are {len(found)} policies'}", param_hint="--part")
    for policy in [found[part - 1]] if part else found:
        click.echo(json.dumps(policy, indent=2))
    if len(found) > 1 and not part:
        click.echo(f"{len(found)} policies: --part 1 to --part {len(found)} print them one by one", err=True)


def actions(selection: Selection) -> list[str]:
    """The IAM actions that the selected checks need, and those that every scan needs."""
    from cloudsoc.aws.permissions import iam_actions
    from cloudsoc.engine.plan import Plan

    return sorted(iam_actions(Plan(selection.checks())))


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
