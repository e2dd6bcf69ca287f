"""What every answer carries and every error looks like."""

import pytest
from flask import Flask
from sqlalchemy import text

from models import Role, db
from tests.support.actions import AuthActions, Browser, make_user
from tests.support.app import build


@pytest.fixture
def broken(sqlite_url: str) -> Browser:
    """A signed-in auditor whose session can no longer be looked up."""
    app: Flask = build(sqlite_url)
    app.test_client_class = Browser
    client = app.test_client()
    with app.app_context():
        make_user("audrey", Role.AUDITOR)
        AuthActions(client).login("audrey")
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE user_session"))
        db.session.remove()
        db.engine.dispose()
    return client


@pytest.mark.parametrize("path", ["/", "/login", "/account", "/admin/", "/admin/logins/", "/admin/live/"])
def test_an_outage_is_told_even_when_the_session_cannot_be_read(broken: Browser, path: str) -> None:
    answer = broken.get(path)
    assert answer.status_code == 503
    assert "Not possible right now" in answer.text
    assert "audrey" not in answer.text


@pytest.mark.parametrize(("data", "status"), [({}, 400), ({"x": "y" * 300_000}, 413)])
def test_what_is_wrong_with_a_form_is_told_even_then(
    broken: Browser, data: dict[str, str], status: int
) -> None:
    answer = broken.post("/logout", data=data)
    assert answer.status_code == status
    assert "<h1>" in answer.text


def test_an_outage_s_log_does_not_repeat_what_was_typed(
    sqlite_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    auth = AuthActions(sqlite_app.test_client())
    with db.engine.begin() as connection:
        connection.execute(text('ALTER TABLE "user" RENAME TO away'))
    assert auth.login("hunter2-my-password").status_code == 503
    assert "no such table" in caplog.text
    assert "hunter2" not in caplog.text
