"""Which classes of callers one statement lets do one thing: the largest first, and of the smaller ones only what the larger ones leave."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from cloudsoc.policy.arns import fields
from cloudsoc.policy.comparisons import network
from cloudsoc.policy.domains import ABSENT, Interval, public_blocks
from cloudsoc.policy.exposed import Who
from cloudsoc.policy.matching import PreparedStatement
from cloudsoc.policy.request import Caller, Request
from cloudsoc.policy.worlds import Masks, View

if TYPE_CHECKING:
    from cloudsoc.policy.finding import Finder

__all__ = ["PLACES", "Covered", "Found", "Search"]

PLACES: Final = ("network", "access point")
"""Meanings of keys that tell from where."""


@dataclass(slots=True)
class Covered:
    """What larger classes of callers have been let in already, certainly or possibly."""

    public: bool = False
    everyone: bool = False
    """Every AWS account."""
    organizations: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    services: bool = False
    providers: bool = False
    places: Masks = field(default_factory=dict)
    """By key, the values (networks, access points, units of organisations) whose callers are let in, whoever they are."""


@dataclass(slots=True)
class Found:
    """A class of callers that is let in: with a witness it is certain, else ``review`` says why not."""

    who: Who
    view: View
    masks: Masks
    witness: Request | None = None
    review: str | None = None
    guarded: bool = True
    guards: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Search:
    """The classes that one statement lets do one thing."""

    def __init__(self, finder: "Finder", item: PreparedStatement, action: str) -> None:
        self.finder, self.item, self.action = finder, item, action
        self.worlds, self.outsiders = finder.worlds, finder.outsiders

    def attempt(self, who: Who, views: Iterable[View], *, certain: bool) -> Found | None:
        """The first view whose requests are allowed."""
        first: Found | None = None
        for view in views:
            masks = self.worlds.solve(self.item, self.action, view, certain=certain)
            if masks is None:
                continue
            proves = certain or not self.worlds.has_unknown_keys(self.item, self.action, view)
            witness = self.finder.witnesses.find(self.item, self.action, view, masks) if proves else None
            if witness is not None:
                return Found(who, view, masks, witness)
            if not certain and first is None:
                first = Found(who, view, masks, review="; ".join(self.worlds.unknowns(self.item, self.action, view)))
        return first

    def either(self, who: Who, certain: Iterable[View], possible: Iterable[View]) -> Found | None:
        """A certain answer if there is one, else a possible one."""
        return self.attempt(who, certain, certain=True) or self.attempt(who, possible, certain=False)

    def everyone(self, certain: Covered, possible: Covered) -> Iterator[Found]:
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

    def _open(self, who: Who, callers: list[tuple[Caller, str | None]], *, certain: bool) -> Found | None:
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

    def _places(self, callers: list[tuple[Caller, str | None]], covered: Covered, certain: Covered, *, sure: bool) -> Iterator[Found]:
        """Networks and access points from which everyone of ``callers`` is let in."""
        for key, domain in self.worlds.domains.items():
            if domain.meaning not in PLACES:
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

    def _blocks(self, callers: list[tuple[Caller, str | None]], covered: Covered, *, sure: bool) -> Iterator[Found]:
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

    def _sides(self, certain: Covered, possible: Covered) -> Iterator[tuple[bool, Covered]]:
        yield True, certain
        if not possible.public:
            yield False, possible

    def organizations(self, certain: Covered, possible: Covered) -> Iterator[Found]:
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
                                covered.places[paths.key] = covered.places.get(paths.key, 0) | paths.such(name)
                                yield part
                        continue
                else:
                    found = self.attempt(Who("organization", organization), views, certain=sure)
                if found is not None:
                    covered.organizations.add(organization)
                    yield found
        _spread(certain, possible)

    def _all_organizations(self, covered: Covered) -> list[str | None]:
        return [*self.outsiders.strange_organizations, *(name for name in self.outsiders.organizations if name not in covered.organizations)]

    def accounts(self, certain: Covered, possible: Covered) -> Iterator[Found]:
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

    def principals(self, certain: Covered, possible: Covered) -> Iterator[Found]:
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

    def _unique_ids(self, covered: Covered, done: set[str], *, sure: bool) -> Iterator[Found]:
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

    def services(self, certain: Covered, possible: Covered) -> Iterator[Found]:
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

    def _pinned(self, found: Found, kind: str) -> tuple[str, ...]:
        """What the statement's conditions pin, of the values that are left."""
        names: dict[str, None] = {}
        for key, mask in found.masks.items():
            domain = self.worlds.domains.get(key)
            if domain is not None and domain.meaning == kind:
                names |= {name: None for place, name in enumerate(domain.names) if name is not None and mask >> place & 1}
        return tuple(sorted(names))

    def _weakness(self, found: Found) -> tuple[str, ...]:
        by_account = any(
            (domain := self.worlds.domains.get(key)) is not None and domain.meaning == "source" and key != "aws:sourcearn" and not mask & domain.such(None)
            for key, mask in found.masks.items()
        )
        if by_account or not found.guards or any((cut := fields(guard)) is None or cut[4] for guard in found.guards):
            return ()
        return ("the ARN of the source names no account, and its name could be another's one day: aws:SourceAccount is missing",)

    def providers(self, certain: Covered, possible: Covered) -> Iterator[Found]:
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


def _spread(certain: Covered, possible: Covered) -> None:
    """What is certain is possible as well."""
    possible.public |= certain.public
    possible.everyone |= certain.everyone
    possible.organizations |= certain.organizations
    for key, mask in certain.places.items():
        possible.places[key] = possible.places.get(key, 0) | mask


def _with(view: View, key: str, mask: int) -> View:
    return View(view.caller, view.pins, view.masks | {key: mask})


def _inside(interval: Interval, block: str) -> bool:
    found = network(block)
    return found is not None and found.version == interval[0] and int(found.network_address) <= interval[1] and interval[2] <= int(found.broadcast_address)


def _whole_organization(pattern: str) -> bool:
    return pattern.partition("/")[2] in ("*", "")
