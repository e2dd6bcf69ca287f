"""The pages at the gate: what a person sees of each decision."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from auth import throttle
from models import Reason, Role, User
from models.clock import now
from tests.support.actions import PASSWORD, AuthActions, entries, make_user


def location(answer: TestResponse, code: int = 302) -> str:
    """Return where an answer sends."""
    assert answer.status_code == code
    return answer.headers["Location"]


def test_the_first_page_leads_strangers_to_the_door(client: FlaskClient) -> None:
    assert location(client.get("/")) == "/login"


def test_the_first_page_leads_people_to_their_account(auth: AuthActions, alice: User) -> None:
    auth.login("alice")
    assert location(auth.client.get("/")) == "/account"


def test_people_go_where_their_role_belongs(auth: AuthActions, role: Role) -> None:
    make_user("alice", role)
    home = "/account" if role is Role.USER else "/admin/"
    assert location(auth.login("alice")) == home


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/admin/users/?q=a&x=1", "/admin/users/?q=a&x=1"),
        ("", "/account"),
        ("//evil.example", "/account"),
        ("https://evil.example/", "/account"),
        ("/\\evil.example", "/account"),
        ("/\r\nX: y", "/account"),
    ],
)
def test_people_go_on_where_they_wanted_but_never_to_another_site(
    auth: AuthActions, alice: User, target: str, goes_to: str
) -> None:
    assert location(auth.login("alice", next=target)) == goes_to


def test_the_form_keeps_where_people_wanted_to_go(client: FlaskClient) -> None:
    page = client.get("/login", query_string={"next": '/admin/?q="<'})
    assert 'value="/admin/?q=&#34;&lt;"' in page.text


def plain(page: TestResponse, name: str) -> tuple[str, list[str]]:
    """Return a page and its headers' names, without the name typed, tokens and nonces."""
    text = re.sub(r'(name="(?:csrf_token|once)" type="hidden" value=)"[^"]+"', r"\1", page.text)
    return text.replace(name, "NAME"), [header for header, _ in page.headers]


def test_one_answer_for_every_failed_sign_in(auth: AuthActions) -> None:
    make_user("alice")
    make_user("dora", disabled=True)
    make_user("lucas", locked_until=now() + timedelta(hours=1))
    tries = [
        ("alice", "wrong"),
        ("dora", PASSWORD),
        ("lucas", PASSWORD),
        ("dora", "wrong"),
        ("nobody", PASSWORD),
    ]
    pages = [auth.login(*given) for given in tries]
    assert {page.status_code for page in pages} == {401}
    assert all(
        plain(page, name) == plain(pages[0], "alice") for page, (name, _) in zip(pages, tries, strict=True)
    )
    assert len({entry.reason for entry in entries()}) == 4


def test_a_failed_sign_in_says_so_without_a_reason(auth: AuthActions) -> None:
    make_user("dora", disabled=True)
    page = auth.login("dora").text
    assert "Wrong user name or password." in page
    assert not any(word in page for word in (*Reason, "disabled", "unknown"))
    assert PASSWORD not in page


@pytest.mark.parametrize("fields", [{"username": ""}, {"password": ""}, {"username": "a" * 255}])
def test_a_form_that_does_not_hold_is_no_attempt(auth: AuthActions, fields: dict[str, str]) -> None:
    page = auth.login(**{"username": "alice"} | fields)
    assert page.status_code == 400
    assert 'aria-invalid="true"' in page.text
    assert entries() == []


def test_a_password_beyond_a_kibibyte_is_refused_unhashed(auth: AuthActions) -> None:
    page = auth.login("alice", "a" * 1025)
    assert (page.status_code, entries()) == (400, [])
    assert "at most 1,024 bytes" in page.text


def test_too_many_attempts_wait_even_with_the_right_password(auth: AuthActions, alice: User) -> None:
    for _ in range(20):
        throttle.take_sign_in(f"id {alice.id}", "127.0.0.1")
    page = auth.login("alice")
    assert page.status_code == 429
    assert 1 <= int(page.headers["Retry-After"]) <= 600
    assert "Too many attempts" in page.text
    assert entries()[0].reason == Reason.RATE_LIMITED


def test_failed_attempts_are_counted(app: Flask, auth: AuthActions, alice: User) -> None:
    for _ in range(19):
        throttle.take_sign_in(f"id {alice.id}", "127.0.0.1")
    assert auth.login("ALICE", "wrong").status_code == 401
    assert auth.login("alice").status_code == 429


def test_each_sign_in_has_a_token_of_its_own(auth: AuthActions, alice: User) -> None:
    tokens = []
    for _ in range(2):
        auth.login("alice")
        with auth.client.session_transaction() as held:
            tokens.append(held["_user_id"])
    assert len(set(tokens)) == 2


def test_signing_in_forgets_what_the_cookie_held_before(auth: AuthActions, alice: User) -> None:
    with auth.client.session_transaction() as held:
        held["planted"] = "by somebody else"
    auth.login("alice")
    with auth.client.session_transaction() as held:
        assert "planted" not in held


def test_signing_out_makes_the_cookie_worthless(auth: AuthActions, alice: User) -> None:
    auth.login("alice")
    stolen = auth.client.get_cookie("gatehouse")
    assert location(auth.logout(), 303) == "/login"
    assert stolen
    auth.client.set_cookie("gatehouse", stolen.value)
    assert location(auth.client.get("/account")) == "/login?next=/account"


def test_signing_out_twice_is_no_error(auth: AuthActions) -> None:
    for token in (auth.token(), "x", ""):
        assert location(auth.client.post("/logout", data={"csrf_token": token}), 303) == "/login"
    assert entries() == []


def test_the_account_shows_own_sign_ins_without_reasons(auth: AuthActions, alice: User) -> None:
    make_user("bob")
    auth.login("bob", "wrong")
    auth.login("alice", "wrong")
    auth.login("alice")
    page = auth.client.get("/account").text
    assert page.count('<td class="t-action">') == 2
    assert "this device" in page
    assert Reason.INVALID_PASSWORD not in page


def test_the_account_is_not_for_strangers(client: FlaskClient) -> None:
    assert location(client.get("/account")) == "/login?next=/account"


@pytest.mark.parametrize("path", ["/account", "/admin/"])
def test_pages_of_a_person_carry_the_csrf_token(auth: AuthActions, path: str) -> None:
    make_user("vera", Role.VIEWER)
    auth.login("vera")
    assert '<meta name="csrf-token" content="' in auth.client.get(path).text


@pytest.mark.parametrize(("role", "home"), [(Role.USER, "/account"), (Role.VIEWER, "/admin/")])
def test_who_is_signed_in_goes_on_from_the_sign_in_page(
    client: FlaskClient, auth: AuthActions, role: Role, home: str
) -> None:
    make_user("vera", role)
    auth.login("vera")
    assert client.get("/login").location == home
    assert client.get("/login?next=/account%23timezone").location == "/account#timezone"
    for no_page in (
        "//elsewhere.example",
        "/logout",
        "/login?next=/login",
        "/admin/logins/export",
        "/static/x.css",
    ):
        assert client.get("/login", query_string={"next": no_page}).location == home
    auth.logout()
    assert client.get("/login").status_code == 200
