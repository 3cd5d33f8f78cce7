"""Which rights the identity that reads an account lacks, and what cannot be assessed for want of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from cloudsoc.model.denial import Denial, denial
from cloudsoc.model.report import Cause, Finding, Outcome, Refusal


def refusals(findings: Iterable[Finding], needed: Callable[[str], Iterable[str]]) -> tuple[Refusal, ...]:
    """The refused IAM actions behind what could not be assessed, those behind most findings first.

    ``needed``: the IAM actions of ``service:Operation``, for where AWS names none.
    """
    found: dict[tuple[str, Denial], list[tuple[Cause, Finding]]] = defaultdict(list)
    for finding in findings:
        if finding.verdict is not Outcome.NOT_ASSESSED:
            continue
        for cause in finding.causes:
            said = None if cause.outside else denial(cause.error, cause.message)
            if said is not None:
                for action in (said.action,) if said.action else needed(cause.operation):
                    found[action, said].append((cause, finding))
    told = [_refusal(action, said, rows) for (action, said), rows in found.items()]
    return tuple(sorted(told, key=lambda one: (-one.findings, one.action, one.told)))


def _refusal(action: str, said: Denial, rows: list[tuple[Cause, Finding]]) -> Refusal:
    return Refusal(
        action=action,
        named=said.action is not None,
        policy=said.policy,
        explicit=said.explicit,
        policy_arn=said.policy_arn,
        through=said.through,
        operations=tuple(sorted({cause.operation for cause, _ in rows})),
        accounts=tuple(sorted({cause.account for cause, _ in rows if cause.account})),
        regions=tuple(sorted({cause.region for cause, _ in rows if cause.region})),
        checks=tuple(sorted({finding.check for _, finding in rows})),
        findings=len({finding.id for _, finding in rows}),
        message=min(cause.message for cause, _ in rows),
    )
