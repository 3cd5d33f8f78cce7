"""From judgements to findings: identity, evidence, remedy, coverage."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from string import Formatter
from typing import Any

from cloudsoc.engine.evaluate import Evaluation, Judgement
from cloudsoc.engine.inventory import GLOBAL, AccountInventory
from cloudsoc.engine.scope import View, own_tags
from cloudsoc.engine.signature import is_place, regional, signature
from cloudsoc.engine.unseen import hidden
from cloudsoc.model.check import Check
from cloudsoc.model.fact import Address
from cloudsoc.model.parameters import Every
from cloudsoc.model.report import Cause, CoverageRow, ExclusionUse, Finding, FoundResource, Outcome, PlaceOutOfScope, TagsUnread, finding_id
from cloudsoc.model.verdict import Failed, NotApplicable, NotAssessed, Passed, Unread

LONGEST, MOST, DEEPEST = 300, 8, 4
"""Characters of a text, items of a list, levels of nesting that evidence shows; what is more is counted."""
_OUTCOMES: Mapping[type, Outcome] = {
    Passed: Outcome.PASSED,
    Failed: Outcome.FAILED,
    NotApplicable: Outcome.NOT_APPLICABLE,
    NotAssessed: Outcome.NOT_ASSESSED,
}


Shown = dict[int, tuple[Any, Any]]
"""What was shown before: a fact stands in the evidence of many findings. By identity; the value is kept, so that no other gets its place in memory."""


def finding(judgement: Judgement, before: Shown | None = None) -> Finding:
    """A judgement as others take it in. ``before``: what findings of the same run have shown; they share it."""
    check, account, address, verdict = judgement.check, judgement.account, judgement.address, judgement.verdict
    severity = verdict.severity if isinstance(verdict, Failed) and verdict.severity else check.severity
    # A population stands under its region or account, which may itself be judged by a check that is asked of several kinds.
    resource = f"{address.id}/*" if judgement.population and len(signature(check.function).subjects) > 1 else address.id
    return Finding(
        id=finding_id(check.lineage, address.partition, account.account, address.region, resource),
        check=check.id,
        title=check.manual.title,
        verdict=_OUTCOMES[type(verdict)],
        reason=verdict.reason,
        severity=min(severity, check.severity),
        resource=_resource(judgement),
        direct=check.direct,
        supporting=check.supporting,
        evidence=_evidence(judgement, {} if before is None else before),
        remedy=remedy(check, address, judgement.values[0] if judgement.values else None) if isinstance(verdict, Failed) else "",
        causes=tuple(_cause(one) for one in verdict.causes) if isinstance(verdict, NotAssessed) else (),
        population=judgement.population,
        observed_at=account.observed_at,
    )


def _resource(judgement: Judgement) -> FoundResource:
    tags = own_tags(judgement.values[0] if judgement.values else None) if judgement.tags is None else judgement.tags
    return found_resource(judgement.address, judgement.account.account, tags)


def found_resource(address: Address, account: str, tags: Mapping[str, str] | None) -> FoundResource:
    """A resource as others take it in. ``account``: in which it was found."""
    listing = address.kind.listing
    kind = listing.resource_type if listing else ("AWS::::Account" if address.region == GLOBAL else "AWS::EC2::Region")
    return FoundResource(
        arn=address.id,
        id=address.short,
        type=kind,
        region=address.region,
        account=account,
        partition=address.partition,
        owner=address.owner,
        tags=None if tags is None else dict(tags),
    )


def _cause(unread: Unread) -> Cause:
    return Cause(operation=unread.operation, error=unread.error, region=unread.region, account=unread.account, message=unread.message, outside=unread.outside)


# -- remedy -----------------------------------------------------------------------------------------------------------


def remedy(check: Check[...], address: Address, subject: Any) -> str:
    """The check's ``Fix`` with the resource's own name in it, quoted for a shell."""
    name = signature(check.function).first
    parts: list[str] = []
    for literal, field, _, _ in Formatter().parse(check.manual.fix):
        parts.append(literal)
        if field is not None:
            parts.append(_value(field.removeprefix(f"{name}."), address, subject))
    return "".join(parts)


def _value(field: str, address: Address, subject: Any) -> str:
    value = getattr(subject, field, None) if not isinstance(subject, (Unread, NotApplicable)) else None
    if value is None:
        value = {"arn": address.id, "region": address.region}.get(field, f"<{field}>")
        return str(value)
    return shlex.quote(str(value))


# -- evidence ---------------------------------------------------------------------------------------------------------


def _evidence(judgement: Judgement, before: Shown) -> dict[str, Any]:
    """The facts that the check was given, by its parameters' names, small enough to read."""
    said = dict(judgement.verdict.evidence) if isinstance(judgement.verdict, (Passed, Failed)) else {}
    if not judgement.values:
        return {name: shown(value) for name, value in said.items()}
    asked = signature(judgement.check.function)
    names = (asked.first, *(need.name for need in asked.needs))
    given = {name: _once(value, before) for name, value in zip(names, judgement.values, strict=True) if value is not None and not isinstance(value, datetime)}
    return given | {name: shown(value) for name, value in said.items()}


def _once(value: Any, before: Shown) -> Any:
    if (known := before.get(id(value))) is None:
        known = before[id(value)] = value, shown(value)
    return known[1]


@cache
def _members(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if not one.name.startswith("_"))


def shown(value: Any, depth: int = 0) -> Any:
    """A value as JSON can hold it, abbreviated."""
    if type(value) is str:  # most of what there is
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}... ({len(value)} characters)"
    if (because := hidden(value)) is not None:
        return f"not read: {because}"
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return shown(str(value), depth)
        case datetime():
            return value.isoformat()
        case Unread():
            return f"not read: {value}"
        case NotApplicable():
            return f"not applicable: {value.reason}"
        case Every():
            return {"count": len(value.known), "unread": len(value.unread)} | ({"first": shown(value.known[:3], depth + 1)} if value.known else {})
        case Mapping():
            return _some({str(key): item for key, item in value.items()}, depth)
        case tuple() | list() | set() | frozenset():
            items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)
            if depth > DEEPEST:
                return f"{len(items)} items"
            return [shown(item, depth + 1) for item in items[:MOST]] + ([f"and {len(items) - MOST} more"] if len(items) > MOST else [])
    if hasattr(value, "to_mapping"):
        return shown(value.to_mapping(), depth)
    if is_dataclass(value):
        if depth > DEEPEST:
            return type(value).__name__
        return {name: shown(left, depth + 1) for name in _members(value.__class__) if (left := getattr(value, name)) is not None}
    return shown(str(value), depth)


def _some(items: Mapping[str, Any], depth: int) -> Any:
    if depth > DEEPEST:
        return f"{len(items)} entries"
    kept = {key: shown(items[key], depth + 1) for key in list(items)[:MOST]}
    return kept | ({"...": f"and {len(items) - MOST} more"} if len(items) > MOST else {})


# -- coverage ---------------------------------------------------------------------------------------------------------


def coverage(findings: Iterable[Finding], evaluation: Evaluation, checks: Iterable[Check[...]]) -> tuple[CoverageRow, ...]:
    """How many subjects of each check were judged, by account and region; those that were left out on purpose are counted, not judged."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for one in findings:
        counts[one.check, one.resource.account, one.resource.region, "outside" if one.outside else one.verdict.value] += 1
    for check in checks:
        for account in evaluation.inventory.accounts:
            whole = evaluation.scope.account(account.account) is not None
            for (region, what), number in _left_out(check, account, evaluation.view(account), whole).items():
                counts[check.id, account.account, region, what] += number
    rows: dict[tuple[str, str, str], dict[str, int]] = {}
    for (check_id, account_id, region, what), number in counts.items():
        rows.setdefault((check_id, account_id, region), {})[what] = number
    return tuple(CoverageRow(check=key[0], account=key[1], region=key[2], **row) for key, row in sorted(rows.items()))


def _left_out(check: Check[...], account: AccountInventory, view: View, whole: bool) -> Counter[tuple[str, str]]:
    """The subjects of a check that were not judged, by region and why; ``whole``: the account is out of scope as a whole."""
    found: Counter[tuple[str, str]] = Counter()
    for subject in signature(check.function).subjects:
        for address in account.known(subject).values():
            if whole:
                found[address.region, "out_of_scope"] += 1
            elif view.state(address.region) == "outside":
                found[address.region, "outside"] += 1
            elif view.exclusion(address) is not None:
                found[address.region, "out_of_scope"] += 1
        if regional(subject) and not is_place(subject) and not whole:
            # What lies there was not even listed: the region itself stands for it.
            seen = {region for region, _ in found}
            found.update((region, view.state(region)) for region in view.left_out - seen)
    return found


def exclusions(evaluation: Evaluation) -> tuple[ExclusionUse, ...]:
    """What each exclusion took out of the scope, in their order."""
    scope = evaluation.scope
    accounts: dict[int, list[str]] = defaultdict(list)
    regions: dict[int, list[PlaceOutOfScope]] = defaultdict(list)
    resources: dict[int, list[FoundResource]] = defaultdict(list)
    for account in evaluation.inventory.accounts:
        if (whole := scope.account(account.account)) is not None:
            accounts[whole].append(account.account)
            continue
        view = evaluation.view(account)
        for name in sorted(view.regions):
            if (number := scope.region(account.account, name)) is not None:
                regions[number].append(PlaceOutOfScope(account=account.account, region=name))
        for _, (address, number) in sorted(view.excluded.items()):
            resources[number].append(found_resource(address, account.account, view.tags(address)))
    origins = dict(enumerate(scope.origins))
    return tuple(
        ExclusionUse(
            exclusion=one, origin=origins.get(number, ""), accounts=tuple(accounts[number]), regions=tuple(regions[number]), resources=tuple(resources[number])
        )
        for number, one in enumerate(scope.exclusions)
    )


def tags_unread(evaluation: Evaluation) -> tuple[TagsUnread, ...]:
    """The resources that no exclusion by tags could take out, because their tags are not known: how many, and why."""
    return tuple(
        TagsUnread(account=account.account, region=region, type=kind, resources=len(ids), cause=_cause(unread))
        for account in evaluation.accounts
        for (kind, region, unread), ids in sorted(evaluation.view(account).undecided.items())
    )
