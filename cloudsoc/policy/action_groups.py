"""The actions that a statement takes in, in groups that no Deny of its document tells apart.

AWS source: Service Authorization Reference; IAM User Guide, "IAM JSON policy elements: Action" (and NotAction).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cloudsoc.policy.actions import statement_actions
from cloudsoc.policy.patterns import glob
from cloudsoc.policy.representatives import Machine, TooManyPatterns, representatives
from cloudsoc.policy.statement import Statement
from cloudsoc.policy.worlds import Worlds

__all__ = ["ActionGroup", "action_groups"]


@dataclass(frozen=True, slots=True)
class ActionGroup:
    """Actions that the same Deny statements are about: how they are called in an answer, and one to try."""

    names: tuple[str, ...]
    example: str


def action_groups(statement: Statement, worlds: Worlds, service: str | None) -> list[ActionGroup]:
    """The actions of a statement: those that are known, of ``service`` where that is known, and those that are written out. Where a pattern takes in actions
    that nobody knows, a group for these is called like the pattern.
    """
    groups: dict[frozenset[int], list[str]] = {}
    for name in sorted(_known(statement, service)):
        groups.setdefault(_signature(name, worlds), []).append(name)
    found = [ActionGroup(tuple(names), names[0]) for names in groups.values()]
    for name, example in _unknown(statement, worlds, service):
        if _signature(example, worlds) not in groups:
            found.append(ActionGroup((name,), example))
    return found


def _signature(action: str, worlds: Worlds) -> frozenset[int]:
    return frozenset(item.index for item in worlds.prepared.about(action.lower()) if not item.allows) if worlds.denies else frozenset()


def _wide(statement: Statement) -> bool:
    """Does it take in actions of more than one service?"""
    return statement.not_actions is not None or any(set("*?") & set(pattern.partition(":")[0]) for pattern in statement.actions or ())


def _known(statement: Statement, service: str | None) -> Iterable[str]:
    if not _wide(statement):
        return statement_actions(statement)
    written = [pattern for pattern in statement.actions or () if not set("*?") & set(pattern.partition(":")[0])]
    found: set[str] = set(statement_actions(Statement("Allow", actions=tuple(written)))) if written else set()
    if service is not None:
        own = statement_actions(Statement("Allow", actions=(f"{service}:*",)))
        found |= {name for name in own if statement.covers_action(name)}
    return found


def _unknown(statement: Statement, worlds: Worlds, service: str | None) -> Iterator[tuple[str, str]]:
    """Actions that the patterns of the document can tell apart: known ones or not, each with the pattern that takes it in."""
    patterns = [pattern.lower() for item in worlds.statements for pattern in (*(item.statement.actions or ()), *(item.statement.not_actions or ()))]
    machine = Machine(folded=True)
    within = machine.add_glob(glob(f"{service}:?*" if service is not None else "?*:?*"))
    if statement.actions is not None:
        own = [pattern for pattern in statement.actions if "*" in pattern or "?" in pattern]
        if service is not None:
            own = [pattern for pattern in own if glob(pattern.partition(":")[0].lower()).matches(service) or pattern == "*"]
        if not own:
            return
    for pattern in dict.fromkeys(patterns):
        machine.add_glob(glob(pattern))
    try:
        examples = representatives([machine], within=within)
    except TooManyPatterns:
        examples = [f"{service or 'zz'}:zz"]
    for example in examples:
        if statement.covers_action(example):
            yield next((pattern for pattern in statement.actions or () if Statement("Allow", actions=(pattern,)).covers_action(example)), "*"), example
