"""One deadline, from which each wait takes what is left."""

import sqlite3
import threading

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models import NotWritten, db, transaction, write_transaction
from models.database.limits import LEAST, LIMITS, Limits, Purpose, is_over, left, used_for, within
from models.transaction import last_commit, last_failure
from tests.models.work import add_entry, fail_first
from tests.support.app import running

#: Seconds that would be for ever.
LONG = 60


def test_without_a_deadline_a_wait_takes_as_long_as_it_may() -> None:
    assert (left(LONG), is_over()) == (LONG, False)


def test_a_wait_ends_with_the_nearest_deadline() -> None:
    with within(LONG), within(2 * LONG):
        assert LONG - 5 < left(3 * LONG) <= LONG
        assert left(1) == 1
        with within(0):
            assert (left(LONG), is_over()) == (LEAST, True)
        assert not is_over()


def test_a_threads_wait_has_no_deadline_of_others() -> None:
    found: list[float] = []
    with within(0):
        thread = threading.Thread(target=lambda: found.append(left(LONG)))
        thread.start()
        thread.join()
    assert found == [LONG]


def test_a_connection_is_not_waited_for_beyond_it(app: Flask) -> None:
    pool = db.engine.pool
    pool._longest = LONG
    held = [db.engine.connect() for _ in range(32)]
    rescue = threading.Timer(LONG / 2, held[0].close)
    rescue.start()
    with within(0.1), pytest.raises(PoolTimeout):
        db.engine.connect()
    rescue.cancel()
    for connection in held:
        connection.close()


def test_a_pool_made_again_in_a_hurry_is_as_patient_as_before(app: Flask) -> None:
    with within(0):
        db.engine.dispose()
    assert db.engine.pool.timeout() == 5


def test_nothing_is_tried_again_beyond_it(mariadb_app: Flask) -> None:
    signal = text("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1213")
    work, runs = fail_first(99, lambda session: session.execute(signal))
    with within(0.05), pytest.raises(NotWritten):
        write_transaction(lambda session: (threading.Event().wait(0.05), work(session)))
    assert len(runs) == 1


def test_a_statement_is_not_waited_for_beyond_it(mariadb_app: Flask) -> None:
    with within(0.1), pytest.raises(DBAPIError, match="timed out"):
        db.session.execute(text("SELECT SLEEP(3)"))


def test_sqlites_lock_is_not_waited_for_beyond_it(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(connect=LONG, answer=LONG, statement=LONG, lock=LONG)
    monkeypatch.setitem(LIMITS, Purpose.PAGES, limits)
    with running(sqlite_url):
        write_transaction(add_entry)
        other = sqlite3.connect(str(db.engine.url.database), isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        rescue = threading.Timer(LONG / 2, other.rollback)
        rescue.start()
        with within(0.1), pytest.raises(NotWritten, match="locked"):
            write_transaction(add_entry)
        rescue.cancel()
        other.close()
        write_transaction(add_entry)
        assert db.session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar() == LONG * 1000


@pytest.mark.parametrize("purpose", Purpose)
def test_the_server_ends_by_itself_what_nobody_waits_for(mariadb_app: Flask, purpose: Purpose) -> None:
    limits = LIMITS[purpose]
    names = "@@lock_wait_timeout, @@innodb_lock_wait_timeout, @@max_statement_time"
    with used_for(purpose), db.engine.connect() as connection:
        found = tuple(connection.execute(text(f"SELECT {names}")).one())
    assert found == (limits.lock, limits.lock, limits.statement)
    assert limits.statement < limits.answer or not limits.answer


def test_who_would_be_one_writer_too_many_holds_no_connection(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "_writers", threading.BoundedSemaphore(1))
    transaction._writers.acquire()
    db.session.execute(text("SELECT 1"))
    with within(0), pytest.raises(NotWritten, match="others wait"):
        write_transaction(add_entry)
    assert db.engine.pool.checkedout() == 0
    with used_for(Purpose.BACKGROUND):
        write_transaction(add_entry)


def test_it_is_known_when_something_was_written_and_when_not(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "_last", {})
    assert (last_commit(), last_failure()) == (None, None)
    write_transaction(add_entry)
    committed = last_commit()
    assert committed is not None
    with pytest.raises(NotWritten):
        write_transaction(lambda session: session.execute(text("SELECT nothing FROM nowhere")))
    failed = last_failure()
    assert last_commit() == committed <= (failed or 0)
