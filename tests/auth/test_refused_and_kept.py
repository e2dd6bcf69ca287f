"""A refusal is never lost and never without end: an entry, a number in one, or a line of the spool."""

import sqlite3
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from auth import floods, registration, throttle
from auth.attempts import Credentials, NewAccount
from auth.events import Client
from auth.registration import register_account
from auth.service import authenticate
from auth.throttle import places
from dashboard.log.spool import replay
from models import User, db
from models.database.limits import Purpose, used_for
from tests.support.actions import AuthActions, entries, make_user
from tests.support.app import running

PASSWORD = "correct horse"


def waiting() -> int:
    """Return how many attempts wait in the spool."""
    return replay.spool().waiting()[0]


def people() -> list[str]:
    db.session.rollback()
    return sorted(user.username for user in db.session.query(User))


@pytest.mark.parametrize("door", ["open", "closed"])
def test_a_flood_of_registrations_is_counted(sqlite_url: str, door: str) -> None:
    with running(sqlite_url, registration=door) as app:
        browser = AuthActions(app.test_client())
        token = browser.token("/login")
        for _ in range(floods.EACH + 30):
            assert browser.client.post("/register", data={"csrf_token": token}).status_code in (400, 403)
        assert len(entries()) == floods.EACH
        assert floods.record_floods(at_once=True) == 1
        assert entries()[-1].detail == '{"count":30}'


def test_reasons_of_a_flood_are_told_apart(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floods, "EACH", 0)
    for reason in ("invalid_form", "username_in_use", "invalid_form"):
        registration.refuse_registration("zoe", registration.Reason(reason), Client(ip="192.0.2.7"))
    assert floods.record_floods(at_once=True) == 2
    assert {entry.reason: entry.detail for entry in entries()} == {
        "invalid_form": '{"count":2}',
        "username_in_use": '{"count":1}',
    }


def test_one_that_cannot_be_looked_up_is_kept(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    make_user("alice")
    monkeypatch.setattr(registration, "account_of", lost)
    page = AuthActions(sqlite_app.test_client()).register("alice", email="other@example.org")
    assert (page.status_code, entries(), waiting()) == (503, [], 1)


def test_one_that_meets_a_damaged_file_is_kept(sqlite_app: Flask) -> None:
    make_user("alice")
    browser = AuthActions(sqlite_app.test_client())
    token = browser.token()
    db.session.remove()
    for engine in db.engines.values():
        engine.dispose()
    path = Path(str(db.engine.url.database))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    with path.open("r+b") as file:
        file.write(b"garbage!" * 512)
    page = browser.client.post("/login", data={"username": "alice", "password": "x", "csrf_token": token})
    assert (page.status_code, waiting()) == (503, 1)


def test_writing_what_was_counted_has_an_end(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "take_sign_in", lambda *_: throttle.TooMany(9))
    monkeypatch.setattr(floods, "EACH", 0)
    monkeypatch.setattr(floods, "WRITING", 0.2)
    for number in range(3):
        authenticate(Credentials(f"name{number}", "x"), Client(ip="192.0.2.7"))
    other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with used_for(Purpose.BACKGROUND):
        assert floods.record_floods(at_once=True) == 3
    other.close()
    assert waiting() == 3


def test_a_form_that_made_an_account_makes_another(app: Flask) -> None:
    """Back, another name, sent again: the name is free."""
    once = uuid4()
    assert register_account(NewAccount(username="alice", password=PASSWORD, once=once), Client()) is None
    for name in ("bob", "carol"):
        assert register_account(NewAccount(username=name, password=PASSWORD, once=once), Client()) is None
    assert people() == ["alice", "bob", "carol"]
    assert [entry.outcome for entry in entries()] == ["success"] * 3


def test_an_address_is_counted_however_it_is_written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else who is told to wait, and who is not, tells whether it has an account."""
    monkeypatch.setattr(places, "PAIR", 3)
    make_user("victim", email="victim@example.org", email_key="victim@example.org")
    answers = []
    for address in ("victim@example.org", "nobody@example.org"):
        for _ in range(3):
            authenticate(Credentials(address, "wrong"), Client(ip="192.0.2.7"))
        other = address.replace(".org", "\u3002org").upper()
        answers.append(authenticate(Credentials(other, "wrong"), Client(ip="192.0.2.7")))
    assert [answer.reason for answer in answers] == ["rate_limited"] * 2  # type: ignore[union-attr]


def test_who_ends_anothers_session_is_named(app: Flask) -> None:
    make_user("alice")
    bob = make_user("bob")
    browser = AuthActions(app.test_client())
    browser.login("alice")
    form = {"username": "bob", "password": "correct horse battery", "csrf_token": browser.token("/account")}
    assert browser.client.post("/login", data=form).status_code == 302
    revoked = next(entry for entry in entries() if entry.action == "session_revoke")
    assert (revoked.username, revoked.actor_id, revoked.actor_name) == ("alice", bob.id, "bob")
