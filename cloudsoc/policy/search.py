"""Which classes of callers one Allow statement lets do one thing: is there a request of the class that is allowed?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cloudsoc.policy.action_groups import ActionGroup
from cloudsoc.policy.callers import Outsiders
from cloudsoc.policy.exposed import Who
from cloudsoc.policy.request import Caller, Request
from cloudsoc.policy.reviews import review
from cloudsoc.policy.statement import PrincipalKind
from cloudsoc.policy.views import Covered, Views
from cloudsoc.policy.witness import Witnesses
from cloudsoc.policy.worlds import Masks, View, Worlds

__all__ = ["Found", "Search", "narrowed", "sides"]


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


@dataclass(slots=True)
class Search:
    """The question that is asked class by class: what one statement and one group of actions let in."""

    worlds: Worlds
    outsiders: Outsiders
    views: Views
    witnesses: Witnesses
    group: ActionGroup

    def solve(self, view: View, *, certain: bool) -> Masks | None:
        """What is left of a view's requests; None if nothing is."""
        if certain and self.group.problem is not None:
            return None
        return self.worlds.solve(self.group.denies, view, certain=certain)

    def attempt(self, who: Who, views: Iterable[View], *, certain: bool) -> Found | None:
        """The first view whose requests are allowed."""
        first: Found | None = None
        for view in views:
            masks = self.solve(view, certain=certain)
            if masks is None:
                continue
            proves = certain or (self.group.problem is None and not self.worlds.has_unknown_keys(self.group.denies, view))
            witness = self.witnesses.find(self.group.example, self.group.denies, view, masks) if proves else None
            if witness is not None:
                return Found(who, view, masks, witness)
            if not certain and first is None:
                reasons = self.worlds.unknowns(self.group.denies, view)
                if self.group.problem is not None:
                    reasons.append(self.group.problem)
                first = Found(who, view, masks, review="; ".join(reasons or [review("no example")]))
        return first

    def means(self, callers: Iterable[Caller]) -> Iterator[Caller]:
        """Those whom the statement's Principal or NotPrincipal means."""
        return filter(self.worlds.allow.means, callers)

    @property
    def means_strangers(self) -> bool:
        """Can the statement mean somebody whom it does not name?"""
        return self.worlds.allow.for_everyone or self.worlds.allow.statement.principals is None

    def may_mean(self, *kinds: PrincipalKind) -> bool:
        """Can the statement mean somebody whom an entry of one of these kinds names?"""
        return self.means_strangers or any(entry.kind in kinds for entry in self.worlds.allow.statement.principals or ())

    def of_account(self, account: str) -> list[Caller]:
        """The callers of an account whom nobody names but whom the statement means all the same."""
        entries = self.worlds.allow.statement.principals or ()
        if not self.means_strangers and not any(entry.names_account and entry.account == account for entry in entries):
            return []
        return list(self.means(self.outsiders.of_account(account)))

    def organizations_left(self, covered: Covered) -> list[str | None]:
        """The organisations that an account can be in and that are not let in already; None is an account without one."""
        return [*self.outsiders.strange_organizations, *(name for name in self.outsiders.organizations if name not in covered.organizations)]


def sides(certain: Covered, possible: Covered) -> Iterable[tuple[bool, Covered]]:
    """First what is certain, then what is possible besides."""
    yield True, certain
    if not possible.public:
        yield False, possible


def narrowed(view: View, key: str, mask: int) -> View:
    """The view's requests with these values of a key."""
    return View(view.caller, view.pins, view.masks | {key: mask})
