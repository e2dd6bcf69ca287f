"""The one way to write, when the database asks again, answers late or not at all."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select, text, update
from sqlalchemy.orm import Session

from models import NotWritten, User, db, on_commit, write_transaction
from models.transaction import RETRIES
from tests.models.work import add_entry, count, fail_first
from tests.support.actions import make_user
from tests.support.app import running
from tests.support.servers.process import free_port

Sever = Callable[[Connection], None]


@pytest.mark.parametrize("code", [1213, 1205, 1020])
def test_mariadb_asks_for_another_try_and_gets_it(mariadb_app: Flask, code: int) -> None:
    signal = text(f"SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = {code}")
    work, _ = fail_first(RETRIES, lambda session: session.execute(signal))
    assert write_transaction(work) == RETRIES + 1
    assert count() == 1


def test_a_database_that_stays_busy_is_given_up(mariadb_app: Flask) -> None:
    signal = text("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1213")
    work, runs = fail_first(99, lambda session: session.execute(signal))
    with pytest.raises(NotWritten):
        write_transaction(work)
    assert len(runs) == RETRIES + 1
    assert count() == 0


def test_writers_that_deadlock_both_get_through(mariadb_app: Flask) -> None:
    ids = [make_user(name).id for name in ("one", "two")]
    both_hold_one = Barrier(2)

    def swap(order: list[int]) -> None:
        def work(session: Session) -> None:
            for user_id in order:
                session.execute(update(User).where(User.id == user_id).values(city=str(order[0])))
                meet(both_hold_one)

        with mariadb_app.app_context():
            write_transaction(work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(swap, [ids, ids[::-1]]))
    assert len(set(db.session.scalars(select(User.city)))) == 1


def meet(barrier: Barrier) -> None:
    """Wait for the other writer at the first crossing only."""
    try:
        barrier.wait(5)
        barrier.abort()
    except BrokenBarrierError:
        pass


def test_sqlite_held_by_another_program_is_waited_for(sqlite_app: Flask) -> None:
    event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 1"))
    db.engine.dispose()
    other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    event.listen(db.engine, "handle_error", lambda context: other.close(), once=True)
    write_transaction(add_entry)
    assert count() == 1


def test_a_connection_lost_on_the_way_is_replaced(mariadb_app: Flask, sever: Sever) -> None:
    def cut(session: Session) -> None:
        sever(session.connection())
        session.execute(text("SELECT 1"))

    assert write_transaction(fail_first(1, cut)[0]) == 2
    assert count() == 1


@pytest.mark.parametrize("took_effect", [True, False])
def test_an_entry_tells_whether_a_lost_commit_took_effect(
    mariadb_app: Flask, sever: Sever, took_effect: bool
) -> None:
    event_id, runs = uuid4(), []

    def lose(connection: Connection) -> None:
        if took_effect:
            connection.connection.commit()
        sever(connection)

    def work(session: Session) -> None:
        runs.append(1)
        add_entry(session, event_id)

    event.listen(db.engine, "commit", lose, once=True)
    write_transaction(work)
    assert count() == 1
    assert len(runs) == (1 if took_effect else 2)


def test_callbacks_of_a_try_that_failed_do_not_run(mariadb_app: Flask) -> None:
    seen: list[str] = []
    signal = text("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1213")
    work, runs = fail_first(1, lambda session: session.execute(signal))

    def watched(session: Session) -> None:
        on_commit(session, lambda: seen.append("committed"))
        work(session)

    write_transaction(watched)
    assert (len(runs), seen) == (2, ["committed"])


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nowhere/gatehouse.db", f"mariadb://root@127.0.0.1:{free_port()}/x"],
    ids=["sqlite", "mariadb"],
)
def test_a_database_that_is_not_there_is_not_written(url: str) -> None:
    with running(url), pytest.raises(NotWritten):
        write_transaction(add_entry)


def test_a_full_disk_is_not_written(sqlite_app: Flask) -> None:
    def work(session: Session) -> None:
        session.execute(text("PRAGMA max_page_count = 1"))
        for _ in range(500):
            add_entry(session)

    with pytest.raises(NotWritten, match="full"):
        write_transaction(work)
    assert count() == 0
