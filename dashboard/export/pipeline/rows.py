"""The rows of an export, a chunk at a time: memory stays the same however many there are.

A chunk is a stretch of the book, whose end is looked for first, and a short transaction of
its own, so that none stays open for minutes.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Select, select, union_all

from dashboard.export.formats import Format
from dashboard.export.pipeline.aggregate import Cut
from dashboard.export.pipeline.prefetch import prefetched
from dashboard.export.pipeline.range_reader import RangeReader, ReadRange, Statements
from dashboard.export.pipeline.yielding import yield_to_requests
from dashboard.query.language.filter import Branch
from dashboard.query.reading.budget import Budget
from dashboard.query.reading.keyset import Keyset
from dashboard.query.reading.range_scan import POSITION, Position, next_size
from dashboard.web.requests import RequestsUnderWay
from models import LoginLog

#: Rows of the first chunk, so that it starts at once, and of each later one.
FIRST_CHUNK, CHUNK = 500, 2_500
#: Seconds that one chunk may search for matches.
SEARCH = 0.5


@dataclass(frozen=True, slots=True)
class Chunk:
    """The lines of so many rows, all there are up to ``reached``; to the book's end when it is None."""

    rows: int
    lines: bytes
    reached: Position | None


@dataclass(frozen=True, slots=True)
class Rows:
    """The entries of ``branches`` sealed by ``last_seq``, by time and id; ``requests`` go first."""

    branches: list[Branch]
    last_seq: int
    form: Format
    requests: RequestsUnderWay

    def chunks(self, engine: Engine, first: int = FIRST_CHUNK, size: int = CHUNK) -> Iterator[Chunk]:
        """Yield chunks of ``size`` rows at most, read ahead by a few; no transaction is open between.

        There may be no rows in one, when what matches is rare.
        """
        with engine.connect() as connection:
            scans = Keyset(select(*POSITION), self.branches).scans(connection, descending=False)
        reader = _Reader(engine, self, [RangeReader(scan) for scan in scans])
        ranges = yield_to_requests(self.requests, reader.stretches(ReadRange(), first, size))
        for found in prefetched(reader.read, ranges):
            yield from reader.serialized(found)


class _Read(NamedTuple):
    """What the format's ``serialize`` makes the lines of so many rows of."""

    stretch: ReadRange
    rows: int
    read: Any


class _Reader:
    """Reads rows by range readers."""

    def __init__(self, engine: Engine, rows: Rows, readers: list[RangeReader]) -> None:
        self._engine, self._readers, self._form, self._last_seq = (
            engine,
            readers,
            rows.form,
            rows.last_seq,
        )
        self._statements = Statements(self._statement)

    def read(self, stretch: ReadRange) -> list[_Read]:
        """Return what the lines of a stretch are made of, in a list so that it can be let go."""
        with self._engine.connect() as connection:
            ids = self._readers[0].ids(connection, stretch) if len(self._readers) == 1 else {}
            found = self._statements.run(connection, stretch, bool(ids), **ids).all()
        return [_Read(stretch, *self._form.read(self._engine.dialect, found))]

    def serialized(self, found: list[_Read]) -> Iterator[Chunk]:
        """Yield the chunk of a stretch, or smaller ones of what a server cuts."""
        stretch, rows, read = found.pop()
        try:
            chunk = Chunk(rows, self._form.serialize(read), stretch.reached)
        except Cut:
            if rows <= 1:
                raise
            size = max(1, rows // 4)
            for part in self.stretches(stretch, size, size):
                yield from self.serialized(self.read(part))
            return
        del read  # is not kept while its lines are sent
        yield chunk

    def _statement(self, beyond: Position | None, until: Position | None, by_id: bool) -> Select[Any]:
        def entries(columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
            statement = select(*columns).where(LoginLog.seq <= self._last_seq)
            slices = [reader.slice(statement, beyond, until, by_id=by_id) for reader in self._readers]
            return slices[0] if len(slices) == 1 else select(union_all(*slices).subquery())

        return self._form.select(self._engine.dialect, entries)

    def stretches(self, whole: ReadRange, first: int, size: int) -> Iterator[ReadRange]:
        """Divide a stretch into those with ``size`` matches at most."""
        beyond, limit, span = whole.beyond, self._share(min(first, size)), size
        while True:
            began = time.monotonic()
            with self._engine.connect() as connection:
                ends = [_end(reader, connection, beyond, limit, span) for reader in self._readers]
            took = time.monotonic() - began
            reached = min((end for end, _ in ends if end), default=None)
            if reached is None or (whole.reached and reached >= whole.reached):
                yield ReadRange(beyond, whole.reached)
                return
            yield ReadRange(beyond, reached)
            span = size if any(full for _, full in ends) else next_size(span, took, Budget(SEARCH))
            beyond, limit = reached, self._share(size)

    def _share(self, size: int) -> int:
        """Return how many matches each reader may have, so that all have ``size``."""
        return max(1, size // len(self._readers))


def _end(
    reader: RangeReader, connection: Connection, beyond: Position | None, limit: int, span: int
) -> tuple[Position | None, bool]:
    """Return where a chunk of ``limit`` rows ends and that it is full, else after ``span`` entries."""
    if not reader.is_selective:
        return reader.edge(connection, beyond, limit), True
    edge = reader.edge(connection, beyond, span)
    last = reader.match(connection, ReadRange(beyond, edge), limit)
    return last or edge, last is not None
