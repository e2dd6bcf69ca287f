"""What every answer carries and every error looks like."""

import pytest
from flask import Flask
from sqlalchemy import text

from models import Role, db
from tests.actions import AuthActions, Browser, make_user
from tests.conftest import build


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
