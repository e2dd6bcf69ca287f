"""Pages of the book. No OFFSET and no COUNT(*): the last is as quick as the first."""

import base64
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from dashboard.query.language.errors import QueryError
from dashboard.query.reading.budget import Budget
from dashboard.query.reading.keyset import Keyset, Position, position_of

#: The cursor beyond the last entry: what stands before it is the last page.
LAST_PAGE = "end"
#: Seconds to find out whether anything stands before a page.
PEEK = 0.005

MAX_ENTRY_ID = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = struct.Struct(">qq")


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in reading order; ``prev`` and ``next`` are cursors where something may follow.

    They are read ``before=prev`` and ``after=next``. ``searched`` is how far the book was
    searched when the budget ended before the page was full; reading goes on at the cursor.
    """

    entries: list[Row[Any]]
    prev: str | None = None
    next: str | None = None
    searched: datetime | None = None

    @property
    def is_all(self) -> bool:
        """Whether there is nothing but these entries."""
        return not (self.prev or self.next or self.searched)


@dataclass(frozen=True, slots=True)
class Pages:
    """The book cut into pages of ``size`` entries, newest or oldest first."""

    session: Session
    keyset: Keyset
    size: int
    newest_first: bool = True

    def read(self, *, after: str = "", before: str = "", budget: Budget | None = None) -> Page:
        """Return the entries after or before a cursor, else the first.

        Raises ``QueryError`` for a cursor that is none of ours, or two.
        """
        if after and before:
            raise QueryError("Give either “after” or “before”, not both.", field="before")
        if before:
            end = None if before == LAST_PAGE else _position(before, "before")
            return self._before(end, budget or Budget())
        return self._after(_position(after, "after") if after else None, budget or Budget())

    def _after(self, start: Position | None, budget: Budget) -> Page:
        entries, on, searched = self._search(start, budget, forward=True)
        prev = self._turned(entries[0] if entries else None, start, forward=False)
        return Page(entries, prev, cursor(on) if on else None, searched)

    def _before(self, end: Position | None, budget: Budget) -> Page:
        entries, on, searched = self._search(end, budget, forward=False)
        entries.reverse()
        next_ = self._turned(entries[-1] if entries else None, end, forward=True)
        return Page(entries, cursor(on) if on else None, next_, searched)

    def _search(
        self, beyond: Position | None, budget: Budget, *, forward: bool
    ) -> tuple[list[Row[Any]], Position | None, datetime | None]:
        """Return entries in the order they were met, where to go on, and how far a cut search came."""
        descending = self.newest_first is forward
        scanned = self.keyset.find(self.session, beyond, self.size + 1, descending=descending, budget=budget)
        if len(scanned.rows) > self.size:
            entries = scanned.rows[: self.size]
            return entries, position_of(entries[-1]), None
        return scanned.rows, scanned.reached, scanned.reached and scanned.reached[0]

    def _turned(self, edge: Row[Any] | None, start: Position | None, *, forward: bool) -> str | None:
        """Return the cursor of the page on the other side of ``edge``, if there may be one.

        A page without entries is turned at its ``start``, which counts as beyond it.
        """
        if start is None:
            return None
        descending = self.newest_first is forward
        if edge is None:
            return cursor((start[0], min(max(0, start[1] + (1 if descending else -1)), MAX_ENTRY_ID)))
        peek = Budget(PEEK)
        position = position_of(edge)
        scanned = self.keyset.find(self.session, position, 1, descending=descending, budget=peek)
        return cursor(position) if scanned.rows or scanned.reached else None


def cursor(position: Position) -> str:
    """Return a position as an opaque word for an address."""
    microseconds = (position[0] - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(_FORM.pack(microseconds, position[1])).decode().rstrip("=")


def _position(text: str, field: str) -> Position:
    """Read a cursor. A forged one is only a position like any other."""
    try:
        microseconds, row_id = _FORM.unpack(base64.b64decode(text + "==", altchars=b"-_", validate=True))
        return _EPOCH + timedelta(microseconds=microseconds), row_id
    except (ValueError, struct.error, OverflowError):
        raise QueryError("This page link is damaged: start from the newest entries.", field=field) from None
