"""The page of a letter's link: looking does nothing, pressing does it, and there is always a way on."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from auth.addresses.links import CONFIRM, link_token
from auth.throttle.places import LINKS
from models import User, db
from models.clock import now
from tests.auth.addresses.test_confirmation import event_of
from tests.support.actions import AuthActions, entries


@pytest.fixture(autouse=True)
def letters(app: Flask) -> None:
    """The site sends letters."""
    app.config["MAIL_URL"] = "console:"


@pytest.fixture
def page(alice: User) -> str:
    """The page of a link that works."""
    return f"/email/confirm/{link_token(CONFIRM, event_of(now()), alice)}"


def press(client: FlaskClient, page: str) -> TestResponse:
    """Press the button of a page, as a person does."""
    return client.post(page, data={"csrf_token": token_of(client, page)}, follow_redirects=True)


def token_of(client: FlaskClient, page: str) -> str:
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', client.get(page).text))
    return str(token)


def title(answer: TestResponse) -> str:
    (found,) = re.findall(r"<h1>(.*?)</h1>", answer.text)
    return str(found)


def test_a_scanner_that_follows_the_link_confirms_nothing(client: FlaskClient, page: str) -> None:
    for method in ("GET", "HEAD", "GET"):
        assert client.open(page, method=method).status_code == 200
    assert entries() == []


def test_the_button_confirms_and_the_page_says_so_ever_after(client: FlaskClient, page: str) -> None:
    answer = press(client, page)
    assert (answer.status_code, title(answer)) == (200, "Your address is confirmed")
    again = client.get(page)
    assert (again.status_code, title(again)) == (200, "Your address is confirmed")
    assert "<form" not in again.text
    assert 'href="/login"' in again.text
    assert len(entries()) == 1


def test_many_clicks_at_once_are_one_entry(app: Flask, page: str) -> None:
    clients = [app.test_client() for _ in range(6)]
    tokens = [token_of(client, page) for client in clients]

    def click(client: FlaskClient, token: str) -> int:
        return client.post(page, data={"csrf_token": token}, follow_redirects=True).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(click, clients, tokens))
    assert answers == [200] * 6
    assert len(entries()) == 1


def test_one_that_is_too_old_offers_another(client: FlaskClient, alice: User) -> None:
    old = f"/email/confirm/{link_token(CONFIRM, event_of(now() - timedelta(days=8)), alice)}"
    first = client.get(old)
    assert (first.status_code, title(first)) == (410, "This link is too old")
    answer = press(client, old)
    assert (answer.status_code, title(answer)) == (200, "A new link is on its way")
    assert "<form" not in answer.text


@pytest.mark.parametrize("token", ["x", "A" * 75, "%00", "..", "é" * 75, "A" * 5000, "new"])
def test_one_that_is_none_says_the_way_on(client: FlaskClient, token: str) -> None:
    answer = client.get(f"/email/confirm/{token}")
    assert (answer.status_code, title(answer)) == (404, "This link does not work")
    assert 'href="/login"' in answer.text
    problem = client.get(f"/email/confirm/{token}", headers={"Accept": "application/json"})
    assert "It may be cut" in problem.get_json()["detail"]


def test_a_form_that_is_out_of_date_comes_back(client: FlaskClient, page: str) -> None:
    client.get(page)
    answer = client.post(page, data={"csrf_token": "old"})
    assert answer.status_code == 400
    assert "Confirm this address" in answer.text
    assert entries() == []


def test_who_is_signed_in_asks_for_a_link_until_the_address_is_confirmed(
    auth: AuthActions, client: FlaskClient, alice: User
) -> None:
    auth.login("alice")
    fields = {"csrf_token": auth.token("/account")}
    answer = client.post("/email/confirm/new", data=fields, follow_redirects=True)
    assert "A letter with a link is on its way to you." in answer.text
    assert "alice@example.org" in answer.text
    assert [(entry.action, entry.reason) for entry in entries()[1:]] == [("email_confirm", "user_initiated")]
    press(client, f"/email/confirm/{link_token(CONFIRM, event_of(now()), alice)}")
    assert "alice@example.org" not in client.get("/account").text
    client.post("/email/confirm/new", data=fields)
    assert len(entries()) == 3


def test_strangers_ask_for_none(client: FlaskClient, auth: AuthActions, alice: User) -> None:
    answer = client.post("/email/confirm/new", data={"csrf_token": auth.token()})
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/login")
    assert entries() == []


def test_without_mail_no_page_speaks_of_it(app: Flask, auth: AuthActions, client: FlaskClient) -> None:
    app.config["MAIL_URL"] = None
    auth.register("zoe", email="zoe@example.org")
    assert "letter" not in client.get("/login").text
    auth.login("zoe")
    assert "confirmed" not in client.get("/account").text
    client.post("/email/confirm/new", data={"csrf_token": auth.token("/account")})
    assert [entry.action for entry in entries()] == ["register", "login"]


def test_with_mail_the_door_says_that_a_letter_comes(auth: AuthActions, client: FlaskClient) -> None:
    auth.register("zoe", email="zoe@example.org")
    assert "A letter is on its way" in client.get("/login").text
    db.session.rollback()


def test_the_token_of_a_link_stands_in_no_line_of_the_log(
    client: FlaskClient, page: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.post(page, data={"csrf_token": "wrong"}).status_code == 400
    assert "/email/confirm/…" in caplog.text
    assert page not in caplog.text


def test_a_person_gets_four_links_an_hour_and_no_entry_for_more(client: FlaskClient, alice: User) -> None:
    auth = AuthActions(client)
    auth.login("alice")
    before = len(entries())
    for _ in range(LINKS):
        client.post("/email/confirm/new", data={"csrf_token": auth.token("/account")})
    data = {"csrf_token": auth.token("/account")}
    answer = client.post("/email/confirm/new", data=data, follow_redirects=True)
    assert "Several letters were sent" in answer.text
    assert len(entries()) == before + LINKS
