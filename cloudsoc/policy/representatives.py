"""One text for each class of texts that some patterns cannot tell apart.

The patterns run side by side as one automaton; walking through all its states finds every combination of patterns that some text matches, and a shortest text
for it. So whoever tries the representatives has tried all texts.

AWS source: as for the patterns themselves.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from cloudsoc.policy.arns import ArnPattern
from cloudsoc.policy.patterns import Glob
from cloudsoc.policy.reviews import Effort, TooLarge

__all__ = ["Machine", "beginnings", "representatives", "runs"]

_MOST_STATES: Final = 3000
_FRESH: Final = "xzqjkwvyXZQJKWVY0918273645_~!^#"
_BITS: Final = 512  # of a set of states, that one unit of effort moves


@dataclass(slots=True)
class Machine:
    """Patterns side by side. ``folded``: case does not count. ``tail``: they are about what stands behind the last slash.

    A set of states is an integer, a bit for each.
    """

    folded: bool = False
    tail: bool = False
    literal: dict[str, int] = field(default_factory=dict)
    stars: int = 0
    field_stars: int = 0
    ones: int = 0
    field_ones: int = 0
    accept: int = 0
    start: int = 0
    size: int = 0
    begun: int = 0

    def add(self, symbols: Iterable[str]) -> int:
        """One more pattern: characters, ``""`` for a star, ``"??"`` for any one character; ``"[*]"`` and ``"[?]"`` where it must not be a colon."""
        self.start |= 1 << self.size
        for symbol in symbols:
            bit = 1 << self.size
            if symbol == "":
                self.stars |= bit
            elif symbol == "[*]":
                self.field_stars |= bit
            elif symbol == "??":
                self.ones |= bit
            elif symbol == "[?]":
                self.field_ones |= bit
            else:
                self.literal[symbol] = self.literal.get(symbol, 0) | bit
            self.size += 1
        done = 1 << self.size
        self.accept |= done
        self.size += 1
        return done

    def add_glob(self, pattern: Glob) -> int:
        """A pattern for the whole text. The answer is the bit that a text sets that matches."""
        return self.add(pattern.symbols())

    def add_arn(self, pattern: ArnPattern) -> int:
        """A pattern for an ARN: field by field where it is one."""
        if not pattern.fields:
            return self.add_glob(pattern.whole)
        symbols: list[str] = []
        for number, part in enumerate(pattern.fields):
            own = part.symbols()
            if number < len(pattern.fields) - 1:
                own = [{"": "[*]", "??": "[?]"}.get(symbol, symbol) for symbol in own]
            symbols += [":", *own] if number else own
        return self.add(symbols)

    def begin(self) -> int:
        """The states before the first character."""
        self.begun = self.settle(self.start)
        return self.begun

    def settle(self, states: int) -> int:
        """With the states that need no character."""
        both = self.stars | self.field_stars
        while True:
            more = states | (states & both) << 1
            if more == states:
                return states
            states = more

    def step(self, states: int, char: str) -> int:
        """The states behind one character more."""
        if self.folded:
            char = char.lower()
        if self.tail and char == "/":
            return self.begun
        takes = self.ones | self.literal.get(char, 0)
        stays = self.stars
        if char != ":":
            takes |= self.field_ones
            stays |= self.field_stars
        return self.settle(states & stays | (states & takes) << 1)

    def wanted(self, states: int) -> Iterator[str]:
        """The characters that lead somewhere else than all others do."""
        for char, where in self.literal.items():
            if where & states:
                yield char
                if self.folded and char.upper() != char:
                    yield char.upper()
        if states & (self.field_stars | self.field_ones):
            yield ":"
        if self.tail:
            yield "/"


def _fresh(machines: Sequence[Machine]) -> str:
    named = {char for machine in machines for char in machine.literal}
    named |= {char.upper() for machine in machines if machine.folded for char in machine.literal}
    for char in _FRESH:
        if char not in named and not (char.lower() in named and any(machine.folded for machine in machines)):
            return char
    return next(chr(code) for code in range(0x100, 0x110000) if chr(code) not in named)


def beginnings(patterns: Sequence[Glob], prefix: str, but: frozenset[str]) -> list[str] | None:
    """What `representatives` answers, at once, where all patterns are a beginning and a star, as most are; None where they are not."""
    found = {prefix}
    for pattern in patterns:
        if len(pattern.pieces) != 2 or pattern.pieces[0].holes or pattern.pieces[1].text:
            return None
        if pattern.pieces[0].text.startswith(prefix):
            found.add(pattern.pieces[0].text)
    named = set().union(*found, *but)
    fresh = next((char for char in _FRESH if char not in named), None)
    return None if fresh is None else [text + fresh for text in sorted(found)]


def representatives(
    machines: Sequence[Machine], effort: Effort, *, prefix: str = "", within: int = 0, alphabet: str | None = None, but: frozenset[str] = frozenset()
) -> list[str]:
    """A text of one character or more for each combination of patterns that one can match, if possible one that is not among ``but``.

    ``prefix``: the texts begin with this, and have something behind it. ``within``: bits of patterns of the first machine; the texts match one of these.
    ``alphabet``: the texts consist of these characters.

    Raises:
        TooLarge: there are too many combinations.

    """
    fresh = _fresh(machines)
    weight = sum(1 + machine.size // _BITS for machine in machines)
    spread = 0
    if within:
        # All states that lead to one of the patterns in `within`: a text that has left them can be given up.
        marks = sorted(1 << index for index in range(machines[0].size + 1) if machines[0].accept >> index & 1)
        for below, done in zip([0, *marks], marks, strict=False):
            if done & within:
                spread |= (done << 1) - 1 & ~((below << 1) - 1 if below else 0)
    begin = _states(prefix, machines)
    seen = {begin}
    queue: deque[tuple[tuple[int, ...], str]] = deque([(begin, prefix)])
    found: dict[tuple[int, ...], str] = {}
    while queue:
        states, text = queue.popleft()
        chars = {char for machine, state in zip(machines, states, strict=True) for char in machine.wanted(state)} if alphabet is None else set(alphabet)
        effort.spend(weight * (1 + len(chars)))
        for char in (*((fresh,) if alphabet is None else ()), *sorted(chars - {fresh})):
            reached = tuple(machine.step(state, char) for machine, state in zip(machines, states, strict=True))
            if within and not reached[0] & spread:
                continue
            longer = text + char
            if not within or reached[0] & within:
                signature = tuple(state & machine.accept for machine, state in zip(machines, reached, strict=True))
                if signature not in found or (found[signature] in but and longer not in but):
                    found[signature] = longer
            if reached not in seen:
                if len(seen) > _MOST_STATES:
                    raise TooLarge("too many patterns")
                seen.add(reached)
                queue.append((reached, longer))
    return [text if text not in but else _other(text, len(prefix), fresh, machines, but) for text in found.values()]


def runs(started: Sequence[tuple[Machine, str]], alphabet: str, length: int, effort: Effort, *, but: frozenset[str] = frozenset()) -> list[str]:
    """The texts of that length and alphabet that can make a difference: machine by machine, behind the text with which it has started.

    Of two texts that lead to the same states, whatever follows, one is answered, if possible one that is not among ``but``.

    Raises:
        TooLarge: there are too many combinations.

    """
    machines = [machine for machine, _ in started]
    weight = sum(1 + machine.size // _BITS for machine in machines) * len(alphabet)
    level = {tuple(_states(begun, [machine])[0] for machine, begun in started): [""]}
    for _ in range(length):
        following: dict[tuple[int, ...], list[str]] = {}
        for states, texts in level.items():
            effort.spend(weight)
            for char in alphabet:
                reached = tuple(machine.step(state, char) for machine, state in zip(machines, states, strict=True))
                known = following.setdefault(reached, [])
                if len(known) <= len(but):  # more than there are to be avoided
                    known += [text + char for text in texts[: 1 + len(but) - len(known)]]
            if len(following) > _MOST_STATES:
                raise TooLarge("too many patterns")
        level = following
    return [next((text for text in texts if text not in but), texts[0]) for texts in level.values()]


def _other(text: str, start: int, fresh: str, machines: Sequence[Machine], but: frozenset[str]) -> str:
    """Another text of the same class, longer by the fresh character somewhere."""
    signature = _signature(text, machines)
    for count in (1, 2):
        for place in range(len(text), start - 1, -1):
            other = text[:place] + fresh * count + text[place:]
            if other not in but and _signature(other, machines) == signature:
                return other
    return text


def _states(text: str, machines: Sequence[Machine]) -> tuple[int, ...]:
    found = []
    for machine in machines:
        states = machine.begin()
        for char in text:
            states = machine.step(states, char)
        found.append(states)
    return tuple(found)


def _signature(text: str, machines: Sequence[Machine]) -> tuple[int, ...]:
    return tuple(states & machine.accept for states, machine in zip(_states(text, machines), machines, strict=True))
