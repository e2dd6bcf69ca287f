"""The rows of an export, a chunk at a time: memory stays the same however many there are.

A chunk is a stretch of the book whose end is found in the index alone, and a short
transaction of its own, so that none stays open for minutes.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, select, union_all

from dashboard.export.ahead import made_ahead
from dashboard.export.courtesy import courteous
from dashboard.export.formats import Format
from dashboard.export.gather import Cut
from dashboard.export.ids import along_ids
from dashboard.query.budget import Budget
from dashboard.query.compile import Branch
from dashboard.query.keyset import Keyset
from dashboard.query.walk import POSITION, Position, Walk, next_size
from models import LoginLog

#: Rows of the first chunk, so that it starts at once, and of each later one.
FIRST, CHUNK = 500, 4_000
#: Seconds that one chunk may search for matches.
SEARCH = 0.5


@dataclass(frozen=True, slots=True)
class Stretch:
    """What stands after one position, or from the book's begin, up to another or to its end."""

    beyond: Position | None = None
    reached: Position | None = None


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
        """Yield chunks of ``size`` rows at most, read ahead by a few; no transaction is open between.

        There may be no rows in one, when what matches is rare.
        """
        with engine.connect() as connection:
            walks = Keyset(select(*POSITION), self.branches).walks(connection, descending=False)
        read = partial(self._read, engine, walks, size=size)
        for chunks in made_ahead(read, courteous(stretches(engine, walks, Stretch(), first, size))):
            yield from chunks

    def _read(self, engine: Engine, walks: list[Walk], stretch: Stretch, size: int) -> list[Chunk]:
        """Return the chunk of a stretch, or smaller ones of what a server cuts."""
        try:
            return [self._chunk(engine, walks, stretch)]
        except Cut:
            if size == 1:
                raise
        size = max(1, size // 4)
        parts = stretches(engine, walks, stretch, size, size)
        return [chunk for part in parts for chunk in self._read(engine, walks, part, size)]

    def _chunk(self, engine: Engine, walks: list[Walk], stretch: Stretch) -> Chunk:
        def entries(columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
            statement = select(*columns).where(LoginLog.seq <= self.last_seq)
            slices = [
                along_ids(connection, walk, statement, stretch.beyond, stretch.reached) for walk in walks
            ]
            return slices[0] if len(slices) == 1 else select(union_all(*slices).subquery())

        with engine.connect() as connection:
            return Chunk(*self.form.read(connection, entries), stretch.reached)


def stretches(engine: Engine, walks: list[Walk], whole: Stretch, first: int, size: int) -> Iterator[Stretch]:
    """Divide a stretch into those with ``size`` matches at most."""
    beyond, limit, span = whole.beyond, min(first, size), size
    while True:
        began = time.monotonic()
        with engine.connect() as connection:
            ends = [_end(walk, connection, beyond, limit, span) for walk in walks]
        reached = min((end for end, _ in ends if end), default=None)
        if reached is None or (whole.reached and reached >= whole.reached):
            yield Stretch(beyond, whole.reached)
            return
        yield Stretch(beyond, reached)
        took = time.monotonic() - began
        span = size if any(full for _, full in ends) else next_size(span, took, Budget(SEARCH))
        beyond, limit = reached, size


def _end(
    walk: Walk, connection: Connection, beyond: Position | None, limit: int, span: int
) -> tuple[Position | None, bool]:
    """Return where a chunk of ``limit`` rows ends and that it is full, else after ``span`` entries."""
    if not walk.plan.others:
        return walk.edge(connection, beyond, limit), True
    edge = walk.edge(connection, beyond, span)
    last = walk.nth(connection, beyond, edge, limit)
    return last or edge, last is not None
