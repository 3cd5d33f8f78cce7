"""Lines of a TOML file: every path that tomllib knows has one, and it is the right one."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudsoc.config.lines import Path, lines


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths(inner, (*path, number))


def test_every_way_to_write_a_key() -> None:
    text = """# a comment with = and [brackets]
top = 1
dotted.key . "with.dot" = 'a # no comment'

[table."quoted \\u00e9"] # a comment
inline = { a = 1, b.c = [1, 2], "d=e" = { f = "}" } }
many = [
  # a comment, with a comma
  "one", "two",
  { x = 1 },
  [ 3,

    4 ],
]
after = 2026-01-01 07:32:00
several = \"\"\"
key = "no key"
[no.table] \\\""" \"\"\"\"\"
literal = '''
x = 1 ''''
last = true

[[array]]
a = 1
[array.inner]
b = 2
[[array]]
a = 3
[[array.nested]]
c = 4
[[array.nested]]
c = 5
"""
    found = lines(text)
    assert set(found) == set(paths(tomllib.loads(text)))
    quoted = ("table", "quoted é")
    assert found == {
        ("top",): 2,
        ("dotted",): 3,
        ("dotted", "key"): 3,
        ("dotted", "key", "with.dot"): 3,
        ("table",): 5,
        quoted: 5,
        (*quoted, "inline"): 6,
        (*quoted, "inline", "a"): 6,
        (*quoted, "inline", "b"): 6,
        (*quoted, "inline", "b", "c"): 6,
        (*quoted, "inline", "b", "c", 0): 6,
        (*quoted, "inline", "b", "c", 1): 6,
        (*quoted, "inline", "d=e"): 6,
        (*quoted, "inline", "d=e", "f"): 6,
        (*quoted, "many"): 7,
        (*quoted, "many", 0): 9,
        (*quoted, "many", 1): 9,
        (*quoted, "many", 2): 10,
        (*quoted, "many", 2, "x"): 10,
        (*quoted, "many", 3): 11,
        (*quoted, "many", 3, 0): 11,
        (*quoted, "many", 3, 1): 13,
        (*quoted, "after"): 15,
        (*quoted, "several"): 16,
        (*quoted, "literal"): 19,
        (*quoted, "last"): 21,
        ("array",): 23,
        ("array", 0): 23,
        ("array", 0, "a"): 24,
        ("array", 0, "inner"): 25,
        ("array", 0, "inner", "b"): 26,
        ("array", 1): 27,
        ("array", 1, "a"): 28,
        ("array", 1, "nested"): 29,
        ("array", 1, "nested", 0): 29,
        ("array", 1, "nested", 0, "c"): 30,
        ("array", 1, "nested", 1): 31,
        ("array", 1, "nested", 1, "c"): 32,
    }


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1\r\n\r\nb = 2\r\n", ("b",), 3),
        ("[a]\n[a.b]\nc = 1", ("a", "b", "c"), 3),
        ("[a.b]\n[a]\nc = 1", ("a",), 1),
        ('"" = 1\n"\\"" = 2', ('"',), 2),
        ("'a\"b' = 1", ('a"b',), 1),
        ("1 = 1\n-1 = 2", ("-1",), 2),
        ("a = []\nb = {}\nc = [[], {}]", ("c", 1), 3),
        ('a = ""\nb = ""\nc = 1', ("c",), 3),
        ("a = ''''''\nb = \"\"\"\"\"\"\nc = 1", ("c",), 3),
    ],
)
def test_odd_places(text: str, path: Path, line: int) -> None:
    found = lines(text)
    assert set(found) == set(paths(tomllib.loads(text)))
    assert found[path] == line


SCALARS = st.sampled_from(["1", "-1.5e3", "true", "1979-05-27T07:32:00Z", '"a # [b] = {c},"', "'it \\ is'", '"""\nx = 1\n# """', "'''[t]\n'''", "inf", '"\\""'])
MARKS = st.text(string.ascii_lowercase, min_size=1, max_size=3)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[Path, int]]:
    """A text and the lines of its keys, put together line by line. Every key has a number in it, so that no two are alike."""
    written: list[str] = []
    expected: dict[Path, int] = {}
    number = 0

    def key() -> tuple[str, str]:
        nonlocal number
        number += 1
        name = f"{draw(MARKS)}{number}"
        kind = draw(st.sampled_from(["bare", "basic", "literal"]))
        name = name if kind == "bare" else f"{name}{draw(st.sampled_from(['.', '=', ' #', ']']))}"
        return name, {"bare": name, "basic": f'"{name}"', "literal": f"'{name}'"}[kind]

    def value(path: Path, depth: int) -> str:
        kind = draw(st.sampled_from(["scalar", "scalar", "array", "inline"])) if depth < 3 else "scalar"
        if kind == "array":
            inner = [value((*path, one), depth + 1) for one in range(draw(st.integers(0, 3)))]
            return "[" + draw(st.sampled_from([", ", ",\n", ", # c ]\n "])).join(inner) + "]"
        if kind == "inline":
            pairs = [key() for _ in range(draw(st.integers(0, 2)))]
            return "{" + ", ".join(f"{text} = {draw(SCALARS)}" for _, text in pairs) + "}"
        return draw(SCALARS)

    def put(line: str) -> None:
        written.extend(line.split("\n"))

    around: Path = ()
    for _ in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(["pair", "pair", "table", "array", "blank"]))
        if kind == "blank":
            put(draw(st.sampled_from(["", "  ", "# [c] = 1"])))
            continue
        (name, text), (other, more) = key(), key()
        here = len(written) + 1
        if kind == "pair":
            expected[(*around, name)] = expected[(*around, name, other)] = here
            put(f"{text} . {more} = {value((*around, name, other), 0)}")
        elif kind == "table":
            around = (name, other)
            expected[around] = expected[name,] = here
            put(f"[{text}.{more}] # c")
        else:
            around = (name, 0)
            expected[around] = here
            put(f"[[ {text} ]]")
    return "\n".join(written), expected


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_any_document(document: tuple[str, dict[Path, int]]) -> None:
    text, expected = document
    found = lines(text)
    assert set(found) == set(paths(tomllib.loads(text)))
    assert {path: found[path] for path in expected} == expected
