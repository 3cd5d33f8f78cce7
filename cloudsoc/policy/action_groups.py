"""The actions that a statement takes in, in groups that no Deny of its document tells apart.

AWS source: Service Authorization Reference; IAM User Guide, "IAM JSON policy elements: Action" (and NotAction).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cloudsoc.policy.actions import statement_actions
from cloudsoc.policy.matching import PreparedDocument, PreparedStatement
from cloudsoc.policy.patterns import glob
from cloudsoc.policy.representatives import Machine, representatives
from cloudsoc.policy.reviews import TooLarge, review
from cloudsoc.policy.statement import Statement
from cloudsoc.policy.worlds import Worlds

__all__ = ["ActionGroup", "action_groups"]


@dataclass(frozen=True, slots=True)
class ActionGroup:
    """Actions that the same Deny statements are about: how they are called in an answer, and one to try.

    ``problem``: there are so many groups that this one stands for all that are left; ``denies`` are then those about every action of the statement.
    """

    names: tuple[str, ...]
    example: str
    denies: tuple[PreparedStatement, ...]
    problem: str | None = None


def action_groups(worlds: Worlds, service: str | None) -> list[ActionGroup]:
    """The actions of an Allow: those that are known, of ``service`` where that is known, and those that are written out. Where a pattern takes in actions that
    nobody knows, a group for these is called like the pattern.
    """
    statement, denials = worlds.allow.statement, worlds.denials
    names = sorted(_known(statement, service))
    groups: dict[tuple[PreparedStatement, ...], list[str]] = {}
    for name in names:
        groups.setdefault(denials.about(name), []).append(name)
    found = [ActionGroup(tuple(several), several[0], denies) for denies, several in groups.items()]
    done = set(groups)
    for group in _unknown(worlds, service, known=bool(names)):
        if group.problem is not None or group.denies not in done:
            done.add(group.denies)
            found.append(group)
    return found


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


def _unknown(worlds: Worlds, service: str | None, *, known: bool) -> Iterator[ActionGroup]:
    """Actions that the patterns of the Deny statements can tell apart: known ones or not, each named by the pattern that takes it in."""
    statement, denials = worlds.allow.statement, worlds.denials
    own = list(statement.actions or ()) if statement.not_actions is None else [f"{service or '*'}:*"]
    own = [pattern for pattern in own if "*" in pattern or "?" in pattern]
    if service is not None:
        own = [pattern for pattern in own if glob(pattern.partition(":")[0].lower()).matches(service) or pattern == "*"]
    if not own or (known and not denials.statements):
        return
    denying = dict.fromkeys(
        pattern.lower() for item in denials.statements for pattern in (*(item.statement.actions or ()), *(item.statement.not_actions or ()))
    )
    denying |= dict.fromkeys(pattern.lower() for pattern in statement.not_actions or ())
    among = glob(f"{service}:?*" if service is not None else "?*:?*")
    mine = PreparedDocument([worlds.allow])
    found: dict[tuple[PreparedStatement, ...], str] = {}
    problem = None
    for pattern in own:
        machine = Machine(folded=True)
        within = machine.add_glob(glob("?*:?*" if pattern == "*" else pattern.lower()))
        machine.add_glob(among)
        for each in denying:
            machine.add_glob(glob(each))
        try:
            examples = representatives([machine], worlds.effort, within=within)
        except TooLarge as error:
            problem = review("too large", what=f"{error} of actions")
            examples = [_example(each, service or "zz") for each in (pattern, *denying)] + [f"{service or 'zz'}:zz"]
        for example in examples:
            worlds.effort.spend(1 + len(denying) // 4)
            if mine.about(example.lower()) and among.matches(example.lower()):
                found.setdefault(denials.about(example), example)
    for denies, example in found.items():
        yield ActionGroup((_called(statement, example),), example, denies)
    if problem is not None:
        covering = tuple(item for item in denials.statements if _covers(item, worlds, f"{service or '*'}:*"))
        yield ActionGroup(tuple(statement.actions or ("*",)), next(iter(found.values()), f"{service or 'zz'}:zz"), covering, problem)


def _called(statement: Statement, example: str) -> str:
    """The pattern that takes an action in."""
    return next((pattern for pattern in statement.actions or () if Statement("Allow", actions=(pattern,)).covers_action(example)), "*")


def _example(pattern: str, service: str) -> str:
    """An action of the service that a pattern matches, if it matches any."""
    named, _, name = pattern.partition(":")
    return f"{service if set('*?') & set(named) else named}:{(name or 'zz').replace('*', 'zz').replace('?', 'z')}"


def _covers(deny: PreparedStatement, worlds: Worlds, among: str) -> bool:
    """Is a Deny about all actions of the Allow, as far as they are of the service?"""
    statement = worlds.allow.statement
    if deny.statement.covers_action(among):
        return True
    if statement.actions is None:
        return deny.statement.not_actions is not None and all(
            statement.not_actions is not None and not statement.touches_action(one) for one in deny.statement.not_actions
        )
    return all(deny.statement.covers_action(pattern) for pattern in statement.actions)
