"""All requests that a document can tell apart, and which of them it allows.

A world is a choice of one value for each condition key and of one resource. The conditions of the statements are sets of values; the requests that an Allow
admits and no Deny stops are found by taking away, from the Allow's sets, what each Deny asks for in one of its conditions.

What cannot be known (a key without known meaning, a variable whose value is open) counts against an allowance in a *certain* search and for it in a *possible*
one. Nothing is missed by the second, nothing is made up by the first.

AWS source: IAM User Guide, "Policy evaluation logic".
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Self

from cloudsoc.policy.arns import fields
from cloudsoc.policy.conditions import PreparedCondition, opened
from cloudsoc.policy.domains import Domain, Values
from cloudsoc.policy.matching import PreparedDocument, PreparedStatement
from cloudsoc.policy.patterns import Glob
from cloudsoc.policy.representatives import Machine, beginnings, representatives
from cloudsoc.policy.request import Caller
from cloudsoc.policy.reviews import Effort, TooLarge, review

__all__ = ["RESOURCE", "Atom", "Denials", "Masks", "View", "Worlds"]

RESOURCE: Final = "the resource"
_NAMES: Final = frozenset({"aws:principalarn", "aws:username"})
"""Keys of which not every value is tried, only one for each class that patterns tell apart: what they are compared with must not depend on the caller as well."""
Masks = dict[str, int]
Escapes = list[tuple[str, int]]
"""The ways out of a Deny: a key, and the values with which one of its conditions does not hold."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One condition as a set of values of its key; ``unknown`` is why it is not known which."""

    key: str
    mask: int
    unknown: str | None = None


@dataclass(slots=True, eq=False)
class View:
    """A caller, what follows from it, and which values its requests can have for the other keys."""

    caller: Caller
    pins: Mapping[str, Values]
    masks: Masks = field(default_factory=dict)


@dataclass(slots=True)
class Places:
    """Resources that an Allow and the Deny statements can tell apart. ``problem``: these are not all, since there are too many patterns."""

    texts: list[str]
    problem: bool
    _masks: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, allow: PreparedStatement, denies: Iterable[PreparedStatement], own: str | None, effort: Effort) -> Self:
        """The resources below ``own``, the ARN of what the policy is attached to; all, if it is not known."""
        items = [allow, *(item for item in denies if not item.resources.everything or item.resources.negated)]
        exact = list(dict.fromkeys(text for item in items for text in sorted(item.resources.exact)))
        patterns = list(dict.fromkeys(pattern for item in items for pattern in item.resources.patterns))
        opened = list(dict.fromkeys(pattern for item in items for pattern in item.resources.opened({})))
        simple = [own] if own is not None else [*exact, *(_example(pattern) for pattern in (*(pattern.whole for pattern in patterns), *opened))]
        if own is None and len(items) == 1 and not allow.resources.negated:
            return cls(list(dict.fromkeys(simple)) or ["*"], problem=False)
        but = frozenset(exact)
        whole = None if any(pattern.fields for pattern in patterns) else [*(pattern.whole for pattern in patterns), *opened]
        machine: Machine | None = None

        def classes(prefix: str) -> list[str]:
            nonlocal machine
            found = None if whole is None else beginnings(whole, prefix, but)
            if found is None:
                if machine is None:
                    machine = Machine()
                    for pattern in patterns:
                        machine.add_arn(pattern)
                    for glob in opened:
                        machine.add_glob(glob)
                found = representatives([machine], effort, prefix=prefix, but=but)
            return found

        try:
            if own is None:
                return cls(list(dict.fromkeys([*exact, *classes("")])), problem=False)
            ends = ("/",) if own.split(":")[2:3] == ["s3"] and own.count(":") == 5 else ("/", ":")
            under = [text for end in ends for text in classes(own + end)]
            return cls(list(dict.fromkeys([own, *under, *(text for text in exact if text.startswith((own + "/", own + ":")))])), problem=False)
        except TooLarge:
            return cls(list(dict.fromkeys([*simple, "zz"])), problem=True)

    @property
    def everything(self) -> int:
        """All of them, as a set."""
        return (1 << len(self.texts)) - 1

    def mask(self, item: PreparedStatement, pins: Mapping[str, Values], effort: Effort, *, open_variables: bool) -> int:
        """Those that a statement is about; ``open_variables``: a variable may stand for anything that puts a resource among them."""
        if item.resources.templates:
            return self._listed(item, pins, effort, open_variables=open_variables)
        mask = self._masks.get(item.index)
        if mask is None:
            mask = self._masks[item.index] = self._listed(item, {}, effort, open_variables=open_variables)
        return mask

    def _listed(self, item: PreparedStatement, pins: Mapping[str, Values], effort: Effort, *, open_variables: bool) -> int:
        listed = item.resources
        effort.spend(len(self.texts) * (1 + len(listed.patterns) + len(listed.templates)) // 2)
        # Of NotResource, what may be among the resources is what need not be listed.
        opened = listed.opened(pins) if open_variables is not listed.negated else []
        found = 0
        for place, text in enumerate(self.texts):
            cut = fields(text)
            inside = (
                listed.everything
                or text in listed.exact
                or any(pattern.matches(text, cut) for pattern in listed.patterns)
                or any(pattern.matches(text) for pattern in opened)
            )
            if inside is not listed.negated:
                found |= 1 << place
        return found


class Denials:
    """The Deny statements of a document, which all its Allow statements have in common; ``own`` is the ARN of what it is attached to."""

    def __init__(self, statements: Iterable[PreparedStatement], own: str | None, not_before: int | None, effort: Effort) -> None:
        self.statements = tuple(item for item in statements if not item.allows)
        self.own, self.not_before, self.effort = own, not_before, effort
        self.tests = _tests(self.statements)
        self._index = PreparedDocument(self.statements)
        self._about: dict[str, tuple[PreparedStatement, ...]] = {}
        self._domains: dict[tuple[str, tuple[int, ...]], Domain] = {}
        self.domains = {key: self.domain(key, ())[0] for key in self.tests}
        self.callers: dict[Hashable, list[Caller]] = {}
        """The callers of accounts that were made already, by what tells them apart."""

    def about(self, action: str) -> tuple[PreparedStatement, ...]:
        """Those about an action."""
        found = self._about.get(action)
        if found is None:
            found = self._about[action] = tuple(self._index.about(action.lower())) if self.statements else ()
        return found

    def domain(self, key: str, tests: Iterable[PreparedCondition]) -> tuple[Domain, bool]:
        """The values that these conditions can tell apart; and whether that is a new domain, to be filled. Statements that ask the same share it."""
        asked = tuple(dict.fromkeys((*tests, *self.tests.get(key, ()))))
        known = self._domains.get((key, tuple(map(id, asked))))
        if known is not None:
            return known, False
        made = self._domains[key, tuple(map(id, asked))] = Domain(key, asked, self.effort, self.not_before)
        return made, True


def _tests(items: Iterable[PreparedStatement]) -> dict[str, list[PreparedCondition]]:
    """The conditions by key, keys that only variables ask for included."""
    found: dict[str, list[PreparedCondition]] = {}
    for item in items:
        for test in item.tests:
            found.setdefault(test.key, []).append(test)
            for key in test.keys:
                found.setdefault(key, [])
        for key in item.resources.keys:
            found.setdefault(key, [])
    return found


class Worlds:
    """The requests that one Allow and the Deny statements can tell apart."""

    def __init__(self, allow: PreparedStatement, denials: Denials) -> None:
        self.allow, self.denials, self.effort = allow, denials, denials.effort
        self.domains = dict(denials.domains)
        self.new: list[Domain] = []
        """The domains that have no values yet."""
        for key, tests in _tests([allow]).items():
            self.domains[key], is_new = denials.domain(key, tests)
            if is_new:
                self.new.append(self.domains[key])
        self._own = denials.own
        self.places = Places.of(allow, denials.statements, self._own, self.effort)

    # Conditions

    def atom(self, test: PreparedCondition, view: View, *, certain: bool) -> Atom:
        """What a condition asks of the requests of a view; if not ``certain``, of whoever the caller of the view stands for."""
        domain = self.domains[test.key]
        if domain.meaning == "unknown":
            return Atom(test.key, 0, review("unknown key", key=test.condition.key))
        if domain.problem is not None:
            return Atom(test.key, 0, domain.problem)
        if not test.templates:
            return Atom(test.key, domain.holding(test))
        if all(template.is_void(view.pins) for template in test.templates):
            return Atom(test.key, domain.holding_with(test, dict.fromkeys(test.keys, ())))
        if all(key in view.pins for key in test.keys):
            if certain or _NAMES.isdisjoint(test.keys):
                return Atom(test.key, domain.everything if test.holds(view.pins) else 0)
            wider = opened(test)
            if wider is not None and wider.holds(view.pins) is test.condition.operator.negated:
                return Atom(test.key, domain.everything if test.condition.operator.negated else 0)
        return Atom(test.key, 0, review("open variable", variables=_variables(test.keys[1:])))

    def mask(self, key: str, view: View) -> int:
        """The values of a key that a view's requests can have."""
        mask = view.masks.get(key)
        return self.domains[key].everything if mask is None else mask

    # Searching

    def solve(self, denies: Sequence[PreparedStatement], view: View, *, certain: bool) -> Masks | None:
        """Which values the requests of a view can have that the Allow admits and none of ``denies`` stops; None if there are no such requests."""
        if not self.allow.means(view.caller):
            return None
        masks: Masks = {}
        if not self._admits(view, masks, certain=certain):
            return None
        escapes = [ways for deny in denies if deny.means(view.caller) and (ways := self._escapes(deny, view, certain=certain)) is not None]
        return self._search(masks, escapes, view)

    def _admits(self, view: View, masks: Masks, *, certain: bool) -> bool:
        for test in self.allow.tests:
            atom = self.atom(test, view, certain=certain)
            if atom.unknown is not None:
                if certain:
                    return False
                continue
            masks[atom.key] = masks.get(atom.key, self.mask(atom.key, view)) & atom.mask
            if not masks[atom.key]:
                return False
        listed = self.places.mask(self.allow, view.pins, self.effort, open_variables=not certain)
        if not listed and (certain or not (self.places.problem or self._outside)):
            return False
        masks[RESOURCE] = listed or self.places.everything
        return True

    def _escapes(self, deny: PreparedStatement, view: View, *, certain: bool) -> Escapes | None:
        """The ways out of a Deny. None if it may not stop anything."""
        found: Escapes = []
        for test in deny.tests:
            atom = self.atom(test, view, certain=certain)
            if atom.unknown is None:
                found.append((atom.key, ~atom.mask))
            elif not certain:
                return None
        if self.places.problem and not certain and not deny.resources.everything:
            return None
        found.append((RESOURCE, ~self.places.mask(deny, view.pins, self.effort, open_variables=certain)))
        return found

    def _search(self, masks: Masks, denies: list[Escapes], view: View) -> Masks | None:
        while True:
            self.effort.spend(2 + len(denies))
            left: list[Escapes] = []
            narrowed = False
            for escapes in denies:
                viable: Escapes = []
                for key, keep in escapes:
                    have = masks.get(key)
                    if have is None:
                        have = masks[key] = self.mask(key, view)
                    if not have & ~keep:
                        break
                    if have & keep:
                        viable.append((key, keep))
                else:
                    if not viable:
                        return None
                    if len(viable) == 1:
                        masks[viable[0][0]] &= viable[0][1]
                        narrowed = True
                    else:
                        left.append(viable)
            denies = left
            if not narrowed:
                break
        if not denies:
            return masks
        first = min(denies, key=len)
        rest = [escapes for escapes in denies if escapes is not first]
        for key, keep in first:
            found = self._search({**masks, key: masks[key] & keep}, rest, view)
            if found is not None:
                return found
        return None

    def has_unknown_keys(self, denies: Iterable[PreparedStatement], view: View) -> bool:
        """Does a key of unknown meaning matter? Then a request without it proves nothing: perhaps every request has it."""
        items = [self.allow, *(deny for deny in denies if deny.means(view.caller))]
        return any(self.domains[key].meaning == "unknown" for item in items for test in item.tests for key in test.keys)

    def unknowns(self, denies: Iterable[PreparedStatement], view: View) -> list[str]:
        """Why it is not certain what the view's requests can do."""
        items = [self.allow, *(deny for deny in denies if deny.means(view.caller))]
        found = [atom.unknown for item in items for test in item.tests if (atom := self.atom(test, view, certain=False)).unknown is not None]
        found += [review("open variable", variables=_variables(item.resources.keys)) for item in items if item.resources.opened(view.pins)]
        if self.places.problem:
            found.append(review("too large", what="too many patterns of resources"))
        if self._outside:
            found.append(review("other resources"))
        return list(dict.fromkeys(found))

    @cached_property
    def _outside(self) -> bool:
        """Are the resources of the Allow written in another way than the ARN that is known, so that they cannot be compared with it?"""
        own, resources = self._own, self.allow.statement.resources
        return own is not None and resources is not None and not any(text == "*" or text.startswith(own.rpartition(":")[0]) for text in resources)


def _variables(keys: Iterable[str]) -> str:
    return ", ".join("${" + key + "}" for key in keys)


def _example(pattern: Glob) -> str:
    return "".join("x" if symbol in ("", "??") else symbol for symbol in pattern.symbols())
