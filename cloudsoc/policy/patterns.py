"""Wildcard patterns: ``*`` is any run of characters, ``?`` is any one character, everything else is itself.

A pattern is cut at its stars once; matching then looks for the pieces from left to right, each as early as possible. That never goes back, so
the time is proportional to the text: a policy cannot make an evaluation hang. Besides matching a text, patterns are compared with each other (does one
cover another, have two anything in common), which reasons over all texts at once.

AWS source: IAM User Guide, "IAM JSON policy elements: Action", "... Resource" (wildcards), "... Condition operators" (StringLike, ArnLike).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

__all__ = ["EVERYTHING", "Glob", "Piece", "covers", "glob", "overlap"]

_MOST_STATES: Final = 4096  # of the sets that `covers` follows at once; reached only by patterns made for it, and then "not proven" is the answer


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands between two stars: a text, and the places in it where any one character will do."""

    text: str
    holes: tuple[int, ...] = ()

    def at(self, text: str, start: int) -> bool:
        """Does this piece lie in ``text`` at ``start``?"""
        if not self.holes:
            return text.startswith(self.text, start)
        if start < 0 or start + len(self.text) > len(text):
            return False
        done = 0
        for hole in self.holes:
            if text[start + done : start + hole] != self.text[done:hole]:
                return False
            done = hole + 1
        return text[start + done : start + len(self.text)] == self.text[done:]

    def find(self, text: str, start: int, end: int) -> int:
        """Where this piece lies first in ``text[start:end]``, or -1."""
        if not self.holes:
            return text.find(self.text, start, end)
        # Shift-And: bit i says that the i + 1 first characters of the piece end here. One pass, whatever the piece.
        anything = sum(1 << hole for hole in self.holes)
        masks: dict[str, int] = {}
        for index, char in enumerate(self.text):
            if not anything >> index & 1:
                masks[char] = masks.get(char, anything) | 1 << index
        last = 1 << len(self.text) - 1
        state = 0
        for index in range(start, end):
            state = (state << 1 | 1) & masks.get(text[index], anything)
            if state & last:
                return index + 1 - len(self.text)
        return -1


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern, cut at its stars. One piece: no star, the whole text must be it."""

    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, parts: Iterable[tuple[str, bool]]) -> Self:
        """A pattern from parts; in those marked True ``*`` and ``?`` are wildcards, in the others they are themselves (policy variables)."""
        pieces: list[Piece] = []
        chars: list[str] = []
        holes: list[int] = []
        for text, wild in parts:
            for char in text:
                if wild and char == "*":
                    pieces.append(Piece("".join(chars), tuple(holes)))
                    chars, holes = [], []
                    continue
                if wild and char == "?":
                    holes.append(len(chars))
                chars.append(char)
        pieces.append(Piece("".join(chars), tuple(holes)))
        if len(pieces) > 2:  # runs of stars are one star
            pieces = [pieces[0], *(piece for piece in pieces[1:-1] if piece.text), pieces[-1]]
        return cls(tuple(pieces))

    @property
    def literal(self) -> str | None:
        """The only text that this pattern matches, if there is only one."""
        return self.pieces[0].text if len(self.pieces) == 1 and not self.pieces[0].holes else None

    @property
    def prefix(self) -> str:
        """The text that everything which matches starts with."""
        first = self.pieces[0]
        return first.text[: first.holes[0]] if first.holes else first.text

    def matches(self, text: str) -> bool:
        """Does the whole ``text`` match? Case counts: fold both sides where it must not."""
        first = self.pieces[0]
        if not first.holes and not text.startswith(first.text):
            return False
        if len(self.pieces) == 1:
            return len(text) == len(first.text) and first.at(text, 0)
        last = self.pieces[-1]
        here, end = len(first.text), len(text) - len(last.text)
        if here > end or not first.at(text, 0) or not last.at(text, end):
            return False
        for piece in self.pieces[1:-1]:
            found = piece.find(text, here, end)
            if found < 0:
                return False
            here = found + len(piece.text)
        return True

    def symbols(self) -> list[str]:
        """The pattern as symbols: one-character texts, ``""`` for a star, ``"??"`` for any one character."""
        found: list[str] = []
        for number, piece in enumerate(self.pieces):
            if number:
                found.append("")
            found += ["??" if index in piece.holes else char for index, char in enumerate(piece.text)]
        return found


@lru_cache(maxsize=1 << 16)
def glob(pattern: str) -> Glob:
    """The pattern that ``pattern`` writes: ``*`` and ``?`` are wildcards, there is no way to escape them."""
    if "?" not in pattern:
        first, *others = pattern.split("*")
        if not others:
            return Glob((Piece(first),))
        return Glob((Piece(first), *(Piece(text) for text in others[:-1] if text), Piece(others[-1])))
    return Glob.of([(pattern, True)])


EVERYTHING: Final = glob("*")


class _Automaton:
    """Several patterns side by side as one automaton; a set of its states is an integer, a bit for each state."""

    __slots__ = ("accept", "any_one", "literal", "stars", "start")

    def __init__(self, patterns: Sequence[Glob]) -> None:
        self.start = self.accept = self.stars = self.any_one = 0
        self.literal: dict[str, int] = {}
        state = 0
        for pattern in patterns:
            self.start |= 1 << state
            for symbol in pattern.symbols():
                if not symbol:
                    self.stars |= 1 << state  # a state before a star stays where it is, and is at the state behind it as well
                elif symbol == "??":
                    self.any_one |= 1 << state
                else:
                    self.literal[symbol] = self.literal.get(symbol, 0) | 1 << state
                state += 1
            self.accept |= 1 << state
            state += 1
        self.start = self.settle(self.start)

    def settle(self, states: int) -> int:
        while True:
            more = states | (states & self.stars) << 1
            if more == states:
                return states
            states = more

    def step(self, states: int, char: str | None) -> int:
        """Where ``states`` lead over ``char``; None is a character that no pattern names."""
        moving = states & (self.any_one | (self.literal.get(char, 0) if char else 0))
        return self.settle(states & self.stars | moving << 1)


def _smallest(found: Iterable[int]) -> list[int]:
    """Only the sets without a subset among the others: if the smaller one accepts, so does the larger."""
    kept: list[int] = []
    for states in sorted(set(found), key=int.bit_count):
        if not any(small & states == small for small in kept):
            kept.append(states)
    return kept


def covers(patterns: Sequence[Glob], other: Glob) -> bool:
    """Does every text that matches ``other`` match at least one of ``patterns``?

    Exact, for one pattern and for several together: it is enough to look at texts whose free characters occur in none of the patterns, since whatever
    takes those takes anything. (Beyond 4,096 state sets at once the answer is False, that is, not proven.)
    """
    automaton = _Automaton(patterns)
    now = [automaton.start]
    for symbol in other.symbols():
        if symbol:
            now = _smallest(automaton.step(states, None if symbol == "??" else symbol) for states in now)
            continue
        reached: set[int] = set()
        for states in now:
            following = states
            while following not in reached:  # a run of any length; the sets repeat after at most one step per state
                reached.add(following)
                following = automaton.step(following, None)
        now = _smallest(reached)
        if len(now) > _MOST_STATES:
            return False
    return all(states & automaton.accept for states in now)


def overlap(one: Glob, other: Glob) -> bool:
    """Is there a text that matches both?"""
    automaton = _Automaton([one])
    now = automaton.start
    everything = (automaton.accept << 1) - 1
    for symbol in other.symbols():
        if not now:
            return False
        if symbol and symbol != "??":
            now = automaton.step(now, symbol)
        elif symbol:
            now = automaton.settle(now & automaton.stars | (now & everything & ~automaton.accept) << 1)
        else:
            lowest = now & -now
            now = everything & ~(lowest - 1)  # a run of any length: every later place of the pattern can be reached
    return bool(now & automaton.accept)
