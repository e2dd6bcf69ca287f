"""One branch of a selection, read along its index."""

import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from dashboard.query.reading.budget import Budget
from dashboard.query.reading.plan import Plan
from models import LoginLog

#: Where an entry stands in the book: its time and id.
Position = tuple[datetime, int]
DbReader = Session | Connection

#: Entries of the first slice; later ones grow as fast as the budget allows.
FIRST_SLICE = 500

_at, _id = LoginLog.occurred_at, LoginLog.id
#: The columns of a `Position`.
POSITION: tuple[Any, ...] = (_at, _id)
#: Parameters in place of the two positions and the number of a statement that is made once.
BEYOND: Any = (bindparam("beyond_at", type_=_at.type), bindparam("beyond_id", type_=_id.type))
UNTIL: Any = (bindparam("until_at", type_=_at.type), bindparam("until_id", type_=_id.type))
SKIPPED = bindparam("skipped", type_=Integer())


@dataclass(frozen=True, slots=True)
class ScannedRows:
    """Rows in reading order, all there are up to ``reached``; to the book's end when it is None."""

    rows: list[Row[Any]]
    reached: Position | None


@dataclass(frozen=True, slots=True)
class RangeScan:
    """The rows of ``statement`` by ``plan``, in one direction of time."""

    statement: Select[Any]
    plan: Plan
    descending: bool

    def rows(
        self, reader: DbReader, beyond: Position | None, limit: int, until: Position | None = None
    ) -> list[Row[Any]]:
        """Return ``limit`` rows at most that follow ``beyond``, up to ``until``."""
        wanted = self._ordered(self.slice(self.statement, beyond, until))
        return list(reader.execute(wanted.limit(limit)).all())

    def slice(self, statement: Select[Any], beyond: Position | None, until: Position | None) -> Select[Any]:
        """Narrow ``statement`` to what matches between two positions.

        They come before the period: of two bounds on one side, SQLite seeks by the first and looks at
        each entry for the second, which took 70 ms instead of 3 deep in a period of 500,000.
        """
        if beyond:
            statement = statement.where(_on_from(beyond, descending=self.descending))
        if until:
            statement = statement.where(_on_from(until, descending=not self.descending, inclusive=True))
        return self.plan.of(statement).where(*self.plan.others)

    def find(self, reader: DbReader, beyond: Position | None, limit: int, budget: Budget) -> ScannedRows:
        """Return ``limit`` rows at most, or those of the slices that the budget lets be read."""
        if not self.plan.others:
            rows = self.rows(reader, beyond, limit)
            return full_scan(rows) if len(rows) == limit else ScannedRows(rows, None)
        matches, size = list[Row[Any]](), FIRST_SLICE
        while True:
            began = time.monotonic()
            edge = self.edge(reader, beyond, size)
            matches += self.rows(reader, beyond, limit - len(matches), edge)
            if len(matches) == limit:
                return full_scan(matches)
            if edge is None or not budget.left:
                return ScannedRows(matches, edge)
            beyond, size = edge, next_size(size, time.monotonic() - began, budget)

    def edge(self, reader: DbReader, beyond: Position | None, size: int) -> Position | None:
        """Return the position ``size`` entries on, from the index alone; None beyond the last."""
        row = reader.execute(self.of_all.nth_of(beyond, None), {SKIPPED.key: size - 1}).first()
        return row and position_of(row)

    @property
    def of_all(self) -> "RangeScan":
        """The scan along all entries of the stretch, which its index alone serves."""
        return replace(self, plan=replace(self.plan, others=[]))

    def nth_of(self, beyond: Position | None, until: Position | None) -> Select[Any]:
        """Return the statement that finds the position of a match; `SKIPPED` are those before it."""
        matches = self._ordered(self.slice(select(*POSITION), beyond, until))
        return matches.offset(SKIPPED).limit(1)

    def _ordered(self, statement: Select[Any]) -> Select[Any]:
        order = (_at.desc(), _id.desc()) if self.descending else (_at, _id)
        return statement.order_by(*order)


def next_size(size: int, took: float, budget: Budget) -> int:
    """Return how many entries the next slice may have, when one of ``size`` took so many seconds."""
    return max(FIRST_SLICE, min(2 * size, int(size * budget.left / took)))


def position_of(row: Row[Any]) -> Position:
    """Return where ``row`` stands."""
    return row.occurred_at, row.id


def full_scan(rows: list[Row[Any]]) -> ScannedRows:
    """Return as many rows as were wanted: what comes after them is not known."""
    return ScannedRows(rows, position_of(rows[-1]))


def _on_from(edge: Position, *, descending: bool, inclusive: bool = False) -> ColumnElement[bool]:
    """Compare time and id as a pair, spelled so that MariaDB seeks: it scans row constructors."""
    moment, number = edge
    if descending:
        return and_(_at <= moment, or_(_at < moment, _id <= number if inclusive else _id < number))
    return and_(_at >= moment, or_(_at > moment, _id >= number if inclusive else _id > number))
