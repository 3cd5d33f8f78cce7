"""Patterns: matching against a plain definition of it, comparing patterns against all short texts, and time that grows with the text alone."""

import itertools
import time
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudsoc.policy.arns import resource_pattern, resources_cover, resources_overlap
from cloudsoc.policy.patterns import Glob, covers, glob, overlap

patterns = st.text(alphabet="ab*?", max_size=7)
small = st.text(alphabet="a*?", max_size=5)
ALL_TEXTS = ["".join(letters) for length in range(7) for letters in itertools.product("ab", repeat=length)]


def plainly(pattern: str, text: str) -> bool:
    @cache
    def rest(at: int, here: int) -> bool:
        if at == len(pattern):
            return here == len(text)
        if pattern[at] == "*":
            return rest(at + 1, here) or (here < len(text) and rest(at, here + 1))
        return here < len(text) and pattern[at] in ("?", text[here]) and rest(at + 1, here + 1)

    return rest(0, 0)


@settings(max_examples=600, deadline=None)
@given(patterns, st.text(alphabet="ab", max_size=9))
def test_matching_is_what_wildcards_mean(pattern: str, text: str) -> None:
    assert glob(pattern).matches(text) is plainly(pattern, text)
    assert Glob.of([(pattern, True)]).matches(text) is plainly(pattern, text)
    assert Glob.of([(pattern, False)]).matches(text) is (pattern == text)


@settings(max_examples=300, deadline=None)
@given(st.lists(small, min_size=1, max_size=3), small)
def test_covering_is_about_all_texts(several: list[str], other: str) -> None:
    """Against texts over the patterns' own letter and one that none of them has."""
    by_texts = all(any(plainly(pattern, text) for pattern in several) for text in ALL_TEXTS if plainly(other, text))
    if covers([glob(pattern) for pattern in several], glob(other)):
        assert by_texts
    else:
        longest = sum(map(len, several)) + len(other) + 1
        texts = ("".join(letters) for length in range(longest) for letters in itertools.product("ab", repeat=length))
        assert any(plainly(other, text) and not any(plainly(pattern, text) for pattern in several) for text in itertools.islice(texts, 40_000)) or longest > 14


@settings(max_examples=400, deadline=None)
@given(patterns, patterns)
def test_overlapping_is_having_a_text_in_common(one: str, other: str) -> None:
    found = overlap(glob(one), glob(other))
    assert found is overlap(glob(other), glob(one))
    if any(plainly(one, text) and plainly(other, text) for text in ALL_TEXTS):
        assert found
    elif len(one) + len(other) <= 6:
        assert not found


@settings(max_examples=200, deadline=None)
@given(patterns, patterns)
def test_a_pattern_covers_itself_and_what_it_covers_it_overlaps(one: str, other: str) -> None:
    assert covers([glob(one)], glob(one))
    if covers([glob(one)], glob(other)):
        assert overlap(glob(one), glob(other))


def test_resources_are_compared_like_they_are_matched() -> None:
    by_field, across = resource_pattern("arn:aws:sqs:us-*-1:1:jobs"), resource_pattern("arn:aws:sqs:*:1:jobs")
    assert resources_cover([by_field], by_field)
    assert resources_cover([across], by_field)
    assert not resources_cover([by_field], across)
    assert resources_overlap(by_field, across)
    assert resources_cover([resource_pattern("arn:aws:sqs")], across)
    assert resources_cover([resource_pattern("*")], across)
    assert not resources_overlap(by_field, resource_pattern("arn:aws:sns:us-*-1:1:jobs"))


def test_patterns_made_to_be_slow_are_not() -> None:
    text = "a" * 20_000
    hostile = ["*a" * 1000 + "b", "a*" * 5000 + "b", "*" * 5000 + "b", "*" + "a" * 3000 + "b*", "*" + "a?" * 300 + "b*", "?" * 10_000 + "*b"]
    start = time.process_time()
    for pattern in hostile:
        assert not glob(pattern).matches(text)
    assert time.process_time() - start < 2
    start = time.process_time()
    covers([glob("*a" * 60 + "*")], glob("*a?" * 40))
    overlap(glob("*a?" * 200), glob("*b?" * 200))
    covers([glob("*a???????????b*")], glob("*a*b*a*b*a*b*a*b*"))
    assert time.process_time() - start < 5
