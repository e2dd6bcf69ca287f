"""What a serving process does for its database by the clock: uses of sessions, SQLite's write-ahead log."""

import time
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import Connection

from auth import floods, last_seen
from dashboard.background.schedule import at_intervals, at_stop
from models import db
from models.database.base import is_sqlite
from models.transaction import last_commit

#: Seconds between two looks.
SEEN_LOOK, WAL_LOOK = 1.0, 5.0
#: Bytes that the write-ahead log may keep; SQLite empties it there by itself, but never makes it smaller.
WAL_KEPT = 4 * 1024 * 1024
#: Seconds without a write of this process after which it is idle.
WAL_IDLE = 2.0


def init_app(app: Flask) -> None:
    """Have both done in the background."""
    at_intervals(app, "last seen", last_seen.write, every=SEEN_LOOK)
    at_intervals(app, "floods", floods.record_floods, every=SEEN_LOOK)
    at_stop(app, partial(floods.record_floods, at_once=True))
    with app.app_context():
        if is_sqlite(db.engine.url):
            at_intervals(app, "write-ahead log", truncate_if_idle, every=WAL_LOOK)


def truncate_if_idle() -> bool:
    """Give the write-ahead log's room back to the disk, unless it is small or somebody reads or writes."""
    last = last_commit()
    if _wal_size() <= WAL_KEPT or (last is not None and time.monotonic() - last < WAL_IDLE):
        return False
    with db.engine.connect() as connection:
        return _truncate(connection)


def _wal_size() -> int:
    wal = Path(f"{db.engine.url.database}-wal")
    return wal.stat().st_size if wal.exists() else 0


def _truncate(connection: Connection) -> bool:
    """Copy the log into the database and cut it, without keeping anybody waiting."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - for the type
    (before,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        driver.execute("PRAGMA wal_checkpoint(PASSIVE)")  # the most of it, while others may write
        busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        driver.execute(f"PRAGMA busy_timeout = {before}")
    return not busy
