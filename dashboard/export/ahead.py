"""Work done ahead in threads of its own, while what was made before is used."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")

#: How many work at a time; more results than that are never kept.
AT_ONCE = 3


def made_ahead(work: Callable[[S], T], source: Iterable[S]) -> Iterator[T]:
    """Yield what ``work`` makes of each of ``source``, in order; errors of both are raised here.

    The first is yielded before others are begun, and leaving waits for those under way.
    """
    rest = iter(source)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        ahead = deque(threads.submit(work, one) for one in islice(rest, 1))
        while ahead:
            yield ahead.popleft().result()
            ahead.extend(threads.submit(work, one) for one in islice(rest, AT_ONCE - len(ahead)))
