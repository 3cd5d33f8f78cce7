"""From what AWS returns to statements: decoding and checking, with the place of whatever is wrong.

AWS source: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from cloudsoc.policy.operators import Operator
from cloudsoc.policy.statement import Condition, Principal, PrincipalKind, Statement

__all__ = ["MalformedPolicy", "decoded", "is_list", "kind_of", "members", "shown", "statement", "text"]

_PRINCIPAL_KINDS: Final = ("AWS", "Service", "Federated", "CanonicalUser")
_ELEMENTS: Final = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"})


class MalformedPolicy(ValueError):
    """A document that is not a policy. ``place`` says where (``Statement[2].Action``), ``problem`` says what is wrong there."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(place, problem)
        self.place = place
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


class _Number(str):
    """A JSON number, kept as it was written: policy values are compared as texts first."""

    __slots__ = ()


class _Object(dict[str, object]):
    """A JSON object that remembers which of its keys were written twice."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: Sequence[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.repeated: str | None = None
        if len(self) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    self.repeated = key
                seen.add(key)


def decoded(text: str) -> object:
    """What a text holds: JSON, URL-encoded or plain. Raises `MalformedPolicy` if it is not JSON."""
    import json  # here: importing it takes as long as all of this package's own modules that parse

    stripped = text.strip()
    if not stripped:
        raise MalformedPolicy("document", "it is empty")
    if stripped[0] == "%":
        from urllib.parse import unquote  # here: it is slow to import, and most documents are decoded already

        stripped = unquote(stripped, errors="replace")
    try:
        return json.loads(stripped, object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_no_constant)
    except RecursionError:
        raise MalformedPolicy("document", "it is nested too deep") from None
    except json.JSONDecodeError as error:
        raise MalformedPolicy(f"line {error.lineno} column {error.colno}", f"not JSON: {error.msg}") from None


def _no_constant(name: str) -> object:
    raise MalformedPolicy("document", f"not JSON: {name}")


def kind_of(value: object) -> str:
    """What JSON calls such a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float | _Number):
        return "a number"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if is_list(value) else type(value).__name__


def shown(value: object) -> str:
    """A value as an error message shows it, cut where it is long."""
    return f'"{value[:80]}"' if isinstance(value, str) else kind_of(value)


def is_list(value: object) -> bool:
    """Is it what JSON calls a list?"""
    return isinstance(value, list | tuple)


def members(raw: Mapping[Any, object], place: str, known: frozenset[str] | None) -> Mapping[str, object]:
    """An object's members, once it is sure that each key is a text, is known, and stands there once."""
    if isinstance(raw, _Object) and raw.repeated is not None:
        raise MalformedPolicy(place, f"{shown(raw.repeated)} stands there twice")
    for key in raw:
        if not isinstance(key, str):
            raise MalformedPolicy(place, f"a key is {kind_of(key)}")
        if known is not None and key not in known:
            raise MalformedPolicy(place, f"there is no element {shown(key)}")
    return raw


def text(value: object, place: str) -> str:
    """``value`` if it is a string. Raises `MalformedPolicy` if not."""
    if isinstance(value, str) and not isinstance(value, _Number):
        return str(value)
    raise MalformedPolicy(place, f"expected a string, found {kind_of(value)}")


def _listed(value: object, place: str) -> Iterator[tuple[object, str]]:
    """A value, or the values of a list, each with its place."""
    if is_list(value):
        for index, item in enumerate(cast("Sequence[object]", value)):
            yield item, f"{place}[{index}]"
    else:
        yield value, place


def _texts(value: object, place: str) -> tuple[str, ...]:
    return tuple(sorted({text(item, where) for item, where in _listed(value, place)}))


def _actions(value: object, place: str) -> tuple[str, ...]:
    found = _texts(value, place)
    for action in found:
        service, colon, name = action.partition(":")
        if action != "*" and not (colon and service and name):
            raise MalformedPolicy(place, f"{shown(action)} is not service:action")
    return found


def _principals(value: object, place: str) -> tuple[Principal, ...]:
    if value == "*":
        return (Principal("AWS", "*"),)
    if not isinstance(value, Mapping):
        raise MalformedPolicy(place, f'expected "*" or an object, found {kind_of(value)}')
    found: set[Principal] = set()
    for kind, values in members(value, place, None).items():
        if kind == "*" and values in ("*", ["*"]):  # some services return it like this
            found.add(Principal("AWS", "*"))
            continue
        if kind not in _PRINCIPAL_KINDS:
            raise MalformedPolicy(place, f"there is no kind of principal {shown(kind)}")
        found |= {Principal(cast("PrincipalKind", kind), text) for text in _texts(values, f"{place}.{kind}")}
    return tuple(sorted(found))


def _condition_value(value: object, place: str) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        try:
            return str(value)
        except ValueError:  # more digits than Python agrees to print
            raise MalformedPolicy(place, "the number is too long") from None
    raise MalformedPolicy(place, f"expected a string, a number or a boolean, found {kind_of(value)}")


def _conditions(value: object, place: str) -> tuple[Condition, ...]:
    if not isinstance(value, Mapping):
        raise MalformedPolicy(place, f"expected an object, found {kind_of(value)}")
    found: dict[tuple[Operator, str], Condition] = {}
    for written, block in members(value, place, None).items():
        here = f"{place}.{written[:80]}"
        try:
            operator = Operator.parse(written)
        except ValueError as error:
            raise MalformedPolicy(here, str(error)) from None
        if not isinstance(block, Mapping):
            raise MalformedPolicy(here, f"expected an object, found {kind_of(block)}")
        for key, values in members(block, here, None).items():
            where = f"{here}.{key[:80]}"
            if not key:
                raise MalformedPolicy(where, "the key is empty")
            texts = tuple(sorted({_condition_value(item, spot) for item, spot in _listed(values, where)}))
            if (operator, key) in found:
                raise MalformedPolicy(where, "operator and key stand there twice")
            found[operator, key] = Condition(operator, key, texts)
    return tuple(sorted(found.values(), key=lambda condition: (condition.operator.name, condition.key)))


def statement(raw: object, place: str) -> Statement:
    """The statement that ``raw`` is, which stands at ``place``. Raises `MalformedPolicy`."""
    if not isinstance(raw, Mapping):
        raise MalformedPolicy(place, f"expected an object, found {kind_of(raw)}")
    written = members(raw, place, _ELEMENTS)
    for element in ("Action", "Resource", "Principal"):
        if element in written and f"Not{element}" in written:
            raise MalformedPolicy(place, f"{element} and Not{element} exclude each other")
    if "Action" not in written and "NotAction" not in written:
        raise MalformedPolicy(place, "Action or NotAction is missing")
    effect = written.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise MalformedPolicy(f"{place}.Effect", "Effect is missing" if "Effect" not in written else f"there is no effect {shown(effect)}")
    sid = text(written["Sid"], f"{place}.Sid") if "Sid" in written else None

    def texts(element: str) -> tuple[str, ...] | None:
        return _texts(written[element], f"{place}.{element}") if element in written else None

    def actions(element: str) -> tuple[str, ...] | None:
        return _actions(written[element], f"{place}.{element}") if element in written else None

    def principals(element: str) -> tuple[Principal, ...] | None:
        return _principals(written[element], f"{place}.{element}") if element in written else None

    return Statement(
        effect=effect,
        sid=sid,
        actions=actions("Action"),
        not_actions=actions("NotAction"),
        resources=texts("Resource"),
        not_resources=texts("NotResource"),
        principals=principals("Principal"),
        not_principals=principals("NotPrincipal"),
        conditions=_conditions(written["Condition"], f"{place}.Condition") if "Condition" in written else (),
    )
