"""A link's token is for one purpose, event, account, address and password."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask, current_app
from hypothesis import given
from hypothesis.strategies import binary, text
from uuid_utils.compat import uuid7

from auth.addresses.links import CONFIRM, hash_of_link, is_of, link_token, read_link_token
from models import User
from models.clock import now


def account(**columns: object) -> User:
    return User(**{"id": 7, "email": "alice@example.org", "device_generation": 0} | columns)


EVENT = UUID(str(uuid7()))


@pytest.mark.parametrize(
    ("purpose", "holder", "opens"),
    [
        (CONFIRM, account(), True),
        (CONFIRM, account(id=8), False),
        (CONFIRM, account(email="alicia@example.org"), False),
        (CONFIRM, account(email=None), False),
        (CONFIRM, account(device_generation=1), False),
        (b"password_reset", account(), False),
    ],
)
def test_it_opens_what_it_was_made_for(sqlite_app: Flask, purpose: bytes, holder: User, opens: bool) -> None:
    token = read_link_token(link_token(CONFIRM, EVENT, account()))
    assert token is not None
    assert is_of(token, purpose, holder) is opens


def test_a_repeat_is_the_same_and_another_event_s_is_not(sqlite_app: Flask) -> None:
    assert link_token(CONFIRM, EVENT, account()) == link_token(CONFIRM, EVENT, account())
    assert link_token(CONFIRM, EVENT, account()) != link_token(CONFIRM, uuid7(), account())


def test_an_earlier_key_still_opens(sqlite_app: Flask) -> None:
    text = link_token(CONFIRM, EVENT, account())
    current_app.config.update(SECRET_KEY="n" * 32, SECRET_KEY_FALLBACKS=[current_app.config["SECRET_KEY"]])
    token = read_link_token(text)
    assert token is not None
    assert is_of(token, CONFIRM, account())
    current_app.config["SECRET_KEY_FALLBACKS"] = []
    assert not is_of(token, CONFIRM, account())


def test_it_knows_when_it_was_made_and_is_stored_as_a_hash(sqlite_app: Flask) -> None:
    token = read_link_token(link_token(CONFIRM, UUID(str(uuid7())), account()))
    assert token is not None
    assert abs(now() - token.made_at) < timedelta(minutes=1)
    assert len(hash_of_link(token)) == 32


@given(text() | binary().map(lambda data: data.decode("latin-1")))
def test_what_is_none_is_none(typed: str) -> None:
    assert read_link_token(typed) is None or len(typed) == 75


@pytest.mark.parametrize("typed", ["", "new", "A" * 74, "A" * 76, "_" * 75, "é" * 75, "\0" * 75])
def test_odd_ones_are_none(typed: str) -> None:
    assert read_link_token(typed) is None


def test_each_letter_of_it_counts(sqlite_app: Flask) -> None:
    text = link_token(CONFIRM, EVENT, account())
    for at in range(len(text)):
        other = text[:at] + ("B" if text[at] != "B" else "C") + text[at + 1 :]
        token = read_link_token(other)
        assert token is None or not is_of(token, CONFIRM, account()), at
