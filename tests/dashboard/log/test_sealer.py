"""Seal: one order for all, without gaps, that never changes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, func, select, update
from sqlalchemy.orm import Session

from dashboard.log import sealer
from dashboard.log.chain import first_link
from dashboard.log.head import read_head, sealed_after
from dashboard.log.sealer import SEAL_BATCH, SealConflict, seal_all, seal_once
from models import LoginLog, StreamHead, db, write_transaction
from tests.support.actions import entries
from tests.support.book import authenticate, entry, store

WRITERS, EACH = 4, 30


def order() -> list[tuple[int | None, int]]:
    """Return every seq and event number, by seq."""
    db.session.rollback()
    rows = db.session.execute(select(LoginLog.seq, LoginLog.event_id).order_by(LoginLog.seq))
    return [(seq, event_id.int) for seq, event_id in rows]


def head() -> int:
    """Return the seq of the newest sealed entry."""
    db.session.rollback()
    return read_head(db.session()).seq


def test_entries_are_numbered_from_one_in_the_order_they_came(app: Flask) -> None:
    store(entry(number) for number in (5, 3, 4))
    assert seal_once().sealed == 3
    assert order() == [(1, 5), (2, 3), (3, 4)]
    assert head() == 3


def test_later_entries_go_on_where_it_stopped(app: Flask) -> None:
    for number in (1, 2, 3):
        store([entry(number)])
        seal_once()
    assert order() == [(1, 1), (2, 2), (3, 3)]


def test_nothing_to_seal_takes_no_lock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "write_transaction", lambda work: pytest.fail("a transaction began"))
    assert (seal_once().sealed, seal_all(), head()) == (0, 0, 0)


def test_a_transaction_seals_a_batch_and_no_more(app: Flask) -> None:
    store(entry(number) for number in range(SEAL_BATCH + 7))
    assert (seal_once().sealed, head()) == (SEAL_BATCH, SEAL_BATCH)
    assert (seal_all(), head()) == (7, SEAL_BATCH + 7)
    assert order() == [(number + 1, number) for number in range(SEAL_BATCH + 7)]


def test_the_head_holds_the_last_link(app: Flask) -> None:
    store(entry(number) for number in range(3))
    seal_all()
    stream = db.session.scalars(select(StreamHead)).one()
    links = [row.chain for row in entries()]
    assert stream.chain == links[-1]
    assert len({*links, first_link(stream.origin, stream.epoch)}) == 4


def test_an_entry_in_a_transaction_that_is_open_is_not_numbered(mariadb_app: Flask) -> None:
    with db.engine.connect() as slow:
        # Numbers of its own: InnoDB locks a gap where a deleted row had the same, until that is purged.
        slow.execute(LoginLog.__table__.insert().values(**columns(7001)))
        store([entry(7002)])
        assert (seal_all(), order()) == (1, [(1, 7002)])
        slow.commit()
    assert (seal_all(), order()) == (1, [(1, 7002), (2, 7001)])


def columns(number: int) -> dict[str, Any]:
    """Return the columns of an entry."""
    row = entry(number)
    authenticate(row)
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def test_a_seal_without_the_lock_is_noticed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sealer.read_waiting

    def meddled(session: Session, *how: Any) -> Any:
        waiting = real(session, *how)
        session.execute(update(LoginLog).where(LoginLog.id == waiting.entries[0].id).values(seq=99))
        return waiting

    store(entry(number) for number in range(3))
    monkeypatch.setattr(sealer, "read_waiting", meddled)
    with pytest.raises(SealConflict, match="1 entries"):
        seal_once()
    assert (head(), {seq for seq, _ in order()}) == (0, {None})


def test_many_writers_and_sealers_at_once_make_one_order(app: Flask) -> None:
    done = Event()

    def write(writer: int) -> None:
        with app.app_context():
            for number in range(EACH):
                store([entry(writer * EACH + number)])

    def seal(_: int) -> None:
        while not done.is_set():
            with app.app_context():
                seal_once()

    def watch(_: int) -> list[int]:
        with app.app_context():
            return watched(done)

    with ThreadPoolExecutor(WRITERS + 4) as pool:
        sealing, watching = pool.map(seal, range(3)), pool.map(watch, range(1))
        list(pool.map(write, range(WRITERS)))
        done.set()
        list(sealing)
    seal_all()
    final = order()
    assert [seq for seq, _ in final] == list(range(1, WRITERS * EACH + 1))
    (seen,) = watching
    assert seen == [number for _, number in final[: len(seen)]]


def watched(done: Event) -> list[int]:
    """Follow the stream as a viewer does, by head and cursor; return what was seen."""
    seen: list[int] = []
    while not done.is_set():
        now_at = read_head(db.session())
        seen += [row.event_id.int for row in sealed_after(db.session(), len(seen), now_at.seq, 500)]
        assert len(seen) == now_at.seq
        db.session.rollback()
    return seen


def test_what_is_sealed_keeps_its_number(app: Flask) -> None:
    store(entry(number) for number in range(5))
    seal_all()
    before = order()
    store(entry(number) for number in range(5, 9))
    seal_all()
    assert order()[:5] == before


def test_numbers_of_entries_that_are_gone_are_not_given_again(app: Flask) -> None:
    store(entry(number) for number in range(3))
    seal_all()
    write_transaction(lambda session: session.execute(delete(LoginLog)))
    store([entry(9)])
    seal_all()
    assert order() == [(4, 9)]


def test_the_head_is_locked_before_anything_is_read(mariadb_app: Flask) -> None:
    statements: list[str] = []
    store([entry(1)])
    event.listen(db.engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    write_transaction(sealer._seal)
    assert "stream_head" in statements[0]
    assert statements[0].endswith("FOR UPDATE")
    assert db.session.scalar(select(func.count(LoginLog.seq))) == 1


def test_a_seal_finds_its_row_by_key_and_meets_no_open_transaction(mariadb_app: Flask) -> None:
    """Through the index of ``seq`` it would wait for every entry that is being written."""
    keys: list[str] = []

    def explain(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE login_log"):
            with db.engine.connect() as other:
                plan = other.exec_driver_sql(f"EXPLAIN {statement}").mappings()
                keys.extend(row["key"] for row in plan if row["table"] == "login_log")

    event.listen(db.engine, "before_cursor_execute", explain)
    store([entry(1)])
    seal_once()
    assert keys == ["PRIMARY"]


def test_a_batch_is_stored_by_one_statement(mariadb_app: Flask) -> None:
    """One for each entry took six times as long, and sealing fell behind eight writers."""
    updates: list[str] = []
    event.listen(
        db.engine,
        "before_cursor_execute",
        lambda *seen: updates.append(seen[2]) if seen[2].startswith("UPDATE login_log") else None,
    )
    store(entry(number) for number in range(50))
    assert (seal_once().sealed, len(updates)) == (50, 1)
    assert [seq for seq, _ in order()] == list(range(1, 51))
