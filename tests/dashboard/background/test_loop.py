"""Threads that work when woken."""

from collections.abc import Callable
from queue import Queue
from threading import Event

import pytest
from flask import Flask, current_app

from dashboard.background.loop import Loop
from tests.support.waiting import wait_until

NEVER = 3600


@pytest.fixture
def bare() -> Flask:
    """An app without anything."""
    return Flask("bare")


def run(app: Flask, work: Callable[[Loop], None], *, every: float = 0) -> None:
    """Run a loop until its work stops it."""
    loop = Loop(app, "a loop", lambda: work(loop), every=every)
    loop.start()
    loop.wake()
    loop._thread.join(10)
    assert not loop._thread.is_alive()


def test_it_works_at_once_when_woken(bare: Flask) -> None:
    run(bare, lambda loop: loop.stop(), every=NEVER)


def test_it_works_unasked_every_so_often(bare: Flask) -> None:
    calls: list[int] = []

    def work(loop: Loop) -> None:
        calls.append(1)
        if len(calls) == 5:
            loop.stop()

    run(bare, work)
    assert len(calls) == 5


def test_many_wakes_are_one(bare: Flask) -> None:
    calls: Queue[int] = Queue()
    goes_on = Event()

    def work() -> None:
        calls.put(1)
        goes_on.wait(10)

    loop = Loop(bare, "a loop", work, every=NEVER)
    loop.start()
    loop.wake()
    calls.get(timeout=10)
    for _ in range(9):
        loop.wake()
    goes_on.set()
    calls.get(timeout=10)
    loop.stop()
    loop._thread.join(10)
    assert calls.empty()


def test_its_work_has_the_app(bare: Flask) -> None:
    names: list[str] = []

    def work(loop: Loop) -> None:
        names.append(current_app.name)
        loop.stop()

    run(bare, work)
    assert names == ["bare"]


def fails_then_works(*outcomes: str) -> Callable[[Loop], None]:
    """Return work that raises what is named, works where nothing is, and then stops its loop."""
    left = iter(outcomes)

    def work(loop: Loop) -> None:
        match next(left, "end"):
            case "lookup":
                raise LookupError("not there")
            case "another lookup":
                raise LookupError("not there either")
            case "type":
                raise TypeError("not that")
            case "exit":
                raise SystemExit(3)
            case "end":
                loop.stop()

    return work


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return what the log was told: each line, and the class of the error whose traceback follows it."""
    return [
        (record.message, record.exc_info[0].__name__ if record.exc_info else "") for record in caplog.records
    ]


def test_a_row_of_failures_is_one_traceback_and_one_line_at_recovery(
    bare: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    run(bare, fails_then_works("lookup", "lookup", "lookup", "", "", "lookup", ""))
    first = ("a loop failed, trying again", "LookupError")
    assert told(caplog) == [
        first,
        ("a loop works again after 3 failures in 0 s", ""),
        first,
        ("a loop works again after 1 failure in 0 s", ""),
    ]
    assert 'raise LookupError("not there")' in caplog.text


def test_each_other_kind_of_error_in_a_row_has_its_traceback_too(
    bare: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    run(bare, fails_then_works("lookup", "type", "lookup", "another lookup", "type", ""))
    assert [error for _, error in told(caplog)] == ["LookupError", "TypeError", "LookupError", ""]


def test_a_loop_that_fails_says_since_when_how_often_and_what(bare: Flask) -> None:
    states = []

    def work(loop: Loop) -> None:
        states.append(loop.state())
        fails_then_works(*["lookup"] * (len(states) < 3))(loop)

    run(bare, work)
    assert [state.condition for state in states] == ["ok", "failing", "failing"]
    assert (states[2].failures, states[2].error) == (2, "LookupError")


def test_what_would_end_the_thread_is_a_failure_and_it_goes_on(
    bare: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    run(bare, fails_then_works("exit", ""))
    assert [error for _, error in told(caplog)] == ["SystemExit", ""]


def test_a_loop_that_hangs_is_stuck_until_it_goes_on(bare: Flask) -> None:
    hanging, free = Event(), Event()

    def work() -> None:
        hanging.set()
        free.wait(30)

    loop = Loop(bare, "a loop", work, every=NEVER, longest=0)
    loop.start()
    loop.wake()
    assert hanging.wait(10)
    wait_until(lambda: loop.state().condition == "stuck", "it is stuck")
    assert loop.state().seconds > 0
    free.set()
    wait_until(lambda: loop.state().condition == "ok", "it goes on")
    loop.stop()
    loop._thread.join(10)


def test_a_thread_that_ended_unasked_is_dead(
    bare: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = Loop(bare, "a loop", lambda: None, every=0)
    monkeypatch.setattr(loop, "_once", fails_then_works("exit").__get__(loop))
    loop.start()
    loop._thread.join(10)
    assert loop.state().condition == "dead"
    assert told(caplog) == [("a loop ended and does no more until a restart", "SystemExit")]
    loop.stop()
    assert loop.state().condition == "ok"


def test_a_loop_that_was_stopped_works_no_more(bare: Flask) -> None:
    calls: list[int] = []
    loop = Loop(bare, "a loop", lambda: calls.append(1), every=NEVER)
    loop.stop()
    loop.start()
    loop._thread.join(10)
    assert calls == []


def test_what_failed_is_tried_again_sooner_than_usual(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.background.loop.RETRY_AT_LATEST", 0.01)
    done, tries = Event(), iter(range(2))

    def work() -> None:
        if next(tries) == 0:
            raise ValueError
        done.set()

    loop = Loop(app, "seldom", work, every=3600)
    loop.start()
    loop.wake()
    assert done.wait(10)
    loop.stop()
