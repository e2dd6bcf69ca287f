"""Sets of entries as short text: ``1-5,9`` are the entries 1 to 5 and 9."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

Range = tuple[int, int]


def as_text(seqs: Iterable[int]) -> str:
    """Return ascending numbers as text, runs as ``first-last``."""
    return ",".join(f"{low}" if low == high else f"{low}-{high}" for low, high in _runs(seqs))


def from_text(text: str) -> list[Range]:
    """Return the ranges of a text; whatever is not one is left out."""
    found = re.finditer(r"(?:^|(?<=,))([0-9]{1,18})(?:-([0-9]{1,18}))?(?=,|$)", text, re.ASCII)
    return [(int(match[1]), int(match[2] or match[1])) for match in found]


class Ranges:
    """Numbers in any number of ranges, which may overlap."""

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._lows: list[int] = []
        self._highs: list[int] = []
        for low, high in sorted(ranges):
            if self._highs and low <= self._highs[-1] + 1:
                self._highs[-1] = max(high, self._highs[-1])
            else:
                self._lows.append(low)
                self._highs.append(high)

    def __contains__(self, seq: int) -> bool:
        index = bisect_right(self._lows, seq) - 1
        return index >= 0 and seq <= self._highs[index]


def _runs(seqs: Iterable[int]) -> Iterator[Range]:
    """Yield the first and last of each run of consecutive numbers."""
    low = high = None
    for seq in seqs:
        if high is not None and low is not None and seq > high + 1:
            yield low, high
            low = seq
        low, high = seq if low is None else low, seq
    if low is not None and high is not None:
        yield low, high
