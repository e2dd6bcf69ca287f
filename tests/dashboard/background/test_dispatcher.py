"""``entry_recorded`` follows the commit; what its receivers do harms nobody."""

from functools import partial
from queue import Queue
from threading import Event
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from auth.events import AuthEvent, Client, Subject
from dashboard.background.dispatcher import Dispatcher
from dashboard.log.recorder import record
from dashboard.signals import entry_recorded
from models import Action, LoginLog, Outcome, User, db, write_transaction
from tests.support.actions import AuthActions, entries
from tests.support.waiting import wait_until

Heard = Queue[UUID]


def told(app: Flask, *event_ids: UUID, size: int = 100) -> Dispatcher:
    """Have a dispatcher tell these and end."""
    dispatcher = Dispatcher(app, size)
    for event_id in event_ids:
        dispatcher.put(event_id)
    dispatcher.start()
    dispatcher.stop()
    dispatcher._thread.join(10)
    return dispatcher


def some_event() -> AuthEvent:
    """Return an event about nobody."""
    return AuthEvent(action=Action.LOGIN, outcome=Outcome.FAILURE, subject=Subject("x"), client=Client())


def test_entries_are_told_in_order(app: Flask, heard: Heard) -> None:
    ids = [uuid4() for _ in range(20)]
    told(app, *ids)
    assert [heard.get_nowait() for _ in ids] == ids


def test_a_receiver_reads_what_it_was_told_of(app: Flask, threads: None) -> None:
    found: Queue[str | None] = Queue()

    def receiver(_app: Flask, *, event_id: UUID) -> None:
        found.put(db.session.scalar(select(LoginLog.action).where(LoginLog.event_id == event_id)))

    with entry_recorded.connected_to(receiver):
        write_transaction(partial(record, event=some_event()))
        assert found.get(timeout=10) == Action.LOGIN


def test_an_entry_that_was_not_committed_is_not_told(app: Flask, threads: None, heard: Heard) -> None:
    def work(session: object) -> None:
        record(session, some_event())
        raise KeyError

    with pytest.raises(KeyError):
        write_transaction(work)
    last = write_transaction(partial(record, event=some_event()))
    assert heard.get(timeout=10) == last


def test_a_receiver_that_fails_silences_no_other(
    app: Flask, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_app: Flask, *, event_id: UUID) -> None:
        raise LookupError("its own mistake")

    ids = [uuid4() for _ in range(3)]
    with entry_recorded.connected_to(fails):
        told(app, *ids)
    assert [heard.get_nowait() for _ in ids] == ids
    assert caplog.text.count("LookupError: its own mistake") == 1


def test_a_receiver_that_hangs_keeps_nobody_from_signing_in(
    threads: None, auth: AuthActions, alice: User, heard: Heard
) -> None:
    hanging, free = Event(), Event()

    def hangs(_app: Flask, *, event_id: UUID) -> None:
        hanging.set()
        free.wait(30)

    with entry_recorded.connected_to(hangs):
        auth.login("alice")
        assert hanging.wait(10)
        assert [auth.login("alice").status_code for _ in range(3)] == [302, 302, 302]
        free.set()
        assert len({heard.get(timeout=10) for _ in range(7)}) == 7
    assert [entry.action for entry in entries()] == ["login", *["login", "session_revoke"] * 3]


def test_a_receiver_that_fails_is_the_state_of_the_thread(app: Flask, heard: Heard) -> None:
    def fails(_app: Flask, *, event_id: UUID) -> None:
        raise LookupError("its own mistake")

    with entry_recorded.connected_to(fails):
        state = told(app, uuid4(), uuid4()).state()
    assert (state.name, state.condition, state.failures) == ("dispatcher", "failing", 2)
    assert state.error.endswith("fails LookupError")


def test_a_receiver_that_hangs_shows_as_a_stuck_dispatcher(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, free = Event(), Event()

    def hangs(_app: Flask, *, event_id: UUID) -> None:
        hanging.set()
        free.wait(30)

    monkeypatch.setattr("dashboard.background.dispatcher.STUCK_AFTER", 0)
    dispatcher = Dispatcher(app)
    dispatcher.put(uuid4())
    with entry_recorded.connected_to(hangs):
        dispatcher.start()
        assert hanging.wait(10)
        wait_until(lambda: dispatcher.state().condition == "stuck", "it is stuck")
        assert dispatcher.state().error.endswith("hangs")
        free.set()
        wait_until(lambda: dispatcher.state().condition == "ok", "it goes on")
    dispatcher.stop()
    dispatcher._thread.join(10)


def test_a_dispatcher_that_ended_unasked_is_dead(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(_event_id: UUID) -> None:
        raise SystemExit

    dispatcher = Dispatcher(app)
    monkeypatch.setattr(dispatcher, "_tell", ends)
    dispatcher.put(uuid4())
    dispatcher.start()
    dispatcher._thread.join(10)
    assert dispatcher.state().condition == "dead"


def test_a_full_queue_drops_and_counts(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    dispatcher = Dispatcher(app, size=2)
    for _ in range(5):
        dispatcher.put(uuid4())
    assert dispatcher.dropped == 3
    assert "3 announcements dropped" in caplog.text


def test_ending_waits_for_nobody_even_when_full(app: Flask) -> None:
    dispatcher = Dispatcher(app, size=1)
    dispatcher.put(uuid4())
    dispatcher.stop()


def test_without_threads_an_entry_is_recorded_all_the_same(app: Flask, heard: Heard) -> None:
    write_transaction(partial(record, event=some_event()))
    assert (len(entries()), heard.qsize()) == (1, 0)
