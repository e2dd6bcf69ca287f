"""The bridge to the dashboard: what is sent, and that it is stored exactly once."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from blinker import NamedSignal
from flask import Flask
from sqlalchemy.orm import Session

from auth.events import AuthEvent, Client, Subject
from auth.service import Credentials, authenticate
from auth.sessions import CurrentUser
from auth.signals import AUTH_SIGNALS, NotRecorded, emit, login_failed
from models import Action, Outcome, User, write_transaction
from tests.support.actions import PASSWORD, AuthActions, entries

NAMES = """user-registered registration-failed login-succeeded login-failed user-logged-out password-changed
account-changed session-revoked not-me-reported"""

Hear = Callable[[Callable[..., object]], None]
Count = Callable[[], int]


def some_event() -> AuthEvent:
    """Return an event about nobody."""
    return AuthEvent(action=Action.LOGIN, outcome=Outcome.FAILURE, subject=Subject("x"), client=Client())


def also_stores(_app: Flask, *, event: AuthEvent, **_: Any) -> UUID:
    """Claim to have stored the event."""
    return event.event_id


def listens(_app: Flask, **_: Any) -> None:
    """Hear and say nothing."""


def fails(_app: Flask, **_: Any) -> None:
    """Break."""
    raise LookupError("a receiver's own mistake")


def test_the_signals_are_those_that_others_rely_on() -> None:
    assert [signal.name for signal in AUTH_SIGNALS] == NAMES.split()


@pytest.mark.parametrize("signal", AUTH_SIGNALS, ids=lambda signal: signal.name)
def test_an_event_of_any_signal_becomes_one_entry(app: Flask, signal: NamedSignal) -> None:
    event = some_event()
    write_transaction(partial(emit, signal, event))
    assert [entry.event_id for entry in entries()] == [event.event_id]


def test_a_receiver_gets_app_event_and_the_open_transaction(app: Flask, hear: Hear) -> None:
    heard: list[tuple[object, AuthEvent]] = []

    def receiver(sender: Flask, *, event: AuthEvent, session: Session) -> None:
        assert session.in_transaction()
        heard.append((sender, event))

    hear(receiver)
    event = some_event()
    write_transaction(partial(emit, login_failed, event))
    assert heard == [(app, event)]


def test_the_entry_is_part_of_the_transaction_that_sends(app: Flask) -> None:
    def work(session: Session) -> None:
        emit(login_failed, some_event(), session)
        raise KeyError

    with pytest.raises(KeyError):
        write_transaction(work)
    assert entries() == []


def test_an_unheard_event_is_not_recorded(app: Flask, unwired: None) -> None:
    with pytest.raises(NotRecorded, match="stored 0 times"):
        write_transaction(partial(emit, login_failed, some_event()))


def test_an_event_stored_twice_is_not_recorded(app: Flask, hear: Hear) -> None:
    hear(also_stores)
    with pytest.raises(NotRecorded, match="stored 2 times"):
        write_transaction(partial(emit, login_failed, some_event()))
    assert entries() == []


def test_who_only_listens_changes_nothing(app: Flask, hear: Hear, alice: User) -> None:
    hear(listens)
    assert isinstance(authenticate(Credentials("alice", PASSWORD), Client()), CurrentUser)
    assert len(entries()) == 1


@pytest.mark.parametrize("receiver", [also_stores, fails])
@pytest.mark.parametrize(("name", "password"), [("alice", PASSWORD), ("alice", "wrong"), ("nobody", "wrong")])
def test_nobody_gets_in_when_a_receiver_spoils_it(
    auth: AuthActions, alice: User, hear: Hear, session_count: Count, receiver: Any, name: str, password: str
) -> None:
    hear(receiver)
    assert auth.login(name, password).status_code == 503
    assert (session_count(), entries()) == (0, [])


@pytest.mark.parametrize(("name", "password"), [("alice", PASSWORD), ("alice", "wrong"), ("nobody", "wrong")])
def test_nobody_gets_in_when_nobody_records(
    auth: AuthActions, alice: User, unwired: None, session_count: Count, name: str, password: str
) -> None:
    assert auth.login(name, password).status_code == 503
    assert (session_count(), entries()) == (0, [])


def test_no_account_is_made_when_nobody_records(auth: AuthActions, unwired: None) -> None:
    assert auth.register("zoe").status_code == 503
    assert auth.login("zoe").status_code == 503
    assert entries() == []


def test_signing_out_needs_its_entry_too(auth: AuthActions, alice: User, hear: Hear) -> None:
    auth.login("alice")
    hear(fails)
    assert auth.logout().status_code == 503
    assert auth.client.get("/account").status_code == 200


def test_the_answer_to_an_outage_is_the_same_for_all(auth: AuthActions, alice: User, unwired: None) -> None:
    tries = [("alice", PASSWORD), ("alice", "wrong"), ("nobody", "wrong")]
    answers = [auth.login(*given) for given in tries]
    own = re.compile(r'alice|nobody|(?<=type="hidden" value=)"[^"]+"')  # what was typed, and the token
    assert {answer.status_code for answer in answers} == {503}
    assert len({own.sub("", answer.text) for answer in answers}) == 1
