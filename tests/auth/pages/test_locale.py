"""The viewer's language and time zone."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_login import login_user

from auth import sessions
from auth.events import Client
from auth.pages.locale import viewer_locale, viewer_zone
from models import write_transaction
from tests.support.actions import make_user
from tests.support.app import running


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Flask]:
    """A site in Berlin that speaks Chinese to those who ask for nothing."""
    with running(sqlite_url, timezone="Europe/Berlin", locale="zh") as app:
        yield app


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hans", "zh"),
        ("fr-FR,fr;q=0.9,en;q=0.5", "en"),
        ("fr", "zh"),
        ("*", "en"),
        ("../../etc;q=x,\x80", "zh"),
        ("en;q=0", "zh"),
    ],
)
def test_the_browser_is_asked_for_the_language(site: Flask, asked: str, language: str) -> None:
    with site.test_request_context(headers={"Accept-Language": asked}):
        assert viewer_locale() == language


@pytest.mark.parametrize(
    ("query", "cookie", "zone"),
    [
        ("", "", "Europe/Berlin"),
        ("", "Asia/Tokyo", "Asia/Tokyo"),
        ("?tz=America/Lima", "Asia/Tokyo", "America/Lima"),
        ("?tz=Mars/Olympus", "Asia/Tokyo", "Asia/Tokyo"),
        ("?tz=localtime", "localtime", "Europe/Berlin"),
        ("?tz=../../etc/passwd", "/etc/passwd", "Europe/Berlin"),
        ("?tz=%00", "\x80", "Europe/Berlin"),
        ("?tz=", "utc", "Europe/Berlin"),
    ],
)
def test_the_zone_is_what_was_asked_for_or_the_browsers(
    site: Flask, query: str, cookie: str, zone: str
) -> None:
    with site.test_request_context(f"/{query}", headers={"Cookie": f"tz={cookie}"}):
        assert viewer_zone().key == zone


@pytest.mark.parametrize(("query", "zone"), [("", "Asia/Shanghai"), ("?tz=UTC", "UTC")])
def test_a_persons_own_settings_win_over_the_browser(site: Flask, query: str, zone: str) -> None:
    user = make_user("lina", locale="en", timezone="Asia/Shanghai")
    token = write_transaction(
        lambda session: sessions.begin_session(session, user, Client(), remember=False)[0]
    )
    headers = {"Cookie": "tz=Asia/Tokyo", "Accept-Language": "zh"}
    with site.test_request_context(f"/{query}", headers=headers):
        login_user(sessions.load_user(token))
        assert (viewer_locale(), viewer_zone().key) == ("en", zone)


def test_pages_say_their_language_and_zone(site: Flask) -> None:
    page = site.test_client().get("/login", headers={"Accept-Language": "en"}).text
    assert '<html lang="en" data-zone="Europe/Berlin">' in page
