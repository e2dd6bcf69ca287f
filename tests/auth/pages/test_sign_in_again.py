"""Signing in again: one session a browser, one session a form, and the owner gets in."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from auth import service, throttle
from auth.events import Client
from models import Action, LoginLog, User, UserSession, db
from tests.support.actions import PASSWORD, AuthActions, entries, make_user


def form_of(auth: AuthActions, page: str = "/login") -> dict[str, str]:
    """Return the hidden fields of a form."""
    text = auth.client.get(page).text
    return dict(re.findall(r'name="(csrf_token|once)" type="hidden" value="([^"]+)"', text))


def send(
    auth: AuthActions, fields: dict[str, str], name: str = "alice", password: str = PASSWORD
) -> TestResponse:
    """Send a form."""
    return auth.client.post("/login", data=fields | {"username": name, "password": password})


def live() -> int:
    """Return how many sessions go on."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(UserSession.revoked_at.is_(None))) or 0


def actions() -> list[str]:
    """Return what happened."""
    return [entry.action for entry in entries()]


def test_the_session_that_the_browser_had_ends(auth: AuthActions, alice: User) -> None:
    auth.login("alice")
    first = auth.client.get_cookie("gatehouse")
    auth.login("alice")
    assert (live(), actions()) == (1, ["login", "login", "session_revoke"])
    revoked = entries()[-1]
    assert (revoked.user_id, revoked.reason, revoked.session_ref) == (
        alice.id,
        "user_initiated",
        entries()[0].session_ref,
    )
    assert first
    auth.client.set_cookie("gatehouse", first.value)
    assert auth.client.get("/account").status_code == 302


def test_whosever_it_was(auth: AuthActions, alice: User) -> None:
    make_user("bob")
    auth.login("alice")
    auth.login("bob")
    assert [(entry.action, entry.username) for entry in entries()] == [
        ("login", "alice"),
        ("login", "bob"),
        ("session_revoke", "alice"),
    ]


def test_a_failure_ends_nothing(auth: AuthActions, alice: User) -> None:
    auth.login("alice")
    assert auth.login("alice", "wrong").status_code == 401
    assert (live(), auth.client.get("/account").status_code) == (1, 200)


def test_a_form_that_is_sent_twice_is_one_session(auth: AuthActions, alice: User) -> None:
    fields = form_of(auth)
    first = send(auth, fields)
    cookie = auth.client.get_cookie("gatehouse")
    auth.client.delete_cookie("gatehouse")
    auth.client.get("/login")
    again = dict(fields, csrf_token=form_of(auth)["csrf_token"])
    second = send(auth, again)
    assert (first.status_code, second.status_code) == (302, 302)
    assert (live(), actions()) == (1, ["login"])
    assert auth.client.get("/account").status_code == 200  # the last cookie wins
    assert cookie
    auth.client.set_cookie("gatehouse", cookie.value)
    assert auth.client.get("/account").status_code == 302


def test_many_clicks_at_once_are_one_session(app: Flask, alice: User) -> None:
    auth = AuthActions(app.test_client())
    fields = form_of(auth)
    cookie = auth.client.get_cookie("gatehouse")
    assert cookie

    def click(_: int) -> int:
        browser = AuthActions(app.test_client())
        browser.client.set_cookie("gatehouse", cookie.value)
        return send(browser, fields).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(click, range(6))) == {302}
    assert (live(), actions()) == (1, ["login"])


def test_another_person_s_form_begins_another_session(auth: AuthActions, alice: User) -> None:
    make_user("bob")
    fields = form_of(auth)
    send(auth, fields)
    again = dict(fields, csrf_token=auth.token("/account"))
    assert send(auth, again, "bob").status_code == 302
    assert (live(), actions()) == (1, ["login", "login", "session_revoke"])


@pytest.mark.parametrize("once", ["", "x", "\x00", "e30.x.y"])
def test_a_form_with_a_key_that_is_none_signs_in(auth: AuthActions, alice: User, once: str) -> None:
    fields = form_of(auth)
    assert send(auth, fields | {"once": once}).status_code == 302


def test_a_wrong_password_uses_no_form_up(auth: AuthActions, alice: User) -> None:
    fields = form_of(auth)
    assert send(auth, fields, password="wrong").status_code == 401
    assert send(auth, fields).status_code == 302
    assert live() == 1


def guess_from_everywhere(account: User) -> None:
    """Use all tries of an account up."""
    for number in range(100):
        throttle.take_sign_in(f"id {account.id}", f"10.{number}.0.1")


def test_the_owner_s_device_gets_in_whatever_strangers_guess(auth: AuthActions, alice: User) -> None:
    auth.login("alice")
    auth.logout()
    guess_from_everywhere(alice)
    assert auth.login("alice").status_code == 302
    cookie = auth.client.get_cookie("gatehouse_device")
    assert cookie
    assert (cookie.http_only, cookie.same_site, cookie.max_age) == (True, "Lax", 365 * 24 * 3600)


def test_without_such_a_device_the_owner_waits_like_a_stranger(auth: AuthActions, alice: User) -> None:
    guess_from_everywhere(alice)
    page = auth.login("alice")
    assert (page.status_code, int(page.headers["Retry-After"]) > 0) == (429, True)


def test_a_device_has_ten_tries(auth: AuthActions, alice: User) -> None:
    auth.login("alice")
    for _ in range(10):
        assert auth.login("alice", "wrong").status_code == 401
    assert auth.login("alice").status_code == 429


def test_a_reset_password_makes_every_device_a_stranger(auth: AuthActions, alice: User) -> None:
    auth.login("alice")
    service.reset_password(alice, "quite another one", Client())
    guess_from_everywhere(alice)
    assert auth.login("alice", "quite another one").status_code == 429


def test_name_and_address_share_one_count(auth: AuthActions, alice: User) -> None:
    for name in ("alice", "alice@example.org") * 10:
        assert auth.login(name, "wrong").status_code == 401
    assert (
        auth.login("alice", "wrong").status_code
        == auth.login("alice@example.org", "wrong").status_code
        == 429
    )
    failed = select(func.count()).where(LoginLog.action == Action.LOGIN)
    assert db.session.scalar(failed) == 22
