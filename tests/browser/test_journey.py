"""A sign-in's whole way: from the form to the live row, the book and the file."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from models import Role, db
from tests.browser.conftest import Open, sign_in
from tests.support.actions import PASSWORD, make_user
from tests.support.app import build
from tests.support.servers.gatehouse import Site, serving


@pytest.fixture(params=["sqlite", "mariadb", "two workers"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A server with one auditor: on SQLite, on MariaDB, and two workers on MariaDB and Redis."""
    several = request.param == "two workers"
    url: str = request.getfixturevalue(f"{'mariadb' if several else request.param}_url")
    with build(url).app_context():
        make_user("audrey", Role.AUDITOR)
        db.engine.dispose()
    options = ["--workers", "2"] if several else []
    settings = {"redis_url": request.getfixturevalue("redis_url")} if several else {}
    with serving(url, tmp_path, *options, **settings) as site:
        yield site


def register(page: Page, site: Site, name: str) -> None:
    page.goto(f"{site.url}/register")
    page.get_by_label("User name").fill(name)
    page.get_by_label("E-mail").fill("wei@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_label("City").fill("上海")
    page.get_by_label("Reading").check()
    page.get_by_role("button", name="Create account").click()


def test_a_sign_in_is_seen_live_found_and_exported(site: Site, open_page: Open) -> None:
    watcher, visitor = open_page(), open_page()
    sign_in(watcher, site, "audrey")
    watcher.goto(f"{site.url}/admin/live/")
    expect(watcher.get_by_text("connected")).to_be_visible()

    register(visitor, site, "张伟")
    expect(visitor).to_have_url(f"{site.url}/login")
    sign_in(visitor, site, "张伟", "not my password")
    expect(visitor.get_by_role("alert")).to_contain_text("Wrong user name or password")
    sign_in(visitor, site, "张伟")
    expect(visitor).to_have_url(f"{site.url}/account")

    rows = watcher.locator("tbody tr", has_text="张伟")
    expect(rows.filter(has_text="login").filter(has_text="failure")).to_have_count(1)
    expect(rows.filter(has_text="login").filter(has_text="success")).to_have_count(1)

    watcher.goto(f"{site.url}/admin/logins/?q=user:张伟")
    expect(watcher.locator("tbody tr")).to_have_count(3)
    assert exported(watcher) == [("register", "success"), ("login", "failure"), ("login", "success")]


def exported(page: Page) -> list[tuple[str, str]]:
    """Press export and return action and outcome of each row of the file."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    with download.value.path().open(newline="", encoding="utf-8") as file:
        return [(row["action"], row["outcome"]) for row in csv.DictReader(file)]
