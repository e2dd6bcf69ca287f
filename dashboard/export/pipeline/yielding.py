"""Exports let people's requests go first: on a busy machine both would wait for a processor.

Only the requests of this process are seen.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from flask import Flask, g, request_started, request_tearing_down

T = TypeVar("T")

#: Seconds that an export waits before a chunk at most, so that it comes to 12,500 rows a second however
#: busy the site is, and for how long nobody must have been answered.
MAX_YIELD, QUIET = 0.2, 0.03


class Requests:
    """Counts the requests that are being answered; a stream is none once it has begun."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._under_way, self._quiet_since = 0, 0.0

    def begin(self, _app: Flask, **_: object) -> None:
        """Count one more."""
        g.is_under_way = True
        with self._change:
            self._under_way += 1

    def end(self, _app: Flask, **_: object) -> None:
        """Count one less, if it was counted: contexts are torn down that answered nobody."""
        if g.pop("is_under_way", False):
            with self._change:
                self._under_way -= 1
                self._quiet_since = time.monotonic()
                self._change.notify_all()

    def wait(self) -> None:
        """Return when nobody was answered for a moment, or when patience is at its end."""
        until = time.monotonic() + MAX_YIELD
        with self._change:
            while (now := time.monotonic()) < until:
                rest = until - now if self._under_way else self._quiet_since + QUIET - now
                if rest <= 0:
                    return
                self._change.wait(min(rest, until - now))


requests = Requests()
request_started.connect(requests.begin)
request_tearing_down.connect(requests.end)


def yield_to_requests(source: Iterable[T]) -> Iterator[T]:
    """Yield what ``source`` does, letting requests go first each time but at the start."""
    for number, one in enumerate(source):
        if number:
            requests.wait()
        yield one
