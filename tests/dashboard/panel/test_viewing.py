"""Who looked at the log is an entry, once an hour and place, and nobody waits for it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from dashboard.log.recording import views as log_views
from dashboard.log.recording.views import AT_MOST, ONCE_IN
from models import Action, LoginLog, NotWritten, Role, db, write_transaction
from models.clock import now
from tests.support.actions import AuthActions, make_user
from tests.support.book import entry, store


@pytest.fixture
def viewer(app: Flask, client: FlaskClient) -> FlaskClient:
    """A viewer who is signed in."""
    make_user("vera", Role.VIEWER)
    AuthActions(client).login("vera")
    return client


def look(client: FlaskClient, path: str) -> int:
    """Get a page to its end, as a server does."""
    with client.get(path) as answer:
        return answer.status_code


def views() -> list[str | None]:
    """Return the details of the views there are."""
    db.session.rollback()
    return list(db.session.scalars(select(LoginLog.detail).where(LoginLog.action == Action.LOG_VIEW)))


def test_each_place_is_told_once_an_hour(viewer: FlaskClient) -> None:
    somebody, one = make_user("alice"), entry(1)
    store([one])
    for path in (
        "/admin/logins/",
        "/admin/live/",
        f"/admin/users/{somebody.id}",
        f"/admin/logins/{one.event_id}",
    ) * 2:
        assert look(viewer, path) == 200
    assert views() == [
        '{"place":"list"}',
        '{"place":"live"}',
        f'{{"place":"user","user_id":"{somebody.id}"}}',
        f'{{"event_id":"{one.event_id}","place":"entry"}}',
    ]
    write_transaction(lambda session: session.execute(update(LoginLog).values(occurred_at=now() - ONCE_IN)))
    look(viewer, "/admin/logins/")
    assert len(views()) == 5


def test_at_most_thirty_an_hour(viewer: FlaskClient) -> None:
    people = [make_user(f"name{number}") for number in range(AT_MOST + 3)]
    for somebody in people:
        look(viewer, f"/admin/users/{somebody.id}")
    assert len(views()) == AT_MOST


@pytest.mark.parametrize("path", ["/admin/logins/?q=nonsense:x", "/admin/users/99999", "/admin/", "/account"])
def test_what_shows_nothing_of_it_is_no_view(viewer: FlaskClient, path: str) -> None:
    look(viewer, path)
    assert views() == []


def test_a_page_does_not_fail_with_it(viewer: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> None:
        raise NotWritten("gone")

    monkeypatch.setattr(log_views, "write_transaction", fails)
    assert look(viewer, "/admin/logins/") == 200
    assert views() == []
