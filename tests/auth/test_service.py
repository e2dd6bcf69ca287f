# ruff: noqa: RUF001 - full-width letters are one of the cases
"""Who gets in, who is turned away, and the entry of each attempt."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event, select, update

from auth import service, throttle
from auth.events import Client
from auth.factors.passwords import hash_password, verify_password
from auth.service import Credentials, Refused, authenticate, reset_password, sign_out
from auth.sessions import CurrentUser, load_user
from dashboard.log.recorder import name_ref
from models import Action, LoginLog, Outcome, Reason, User, UserSession, db, write_transaction
from models.clock import now
from models.names import username_key
from tests.support.actions import PASSWORD, entries, make_user

HERE = Client(ip="10.0.0.7", peer_ip="192.0.2.1", user_agent="Curl/8", browser="Curl 8", request_id="r1")
Count = Callable[[], int]


def attempt(name: str, password: str = PASSWORD) -> CurrentUser | Refused:
    """Try to sign in from here."""
    return authenticate(Credentials(name, password), HERE)


def only_entry() -> LoginLog:
    """Return the one entry there is."""
    (entry,) = entries()
    return entry


def test_the_right_password_begins_a_session_with_its_entry(app: Flask, alice: User) -> None:
    result = attempt("alice")
    assert isinstance(result, CurrentUser)
    begun, entry = db.session.scalars(select(UserSession)).one(), only_entry()
    assert (entry.action, entry.outcome, entry.reason) == (Action.LOGIN, Outcome.SUCCESS, None)
    assert (
        (entry.user_id, entry.session_ref) == (begun.user_id, begun.public_id) == (alice.id, begun.public_id)
    )


def test_an_entry_says_who_where_and_how(app: Flask, alice: User) -> None:
    attempt("ALICE", "wrong")
    entry = only_entry()
    assert (entry.username, entry.username_key, entry.name_ref) == ("alice", "alice", None)
    assert (entry.ip, entry.peer_ip, entry.user_agent) == (HERE.ip, HERE.peer_ip, HERE.user_agent)
    assert (entry.browser, entry.request_id, entry.auth_method) == ("Curl 8", "r1", "password")
    assert entry.event_id.version == 7
    assert now() - entry.occurred_at < timedelta(minutes=1)


@pytest.mark.parametrize("name", ["alice", "ALICE", "ａｌｉｃｅ", "alice@example.org", "Alice@EXAMPLE.org"])
def test_names_and_addresses_are_compared_by_key(app: Flask, alice: User, name: str) -> None:
    assert isinstance(attempt(name), CurrentUser)
    assert only_entry().username == "alice"


@pytest.mark.parametrize("name", ["alicé", "alice1", "", "al%", "alice\x00", "' OR 1=1 --", "\\", "😀" * 100])
def test_other_names_are_unknown(app: Flask, alice: User, name: str) -> None:
    assert attempt(name) == Refused(Reason.UNKNOWN_USER)


def test_an_unknown_name_is_kept_masked_and_findable(app: Flask) -> None:
    attempt("Hunter2")
    entry = only_entry()
    assert (entry.username, entry.username_key, entry.user_id) == ("H***", None, None)
    assert entry.name_ref == name_ref(username_key("hunter2"))


@pytest.mark.parametrize(
    ("columns", "password", "reason"),
    [
        ({}, "wrong", Reason.INVALID_PASSWORD),
        ({"disabled": True}, PASSWORD, Reason.ACCOUNT_DISABLED),
        ({"disabled": True}, "wrong", Reason.INVALID_PASSWORD),
        ({"locked_until": now() + timedelta(hours=1)}, PASSWORD, Reason.ACCOUNT_LOCKED),
        ({"locked_until": now() + timedelta(hours=1)}, "wrong", Reason.INVALID_PASSWORD),
    ],
)
def test_a_refusal_and_its_reason_are_recorded(
    app: Flask, session_count: Count, columns: dict[str, object], password: str, reason: Reason
) -> None:
    user = make_user("alice", **columns)
    assert attempt("alice", password) == Refused(reason)
    entry = only_entry()
    assert (entry.outcome, entry.reason, entry.user_id, entry.session_ref) == (
        "failure",
        reason,
        user.id,
        None,
    )
    assert session_count() == 0


def test_a_lock_that_is_over_holds_nobody(app: Flask) -> None:
    make_user("alice", locked_until=now() - timedelta(seconds=1))
    assert isinstance(attempt("alice"), CurrentUser)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"password_hash": hash_password("another one")}, Reason.INVALID_PASSWORD),
        ({"disabled": True}, Reason.ACCOUNT_DISABLED),
        ({"locked_until": now() + timedelta(hours=1)}, Reason.ACCOUNT_LOCKED),
    ],
)
def test_what_changes_between_check_and_commit_counts(
    app: Flask, alice: User, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], reason: Reason
) -> None:
    def meanwhile(stored: str | None, password: str) -> tuple[bool, None]:
        write_transaction(lambda session: session.execute(update(User).values(**change)))
        return verify_password(stored, password), None

    monkeypatch.setattr(service, "check_password", meanwhile)
    assert attempt("alice") == Refused(reason)
    assert (only_entry().reason, only_entry().user_id) == (reason, alice.id)


def test_an_account_that_vanished_is_unknown(
    app: Flask, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(stored: str | None, password: str) -> tuple[bool, None]:
        write_transaction(lambda session: session.delete(session.get_one(User, alice.id)))
        return True, None

    monkeypatch.setattr(service, "check_password", meanwhile)
    assert attempt("alice") == Refused(Reason.UNKNOWN_USER)


def test_the_account_is_read_again_under_a_lock(app: Flask, alice: User) -> None:
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    attempt("alice")
    lock = {"sqlite": "BEGIN IMMEDIATE", "mariadb": "FOR UPDATE"}[db.engine.dialect.name]
    assert any(lock in statement for statement in statements)


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_known_and_unknown_names_cost_one_hash_each(
    app: Flask, alice: User, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    seen: list[str] = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *args: seen.append(args[1]) or verify(*args))
    attempt(name, "wrong")
    assert len(seen) == 1
    assert (seen[0] == alice.password_hash) == (name == "alice")


def test_too_many_attempts_are_not_checked_but_recorded(
    app: Flask, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "take_sign_in", lambda account, address, device: throttle.TooMany(17))
    assert attempt("alice") == Refused(Reason.RATE_LIMITED, 17)
    assert (only_entry().reason, only_entry().user_id) == (Reason.RATE_LIMITED, alice.id)


def test_signing_out_ends_the_session_with_one_entry(app: Flask, alice: User) -> None:
    result = attempt("alice")
    assert isinstance(result, CurrentUser)
    user = load_user(result.token)
    assert user
    for _ in range(2):
        sign_out(user, HERE)
    assert [(entry.action, entry.reason) for entry in entries()[1:]] == [("logout", Reason.USER_INITIATED)]
    assert entries()[1].session_ref == user.session_ref
    assert load_user(result.token) is None


def test_a_new_password_unlocks_and_ends_all_sessions(app: Flask) -> None:
    user = make_user("alice")
    results = [attempt("alice") for _ in range(2)]
    reset_password(user, "quite another one", HERE)
    assert all(load_user(result.token) is None for result in results if isinstance(result, CurrentUser))
    assert attempt("alice") == Refused(Reason.INVALID_PASSWORD)
    assert isinstance(attempt("alice", "quite another one"), CurrentUser)
    assert entries()[2].action == Action.PASSWORD_RESET


def test_every_attempt_has_an_event_of_its_own(app: Flask, alice: User) -> None:
    for password in (PASSWORD, "wrong", PASSWORD):
        attempt("alice", password)
    ids: set[UUID] = {entry.event_id for entry in entries()}
    assert len(ids) == 3
