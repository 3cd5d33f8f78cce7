"""One function and what is known of its parameters: the answer, or why there is none. Checks and derivations are both asked here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import NoneType
from typing import Any

from cloudsoc.engine.signature import UNDECLARED, Signature
from cloudsoc.engine.unseen import unseen
from cloudsoc.model.fact import Address
from cloudsoc.model.verdict import Failed, Inapplicable, Incomplete, NotApplicable, NotAssessed, Passed, Severity, Unread, Verdict

Judged = Verdict | NotAssessed


def judge(function: Callable[..., Any], asked: Signature, values: Sequence[Any], settings: Mapping[str, Any]) -> Any:
    """Call a function with what is known of its parameters: its answer, ``NotApplicable``, or ``NotAssessed`` where it looked at something unread.

    ``is None`` cannot be intercepted: where a fact that may be None is unread, the function is asked once with None and once with a value that it may not look
    at; only an answer that is the same both times does not depend on the fact.
    """
    args: list[Any] = list(values)
    open_: list[int] = []
    lacking: list[int] = []  # those that do not exist for this resource
    for index, value in enumerate(values):
        need = asked.needs[index - 1] if index else None
        if isinstance(value, Unread):
            if need and need.or_unread:
                continue
            args[index] = unseen(Incomplete(*causes(value)))
            if need and need.optional:
                open_.append(index)
        elif isinstance(value, NotApplicable):
            args[index] = unseen(Inapplicable(value))
            if need and need.optional:
                lacking.append(index)
    declared = {
        name: unseen(Incomplete(Unread(f"setting {name}", f"{name} is not declared"))) if value is UNDECLARED else value for name, value in settings.items()
    }
    answer = _call(function, args, declared)
    if isinstance(answer, NotAssessed):
        return answer
    for index in lacking:
        if isinstance(answer, NotApplicable):
            break
        if not _same(_call(function, [*args[:index], None, *args[index + 1 :]], declared), answer):
            answer = values[index]
    if not open_:
        return answer
    blanks = {index: args[index] for index in open_}
    for nones in product((False, True), repeat=len(open_)):
        for (index, blank), none in zip(blanks.items(), nones, strict=True):
            args[index] = None if none else blank
        if any(nones) and not _same(_call(function, args, declared), answer):
            return NotAssessed(tuple(cause for index in open_ for cause in causes(values[index])))
    return answer


@dataclass(frozen=True, slots=True)
class Several(Unread):
    """Stands in one place for several things that are not known."""

    causes: tuple[Unread, ...] = ()


def causes(unread: Unread) -> tuple[Unread, ...]:
    """What is not known, one by one."""
    return unread.causes if isinstance(unread, Several) else (unread,)


def in_one(unread: Sequence[Unread], address: Address) -> Unread:
    """Several things that are not known, in the one place where a value would stand."""
    if len(unread) == 1:
        return unread[0]
    operations, errors = (sorted({getattr(one, name) for one in unread}) for name in ("operation", "error"))
    outside = all(one.outside for one in unread)
    return Several("; ".join(operations), "; ".join(errors), address.region, address.account, outside=outside, causes=tuple(unread))


def _same(one: Any, other: Any) -> bool:
    """Whether two answers are the same; what holds something unread is no answer yet."""
    try:
        return bool(one == other)
    except (Incomplete, Inapplicable):
        return False


def _call(function: Callable[..., Any], args: Sequence[Any], settings: Mapping[str, Any]) -> Any:
    name = f"{function.__module__}.{function.__name__}"
    try:
        answer = function(*args, **settings)
        if isinstance(answer, NotAssessed):
            return NotAssessed((Unread(name, "returned a NotAssessed, which only the engine says"),))
        if isinstance(answer, (Passed, Failed)) and answer.evidence:
            repr(answer.evidence)  # evidence is a look: what was not read is none
    except Incomplete as incomplete:
        return NotAssessed(incomplete.unread or (Unread(name, "raised Incomplete without saying what is unread"),))
    except Inapplicable as inapplicable:
        return inapplicable.because
    except Exception as error:  # noqa: BLE001 a check that raises is not assessed, whatever it raises
        return NotAssessed((Unread(name, f"raised {type(error).__name__}", message=_message(error)),))
    return answer


def _message(error: Exception) -> str:
    try:
        return str(error)[:200]
    except (Exception, Incomplete, Inapplicable):  # noqa: BLE001 an error that cannot even be told
        return ""


def odd(verdict: Any) -> str:
    """What is wrong with something that should be a verdict."""
    if not isinstance(verdict, (Passed, Failed, NotApplicable)):
        return f"returned a {type(verdict).__name__}, not a verdict"
    reason: Any = verdict.reason
    severity: Any = getattr(verdict, "severity", None)
    if not isinstance(reason, str):
        return f"returned a {type(verdict).__name__} whose reason is a {type(reason).__name__}, not text"
    return "" if isinstance(severity, (Severity, NoneType)) else f"returned a Failed whose severity is a {type(severity).__name__}"
