"""Traces are written together, once, and go by age and with their person."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from dashboard.background import schedule
from dashboard.log.sealer import seal_all
from dashboard.proof import erase, prune, retention
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.verify.verify import current_standing
from dashboard.traces import store, waiting
from dashboard.traces.store import errors_since, forget_older_traces, trace_by_request, write_traces
from dashboard.traces.waiting import Trace, waiting_of
from models import LoginLog, NotWritten, RequestTrace, User, db
from models.clock import now
from tests.support import book as log
from tests.support.actions import AuthActions, entries, make_user
from tests.support.proof import signer
from tests.support.waiting import wait_until


def trace(number: int, *, status: int = 200, age: float = 0, entry: UUID | None = None) -> Trace:
    """Return the trace of a request that began ``age`` days ago."""
    facts = {"request_id": f"r{number}", "route": "GET /", "status": status, "seconds": 0.5}
    entries = (entry,) if entry else ()
    return Trace(0.0, began_at=now() - timedelta(days=age), entries=entries, **facts)  # type: ignore[arg-type]


def put(app: Flask, *traces: Trace) -> None:
    """Have traces wait."""
    kept = waiting_of(app)
    assert kept
    kept.put(*traces)


def ids() -> list[str]:
    """Return the requests that are written."""
    db.session.rollback()
    return list(db.session.scalars(select(RequestTrace.request_id).order_by(RequestTrace.request_id)))


def test_many_are_written_in_batches(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "TRACE_BATCH", 2)
    put(app, *map(trace, range(5)))
    assert write_traces() == 5
    assert write_traces() == 0
    assert ids() == ["r0", "r1", "r2", "r3", "r4"]


def test_one_that_is_written_twice_is_there_once(app: Flask) -> None:
    put(app, trace(1))
    write_traces()
    put(app, trace(1), trace(2))
    write_traces()
    assert ids() == ["r1", "r2"]


def test_what_cannot_be_written_waits_as_far_as_there_is_room(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_work: Callable[..., object]) -> None:
        put(app, trace(3), trace(4))
        raise NotWritten("away")

    put(app, trace(1), trace(2))
    with monkeypatch.context() as outage:
        outage.setattr(store, "write_transaction", fail)
        outage.setattr(waiting, "MAX_TRACES", 3)
        with pytest.raises(NotWritten):
            write_traces()
    kept = waiting_of(app)
    assert kept
    assert kept.lost == 1
    assert write_traces() == 3


def test_a_serving_process_writes_them_by_itself_and_when_it_ends(sqlite_app: Flask) -> None:
    schedule.start(sqlite_app)
    try:
        put(sqlite_app, trace(1))
        wait_until(lambda: ids() == ["r1"], "it is written")
    finally:
        put(sqlite_app, trace(2))
        schedule.stop(sqlite_app)
    assert ids() == ["r1", "r2"]


def test_old_ones_go_in_batches(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "TRACE_BATCH", 2)
    put(app, *(trace(number, age=number) for number in range(6)))
    write_traces()
    assert forget_older_traces(now() - timedelta(days=0.5)) == 5
    assert ids() == ["r0"]


def test_they_are_kept_for_thirty_days_or_the_retention(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path)
    put(app, trace(1, age=29), trace(2, age=31))
    write_traces()
    assert retention.forget_traces_after(retention.TRACES_KEPT) == 1
    assert ids() == ["r1"]
    assert retention.forget_traces_after(timedelta(days=9)) == 1


def test_the_newest_errors_are_told_and_how_many_there_were(app: Flask) -> None:
    put(app, *(trace(number, status=500, age=number / 10) for number in range(4)), trace(9, status=401))
    write_traces()
    count, newest = errors_since(now() - timedelta(days=0.25), 2)
    assert count == 3
    assert [error.request_id for error in newest] == ["r0", "r1"]
    assert errors_since(now(), 2) == (0, [])


def test_a_request_that_nobody_traced_has_none(app: Flask) -> None:
    assert trace_by_request(None) is None
    assert trace_by_request("r1") is None


def of_alice(app: Flask) -> User:
    """Have alice sign in and fail, and bob sign in; return alice."""
    alice = make_user("alice")
    make_user("bob")
    AuthActions(app.test_client()).login("alice", "wrong")
    AuthActions(app.test_client()).login("alice")
    AuthActions(app.test_client()).login("bob")
    seal_all()
    return alice


def forget(user_id: int) -> None:
    """Erase somebody."""
    erase.close_account(user_id)
    list(erase.blank(user_id, erase.entries_of(user_id), signer()))


def test_they_go_with_their_person_and_others_stay(app: Flask) -> None:
    alice = of_alice(app)
    write_traces()
    assert len(ids()) == 3
    forget(alice.id)
    assert ids() == [entries()[2].request_id]


def test_those_that_were_not_written_before_the_erasure_are_never(app: Flask) -> None:
    alice = of_alice(app)
    forget(alice.id)
    write_traces()
    assert ids() == [entries()[2].request_id]


def test_a_trace_whose_entry_is_gone_or_not_sealed_is_written(app: Flask) -> None:
    make_user("alice")
    AuthActions(app.test_client()).login("alice")
    put(app, trace(1, entry=UUID(int=77)))
    write_traces()
    assert db.session.scalar(select(func.count()).select_from(RequestTrace)) == 2


def test_a_prune_forgets_them_too(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path)
    log.store([log.entry(number, occurred_at=now() - timedelta(days=9)) for number in (1, 2)])
    seal_all()
    put(app, trace(1, age=9), trace(2))
    write_traces()
    clock = Store.of(app.config["SETTINGS"]).clock()
    wanted = prune.plan_prune(current_standing(), timedelta(days=1), clock)
    assert sum(prune.prune(wanted, signer())) == 2
    assert ids() == ["r2"]


def test_an_erasure_under_way_is_waited_for(mariadb_app: Flask) -> None:
    alice = of_alice(mariadb_app)
    theirs = update(LoginLog).where(LoginLog.user_id == alice.id).values(person_nonce=None)

    def write() -> None:
        with mariadb_app.app_context():
            write_traces()

    def is_waiting() -> bool:
        waits = text("SELECT count(*) FROM information_schema.processlist WHERE info LIKE :what")
        with db.engine.connect() as looking:
            return bool(looking.scalar(waits, {"what": "SELECT login_log%LOCK IN SHARE MODE"}))

    with db.engine.begin() as erasing:
        erasing.execute(theirs)
        writer = threading.Thread(target=write)
        writer.start()
        wait_until(is_waiting, "the writer waits for the erasure")
    writer.join(30)
    assert ids() == [entries()[2].request_id]
