"""The page of an entry tells how its request went."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from dashboard.traces.store import write_traces
from models import RequestTrace, Role, write_transaction
from tests.support.actions import AuthActions, entries, make_user
from tests.support.app import running


def page_of(client: FlaskClient, place: int = 0, language: str = "en") -> str:
    """Return what the page of an entry tells of its request."""
    write_traces()
    address = f"/admin/logins/{entries()[place].event_id}"
    text = client.get(address, headers={"Accept-Language": language}).text
    return text.partition('id="traced"')[2].partition("</section>")[0]


@pytest.fixture
def viewer(sqlite_app: Flask) -> FlaskClient:
    """Somebody who may look, after another failed; the first entry is the failure."""
    make_user("vera", Role.VIEWER)
    AuthActions(sqlite_app.test_client()).login("vera", "wrong <password>")
    client = sqlite_app.test_client()
    AuthActions(client).login("vera")
    return client


def test_it_says_how_long_it_took_and_what_they_saw(viewer: FlaskClient) -> None:
    page = page_of(viewer)
    assert '<dt>They saw</dt><dd class="">Sign in · “Wrong user name or password.”</dd>' in page
    assert "POST /login" in page
    assert '<dd class="">401</dd>' in page
    assert " ms</dd>" in page or " s</dd>" in page


def test_who_got_in_was_sent_on(viewer: FlaskClient) -> None:
    assert "sent on to another page" in page_of(viewer, 1)


def test_it_is_in_the_viewer_s_language(viewer: FlaskClient) -> None:
    assert "用户名或密码错误" in page_of(viewer, language="zh")


def test_what_was_filled_in_is_left_out_and_an_odd_text_does_no_harm(viewer: FlaskClient) -> None:
    page_of(viewer)
    odd = ["Too many attempts. Try again in %(n)s seconds.", "100 %", "%s", "<b>"]
    write_transaction(lambda session: session.execute(update(RequestTrace).values(shown=odd, page="mail/x")))
    page = page_of(viewer)
    assert "mail/x · “Too many attempts. Try again in … seconds.” · “100 %” · “%s” · “&lt;b&gt;”" in page


def test_an_entry_without_a_trace_says_nothing(viewer: FlaskClient) -> None:
    page_of(viewer)
    viewer.get(f"/admin/logins/{entries()[0].event_id}").close()
    assert page_of(viewer, 2) == ""


def test_off_it_says_nothing(sqlite_url: str, viewer: FlaskClient) -> None:
    assert page_of(viewer)
    with running(sqlite_url, signal_watch="off") as app:
        client = app.test_client()
        AuthActions(client).login("vera")
        assert page_of(client) == ""
