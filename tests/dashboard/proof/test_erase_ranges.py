"""Sets of numbers as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.proof.erase_ranges import Ranges, as_text, from_text

numbers = st.sets(st.integers(1, 60) | st.integers(1, 10**18 - 1), max_size=40)


@given(numbers)
def test_numbers_read_back(seqs: set[int]) -> None:
    ranges = Ranges(from_text(as_text(sorted(seqs))))
    assert {seq for seq in range(62) if seq in ranges} == {seq for seq in seqs if seq < 62}
    assert all(seq in ranges for seq in seqs)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))), st.integers(-1, 31))
def test_ranges_may_overlap(ranges: list[tuple[int, int]], seq: int) -> None:
    whole = [(low, high) for low, high in ranges if low <= high]
    assert (seq in Ranges(whole)) == any(low <= seq <= high for low, high in whole)


@pytest.mark.parametrize(
    ("text", "ranges"),
    [("", []), ("7", [(7, 7)]), ("1-5,9", [(1, 5), (9, 9)]), ("x,3,-4,5-,6", [(3, 3), (6, 6)]), ("None", [])],
)
def test_what_is_no_range_is_left_out(text: str, ranges: list[tuple[int, int]]) -> None:
    assert from_text(text) == ranges


def test_runs_are_short() -> None:
    assert as_text([1, 2, 3, 4, 5, 9]) == "1-5,9"
