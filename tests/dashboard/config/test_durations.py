"""Durations as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.config.durations import duration

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@given(st.integers(1, 999_999), st.sampled_from([*SECONDS]))
def test_a_number_and_a_unit_are_a_duration(number: int, unit: str) -> None:
    assert duration(f" {number}{unit} ") == timedelta(seconds=number * SECONDS[unit])


@given(st.text(max_size=6).filter(lambda text: not text.strip()[:1].isdigit()))
def test_text_without_a_number_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="a number above 0 and a unit"):
        duration(text)


@pytest.mark.parametrize("value", [timedelta(1), 5, None])
def test_other_types_pass(value: object) -> None:
    assert duration(value) is value
