"""The door in a real browser: double clicks, two tabs, cookies off, and proxies that pass little."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from models import Action, LoginLog, Role, UserSession, db
from tests.browser.conftest import LOOK
from tests.support.actions import PASSWORD, make_user
from tests.support.app import running
from tests.support.servers.gatehouse import Site, serving
from tests.support.servers.nginx import HOST, UPGRADE, nginx
from tests.support.servers.process import free_port


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """A site with one admin."""
    with running(sqlite_url):
        make_user("alice", Role.ADMIN)
        with serving(sqlite_url, tmp_path) as site:
            yield site


@contextmanager
def tab(chromium: Browser, **look: object) -> Iterator[Page]:
    """A page in a browser of its own."""
    with chromium.new_context(**LOOK | look) as context:  # type: ignore[arg-type]
        yield context.new_page()


def fill(page: Page, name: str = "alice") -> None:
    """Fill the sign-in form in."""
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)


def begun() -> tuple[int, int]:
    """Return how many sessions go on, and how many entries of sign-ins there are."""
    db.session.rollback()
    live = db.session.scalar(select(func.count()).where(UserSession.revoked_at.is_(None)))
    entries = select(func.count()).where(LoginLog.action == Action.LOGIN)
    return live or 0, db.session.scalar(entries) or 0


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_is_one_session(site: Site, chromium: Browser, script: bool) -> None:
    with tab(chromium, java_script_enabled=script) as page:
        page.goto(f"{site.url}/login")
        fill(page)
        page.get_by_role("button", name="Sign in").dblclick()
        page.wait_for_url("**/admin/")
        assert begun() == (1, 1)
        page.goto(f"{site.url}/account")
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_double_click_makes_one_account(site: Site, chromium: Browser) -> None:
    with tab(chromium, java_script_enabled=False) as page:
        page.goto(f"{site.url}/register")
        for name, text in {
            "username": "zoe",
            "email": "z@example.org",
            "password": PASSWORD,
            "confirm": PASSWORD,
        }.items():
            page.locator(f"[name={name}]").fill(text)
        page.get_by_role("button", name="Create").dblclick()
        page.wait_for_url("**/login")
        expect(page.get_by_text("Your account is ready. Sign in.")).to_be_visible()


def test_signing_in_again_ends_the_session_before(site: Site, chromium: Browser) -> None:
    with tab(chromium) as page:
        other = page.context.new_page()
        for one in (page, other):
            one.goto(f"{site.url}/login")
        fill(page)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/")
        fill(other)
        other.get_by_role("button", name="Sign in").click()
        expect(other.get_by_role("alert")).to_contain_text("It is fresh now")
        expect(other.locator("[name=username]")).to_have_value("alice")
        other.locator("[name=password]").fill(PASSWORD)
        other.get_by_role("button", name="Sign in").click()
        other.wait_for_url("**/admin/")
        assert begun() == (1, 2)


def test_signing_out_twice_ends_at_the_sign_in_page(site: Site, chromium: Browser) -> None:
    with tab(chromium) as page:
        page.goto(f"{site.url}/login")
        fill(page)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/")
        other = page.context.new_page()
        for one in (page, other):
            one.goto(f"{site.url}/account")
        for one in (page, other):
            one.get_by_role("button", name="Sign out").first.click()
            one.wait_for_url("**/login")


def test_an_export_after_the_session_leads_to_the_sign_in_page_and_back(
    site: Site, chromium: Browser
) -> None:
    with tab(chromium) as page:
        page.goto(f"{site.url}/login?next=/admin/logins/%3Fq%3Daction%3Alogin")
        fill(page)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/logins/**")
        page.context.clear_cookies()
        page.evaluate("document.querySelector('form[action$=\"/export\"]').submit()")
        page.wait_for_url("**/login?next=**")
        fill(page)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(re.compile(r"/admin/logins/\?.*q=action"))


@contextmanager
def behind_nginx(sqlite_url: str, folder: Path, *passed: str) -> Iterator[str]:
    """A site behind nginx with TLS."""
    port = free_port()
    public = f"https://127.0.0.1:{port}"
    with running(sqlite_url):
        make_user("alice", Role.ADMIN)
        with serving(sqlite_url, folder, public_url=public, trusted_proxies=1) as site:
            target = int(site.url.rsplit(":", 1)[1])
            with nginx(folder, port, target, *passed) as address:
                yield address


@pytest.mark.parametrize(
    "passed", [(), (HOST,), (HOST, UPGRADE)], ids=["nothing", "Host", "Host and Upgrade"]
)
def test_behind_nginx_people_sign_in_and_see_why_the_feed_stands(
    sqlite_url: str, tmp_path: Path, chromium: Browser, passed: tuple[str, ...]
) -> None:
    with (
        behind_nginx(sqlite_url, tmp_path, *passed) as address,
        tab(chromium, ignore_https_errors=True) as page,
    ):
        page.goto(f"{address}/login?next=/admin/live/")
        fill(page)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/live/")
        told = "connected" if UPGRADE in passed else "the proxy in front does not pass WebSocket"
        expect(page.locator("#state")).to_contain_text(told, timeout=30_000)
        cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
        assert cookies["__Host-gatehouse"]["secure"]
        assert cookies["__Host-gatehouse_device"]["httpOnly"]
