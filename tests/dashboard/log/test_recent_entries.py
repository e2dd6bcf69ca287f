"""The recent entries: read once, encoded once, always a contiguous stretch."""

from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, select, update

from dashboard.log.recent_entries import BrokenStream, RecentEntries
from dashboard.log.sealer import seal_all
from models import Action, LoginLog, StreamHead, db, write_transaction
from tests.support.book import entry, store
from tests.support.waiting import wait_until


def sealed(*numbers: int, **columns: Any) -> None:
    """Store entries and seal them."""
    store(entry(number, **columns) for number in numbers)
    seal_all()


def numbers(recent: RecentEntries, cursor: int, limit: int = 500) -> list[int]:
    """Return the seqs that follow a cursor."""
    return [int(text) for text in recent.after(cursor, limit)]


@pytest.fixture
def recent(app: Flask) -> RecentEntries:
    """The recent entries of three sealed entries."""
    sealed(1, 2, 3)
    recent = RecentEntries(lambda row: str(row.seq))
    recent.refresh()
    return recent


def test_it_goes_back_as_far_as_it_is_asked(recent: RecentEntries) -> None:
    assert [numbers(recent, cursor) for cursor in (3, 2, 0, 1)] == [[], [3], [1, 2, 3], [2, 3]]


def test_it_goes_on_as_the_head_moves(recent: RecentEntries) -> None:
    numbers(recent, 1)
    sealed(4, 5)
    assert numbers(recent, 3) == []
    assert recent.refresh().seq == 5
    assert numbers(recent, 1, limit=3) == [2, 3, 4]


def test_pulls_of_many_viewers_read_the_database_once(recent: RecentEntries) -> None:
    numbers(recent, 0)
    statements: list[object] = []
    event.listen(db.engine, "before_cursor_execute", lambda *seen: statements.append(seen))
    assert [numbers(recent, 0) for _ in range(50)] == [[1, 2, 3]] * 50
    assert statements == []


def test_an_entry_is_encoded_once(app: Flask) -> None:
    encoded: list[int] = []
    sealed(1, 2)
    recent = RecentEntries(lambda row: str(encoded.append(row.seq)))
    recent.refresh()
    for cursor in (0, 1, 0):
        recent.after(cursor, 9)
    assert encoded == [1, 2]


def test_after_an_erasure_it_reads_afresh(recent: RecentEntries) -> None:
    assert numbers(recent, 0) == [1, 2, 3]
    sealed(4, action=Action.ERASE)
    recent.refresh()
    write_transaction(lambda session: session.execute(update(LoginLog).values(username=None)))
    encoded: list[str | None] = []
    recent._encode = lambda row: str(encoded.append(row.username))
    recent.after(0, 9)
    assert encoded == [None] * 3


@pytest.mark.parametrize("change", [{"epoch": "another"}, {"seq": 1}])
def test_a_stream_that_was_put_back_is_read_afresh(recent: RecentEntries, change: dict[str, object]) -> None:
    numbers(recent, 0)
    write_transaction(lambda session: session.execute(update(StreamHead).values(**change)))
    head = recent.refresh()
    assert numbers(recent, head.seq) == []
    assert numbers(recent, 0) == list(range(1, head.seq + 1))


def test_a_missing_entry_is_never_skipped(recent: RecentEntries) -> None:
    write_transaction(lambda session: session.execute(delete(LoginLog).where(LoginLog.seq == 2)))
    with pytest.raises(BrokenStream, match="between 0 and 3"):
        recent.after(0, 500)
    assert numbers(recent, 2) == [3]


def test_who_waits_for_another_reader_holds_no_connection(app: Flask, recent: RecentEntries) -> None:
    def come_late() -> None:
        with app.app_context():
            db.session.execute(select(StreamHead))
            has_read.set()
            recent.refresh()

    has_read, late = Event(), Thread(target=come_late)
    db.session.rollback()
    with recent._lock:
        late.start()
        has_read.wait()
        wait_until(lambda: db.engine.pool.checkedout() == 0, "the connection was given back")
    late.join()
