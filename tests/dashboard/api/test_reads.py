"""That a program read is an entry, once an hour and token."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from dashboard.api import reads
from dashboard.log.recording import views
from dashboard.log.recording.views import ONCE_IN
from models import Action, ApiToken, LoginLog, NotWritten, Role, db, write_transaction
from models.clock import now
from tests.support.actions import entries, make_user
from tests.support.tokens import Program, make_token


def told() -> list[tuple[int | None, dict[str, str]]]:
    """Return whose reads are in the log, and their details."""
    found = [entry for entry in entries() if entry.action == Action.LOG_VIEW]
    return [(entry.user_id, json.loads(entry.detail or "")) for entry in found]


def forget(app: Flask) -> None:
    """Be another process."""
    app.extensions.pop(reads._KEY)


def test_each_token_is_told_once_an_hour(app: Flask, client: FlaskClient) -> None:
    adam = make_user("adam", Role.ADMIN)
    one, two = (Program(client, make_token(adam, name=name)) for name in ("one", "two"))
    for program in (one, two, one, two):
        program.get()
    forget(app)
    one.get()
    ids = [str(token.public_id) for token in db.session.query(ApiToken).order_by(ApiToken.id)]
    assert told() == [(adam.id, {"place": "api", "token": public_id}) for public_id in ids]
    write_transaction(lambda session: session.execute(update(LoginLog).values(occurred_at=now() - ONCE_IN)))
    one.get()
    assert len(told()) == 2
    forget(app)
    one.get()
    assert len(told()) == 3


def test_a_process_asks_the_log_again_after_an_hour(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.get()
    write_transaction(lambda session: session.execute(update(LoginLog).values(occurred_at=now() - ONCE_IN)))
    monkeypatch.setattr(reads, "ONCE_IN", timedelta(0))
    program.get()
    assert len(told()) == 2


def test_who_reads_nothing_is_not_told(program: Program) -> None:
    for path, asked in (
        ("entries", {"q": "nope:1"}),
        ("nothing", {}),
        ("openapi.json", {}),
        ("checkpoint", {}),
    ):
        program.get(path, **asked)
    assert told() == []
    program.get()
    assert len(told()) == 1


def test_nobody_waits_for_it_and_it_is_tried_again(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> None:
        raise NotWritten("gone")

    with monkeypatch.context() as outage:
        outage.setattr(views, "write_transaction", fails)
        assert program.get().status_code == 200
    assert told() == []
    assert program.get().status_code == 200
    assert len(told()) == 1
