"""Any facts at all: hypothesis strategies made from the types of a check's parameters, with the values that its code branches on mixed in."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from datetime import UTC, datetime
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from hypothesis import strategies as st

from cloudsoc.engine.signature import hints, members
from cloudsoc.model import Unread
from cloudsoc.policy import PolicyDocument

AT = datetime(2026, 6, 1, tzinfo=UTC)
ACCOUNTS = ("111122223333", "444455556666")
WITHHELD = Unread("test:Withheld", "AccessDenied", "global", ACCOUNTS[0])
Leaf = tuple[Any, ...]


@cache
def numbers(modules: tuple[str, ...]) -> tuple[int, ...]:
    """The numbers that stand in the source of some modules, and their neighbours."""
    found = {0, 1}
    for name in modules:
        for node in ast.walk(ast.parse(inspect.getsource(sys.modules[name]))):
            if isinstance(node, ast.Constant) and type(node.value) is int and abs(node.value) <= 100_000:
                found |= {node.value - 1, node.value, node.value + 1}
    return tuple(sorted(found))


@cache
def compared(modules: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Name of a field to the texts with which the source of some modules compares it: ``key.key_state != "Enabled"``, ``KINDS.get(one.kind)``."""
    found: dict[str, set[str]] = {}
    for name in modules:
        module = sys.modules[name]
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            sides: list[ast.AST] = []
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
            elif isinstance(node, ast.Call):
                sides = [
                    *([node.func.value] if isinstance(node.func, ast.Attribute) else []),
                    *node.args,
                    *([node.func] if isinstance(node.func, ast.Attribute) else []),
                ]
            elif isinstance(node, ast.Subscript):
                sides = [node.value, node.slice]
            elif isinstance(node, ast.match_case):
                sides = [node.pattern]
            fields = {inner.attr for side in sides for inner in ast.walk(side) if isinstance(inner, ast.Attribute)}
            texts = {text for side in sides for text in _texts(side, module)}
            for field in fields:
                found.setdefault(field, set()).update(texts)
    return {field: tuple(sorted(texts)) for field, texts in found.items()}


def _texts(side: ast.AST, module: Any) -> Iterator[str]:
    for node in ast.walk(side):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name) and isinstance(held := getattr(module, node.id, None), (str, tuple, list, set, frozenset, Mapping)):
            yield from ([held] if isinstance(held, str) else [one for one in held if isinstance(one, str)])


NAMES = ("a", "a", "b", "arn:aws:iam::111122223333:role/a", "arn:aws:kms:eu-west-1:444455556666:key/b", "*", "", *ACCOUNTS)
ARNS = ("arn:aws:test:eu-west-1:111122223333:thing/a", "arn:aws:test:us-east-1:444455556666:thing/b", "arn:aws:s3:::a")
ACTIONS = ("*", "s3:*", "s3:GetObject", "s3:PutObject", "kms:Decrypt", "kms:*", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "iam:PassRole", "ec2:Run*")
CONDITIONS: tuple[Mapping[str, Any], ...] = (
    {"Bool": {"aws:SecureTransport": "false"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-abcdef1234"}},
    {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
    {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
    {"StringEquals": {"sts:ExternalId": "secret"}},
    {"StringEquals": {"aws:SourceAccount": ACCOUNTS[0]}},
    {"StringEquals": {"nobody:KnowsThis": "1"}},
)


@st.composite
def policies(draw: st.DrawFn) -> PolicyDocument:
    """Documents that AWS would take."""
    statements = []
    for _ in range(draw(st.integers(0, 3))):
        one: dict[str, Any] = {"Effect": draw(st.sampled_from(("Allow", "Deny")))}
        one[draw(st.sampled_from(("Action", "Action", "NotAction")))] = draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2))
        one[draw(st.sampled_from(("Resource", "Resource", "NotResource")))] = draw(st.sampled_from(("*", "arn:aws:s3:::a", "arn:aws:s3:::a/*")))
        principals = ("*", {"AWS": "*"}, {"AWS": ACCOUNTS[1]}, {"AWS": f"arn:aws:iam::{ACCOUNTS[0]}:root"}, {"Service": "cloudtrail.amazonaws.com"})
        if (principal := draw(st.sampled_from((None, *principals)))) is not None:
            one["Principal"] = principal
        if (condition := draw(st.sampled_from((None, None, *CONDITIONS)))) is not None:
            one["Condition"] = condition
        statements.append(one)
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": statements})


@cache
def values(annotation: Any, modules: tuple[str, ...], field: str = "") -> st.SearchStrategy[Any]:
    """Any value of a type; of a field that code compares with something, that above all."""
    if get_origin(annotation) is Annotated:
        return values(get_args(annotation)[0], modules, field)
    if annotation is NoneType or annotation is None:
        return st.none()
    if annotation is bool:
        return st.booleans()
    if annotation is str and "cidr" in field:
        return st.sampled_from(("0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "52.1.2.0/24", "52.1.0.0/16", "2a01:4f8::/32", "fd00::/8"))
    if annotation is str:
        known = compared(modules).get(field, ())
        return st.one_of(st.sampled_from(known), st.sampled_from(NAMES)) if known else st.sampled_from(("a", "b", *NAMES) if field else NAMES)
    if annotation is int:
        return st.sampled_from(numbers(modules))
    if annotation is float:
        return st.floats(0, 1e6)
    if annotation is datetime:
        return st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 hypothesis adds the zone
    if annotation is PolicyDocument:
        return policies()
    if annotation is Any or annotation is object:
        return st.none()
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return st.sampled_from(args)
    if len(alternatives := members(annotation)) > 1:
        return st.one_of(*(values(one, modules, field) for one in alternatives))
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return st.lists(values(args[0], modules, field), max_size=3).map(tuple)
        return st.tuples(*(values(one, modules) for one in args))
    if origin in (frozenset, set):
        return st.frozensets(values(args[0], modules, field), max_size=3)
    if origin is list:
        return st.lists(values(args[0], modules, field), max_size=3)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return st.dictionaries(values(args[0], modules), values(args[1], modules), max_size=3)
    if isinstance(annotation, type) and is_dataclass(annotation):
        return facts(annotation, modules)
    raise TypeError(f"no strategy for {annotation!r}")


@cache
def facts(kind: Any, modules: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Any instance of a fact or part."""
    wanted = {name: values(annotation, modules, name) for name, annotation in hints(kind).items()}
    if kind.__dict__.get("listing"):
        arns = "arn:" in kind.listing.arn or "arn" in kind.listing.arn.lower()
        wanted["arn"] = st.sampled_from(ARNS if arns else ("a", "b", ACCOUNTS[0], f"{ACCOUNTS[0]}/eu-west-1"))
        wanted["region"] = st.sampled_from(("eu-west-1", "us-east-1", "global"))
    return st.builds(kind, **wanted)
