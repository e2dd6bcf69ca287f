"""Server-side sessions: begun, found, ended."""

import hashlib
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text, update

from auth import last_seen, sessions
from auth.events import Client
from auth.sessions import REMEMBER_FOR, SEEN_EVERY, CurrentUser, load_user, touch
from models import Role, User, UserSession, db, write_transaction
from models.clock import now
from tests.support.actions import AuthActions, make_user
from tests.support.app import running

HERE = Client(ip="10.0.0.7", user_agent="Curl/8")
IDLE, LONGEST, LITTLE = timedelta(minutes=30), timedelta(hours=12), timedelta(seconds=5)


def begin(user: User, *, remember: bool = False, **columns: object) -> str:
    """Begin a session, age it by setting ``columns``, and return its token."""

    def work(session: object) -> str:
        token, row = sessions.begin_session(session, user, HERE, remember=remember)
        for name, value in columns.items():
            setattr(row, name, value)
        return token

    return write_transaction(work)


def visitor(token: str) -> CurrentUser:
    """Return whose session it is."""
    found = load_user(token)
    assert found
    return found


def test_a_token_finds_its_person(app: Flask) -> None:
    user = make_user("vera", Role.VIEWER, locale="zh", timezone="Asia/Shanghai")
    found = visitor(begin(user))
    assert (found.user_id, found.username, found.role) == (user.id, "vera", Role.VIEWER)
    assert (found.locale, found.timezone) == ("zh", "Asia/Shanghai")
    assert found.is_authenticated
    assert visitor(found.get_id()) == found


def test_only_the_hash_of_a_token_is_stored(app: Flask, alice: User) -> None:
    token = begin(alice)
    columns = db.session.execute(text("SELECT * FROM user_session")).one()
    assert hashlib.sha256(token.encode()).digest() in columns
    assert not any(token in str(column) for column in columns)


def test_tokens_are_long_and_never_the_same(app: Flask, alice: User) -> None:
    tokens = {begin(alice) for _ in range(5)}
    assert len(tokens) == 5
    assert min(len(token) for token in tokens) >= 43


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "😀", "a" * 10_000, "' OR 1=1 --"])
def test_another_token_finds_nobody(app: Flask, alice: User, token: str) -> None:
    begin(alice)
    assert load_user(token) is None


@pytest.mark.parametrize(
    ("remember", "unused", "age", "lives"),
    [
        (False, IDLE - LITTLE, IDLE, True),
        (False, IDLE + LITTLE, IDLE + LITTLE, False),
        (False, LITTLE, LONGEST - LITTLE, True),
        (False, LITTLE, LONGEST + LITTLE, False),
        (True, IDLE + LITTLE, LONGEST + LITTLE, True),
        (True, REMEMBER_FOR - LITTLE, REMEMBER_FOR - LITTLE, True),
        (True, LITTLE, REMEMBER_FOR + LITTLE, False),
    ],
)
def test_a_session_ends_when_unused_or_old(
    app: Flask, alice: User, remember: bool, unused: timedelta, age: timedelta, lives: bool
) -> None:
    token = begin(alice, remember=remember, last_seen_at=now() - unused, created_at=now() - age)
    assert (load_user(token) is not None) == lives


def test_a_short_limit_throws_nobody_out_who_is_there(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(sqlite_url, session_idle="45s") as app:
        make_user("alice")
        browser, begun = AuthActions(app.test_client()), now()
        browser.login("alice")
        for seconds in range(0, 120, 10):
            monkeypatch.setattr(sessions, "now", lambda seconds=seconds: begun + timedelta(seconds=seconds))
            assert browser.client.get("/account").status_code == 200
            last_seen.write()


@pytest.mark.parametrize(("ahead", "lives"), [(timedelta(hours=23), True), (timedelta(days=4000), False)])
def test_a_session_of_a_wrong_clock_does_not_outlive_it(
    app: Flask, alice: User, ahead: timedelta, lives: bool
) -> None:
    began = now() + ahead
    token = begin(alice, created_at=began, last_seen_at=began)
    assert (load_user(token) is not None) == lives
    assert sessions.forget_ended(now() - timedelta(days=30)) == 0


@pytest.mark.parametrize("remember", [True, False])
def test_a_revoked_session_finds_nobody(app: Flask, alice: User, remember: bool) -> None:
    assert load_user(begin(alice, remember=remember, revoked_at=now())) is None


def test_a_disabled_person_is_out_at_once(app: Flask, alice: User) -> None:
    token = begin(alice)
    write_transaction(lambda session: session.execute(update(User).values(disabled=True)))
    assert load_user(token) is None


def test_a_changed_role_counts_at_once(app: Flask, alice: User) -> None:
    token = begin(alice)
    write_transaction(lambda session: session.execute(update(User).values(role=Role.AUDITOR)))
    assert visitor(token).role is Role.AUDITOR


@pytest.mark.parametrize(("ago", "noted"), [(SEEN_EVERY - LITTLE, False), (SEEN_EVERY + LITTLE, True)])
def test_use_is_noted_once_a_minute(app: Flask, alice: User, ago: timedelta, noted: bool) -> None:
    before = now() - ago
    found = visitor(begin(alice, last_seen_at=before))
    touch(found)
    assert last_seen.write() == int(noted)
    after = db.session.scalars(select(UserSession.last_seen_at)).one()
    assert (after > before) == noted


def test_a_session_ends_once(app: Flask, alice: User) -> None:
    session_id = visitor(begin(alice)).session_id
    ended = [write_transaction(lambda session: sessions.end(session, session_id)) for _ in range(2)]
    assert ended == [True, False]
    assert write_transaction(lambda session: sessions.end(session, 0)) is False


def test_all_sessions_of_one_person_end_and_no_other(app: Flask, alice: User) -> None:
    tokens, others = [begin(alice), begin(alice)], begin(make_user("bob"))
    write_transaction(lambda session: sessions.end_all(session, alice.id))
    assert [load_user(token) for token in tokens] == [None, None]
    assert load_user(others)


def test_a_visitor_costs_one_query(app: Flask, alice: User) -> None:
    token, statements = begin(alice), []
    event.listen(db.engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    load_user(token)
    assert len([sql for sql in statements if sql.startswith("SELECT")]) == 1


@pytest.mark.parametrize(
    ("remember", "columns"),
    [
        (False, {"revoked_at": -1}),
        (False, {"last_seen_at": -2}),
        (False, {"created_at": -2}),
        (True, {"created_at": -40}),
    ],
)
def test_sessions_that_ended_long_ago_are_forgotten(
    app: Flask, alice: User, remember: bool, columns: dict[str, int]
) -> None:
    long_ago = now() - timedelta(days=60)
    ended = {name: long_ago + days * timedelta(days=1) for name, days in columns.items()}
    begin(alice, remember=remember, **ended)
    kept = [begin(alice), begin(alice, remember=True), begin(alice, revoked_at=now())]
    assert sessions.forget_ended(now() - timedelta(days=30)) == 1
    assert sessions.forget_ended(now() - timedelta(days=30)) == 0
    assert db.session.scalar(select(func.count(UserSession.id))) == len(kept)


def test_many_ended_sessions_go_in_batches(app: Flask, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "SESSION_BATCH", 2)
    for _ in range(5):
        begin(alice, revoked_at=now() - timedelta(days=31))
    assert sessions.forget_ended(now() - timedelta(days=30)) == 5


def test_places_of_old_sessions_are_forgotten_and_the_sessions_go_on(app: Flask, alice: User) -> None:
    old = begin(alice, remember=True, created_at=now() - timedelta(days=9))
    new = begin(alice)
    assert sessions.forget_clients(now() - timedelta(days=8)) == 1
    rows = db.session.execute(select(UserSession.ip, UserSession.user_agent).order_by(UserSession.id)).all()
    assert rows == [(None, None), (HERE.ip, HERE.user_agent)]
    assert visitor(old)
    assert visitor(new)
