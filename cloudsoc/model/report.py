"""Findings and the report: what other tools take in. Pydantic models, with a published JSON Schema."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cloudsoc.model.criterion import Criterion
from cloudsoc.model.denial import PolicyKind
from cloudsoc.model.verdict import Profile, Severity

SCHEMA_VERSION = 1
"""Raised when a reader of earlier reports would misunderstand a new one."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601")


class Outcome(Enum):
    """The four verdicts, by name."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    NOT_ASSESSED = "not_assessed"


class Cause(_Model):
    """Why something was not assessed: what was asked where, and what came back."""

    operation: str
    error: str
    region: str = ""
    account: str = ""
    message: str = ""
    outside: bool = Field(default=False, description="left out on purpose, by the scope that was asked for; no incompleteness")


class Refusal(_Model):
    """An IAM action that AWS refused the identity that read the account, and what could not be assessed for want of it."""

    action: str = Field(description="the IAM action")
    named: bool = Field(description="AWS named the action; else it is one that the operation needs")
    policy: PolicyKind | None = Field(description="the kind of policy that decided, as far as AWS said it")
    explicit: bool | None = Field(description="whether that policy denies it, or only does not allow it; None where AWS did not say")
    policy_arn: str = Field(default="", description="the policy, where AWS named it")
    through: PolicyKind | None = Field(default=None, description="the policy that had the named one refuse, where AWS said it")
    operations: tuple[str, ...] = Field(default=(), description="service:Operation that were refused")
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    checks: tuple[str, ...] = Field(default=(), description="ids of the checks that it would unlock, alone or with others")
    findings: int = Field(default=0, description="how many findings are not assessed for want of it")
    message: str = Field(default="", description="what AWS said, of one of the calls")

    @property
    def grantable(self) -> bool:
        """Whether an Allow for the identity may help: not where something denies, or where others than the identity's own policies do not allow."""
        own = (None, PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION)
        return not self.explicit and self.policy in own

    @property
    def told(self) -> str:
        """Who decided, in a few words."""
        if self.policy is None:
            return "an explicit deny, AWS did not say where" if self.explicit else "AWS did not say which policy decided"
        what = {True: f"a {self.policy.value} denies it", False: f"no {self.policy.value} allows it", None: f"a {self.policy.value}, denying or silent"}
        words = what[self.explicit].replace("a identity", "an identity")
        return words + (f" through a {self.through.value}" if self.through else "") + (f" ({self.policy_arn})" if self.policy_arn else "")


class Waiver(_Model):
    """A failure that somebody accepts: who, why, instead of what, and until when. Patterns are whole: ``*`` is any text, ``?`` any character."""

    check: str = Field(min_length=1, description="the id of a check, or a pattern over ids")
    resource: str = Field(min_length=1, description="the ARN or the last part of it, or a pattern over either")
    account: str = Field(default="*", min_length=1)
    region: str = Field(default="*", min_length=1)
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1, description="who answers for it")
    approver: str = Field(min_length=1, description="who accepted it")
    ticket: str = Field(min_length=1, description="where that is written down")
    compensating_control: str = Field(default="", description="what is done instead")
    expires: date = Field(description="the last day on which it holds, in UTC")


class WaiverUse(_Model):
    """What became of a waiver in a scan."""

    waiver: Waiver
    state: Literal["used", "expired", "unmatched", "not_looked_at"] = Field(
        description="unmatched: nothing that it names failed; not_looked_at: the scan did not see all that it names"
    )
    soon: bool = Field(default=False, description="it expires within 30 days of the scan")
    findings: tuple[str, ...] = Field(default=(), description="ids of the findings that it waives, or would if it had not expired")


AccountId = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
Pattern = Annotated[str, Field(min_length=1)]
Patterns = Annotated[tuple[Pattern, ...], Field(min_length=1)]


class Exclusion(_Model):
    """What lies outside the system under audit, and why. Something is out of scope where all that is said here holds for it; ``*`` is any text, ``?`` any character."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": [one]} for one in ("regions", "all_regions_but", "accounts", "tags")]})

    reason: str = Field(pattern=r"\S", description="why it is no part of the system under audit; an auditor reads this")
    regions: Patterns | None = Field(default=None, description="names of regions, or patterns over them")
    all_regions_but: Patterns | None = Field(default=None, description="every region that none of these names or patterns means")
    accounts: Annotated[tuple[AccountId, ...], Field(min_length=1)] | None = Field(default=None, description="ids of accounts")
    tags: Annotated[dict[str, Patterns], Field(min_length=1)] | None = Field(
        default=None, description="keys of tags and for each the values, or patterns over them, of which the resource has one"
    )

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if not (self.regions or self.all_regions_but or self.accounts or self.tags):
            raise ValueError("it says not what is out of scope: regions, all_regions_but, accounts or tags")
        if self.regions and self.all_regions_but:
            raise ValueError("regions and all_regions_but say two things about one matter: keep one")
        return self


class FoundResource(_Model):
    """What a finding is about."""

    arn: str = Field(description="the ARN, or an id of cloudsoc's where AWS has none")
    id: str = Field(description="the last part of the ARN")
    type: str = Field(description="as CloudFormation writes it")
    region: str = Field(description="the region, or 'global'")
    account: str
    partition: str
    owner: str = Field(description="the account that owns the resource")
    tags: dict[str, str] | None = Field(default=None, description="None where they were not read")


class PlaceOutOfScope(_Model):
    """A region of an account that is out of scope."""

    account: str
    region: str


class ExclusionUse(_Model):
    """An exclusion, and what it took out of the scope: known, counted and not judged."""

    exclusion: Exclusion
    origin: str = Field(default="", description="where it is declared: file:line")
    accounts: tuple[str, ...] = ()
    regions: tuple[PlaceOutOfScope, ...] = ()
    resources: tuple[FoundResource, ...] = Field(default=(), description="taken out by their tags, or by those of what they exist in")


class TagsUnread(_Model):
    """Resources of one type that could not be excluded by their tags, because these are not known; they were judged."""

    account: str
    region: str
    type: str
    resources: int
    cause: Cause


class Finding(_Model):
    """One verdict about one resource."""

    id: str = Field(description="stable over time: a hash of the check's first id, partition, account, region and resource")
    check: str
    title: str
    verdict: Outcome
    reason: str
    severity: Severity
    resource: FoundResource
    direct: tuple[Criterion, ...]
    supporting: tuple[Criterion, ...]
    evidence: dict[str, Any] = Field(description="the facts that the check was given, abbreviated")
    remedy: str = Field(description="a command with the resource's own name in it, or what to do; empty unless failed")
    causes: tuple[Cause, ...] = Field(default=(), description="for what was not assessed")
    population: bool = Field(default=False, description="stands for a whole population: a listing that is empty or could not be read")
    observed_at: datetime
    waiver: Waiver | None = Field(default=None, description="for a failure that somebody accepts; it stays a failure")

    @property
    def outside(self) -> bool:
        """Whether it was not assessed only because of the scope that was asked for."""
        return self.verdict is Outcome.NOT_ASSESSED and bool(self.causes) and all(cause.outside for cause in self.causes)


def finding_id(lineage: str, partition: str, account: str, region: str, resource: str) -> str:
    """The finding's id, from the check's first id and the resource: 32 hexadecimal digits."""
    return hashlib.sha256("\n".join((lineage, partition, account, region, resource)).encode()).hexdigest()[:32]


class CheckAsked(_Model):
    """A check that was run, in the version that ran."""

    id: str
    title: str
    why: str
    fix: str
    terraform: str
    severity: Severity
    profile: Profile
    direct: tuple[Criterion, ...]
    supporting: tuple[Criterion, ...]
    refs: tuple[str, ...]
    operations: tuple[str, ...] = Field(description="service:Operation, all that the check needs")
    settings: dict[str, Any] = Field(description="the values in force; a setting that nobody declared is missing here")
    undeclared: tuple[str, ...] = Field(default=(), description="settings without a default that nobody declared")
    version: str = Field(description="the distribution's version and a hash of the source of the check and of what it names")


class Call(_Model):
    """One line of the collection record: an operation asked once, with all its pages."""

    operation: str
    region: str
    subject: str = Field(description="the resource that it was asked about; empty where it was a listing of the account or region")
    started: datetime
    ended: datetime
    pages: int
    items: int
    outcome: str = Field(description="'read', 'absent', 'gone', or the error code")
    message: str = ""
    request_ids: tuple[str, ...] = ()
    retries: int | None = Field(default=None, description="requests that were sent again, of all pages; None where that was not recorded")
    throttled: int | None = Field(default=None, description="requests that AWS answered with: slower")


class RegionScope(_Model):
    """A region and what became of it."""

    name: str
    state: Literal["read", "disabled", "outside", "out_of_scope"] = Field(
        description="outside: not asked for; out_of_scope: declared to be no part of the system under audit"
    )
    reason: str = ""


class AccountScanned(_Model):
    """One account: as whom it was read, when, where, and the record of every call."""

    account: str
    partition: str
    caller: str = Field(description="ARN of the identity that read it")
    observed_at: datetime = Field(description="fixed once when collection started; what checks take as now")
    finished_at: datetime
    regions: tuple[RegionScope, ...]
    vanished: dict[str, int] = Field(description="resources that vanished between listing and reading, by type")
    inventory: str = Field(description="content hash of what was collected")
    calls: tuple[Call, ...]


class CoverageRow(_Model):
    """How many subjects of a check were assessed, in one account and region."""

    check: str
    account: str
    region: str
    passed: int = 0
    failed: int = 0
    not_applicable: int = 0
    not_assessed: int = 0
    outside: int = Field(default=0, description="not judged, because of the scope that was asked for")
    out_of_scope: int = Field(default=0, description="not judged, because it is declared to be no part of the system under audit")

    @property
    def subjects(self) -> int:
        """All subjects, judged or not."""
        return self.passed + self.failed + self.not_applicable + self.not_assessed + self.outside + self.out_of_scope


class CriterionState(Enum):
    """What the facts say about a criterion."""

    CONTRADICTED = "contradicted"
    SUPPORTED = "supported"
    NOT_ASSESSED = "not_assessed"
    MANUAL = "manual"


class CriterionResult(_Model):
    """A criterion and what the findings make of it. Never a percentage."""

    id: Criterion
    category: str
    summary: str
    state: CriterionState
    reason: str
    direct: tuple[str, ...] = Field(description="ids of the direct checks that ran")
    supporting: tuple[str, ...] = Field(description="ids of the supporting checks that ran")
    not_run: tuple[str, ...] = Field(description="direct checks of the profile that the selection left out")
    failed: tuple[str, ...] = Field(description="ids of the findings that contradict it")
    weaknesses: tuple[str, ...] = Field(description="ids of failed findings of supporting checks")
    passed: int
    not_applicable: int
    not_assessed: int
    manual: str = Field(description="what the auditor will ask for besides")


class ConfigurationFile(_Model):
    """The file that settings came from."""

    file: str
    sha256: str = Field(description="of the whole file")


class Asked(_Model):
    """What was asked for: the selection, the settings, and with which versions."""

    checks: tuple[CheckAsked, ...]
    selection: dict[str, Any] = Field(default_factory=dict, description="the patterns and filters that chose the checks")
    regions: tuple[str, ...] | None = Field(default=None, description="None: all that the account has enabled")
    settings: dict[str, Any] = Field(default_factory=dict, description="settings as they were given, not defaults")
    configuration: ConfigurationFile | None = Field(default=None, description="the file of settings, where there was one")
    origins: dict[str, str] = Field(
        default_factory=dict,
        description="what was in force besides defaults, by its place in the file of settings, and where it came from: file:line, or an option",
    )
    versions: dict[str, str] = Field(description="cloudsoc, Python and the libraries that read AWS")


class ReportError(ValueError):
    """A report that cannot be read: damaged, or written by a newer cloudsoc."""


class Report(_Model):
    """The result: findings, criteria, coverage, the collection record, and what was asked."""

    schema_version: int = SCHEMA_VERSION
    accounts: tuple[AccountScanned, ...]
    asked: Asked
    findings: tuple[Finding, ...]
    criteria: tuple[CriterionResult, ...]
    coverage: tuple[CoverageRow, ...]
    refusals: tuple[Refusal, ...] = Field(default=(), description="the rights that the identity lacked, those behind most findings first")
    waivers: tuple[WaiverUse, ...] = Field(default=(), description="the waivers that were given, and what became of them")
    exclusions: tuple[ExclusionUse, ...] = Field(default=(), description="what is declared to be out of scope, and what that took out")
    tags_unread: tuple[TagsUnread, ...] = Field(default=(), description="what stays in scope because nobody knows its tags")

    def to_json(self, *, indent: int | None = None) -> str:
        """The report as JSON text, after the schema that ``cloudsoc schema`` prints."""
        return self.model_dump_json(indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Report:
        """The report from its JSON; equal to the one that was written. Raises ``ReportError`` naming the place that is wrong."""
        try:
            return cls._current(cls.model_validate_json(text))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            if any(one["loc"] == ("schema_version",) or one["type"] == "extra_forbidden" for one in error.errors()):
                raise ReportError(f"not a report of this version of cloudsoc: {_place(first['loc'])}: {first['msg']}; was it written by a newer one?") from None
            raise ReportError(f"not a report, or damaged: {_place(first['loc'])}: {first['msg']}") from None

    @classmethod
    def _current(cls, report: Report) -> Report:
        if report.schema_version != SCHEMA_VERSION:
            raise ReportError(f"schema_version is {report.schema_version}, this cloudsoc reads {SCHEMA_VERSION}: use the version of cloudsoc that wrote it")
        return report

    def failed(self, at_least: Severity = Severity.LOW) -> tuple[Finding, ...]:
        """The failed findings of that severity or above."""
        return tuple(one for one in self.findings if one.verdict is Outcome.FAILED and one.severity >= at_least)

    def unwaived(self, at_least: Severity = Severity.LOW) -> tuple[Finding, ...]:
        """The failed findings of that severity or above that nobody accepts: what a gate looks at."""
        return tuple(one for one in self.failed(at_least) if one.waiver is None)

    @property
    def stale_waivers(self) -> tuple[WaiverUse, ...]:
        """Waivers that waive nothing any more: expired, or nothing that they name failed."""
        return tuple(one for one in self.waivers if one.state in {"expired", "unmatched"})

    @property
    def not_assessed(self) -> tuple[Finding, ...]:
        """What could not be judged although it is in scope."""
        return tuple(one for one in self.findings if one.verdict is Outcome.NOT_ASSESSED and not one.outside)

    @property
    def complete(self) -> bool:
        """Whether all in scope was assessed."""
        return not self.not_assessed

    @property
    def blank(self) -> bool:
        """Whether nothing in scope was judged: no finding says more than that something is outside the scope that was asked for, or in a region that is not enabled.

        To a gate that is as incomplete as can be.
        """
        disabled = {(account.account, region.name) for account in self.accounts for region in account.regions if region.state == "disabled"}
        return all(one.outside or (one.resource.account, one.resource.region) in disabled for one in self.findings)


def _place(location: Iterable[int | str]) -> str:
    return ".".join(map(str, location)) or "the top"
