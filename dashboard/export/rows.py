"""The rows of an export, streamed: memory stays the same however many there are."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Engine, select

from dashboard.query.budget import Budget
from dashboard.query.compile import Branch
from dashboard.query.keyset import Keyset
from dashboard.query.walk import Found
from models import LoginLog

#: Rows of the first read, so that it starts at once, and of each later one. Each is a short
#: transaction of its own, so none stays open for minutes.
FIRST, CHUNK = 500, 8_000
#: Seconds that one read may search for matches.
SEARCH = 0.5


def sealed(branches: list[Branch], last_seq: int, columns: Sequence[ColumnElement[Any]]) -> Keyset:
    """Return ``columns`` of the entries of ``branches`` sealed with ``last_seq`` or before."""
    return Keyset(
        select(LoginLog.id, LoginLog.occurred_at, *columns).where(LoginLog.seq <= last_seq), branches
    )


def chunks(engine: Engine, keyset: Keyset, first: int = FIRST, size: int = CHUNK) -> Iterator[Found]:
    """Yield the rows by time and id, ``size`` at most at once; no transaction is open between.

    There may be none in a chunk, when what matches is rare: it says how far was searched.
    """
    beyond, wanted = None, min(first, size)
    while True:
        with engine.connect() as connection:
            found = keyset.find(connection, beyond, wanted, descending=False, budget=Budget(SEARCH))
        yield found
        if found.reached is None:
            return
        beyond, wanted = found.reached, size
