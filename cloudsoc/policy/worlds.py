"""All requests that a document can tell apart, and which of them it allows.

A world is a choice of one value for each condition key and of one resource. The conditions of the statements are sets of values; the requests that an Allow
admits and no Deny stops are found by taking away, from the Allow's sets, what each Deny asks for in one of its conditions.

What cannot be known (a key without known meaning, a variable whose value is open) counts against an allowance in a *certain* search and for it in a *possible*
one. Nothing is missed by the second, nothing is made up by the first.

AWS source: IAM User Guide, "Policy evaluation logic".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from cloudsoc.policy.arns import fields
from cloudsoc.policy.conditions import PreparedCondition
from cloudsoc.policy.document import PolicyDocument
from cloudsoc.policy.domains import Domain, Values
from cloudsoc.policy.matching import PreparedStatement, prepared_document
from cloudsoc.policy.patterns import Glob
from cloudsoc.policy.principals import applies_to
from cloudsoc.policy.representatives import Machine, TooManyPatterns, representatives
from cloudsoc.policy.request import Caller
from cloudsoc.policy.statement import Statement

__all__ = ["RESOURCE", "Atom", "Masks", "View", "Worlds"]

RESOURCE: Final = "the resource"
Masks = dict[str, int]
_MOST_STEPS: Final = 20_000


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
    def of(cls, allow: PreparedStatement, denies: list[PreparedStatement], own: str | None) -> Self:
        """The resources below ``own``, the ARN of what the policy is attached to; all, if it is not known."""
        items = [allow, *(item for item in denies if not item.resources.everything or item.resources.negated)]
        exact = list(dict.fromkeys(text for item in items for text in sorted(item.resources.exact)))
        patterns = list(dict.fromkeys(pattern for item in items for pattern in item.resources.patterns))
        opened = list(dict.fromkeys(pattern for item in items for pattern in item.resources.opened({})))
        simple = [own] if own is not None else [*exact, *(_example(pattern) for pattern in (*(pattern.whole for pattern in patterns), *opened))]
        if own is None and len(items) == 1 and not allow.resources.negated:
            return cls(list(dict.fromkeys(simple)) or ["*"], problem=False)
        machine = Machine()
        for pattern in patterns:
            machine.add_arn(pattern)
        for glob in opened:
            machine.add_glob(glob)
        try:
            if own is None:
                return cls(list(dict.fromkeys([*exact, *representatives([machine], but=frozenset(exact))])), problem=False)
            ends = ("/",) if own.split(":")[2:3] == ["s3"] and own.count(":") == 5 else ("/", ":")
            under = [text for end in ends for text in representatives([machine], prefix=own + end, but=frozenset(exact))]
            return cls(list(dict.fromkeys([own, *under, *(text for text in exact if text.startswith((own + "/", own + ":")))])), problem=False)
        except TooManyPatterns:
            return cls(list(dict.fromkeys([*simple, "zz"])), problem=True)

    @property
    def everything(self) -> int:
        """All of them, as a set."""
        return (1 << len(self.texts)) - 1

    def mask(self, item: PreparedStatement, pins: Mapping[str, Values], *, open_variables: bool) -> int:
        """Those that a statement is about; ``open_variables``: a variable may stand for anything that puts a resource among them."""
        if item.resources.templates:
            return self._listed(item, pins, open_variables=open_variables)
        mask = self._masks.get(item.index)
        if mask is None:
            mask = self._masks[item.index] = self._listed(item, {}, open_variables=open_variables)
        return mask

    def _listed(self, item: PreparedStatement, pins: Mapping[str, Values], *, open_variables: bool) -> int:
        listed = item.resources
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


class Worlds:
    """The requests that a document can tell apart."""

    def __init__(self, document: PolicyDocument, resource: str | None, not_before: int | None) -> None:
        self.document = document
        prepared = prepared_document(document)
        self.statements: tuple[PreparedStatement, ...] = prepared.statements
        self.denies = [item for item in self.statements if not item.allows]
        self.prepared = prepared
        tests: dict[str, list[PreparedCondition]] = {}
        for item in self.statements:
            for test in item.tests:
                tests.setdefault(test.key, []).append(test)
                for key in test.keys:
                    tests.setdefault(key, [])
            for key in item.resources.keys:
                tests.setdefault(key, [])
        self.domains = {key: Domain(key, tuple(found), not_before) for key, found in tests.items()}
        self._held: dict[tuple[int, int], int] = {}
        self._own = resource
        self._places: dict[int, Places] = {}

    def places(self, allow: PreparedStatement) -> Places:
        """The resources that ``allow`` and the Deny statements can tell apart."""
        found = self._places.get(allow.index)
        if found is None:
            found = self._places[allow.index] = Places.of(allow, self.denies, self._own)
        return found

    # Conditions

    def atom(self, test: PreparedCondition, view: View) -> Atom:
        """What a condition asks of the requests of a view."""
        domain = self.domains[test.key]
        if domain.meaning == "unknown":
            return Atom(test.key, 0, f"the meaning of the condition key {test.condition.key} is not known")
        if domain.problem is not None:
            return Atom(test.key, 0, domain.problem)
        if not test.templates:
            held = self._held.get((id(test), len(domain.values)))
            if held is None:
                held = self._held[id(test), len(domain.values)] = domain.holding(test, {})
            return Atom(test.key, held)
        if all(key in view.pins for key in test.keys):
            return Atom(test.key, domain.everything if test.holds(view.pins) else 0)
        if all(template.is_void(view.pins) for template in test.templates):
            return Atom(test.key, domain.holding(test, dict.fromkeys(test.keys, ())))
        named = ", ".join("${" + key + "}" for key in test.keys[1:])
        return Atom(test.key, 0, f"what {named} stands for is open")

    def mask(self, key: str, view: View) -> int:
        """The values of a key that a view's requests can have."""
        mask = view.masks.get(key)
        return self.domains[key].everything if mask is None else mask

    # Searching

    def solve(self, allow: PreparedStatement, action: str, view: View, *, certain: bool, within: Mapping[str, int] | None = None) -> Masks | None:
        """Which values the requests of a view can have that ``allow`` admits and no Deny stops; None if there are no such requests."""
        if applies_to(allow.statement, view.caller) is None:
            return None
        masks: Masks = dict(within or {})
        if not self._admits(allow, view, masks, certain=certain):
            return None
        denies: list[list[tuple[str, int]]] = []
        for deny in self.stopping(action, view.caller):
            escapes = self._escapes(allow, deny, view, certain=certain)
            if escapes is not None:
                denies.append(escapes)
        self._steps = 0
        return self._search(masks, denies, view, certain=certain)

    def stopping(self, action: str, caller: Caller) -> list[PreparedStatement]:
        """The Deny statements about an action and a caller."""
        if not self.denies:
            return []
        return [item for item in self.prepared.about(action.lower()) if not item.allows and applies_to(item.statement, caller) is not None]

    def _admits(self, allow: PreparedStatement, view: View, masks: Masks, *, certain: bool) -> bool:
        for test in allow.tests:
            atom = self.atom(test, view)
            if atom.unknown is not None:
                if certain:
                    return False
                continue
            masks[atom.key] = masks.get(atom.key, self.mask(atom.key, view)) & atom.mask
            if not masks[atom.key]:
                return False
        places = self.places(allow)
        listed = places.mask(allow, view.pins, open_variables=not certain)
        if not listed and (certain or not (places.problem or _outside(allow, self._own))):
            return False
        masks[RESOURCE] = listed or places.everything
        return True

    def _escapes(self, allow: PreparedStatement, deny: PreparedStatement, view: View, *, certain: bool) -> list[tuple[str, int]] | None:
        """The ways out of a Deny: a key, and the values with which its condition does not hold. None if it may not stop anything."""
        found: list[tuple[str, int]] = []
        for test in deny.tests:
            atom = self.atom(test, view)
            if atom.unknown is None:
                found.append((atom.key, ~atom.mask))
            elif not certain:
                return None
        places = self.places(allow)
        if places.problem and not certain and not deny.resources.everything:
            return None
        found.append((RESOURCE, ~places.mask(deny, view.pins, open_variables=certain)))
        return found

    def _search(self, masks: Masks, denies: list[list[tuple[str, int]]], view: View, *, certain: bool) -> Masks | None:
        while True:
            self._steps += 1
            if self._steps > _MOST_STEPS:
                return None if certain else masks
            left: list[list[tuple[str, int]]] = []
            narrowed = False
            for escapes in denies:
                viable: list[tuple[str, int]] = []
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
            found = self._search({**masks, key: masks[key] & keep}, rest, view, certain=certain)
            if found is not None:
                return found
        return None

    def has_unknown_keys(self, allow: PreparedStatement, action: str, view: View) -> bool:
        """Does a key of unknown meaning matter? Then a request without it proves nothing: perhaps every request has it."""
        items = [allow, *self.stopping(action, view.caller)]
        return any(self.domains[key].meaning == "unknown" for item in items for test in item.tests for key in test.keys)

    def unknowns(self, allow: PreparedStatement, action: str, view: View) -> list[str]:
        """Why it is not certain what the view's requests can do."""
        items = [allow, *self.stopping(action, view.caller)]
        found = [atom.unknown for item in items for test in item.tests if (atom := self.atom(test, view)).unknown is not None]
        found += [
            "what " + ", ".join("${" + key + "}" for key in item.resources.keys) + " stands for is open" for item in items if item.resources.opened(view.pins)
        ]
        if self.places(allow).problem:
            found.append("there are too many patterns of resources")
        if _outside(allow, self._own):
            found.append("its resources are written in another way than the ARN of the resource")
        if not found:
            found.append("there are too many Deny statements to try them all")
        return list(dict.fromkeys(found))


def _example(pattern: Glob) -> str:
    return "".join("x" if symbol in ("", "??") else symbol for symbol in pattern.symbols())


def _outside(item: PreparedStatement, own: str | None) -> bool:
    """Are the resources of a statement written in another way than the ARN that is known, so that they cannot be compared with it?"""
    statement: Statement = item.statement
    return (
        own is not None and statement.resources is not None and not any(text == "*" or text.startswith(own.rpartition(":")[0]) for text in statement.resources)
    )
