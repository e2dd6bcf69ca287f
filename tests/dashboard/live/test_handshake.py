"""Who may open a websocket at all, told before the upgrade."""

from collections.abc import Iterable
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import EnvironBuilder, run_wsgi_app

from dashboard.live import handshake
from dashboard.live.handshake import Handshake
from models import Role, User, write_transaction
from tests.support.actions import AuthActions, make_user
from tests.support.app import running

HERE = "http://127.0.0.1:8000"


class Door:
    """A gate in front of a server that only counts."""

    def __init__(self, app: Flask) -> None:
        self.gate = Handshake(app, self.inner, app.config["SETTINGS"])
        self.app, self.served = app, 0
        self.nested: list[int] = []

    def inner(self, _environ: Any, start_response: Any) -> Iterable[bytes]:
        """Serve; while it does, a seat is taken."""
        self.served += 1
        if self.nested and self.nested.pop():
            self.second = self.knock(self.cookie)
        start_response("200 OK", [])
        return [b""]

    def environ(self, cookie: str, path: str = handshake.PATH, **headers: str) -> Any:
        """Return what a server makes of a request for a websocket."""
        return EnvironBuilder(
            path, headers={"Cookie": cookie, "Upgrade": "websocket"} | headers
        ).get_environ()

    def knock(self, cookie: str = "", path: str = "/socket.io/", **headers: str) -> int:
        """Ask for a websocket and return the status."""
        self.cookie = cookie
        environ = self.environ(cookie, path, **headers)
        _, status, self.headers = Context().run(run_wsgi_app, self.gate, environ)
        return int(status.split()[0])


@pytest.fixture
def door(sqlite_app: Flask) -> Door:
    """The gate of an app on SQLite."""
    return Door(sqlite_app)


def cookie_of(app: Flask, role: Role = Role.VIEWER, name: str = "vera") -> str:
    """Return the cookie of somebody who is signed in."""
    make_user(name, role)
    browser = AuthActions(app.test_client())
    browser.login(name)
    cookie = browser.client.get_cookie("gatehouse")
    assert cookie
    return f"gatehouse={cookie.value}"


@pytest.mark.parametrize("has", list(Role))
def test_a_role_gets_in_or_is_turned_away(door: Door, has: Role) -> None:
    assert door.knock(cookie_of(door.app, has)) == (200 if has.includes(Role.VIEWER) else 403)


@pytest.mark.parametrize("cookie", ["", "gatehouse=x", "gatehouse=", "other=1", "gatehouse=e30.x.y"])
def test_a_stranger_is_turned_away_before_anything_is_served(door: Door, cookie: str) -> None:
    assert (door.knock(cookie), door.served) == (401, 0)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (HERE, 200),
        ("http://localhost:8000", 200),
        ("https://127.0.0.1:8000", 403),
        ("http://127.0.0.1", 403),
        ("http://evil.example", 403),
        ("http://127.0.0.1:8000.evil.example", 403),
        ("null", 403),
        ("", 403),
        ("\x80", 403),
    ],
)
def test_a_page_of_another_site_is_turned_away(door: Door, origin: str, status: int) -> None:
    assert door.knock(cookie_of(door.app), Origin=origin) == status


def test_an_origin_that_was_allowed_may_watch(sqlite_url: str) -> None:
    with running(sqlite_url, allowed_origins="https://wall.example") as app:
        door = Door(app)
        assert door.knock(cookie_of(app), Origin="https://wall.example") == 200


def test_a_stranger_learns_nothing_about_origins(door: Door) -> None:
    assert door.knock(Origin="http://evil.example") == 401


def test_beyond_the_seats_nobody_gets_in(sqlite_url: str) -> None:
    with running(sqlite_url, max_viewers=1) as app:
        door = Door(app)
        door.nested = [0, 0, 1]
        cookie = cookie_of(app)
        assert [door.knock(cookie), door.second] == [200, 503]
        assert door.knock(cookie) == 200


def test_one_person_gets_some_seats_and_leaves_the_others(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshake, "SEATS_PER_PERSON", 2)
    cookie, other = cookie_of(door.app), cookie_of(door.app, name="walter")
    with door.gate.seats.taken(door.gate._person(door.environ(cookie))):
        assert door.knock(cookie) == 200
        with door.gate.seats.taken(door.gate._person(door.environ(cookie))):
            assert (door.knock(cookie), door.headers["Retry-After"]) == (429, str(handshake.SEAT_RETRY))
            assert door.knock(other) == 200
    assert door.knock(cookie) == 200


def test_strangers_take_no_seat(sqlite_url: str) -> None:
    with running(sqlite_url, max_viewers=1) as app:
        door = Door(app)
        assert {door.knock() for _ in range(5)} == {401}
        assert door.knock(cookie_of(app)) == 200


def test_a_seat_is_free_again_after_a_failure(sqlite_url: str) -> None:
    with running(sqlite_url, max_viewers=1) as app:
        door, cookie = Door(app), cookie_of(app)
        door.nested = "broken"  # type: ignore[assignment] - makes the server fail
        for _ in range(2):
            with pytest.raises(AttributeError):
                door.knock(cookie)
        door.nested = []
        assert door.knock(cookie) == 200


def test_without_the_database_nobody_gets_in(door: Door) -> None:
    cookie = cookie_of(door.app)
    write_transaction(lambda session: session.execute(text("ALTER TABLE user_session RENAME TO away")))
    assert (door.knock(cookie), door.served) == (503, 0)


@pytest.mark.parametrize("path", ["/socket.io/x", "/socket.io//", "/socket.io/index.html", "/socket.io/../x"])
def test_nothing_below_its_address_is_served(door: Door, path: str) -> None:
    assert (door.knock(cookie_of(door.app), path), door.served) == (404, 0)


@pytest.mark.parametrize(
    "path", ["/", "/login", "/admin/live/", "/Socket.io/", "/socket.io", "/socket.iox", "//socket.io/"]
)
def test_other_pages_are_not_its_business(door: Door, path: str) -> None:
    assert door.knock(path=path) == 200


@pytest.mark.parametrize("path", ["/socket.io", "/socket.iox/", "/socket.io/x"])
def test_other_addresses_are_pages_that_are_not_there(auth: AuthActions, path: str) -> None:
    make_user("vera", Role.VIEWER)
    auth.login("vera")
    upgrade = {"Upgrade": "websocket", "Connection": "upgrade"}
    assert auth.client.get(f"{path}?EIO=4&transport=websocket", headers=upgrade).status_code == 404


def test_a_refusal_is_short_and_closes(door: Door) -> None:
    door.knock()
    assert (door.headers["Content-Type"], door.headers["Connection"]) == ("text/plain", "close")
    assert door.headers["Content-Length"] == str(len("Unauthorized\n"))


def test_the_app_stands_behind_its_gate(auth: AuthActions, alice: User) -> None:
    assert auth.client.get("/socket.io/?EIO=4&transport=websocket").status_code == 401
    auth.login("alice")
    assert auth.client.get("/socket.io/?EIO=4&transport=websocket").status_code == 403
    make_user("vera", Role.VIEWER)
    auth.login("vera")
    assert auth.client.get("/socket.io/?EIO=4&transport=polling").status_code == 400
