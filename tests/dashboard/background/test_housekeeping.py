"""What is done for the database by the clock."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from auth import last_seen
from auth.events import Client
from auth.sessions import begin_session
from dashboard.background import housekeeping, schedule
from models import UserSession, db, transaction, write_transaction
from models.clock import now
from tests.models.work import add_entry
from tests.support.actions import make_user
from tests.support.app import running
from tests.support.waiting import wait_until


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often, and keep nothing."""
    for name, value in {"SEEN_LOOK": 0.02, "WAL_LOOK": 0.02, "WAL_KEPT": 0, "WAL_IDLE": 0}.items():
        monkeypatch.setattr(housekeeping, name, value)


@pytest.fixture
def wal(sqlite_url: str) -> Path:
    """SQLite's write-ahead log."""
    return Path(sqlite_url.removeprefix("sqlite:///") + "-wal")


@pytest.fixture
def serving(database_url: str) -> Iterator[Flask]:
    """The app with its threads."""
    before = set(threading.enumerate())
    with running(database_url) as app:
        schedule.start(app)
        yield app
        schedule.stop(app)
        for thread in set(threading.enumerate()) - before:
            thread.join(10)


def test_a_use_is_written_by_itself(serving: Flask) -> None:
    user, later = make_user("alice"), now() + timedelta(minutes=2)
    _, row = write_transaction(lambda session: begin_session(session, user, Client(), remember=False))
    last_seen.seen().note(row.id, later)
    wait_until(lambda: _used() == later, "the use was written")


def _used() -> object:
    db.session.rollback()
    return db.session.scalar(select(UserSession.last_seen_at))


def test_the_write_ahead_log_gives_its_room_back_by_itself(sqlite_url: str, wal: Path) -> None:
    with running(sqlite_url) as app:
        write_transaction(add_entry)
        assert wal.stat().st_size > 0
        schedule.start(app)
        wait_until(lambda: wal.stat().st_size == 0, "the log was cut")
        schedule.stop(app)


def test_it_is_left_alone_while_it_is_small(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "WAL_KEPT", 1024 * 1024)
    write_transaction(add_entry)
    assert not housekeeping.truncate_if_idle()


def test_it_is_left_alone_until_nothing_was_written_for_a_while(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "WAL_IDLE", 3600)
    monkeypatch.setattr(transaction, "_last", {})
    write_transaction(add_entry)
    assert not housekeeping.truncate_if_idle()


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "BEGIN"])
def test_nobody_waits_for_it_nor_it_for_anybody(sqlite_app: Flask, wal: Path, statement: str) -> None:
    write_transaction(add_entry)
    other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    other.execute(statement)
    other.execute("SELECT count(*) FROM login_log").fetchone()
    if statement == "BEGIN":
        write_transaction(add_entry)  # what the reader does not see must stay
    assert not housekeeping.truncate_if_idle()
    other.close()
    assert housekeeping.truncate_if_idle()
    assert wal.stat().st_size == 0


def test_connections_wait_for_locks_as_before(sqlite_app: Flask) -> None:
    write_transaction(add_entry)
    before = db.session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar()
    db.session.rollback()
    assert housekeeping.truncate_if_idle()
    assert db.session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar() == before
