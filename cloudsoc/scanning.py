"""From credentials to a report: the rooms joined."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Any

from cloudsoc.aws.account import HOMES, Account, Region, not_enabled
from cloudsoc.aws.permissions import EVERY_SCAN, iam_actions_by_operation
from cloudsoc.aws.rates import RATES
from cloudsoc.aws.tags import TaggedResources, tags_of
from cloudsoc.config import Configuration
from cloudsoc.criteria import roll_up
from cloudsoc.durations import rate, seconds
from cloudsoc.engine.clients import Clients
from cloudsoc.engine.collect import THREADS, Collector
from cloudsoc.engine.credentials import DEFAULT_REGION, lost, renew, who
from cloudsoc.engine.credentials import session as default_session
from cloudsoc.engine.evaluate import Evaluation
from cloudsoc.engine.findings import Shown, coverage, exclusions, finding, tags_unread
from cloudsoc.engine.inventory import AccountInventory, Inventory
from cloudsoc.engine.pace import Pace, Rates
from cloudsoc.engine.plan import Plan
from cloudsoc.engine.progress import Progress
from cloudsoc.engine.regions import UnknownRegion, only
from cloudsoc.engine.registry import Checks, load_checks, select, version
from cloudsoc.engine.scope import Scope, View
from cloudsoc.engine.signature import Kind
from cloudsoc.model.check import Check
from cloudsoc.model.refusals import refusals
from cloudsoc.model.report import AccountScanned, Asked, Call, CheckAsked, ConfigurationFile, RegionScope, Report
from cloudsoc.model.verdict import CORE
from cloudsoc.settings import Settings, SettingsError, in_force, plain

DEADLINE = "30m"
"""After this a collection ends by itself; what has not come by then is not assessed."""

Chosen = Mapping[str, Check[...]] | Iterable[str] | None


def scan(
    session: Any = None,
    *,
    checks: Chosen = None,
    regions: Iterable[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    config: Configuration | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    deadline: float | str | None = DEADLINE,
    max_rate: float | None = None,
    rates: Rates | None = RATES,
) -> Report:
    """Read an account and judge it.

    ``session``: a ``boto3.Session`` (default: the credentials that boto3 finds). ``checks``: those that ``select`` gave, or patterns over ids (default: the
    core profile). ``regions``: names of regions (default: all that the account has enabled); global services are always in scope. ``settings``: values of
    shared settings by name, and of single checks in a mapping under their id. ``config``: what ``configuration`` read from a file; what is given beside it comes
    first. ``on_progress`` is called now and then, in the calling thread.

    ``deadline``: seconds, or ``"90s"``, ``"30m"``, ``"1h"``, after which collection ends by itself (None: it does not). ``max_rate``: the most calls a second to
    any one service of any one region. ``rates``: where the limiter starts, by service and operation (default: AWS's documented quotas, where there is
    none 20 calls a second, of S3 100; None: as fast as it goes, until AWS throttles). What a limit cuts off is not assessed, and says so.

    Raises ``NoCredentials``, ``CredentialsError``, ``SettingsError``, ``SelectionError``, ``LoadError``, ``UnknownRegion``, ``ValueError`` for a limit that is
    none, and ``Interrupted`` on Ctrl-C.
    What AWS refuses raises nothing: it is not assessed.
    """
    inventory = collect(
        session, checks=checks, regions=regions, settings=settings, config=config, on_progress=on_progress, deadline=deadline, max_rate=max_rate, rates=rates
    )
    if on_progress:
        on_progress(Progress("judging"))
    return evaluate(inventory, checks=checks, settings=settings, config=config, regions=regions)


def collect(
    session: Any = None,
    *,
    checks: Chosen = None,
    regions: Iterable[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    config: Configuration | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    deadline: float | str | None = DEADLINE,
    max_rate: float | None = None,
    rates: Rates | None = RATES,
) -> Inventory:
    """The facts that checks need, of one account; parameters and errors as for ``scan``."""
    if config is not None:
        limits = config.said.scan
        deadline = limits.deadline if deadline == DEADLINE and limits.deadline is not None else deadline
        max_rate = limits.max_rate if max_rate is None else max_rate
    until = None if deadline is None else _limit("deadline", seconds, deadline)
    pace = Pace(rates, None if max_rate is None else _limit("max_rate", rate, max_rate))
    chosen = _chosen(checks, config)
    scope = _scope(config)
    plan = Plan(chosen, more=(TaggedResources,) if scope.by_tags else ())
    given = Settings.read(_given(settings, config), _known(chosen))
    session = session if session is not None else default_session()
    clients = Clients(session, {*plan.operations, *EVERY_SCAN}, THREADS, pace=pace)
    names = None if regions is None else _names(regions)
    first = session.region_name or DEFAULT_REGION
    identity = who(clients, scope.home(first, _existing(session, first)))
    if (number := scope.account(identity.account)) is not None:
        raise SettingsError(f"account {identity.account} is {scope.told(number)}")
    _in_scope(names, identity.account, scope)
    pace.expiry.renew, pace.expiry.lost = lambda: renew(session), lambda: lost(clients, identity.home)
    account = AccountInventory(identity.account, identity.partition, identity.caller, datetime.now(UTC))
    Collector(clients, _kinds(plan), identity, account, given.shared).run(
        regions=names, disabled=not_enabled, scope=scope, deadline=until, on_progress=on_progress
    )
    return Inventory([account])


def evaluate(
    inventory: Inventory,
    *,
    checks: Chosen = None,
    settings: Mapping[str, Any] | None = None,
    config: Configuration | None = None,
    regions: Iterable[str] | None = None,
) -> Report:
    """Judge what was collected, without any call: now, or last March's snapshot with today's checks. Parameters and errors as for ``scan``.

    ``regions``: names of regions (default: those that were collected); what was collected of others is out of scope, and a region that was not collected is
    not assessed.
    """
    chosen = _chosen(checks, config)
    plan = Plan(chosen)
    scope = _scope(config)
    asked = _collected(inventory, scope) if regions is None else _names(regions)
    if regions is not None:
        for one in inventory.accounts:
            _in_scope(asked, one.account, scope)
        inventory = only(inventory, asked or (), _kinds(plan))
    given = Settings.read(_given(settings, config), _known(chosen))
    evaluation = Evaluation(inventory, given.shared, scope=scope)
    if inventory.accounts and not evaluation.accounts:
        raise SettingsError("every account of the inventory is out of scope")
    for account in evaluation.accounts:
        if account.regions and not account.missing(Region) and (unknown := scope.unknown(account.account, account.regions)):
            raise UnknownRegion(unknown, tuple(account.regions))
    needed = iam_actions_by_operation(plan)
    before: Shown = {}
    findings = tuple(finding(one, before) for one in evaluation.run(chosen.values(), lambda check: given.of(check)))
    covered = coverage(findings, evaluation, chosen.values())
    return Report(
        accounts=tuple(_account(one, evaluation.view(one)) for one in evaluation.accounts),
        asked=Asked(
            checks=tuple(_asked(check, plan, given) for check in chosen.values()),
            selection=(config.selection if config else {}) if checks is None else {"checks": sorted(chosen)},
            regions=asked,
            settings=plain(_given(settings, config)),
            configuration=None if config is None or config.file is None else ConfigurationFile(file=config.name, sha256=config.sha256),
            origins=_origins(config, checks, settings),
            versions=_versions(),
        ),
        findings=findings,
        refusals=refusals(findings, lambda operation: needed.get(operation, ())),
        criteria=roll_up(findings, available=_available(chosen), ran=chosen, outside={one.check for one in covered if one.outside}),
        coverage=covered,
        exclusions=exclusions(evaluation),
        tags_unread=tags_unread(evaluation),
    )


def _kinds(plan: Plan) -> tuple[Kind, ...]:
    return tuple(dict.fromkeys((Account, Region, *plan.facts)))


def _existing(session: Any, first: str) -> Iterator[str]:
    """The regions that there may be where the credentials lead to, as botocore knows them."""
    yield from session.get_available_regions("ec2", session.get_partition_for_region(first))


def _in_scope(regions: Iterable[str] | None, account: str, scope: Scope) -> None:
    """Raise ``SettingsError`` where a region is asked for that is out of scope."""
    for name in regions or ():
        if (number := scope.region(account, name)) is not None:
            raise SettingsError(f"{name} was asked for and is {scope.told(number)}")


def _collected(inventory: Inventory, scope: Scope) -> tuple[str, ...] | None:
    """The regions that were asked for when an inventory was collected; None where that was all in scope."""
    found = ((one.account, name, state) for one in inventory.accounts for name, (state, _) in one.regions.items())
    states = [(name, state) for account, name, state in found if scope.region(account, name) is None]
    if all(state != "outside" for _, state in states):
        return None
    return tuple(sorted({name for name, state in states if state == "read"}))


def _limit(name: str, read: Callable[[Any], float], value: Any) -> float:
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _names(regions: Iterable[str]) -> tuple[str, ...]:
    return (regions,) if isinstance(regions, str) else tuple(regions)


def _chosen(checks: Chosen, config: Configuration | None) -> Checks:
    if isinstance(checks, Mapping):
        return dict(checks)
    if checks is None:
        return (config or Configuration()).checks(load_checks())
    return select(load_checks(), _names(checks))


def _given(settings: Mapping[str, Any] | None, config: Configuration | None) -> dict[str, Any]:
    """The settings of the file, and over them those that were given beside it."""
    merged = dict(config.settings) if config else {}
    for name, value in (settings or {}).items():
        below = merged.get(name)
        merged[name] = {**below, **value} if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def _scope(config: Configuration | None) -> Scope:
    """What the file excludes."""
    excluded = config.said.scope.exclude if config else ()
    origins = tuple(config.where("scope", "exclude", number) for number in range(len(excluded))) if config else ()
    return Scope(excluded, origins, tags_of, HOMES)


def _origins(config: Configuration | None, checks: Chosen, settings: Mapping[str, Any] | None) -> dict[str, str]:
    """Where what was in force came from, as far as a file says; what was given beside it took its place."""
    given = {f"settings.{name}" for name in settings or {}}
    given |= {f"checks.{id}.{name}" for id, own in (settings or {}).items() if isinstance(own, Mapping) for name in own}
    found = config.origins if config else {}
    return {
        place: where
        for place, where in found.items()
        if place not in given and not place.startswith("scan.") and (checks is None or not place.startswith("select."))
    }


def _known(chosen: Checks) -> Checks:
    return load_checks() | chosen


def _available(chosen: Checks) -> list[Check[...]]:
    """The checks of the profiles that were asked for."""
    profiles = {check.profile for check in chosen.values()} | {CORE}
    return [check for check in load_checks().values() if check.profile in profiles]


def _asked(check: Check[...], plan: Plan, given: Settings) -> CheckAsked:
    settings, undeclared = in_force({name: given.value(check.id, name, one) for name, one in plan.settings_of(check).items()})
    manual = check.manual
    return CheckAsked(
        id=check.id,
        title=manual.title,
        why=manual.why,
        fix=manual.fix,
        terraform=manual.terraform,
        severity=check.severity,
        profile=check.profile,
        direct=check.direct,
        supporting=check.supporting,
        refs=check.refs,
        operations=plan.operations_of(check),
        settings=settings,
        undeclared=undeclared,
        version=version(check),
    )


def _account(account: AccountInventory, view: View) -> AccountScanned:
    return AccountScanned(
        account=account.account,
        partition=account.partition,
        caller=account.caller,
        observed_at=account.observed_at,
        finished_at=account.finished_at or account.observed_at,
        regions=tuple(RegionScope(name=name, state=state, reason=reason) for name, (state, reason) in sorted(view.regions.items())),
        vanished=dict(sorted(account.vanished.items())),
        inventory=account.content_hash,
        calls=tuple(
            Call(
                operation=one.operation,
                region=one.region,
                subject=one.subject,
                started=one.started,
                ended=one.ended,
                pages=one.pages,
                items=one.items,
                outcome=one.outcome,
                message=one.message,
                request_ids=one.request_ids,
                retries=one.retries,
                throttled=one.throttled,
            )
            for one in account.calls
        ),
    )


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("cloudsoc", "boto3", "botocore", "pydantic"):
        try:
            found[name] = installed(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found
