"""Durations and rates, as people write them."""

from __future__ import annotations

import math
from typing import Any

import pytest

import cloudsoc
from cloudsoc.durations import rate, seconds


@pytest.mark.parametrize(("text", "value"), [("90", 90), ("90s", 90), (" 30m ", 1800), ("1h", 3600), ("1.5h", 5400), (0.5, 0.5), (7, 7)])
def test_a_duration(text: Any, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "m", "30x", "1h30m", "-1", "0", "0m", "nan", "inf", "٣", 0, -1, math.nan, math.inf, True, None, [1]], ids=repr)
def test_what_is_no_duration_is_refused_with_what_to_write(text: Any) -> None:
    with pytest.raises(ValueError, match="is no duration above zero: write seconds"):
        seconds(text)


@pytest.mark.parametrize("value", ["", "x", "0", "-1", "nan", "inf", 0, -2, math.nan, True, None], ids=repr)
def test_what_is_no_rate_is_refused_with_what_to_write(value: Any) -> None:
    with pytest.raises(ValueError, match="is no rate: write calls a second"):
        rate(value)


def test_the_library_names_the_parameter() -> None:
    with pytest.raises(ValueError, match=r"^deadline: 'soon' is no duration"):
        cloudsoc.collect(deadline="soon")
    with pytest.raises(ValueError, match=r"^max_rate: 0 is no rate"):
        cloudsoc.scan(checks=["kms-*"], max_rate=0)
