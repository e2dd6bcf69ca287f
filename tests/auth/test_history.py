"""What a person may see of themself."""

from functools import partial

from flask import Flask

from auth import sessions
from auth.events import Client
from auth.history import own_entries, own_sessions
from auth.service import Credentials, authenticate
from models import User, UserSession, write_transaction
from models.clock import now
from tests.support.actions import PASSWORD, make_user


def test_own_entries_come_newest_first_and_no_others(app: Flask, alice: User) -> None:
    make_user("bob")
    for name, password in (("alice", PASSWORD), ("bob", PASSWORD), ("alice", "wrong"), ("nobody", "wrong")):
        authenticate(Credentials(name, password), Client())
    assert [entry.outcome for entry in own_entries(alice.id)] == ["failure", "success"]


def test_own_entries_are_limited(app: Flask, alice: User) -> None:
    for _ in range(3):
        authenticate(Credentials("alice", "wrong"), Client())
    assert len(own_entries(alice.id, limit=2)) == 2


def test_own_sessions_are_those_that_live(app: Flask, alice: User) -> None:
    bob = make_user("bob")
    live, ended, _other = (write_transaction(partial(_begin, user=user)) for user in (alice, alice, bob))
    write_transaction(lambda session: sessions.end(session, ended))
    assert [row.id for row in own_sessions(alice.id)] == [live]


def _begin(session: object, user: User) -> int:
    row: UserSession = sessions.begin_session(session, user, Client(), remember=False)[1]
    session.flush()
    assert row.created_at <= now()
    return row.id
