"""The large classes: the public, every AWS account, whoever comes from a network or through an access point, organisations."""

from collections.abc import Iterator

from cloudsoc.policy.comparisons import network
from cloudsoc.policy.domains import ABSENT, Interval, public_blocks
from cloudsoc.policy.exposed import Who
from cloudsoc.policy.request import Caller
from cloudsoc.policy.search import Found, Search, narrowed, sides
from cloudsoc.policy.views import PLACES, Covered
from cloudsoc.policy.worlds import View

__all__ = ["everyone", "organizations"]

Callers = list[tuple[Caller, str | None]]
"""Callers, each with its organisation."""


def everyone(search: Search, certain: Covered, possible: Covered) -> Iterator[Found]:
    """The public and every AWS account, from anywhere; then those who come from networks and through access points that are named."""
    if not search.means_strangers:
        return
    outsiders = search.outsiders
    anonymous: Callers = [(caller, None) for caller in search.means([Caller.of("*")])]
    strangers: Callers = [
        (caller, organization)
        for account in outsiders.strange_accounts
        for caller in search.of_account(account)
        for organization in outsiders.strange_organizations
    ]
    if not anonymous and not strangers:
        return
    for sure in (True, False):
        covered = certain if sure else possible
        if certain.public:
            return
        found = _open(search, Who("public"), anonymous, certain=sure)
        if found is not None:
            covered.public = covered.everyone = True
            if sure or found.witness:
                certain.public = certain.everyone = True
            yield found
            continue
        if not certain.everyone and not possible.everyone:
            found = _open(search, Who("any AWS account"), strangers, certain=sure)
            if found is not None:
                covered.everyone = True
                if found.witness:
                    certain.everyone = True
                yield found
        both = [*anonymous, *([] if certain.everyone or possible.everyone else strangers)]
        yield from _places(search, both, covered, certain, sure=sure)
    _spread(certain, possible)


def _open(search: Search, who: Who, callers: Callers, *, certain: bool) -> Found | None:
    """Are these let in from anywhere? From ranges of addresses, only if these are so broad that they keep nobody out."""
    for caller, organization in callers:
        view = search.views.of(caller, organization, "strange")
        for mode in _modes(search, view):
            domain = search.worlds.domains.get("aws:sourceip")
            if domain is None or not domain.intervals or mode.masks["aws:sourceip"] == domain.only(ABSENT):
                found = search.attempt(who, [mode], certain=certain)
            elif search.solve(mode, certain=certain) is None:
                found = None
            else:
                places = _addresses(search, mode, certain=certain)
                broad, _ = public_blocks(domain.intervals[place] for place in places)
                found = search.attempt(who, [narrowed(mode, "aws:sourceip", 1 << place) for place in places], certain=certain) if broad else None
            if found is not None:
                return found
    return None


def _modes(search: Search, view: View) -> list[View]:
    """A request comes over the internet, with an address, or through a VPC endpoint, without."""
    domains = search.worlds.domains
    if "aws:sourceip" not in domains:
        return [view]
    inside = [key for key, domain in domains.items() if domain.meaning == "network" and key != "aws:sourceip"]
    absent = {key: domains[key].only(ABSENT) for key in ("aws:sourceip", *inside)}
    internet = View(view.caller, view.pins, view.masks | {key: absent[key] for key in inside})
    internet.masks["aws:sourceip"] &= ~absent["aws:sourceip"]
    return [internet, narrowed(view, "aws:sourceip", absent["aws:sourceip"])]


def _addresses(search: Search, view: View, *, certain: bool) -> list[int]:
    domain = search.worlds.domains["aws:sourceip"]
    allowed = [
        place
        for place in domain.intervals
        if view.masks["aws:sourceip"] >> place & 1 and search.solve(narrowed(view, "aws:sourceip", 1 << place), certain=certain) is not None
    ]
    search.worlds.effort.spend(20 * len(allowed))
    return sorted(allowed, key=lambda place: domain.intervals[place])


def _places(search: Search, callers: Callers, covered: Covered, certain: Covered, *, sure: bool) -> Iterator[Found]:
    """Networks and access points from which everyone of ``callers`` is let in."""
    for key, domain in search.worlds.domains.items():
        if domain.meaning not in PLACES:
            continue
        for name in dict.fromkeys(filter(None, domain.names)):
            mask = domain.such(name) & ~covered.places.get(key, 0) & ~certain.places.get(key, 0)
            if not mask:
                continue
            views = [narrowed(search.views.of(caller, organization, covered=covered), key, mask) for caller, organization in callers]
            found = search.attempt(Who("network" if domain.meaning == "network" else "access points", name), views, certain=sure)
            if found is not None:
                covered.places[key] = covered.places.get(key, 0) | mask
                yield found
        if key == "aws:sourceip" and domain.intervals:
            yield from _blocks(search, callers, covered, sure=sure)


def _blocks(search: Search, callers: Callers, covered: Covered, *, sure: bool) -> Iterator[Found]:
    domain = search.worlds.domains["aws:sourceip"]
    reached: dict[int, View] = {}
    for caller, organization in callers:
        view = _modes(search, search.views.of(caller, organization, covered=covered))[0]
        for place in _addresses(search, view, certain=sure):
            reached.setdefault(place, view)
    _, blocks = public_blocks(domain.intervals[place] for place in reached)
    if not reached:
        return
    for block in blocks:
        inside = [place for place in reached if _inside(domain.intervals[place], block)] or list(reached)
        found = search.attempt(Who("network", block), [narrowed(reached[place], "aws:sourceip", 1 << place) for place in inside], certain=sure)
        if found is not None:
            yield found
    covered.places["aws:sourceip"] = covered.places.get("aws:sourceip", 0) | sum(1 << place for place in reached)


def _inside(interval: Interval, block: str) -> bool:
    found = network(block)
    return found is not None and found.version == interval[0] and int(found.network_address) <= interval[1] and interval[2] <= int(found.broadcast_address)


def organizations(search: Search, certain: Covered, possible: Covered) -> Iterator[Found]:
    """Organisations that are named, as a whole or below units of theirs."""
    if certain.everyone or not search.means_strangers or not search.outsiders.organizations:
        return
    callers = [caller for account in search.outsiders.strange_accounts for caller in search.of_account(account)]
    if not callers:
        return
    for sure, covered in sides(certain, possible):
        if covered.everyone:
            continue
        for organization in search.outsiders.organizations:
            if organization in certain.organizations:
                continue
            views = [search.views.of(caller, organization, covered=covered) for caller in callers]
            paths = search.worlds.domains.get("aws:principalorgpaths")
            if paths is not None:
                named = {name for name in paths.names if name is not None and name.partition("/")[0] == organization and not _whole_organization(name)}
                free = sum(1 << place for place, name in enumerate(paths.names) if name not in named)
                found = search.attempt(
                    Who("organization", organization), [narrowed(view, paths.key, view.masks[paths.key] & free) for view in views], certain=sure
                )
                if found is None:
                    for name in sorted(named):
                        part = search.attempt(
                            Who("organization path", name),
                            [narrowed(view, paths.key, view.masks[paths.key] & paths.such(name)) for view in views],
                            certain=sure,
                        )
                        if part is not None:
                            covered.places[paths.key] = covered.places.get(paths.key, 0) | paths.such(name)
                            yield part
                    continue
            else:
                found = search.attempt(Who("organization", organization), views, certain=sure)
            if found is not None:
                covered.organizations.add(organization)
                yield found
    _spread(certain, possible)


def _whole_organization(pattern: str) -> bool:
    return pattern.partition("/")[2] in ("*", "")


def _spread(certain: Covered, possible: Covered) -> None:
    """What is certain is possible as well."""
    possible.public |= certain.public
    possible.everyone |= certain.everyone
    possible.organizations |= certain.organizations
    for key, mask in certain.places.items():
        possible.places[key] = possible.places.get(key, 0) | mask
