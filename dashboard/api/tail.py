"""Entries after a cursor in the order of the sealed log: none is skipped, however they are searched.

What is new is there already, encoded once for all who follow; what is older is read by the numbers of
the entries. A search that comes to its end before it has enough says how far it came.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from flask import Flask
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from dashboard.api.parameters import Wish
from dashboard.api.refused import StartOver
from dashboard.api.stretch import Sealed, read_stretch
from dashboard.export.encoded import recent_entries
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


@dataclass(frozen=True, slots=True)
class TailAnswer:
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


def read_tail(app: Flask, wish: Wish) -> TailAnswer:
    """Return what follows a cursor; raises `StartOver` when nothing can."""
    recent = recent_entries(app)
    head = recent.refresh()
    after = _cursor(wish, head)
    if wish.branches is None and after >= head.floor:
        entries = recent.after(after, wish.limit)
        return TailAnswer(head, entries, after + len(entries))
    found, searched = _search(db.session(), wish, after, head.seq)
    _cursor(wish, read_head(db.session()))  # what was pruned meanwhile may be missing
    _check_whole(wish, found, after, searched)
    return TailAnswer(head, [sealed.fields for sealed in found], searched)


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


def _search(session: Session, wish: Wish, after: int, head: int) -> tuple[list[Sealed], int]:
    """Return matches in order, and up to which entry there are no others."""
    if wish.branches is None:
        until = min(after + wish.limit, head)
        return read_stretch(session, partial(_between, after, until, None, wish.limit)), until
    found, size, budget = list[Sealed](), FIRST_SEARCHED, Budget(SEARCH_SECONDS)
    while after < head:
        began, until = time.monotonic(), min(after + size, head)
        missing = wish.limit - len(found)
        found += read_stretch(session, partial(_between, after, until, wish.branches, missing))
        if len(found) == wish.limit:
            return found, found[-1].seq
        after, size = until, next_size(size, time.monotonic() - began, budget)
        if not budget.left:
            break
    return found, after


def _between(
    after: int, until: int, branches: list[Branch] | None, limit: int, columns: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    """Select what matches of a stretch; along its numbers, as any other index has no end of it."""
    stretch = select(*columns).where(LoginLog.seq > after, LoginLog.seq <= until)
    if branches is not None:
        stretch = stretch.where(or_(*(and_(*branch) for branch in branches)))
    return hinted(stretch, BY_SEQ).order_by(LoginLog.seq).limit(limit)


def _check_whole(wish: Wish, found: list[Sealed], after: int, until: int) -> None:
    """Raise ``BrokenStream`` when one is missing that nobody pruned."""
    if wish.branches is None and [sealed.seq for sealed in found] != list(range(after + 1, until + 1)):
        raise BrokenStream(f"entries are missing after {after}")
