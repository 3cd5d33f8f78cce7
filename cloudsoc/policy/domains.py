"""The values of a condition key that are worth trying: together they behave like all values.

Which values two conditions can tell apart depends on what they compare: texts fall into the classes of their patterns, numbers, dates and addresses into the
intervals between those that are written. A key that is compared in several ways at once has no such classes here.

AWS source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued context keys".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, pairwise
from typing import Final

from cloudsoc.policy.arns import ArnPattern, arn_pattern
from cloudsoc.policy.comparisons import microseconds, network, number
from cloudsoc.policy.conditions import PreparedCondition
from cloudsoc.policy.meanings import ALWAYS, BOOLEAN, Meaning, fixed_part, meaning
from cloudsoc.policy.patterns import Glob, glob
from cloudsoc.policy.representatives import Machine, beginnings, representatives
from cloudsoc.policy.reviews import Effort, TooLarge, review
from cloudsoc.policy.statement import any_value

__all__ = ["ABSENT", "Domain", "Interval", "Values", "Written", "patterns_of", "public_blocks"]

Values = tuple[str, ...]
ABSENT: Final[Values] = ()
Interval = tuple[int, int, int]
"""A range of addresses: the version of IP, the first and the last."""

_TEXTS: Final = frozenset({"String", "StringIgnoreCase", "StringLike", "Arn", "Bool", "Binary"})
_MOST_VALUES: Final = 4096
_WIDEST: Final = {4: 8, 6: 32}
"""S3's meaning of public: a range that is broader restricts nobody."""


def _family(condition: PreparedCondition) -> str | None:
    """What kind of values a condition sets apart; None for one that only asks whether there is one, or that has no values."""
    comparison = condition.condition.operator.comparison
    if comparison == "Null" or not condition.condition.values:
        return None
    if comparison in _TEXTS:
        return "text"
    return "number" if comparison.startswith("Numeric") else "date" if comparison.startswith("Date") else "address"


@dataclass(eq=False)
class Domain:
    """The values of ``key`` (in lower case) that the conditions in ``tests`` can tell apart."""

    key: str
    tests: tuple[PreparedCondition, ...]
    effort: Effort
    not_before: int | None = None
    values: list[Values] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    """For each value: what pins it, so that a stranger cannot have it; None if anybody could."""
    intervals: dict[int, Interval] = field(default_factory=dict)
    """The ranges that addresses stand for, by their position in ``values``."""
    problem: str | None = None
    """Why the values do not stand for all values."""
    places: dict[Values, int] = field(default_factory=dict)
    _held: dict[int, tuple[int, int]] = field(default_factory=dict)

    @cached_property
    def meaning(self) -> Meaning:
        """What the key tells."""
        return meaning(self.key)

    @property
    def everything(self) -> int:
        """All values, as a set: an integer with a bit for each."""
        return (1 << len(self.values)) - 1

    def only(self, value: Values) -> int:
        """The set of one value, which is added if need be."""
        place = self.places.get(value)
        if place is None:
            place = self.places[value] = len(self.values)
            self.values.append(value)
            self.names.append(self.name(value[0]) if len(value) == 1 else None)
        return 1 << place

    def such(self, name: str | None) -> int:
        """The values that ``name`` pins; for None those that strangers can have, no value included."""
        return sum(1 << place for place, found in enumerate(self.names) if found == name)

    def holding(self, test: PreparedCondition) -> int:
        """The values for which a condition without variables holds."""
        done, held = self._held.get(id(test), (0, 0))
        if done < len(self.values):
            held |= self.holding_with(test, {}, done)
            self._held[id(test)] = len(self.values), held
        return held

    def holding_with(self, test: PreparedCondition, context: dict[str, Values], start: int = 0) -> int:
        """The values from ``start`` on for which a condition holds, with the other keys that it asks for as in ``context``."""
        self.effort.spend((len(self.values) - start) * (1 + len(test.condition.values) // 4))
        return sum(1 << place for place in range(start, len(self.values)) if test.holds({**context, self.key: self.values[place]}))

    @cached_property
    def written(self) -> "list[Written]":
        """The texts that its conditions compare with."""
        return patterns_of(self.tests)

    @cached_property
    def fixed(self) -> list[tuple[str, Machine | None]]:
        """The values of the policy that pin the key, each with the machine that says what it matches (None: only itself)."""
        found: dict[str, Machine | None] = {}
        for written in self.written:
            text = written.text
            if written.open or fixed_part(self.key, text, wild=written.wild, by_field=written.by_field) is None:
                continue
            if not written.many:
                found[text] = None
            elif found.get(text, 0) is not None:
                machine = Machine()
                machine.add_arn(arn_pattern(text)) if written.by_field else machine.add_glob(glob(text))
                found[text] = machine
        return list(found.items())

    def name(self, text: str) -> str | None:
        """What pins a value; what is written out goes before what has wildcards."""
        if self.meaning not in ("source", "network", "access point", "token") and self.key not in ("aws:userid", "aws:principalorgpaths"):
            return None
        if self.key in ("aws:sourceip", "aws:vpcsourceip") and any(_family(test) == "address" for test in self.tests):
            return None  # addresses are judged by how many they are
        if self.key == "elasticfilesystem:accessedviamounttarget":
            return "mount targets" if text.lower() == "true" else None
        matching: str | None = None
        for value, machine in self.fixed:
            if machine is None:
                if value == text or (value.lower() == text.lower() and self._ignores_case(value)):
                    return value
            elif matching is None:
                states = machine.begin()
                for char in text:
                    states = machine.step(states, char)
                if states & machine.accept:
                    matching = value
        return matching

    def _ignores_case(self, value: str) -> bool:
        return any(test.condition.operator.comparison in ("StringIgnoreCase", "Bool") and value in test.condition.values for test in self.tests)

    @cached_property
    def families(self) -> set[str]:
        """What its conditions compare: text, number, date, address."""
        return {family for test in self.tests if (family := _family(test)) is not None}

    def fill(self, *, more: Iterable[str] = (), many: bool = True) -> None:
        """Find the values. ``more``: texts that must be among them; ``many``: a request can have several."""
        families = self.families
        if len(families) > 1:
            self.problem = review("two comparisons", key=self.key)
        singles: list[str] = list(more)
        try:
            if "text" in families or not families:
                singles += self._texts()
            singles += [
                text for kind, found in (("number", self._numbers), ("date", self._dates), ("address", self._addresses)) if kind in families for text in found()
            ]
        except TooLarge:
            self.problem = review("too large", what=f"{self.key} is compared with too many patterns")
        values: list[Values] = [ABSENT] if self.key not in ALWAYS else []
        values += [(text,) for text in dict.fromkeys(singles)]
        quantified = [test for test in self.tests if test.condition.operator.quantifier is not None]
        if quantified and many:
            known = [value for value in values if value]
            for size in range(2, min(len(known), len(self.tests) + 1) + 1):
                if len(values) > _MOST_VALUES:
                    self.problem = review("too large", what=f"{self.key} is compared with too many values")
                    break
                values += [tuple(text for (text,) in chosen) for chosen in combinations(known, size)]
        for value in values:
            place = self.only(value)
            interval = self._pending.get(value[0]) if len(value) == 1 else None
            if interval is not None:
                self.intervals[place.bit_length() - 1] = interval

    @cached_property
    def _pending(self) -> dict[str, Interval]:
        return {}

    def _texts(self) -> list[str]:
        if self.key in BOOLEAN:
            return ["true", "false"]
        exact: dict[str, None] = {}
        folding: dict[str, None] = {}
        globs: list[Glob] = []
        arns: list[ArnPattern] = []
        for test in self.tests:
            comparison = test.condition.operator.comparison
            for text in test.condition.values:
                if comparison in ("String", "Binary") or (
                    comparison in ("StringLike", "Arn") and "*" not in text and "?" not in text and _whole(comparison, text)
                ):
                    exact[text] = None
                elif comparison in ("StringIgnoreCase", "Bool"):
                    folding[text] = None
                elif comparison == "StringLike":
                    globs.append(glob(text))
                elif comparison == "Arn":
                    arns.append(arn_pattern(text))
        but = frozenset(exact)
        found = beginnings(globs, "", but) if not arns and not folding else None
        if found is None:
            plain, folded = Machine(), Machine(folded=True)
            for pattern in globs:
                plain.add_glob(pattern)
            for arn in arns:
                plain.add_arn(arn)
            for text in folding:
                folded.add(text.lower())
            for text in exact if folding else ():  # of the spellings of a text, those that are written out stand for themselves alone
                plain.add(text)
            found = representatives([plain, folded] if folding else [plain], self.effort, but=but)
        empty = [] if self.meaning in ("caller", "source") else [""]
        return [*exact, *folding, *found, *empty]

    def _numbers(self) -> list[str]:
        known = sorted({value for test in self.tests for text in test.condition.values if (value := number(text)) is not None})
        if not known:
            return ["1", "x"]
        points = [known[0] - 1, *known, *((low + high) / 2 for low, high in pairwise(known)), known[-1] + 1]
        return [*(str(point) for point in points), "x"]

    def _dates(self) -> list[str]:
        known = sorted({value for test in self.tests for text in test.condition.values if (value := microseconds(text)) is not None})
        second = 1_000_000
        points = [known[0] - second, *known, *((low + high) // 2 for low, high in pairwise(known)), known[-1] + second] if known else [second * 10**9]
        if self.not_before is not None and self.key in ("aws:currenttime", "aws:epochtime"):
            return [_date(point) for point in {*(point for point in points if point >= self.not_before), self.not_before}]
        return [*(_date(point) for point in points), *([] if self.key in ALWAYS else ["x"])]

    def _addresses(self) -> list[str]:
        found: list[str] = []
        from ipaddress import IPv4Address, IPv6Address

        for version, most, address in ((4, 2**32, IPv4Address), (6, 2**128, IPv6Address)):
            cuts = {0, most}
            for test in self.tests:
                for text in test.condition.values:
                    block = network(text)
                    if block is not None and block.version == version:
                        cuts |= {int(block.network_address), int(block.broadcast_address) + 1}
            ordered = sorted(cuts)
            for low, high in pairwise(ordered):
                text = str(address(low))
                self._pending[text] = (version, low, high - 1)
                found.append(text)
        return found


def _whole(comparison: str, text: str) -> bool:
    return comparison == "StringLike" or text.count(":") >= 5


def _date(point: int) -> str:
    from datetime import UTC, datetime, timedelta

    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=point)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return str(point // 1_000_000)


@dataclass(frozen=True, slots=True)
class Written:
    """A text that a condition compares with. ``wild``: stars and question marks in it are wildcards; ``by_field``: each field of an ARN counts alone.

    ``folded``: case does not count. What a variable stands for may be anything: it is a star here, and ``open`` says so.
    """

    text: str
    wild: bool = False
    by_field: bool = False
    folded: bool = False
    open: bool = False

    @property
    def many(self) -> bool:
        """Can more than one text match it?"""
        return (self.wild and ("*" in self.text or "?" in self.text)) or (self.by_field and self.text.count(":") < 5)


def patterns_of(tests: Iterable[PreparedCondition]) -> list[Written]:
    """The texts that conditions compare with."""
    found: dict[Written, None] = {}
    for test in tests:
        comparison = test.condition.operator.comparison
        if comparison in _TEXTS:
            for text in test.condition.values:
                variable = "${" in text and bool(test.templates)
                found[
                    Written(
                        any_value(text) if variable else text,
                        variable or comparison in ("StringLike", "Arn"),
                        comparison == "Arn",
                        comparison in ("StringIgnoreCase", "Bool"),
                        variable,
                    )
                ] = None
    return list(found)


def public_blocks(intervals: Iterable[Interval]) -> tuple[bool, list[str]]:
    """Are these ranges together so broad that they keep nobody out? And the blocks that they consist of."""
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, collapse_addresses, summarize_address_range

    four: list[IPv4Network] = []
    six: list[IPv6Network] = []
    for version, low, high in intervals:
        if version == 4:
            four += summarize_address_range(IPv4Address(low), IPv4Address(high))
        else:
            six += summarize_address_range(IPv6Address(low), IPv6Address(high))
    blocks: list[IPv4Network | IPv6Network] = [*collapse_addresses(four), *collapse_addresses(six)]
    broad = any(block.prefixlen < _WIDEST[block.version] for block in blocks)
    # Many ranges add up, even where none of them is too broad by itself: a quarter of all addresses is no restriction.
    return broad or sum(block.num_addresses for block in blocks if block.version == 4) >= 2**30, [str(block) for block in blocks]
