"""From the requests that a document can tell apart to grants: which classes of callers have one that is allowed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from cloudsoc.policy import named, strangers
from cloudsoc.policy.action_groups import ActionGroup, action_groups
from cloudsoc.policy.arns import fields
from cloudsoc.policy.callers import OWN_ORGANIZATION, Outsiders
from cloudsoc.policy.conditions import PreparedCondition
from cloudsoc.policy.document import PolicyDocument
from cloudsoc.policy.domains import Domain, Interval, Values, public_blocks
from cloudsoc.policy.exposed import ExposureGrant, Who
from cloudsoc.policy.matching import PreparedStatement, prepared_document
from cloudsoc.policy.policies import Policy
from cloudsoc.policy.request import Caller
from cloudsoc.policy.reviews import Effort, TooLarge, review
from cloudsoc.policy.search import Found, Search
from cloudsoc.policy.variables import substituted
from cloudsoc.policy.views import Covered, Views
from cloudsoc.policy.witness import Witnesses
from cloudsoc.policy.worlds import Denials, View, Worlds

__all__ = ["Finder"]

_OWNER: Final = "000000000000"
_FOREIGN: Final = "666666666666"
_TELLING: Final = ("caller", "source", "network", "access point", "token")
"""Meanings of keys that tell who calls, for whom, from where."""
_UNITS: Final = 150_000
"""What one document may cost: some tens of times what the largest one costs that people write."""


@cache
def _everything() -> Policy:
    return Policy.of({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, "the caller's own policies")


class Finder:
    """The grants of one document."""

    def __init__(
        self,
        document: PolicyDocument,
        account: str | None,
        resource: str | None,
        organization: str | None,
        service: str | None,
        moment: int | None,
        *,
        foreign: bool,
    ) -> None:
        cut = None if resource is None else fields(resource)
        self.account = account or (cut[4] if cut and cut[4].isdigit() else None)
        self.partition = cut[1] if cut else None
        self.service = service or _service_of(cut)
        asked = {condition.key.lower() for statement in document for condition in statement.conditions}
        if foreign:
            organization = "o-foreign"
        elif organization is None and "aws:resourceorgid" not in asked:
            organization = OWN_ORGANIZATION  # only variables can ask for it, so that any name will do
        self.owner = _FOREIGN if foreign else self.account or _OWNER
        self.resource_pins: dict[str, Values] = {}
        if foreign or self.account is not None:
            self.resource_pins = {"aws:resourceaccount": (self.owner,), "s3:resourceaccount": (self.owner,)}
        if organization is not None:
            self.resource_pins["aws:resourceorgid"] = (organization,)
        self.policy = Policy("policy", document)
        filled = substituted(document, {"aws:resourceaccount": (self.owner,), "s3:resourceaccount": (self.owner,)} | self.resource_pins)
        self.statements = (self.policy.prepared if filled is document else prepared_document(filled)).statements
        self.effort = Effort(_UNITS)
        self.denials = Denials(self.statements, resource, moment, self.effort)
        for domain in self.denials.domains.values():
            _fill(domain)

    def grants(self) -> Iterator[ExposureGrant]:
        """All grants, statement by statement."""
        for item in self.statements:
            if not item.allows:
                continue
            try:
                yield from list(self._of(item))
            except TooLarge as error:
                yield from self._undecided(item, review("too large", what=str(error)))

    def _of(self, item: PreparedStatement) -> Iterator[ExposureGrant]:
        worlds = Worlds(item, self.denials)
        outsiders = Outsiders(worlds, self.account, self.partition)
        for domain in worlds.new:
            _fill(domain)
        outsiders.fill_caller_domains()
        views = Views(worlds, outsiders, self.resource_pins)
        witnesses = Witnesses(worlds, self.policy, self.owner, _everything())
        merged: dict[tuple[object, ...], list[tuple[Search, Found]]] = {}
        for group in action_groups(worlds, self.service):
            search = Search(worlds, outsiders, views, witnesses, group)
            for found in _classes(search):
                merged.setdefault((found.who, found.guarded, found.guards, found.notes, found.review), []).append((search, found))
        told: dict[Caller, list[_Told]] = {}
        for several in merged.values():
            yield _grant(several, told)

    def _undecided(self, item: PreparedStatement, reason: str) -> Iterator[ExposureGrant]:
        """Everybody outside whom a statement could let in at all."""
        actions = item.statement.actions or ("*",)
        group = ActionGroup(tuple(sorted(actions)), "", ())
        for who in _largest(item, self.account):
            yield _made(item, [group], who, reason, guarded=who.kind not in ("service", "federated"))


def _fill(domain: Domain) -> None:
    key = domain.key
    fitting = {"text", "address"} if key in ("aws:sourceip", "aws:vpcsourceip") else {"text"}
    if domain.meaning in _TELLING and not domain.families <= fitting:
        domain.problem = review("strange comparison", key=key)
    if domain.meaning == "caller":
        if key == "aws:userid":
            domain.fill(many=False)
    elif domain.meaning in ("source", "network", "access point"):
        domain.fill(many=False)
    elif domain.meaning != "unknown":
        domain.fill(more=["own"] if not domain.tests else ())


def _classes(search: Search) -> Iterator[Found]:
    """The classes of callers that a statement lets do what a group of actions does, the largest first."""
    certain, possible = Covered(), Covered()
    yield from strangers.everyone(search, certain, possible)
    for step in (strangers.organizations, named.accounts, named.principals, named.services, named.providers):
        if not certain.public:
            yield from step(search, certain, possible)


def _largest(item: PreparedStatement, own: str | None) -> Iterator[Who]:
    entries = item.statement.principals
    if item.for_everyone or (entries is None and item.statement.not_principals is not None):
        yield Who("public")
        return
    for entry in entries or ():
        if entry.kind in ("Service", "Federated"):
            yield Who("service" if entry.kind == "Service" else "federated", entry.value)
        elif entry.kind == "CanonicalUser":
            yield Who("account", entry.value)
        elif entry.account is not None and entry.account != own:
            yield Who("account", entry.account) if entry.names_account else Who("principal", entry.value)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a condition of an Allow does to strangers."""

    key: str
    excludes_some: bool
    excludes_strangers: bool
    is_narrow: bool
    """It asks for an address, of not too many."""

    @classmethod
    def of(cls, test: PreparedCondition, worlds: Worlds, stranger: View) -> Self:
        domain, atom = worlds.domains[test.key], worlds.atom(test, stranger, certain=False)
        tells = domain.meaning in _TELLING and atom.unknown is None
        return cls(
            test.condition.key,
            atom.unknown is not None or atom.mask & domain.everything != domain.everything,
            tells and not atom.mask & worlds.mask(test.key, stranger),
            tells and bool(domain.intervals) and not public_blocks(_intervals(domain.intervals, atom.mask))[0],
        )


def _grant(several: list[tuple[Search, Found]], told: dict[Caller, list[_Told]]) -> ExposureGrant:
    search, found = several[0]
    restricting, required = _keys(search, found, told)
    return _made(
        search.worlds.allow,
        [each.group for each, _ in several],
        found.who,
        found.review,
        found,
        restricting,
        required,
        guarded=found.guarded,
    )


def _made(
    item: PreparedStatement,
    groups: list[ActionGroup],
    who: Who,
    reason: str | None,
    found: Found | None = None,
    restricting: tuple[str, ...] = (),
    required: tuple[str, ...] = (),
    *,
    guarded: bool,
) -> ExposureGrant:
    statement = item.statement
    resources = statement.resources if statement.not_resources is None else tuple(f"not {text}" for text in statement.not_resources)
    names = groups[0].names if len(groups) == 1 else tuple(sorted({name for group in groups for name in group.names}))
    return ExposureGrant(
        who=who,
        actions=names,
        resources=resources or (),
        index=item.index,
        statement=statement,
        restricted_by=restricting,
        required=required,
        guarded=guarded,
        guards=found.guards if found else (),
        notes=found.notes if found else (),
        needs_review=reason,
        witness=found.witness if found else None,
    )


def _keys(search: Search, found: Found, told: dict[Caller, list[_Told]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The condition keys without which the class would be larger, and all that its callers must fulfil."""
    worlds, item = search.worlds, search.worlds.allow
    everyone = found.who.kind != "public" and item.for_everyone
    if not item.tests and not everyone:
        return (), ()
    caller = found.view.caller
    if caller.account is not None or caller.kind == "anonymous":
        caller = search.outsiders.of_account(search.outsiders.strange_accounts[0])[0]
    asked = told.get(caller)
    if asked is None:
        view = search.views.of(caller, None, "strange")
        asked = told[caller] = [_Told.of(test, worlds, view) for test in item.tests]
    required = dict.fromkeys(each.key for each in asked if each.excludes_some)
    restricting = dict.fromkeys(each.key for each in asked if each.excludes_strangers or (found.who.kind == "network" and each.is_narrow))
    if not restricting and everyone:
        for deny in search.group.denies:
            if deny.means(caller):
                for test in deny.tests:
                    if worlds.domains[test.key].meaning in _TELLING:
                        restricting[test.condition.key] = None
    return tuple(restricting), tuple(required | restricting)


def _intervals(intervals: dict[int, Interval], mask: int) -> list[Interval]:
    return [interval for place, interval in intervals.items() if mask >> place & 1]


def _service_of(cut: tuple[str, ...] | None) -> str | None:
    if cut is None:
        return None
    return "sts" if cut[2] == "iam" and cut[5].startswith("role/") else cut[2] or None
