"""A flood of attempts that were turned away unread is one entry a minute."""

import pytest
from flask import Flask

from auth import floods, signals, throttle
from auth.attempts import Credentials, NewAccount
from auth.events import AuthEvent, Client
from auth.floods import EACH
from auth.registration import register_account
from auth.service import authenticate
from models import NotWritten, User
from tests.support.actions import entries

HERE = Client(ip="192.0.2.7")


def test_what_is_beyond_two_hundred_a_minute_is_counted_in_one_entry(
    app: Flask, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "take_sign_in", lambda *_: throttle.TooMany(9))
    for _ in range(EACH + 30):
        authenticate(Credentials("alice", "x"), HERE)
    for _ in range(7):
        authenticate(Credentials("nobody", "x"), HERE)
    assert len(entries()) == EACH
    assert floods.record_floods() == 0  # the minute goes on
    assert floods.record_floods(at_once=True) == 2
    told = [(entry.user_id, entry.reason, entry.detail) for entry in entries()[EACH:]]
    assert told == [(alice.id, "rate_limited", '{"count":30}'), (None, "rate_limited", '{"count":7}')]
    authenticate(Credentials("alice", "x"), HERE)
    assert len(entries()) == EACH + 3


def test_registrations_are_counted_as_well(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "take_registration", lambda *_: throttle.TooMany(9))
    for _ in range(EACH + 2):
        register_account(NewAccount(username="zoe", password="correct horse"), HERE)
    floods.record_floods(at_once=True)
    assert [(entry.action, entry.detail) for entry in entries()[-1:]] == [("register", '{"count":2}')]


def test_any_number_of_names_is_kept_within_bounds(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "take_sign_in", lambda *_: throttle.TooMany(9))
    monkeypatch.setattr(floods, "EACH", 0)
    monkeypatch.setattr(floods, "MAX_TOLD_APART", 3)
    for number in range(9):
        authenticate(Credentials(f"name{number}", "x"), HERE)
    floods.record_floods(at_once=True)
    assert [entry.detail for entry in entries()] == ['{"count":1}'] * 3 + ['{"count":6}']


def test_a_minute_later_it_is_written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "take_sign_in", lambda *_: throttle.TooMany(9))
    monkeypatch.setattr(floods, "EACH", 0)
    monkeypatch.setattr(floods, "MINUTE", 0)
    authenticate(Credentials("alice", "x"), HERE)
    assert floods.record_floods() == 1


def test_what_the_database_does_not_take_is_kept_for_each_account(
    app: Flask, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "take_sign_in", lambda *_: throttle.TooMany(9))
    monkeypatch.setattr(floods, "EACH", 0)
    for name in ("alice", "bob", "carol"):
        authenticate(Credentials(name, "x"), HERE)
    kept: list[AuthEvent] = []
    keep = lambda _app, event: kept.append(event)  # noqa: E731 - a receiver in one line

    def lose(*_: object) -> None:
        raise NotWritten

    monkeypatch.setattr(signals, "record_change", lose)
    with signals.recording_unavailable.connected_to(keep):
        floods.record_floods(at_once=True)
    assert [(event.subject and event.subject.name, event.detail) for event in kept] == [
        (name, {"count": 1}) for name in ("alice", "bob", "carol")
    ]
