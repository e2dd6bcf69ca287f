"""Whose token it is, and that its use is noted without delaying anybody."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from auth import last_seen
from auth.tokens import holder
from auth.tokens.holder import TokenHolder, find_holder
from dashboard.proof import erase
from models import ApiToken, Role, db
from models.clock import now
from tests.support.actions import make_user
from tests.support.tokens import make_token


def found(text: str) -> TokenHolder | None:
    """Return who holds a token, read afresh."""
    db.session.rollback()
    return find_holder(db.session(), text)


def last_used() -> object:
    """Return when the only token was last used, as stored."""
    last_seen.write()
    db.session.rollback()
    return db.session.scalar(select(ApiToken.last_used_at))


def test_a_token_is_its_makers(app: Flask) -> None:
    adam = make_user("adam", Role.ADMIN)
    one = found(make_token(adam))
    assert one is not None
    assert (one.owner.id, one.owner.name, one.scopes) == (adam.id, "adam", ("entries:read",))


def test_use_is_noted_once_a_minute(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    text = make_token()
    for _ in range(2):
        one = found(text)
        assert one is not None
        one.note_use()
        used = last_used()
        assert used is not None
    assert one.last_used_at == used
    monkeypatch.setattr(holder, "USED_EVERY", timedelta(0))
    one.note_use()
    assert last_used() > used  # type: ignore[operator]


def test_an_older_use_changes_nothing(app: Flask) -> None:
    one = found(make_token())
    assert one is not None
    for moment in (now(), now() - timedelta(days=1)):
        last_seen.used().note(one.token_id, moment)
        used = last_used()
    last_seen.used().note(one.token_id, now() - timedelta(days=1))
    assert last_used() == used


def test_whoever_is_erased_leaves_no_token(app: Flask) -> None:
    adam = make_user("adam", Role.ADMIN)
    text = make_token(adam, name="of Adam Adamson")
    erase.close_account(adam.id)
    assert found(text) is None
    assert db.session.scalars(select(ApiToken)).all() == []
