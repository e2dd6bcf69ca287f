"""The quickest way to put thousands of sealed entries into the book."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pymysql.converters import escape_item
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from dashboard.cli.seeding.rows import COMMON, SeedEntry
from dashboard.cli.seeding.seals import Batch, SealLink
from dashboard.log.authentic.mac import mac_keys
from dashboard.log.chain import first_link
from dashboard.log.seals import Seal
from models import LoginLog, StreamHead
from models.database.base import is_sqlite
from models.frontier import Frontier

COLUMNS = (*Seal._fields, "mac", *SeedEntry._fields[:-1], *COMMON)
_ENTRIES = f"INSERT INTO login_log ({', '.join(COLUMNS)}) VALUES "  # noqa: S608 - our own names
_TOTALS = "INSERT INTO login_total (quarter, action, outcome, reason, count) VALUES "
#: Rows of one statement on MariaDB: under 1 MB of SQL, which every server takes.
ROWS = 1500


def newest_link(session: Session) -> SealLink:
    """Return what the next entry's seal builds on."""
    head = session.scalars(select(StreamHead)).one()
    newest = session.scalar(select(func.max(LoginLog.id))) or 0
    return newest, head.seq, head.chain or first_link(head.origin, head.first_epoch)


def append(batch: Batch, session: Session) -> None:
    """Store a batch after the head of the stream and move it, in the caller's transaction."""
    head = session.scalars(select(StreamHead).with_for_update()).one()
    batch = batch.after(newest_link(session), mac_keys()[0])
    frontier = Frontier(head.seq, head.frontier)
    frontier.extend(seal.chain for seal in batch.seals)
    connection = session.connection()
    store = _into_sqlite if is_sqlite(connection.engine.url) else _into_mariadb
    store(connection, batch)
    _, head.seq, head.chain = batch.last
    head.frontier = frontier.as_bytes()


def _into_sqlite(connection: Connection, batch: Batch) -> None:
    connection.exec_driver_sql("PRAGMA cache_size = -131072")
    connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 20000")
    rows = [
        (*seal, mac, *entry[:-1], *entry.common)
        for seal, mac, entry in zip(batch.seals, batch.macs, batch.entries, strict=True)
    ]
    connection.exec_driver_sql(f"{_ENTRIES}({', '.join('?' * len(COLUMNS))})", rows)
    raise_totals = " ON CONFLICT DO UPDATE SET count = count + excluded.count"
    connection.exec_driver_sql(
        f"{_TOTALS}(?, ?, ?, ?, ?){raise_totals}", [(*kind, n) for kind, n in batch.totals.items()]
    )


def _into_mariadb(connection: Connection, batch: Batch) -> None:
    """Write the statements out: PyMySQL's quoting, value by value, would take as long as the server."""
    raise_totals = " ON DUPLICATE KEY UPDATE count = count + VALUES(count)"
    totals = [_literals((*kind, number)) for kind, number in batch.totals.items()]
    for statement in (*_inserts(_ENTRIES, list(_written(batch))), *_inserts(_TOTALS, totals, raise_totals)):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _inserts(into: str, rows: list[str], clause: str = "") -> Iterator[str]:
    for first in range(0, len(rows), ROWS):
        yield f"{into}({'), ('.join(rows[first : first + ROWS])}){clause}"


def _written(batch: Batch) -> Iterator[str]:
    """Yield the values of each entry as SQL; what entries have in common is quoted once."""
    for seal, mac, entry in zip(batch.seals, batch.macs, batch.entries, strict=True):
        yield f"{_literals((*seal, mac, *entry[:-1]))}, {_common_literals(entry.common)}"


@lru_cache(maxsize=1 << 14)
def _common_literals(common: tuple[Any, ...]) -> str:
    return _literals(common)


def _literals(values: tuple[Any, ...]) -> str:
    return ", ".join([_literal(value) for value in values])


def _literal(value: Any) -> str:
    literal: str = f"x'{value.hex()}'" if isinstance(value, bytes) else escape_item(value, "utf8mb4")
    return literal
