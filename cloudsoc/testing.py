"""Compliance as an assertion, for tests of infrastructure code: under moto, against a sandbox, with pytest or with unittest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cloudsoc.model.verdict import Severity

if TYPE_CHECKING:
    from cloudsoc.model.report import Finding, Report

SHOWN = 25
"""How many failures a message tells in full; the rest are counted."""


def assert_compliant(
    session: Any = None,
    *,
    checks: Iterable[str],
    resources: Iterable[str] = ("*",),
    regions: Iterable[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    at_least: Severity = Severity.LOW,
    allow_not_assessed: Iterable[str] = (),
) -> Report:
    """Scan with a ``boto3.Session`` and raise ``AssertionError`` where something failed or could not be assessed; gives the report.

    ``checks``: patterns over ids, as ``s3-*``. ``resources``: whole ARNs or last parts of them, or patterns over either; only these count. ``regions``: where to
    look (default: all that are enabled; naming the one that the test uses is faster). ``settings``: as for ``scan``. ``at_least``: failures below this
    severity do not count. ``allow_not_assessed``: patterns over the operations (``s3:GetBucket*``) or settings without which a test can live, such as those
    that moto does not know.

    To have looked at nothing is no success: a pattern of checks or resources for which nothing passed or failed is an ``AssertionError`` as well. Other
    errors are those of ``scan``.
    """
    __tracebackhide__ = True  # pytest then shows the line of the test instead of ours
    from cloudsoc.engine.registry import load_checks, select
    from cloudsoc.model.patterns import matches
    from cloudsoc.model.report import Outcome
    from cloudsoc.scanning import scan

    asked, wanted, allowed = _patterns(checks), _patterns(resources), _patterns(allow_not_assessed)
    report = scan(session, checks=asked, regions=regions, settings=settings)

    def named(pattern: str, finding: Finding) -> bool:
        return matches(pattern, finding.resource.arn) or matches(pattern, finding.resource.id)

    def concerned(finding: Finding) -> bool:
        # An unread population may hold the resource that is meant.
        return finding.population or any(named(one, finding) for one in wanted)

    def permitted(finding: Finding) -> bool:
        causes = [cause for cause in finding.causes if not cause.outside]
        return bool(causes) and all(any(matches(one, cause.operation) for one in allowed) for cause in causes)

    failed = [one for one in report.failed(at_least) if concerned(one)]
    unknown = [one for one in report.not_assessed if concerned(one) and not permitted(one)]
    judged = [one for one in report.findings if one.verdict in {Outcome.PASSED, Outcome.FAILED} and concerned(one)]
    empty = [one for one in wanted if one != "*" and not any(named(one, finding) for finding in judged)]
    empty = empty or [one for one in asked if not any(finding.check in select(load_checks(), [one]) for finding in judged)]
    if failed or unknown or empty:
        raise AssertionError("\n".join(_message(report, failed, unknown, empty)))
    return report


def _patterns(given: Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _message(report: Report, failed: list[Finding], unknown: list[Finding], empty: list[str]) -> Iterator[str]:
    from cloudsoc.reports.detail import detail
    from cloudsoc.reports.folding import gaps
    from cloudsoc.reports.terminal import count, printable, some

    where = "; ".join(f"account {one.account}, {some([region.name for region in one.regions if region.state == 'read'])}" for one in report.accounts)
    told = [
        f"{count(len(failed), 'failure')}" if failed else "",
        f"{len(unknown)} not assessed" if unknown else "",
        f"nothing was judged for {printable(', '.join(empty))}" if empty else "",
    ]
    yield f"not compliant: {'; '.join(filter(None, told))} ({where})"
    worst = sorted(failed, key=lambda one: (-list(Severity).index(one.severity), one.check, one.resource.arn))
    for finding in worst[:SHOWN]:
        yield ""
        yield f"FAILED {finding.check}"
        yield from (f"  {line}".rstrip() for line in detail(finding))
    if len(worst) > SHOWN:
        yield f"\nand {count(len(worst) - SHOWN, 'more failure')}"
    for gap in gaps(report.model_copy(update={"findings": tuple(unknown)})):
        yield ""
        yield f"NOT ASSESSED {printable(gap.what)}" + (f" ({some(list(gap.regions))})" if gap.regions else "")
        if gap.cause.message:
            yield f"  said      {printable(gap.cause.message)}"
        yield f"  hinders   {some(list(gap.checks), 5)}: {count(len(gap.findings), 'finding')}"
        yield f"  to allow  assert_compliant(..., allow_not_assessed=[{gap.cause.operation!r}])"
    if empty:
        seen = sorted({finding.resource.arn for finding in report.findings if not finding.population})
        yield ""
        yield f"NOTHING JUDGED for {printable(', '.join(empty))}: no check passed or failed"
        yield f"  there is  {printable(some(seen, 10)) or 'no resource'}"
        yield "  to do     make the resources before the assertion, in this account and region, or leave the pattern out"
