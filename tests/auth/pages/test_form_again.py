"""A form that could not be taken comes back with what was typed, never with the password."""

import re
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from auth import throttle
from models import User
from tests.support.actions import PASSWORD, AuthActions, entries

NEXT = "/admin/logins/?q=user:alice&size=50"
TYPED = {"username": "al<ice", "password": PASSWORD, "next": NEXT, "remember": "y"}
OLD = ["", "x", "IjEi.x.y"]


def token_of(page: TestResponse) -> str:
    """Return the token in a page's form."""
    found = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', page.text)
    assert found
    return found[1]


def keeps_what_was_typed(page: TestResponse) -> bool:
    """Whether the sign-in form holds name, next and box, but no password."""
    kept = ('value="al&lt;ice"', 'value="/admin/logins/?q=user:alice&amp;size=50"', "checked")
    return all(text in page.text for text in kept) and PASSWORD not in page.text


@pytest.mark.parametrize("token", OLD)
def test_an_old_sign_in_form_comes_back_fresh(auth: AuthActions, alice: User, token: str) -> None:
    auth.client.get("/login")
    page = auth.client.post("/login", data=TYPED | {"csrf_token": token})
    assert page.status_code == 400
    assert "This form is out of date" in page.text
    assert keeps_what_was_typed(page)
    again = TYPED | {"username": "alice", "csrf_token": token_of(page)}
    assert (auth.client.post("/login", data=again).location, len(entries())) == (NEXT, 1)


@pytest.mark.parametrize("token", OLD)
def test_an_old_registration_comes_back_fresh(auth: AuthActions, token: str) -> None:
    data = {
        "username": "zoe",
        "email": "zoe@example.org",
        "city": "Köln",
        "gender": "other",
        "hobbies": "music",
    }
    data |= {"password": PASSWORD, "confirm": PASSWORD, "next": "/account?a=1"}
    page = auth.client.post("/register", data=data | {"csrf_token": token})
    assert page.status_code == 400
    assert PASSWORD not in page.text
    assert all(f'value="{text}"' in page.text for text in ("zoe", "zoe@example.org", "Köln", "/account?a=1"))
    assert re.search(r'<option selected value="other">', page.text)
    assert re.search(r'<input checked[^>]+value="music">', page.text)
    assert auth.client.post("/register", data=data | {"csrf_token": token_of(page)}).status_code == 302
    assert [entry.action for entry in entries()] == ["register"]


@pytest.mark.parametrize("token", OLD)
def test_an_old_form_of_the_account_comes_back_fresh(auth: AuthActions, alice: User, token: str) -> None:
    auth.login("alice")
    page = auth.client.post("/account", data={"timezone": "Asia/Tokyo", "csrf_token": token})
    assert page.status_code == 400
    assert 'value="Asia/Tokyo"' in page.text
    again = {"timezone": "Asia/Tokyo", "csrf_token": token_of(page)}
    assert auth.client.post("/account", data=again).status_code == 302


def test_an_old_form_of_a_session_that_is_over_leads_to_the_sign_in_page(client: FlaskClient) -> None:
    answer = client.post("/account", data={"timezone": "Asia/Tokyo", "csrf_token": "x"})
    assert (answer.status_code, answer.location) == (303, "/login?next=/account")


@pytest.mark.parametrize(
    ("referrer", "location"),
    [
        (
            "http://localhost/admin/logins/?q=a%26b&from=2026-11-01",
            "?next=/admin/logins/?q%3Da%2526b%26from%3D2026-11-01",
        ),
        ("http://evil.example/admin/", ""),
        ("http://localhost//evil.example/", ""),
        ("http://localhost@evil.example/", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_a_panel_form_leads_back_to_the_page_it_was_on(
    client: FlaskClient, referrer: str, location: str
) -> None:
    answer = client.post(f"/admin/logins/export/{UUID(int=1)}", headers={"Referer": referrer})
    assert (answer.status_code, answer.location) == (303, f"/login{location}")


@pytest.mark.parametrize("token", OLD)
def test_sign_out_with_an_old_token_offers_the_button_again(
    auth: AuthActions, alice: User, token: str
) -> None:
    auth.login("alice")
    page = auth.client.post("/logout", data={"csrf_token": token})
    assert (page.status_code, len(entries())) == (400, 1)
    fresh = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert fresh
    assert auth.client.post("/logout", data={"csrf_token": fresh[1]}).location == "/login"
    assert [entry.action for entry in entries()] == ["login", "logout"]


def test_an_outage_keeps_what_was_typed(auth: AuthActions, unwired: None) -> None:
    page = auth.client.post("/login", data=TYPED | {"csrf_token": auth.token()})
    assert (page.status_code, page.headers["Retry-After"]) == (503, "60")
    assert "Not possible right now" in page.text
    assert keeps_what_was_typed(page)
    page = auth.register("zoe", city="Köln")
    assert page.status_code == 503
    assert all(f'value="{text}"' in page.text for text in ("zoe", "Köln"))
    assert PASSWORD not in page.text


def test_too_many_attempts_keep_what_was_typed(auth: AuthActions) -> None:
    for _ in range(20):
        throttle.take_sign_in("name al<ice", "127.0.0.1")
    page = auth.client.post("/login", data=TYPED | {"csrf_token": auth.token()})
    assert page.status_code == 429
    assert keeps_what_was_typed(page)


def test_a_form_with_mistakes_keeps_what_was_typed(auth: AuthActions) -> None:
    page = auth.client.post("/login", data=TYPED | {"password": "", "csrf_token": auth.token()})
    assert page.status_code == 400
    assert keeps_what_was_typed(page)


def test_where_people_wanted_to_go_survives_their_registration(auth: AuthActions, app: Flask) -> None:
    assert 'href="/register?next=/admin/?q%3Da"' in auth.client.get("/login?next=/admin/?q%3Da").text
    page = auth.client.get("/register?next=/admin/?q%3Da").text
    assert 'value="/admin/?q=a"' in page
    assert 'href="/login?next=/admin/?q%3Da"' in page
    assert auth.register("zoe", next="/admin/?q=a").location == "/login?next=/admin/?q%3Da"
    assert auth.register("zoe2", email="2@example.org", next="//evil.example").location == "/login"


def test_a_browser_without_cookies_is_told_so(app: Flask) -> None:
    page = app.test_client(use_cookies=False).post("/login", data=TYPED | {"csrf_token": "x"})
    assert page.status_code == 400
    assert "Your browser sent no cookie. Allow cookies for this site" in page.text
    assert keeps_what_was_typed(page)
