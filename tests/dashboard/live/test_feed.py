"""The live feed, from its handlers' side."""

from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient
from sqlalchemy import text, update

from dashboard.live.feed import MAX_PULLS, NAMESPACE, LiveFeed, Viewer
from dashboard.log.head import read_head
from dashboard.log.sealer import seal_all
from models import Role, User, UserSession, db, write_transaction
from models.clock import now
from tests.support.actions import AuthActions, entries, make_user
from tests.support.book import entry, store

Watch = Callable[..., "Watcher"]


class Watcher:
    """A viewer's socket, as if in a process of its own."""

    def __init__(self, app: Flask, auth: AuthActions) -> None:
        socketio = app.extensions["socketio"]
        open_ = lambda: SocketIOTestClient(app, socketio, NAMESPACE, flask_test_client=auth.client)  # noqa: E731
        self.socket = Context().run(open_)
        self.feed: LiveFeed = socketio.server.namespace_handlers[NAMESPACE]

    @property
    def is_watching(self) -> bool:
        """Whether the socket is open."""
        return bool(self.socket.is_connected(NAMESPACE))

    def heads(self) -> list[int]:
        """Return the heads heard of since the last call."""
        return [news["args"][0]["head"] for news in self.socket.get_received(NAMESPACE)]

    def since(self, *wish: Any) -> dict[str, Any]:
        """Pull, and return the answer."""
        call = lambda: self.socket.emit("since", *wish, namespace=NAMESPACE, callback=True)  # noqa: E731
        answered: dict[str, Any] = Context().run(call)
        return answered


@pytest.fixture
def watch(app: Flask) -> Watch:
    """A way to sign in with a role and watch."""

    def watcher(role: Role = Role.VIEWER) -> Watcher:
        make_user(f"watching-{role}", role)
        browser = AuthActions(app.test_client())
        browser.login(f"watching-{role}")
        seal_all()
        return Watcher(app, browser)

    return watcher


@pytest.mark.parametrize("has", list(Role))
def test_the_role_is_checked_again_inside(watch: Watch, has: Role) -> None:
    assert watch(has).is_watching == has.includes(Role.VIEWER)


def test_a_stranger_cannot_watch(app: Flask, auth: AuthActions) -> None:
    assert not Watcher(app, auth).is_watching


def test_a_viewer_hears_where_the_head_is(watch: Watch) -> None:
    assert watch().heads() == [1]


def wish(cursor: int = 0, limit: int = 500, **more: object) -> dict[str, object]:
    """Return a pull of the present stream."""
    return {"epoch": read_head(db.session()).epoch, "cursor": cursor, "limit": limit} | more


def test_a_pull_is_answered_with_the_entries(watch: Watch) -> None:
    answered = watch().since(wish())
    assert [received["event_id"] for received in answered["entries"]] == [str(entries()[0].event_id)]
    assert (answered["head"], answered["floor"]) == (1, 0)


def test_a_pull_of_another_stream_is_told_to_start_over(watch: Watch) -> None:
    assert watch().since(wish(epoch="another"))["reset"] is True


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ([], "invalid_request"),
        ([None], "invalid_request"),
        ([[1, 2]], "invalid_request"),
        ([{"epoch": "e", "cursor": -1, "limit": 1}], "invalid_cursor"),
        ([{"epoch": "e", "cursor": 0, "limit": 10**9}], "invalid_limit"),
        ([{"epoch": 5, "cursor": 0, "limit": 1}], "invalid_epoch"),
    ],
)
def test_a_bad_pull_is_answered_with_its_mistake(watch: Watch, wishes: list[Any], code: str) -> None:
    watcher = watch()
    assert watcher.since(*wishes)["error"]["code"] == code
    assert "entries" in watcher.since(wish())


def test_a_pull_during_an_outage_is_answered(watch: Watch) -> None:
    watcher = watch()
    write_transaction(lambda session: session.execute(text("ALTER TABLE login_log RENAME TO away")))
    try:
        assert watcher.since(wish())["error"]["code"] == "unavailable"
    finally:
        write_transaction(lambda session: session.execute(text("ALTER TABLE away RENAME TO login_log")))


def test_the_head_is_announced_when_it_has_moved_and_only_then(watch: Watch) -> None:
    watcher = watch()
    watcher.feed.announce()
    watcher.heads()
    watcher.feed.announce()
    assert watcher.heads() == []
    store([entry(1), entry(2)])
    seal_all()
    watcher.feed.announce()
    assert watcher.heads() == [3]


@pytest.mark.parametrize(
    "change",
    [
        update(UserSession).values(revoked_at=now()),
        update(User).values(role=Role.USER),
        update(User).values(disabled=True),
    ],
    ids=["revoked", "demoted", "disabled"],
)
def test_who_may_no_longer_watch_is_cut_off(watch: Watch, change: Any) -> None:
    watcher = watch()
    write_transaction(lambda session: session.execute(change))
    watcher.feed.cut_off()
    assert not watcher.is_watching


def test_the_others_go_on_watching(watch: Watch) -> None:
    demoted, auditor = watch(Role.VIEWER), watch(Role.AUDITOR)
    gone = update(User).where(User.role == Role.VIEWER).values(role=Role.USER)
    write_transaction(lambda session: session.execute(gone))
    auditor.feed.cut_off()
    assert (demoted.is_watching, auditor.is_watching) == (False, True)
    assert "entries" in auditor.since(wish())


def test_who_left_is_forgotten(watch: Watch) -> None:
    watcher = watch()
    Context().run(watcher.socket.disconnect, NAMESPACE)
    assert watcher.feed._viewers == {}
    watcher.feed.cut_off()


def test_a_pull_of_who_is_not_watching_is_refused(watch: Watch) -> None:
    watcher = watch()
    watcher.feed._viewers.clear()
    assert watcher.since(wish())["error"]["code"] == "forbidden"


def test_pulls_are_counted_by_the_second() -> None:
    viewer = Viewer(1)
    assert [viewer.may_pull(100.0) for _ in range(MAX_PULLS + 1)] == [True] * MAX_PULLS + [False]
    assert not viewer.may_pull(100.9)
    assert viewer.may_pull(101.0)


def test_too_many_pulls_are_refused(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = watch()
    monkeypatch.setattr("dashboard.live.feed.time.monotonic", lambda: 100.0)
    answers = [watcher.since(wish(1)) for _ in range(MAX_PULLS + 1)]
    assert [answered.get("error", {}).get("code") for answered in answers] == [None] * MAX_PULLS + [
        "too_many"
    ]
