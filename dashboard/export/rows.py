"""The rows of an export, streamed: memory stays the same however many there are."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, select

from dashboard.query.compile import Branch
from dashboard.query.keyset import Keyset, position_of
from models import LoginLog

#: Rows of the first read, so that it starts at once, and of each later one. Each is a short
#: transaction of its own, so none stays open for minutes.
FIRST, CHUNK = 500, 8_000


def sealed(branches: list[Branch], last_seq: int, columns: Sequence[ColumnElement[Any]]) -> Keyset:
    """Return ``columns`` of the entries of ``branches`` sealed with ``last_seq`` or before."""
    statement = select(LoginLog.id, LoginLog.occurred_at, *columns)
    return Keyset(statement, [[*branch, LoginLog.seq <= last_seq] for branch in branches])


def chunks(engine: Engine, keyset: Keyset, first: int = FIRST, size: int = CHUNK) -> Iterator[list[Row[Any]]]:
    """Yield the rows by time and id, ``size`` at most at once; no transaction is open between."""
    beyond, wanted = None, min(first, size)
    while True:
        with engine.connect() as connection:
            rows = keyset.rows(connection, beyond, wanted, descending=False)
        if rows:
            yield rows
        if len(rows) < wanted:
            return
        beyond, wanted = position_of(rows[-1]), size
