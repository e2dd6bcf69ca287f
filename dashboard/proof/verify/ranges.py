"""Checks the sealed stream stretch by stretch, several at a time.

Each link is checked against the *stored* link before it, so that stretches do not depend
on one another. MariaDB hashes by itself, so threads that wait for it are enough; SQLite
calls back for each hash, which takes processes.
"""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, func, select

from dashboard.proof.verify.sql import add_functions, counts, odd_entries
from models import LoginLog, db
from models.database.base import engine_options, is_sqlite, prepare_engine
from models.database.limits import Purpose, purpose

#: Entries of one stretch.
RANGE_SIZE = 20_000
#: A book cut less often than this is not worth the workers.
MIN_RANGES = 3
#: Connections at most, however many cores there are.
MAX_WORKERS = 8


#: Quarter hours since 1970, action, outcome, reason (empty when there is none).
QuarterKind = tuple[float, str, str, str]


class Blanked(NamedTuple):
    """An entry that lacks personal fields, and whom it is about and by: ids of accounts."""

    seq: int
    people: list[int | None]


@dataclass(frozen=True, slots=True)
class RangeResult:
    """What was found in one stretch: the numbers of entries that do not check, of those
    that lack personal fields, and how many entries there are of each kind.
    """

    suspects: list[int]
    blanked: list[Blanked]
    totals: Counter[QuarterKind]


@dataclass(frozen=True, slots=True)
class CheckRange:
    """The entries from ``low`` to ``high``, both included; ``anchor`` is the link before the first of all.

    Up to ``places`` a blank place is not told, as an entry vouches for all of them.
    """

    low: int
    high: int
    anchor: bytes
    places: int


def stretches(bounds: CheckRange) -> Iterator[RangeResult]:
    """Check entries and yield the stretches in the order they were recorded.

    The caller's read transaction and, on SQLite, all idle connections end here. In the background of a server
    they are checked one by one: a process that has threads must not fork, and at its end a pool would be
    waited for until all is checked.
    """
    db.session.remove()
    cuts = _cuts(bounds)
    if len(cuts) <= MIN_RANGES or purpose() is Purpose.BACKGROUND:
        yield from map(partial(check_range, db.engine, bounds), cuts, cuts[1:])
        return
    pool, work = _workers(db.engine, bounds)
    try:
        with closing(pool.map(work, cuts, cuts[1:])) as found:  # type: ignore[type-var]
            yield from found
    finally:
        pool.shutdown(cancel_futures=True)


def counted(bounds: CheckRange, connection: Connection | None = None) -> Iterator[Counter[QuarterKind]]:
    """Yield how many entries there are of each kind, stretch by stretch; nothing else is checked.

    Each stretch is read on a connection of its own, unless one is given.
    """
    cuts = _cuts(bounds, connection)
    for after, to in pairwise(cuts):
        with nullcontext(connection) if connection else db.engine.connect() as reading:
            yield _totals(reading, asdict(bounds) | {"after": after, "to": to})


def check_range(engine: Engine, bounds: CheckRange, after: int, to: int) -> RangeResult:
    """Check those of the entries with after < id <= to, on a connection of its own."""
    with engine.connect() as connection:
        add_functions(connection)
        stretch = asdict(bounds) | {"after": after, "to": to}
        odd = connection.execute(odd_entries(), stretch).all()
        totals = _totals(connection, stretch)
    suspects = [seq for seq, _, is_wrong, *_ in odd if is_wrong]
    blanked = [Blanked(seq, who) for seq, is_blank, _, *who in odd if is_blank]
    return RangeResult(suspects, blanked, totals)


def _cuts(bounds: CheckRange, connection: Connection | None = None) -> list[int]:
    """Return ids in ascending order, after each of which a stretch begins, and the last of all.

    Any ids between would do; these are of every so many-th entry, whatever was done to the others.
    """
    numbers = range(bounds.low + RANGE_SIZE - 1, bounds.high, RANGE_SIZE)
    lowest, highest = func.min(LoginLog.id) - 1, func.max(LoginLog.id)
    ends = select(lowest, highest).where(LoginLog.seq.between(bounds.low, bounds.high))
    with nullcontext(connection) if connection else db.engine.connect() as reading:
        between = reading.scalars(select(LoginLog.id).where(LoginLog.seq.in_(numbers)))
        return sorted({*between, *reading.execute(ends).one()} - {None})


def _totals(connection: Connection, stretch: dict[str, Any]) -> Counter[QuarterKind]:
    rows = connection.execute(counts(), stretch)
    return Counter(
        {(quarter, action, outcome, reason or ""): n for quarter, action, outcome, reason, n in rows}
    )


def _workers(engine: Engine, bounds: CheckRange) -> tuple[Executor, Any]:
    """Return a pool and what it is to do with each stretch."""
    count = min(max(2, os.cpu_count() or 1), MAX_WORKERS)
    if not is_sqlite(engine.url):
        return ThreadPoolExecutor(count), partial(check_range, engine, bounds)
    engine.dispose()  # a connection must not be shared across the fork
    begin = partial(signal.signal, signal.SIGINT, signal.SIG_IGN)  # the parent ends them
    url = engine.url.render_as_string(hide_password=False)
    return ProcessPoolExecutor(count, get_context("fork"), begin), partial(_check_alone, url, bounds)


def _check_alone(url: str, bounds: CheckRange, after: int, to: int) -> RangeResult:
    """Check one stretch in a process that has no engine."""
    engine = create_engine(url, **engine_options(url, Purpose.COMMANDS))
    prepare_engine(engine, Purpose.COMMANDS)
    try:
        return check_range(engine, bounds, after, to)
    finally:
        engine.dispose()
