"""From the requests that a document can tell apart to grants: which classes of callers have one that is allowed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from cloudsoc.policy.action_groups import ActionGroup, action_groups
from cloudsoc.policy.arns import fields
from cloudsoc.policy.callers import OWN_ORGANIZATION, Outsiders
from cloudsoc.policy.document import PolicyDocument
from cloudsoc.policy.domains import ABSENT, Interval, Values, public_blocks
from cloudsoc.policy.exposed import ExposureGrant, Who
from cloudsoc.policy.matching import PreparedStatement
from cloudsoc.policy.meanings import token_claim
from cloudsoc.policy.request import Caller, Request
from cloudsoc.policy.variables import substituted
from cloudsoc.policy.witness import Witnesses
from cloudsoc.policy.worlds import Masks, View, Worlds

__all__ = ["Finder"]

_OWNER: Final = "000000000000"
_FOREIGN: Final = "666666666666"
_PLACES: Final = ("network", "access point")
_TELLING: Final = ("caller", "source", "network", "access point", "token")
"""Meanings of keys that tell who calls, for whom, from where."""
Openness = Literal["strange", "any"]


@dataclass(slots=True)
class _Covered:
    """What larger classes of callers have been let in already, certainly or possibly."""

    public: bool = False
    everyone: bool = False
    """Every AWS account."""
    organizations: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    services: bool = False
    providers: bool = False
    places: Masks = field(default_factory=dict)
    """By key, the values (networks, access points) whose callers are let in, whoever they are."""


@dataclass(slots=True)
class _Found:
    who: Who
    view: View
    masks: Masks
    witness: Request | None = None
    review: str | None = None
    guarded: bool = True
    guards: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


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
        account = account or (cut[4] if cut and cut[4].isdigit() else None)
        asked = {condition.key.lower() for statement in document for condition in statement.conditions}
        if foreign:
            organization = "o-foreign"
        elif organization is None and "aws:resourceorgid" not in asked:
            organization = OWN_ORGANIZATION  # only variables can ask for it, so that any name will do
        self.owner = _FOREIGN if foreign else account or _OWNER
        self.resource_pins: dict[str, Values] = {"aws:resourceaccount": (self.owner,), "s3:resourceaccount": (self.owner,)}
        if organization is not None:
            self.resource_pins["aws:resourceorgid"] = (organization,)
        self.worlds = Worlds(substituted(document, self.resource_pins), resource, moment)
        self.outsiders = Outsiders(self.worlds, account, cut[1] if cut else None)
        self.service = service or _service_of(cut)
        self._fill()
        self.witnesses = Witnesses(self.worlds, document, self.owner)

    def _fill(self) -> None:
        for key, domain in self.worlds.domains.items():
            fitting = {"text", "address"} if key in ("aws:sourceip", "aws:vpcsourceip") else {"text"}
            if domain.meaning in _TELLING and not domain.families <= fitting:
                domain.problem = f"{key} is compared as if it were something else"
            if domain.meaning == "caller":
                if key == "aws:userid":
                    domain.fill(many=False)
            elif domain.meaning in ("source", "network", "access point"):
                domain.fill(many=False)
            elif domain.meaning != "unknown":
                domain.fill(more=["own"] if not domain.tests else ())
        self.outsiders.fill_caller_domains()

    def grants(self) -> Iterator[ExposureGrant]:
        """All grants, statement by statement."""
        for item in self.worlds.statements:
            if not item.allows:
                continue
            merged: dict[tuple[object, ...], list[tuple[ActionGroup, _Found]]] = {}
            for group in action_groups(item.statement, self.worlds, self.service):
                for found in self.found(item, group):
                    merged.setdefault((found.who, found.guarded, found.guards, found.notes, found.review), []).append((group, found))
            for several in merged.values():
                yield self._grant(item, several)

    def _grant(self, item: PreparedStatement, several: list[tuple[ActionGroup, _Found]]) -> ExposureGrant:
        statement, found = item.statement, several[0][1]
        resources = statement.resources if statement.not_resources is None else tuple(f"not {text}" for text in statement.not_resources)
        restricting, required = self._keys(item, several[0][0].example, found)
        return ExposureGrant(
            who=found.who,
            actions=tuple(sorted({name for group, _ in several for name in group.names})),
            resources=resources or (),
            index=item.index,
            statement=statement,
            restricted_by=restricting,
            required=required,
            guarded=found.guarded,
            guards=found.guards,
            notes=found.notes,
            needs_review=found.review,
            witness=found.witness,
        )

    def _keys(self, item: PreparedStatement, action: str, found: _Found) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The condition keys without which the class would be larger, and all that its callers must fulfil."""
        stranger = self._stranger_view(found)
        restricting: dict[str, None] = {}
        required: dict[str, None] = {}
        for test in item.tests:
            domain, atom = self.worlds.domains[test.key], self.worlds.atom(test, stranger)
            if atom.unknown is not None or atom.mask & domain.everything != domain.everything:
                required[test.condition.key] = None
            if domain.meaning not in _TELLING or atom.unknown is not None:
                continue
            narrow = domain.intervals and not public_blocks(_intervals(domain.intervals, atom.mask))[0]
            if not atom.mask & self.worlds.mask(test.key, stranger) or (found.who.kind == "network" and narrow):
                restricting[test.condition.key] = None
        if (
            not restricting
            and found.who.kind != "public"
            and item.statement.principals is not None
            and any(entry.is_everyone for entry in item.statement.principals)
        ):
            for deny in self.worlds.stopping(action, stranger.caller):
                for test in deny.tests:
                    if self.worlds.domains[test.key].meaning in _TELLING:
                        restricting[test.condition.key] = None
        return tuple(restricting), tuple(required | restricting)

    # Classes of callers, the largest first

    def found(self, item: PreparedStatement, group: ActionGroup) -> Iterator[_Found]:
        """The classes of callers that a statement lets do what a group of actions does."""
        search = _Search(self, item, group.example)
        certain, possible = _Covered(), _Covered()
        yield from search.everyone(certain, possible)
        for step in (search.organizations, search.accounts, search.principals, search.services, search.providers):
            if not certain.public:
                yield from step(certain, possible)

    def _stranger_view(self, found: _Found) -> View:
        caller = found.view.caller
        if caller.account is not None or caller.kind == "anonymous":
            caller = next(iter(self.outsiders.of_account(self.outsiders.strange_accounts[0])))
        return self.view(caller, None, "strange")

    def view(
        self,
        caller: Caller,
        organization: str | None,
        openness: Openness,
        *,
        covered: _Covered | None = None,
        user_id: str | None = None,
        any_user_id: bool = False,
        strange_source: bool = True,
        strange_token: bool = True,
        provider: str | None = None,
    ) -> View:
        """The requests of a caller: from strange networks only, or from any that ``covered`` does not have already."""
        pins = self.outsiders.pins(caller, organization) | self.resource_pins
        masks: Masks = {}
        for key, domain in self.worlds.domains.items():
            if domain.meaning == "unknown":
                continue
            if domain.meaning in ("source", "signed", "token") and key not in pins:
                if domain.meaning == "source" and caller.kind == "service":
                    masks[key] = domain.such(None) if strange_source else domain.everything
                elif domain.meaning == "token" and caller.kind == "federated identity" and (provider == "*" or _issued(key, caller.arn)):
                    masks[key] = domain.such(None) if strange_token else domain.everything
                elif domain.meaning == "signed" and caller.account is not None:
                    masks[key] = domain.everything
                else:
                    masks[key] = domain.only(ABSENT)
                    pins[key] = ABSENT
            elif domain.meaning in _PLACES:
                masks[key] = domain.such(None) if openness == "strange" else domain.everything & ~(covered.places.get(key, 0) if covered else 0)
            elif key == "aws:principalorgpaths":
                masks[key] = domain.only(ABSENT) if organization is None else _below(domain.values, organization)
            elif key == "aws:userid" and key not in pins:
                none = domain.only(ABSENT)
                masks[key] = (domain.everything if any_user_id else domain.such(user_id)) & ~none
            elif key in pins:
                masks[key] = domain.only(pins[key])
        return View(caller, pins, masks)


class _Search:
    """The classes that one statement lets do one thing."""

    def __init__(self, finder: Finder, item: PreparedStatement, action: str) -> None:
        self.finder, self.item, self.action = finder, item, action
        self.worlds, self.outsiders = finder.worlds, finder.outsiders

    def attempt(self, who: Who, views: Iterable[View], *, certain: bool) -> _Found | None:
        """The first view whose requests are allowed."""
        first: _Found | None = None
        for view in views:
            masks = self.worlds.solve(self.item, self.action, view, certain=certain)
            if masks is None:
                continue
            proves = certain or not self.worlds.has_unknown_keys(self.item, self.action, view)
            witness = self.finder.witnesses.find(self.item, self.action, view, masks) if proves else None
            if witness is not None:
                return _Found(who, view, masks, witness)
            if not certain and first is None:
                first = _Found(who, view, masks, review="; ".join(self.worlds.unknowns(self.item, self.action, view)))
        return first

    def either(self, who: Who, certain: Iterable[View], possible: Iterable[View]) -> _Found | None:
        """A certain answer if there is one, else a possible one."""
        return self.attempt(who, certain, certain=True) or self.attempt(who, possible, certain=False)

    def everyone(self, certain: _Covered, possible: _Covered) -> Iterator[_Found]:
        """The public and every AWS account, from anywhere; then those who come from networks and through access points that are named."""
        anonymous = Caller.of("*")
        strangers = [
            (caller, organization)
            for account in self.outsiders.strange_accounts
            for caller in self.outsiders.of_account(account)
            for organization in self.outsiders.strange_organizations
        ]
        for sure in (True, False):
            covered = certain if sure else possible
            if certain.public:
                return
            everyone = Who("public")
            found = self._open(everyone, [(anonymous, None)], certain=sure)
            if found is not None:
                covered.public = covered.everyone = True
                if sure or found.witness:
                    certain.public = certain.everyone = True
                yield found
                continue
            if not certain.everyone and not possible.everyone:
                found = self._open(Who("any AWS account"), strangers, certain=sure)
                if found is not None:
                    covered.everyone = True
                    if found.witness:
                        certain.everyone = True
                    yield found
            both = [(anonymous, None), *([] if certain.everyone or possible.everyone else strangers)]
            yield from self._places(both, covered, certain, sure=sure)
        _spread(certain, possible)

    def _open(self, who: Who, callers: list[tuple[Caller, str | None]], *, certain: bool) -> _Found | None:
        """Are these let in from anywhere? From ranges of addresses, only if these are so broad that they keep nobody out."""
        for caller, organization in callers:
            view = self.finder.view(caller, organization, "strange")
            for mode in self._modes(view):
                domain = self.worlds.domains.get("aws:sourceip")
                if domain is None or not domain.intervals or mode.masks["aws:sourceip"] == domain.only(ABSENT):
                    found = self.attempt(who, [mode], certain=certain)
                elif self.worlds.solve(self.item, self.action, mode, certain=certain) is None:
                    found = None
                else:
                    places = self._addresses(mode, certain=certain)
                    broad, _ = public_blocks(domain.intervals[place] for place in places)
                    found = self.attempt(who, [_with(mode, "aws:sourceip", 1 << place) for place in places], certain=certain) if broad else None
                if found is not None:
                    return found
        return None

    def _modes(self, view: View) -> list[View]:
        """A request comes over the internet, with an address, or through a VPC endpoint, without."""
        inside = [key for key, domain in self.worlds.domains.items() if domain.meaning == "network" and key != "aws:sourceip"]
        if "aws:sourceip" not in self.worlds.domains:
            return [view]
        absent = {key: self.worlds.domains[key].only(ABSENT) for key in ("aws:sourceip", *inside)}
        internet = View(view.caller, view.pins, view.masks | {key: absent[key] for key in inside})
        internet.masks["aws:sourceip"] &= ~absent["aws:sourceip"]
        through = _with(view, "aws:sourceip", absent["aws:sourceip"])
        return [internet, through]

    def _addresses(self, view: View, *, certain: bool) -> list[int]:
        domain = self.worlds.domains["aws:sourceip"]
        allowed = [
            place
            for place in domain.intervals
            if view.masks["aws:sourceip"] >> place & 1
            and self.worlds.solve(self.item, self.action, _with(view, "aws:sourceip", 1 << place), certain=certain) is not None
        ]
        return sorted(allowed, key=lambda place: domain.intervals[place])

    def _places(self, callers: list[tuple[Caller, str | None]], covered: _Covered, certain: _Covered, *, sure: bool) -> Iterator[_Found]:
        """Networks and access points from which everyone of ``callers`` is let in."""
        for key, domain in self.worlds.domains.items():
            if domain.meaning not in _PLACES:
                continue
            for name in dict.fromkeys(filter(None, domain.names)):
                mask = domain.such(name) & ~covered.places.get(key, 0) & ~certain.places.get(key, 0)
                if not mask:
                    continue
                views = [_with(self.finder.view(caller, organization, "any", covered=covered), key, mask) for caller, organization in callers]
                found = self.attempt(Who("network" if domain.meaning == "network" else "access points", name), views, certain=sure)
                if found is not None:
                    covered.places[key] = covered.places.get(key, 0) | mask
                    yield found
            if key == "aws:sourceip" and domain.intervals:
                yield from self._blocks(callers, covered, sure=sure)

    def _blocks(self, callers: list[tuple[Caller, str | None]], covered: _Covered, *, sure: bool) -> Iterator[_Found]:
        domain = self.worlds.domains["aws:sourceip"]
        reached: dict[int, View] = {}
        for caller, organization in callers:
            view = self._modes(self.finder.view(caller, organization, "any", covered=covered))[0]
            for place in self._addresses(view, certain=sure):
                reached.setdefault(place, view)
        _, blocks = public_blocks(domain.intervals[place] for place in reached)
        if not reached:
            return
        for block in blocks:
            inside = [place for place in reached if _inside(domain.intervals[place], block)] or list(reached)
            found = self.attempt(Who("network", block), [_with(reached[place], "aws:sourceip", 1 << place) for place in inside], certain=sure)
            if found is not None:
                yield found
        covered.places["aws:sourceip"] = covered.places.get("aws:sourceip", 0) | sum(1 << place for place in reached)

    def _sides(self, certain: _Covered, possible: _Covered) -> Iterator[tuple[bool, _Covered]]:
        yield True, certain
        if not possible.public:
            yield False, possible

    def organizations(self, certain: _Covered, possible: _Covered) -> Iterator[_Found]:
        """Organisations that are named, as a whole or below units of theirs."""
        if certain.everyone:
            return
        callers = [caller for account in self.outsiders.strange_accounts for caller in self.outsiders.of_account(account)]
        for sure, covered in self._sides(certain, possible):
            if covered.everyone:
                continue
            for organization in self.outsiders.organizations:
                if organization in certain.organizations:
                    continue
                views = [self.finder.view(caller, organization, "any", covered=covered) for caller in callers]
                paths = self.worlds.domains.get("aws:principalorgpaths")
                if paths is not None:
                    named = {name for name in paths.names if name is not None and name.partition("/")[0] == organization and not _whole_organization(name)}
                    free = sum(1 << place for place, name in enumerate(paths.names) if name not in named)
                    found = self.attempt(
                        Who("organization", organization), [_with(view, paths.key, view.masks[paths.key] & free) for view in views], certain=sure
                    )
                    if found is None:
                        for name in sorted(named):
                            part = self.attempt(
                                Who("organization path", name),
                                [_with(view, paths.key, view.masks[paths.key] & paths.such(name)) for view in views],
                                certain=sure,
                            )
                            if part is not None:
                                yield part
                        continue
                else:
                    found = self.attempt(Who("organization", organization), views, certain=sure)
                if found is not None:
                    covered.organizations.add(organization)
                    yield found
        possible.organizations |= certain.organizations

    def _all_organizations(self, covered: _Covered) -> list[str | None]:
        return [*self.outsiders.strange_organizations, *(name for name in self.outsiders.organizations if name not in covered.organizations)]

    def accounts(self, certain: _Covered, possible: _Covered) -> Iterator[_Found]:
        """Accounts and canonical users that are named."""
        if certain.everyone:
            return
        for sure, covered in self._sides(certain, possible):
            if covered.everyone:
                continue
            for account in self.outsiders.accounts:
                if account in certain.accounts:
                    continue
                views = (
                    self.finder.view(caller, organization, "any", covered=covered)
                    for caller in self.outsiders.of_account(account)
                    for organization in self._all_organizations(covered)
                )
                found = self.attempt(Who("account", account), views, certain=sure)
                if found is not None:
                    covered.accounts.add(account)
                    yield found
            for user in self.outsiders.canonical_users:
                if user in certain.accounts:
                    continue
                views = (
                    self.finder.view(replace(caller, canonical_user=user), organization, "any", covered=covered)
                    for account in (*self.outsiders.strange_accounts, *self.outsiders.accounts)
                    for caller in self.outsiders.of_account(account)
                    for organization in self._all_organizations(covered)
                )
                found = self.attempt(Who("account", user), views, certain=sure)
                if found is not None:
                    covered.accounts.add(user)
                    yield found
        possible.accounts |= certain.accounts

    def principals(self, certain: _Covered, possible: _Covered) -> Iterator[_Found]:
        """Users, roles and sessions that are named, and unique ids."""
        if certain.everyone:
            return
        certain_names: set[str] = set()
        for sure, covered in self._sides(certain, possible):
            if covered.everyone:
                continue
            for name in self.outsiders.named:
                if name in certain_names or name.split(":")[4] in covered.accounts:
                    continue
                views = (
                    self.finder.view(caller, organization, "any", covered=covered, any_user_id=True)
                    for caller in self.outsiders.like(name)
                    for organization in self._all_organizations(covered)
                )
                found = self.attempt(Who("principal", name), views, certain=sure)
                if found is not None:
                    certain_names |= {name} if sure else set()
                    yield found
            yield from self._unique_ids(covered, certain_names, sure=sure)

    def _unique_ids(self, covered: _Covered, done: set[str], *, sure: bool) -> Iterator[_Found]:
        ids = self.worlds.domains.get("aws:userid")
        if ids is None:
            return
        for name in dict.fromkeys(filter(None, ids.names)):
            if name in done or (len(name) == 12 and name.isdigit()) or name == "anonymous":
                continue
            views = (
                self.finder.view(caller, organization, "any", covered=covered, user_id=name)
                for account in (*self.outsiders.strange_accounts, *self.outsiders.accounts)
                if account not in covered.accounts
                for caller in self.outsiders.of_account(account)
                if caller.kind != "root"
                for organization in self._all_organizations(covered)
            )
            found = self.attempt(Who("principal", name), views, certain=sure)
            if found is not None:
                done |= {name} if sure else set()
                yield found

    def services(self, certain: _Covered, possible: _Covered) -> Iterator[_Found]:
        """AWS services, guarded against the confused deputy or not."""
        done: set[str] = set()
        for sure, covered in self._sides(certain, possible):
            for label, names in (("*", self.outsiders.strange_services), *((name, [name]) for name in self.outsiders.services)):
                if label in done or "*" in done:
                    continue
                for strange in (True, False):
                    views = (self.finder.view(Caller.of(name), None, "any", covered=covered, strange_source=strange) for name in names)
                    found = self.attempt(Who("service", label), views, certain=sure)
                    if found is not None:
                        found.guarded = not strange
                        if not strange:
                            found.guards = self._pinned(found, "source")
                            found.notes = self._weakness(found)
                        if found.witness or sure:
                            done.add(label)
                        yield found
                        break

    def _pinned(self, found: _Found, kind: str) -> tuple[str, ...]:
        """What the statement's conditions pin, of the values that are left."""
        names: dict[str, None] = {}
        for key, mask in found.masks.items():
            domain = self.worlds.domains.get(key)
            if domain is not None and domain.meaning == kind:
                names |= {name: None for place, name in enumerate(domain.names) if name is not None and mask >> place & 1}
        return tuple(sorted(names))

    def _weakness(self, found: _Found) -> tuple[str, ...]:
        by_account = any(
            (domain := self.worlds.domains.get(key)) is not None and domain.meaning == "source" and key != "aws:sourcearn" and not mask & domain.such(None)
            for key, mask in found.masks.items()
        )
        if by_account or not found.guards or any((cut := fields(guard)) is None or cut[4] for guard in found.guards):
            return ()
        return ("the ARN of the source names no account, and its name could be another's one day: aws:SourceAccount is missing",)

    def providers(self, certain: _Covered, possible: _Covered) -> Iterator[_Found]:
        """Identity providers, whose tokens are limited to subjects that are named or not."""
        done: set[str] = set()
        for sure, covered in self._sides(certain, possible):
            for label in ("*", *self.outsiders.providers):
                if label in done or "*" in done:
                    continue
                caller = Caller.of(label) if label != "*" else Caller("federated identity", "https://any-provider.example")
                for strange in (True, False):
                    view = self.finder.view(caller, None, "any", covered=covered, strange_token=strange, provider=label)
                    found = self.attempt(Who("federated", label), [view], certain=sure)
                    if found is not None:
                        found.guarded = not strange or ":saml-provider/" in label
                        found.guards = () if strange else self._pinned(found, "token")
                        if found.witness or sure:
                            done.add(label)
                        yield found
                        break


def _spread(certain: _Covered, possible: _Covered) -> None:
    """What is certain is possible as well."""
    possible.public |= certain.public
    possible.everyone |= certain.everyone
    for key, mask in certain.places.items():
        possible.places[key] = possible.places.get(key, 0) | mask


def _with(view: View, key: str, mask: int) -> View:
    return View(view.caller, view.pins, view.masks | {key: mask})


def _intervals(intervals: dict[int, Interval], mask: int) -> list[Interval]:
    return [interval for place, interval in intervals.items() if mask >> place & 1]


def _inside(interval: Interval, block: str) -> bool:
    from cloudsoc.policy.comparisons import network

    found = network(block)
    return found is not None and found.version == interval[0] and int(found.network_address) <= interval[1] and interval[2] <= int(found.broadcast_address)


def _below(values: list[Values], organization: str) -> int:
    return sum(1 << place for place, value in enumerate(values) if value and value[0].startswith(organization + "/"))


def _whole_organization(pattern: str) -> bool:
    return pattern.partition("/")[2] in ("*", "")


def _issued(key: str, provider: str) -> bool:
    """Is a token's key one of this provider's?"""
    claim = token_claim(key)
    if claim is None:
        return False
    if ":saml-provider/" in provider:
        return claim[0] == "saml"
    return (provider.partition(":oidc-provider/")[2] or provider).lower() == claim[0]


def _service_of(cut: tuple[str, ...] | None) -> str | None:
    if cut is None:
        return None
    return "sts" if cut[2] == "iam" and cut[5].startswith("role/") else cut[2] or None
