"""When sessions were last used is written later, together, and never backwards."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from auth import last_seen, sessions
from auth.events import Client
from models import NotWritten, User, UserSession, db, write_transaction
from models.clock import now
from tests.support.actions import make_user


def session_of(user: User) -> int:
    """Begin a session and return its id."""
    write_transaction(lambda session: sessions.begin_session(session, user, Client(), remember=False))
    return db.session.scalars(select(UserSession.id).order_by(UserSession.id.desc())).first() or 0


def used_at(session_id: int) -> object:
    """Return when a session was last used, as stored."""
    db.session.rollback()
    return db.session.scalar(select(UserSession.last_seen_at).where(UserSession.id == session_id))


def test_uses_of_many_sessions_are_written_at_once(app: Flask) -> None:
    later = now() + timedelta(minutes=2)
    ids = [session_of(make_user(name)) for name in ("one", "two", "three")]
    for number in ids:
        last_seen.seen().note(number, later)
    assert (last_seen.write(), last_seen.write()) == (3, 0)
    assert [used_at(number) for number in ids] == [later] * 3


def test_an_older_use_changes_nothing(app: Flask, alice: User) -> None:
    number, later = session_of(alice), now() + timedelta(minutes=2)
    for moment in (later, later - timedelta(minutes=1)):
        last_seen.seen().note(number, moment)
    last_seen.write()
    last_seen.seen().note(number, later - timedelta(minutes=1))
    last_seen.write()
    assert used_at(number) == later


def test_what_cannot_be_written_is_written_later(
    app: Flask, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_work: object) -> None:
        raise NotWritten("read-only")

    number, later = session_of(alice), now() + timedelta(minutes=2)
    last_seen.seen().note(number, later)
    with monkeypatch.context() as patch:
        patch.setattr(last_seen, "write_transaction", refuse)
        with pytest.raises(NotWritten):
            last_seen.write()
    assert last_seen.write() == 1
    assert used_at(number) == later


def test_only_so_many_wait(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_seen, "MAX_WAITING", 2)
    for number in range(5):
        last_seen.seen().note(number, now())
    assert len(last_seen.seen().take()) == 2
