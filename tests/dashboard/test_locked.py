"""While another program keeps everybody from writing, those who only read are answered."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pymysql
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url, select, update

from dashboard.export import progress
from dashboard.web import requests
from models import ExportJob, Role, UserSession, db, transaction, write_transaction
from models.clock import now
from models.database.base import is_sqlite
from models.database.limits import LIMITS, Limits, Purpose
from tests.support.actions import PASSWORD, AuthActions, make_user
from tests.support.app import running
from tests.support.waiting import wait_until

#: Seconds after which the lock goes by itself, so that who waits for it fails its test.
FOREVER = 30
PAGES = ("/admin/", "/admin/logins/", "/admin/users/", "/admin/live/", "/account")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who writes waits for ever."""
    limits = Limits(connect=FOREVER, answer=2 * FOREVER, statement=2 * FOREVER, lock=2 * FOREVER)
    for purpose in (Purpose.PAGES, Purpose.COMMANDS):
        monkeypatch.setitem(LIMITS, purpose, limits)
    monkeypatch.setattr(requests, "REQUEST", 2 * FOREVER)


@pytest.fixture
def app(database_url: str, patient: None) -> Iterator[Flask]:
    """The app with that patience."""
    with running(database_url) as app:
        yield app


@pytest.fixture
def viewer(auth: AuthActions) -> FlaskClient:
    """A viewer's browser; its last use is not noted yet."""
    make_user("vera", Role.VIEWER)
    auth.login("vera")
    long_ago = update(UserSession).values(last_seen_at=now() - timedelta(minutes=5))
    write_transaction(lambda session: session.execute(long_ago))
    return auth.client


@contextmanager
def locked() -> Iterator[Callable[[], bool]]:
    """Another program locks the database; yield whether it still does."""
    other, lock, unlock = _sqlite() if is_sqlite(db.engine.url) else _mariadb()
    other.execute(lock)
    released = threading.Event()

    def release() -> None:
        if not released.is_set():
            released.set()
            other.execute(unlock)

    rescue = threading.Timer(FOREVER, release)
    rescue.start()
    try:
        yield lambda: not released.is_set()
    finally:
        rescue.cancel()
        release()
        other.connection.close()


def _sqlite() -> tuple[sqlite3.Cursor, str, str]:
    path = str(db.engine.url.database)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    return other.cursor(), "BEGIN IMMEDIATE", "END"


def _mariadb() -> tuple[pymysql.cursors.Cursor, str, str]:
    address = make_url(str(db.engine.url))
    other = pymysql.connect(host=address.host, port=address.port or 0, user="root")
    return other.cursor(), "FLUSH TABLES WITH READ LOCK", "UNLOCK TABLES"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_does_not_wait_for_the_lock(viewer: FlaskClient, page: str) -> None:
    with locked() as is_locked:
        assert viewer.get(page).status_code == 200
        assert is_locked()


def test_readers_have_connections_though_three_dozen_wait_to_sign_in(app: Flask, viewer: FlaskClient) -> None:
    make_user("alice", password_hash=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD))
    people = [AuthActions(app.test_client()) for _ in range(36)]
    tokens = [person.token() for person in people]
    with ThreadPoolExecutor(36) as pool, locked() as is_locked:
        waiting = [
            pool.submit(person.client.post, "/login", data=fields(token))
            for person, token in zip(people, tokens, strict=True)
        ]
        wait_until(lambda: db.engine.pool.checkedout() >= transaction.WRITERS, "they wait")
        assert [viewer.get("/admin/logins/").status_code for _ in range(3)] == [200] * 3
        assert is_locked()
        assert not any(attempt.done() for attempt in waiting)


def fields(token: str) -> dict[str, str]:
    """Return a filled in sign-in form."""
    return {"username": "alice", "password": PASSWORD, "csrf_token": token}


def test_an_export_does_not_wait_to_note_how_far_it_is(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "NOTE_EVERY", 0)
    monkeypatch.setattr(progress, "NOTE_TIMEOUT", 0.2)
    export_id = uuid4()
    write_transaction(lambda session: progress.begin_job(session, export_id, 7))
    job = progress.JobProgress(export_id)
    with locked() as is_locked:
        job.note(1_000, now())
        assert is_locked()
    job.note(2_000, now())
    assert db.session.scalar(select(ExportJob.rows)) == 2_000
