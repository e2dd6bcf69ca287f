"""A person's own time zone: set on /account, with its entry, or not at all."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from werkzeug.test import TestResponse

from auth import sessions
from auth.events import Client
from auth.profile import set_timezone
from models import Action, LoginLog, Outcome, Role, User, db, write_transaction
from models.zones import zone_names
from tests.auth.test_signals import Hear, also_stores, fails
from tests.support.actions import AuthActions, entries, make_user


def zone_of(name: str) -> str | None:
    """Return the zone that is stored for a person."""
    db.session.rollback()
    return db.session.scalars(select(User.timezone).where(User.username == name)).one()


def changes() -> list[LoginLog]:
    """Return the entries of changed profiles."""
    return [entry for entry in entries() if entry.action == Action.PROFILE_CHANGE]


def detail() -> dict[str, Any]:
    """Return what the newest change says."""
    found: dict[str, Any] = json.loads(changes()[-1].detail or "{}")
    return found


def field(page: TestResponse) -> str:
    """Return the field with its label and what is said beside it."""
    return page.text.split('<div class="field">')[1].split("</div>")[0]


@pytest.fixture
def person(app: Flask, auth: AuthActions) -> AuthActions:
    """Alice, signed in, with a browser in Tokyo."""
    make_user("alice", Role.VIEWER)
    auth.client.set_cookie("tz", "Asia/Tokyo")
    auth.login("alice")
    return auth


def test_a_zone_is_saved_with_its_entry(person: AuthActions) -> None:
    answer = person.set_timezone(" Europe/Berlin ")
    assert (answer.status_code, answer.location) == (302, "/account")
    assert zone_of("alice") == "Europe/Berlin"
    login, entry = entries()
    assert (entry.action, entry.outcome, entry.reason) == (Action.PROFILE_CHANGE, Outcome.SUCCESS, None)
    assert (entry.user_id, entry.username, entry.actor_id) == (login.user_id, "alice", None)
    assert (entry.session_ref, entry.ip) == (login.session_ref, "127.0.0.1")
    assert detail() == {"field": "timezone", "old": None, "new": "Europe/Berlin"}


def test_it_is_told_once_and_stands_in_the_form(person: AuthActions) -> None:
    person.set_timezone("Europe/Berlin")
    first, second = (person.client.get("/account") for _ in range(2))
    assert "Your time zone is saved." in first.text
    assert "Your time zone is saved." not in second.text
    assert 'value="Europe/Berlin"' in field(second)


@pytest.mark.parametrize("path", ["/account", "/admin/", "/admin/logins/", "/admin/live/"])
def test_times_are_shown_in_it(person: AuthActions, path: str) -> None:
    assert 'data-zone="Asia/Tokyo"' in person.client.get(path).text
    person.set_timezone("Asia/Kathmandu")
    page = person.client.get(path).text
    assert 'data-zone="Asia/Kathmandu"' in page
    assert "UTC+5:45" in page


def test_empty_follows_the_browser_again(person: AuthActions) -> None:
    person.set_timezone("Europe/Berlin")
    assert person.set_timezone("").status_code == 302
    assert zone_of("alice") is None
    assert detail() == {"field": "timezone", "old": "Europe/Berlin", "new": None}
    page = person.client.get("/account")
    assert 'data-zone="Asia/Tokyo"' in page.text
    assert 'placeholder="Asia/Tokyo"' in field(page)


@pytest.mark.parametrize("zone", ["", "Europe/Berlin"])
def test_the_same_again_writes_nothing(person: AuthActions, zone: str) -> None:
    person.set_timezone("UTC")
    person.set_timezone(zone)
    before = len(entries())
    assert person.set_timezone(zone).status_code == 302
    assert (len(entries()), zone_of("alice")) == (before, zone or None)


BAD = [
    *("Mars/Olympus", "europe/berlin", "../../etc/passwd", "localtime", "UTC\x00"),
    *("x" * 10_000, "é" * 65, '"><b>'),
]


@pytest.mark.parametrize("zone", BAD, ids=lambda zone: ascii(zone[:20]))
def test_what_is_no_zone_is_told_beside_the_field(person: AuthActions, zone: str) -> None:
    answer = person.set_timezone(zone)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in field(answer)
    assert 'id="timezone-wrong"' in field(answer)
    assert "Choose a time zone such as Europe/Berlin" in field(answer)
    assert "<b>" not in answer.text
    assert (zone_of("alice"), changes()) == (None, [])


def test_a_form_without_the_field_changes_nothing(person: AuthActions) -> None:
    person.set_timezone("UTC")
    answer = person.client.post("/account", data={"csrf_token": person.token("/account")})
    assert (answer.status_code, zone_of("alice"), len(changes())) == (400, "UTC", 1)


def test_every_zone_is_offered_and_fits(person: AuthActions) -> None:
    page = person.client.get("/account").text
    assert {"UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Calcutta"} <= zone_names()
    assert all(f'<option value="{zone}">' in page for zone in zone_names())
    assert max(len(zone) for zone in zone_names()) <= User.timezone.type.length


def test_a_stranger_is_sent_to_sign_in(auth: AuthActions) -> None:
    answer = auth.client.post("/account", data={"timezone": "UTC", "csrf_token": auth.token()})
    assert (answer.status_code, answer.location) == (303, "/login?next=/account")
    assert entries() == []


def test_nothing_is_changed_without_the_token(person: AuthActions) -> None:
    assert person.client.post("/account", data={"timezone": "UTC"}).status_code == 400
    assert (zone_of("alice"), changes()) == (None, [])


def test_nobody_elses_zone_is_changed(person: AuthActions) -> None:
    make_user("bob", timezone="America/Lima")
    person.set_timezone("Europe/Berlin")
    assert (zone_of("alice"), zone_of("bob")) == ("Europe/Berlin", "America/Lima")


@pytest.mark.parametrize("receiver", [also_stores, fails])
def test_it_is_not_changed_when_a_receiver_spoils_the_entry(
    person: AuthActions, hear: Hear, receiver: Callable[..., object]
) -> None:
    hear(receiver)
    answer = person.set_timezone("UTC")
    assert answer.status_code == 503
    assert "Nothing was changed." in answer.text
    assert (zone_of("alice"), changes()) == (None, [])


def elsewhere(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
    """Send entries to a table that is not there, so that the database refuses them."""
    return statement.replace("INSERT INTO login_log", "INSERT INTO nowhere"), parameters


def test_it_is_not_changed_when_the_database_refuses_the_entry(
    person: AuthActions, caplog: pytest.LogCaptureFixture
) -> None:
    event.listen(db.engine, "before_cursor_execute", elsewhere, retval=True)
    try:
        answer = person.set_timezone("UTC")
    finally:
        event.remove(db.engine, "before_cursor_execute", elsewhere)
    assert answer.status_code == 503
    assert "nowhere" in caplog.text
    assert (zone_of("alice"), changes()) == (None, [])


def test_an_account_closed_meanwhile_stays_as_it_was_left(app: Flask) -> None:
    user = make_user("alice")
    token = write_transaction(
        lambda session: sessions.begin_session(session, user, Client(), remember=False)[0]
    )
    visitor = sessions.load_user(token)
    assert visitor
    write_transaction(lambda session: session.execute(update(User).values(disabled=True)))
    set_timezone(visitor, "UTC", Client())
    assert (zone_of("alice"), entries()) == (None, [])
