"""Work done ahead in a thread of its own, while what was made before is used."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

#: Results that are made or being made: with one alone, both threads would wait for each other.
DEPTH = 2


def made_ahead(source: Iterator[T]) -> Iterator[T]:
    """Yield what ``source`` yields, made ahead by a few; its errors are raised here too."""
    with ThreadPoolExecutor(1) as thread:
        ahead = deque(thread.submit(next, source, None) for _ in range(DEPTH))
        while (item := ahead.popleft().result()) is not None:
            ahead.append(thread.submit(next, source, None))
            yield item
