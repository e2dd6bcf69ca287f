"""The one way to write, when all goes well and when the work itself fails."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import NotWritten, StreamHead, User, db, on_commit, write_transaction
from models.clock import now
from tests.models.work import add_entry, count, fail_first
from tests.support.actions import make_user


def test_the_result_comes_back_and_the_rows_stay(app: Flask) -> None:
    work, _ = fail_first(0, lambda session: None)
    assert write_transaction(work) == 1
    assert count() == 1


def test_a_mistake_in_sql_is_not_tried_again(app: Flask) -> None:
    work, runs = fail_first(99, lambda session: session.execute(text("SELECT nothing FROM nowhere")))
    with pytest.raises(NotWritten):
        write_transaction(work)
    assert len(runs) == 1
    assert count() == 0


def test_writers_at_once_lose_nothing(app: Flask) -> None:
    def add_one(session: Session) -> None:
        session.scalars(select(StreamHead).with_for_update()).one().pruned += 1

    def write(_: int) -> None:
        with app.app_context():
            write_transaction(add_one)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(60)))
    assert db.session.scalar(select(StreamHead.pruned)) == 60


def test_a_taken_value_passes_as_it_is_and_nothing_is_stored(app: Flask) -> None:
    make_user("alice")

    def work(session: Session) -> None:
        add_entry(session)
        session.add(User(username="x", username_key="alice", password_hash="", created_at=now()))

    with pytest.raises(IntegrityError):
        write_transaction(work)
    assert count() == 0


def test_what_work_raises_passes_and_nothing_is_stored(app: Flask) -> None:
    work, runs = fail_first(1, lambda session: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_transaction(work)
    assert (count(), len(runs)) == (0, 1)


def test_a_write_within_a_write_is_refused(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="inside"):
        write_transaction(lambda session: write_transaction(add_entry))
    write_transaction(add_entry)
    assert count() == 1


def test_callbacks_run_once_and_only_after_the_commit(app: Flask) -> None:
    seen: list[int] = []

    def work(session: Session) -> None:
        add_entry(session)
        on_commit(session, lambda: seen.append(count()))
        assert seen == []

    write_transaction(work)
    assert seen == [1]


def test_callbacks_of_a_refused_write_do_not_run(app: Flask) -> None:
    def work(session: Session) -> None:
        on_commit(session, lambda: pytest.fail("called"))
        raise KeyError

    with pytest.raises(KeyError):
        write_transaction(work)


def test_the_callers_read_ends_and_one_connection_is_enough(app: Flask) -> None:
    assert count() == 0
    held = write_transaction(lambda session: db.engine.pool.checkedout())
    assert (held, db.engine.pool.checkedout()) == (1, 0)
