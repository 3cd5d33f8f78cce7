"""The pytest plugin: with ``pytest --cloudsoc`` every finding is a test, and any test may ask for what a scan found.

Nothing is imported and nothing is scanned until somebody asks. The scan happens once: under xdist the controller scans, and its workers get what it found.
"""

from __future__ import annotations

import gzip
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cloudsoc.config import Configuration
    from cloudsoc.engine.inventory import Inventory
    from cloudsoc.model.report import Finding, Report, WaiverUse

NAME = "cloudsoc"
WAIVERS = "cloudsoc-waivers.toml"
LONGEST_NAME = 160
"""Characters of the part of a test's id that names the resource."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options; each may stand in ``addopts`` as well."""
    group = parser.getgroup(NAME, "cloudsoc: is the AWS account compliant?")
    group.addoption("--cloudsoc", action="store_true", help="Scan, and make each finding a test. With the argument `cloudsoc::` run no other tests.")
    group.addoption("--cloudsoc-check", metavar="GLOB", action="append", default=[], help="Only checks whose id matches, as in 's3-*'. Repeat for more.")
    group.addoption("--cloudsoc-extended", action="store_true", help="Also checks beyond the core profile (--cloudsoc-check looks at all anyway).")
    group.addoption("--cloudsoc-region", metavar="NAME", action="append", default=[], help="Only this region. Repeat for more. Default: all enabled.")
    group.addoption("--cloudsoc-profile", metavar="NAME", help="A profile of the AWS configuration.")
    group.addoption("--cloudsoc-role-arn", metavar="ARN", help="A role to assume.")
    group.addoption("--cloudsoc-external-id", metavar="ID", help="The external id that the role's trust policy asks for.")
    group.addoption("--cloudsoc-snapshot", metavar="FILE", help="Judge a snapshot instead of an account: no credentials, no calls.")
    group.addoption("--cloudsoc-config", metavar="FILE", help="A file of settings. Default: the one that `cloudsoc` would find in the root directory.")
    group.addoption("--cloudsoc-waivers", metavar="FILE", help=f"Failures that somebody accepts until a day. Default: {WAIVERS} in the root directory.")
    group.addoption(
        "--cloudsoc-incomplete",
        choices=("fail", "warn"),
        default="fail",
        help="Whether what could not be assessed fails, or is skipped and counted at the end.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker, and takes the arguments that are ours: ``cloudsoc::`` and ids of our tests, which no file has."""
    config.addinivalue_line("markers", f"{NAME}: a finding of a scan (added by `pytest --cloudsoc`)")
    config.stash[_SCAN] = scan = _Scan(config)
    if not config.option.cloudsoc or _distributes(config):  # a controller keeps the arguments for its workers
        return
    scan.wanted = [one for one in config.args if _ours(one, config.invocation_params.dir)]
    config.args[:] = [one for one in config.args if one not in scan.wanted]  # where none is left, pytest collects no file


def _ours(argument: str, folder: Path) -> bool:
    return argument == f"{NAME}::" or (argument.startswith(f"{NAME}/") and not (folder / argument.partition("::")[0]).exists())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A hook of xdist's: what each worker gets from the controller."""
    if node.config.option.cloudsoc:
        _judged(node.config)
        node.workerinput[NAME] = node.config.stash[_SCAN].packed


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Adds the tests before others select among them (``-k``, ``-m``) or shuffle them."""
    if not config.option.cloudsoc:
        return
    scan = config.stash[_SCAN]
    _judged(config)
    nodes = _nodes(session, scan.report)
    wanted = tuple(one for one in scan.wanted if one != f"{NAME}::")
    for prefix in wanted:
        if not any(case.nodeid.startswith(prefix) for node in nodes for case in node.cases):
            raise pytest.UsageError(f"{prefix}: the scan has no such test; `pytest --cloudsoc cloudsoc:: --collect-only -q` lists them")
    for node in nodes:
        node.cases = [case for case in node.cases if not wanted or case.nodeid.startswith(wanted)]
        items.extend(session.genitems(node))


def _judged(config: pytest.Config) -> None:
    """Raise where the scan looked at nothing: tests of one's own beside it would make that green."""
    if config.stash[_SCAN].report.blank and config.option.cloudsoc_incomplete == "fail":
        raise pytest.UsageError("cloudsoc: nothing in scope was judged; --cloudsoc-incomplete=warn lets that pass")


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """What was scanned, as whom and when."""
    return _scanned(config.stash[_SCAN].report) if config.option.cloudsoc and config.stash[_SCAN].done else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What a green run must not hide: whatever could not be assessed, and waivers that need a look."""
    if not config.option.cloudsoc or not config.stash[_SCAN].done:
        return
    from cloudsoc.reports.folding import gaps, stale
    from cloudsoc.reports.terminal import count, printable

    report = config.stash[_SCAN].report
    lines = [f"waiver: {line}" for line in stale(report)]
    if report.not_assessed:
        lines.append(f"NOT COMPLETE: {len(report.not_assessed)} of {count(len(report.findings), 'finding')} could not be assessed")
        lines += [f"  {count(len(one.findings), 'finding')}: {one.what}" for one in gaps(report)[:10]]
    if lines:
        terminalreporter.section("cloudsoc", sep="-")
        for line in lines:
            terminalreporter.line(" " * (len(line) - len(line.lstrip())) + printable(line))


@pytest.fixture(scope="session")
def cloudsoc_inventory(request: pytest.FixtureRequest) -> Inventory:
    """What was collected: a ``cloudsoc.Inventory`` of the account that the ``--cloudsoc-...`` options name, or of the snapshot."""
    return request.config.stash[_SCAN].inventory


@pytest.fixture(scope="session")
def cloudsoc_report(request: pytest.FixtureRequest) -> Report:
    """What was found: a ``cloudsoc.Report`` over the same, waivers applied."""
    return request.config.stash[_SCAN].report


@dataclass
class _Scan:
    """What this run scans: nothing, until somebody looks."""

    config: pytest.Config
    wanted: list[str] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return "report" in self.__dict__

    @cached_property
    def packed(self) -> dict[str, bytes]:
        """Inventory and report, for a worker: bytes, so that it need not share our files."""
        with tempfile.TemporaryDirectory() as folder:
            self.inventory.save(file := Path(folder, "snapshot"))
            return {"snapshot": file.read_bytes(), "report": gzip.compress(self.report.to_json().encode(), 1, mtime=0)}

    @property
    def _given(self) -> dict[str, bytes] | None:
        found: dict[str, bytes] | None = getattr(self.config, "workerinput", {}).get(NAME)
        return found

    @cached_property
    def inventory(self) -> Inventory:
        import cloudsoc

        option = self.config.option
        if self._given:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "snapshot")
                file.write_bytes(self._given["snapshot"])
                return cloudsoc.Inventory.load(file)
        if option.cloudsoc_snapshot:
            if option.cloudsoc_region or option.cloudsoc_profile or option.cloudsoc_role_arn:
                raise pytest.UsageError("--cloudsoc-snapshot: a snapshot has its account and regions; leave out --cloudsoc-region, -profile and -role-arn")
            with _wrong_use():
                return cloudsoc.Inventory.load(self.config.invocation_params.dir / option.cloudsoc_snapshot)
        if option.cloudsoc_external_id and not option.cloudsoc_role_arn:
            raise pytest.UsageError("--cloudsoc-external-id goes with --cloudsoc-role-arn")
        with _wrong_use():
            session = cloudsoc.session(profile=option.cloudsoc_profile, role_arn=option.cloudsoc_role_arn, external_id=option.cloudsoc_external_id)
            return cloudsoc.collect(session, checks=self._checks, regions=option.cloudsoc_region or None, config=self.settings)

    @cached_property
    def report(self) -> Report:
        import cloudsoc
        from cloudsoc.waivers import apply, read

        if self._given:
            return cloudsoc.Report.from_json(gzip.decompress(self._given["report"]))
        named = self.config.option.cloudsoc_waivers
        file = self.config.invocation_params.dir / named if named else self.config.rootpath / WAIVERS
        with _wrong_use():  # a wrong file of waivers is better known before the scan
            waivers = read(file, cloudsoc.load_checks().keys()) if named or file.is_file() else ()
            report = cloudsoc.evaluate(self.inventory, checks=self._checks, regions=self.config.option.cloudsoc_region or None, config=self.settings)
        return apply(report, waivers)

    @cached_property
    def settings(self) -> Configuration | None:
        """What a file says, if there is one."""
        from cloudsoc.config import configuration, find

        named = self.config.option.cloudsoc_config
        file = self.config.invocation_params.dir / named if named else find(self.config.rootpath)
        with _wrong_use():
            return configuration(file) if file else None

    @cached_property
    def _checks(self) -> Any:
        """Those that an option asks for; None where none does: then a file says which, or it is the core profile."""
        import cloudsoc

        option = self.config.option
        if not option.cloudsoc_check and not option.cloudsoc_extended:
            return None
        with _wrong_use():
            return cloudsoc.select(cloudsoc.load_checks(), option.cloudsoc_check)


_SCAN: pytest.StashKey[_Scan] = pytest.StashKey()


@contextmanager
def _wrong_use() -> Iterator[None]:
    """Errors that whoever started pytest can mend, as pytest tells them."""
    import cloudsoc
    from cloudsoc.waivers import WaiverError

    try:
        yield
    except (
        cloudsoc.CredentialsError,
        cloudsoc.LoadError,
        cloudsoc.SelectionError,
        cloudsoc.SettingsError,
        cloudsoc.SnapshotError,
        cloudsoc.UnknownRegion,
        WaiverError,
        OSError,
    ) as error:
        raise pytest.UsageError(f"cloudsoc: {error}") from error


def _distributes(config: pytest.Config) -> bool:
    """Whether this is a controller of xdist's: it runs no tests itself."""
    return not hasattr(config, "workerinput") and getattr(config.option, "dist", "no") != "no" and bool(getattr(config.option, "tx", None))


def _scanned(report: Report) -> list[str]:
    from cloudsoc.reports.terminal import count, printable

    lines = []
    for account in report.accounts:
        regions = sum(one.state == "read" for one in account.regions)
        lines.append(
            f"cloudsoc: account {account.account}, {account.observed_at:%Y-%m-%d %H:%M %Z}, {count(regions, 'region')}, "
            f"{count(len(report.asked.checks), 'check')}, {count(len(report.findings), 'finding')}"
        )
        lines.append(f"cloudsoc: read as {printable(account.caller)}, content hash {account.inventory}")
    return lines


# -- the tests ---------------------------------------------------------------------------------------------------------


class CheckNode(pytest.Collector):
    """A check, where its findings hang in pytest's tree: a line of dots for each."""

    cases: list[Case]

    def collect(self) -> list[Case]:
        """Its tests."""
        return self.cases


class NotCompliant(Exception):
    """What fails a test, in words."""


class Case(pytest.Item):
    """One test of ours: it says in words why it failed."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The words; where something else is at fault, its traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, NotCompliant) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where pytest says that a test is: in no file, so with its check."""
        return self.path, 0, f"{self.path.name}: {self.name}"


class FindingCase(Case):
    """One finding."""

    def __init__(self, *, finding: Finding, **more: Any) -> None:
        super().__init__(**more)
        self.finding = finding
        self.add_marker(NAME)
        if why := _skipped(finding, self.config.option.cloudsoc_incomplete == "warn"):
            self.add_marker(pytest.mark.skip(reason=why))
        self.user_properties += [("cloudsoc_check", finding.check), ("cloudsoc_resource", finding.resource.arn), ("cloudsoc_finding", finding.id)]

    def runtest(self) -> None:
        """Passed is passed, and nothing else is."""
        from cloudsoc.model.report import Outcome
        from cloudsoc.reports.detail import detail

        if self.finding.verdict is not Outcome.PASSED:
            unknown = self.finding.verdict is Outcome.NOT_ASSESSED
            said = ("NOT ASSESSED, so neither passed nor failed (--cloudsoc-incomplete=warn skips such tests)", "") if unknown else ()
            raise NotCompliant("\n".join((*said, *detail(self.finding))))


def _skipped(finding: Finding, incomplete: bool) -> str:
    """Why a finding is no test, if it is none; ``incomplete``: whether what could not be assessed is accepted."""
    from cloudsoc.model.report import Outcome
    from cloudsoc.reports.folding import told
    from cloudsoc.reports.terminal import printable

    if finding.outside:
        return printable(f"outside the scope that was asked for: {finding.reason}")
    if finding.verdict is Outcome.NOT_ASSESSED and incomplete:
        return printable(f"not assessed: {finding.reason}")
    if finding.verdict is Outcome.NOT_APPLICABLE:
        return printable(f"not applicable: {finding.reason}")
    return printable(told(finding)) if finding.verdict is Outcome.FAILED and finding.waiver else ""


class WaiverCase(Case):
    """A waiver that holds no more: it fails the run, as it fails the command's gate."""

    def __init__(self, *, use: WaiverUse, **more: Any) -> None:
        super().__init__(**more)
        self.use = use
        self.add_marker(NAME)

    def runtest(self) -> None:
        """Fails."""
        from cloudsoc.reports.folding import stale_line
        from cloudsoc.reports.terminal import printable

        raise NotCompliant(f"{printable(stale_line(self.use))}\n\nRenew it, or take it out of the file.")


def _nodes(session: pytest.Session, report: Report) -> list[CheckNode]:
    """The tests by check, in an order that depends on names alone: all workers must have the same."""
    from cloudsoc.reports.terminal import printable

    nodes: dict[str, CheckNode] = {}

    def node(name: str) -> CheckNode:
        if name not in nodes:
            nodes[name] = CheckNode.from_parent(session, name=name, nodeid=f"{NAME}/{name}", path=session.config.rootpath / NAME / name)
            nodes[name].cases = []
        return nodes[name]

    findings = sorted(report.findings, key=lambda one: (one.check, one.resource.account, one.resource.region, one.resource.arn, one.id))
    names = [printable(_where(one)) for one in findings]
    times = Counter(zip((one.check for one in findings), names, strict=True))
    for finding, name in zip(findings, names, strict=True):
        mark = f"#{finding.id[:12]}" if times[finding.check, name] > 1 or len(name) > LONGEST_NAME else ""
        check = node(finding.check)
        check.cases.append(FindingCase.from_parent(check, name=name[:LONGEST_NAME] + mark, finding=finding))
    for number, use in enumerate(report.stale_waivers, 1):
        stale = node("waivers")
        stale.cases.append(WaiverCase.from_parent(stale, name=f"{number}: {printable(f'{use.waiver.check}, {use.waiver.ticket}')}", use=use))
    return list(nodes.values())


def _where(finding: Finding) -> str:
    """The resource, shortly: account, region, and what an ARN has after those."""
    where = finding.resource
    parts = where.arn.split(":", 5)
    return f"{where.account}:{where.region}:{parts[5] if len(parts) == 6 and parts[0] == 'arn' else where.arn}"
