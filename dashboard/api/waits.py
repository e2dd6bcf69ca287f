"""Answers that are held until something comes: a few, without a connection to the database."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask

from auth.tokens.holder import TokenHolder
from dashboard.api.admission import present_holder
from dashboard.api.parameters import Wish
from dashboard.api.tail import TailAnswer, read_tail
from dashboard.export.encoded import recent_entries
from dashboard.web.requests import REQUEST, under_way
from dashboard.web.stopping import is_stopping
from models.database.limits import within
from models.transaction import end_read

#: Requests that wait, of one token and of all in this process; one more is answered at once.
WAITS_PER_TOKEN, WAITS_PER_WORKER = 2, 16
#: Seconds between two looks at the head, the token and the server while nothing is announced.
WAIT_LOOK = 1.0
_KEY = "gatehouse.waits"


class Waits:
    """Who waits in this process."""

    def __init__(self) -> None:
        self._lock, self._taken = threading.Lock(), Counter[int]()

    @contextmanager
    def place(self, token_id: int) -> Iterator[bool]:
        """Hold a place for a token during the block; yields whether there was one."""
        is_free = self._take(token_id)
        try:
            yield is_free
        finally:
            if is_free:
                with self._lock:
                    self._taken[token_id] -= 1
                    self._taken += Counter()  # forgets who has none

    def _take(self, token_id: int) -> bool:
        with self._lock:
            full = self._taken.total() >= WAITS_PER_WORKER
            if full or self._taken[token_id] >= WAITS_PER_TOKEN:
                return False
            self._taken[token_id] += 1
            return True


def waits_of(app: Flask) -> Waits:
    """Return who waits in the process of ``app``."""
    waits: Waits = app.extensions.setdefault(_KEY, Waits())
    return waits


def held(app: Flask, holder: TokenHolder, wish: Wish) -> TailAnswer:
    """Return what follows a cursor, at the latest after the seconds of the wish, though it be nothing.

    Raises `ApiProblem` when the token ends meanwhile or the log is another one.
    """
    until = time.monotonic() + wish.wait
    answer = _read(app, wish)
    if not wish.wait or not answer.is_at_head:
        return answer
    with waits_of(app).place(holder.token_id) as may_wait:
        while may_wait and answer.is_at_head and time.monotonic() < until and not is_stopping(app):
            _pause(app, answer, until - time.monotonic())
            present_holder()
            answer = _read(app, replace(wish, after=answer.after, epoch=answer.head.epoch))
    return answer


def _pause(app: Flask, answer: TailAnswer, seconds: float) -> None:
    """Wait until the head is another one; exports need not let this request go first."""
    end_read()
    with under_way(app).uncounted():
        recent_entries(app).wait_beyond(answer.head, min(WAIT_LOOK, max(0.0, seconds)))


def _read(app: Flask, wish: Wish) -> TailAnswer:
    with within(REQUEST):
        return read_tail(app, wish)
