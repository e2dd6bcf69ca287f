"""A database that does not answer: everybody is told so in time, and nobody gets in unrecorded."""

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url
from werkzeug.test import TestResponse

from dashboard.log.spool import replay
from models import Role
from models.database import breaker
from models.database.limits import LIMITS, Limits, Purpose
from tests.support.actions import AuthActions, entries, make_user
from tests.support.app import migrate, running
from tests.support.servers.mariadb import create_database, prepared
from tests.support.servers.proxy import Proxy

#: Seconds after which a test that waits for ever is let go, so that it fails.
FOREVER = 30
SHORT = Limits(connect=0.5, answer=0.5, statement=0.4, lock=1)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages wait half a second for an answer, and each asks for itself."""
    monkeypatch.setitem(LIMITS, Purpose.PAGES, SHORT)
    monkeypatch.setattr(breaker, "BREAK_SECONDS", 0)


@pytest.fixture
def proxy(mariadb_url: str) -> Iterator[Proxy]:
    """A proxy before the database."""
    with Proxy(make_url(mariadb_url).port or 0) as proxy:
        yield proxy


@pytest.fixture
def app(mariadb_url: str, proxy: Proxy) -> Iterator[Flask]:
    """The app behind the proxy."""
    url = make_url(mariadb_url).set(port=proxy.port).render_as_string(hide_password=False)
    with running(url) as app:
        yield app


@contextmanager
def rescued(thaw: Callable[[], None]) -> Iterator[None]:
    """Thaw at the end, or when the test waits for ever."""
    rescue = threading.Timer(FOREVER, thaw)
    rescue.start()
    try:
        yield
    finally:
        rescue.cancel()
        thaw()


@contextmanager
def frozen(proxy: Proxy) -> Iterator[None]:
    """Nothing passes, for a while."""
    with rescued(proxy.thaw):
        proxy.freeze()
        yield


def test_pages_say_that_it_is_not_possible_now(auth: AuthActions, proxy: Proxy) -> None:
    make_user("vera", Role.VIEWER)
    auth.login("vera")
    with frozen(proxy):
        answers = [auth.client.get(path) for path in ("/admin/logins/", "/account", "/readyz", "/admin/")]
    assert [answer.status_code for answer in answers] == [503] * 4
    assert answers[0].headers["Retry-After"]


def test_nobody_gets_in_and_the_attempt_is_kept(auth: AuthActions, proxy: Proxy) -> None:
    make_user("alice")
    token = auth.token()
    with frozen(proxy):
        answer = auth.client.post("/login", data={"username": "alice", "password": "x", "csrf_token": token})
    assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True)
    assert replay.enter_all() == 1
    assert [entry.reason for entry in entries()] == ["recording_unavailable"]


def test_a_hundred_at_once_are_all_told(app: Flask, auth: AuthActions, proxy: Proxy) -> None:
    make_user("vera", Role.VIEWER)
    auth.login("vera")
    cookie = auth.client.get_cookie("gatehouse").value

    def read(_: int) -> int:
        client = app.test_client()
        client.set_cookie("gatehouse", cookie)
        return client.get("/admin/logins/").status_code

    with frozen(proxy), ThreadPoolExecutor(100) as pool:
        assert set(pool.map(read, range(100))) == {503}


def test_others_are_told_at_once(
    auth: AuthActions, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(breaker, "BREAK_SECONDS", FOREVER)
    make_user("vera", Role.VIEWER)
    auth.login("vera")
    with frozen(proxy):
        assert auth.client.get("/admin/logins/").status_code == 503
    assert auth.client.get("/admin/logins/").status_code == 503
    assert "the database does not answer" in caplog.records[-1].message


def test_all_is_well_when_it_is_back(auth: AuthActions, proxy: Proxy) -> None:
    make_user("vera", Role.VIEWER)
    with frozen(proxy):
        assert auth.client.get("/readyz").status_code == 503
    assert auth.login("vera").status_code == 302
    assert auth.client.get("/admin/logins/").status_code == 200


def test_a_session_whose_commit_timed_out_is_taken_back(auth: AuthActions, proxy: Proxy) -> None:
    make_user("alice")
    token = auth.token()
    fields = {"username": "alice", "password": "correct horse battery", "csrf_token": token}
    proxy.freeze_at_commit()
    with rescued(proxy.thaw):
        assert auth.client.post("/login", data=fields).status_code == 503
    replay.enter_all()
    assert [(entry.action, entry.outcome, entry.reason) for entry in entries()] == [
        ("login", "success", None),
        ("session_revoke", "success", "recording_unavailable"),
    ]


def test_one_that_the_same_form_went_on_with_is_not(auth: AuthActions, proxy: Proxy) -> None:
    make_user("alice")
    page = auth.client.get("/login")
    fields = {"username": "alice", "password": "correct horse battery", **hidden(page)}
    proxy.freeze_at_commit()
    with rescued(proxy.thaw):
        again = auth.client.post("/login", data=fields)
    assert again.status_code == 503
    assert auth.client.post("/login", data=fields | hidden(again)).status_code == 302
    replay.enter_all()
    assert auth.client.get("/account").status_code == 200
    assert [(entry.action, entry.outcome) for entry in entries()] == [("login", "success")]


def hidden(page: TestResponse) -> dict[str, str]:
    """Return the hidden fields of a form."""
    names = ("csrf_token", "once")
    found = {name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', page.text) for name in names}
    return {name: match[1] for name, match in found.items() if match}


def test_a_server_that_is_stopped_is_no_different(tmp_path: Path) -> None:
    server, address = prepared(tmp_path)
    with server, running(migrate(create_database(address, "gatehouse"))) as app:
        client = app.test_client()
        assert client.get("/readyz").status_code == 200
        with rescued(lambda: os.kill(server.process.pid, signal.SIGCONT)):
            os.kill(server.process.pid, signal.SIGSTOP)
            assert client.get("/readyz").status_code == 503
