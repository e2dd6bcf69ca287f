"""The page of tokens: one is made and shown once, listed without its text, revoked after a question."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from models import Action, ApiToken, Role, User, db, write_transaction
from models.clock import now
from tests.dashboard.test_privacy import stored, text_of
from tests.support.actions import AuthActions, entries, make_user
from tests.support.tokens import Program, make_token

PAGE = "/admin/tokens/"
GOOD = {"name": "tail", "scopes": "entries:read", "ends": "30"}


def send(client: FlaskClient, **fields: Any) -> Any:
    """Send the form as the page has it."""
    page = client.get(PAGE).text
    hidden = {
        name: re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page)[0] for name in ("csrf_token", "once")
    }
    return client.post(PAGE, data=hidden | GOOD | fields)


def shown(text: str) -> list[str]:
    """Return the tokens that a page shows."""
    return re.findall(r"gh_[\w-]{43}", text)


def alone() -> ApiToken:
    """Return the only token."""
    db.session.rollback()
    return db.session.scalars(select(ApiToken)).one()


def test_one_is_made_shown_once_and_reads(admin: User, client: FlaskClient, app: Flask) -> None:
    answer = send(client)
    (text,) = shown(answer.text)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert re.search(r'class="mono secret">gh_[\w-]{43} <button class="copy"', answer.text)
    assert re.search(r'id="made"[^>]*autofocus', answer.text)
    assert shown(client.get(PAGE).text) == []
    assert text[:9] in client.get(PAGE).text
    assert Program(app.test_client(), text).get().status_code == 200
    assert alone().ends_at - alone().created_at == timedelta(days=30)


def test_its_text_is_nowhere_else(
    admin: User, client: FlaskClient, app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    """A canary: neither table nor file nor log has more of it than what it is told by."""
    (text,) = shown(send(client).text)
    program = Program(app.test_client(), text)
    for path in ("entries", "entries/x", "nothing"):
        program.get(path)
    program.get(q=text)
    client.post(
        f"{PAGE}{alone().public_id}/revoke", data={"csrf_token": AuthActions(client).token("/account")}
    )
    program.get()
    values = [text_of(value) for _, value in stored()]
    assert any(text[:9] in value for value in values)
    for part in (text, text[9:], text[3:23], text[-12:]):
        assert [value for value in values if part in value] == []
        assert part not in caplog.text
        assert part not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("name", value) for value in ("", "   ", "x" * 65, "a\x00b", "a\nb")),
        *(("scopes", value) for value in ("", "entries:write", "x" * 9999)),
        *(("ends", value) for value in ("", "0", "-1", "9999", "1e3", "x")),
    ],
)
def test_bad_input_comes_back_with_a_message_at_its_field(
    admin: User, client: FlaskClient, field: str, value: str
) -> None:
    answer = send(client, **{field: value})
    assert answer.status_code == 400
    assert re.findall(r'id="(\w+)-wrong"', answer.text) == [field]
    assert "<title>Error: Tokens" in answer.text
    focused = re.findall(r"<(?:input|select)[^>]*autofocus[^>]*>", answer.text)
    assert len(focused) == 1
    assert f'name="{field}"' in focused[0]
    assert db.session.scalars(select(ApiToken)).all() == []
    assert [one.action for one in entries()] == [Action.LOGIN]


def test_a_form_out_of_date_comes_back_as_it_was(admin: User, client: FlaskClient) -> None:
    answer = client.post(PAGE, data=GOOD | {"name": "my own words", "csrf_token": "x"})
    assert answer.status_code == 400
    assert 'value="my own words"' in answer.text
    assert db.session.scalars(select(ApiToken)).all() == []


def test_a_form_sent_again_later_says_so(admin: User, client: FlaskClient) -> None:
    page = client.get(PAGE).text
    data = {
        name: re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page)[0] for name in ("csrf_token", "once")
    }
    client.post(PAGE, data=data | GOOD)
    write_transaction(lambda session: session.execute(update(ApiToken).values(last_used_at=now())))
    again = client.post(PAGE, data=data | GOOD)
    assert shown(again.text) == []
    assert "This form made its token before" in again.text
    assert alone()


def test_one_is_revoked(admin: User, client: FlaskClient, app: Flask) -> None:
    text = make_token(admin)
    page = client.get(PAGE).text
    (address,) = re.findall(r'action="([^"]+/revoke)"', page)
    assert "This cannot be undone." in page
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    for said in ("The token is revoked.", "The token was revoked before."):
        answer = client.post(address, data={"csrf_token": token})
        assert (answer.status_code, answer.location) == (303, PAGE)
        assert said in client.get(PAGE).text
    assert Program(app.test_client(), text).get().status_code == 401
    assert "/revoke" not in client.get(PAGE).text
    assert [one.action for one in entries()].count(Action.TOKEN_REVOKE) == 1
    assert client.post(f"{PAGE}{uuid4()}/revoke", data={"csrf_token": token}).status_code == 404


def test_each_state_has_its_word(admin: User, client: FlaskClient) -> None:
    make_token(admin, name="one")
    make_token(admin, name="two", revoked_at=now())
    make_token(admin, name="three", ends_at=now() - timedelta(days=1))
    make_token(make_user("audrey", Role.AUDITOR), name="four")
    names = re.findall(
        r"<h3><bdi>(\w+)</bdi></h3>\s*<span class=\"badge.*?</svg>(\w+)</span>", client.get(PAGE).text
    )
    assert dict(names) == {"one": "live", "two": "revoked", "three": "ended", "four": "idle"}
