"""While nothing can be recorded, no answer tells whether a password was right, and nobody gets in."""

import re

import pytest
import requests
from flask import Flask
from sqlalchemy import Connection, event, func, select
from sqlalchemy.exc import OperationalError

from dashboard.log.spool import replay
from models import NotWritten, User, UserSession, db
from tests.faults.crowd import KINDS
from tests.faults.outages import OUTAGES, Outage
from tests.faults.stage import Stage
from tests.support.actions import AuthActions, entries


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda outage: outage.__name__)
def test_an_outage_answers_everybody_alike(stage: Stage, outage: Outage) -> None:
    with outage(stage):
        answers = [stage.crowd.sign_in(kind) for kind in sorted(set(KINDS))]
    assert [answer.status_code for answer in answers] == [503] * 3
    assert len({without_tokens(answer) for answer in answers}) == 1
    stage.check()


def without_tokens(answer: requests.Response) -> str:
    """Return headers and body without tokens, time and what was typed: no two answers agree in them."""
    tokens = [answer.headers["X-Request-ID"], answer.headers["Date"]]
    tokens += [answer.headers["Content-Length"], *re.findall(' value="([^"]{4,})"', answer.text)]
    tokens += re.findall("'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    headers = "".join(f"{name}: {value}\n" for name, value in answer.raw.headers.items())
    whole = f"{headers}\n{answer.content.decode()}"
    for token in tokens:
        whole = whole.replace(token, "*")
    return whole


def test_nothing_is_asked_any_more_once_a_sign_in_is_committed(auth: AuthActions, alice: User) -> None:
    event.listen(db.engine, "commit", lambda _: event.listen(db.engine, "before_cursor_execute", fail))
    assert auth.login("alice").status_code == 302
    event.remove(db.engine, "before_cursor_execute", fail)
    assert len(entries()) == db.session.scalar(select(func.count(UserSession.id))) == 1


def fail(_connection: Connection, *_: object) -> None:
    """Answer no question."""
    raise ConnectionError("the database is gone")


def test_an_attempt_is_kept_though_an_older_session_cannot_be_read(
    app: Flask, auth: AuthActions, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth.login("alice")
    form = {"username": "alice", "password": "not hers", "csrf_token": auth.token("/account")}
    monkeypatch.setattr(app.login_manager, "_user_callback", unreadable)  # type: ignore[attr-defined]
    monkeypatch.setattr("auth.service.write_transaction", unavailable)
    assert auth.client.post("/login", data=form).status_code == 503
    assert replay.spool().waiting()[0] == 1


def unreadable(_token: str) -> None:
    """Read nothing."""
    raise OperationalError("", {}, Exception("the database is gone"))


def unavailable(*_: object) -> None:
    """Write nothing."""
    raise NotWritten("the database is gone")
