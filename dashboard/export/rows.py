"""The rows of an export, a chunk at a time: memory stays the same however many there are.

A chunk is a stretch of the book whose end is found in the index alone, and a short
transaction of its own, so that none stays open for minutes.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, select, union_all

from dashboard.export.formats import Format
from dashboard.export.gather import Cut
from dashboard.query.budget import Budget
from dashboard.query.compile import Branch
from dashboard.query.keyset import Keyset
from dashboard.query.walk import POSITION, Position, Walk, next_size
from models import LoginLog

#: Rows of the first chunk, so that it starts at once, and of each later one.
FIRST, CHUNK = 500, 4_000
#: More rows than a chunk has.
MOST = 10**6
#: Seconds that one chunk may search for matches.
SEARCH = 0.5


@dataclass(frozen=True, slots=True)
class Chunk:
    """So many rows, all there are up to ``reached``; to the book's end when it is None.

    ``read`` is what the format's ``finish`` makes lines of.
    """

    rows: int
    read: Any
    reached: Position | None


@dataclass(frozen=True, slots=True)
class Rows:
    """The entries of ``branches`` sealed with ``last_seq`` or before, by time and id."""

    branches: list[Branch]
    last_seq: int
    form: Format

    def chunks(self, engine: Engine, first: int = FIRST, size: int = CHUNK) -> Iterator[Chunk]:
        """Yield chunks of ``size`` rows at most; no transaction is open between.

        There may be no rows in one, when what matches is rare.
        """
        beyond, limit, span = None, min(first, size), size
        with engine.connect() as connection:
            walks = Keyset(select(*POSITION), self.branches).walks(connection, descending=False)
        while True:
            began = time.monotonic()
            with engine.connect() as connection:
                ends = [_end(walk, connection, beyond, limit, span) for walk in walks]
                reached = min((end for end, _ in ends if end), default=None)
                try:
                    rows, read = self._read(connection, walks, beyond, reached)
                except Cut:
                    if limit == 1:
                        raise
                    limit = max(1, limit // 4)
                    continue
            yield Chunk(rows, read, reached)
            if reached is None:
                return
            took = time.monotonic() - began
            span = size if any(full for _, full in ends) else next_size(span, took, Budget(SEARCH))
            beyond, limit = reached, size

    def _read(
        self, connection: Connection, walks: list[Walk], beyond: Position | None, until: Position | None
    ) -> tuple[int, Any]:
        """Return how many rows a stretch has, and what lines are made of."""

        def entries(columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
            statement = select(*POSITION, *columns).where(LoginLog.seq <= self.last_seq)
            slices = [walk.slice(statement, beyond, until) for walk in walks]
            if len(slices) == 1:
                return slices[0].order_by(*POSITION).limit(MOST)
            both = union_all(*slices).subquery()
            return select(both).order_by(both.c.occurred_at, both.c.id).limit(MOST)

        return self.form.read(connection, entries)


def _end(
    walk: Walk, connection: Connection, beyond: Position | None, limit: int, span: int
) -> tuple[Position | None, bool]:
    """Return where a chunk of ``limit`` rows ends and that it is full, else after ``span`` entries."""
    if not walk.plan.others:
        return walk.edge(connection, beyond, limit), True
    edge = walk.edge(connection, beyond, span)
    last = walk.nth(connection, beyond, edge, limit)
    return last or edge, last is not None
