"""The ring: read once, encoded once, always a contiguous stretch."""

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


def numbers(ring: RecentEntries, cursor: int, limit: int = 500) -> list[int]:
    """Return the seqs that follow a cursor."""
    return [int(text) for text in ring.after(cursor, limit)]


@pytest.fixture
def ring(app: Flask) -> RecentEntries:
    """A ring on three sealed entries."""
    sealed(1, 2, 3)
    ring = RecentEntries(lambda row: str(row.seq))
    ring.refresh()
    return ring


def test_it_goes_back_as_far_as_it_is_asked(ring: RecentEntries) -> None:
    assert [numbers(ring, cursor) for cursor in (3, 2, 0, 1)] == [[], [3], [1, 2, 3], [2, 3]]


def test_it_goes_on_as_the_head_moves(ring: RecentEntries) -> None:
    numbers(ring, 1)
    sealed(4, 5)
    assert numbers(ring, 3) == []
    assert ring.refresh().seq == 5
    assert numbers(ring, 1, limit=3) == [2, 3, 4]


def test_pulls_of_many_viewers_read_the_database_once(ring: RecentEntries) -> None:
    numbers(ring, 0)
    statements: list[object] = []
    event.listen(db.engine, "before_cursor_execute", lambda *seen: statements.append(seen))
    assert [numbers(ring, 0) for _ in range(50)] == [[1, 2, 3]] * 50
    assert statements == []


def test_an_entry_is_encoded_once(app: Flask) -> None:
    encoded: list[int] = []
    sealed(1, 2)
    ring = RecentEntries(lambda row: str(encoded.append(row.seq)))
    ring.refresh()
    for cursor in (0, 1, 0):
        ring.after(cursor, 9)
    assert encoded == [1, 2]


def test_after_an_erasure_it_reads_afresh(ring: RecentEntries) -> None:
    assert numbers(ring, 0) == [1, 2, 3]
    sealed(4, action=Action.ERASE)
    ring.refresh()
    write_transaction(lambda session: session.execute(update(LoginLog).values(username=None)))
    encoded: list[str | None] = []
    ring._encode = lambda row: str(encoded.append(row.username))
    ring.after(0, 9)
    assert encoded == [None] * 3


@pytest.mark.parametrize("change", [{"epoch": "another"}, {"seq": 1}])
def test_a_stream_that_was_put_back_is_read_afresh(ring: RecentEntries, change: dict[str, object]) -> None:
    numbers(ring, 0)
    write_transaction(lambda session: session.execute(update(StreamHead).values(**change)))
    head = ring.refresh()
    assert numbers(ring, head.seq) == []
    assert numbers(ring, 0) == list(range(1, head.seq + 1))


def test_a_missing_entry_is_never_skipped(ring: RecentEntries) -> None:
    write_transaction(lambda session: session.execute(delete(LoginLog).where(LoginLog.seq == 2)))
    with pytest.raises(BrokenStream, match="between 0 and 3"):
        ring.after(0, 500)
    assert numbers(ring, 2) == [3]


def test_who_waits_for_another_reader_holds_no_connection(app: Flask, ring: RecentEntries) -> None:
    def come_late() -> None:
        with app.app_context():
            db.session.execute(select(StreamHead))
            has_read.set()
            ring.refresh()

    has_read, late = Event(), Thread(target=come_late)
    db.session.rollback()
    with ring._lock:
        late.start()
        has_read.wait()
        wait_until(lambda: db.engine.pool.checkedout() == 0, "the connection was given back")
    late.join()
