"""Exports let people's requests go first: on a busy machine both would wait for a processor."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from dashboard.web.requests import RequestsUnderWay

T = TypeVar("T")

#: Seconds that an export waits before a chunk at most, so that it comes to 12,500 rows a second however
#: busy the site is, and for how long nobody must have been answered.
MAX_YIELD, QUIET = 0.2, 0.03


def yield_to_requests(requests: RequestsUnderWay, source: Iterable[T]) -> Iterator[T]:
    """Yield what ``source`` does, letting ``requests`` go first each time but at the start."""
    for number, item in enumerate(source):
        if number:
            requests.wait_for_quiet(QUIET, MAX_YIELD)
        yield item
