"""The watch counts what signals do, whatever their receivers do, and costs nothing when it is off."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import flask.signals
import pytest
from blinker import NamedSignal, Signal
from flask import Flask
from flask.testing import FlaskClient

import auth.signals
import dashboard.signals
from auth.signals import login_failed
from dashboard.background import schedule
from dashboard.panel.signals.meanings import MEANINGS
from dashboard.signals import entry_recorded, person_erased
from dashboard.watch.catalogue import BUILT_IN, OURS, name_of, receivers_of
from dashboard.watch.counts import SignalCounts
from dashboard.watch.sends import counters_of
from tests.support.actions import AuthActions, make_user
from tests.support.app import build, running
from tests.support.servers.gatehouse import ROOT, SECRET
from tests.support.waiting import wait_until


def counts(app: Flask, signal: Signal) -> SignalCounts:
    """Return the figures of a signal."""
    counters = counters_of(app)
    assert counters
    return counters[name_of(signal)].counts()


@contextmanager
def heard(signal: Signal, receiver: Callable[..., Any]) -> Iterator[None]:
    """Have a receiver hear a signal."""
    signal.connect(receiver)
    try:
        yield
    finally:
        signal.disconnect(receiver)


def refuse(_app: Flask, **_: Any) -> None:
    raise ValueError("what somebody typed")


def be_quiet(_app: Flask, **_: Any) -> None:
    """Do nothing."""


def test_every_signal_of_the_app_is_watched_and_has_a_meaning() -> None:
    modules = (flask.signals, auth.signals, dashboard.signals)
    all_signals = {
        value for module in modules for value in vars(module).values() if isinstance(value, NamedSignal)
    }
    assert set(BUILT_IN) | set(OURS) == all_signals
    assert len(BUILT_IN) == 10
    assert list(MEANINGS) == [name_of(signal) for signal in (*BUILT_IN, *OURS)]


def test_a_page_is_counted_from_its_request_to_its_end(client: FlaskClient) -> None:
    client.get("/login")
    for signal in BUILT_IN:
        is_rare = signal in (flask.message_flashed, flask.got_request_exception)
        assert (counts(client.application, signal).total == 0) == is_rare, signal


def test_sign_ins_are_counted_and_told_after_the_commit(sqlite_app: Flask) -> None:
    make_user("alice")
    schedule.start(sqlite_app)
    try:
        AuthActions(sqlite_app.test_client()).login("alice")
        AuthActions(sqlite_app.test_client()).login("alice", "wrong password")
        wait_until(lambda: counts(sqlite_app, entry_recorded).total == 2, "both were told")
    finally:
        schedule.stop(sqlite_app)
    assert counts(sqlite_app, auth.signals.login_succeeded).total == 1
    failed = counts(sqlite_app, login_failed)
    assert failed.total == 1
    assert 0 < failed.mean == failed.seconds
    assert failed.percentile(0.99) >= failed.mean
    assert failed.sent_at > 0


def test_no_context_is_open_when_nothing_is_done(sqlite_url: str) -> None:
    app = build(sqlite_url)
    client = app.test_client()
    for path in ("/login", "/register", "/nowhere", "/healthz"):
        client.get(path)
    pushed, popped = (
        counts(app, signal).total for signal in (flask.appcontext_pushed, flask.appcontext_popped)
    )
    assert pushed == popped > 0
    with app.app_context():
        assert counts(app, flask.appcontext_pushed).total == popped + 1


def test_a_receiver_that_raises_is_told_and_not_what_it_says(sqlite_app: Flask) -> None:
    with heard(person_erased, refuse), pytest.raises(ValueError, match="typed"):
        person_erased.send(sqlite_app, user_id=7)
    found = counts(sqlite_app, person_erased)
    assert (found.total, found.failures, found.error) == (1, 1, f"ValueError in {__name__}.refuse")


def test_one_that_the_dispatcher_calls_too(sqlite_app: Flask) -> None:
    make_user("alice")
    with heard(entry_recorded, refuse):
        schedule.start(sqlite_app)
        try:
            AuthActions(sqlite_app.test_client()).login("alice")
            wait_until(lambda: counts(sqlite_app, entry_recorded).failures == 1, "it failed")
        finally:
            schedule.stop(sqlite_app)
    found = counts(sqlite_app, entry_recorded)
    assert (found.total, found.error) == (1, f"ValueError in {__name__}.refuse")


def test_one_that_hangs_is_under_way(sqlite_app: Flask) -> None:
    begun, free = threading.Event(), threading.Event()

    def hang(_app: Flask, **_: Any) -> None:
        begun.set()
        free.wait(30)

    with heard(person_erased, hang), ThreadPoolExecutor(1) as pool:
        sending = pool.submit(person_erased.send, sqlite_app, user_id=7)
        assert begun.wait(30)
        during = counts(sqlite_app, person_erased)
        free.set()
        sending.result(30)
    after = counts(sqlite_app, person_erased)
    assert (len(during.waiting), during.total, len(after.waiting), after.total) == (1, 0, 0, 1)


def test_one_that_is_connected_twice_or_is_a_lambda_has_one_name(sqlite_app: Flask) -> None:
    nameless = lambda _app, **_: None  # noqa: E731 - that is the point
    before = receivers_of(person_erased, sqlite_app)
    with heard(person_erased, be_quiet), heard(person_erased, nameless):
        person_erased.connect(be_quiet)
        told = receivers_of(person_erased, sqlite_app)
    here = f"{__name__}."
    nameless_name = "test_one_that_is_connected_twice_or_is_a_lambda_has_one_name.<locals>.<lambda>"
    assert told == sorted([*before, f"{here}be_quiet", f"{here}{nameless_name}"])


def test_threads_at_once_lose_no_count(sqlite_app: Flask) -> None:
    def send(_: int) -> None:
        for _number in range(500):
            person_erased.send(sqlite_app, user_id=7)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(8)))
    found = counts(sqlite_app, person_erased)
    assert (found.total, sum(found.took.values()), found.waiting) == (4000, 4000, [])


def test_an_app_counts_for_itself(sqlite_url: str) -> None:
    with running(sqlite_url) as one, running(sqlite_url, signal_watch="off") as off:
        other = build(sqlite_url)
        for app in (one, off):
            person_erased.send(app, user_id=7)
        person_erased.send(None, user_id=7)
        assert (counts(one, person_erased).total, counts(other, person_erased).total) == (1, 0)
        assert counters_of(off) is None


def test_off_wraps_nothing(sqlite_url: str) -> None:
    program = (
        "from tests.support.app import build; from dashboard.watch.catalogue import BUILT_IN, OURS;"
        "app = build(__import__('sys').argv[1], signal_watch='off'); app.test_client().get('/healthz');"
        "assert not any('send' in vars(signal) for signal in (*BUILT_IN, *OURS))"
    )
    environment = {"PYTHONPATH": str(ROOT), "GATEHOUSE_SECRET_KEY": SECRET, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", program, sqlite_url], env=environment, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr
