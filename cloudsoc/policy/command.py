"""The commands of ``cloudsoc policy``: the library on files. Whoever wants another command under it adds it to the group `policy`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cloudsoc.policy import Decision, MalformedPolicy, Policies, Policy, Request, decide

__all__ = ["as_mapping", "policy"]

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.group()
def policy() -> None:
    """What IAM policies mean: decided on files, without any call to AWS."""


@policy.command("decide")
@click.argument("request_file", metavar="REQUEST", type=_FILE)
@click.option(
    "--policies", "policies_file", metavar="FILE", type=_FILE, help="All policies in one JSON object: identity, groups, resource, boundary, session, ..."
)
@click.option("--identity", metavar="FILE", type=_FILE, multiple=True, help="A policy of the user, of one of its groups, or of the role.")
@click.option("--resource", metavar="FILE", type=_FILE, help="The policy of the resource: of a bucket, of a key, of the role that is assumed.")
@click.option("--boundary", metavar="FILE", type=_FILE, help="The permissions boundary of the user or role.")
@click.option("--session", metavar="FILE", type=_FILE, multiple=True, help="A policy that was passed for the session.")
@click.option(
    "--scp",
    metavar="FILE",
    type=_FILE,
    multiple=True,
    help="The SCP of a level of the organisation, from the root down; a JSON list where a level has several.",
)
@click.option("--rcp", metavar="FILE", type=_FILE, multiple=True, help="The RCP of a level of the organisation of the resource's account, likewise.")
@click.option("--endpoint", metavar="FILE", type=_FILE, help="The policy of the VPC endpoint that the request passes.")
@click.option("--grants", metavar="FILE", type=_FILE, help="A JSON list of the grants on the KMS key.")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
def decide_command(
    request_file: Path,
    policies_file: Path | None,
    identity: Sequence[Path],
    resource: Path | None,
    boundary: Path | None,
    session: Sequence[Path],
    scp: Sequence[Path],
    rcp: Sequence[Path],
    endpoint: Path | None,
    grants: Path | None,
    as_json: bool,
) -> None:
    """What happens to a request.

    REQUEST is a JSON object with principal, action, resource and, where wanted, context, resource_account, role (of a session, with its path).

    Ends with 0 if the request is allowed, with 1 if it is denied, with 2 if a file cannot be understood.
    """
    raw: dict[str, Any] = {} if policies_file is None else _object(policies_file)
    for kind, files in (("identity", identity), ("session", session)):
        if files:
            raw[kind] = [*_listed(raw.get(kind, [])), *map(_named, files)]
    for kind, single in (("resource", resource), ("boundary", boundary), ("endpoint", endpoint)):
        if single is not None:
            raw[kind] = _named(single)
    for kind, levels in (("service_control", scp), ("resource_control", rcp)):
        if levels:
            raw[kind] = [*_listed(raw.get(kind, [])), *map(_level, levels)]
    if grants is not None:
        raw["grants"] = _json(grants)
    try:
        decision = decide(Request.parse(_object(request_file)), Policies.parse(raw))
    except MalformedPolicy as error:
        raise click.UsageError(f"not a policy: {error}") from error
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo(json.dumps(as_mapping(decision), indent=2) if as_json else decision.explanation)
    raise SystemExit(0 if decision.allowed else 1)


def as_mapping(decision: Decision) -> dict[str, object]:
    """An answer as a mapping for JSON."""

    def met(of: Sequence[Any]) -> list[dict[str, object]]:
        return [
            {
                "policy_type": item.policy_type,
                "policy": item.policy,
                "index": item.index,
                "statement": None if item.statement is None else item.statement.to_mapping(),
            }
            for item in of
        ]

    return {
        "outcome": decision.outcome,
        "reason": decision.reason,
        "blocked_by": decision.blocked_by,
        "statements": met(decision.statements),
        "not_enough": met(decision.not_enough),
        "keys": {key.name: list(key.values) for key in decision.keys},
    }


def _text(file: Path) -> str:
    with click.open_file(str(file), encoding="utf-8") as stream:
        return str(stream.read())


def _json(file: Path) -> Any:
    try:
        return json.loads(_text(file))
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{file}: not JSON: {error}") from error


def _object(file: Path) -> dict[str, Any]:
    found = _json(file)
    if not isinstance(found, dict):
        raise click.UsageError(f"{file}: expected a JSON object")
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _named(file: Path) -> Policy:
    """The policy in a file, called like the file. The text goes to the parser as it is, which sees keys that stand there twice."""
    try:
        return Policy.of(_text(file), file.name)
    except MalformedPolicy as error:
        raise click.UsageError(f"{file}: not a policy: {error}") from error


def _level(file: Path) -> list[Any]:
    text = _text(file)
    if not text.lstrip().startswith("["):
        return [_named(file)]
    return [{"name": f"{file.name}[{index}]", "document": document} for index, document in enumerate(_json(file))]
