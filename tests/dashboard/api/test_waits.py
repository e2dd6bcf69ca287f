"""Answers that are held until something comes."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from dashboard.api import waits
from dashboard.api.waits import WAITS_PER_TOKEN, WAITS_PER_WORKER, waits_of
from dashboard.export.encoded import recent_entries
from dashboard.log.sealer import seal_all
from dashboard.web.requests import under_way
from dashboard.web.stopping import begin_stopping
from models import ApiToken, StreamHead, db, write_transaction
from models.clock import now
from tests.support.app import running
from tests.support.book import entry, store
from tests.support.servers.gatehouse import serving
from tests.support.tokens import Program, bearer, make_token
from tests.support.waiting import wait_until

LONG = 20


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits looks ten times a second."""
    monkeypatch.setattr(waits, "WAIT_LOOK", 0.1)


@contextmanager
def waiting(app: Flask, program: Program, **asked: Any) -> Iterator["Future[TestResponse]"]:
    """Have a program wait in a thread of its own."""
    before = waits_of(app)._taken.total()
    with ThreadPoolExecutor(1) as pool:
        other = Program(app.test_client(), program.token)
        answer = pool.submit(lambda: other.get(**{"wait": LONG, "after": 9} | asked))
        wait_until(lambda: waits_of(app)._taken.total() > before or answer.done(), "somebody waits")
        yield answer


def seal_one(number: int) -> None:
    """Add a sealed entry."""
    store([entry(number)])
    seal_all()


def test_it_is_answered_when_something_comes(app: Flask, program: Program, book: int) -> None:
    with waiting(app, program) as answer:
        assert not answer.done()
        seal_one(100)
        body = answer.result(LONG).json
    assert ([one["seq"] for one in body["entries"]], body["next"]) == ([10], 10)


def test_it_is_answered_at_once_when_this_process_seals(
    app: Flask, program: Program, book: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waits, "WAIT_LOOK", LONG)
    with waiting(app, program, wait=LONG) as answer:
        seal_one(100)
        recent_entries(app).refresh()  # as the announcements do after each seal
        assert answer.result(LONG / 2).json["next"] == 10


def test_what_is_there_is_not_waited_for(program: Program, book: int) -> None:
    assert program.seqs(after=5, wait=LONG) == ([6, 7, 8, 9], 9)


def test_the_wait_has_an_end(program: Program, book: int) -> None:
    assert program.seqs(after=9, wait=1) == ([], 9)


def test_what_does_not_match_moves_the_cursor_and_ends_no_wait(
    app: Flask, program: Program, book: int
) -> None:
    with waiting(app, program, q="user:bob") as answer:
        seal_one(100)
        assert recent_entries(app).refresh().seq == 10
        store([entry(101, "bob")])
        seal_all()
        body = answer.result(LONG).json
    assert ([one["seq"] for one in body["entries"]], body["next"]) == ([11], 11)


def test_a_token_that_is_revoked_meanwhile_reads_no_more(app: Flask, program: Program, book: int) -> None:
    with waiting(app, program) as answer:
        write_transaction(lambda session: session.execute(update(ApiToken).values(revoked_at=now())))
        assert answer.result(LONG).status_code == 401


def test_a_log_that_begins_anew_meanwhile_is_told(app: Flask, program: Program, book: int) -> None:
    with waiting(app, program) as answer:
        write_transaction(lambda session: session.execute(update(StreamHead).values(epoch="another")))
        assert answer.result(LONG).status_code == 409


def test_a_server_that_stops_ends_it(app: Flask, program: Program, book: int) -> None:
    with waiting(app, program) as answer:
        begin_stopping(app)
        assert answer.result(LONG).json["entries"] == []


def test_it_holds_no_connection_and_no_export_up(app: Flask, program: Program, book: int) -> None:
    with waiting(app, program) as answer:
        wait_until(lambda: db.engine.pool.checkedout() == 0, "no connection is held")  # type: ignore[attr-defined]
        under_way(app).wait_for_quiet(0, LONG)
        assert under_way(app)._count == 0 or not answer.done()
        seal_one(100)
        answer.result(LONG)
    assert under_way(app)._count == 0


def test_a_token_waits_twice_and_then_is_answered_at_once(app: Flask, program: Program, book: int) -> None:
    with waiting(app, program) as one, waiting(app, program) as two:
        assert WAITS_PER_TOKEN == 2
        assert program.seqs(after=9, wait=LONG) == ([], 9)
        assert not one.done() and not two.done()
        with waiting(app, Program(program.client, make_token())) as another:
            assert not another.done()
            seal_one(100)
            assert all(answer.result(LONG).json["entries"] for answer in (one, two, another))
    assert waits_of(app)._taken.total() == 0


def test_so_many_wait_in_a_process() -> None:
    places = waits.Waits()
    holders = [places.place(number) for number in range(WAITS_PER_WORKER)]
    assert [holder.__enter__() for holder in holders] == [True] * WAITS_PER_WORKER
    with places.place(99) as is_taken:
        assert not is_taken
    holders[0].__exit__(None, None, None)
    with places.place(99) as is_taken:
        assert is_taken


def test_a_real_server_ends_waits_when_it_stops(sqlite_url: str, tmp_path: Path) -> None:
    with running(sqlite_url):
        token = make_token()
        db.session.remove()
    with serving(sqlite_url, tmp_path) as site, ThreadPoolExecutor(WAITS_PER_TOKEN + 1) as pool:
        url = f"{site.url}/api/v1/entries"

        def ask(**asked: int) -> requests.Response:
            return requests.get(url, params=asked, headers=bearer(token), timeout=60)

        wait_until(lambda: ask().json()["head"] == 1, "that somebody reads is sealed")
        answers = [pool.submit(ask, after=1, wait=30) for _ in range(WAITS_PER_TOKEN + 1)]
        wait_until(lambda: any(answer.done() for answer in answers), "one has no place to wait in")
        assert sum(answer.done() for answer in answers) == 1
        assert site.server.stop(timeout=20) == 0
        assert [answer.result(LONG).json()["entries"] for answer in answers] == [[]] * len(answers)
