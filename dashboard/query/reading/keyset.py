"""Rows of the log by keyset: each read begins where the one before it ended."""

from heapq import merge
from itertools import chain
from typing import Any

from sqlalchemy import Row, Select, func, select

from dashboard.query.language.filter import Branch
from dashboard.query.reading.budget import Budget
from dashboard.query.reading.plan import Plan, Span, hinted, plan, span
from dashboard.query.reading.range_scan import (
    DbReader,
    Position,
    RangeScan,
    ScannedRows,
    full_scan,
    position_of,
)
from models import LoginLog

__all__ = ["Keyset", "Position", "position_of"]

#: A prefix or a network that spans no more entries than this is read whole and sorted.
SMALL = 2_000
#: One in which there are no more values than this is read as so many equalities.
FEW = 8


class Keyset:
    """The entries of ``branches``; ``statement`` selects columns, ``occurred_at`` and ``id`` among them.

    Each branch is read by itself, in the order of its own index, and the rows are merged: an
    OR would make databases read and sort all that match. What a network or a prefix spans is
    looked up once: make another to see values that came later.
    """

    def __init__(self, statement: Select[Any], branches: list[Branch]) -> None:
        self.statement, self.branches = statement, branches
        self._plans: list[Plan] = []

    def rows(
        self, reader: DbReader, beyond: Position | None, limit: int, *, descending: bool
    ) -> list[Row[Any]]:
        """Return ``limit`` rows at most that follow the position ``beyond``, however long it takes."""
        rows = [scan.rows(reader, beyond, limit) for scan in self.scans(reader, descending=descending)]
        return _merged(rows, descending=descending)[:limit]

    def find(
        self, reader: DbReader, beyond: Position | None, limit: int, *, descending: bool, budget: Budget
    ) -> ScannedRows:
        """Return ``limit`` rows at most that follow the position ``beyond``, or those found in time."""
        scans = self.scans(reader, descending=descending)
        parts = [
            scan.find(reader, beyond, limit, budget.share(len(scans) - number))
            for number, scan in enumerate(scans)
        ]
        rows = _merged([part.rows for part in parts], descending=descending)
        reached = (max if descending else min)((part.reached for part in parts if part.reached), default=None)
        if reached:
            rows = [row for row in rows if _is_up_to(position_of(row), reached, descending=descending)]
        return ScannedRows(rows, reached) if len(rows) < limit else full_scan(rows[:limit])

    def scans(self, reader: DbReader, *, descending: bool) -> list[RangeScan]:
        """Return a scan for each branch, or for each of the few values that it spans."""
        if not self._plans:
            self._plans.extend(chain.from_iterable(_planned(reader, branch) for branch in self.branches))
        return [RangeScan(self.statement, plan, descending) for plan in self._plans]


def _planned(reader: DbReader, branch: Branch) -> list[Plan]:
    """Plan a branch: a prefix or network of few entries, or of few values, has an index that serves it."""
    spanned = span(branch)
    if spanned is None:
        return [plan(branch)]
    some = hinted(select(LoginLog.id), spanned.index).where(*spanned.bounds).limit(SMALL + 1).subquery()
    if reader.execute(select(func.count()).select_from(some)).scalar_one() <= SMALL:
        return [Plan(spanned.index, branch, [])]
    values = _few(reader, spanned)
    return [plan([spanned.first == value, *spanned.others]) for value in values] or [plan(branch)]


def _few(reader: DbReader, spanned: Span) -> list[Any]:
    """Return the values of a stretch, found by as many seeks; none when they are more than `FEW`."""
    found = list[Any]()
    values = hinted(select(spanned.first), spanned.index).order_by(spanned.first).limit(1)
    while len(found) <= FEW:
        later = [spanned.first > found[-1]] if found else []  # first, as SQLite seeks by the first bound
        value = reader.execute(values.where(*later, *spanned.bounds)).scalar()
        if value is None:
            return found
        found.append(value)
    return []


def _merged(found: list[list[Row[Any]]], *, descending: bool) -> list[Row[Any]]:
    return list(merge(*found, key=position_of, reverse=descending))


def _is_up_to(position: Position, reached: Position, *, descending: bool) -> bool:
    return position >= reached if descending else position <= reached
