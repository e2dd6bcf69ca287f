"""The newest sealed entries of this process, read once and encoded once for all viewers."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from dashboard.log.head import LIVE_REACH, BrokenStream, Head, read_head, sealed_after
from models import Action, LoginLog, db

T = TypeVar("T")
#: Actions that blank fields of earlier entries.
BLANKING = (Action.ERASE, Action.ADDRESS_PURGE)


class RecentEntries(Generic[T]):
    """A contiguous stretch of the stream that ends at the head last read.

    It grows forward as the head moves and backward when somebody asks for older entries,
    to `LIVE_REACH` entries at least. An entry that blanks others empties it: what it held may be stale.
    """

    def __init__(self, encode: Callable[[LoginLog], T]) -> None:
        self._encode, self._lock = encode, threading.Lock()
        self._moved = threading.Condition()
        self._head: Head | None = None
        self._start = 0
        self._entries: list[T] = []

    def head(self) -> Head:
        """Return the head as this process last saw it."""
        return self._head or self.refresh()

    def refresh(self) -> Head:
        """Read the head from the database, and the entries that are new."""
        with self._alone():
            head, known = read_head(db.session()), self._head
            if known is None or head.epoch != known.epoch or not head.floor <= known.seq <= head.seq:
                self._start, self._entries = head.seq, []
            elif head.seq > known.seq:
                self._append(_stretch(known.seq, head.seq))
            self._head = head
        if head != known:
            with self._moved:
                self._moved.notify_all()
        return head

    def wait_beyond(self, head: Head, seconds: float) -> None:
        """Return once this process has seen another head, at the latest after so many seconds.

        Whoever waits here must hold no connection.
        """
        with self._moved:
            self._moved.wait_for(lambda: self._head != head, seconds)

    def after(self, cursor: int, limit: int) -> list[T]:
        """Return up to ``limit`` encoded entries that follow ``cursor``.

        Raises ``BrokenStream`` when one of them is missing.
        """
        with self._alone():
            if cursor < self._start:
                self._entries[:0] = [self._encode(row) for row in _stretch(cursor, self._start)]
                self._start = cursor
            offset = cursor - self._start
            return self._entries[offset : offset + limit]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock; who waits for it holds no connection, which its holder may be waiting for."""
        db.session.rollback()
        with self._lock:
            yield

    def _append(self, rows: Sequence[LoginLog]) -> None:
        erased = [number for number, row in enumerate(rows) if row.action in BLANKING]
        if erased:
            self._start, self._entries = rows[erased[-1]].seq - 1, []  # type: ignore[operator]
            rows = rows[erased[-1] :]
        self._entries += [self._encode(row) for row in rows]
        surplus = len(self._entries) - 2 * LIVE_REACH
        if surplus > 0:
            del self._entries[:surplus]
            self._start += surplus


def _stretch(cursor: int, head: int) -> Sequence[LoginLog]:
    """Return the entries of (cursor, head], all of them."""
    rows = sealed_after(db.session(), cursor, head, head - cursor)
    if [row.seq for row in rows] != list(range(cursor + 1, head + 1)):
        raise BrokenStream(f"entries are missing between {cursor} and {head}")
    return rows
