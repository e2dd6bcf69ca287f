"""Late entries: attempts of an outage enter the book once it is over."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Connection, event, make_url, select, text
from sqlalchemy.exc import OperationalError

from auth.events import AuthEvent, Client, Subject
from auth.service import Credentials, authenticate
from auth.sessions import CurrentUser, load_user
from dashboard.log.spool import replay
from dashboard.log.spool.file import SpoolFile
from dashboard.proof.erase import close_account, entries_of
from models import Action, NotWritten, Outcome, Reason, User, UserSession, db, write_transaction
from tests.support.actions import PASSWORD, AuthActions, entries, make_user
from tests.support.app import running


@contextmanager
def outage() -> Iterator[None]:
    """The book cannot be written."""
    _rename("login_log", "away")
    yield
    _rename("away", "login_log")


def _rename(old: str, new: str) -> None:
    write_transaction(lambda session: session.execute(text(f"ALTER TABLE {old} RENAME TO {new}")))


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_an_attempt_during_an_outage_is_in_the_book_afterwards(
    auth: AuthActions, alice: User, password: str
) -> None:
    with outage():
        assert auth.login("alice", password).status_code == 503
    assert replay.enter_all() == 1
    (entry,) = entries()
    assert (entry.action, entry.outcome, entry.user_id) == (Action.LOGIN, Outcome.FAILURE, alice.id)
    assert (entry.reason, entry.ip, entry.session_ref) == (Reason.RECORDING_UNAVAILABLE, "127.0.0.1", None)
    assert db.session.scalars(select(UserSession)).all() == []


@pytest.mark.parametrize("heard_before", [True, False])
def test_it_enters_though_account_and_address_of_the_database_changed(
    mariadb_url: str, heard_before: bool
) -> None:
    with running(mariadb_url) as app:
        make_user("alice")
        if heard_before:
            replay.enter_all()
        with outage():
            assert AuthActions(app.test_client()).login("alice").status_code == 503
        grant = "GRANT ALL ON `gatehouse`.* TO renewed@'%' IDENTIFIED BY 'fresh'"
        write_transaction(lambda session: session.execute(text(grant)))
    renewed = make_url(mariadb_url).set(username="renewed", password="fresh", host="localhost")
    with running(renewed.render_as_string(hide_password=False)):
        assert (replay.enter_all(), len(entries())) == (1, 1)


@pytest.mark.parametrize("change", [{"browser": "x" * 100_000}, {"browser": "\ud800"}])
def test_what_the_database_never_takes_holds_up_no_other(
    auth: AuthActions, alice: User, change: dict[str, str]
) -> None:
    replay.spool().append(replay.columns(told_off(alice, uuid4())) | change)
    with outage():
        auth.login("alice")
    replay.enter_all()
    assert entries()[-1].browser is None
    waiting, _ = replay.spool().waiting()
    assert len(entries()) == 2 - waiting


def test_an_attempt_enters_once_though_the_process_died_before_it_was_forgotten(
    auth: AuthActions, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with outage():
        auth.login("alice")
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(SpoolFile, "_replace", die)
        replay.enter_all()
    assert (replay.enter_all(), len(entries())) == (1, 1)
    assert replay.spool().waiting() == (0, None)


def die(*_: object) -> None:
    """End the process."""
    raise SystemExit


def test_registrations_are_kept_too_and_unknown_names_masked(auth: AuthActions) -> None:
    with outage():
        assert auth.register("zoe").status_code == 503
        assert auth.login("nobody").status_code == 503
    replay.enter_all()
    assert [(entry.action, entry.username) for entry in entries()] == [
        ("register", "z***"),
        ("login", "n***"),
    ]


def test_entering_again_adds_nothing(auth: AuthActions, alice: User) -> None:
    with outage():
        auth.login("alice")
    assert [replay.enter_all() for _ in range(3)] == [1, 0, 0]
    assert len(entries()) == 1


def test_while_the_outage_lasts_attempts_are_kept(auth: AuthActions, alice: User) -> None:
    with outage():
        auth.login("alice")
        with pytest.raises(NotWritten):
            replay.enter_all()
    assert replay.enter_all() == 1


def test_what_the_database_had_taken_after_all_is_taken_back(app: Flask, alice: User) -> None:
    result = authenticate(Credentials("alice", PASSWORD), Client())
    assert isinstance(result, CurrentUser)
    (admitted,) = entries()
    replay.keep_attempt(told_off(alice, admitted.event_id))
    assert replay.enter_all() == 1
    assert load_user(result.token) is None
    revoked = entries()[1]
    assert (revoked.action, revoked.session_ref) == (Action.SESSION_REVOKE, admitted.session_ref)
    assert (revoked.reason, revoked.user_id) == (Reason.RECORDING_UNAVAILABLE, alice.id)


def test_it_is_taken_back_though_the_first_commit_of_that_is_lost(app: Flask, alice: User) -> None:
    result = authenticate(Credentials("alice", PASSWORD), Client())
    assert isinstance(result, CurrentUser)
    replay.keep_attempt(told_off(alice, entries()[0].event_id))
    event.listen(db.engine, "commit", lose, once=True)
    replay.enter_all()
    assert load_user(result.token) is None
    assert [entry.action for entry in entries()] == [Action.LOGIN, Action.SESSION_REVOKE]


def lose(connection: Connection) -> None:
    """Lose the connection before the database hears COMMIT."""
    connection.connection.rollback()
    raise OperationalError("COMMIT", None, Exception("lost"), connection_invalidated=True)


def test_a_refusal_the_database_had_taken_stays_as_it_is(app: Flask, alice: User) -> None:
    authenticate(Credentials("alice", "wrong"), Client())
    replay.keep_attempt(told_off(alice, entries()[0].event_id))
    replay.enter_all()
    assert [entry.reason for entry in entries()] == [Reason.INVALID_PASSWORD]


def told_off(user: User, event_id: object) -> AuthEvent:
    """Return the event of somebody who was told that it did not work."""
    who = Subject(user.username, user.id)
    return AuthEvent(
        action=Action.LOGIN, outcome=Outcome.FAILURE, subject=who, client=Client(), event_id=event_id
    )


def test_a_late_entry_is_announced(auth: AuthActions, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(replay, "committed", lambda _app, event_id: told.append(event_id))
    with outage():
        auth.login("alice")
    replay.enter_all()
    assert told == [entry.event_id for entry in entries()]


def test_a_late_entry_of_somebody_erased_meanwhile_names_nobody(auth: AuthActions, alice: User) -> None:
    with outage():
        auth.login("alice")
    close_account(alice.id)
    replay.enter_all()
    (late_entry,) = [entry for entry in entries() if entry.action == Action.LOGIN]
    assert (late_entry.user_id, late_entry.username, late_entry.ip) == (alice.id, None, None)


def test_an_erasure_enters_what_waits_first(auth: AuthActions, alice: User) -> None:
    with outage():
        auth.login("alice")
    close_account(alice.id)
    assert len(entries_of(alice.id)) == 1
    assert replay.spool().is_empty()
