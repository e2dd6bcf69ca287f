"""Entries after a cursor in the order of the sealed log: none is skipped, however they are searched.

What is new is there already, encoded once for all who follow; what is older is read by the numbers of
the entries. A search that comes to its end before it has enough says how far it came.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask
from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from dashboard.api.parameters import Wish
from dashboard.api.refused import StartOver
from dashboard.export.encoded import encoded_entry, recent_entries
from dashboard.export.fields import FIELDS
from dashboard.log.head import BrokenStream, Head, read_head
from dashboard.query.language.filter import Branch
from dashboard.query.reading.budget import Budget
from dashboard.query.reading.plan import BY_SEQ, hinted
from dashboard.query.reading.range_scan import next_size
from models import LoginLog, db

#: Seconds that one answer may search for what matches.
SEARCH_SECONDS = 0.25
#: Entries that a search looks at first.
FIRST_SEARCHED = 2_000
_COLUMNS = [LoginLog.__table__.c[name] for name in FIELDS]


@dataclass(frozen=True, slots=True)
class Answer:
    """Entries as JSON, and the cursor ``after`` which to go on; the log stood at ``head``."""

    head: Head
    entries: Sequence[orjson.Fragment]
    after: int

    @property
    def is_at_head(self) -> bool:
        """Whether nothing came, and nothing was left to search."""
        return not self.entries and self.after == self.head.seq

    def as_json(self) -> bytes:
        """Return the body of the answer."""
        head = {"epoch": self.head.epoch, "head": self.head.seq}
        return orjson.dumps(head | {"entries": self.entries, "next": self.after})


def read_tail(app: Flask, wish: Wish) -> Answer:
    """Return what follows a cursor; raises `StartOver` when nothing can."""
    recent = recent_entries(app)
    head = recent.refresh()
    after = _cursor(wish, head)
    if wish.branches is None and after >= head.floor:
        entries = recent.after(after, wish.limit)
        return Answer(head, entries, after + len(entries))
    rows, searched = _search(db.session(), wish, after, head.seq)
    now = read_head(db.session())
    _cursor(wish, now)  # what was pruned meanwhile may be missing
    _check_whole(wish, rows, after)
    return Answer(head, [encoded_entry(row) for row in rows], searched)


def _cursor(wish: Wish, head: Head) -> int:
    """Return after which entry to go on; raises `StartOver`."""
    where = {"epoch": head.epoch, "head": head.seq, "floor": head.pruned}
    after = head.pruned if wish.after is None else wish.after
    if wish.epoch is not None and wish.epoch != head.epoch:
        told = "The log is of another epoch, as a backup was restored: begin again after “floor”."
        raise StartOver(409, "other-epoch", "The log is another one", told, where)
    if after > head.seq:
        told = "The log ends before this cursor, as a backup was restored: begin again after “floor”."
        raise StartOver(409, "beyond-head", "The log is shorter than that", told, where)
    if after < head.pruned:
        told = "What follows this cursor was pruned: go on after “floor”."
        raise StartOver(410, "pruned", "The entries are gone", told, where)
    return after


def _search(session: Session, wish: Wish, after: int, head: int) -> tuple[Sequence[Row[Any]], int]:
    """Return matches in order, and up to which entry there are no others."""
    if wish.branches is None:
        until = min(after + wish.limit, head)
        return session.execute(_between(after, until, [[]])).all(), until
    rows, size, budget = list[Row[Any]](), FIRST_SEARCHED, Budget(SEARCH_SECONDS)
    while after < head:
        began, until = time.monotonic(), min(after + size, head)
        missing = wish.limit - len(rows)
        rows += session.execute(_between(after, until, wish.branches).limit(missing)).all()
        if len(rows) == wish.limit:
            return rows, rows[-1].seq
        after, size = until, next_size(size, time.monotonic() - began, budget)
        if not budget.left:
            break
    return rows, after


def _between(after: int, until: int, branches: list[Branch]) -> Select[Any]:
    """Select what matches of a stretch; along its numbers, as any other index has no end of it."""
    stretch = select(*_COLUMNS).where(LoginLog.seq > after, LoginLog.seq <= until)
    if branches != [[]]:
        stretch = stretch.where(or_(*(and_(*branch) for branch in branches)))
    return hinted(stretch, BY_SEQ).order_by(LoginLog.seq)


def _check_whole(wish: Wish, rows: Sequence[Row[Any]], after: int) -> None:
    """Raise ``BrokenStream`` when one is missing that nobody pruned."""
    if wish.branches is None and [row.seq for row in rows] != list(range(after + 1, after + 1 + len(rows))):
        raise BrokenStream(f"entries are missing after {after}")
