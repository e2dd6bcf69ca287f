"""Threads that work when woken."""

from collections.abc import Callable
from queue import Queue
from threading import Event

import pytest
from flask import Flask, current_app

from dashboard.stream.loop import Loop

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


def test_failures_in_a_row_are_one_line_and_it_goes_on(bare: Flask, caplog: pytest.LogCaptureFixture) -> None:
    outcomes = iter(["fail", "fail", "work", "fail", "work"])

    def work(loop: Loop) -> None:
        match next(outcomes, None):
            case "fail":
                raise LookupError("not there")
            case None:
                loop.stop()

    run(bare, work)
    assert caplog.text.count("a loop failed: not there") == 2


def test_a_loop_that_was_stopped_works_no_more(bare: Flask) -> None:
    calls: list[int] = []
    loop = Loop(bare, "a loop", lambda: calls.append(1), every=NEVER)
    loop.stop()
    loop.start()
    loop._thread.join(10)
    assert calls == []
