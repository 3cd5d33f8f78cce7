"""From the requests that a document can tell apart to grants: which classes of callers have one that is allowed."""

from collections.abc import Iterator
from typing import Final, Literal

from cloudsoc.policy.action_groups import ActionGroup, action_groups
from cloudsoc.policy.arns import fields
from cloudsoc.policy.callers import OWN_ORGANIZATION, Outsiders
from cloudsoc.policy.document import PolicyDocument
from cloudsoc.policy.domains import ABSENT, Interval, Values, public_blocks
from cloudsoc.policy.exposed import ExposureGrant
from cloudsoc.policy.matching import PreparedStatement
from cloudsoc.policy.meanings import token_claim
from cloudsoc.policy.request import Caller
from cloudsoc.policy.search import PLACES, Covered, Found, Search
from cloudsoc.policy.variables import substituted
from cloudsoc.policy.witness import Witnesses
from cloudsoc.policy.worlds import Masks, View, Worlds

__all__ = ["Finder"]

_OWNER: Final = "000000000000"
_FOREIGN: Final = "666666666666"
_TELLING: Final = ("caller", "source", "network", "access point", "token")
"""Meanings of keys that tell who calls, for whom, from where."""
Openness = Literal["strange", "any"]


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
            merged: dict[tuple[object, ...], list[tuple[ActionGroup, Found]]] = {}
            for group in action_groups(item.statement, self.worlds, self.service):
                for found in self.found(item, group):
                    merged.setdefault((found.who, found.guarded, found.guards, found.notes, found.review), []).append((group, found))
            for several in merged.values():
                yield self._grant(item, several)

    def _grant(self, item: PreparedStatement, several: list[tuple[ActionGroup, Found]]) -> ExposureGrant:
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

    def _keys(self, item: PreparedStatement, action: str, found: Found) -> tuple[tuple[str, ...], tuple[str, ...]]:
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

    def found(self, item: PreparedStatement, group: ActionGroup) -> Iterator[Found]:
        """The classes of callers that a statement lets do what a group of actions does."""
        search = Search(self, item, group.example)
        certain, possible = Covered(), Covered()
        yield from search.everyone(certain, possible)
        for step in (search.organizations, search.accounts, search.principals, search.services, search.providers):
            if not certain.public:
                yield from step(certain, possible)

    def _stranger_view(self, found: Found) -> View:
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
        covered: Covered | None = None,
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
            elif domain.meaning in PLACES:
                masks[key] = domain.such(None) if openness == "strange" else domain.everything & ~(covered.places.get(key, 0) if covered else 0)
            elif key == "aws:principalorgpaths":
                masks[key] = (
                    domain.only(ABSENT) if organization is None else _below(domain.values, organization) & ~(covered.places.get(key, 0) if covered else 0)
                )
            elif key == "aws:userid" and key not in pins:
                none = domain.only(ABSENT)
                masks[key] = (domain.everything if any_user_id else domain.such(user_id)) & ~none
            elif key in pins:
                masks[key] = domain.only(pins[key])
        return View(caller, pins, masks)


def _intervals(intervals: dict[int, Interval], mask: int) -> list[Interval]:
    return [interval for place, interval in intervals.items() if mask >> place & 1]


def _below(values: list[Values], organization: str) -> int:
    return sum(1 << place for place, value in enumerate(values) if value and value[0].startswith(organization + "/"))


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
