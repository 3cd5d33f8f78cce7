"""The commands of ``cloudsoc policy``: the library on files. Whoever wants another command under it adds it to the group `policy`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # imported where they are used: the help of the whole command shows this group as well
    from cloudsoc.policy import Decision, Exposure, Policy, Request

__all__ = ["as_mapping", "exposure_as_mapping", "policy"]

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.group()
def policy() -> None:
    """What IAM policies mean: read from files, without any call to AWS."""


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
    from cloudsoc.policy import MalformedPolicy, Policies, Request, decide

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
    click.get_current_context().exit(0 if decision.allowed else 1)


@policy.command("exposure")
@click.argument("policy_file", metavar="POLICY", type=_FILE)
@click.option("--account", metavar="ID", help="The account that owns the resource; its own principals are not outside. All accounts are, if you leave it out.")
@click.option("--resource", metavar="ARN", help="What the policy is attached to.")
@click.option("--organization", metavar="ID", help="The organisation that the account is in.")
@click.option(
    "--service", metavar="PREFIX", help="The service whose actions count, where the ARN of the resource does not say it: kms, sqs, sts for a trust policy."
)
@click.option("--foreign-resource", is_flag=True, help="For the policy of a VPC endpoint: what can be done through it to what others own?")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
def exposure_command(
    policy_file: Path, account: str | None, resource: str | None, organization: str | None, service: str | None, foreign_resource: bool, as_json: bool
) -> None:
    """Who outside could ever be allowed to do what by the policy of a resource.

    POLICY is the document, as AWS returns it. The callers' own policies are taken to allow everything.

    Ends with 0 if nothing is public, with 1 if something is, with 3 if that is open and a person must look, with 2 if a file cannot be understood.
    """
    from cloudsoc.policy import exposure

    exposed = exposure(
        _named(policy_file).document, account=account, resource=resource, organization=organization, service=service, foreign_resource=foreign_resource
    )
    click.echo(json.dumps(exposure_as_mapping(exposed), indent=2) if as_json else exposed.explanation)
    public = exposed.only(lambda grant: grant.is_public)
    click.get_current_context().exit(1 if public.certain else 3 if public else 0)


def exposure_as_mapping(exposed: "Exposure") -> dict[str, object]:
    """An answer about exposure as a mapping for JSON."""
    return {
        "grants": [
            {
                "who": {"kind": grant.who.kind, "value": grant.who.value},
                "public": grant.is_public,
                "actions": list(grant.actions),
                "levels": sorted(grant.levels),
                "resources": list(grant.resources),
                "origin": grant.origin,
                "index": grant.index,
                "statement": grant.statement.to_mapping(),
                "restricted_by": list(grant.restricted_by),
                "required": list(grant.required),
                "guarded": grant.guarded,
                "guards": list(grant.guards),
                "notes": list(grant.notes),
                "needs_review": grant.needs_review,
                "witness": None if grant.witness is None else _request(grant.witness),
            }
            for grant in exposed
        ],
        "needs_review": list(exposed.needs_review),
    }


def _request(request: "Request") -> dict[str, object]:
    found: dict[str, object] = {
        "principal": request.caller.arn,
        "action": request.action,
        "resource": request.resource,
        "resource_account": request.resource_account,
        "context": {key: list(values) for key, values in request.context.items()},
    }
    if request.caller.role is not None and request.caller.role != request.caller.arn:
        found["role"] = request.caller.role
    if request.caller.canonical_user is not None:
        found["canonical_user"] = request.caller.canonical_user
    return found


def as_mapping(decision: "Decision") -> dict[str, object]:
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


def _named(file: Path) -> "Policy":
    """The policy in a file, called like the file. The text goes to the parser as it is, which sees keys that stand there twice."""
    from cloudsoc.policy import MalformedPolicy, Policy

    try:
        return Policy.of(_text(file), file.name)
    except MalformedPolicy as error:
        raise click.UsageError(f"{file}: not a policy: {error}") from error


def _level(file: Path) -> list[Any]:
    text = _text(file)
    if not text.lstrip().startswith("["):
        return [_named(file)]
    return [{"name": f"{file.name}[{index}]", "document": document} for index, document in enumerate(_json(file))]
