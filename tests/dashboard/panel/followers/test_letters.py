"""The followers page tells how letters stand, and names nobody."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask

from models import Letter, LetterState, write_transaction
from models.clock import now
from tests.support.actions import AuthActions, make_user
from tests.support.app import running


@pytest.fixture
def site(database_url: str) -> Iterator[Flask]:
    """The app with a mail server that is never called."""
    with running(database_url, mail_url="console:", mail_from="gate@example.org") as app:
        yield app


def page(app: Flask) -> str:
    make_user("vera", role="viewer")  # type: ignore[arg-type]
    browser = AuthActions(app.test_client())
    browser.login("vera")
    return browser.client.get("/admin/followers/").text


def test_refusals_are_seen(site: Flask) -> None:
    alice, moment = make_user("alice"), now()
    told = {"code": 550, "answer": "550 5.1.1 <***@example.org> is unknown", "ended_at": moment}
    states = (LetterState.REFUSED, LetterState.GIVEN_UP, LetterState.QUEUED)
    for number, state in enumerate(states):
        key = {"event_id": UUID(int=number), "kind": "welcome", "user_id": alice.id}
        row = Letter(**key, state=state, made_at=moment, due_at=moment, **told)
        write_transaction(lambda session, row=row: session.add(row))  # type: ignore[misc]
    text = page(site)
    assert "2 not delivered" in text
    assert "550 5.1.1 &lt;***@example.org&gt; is unknown" in text
    assert "alice" not in text


def test_without_mail_there_are_none(app: Flask) -> None:
    assert 'id="letters"' not in page(app)
