"""Real browsers on a real server."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, StorageState, expect, sync_playwright

from models import Role, db
from tests.browser import odd_book
from tests.browser.scribe import Scribe
from tests.support.actions import PASSWORD, make_user
from tests.support.app import build
from tests.support.servers.gatehouse import Site, serving
from tests.support.servers.process import need

Open = Callable[..., Page]
#: How our visitors' browsers are set up.
LOOK: dict[str, Any] = {"accept_downloads": True, "locale": "en-GB", "timezone_id": "Asia/Shanghai"}

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Headless Chromium, Debian's own."""
    path = need("chromium", "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tolerated() -> str:
    """Console errors that fail no test: a refused page's own status."""
    return "status of 4"


@pytest.fixture
def open_page(chromium: Browser, tolerated: str) -> Iterator[Open]:
    """Open pages, each in a browser profile of its own; a page's script errors fail the test."""
    contexts = []
    errors: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not re.search(tolerated, message.text):
            errors.append(message.text)

    def opened(seat: StorageState | None = None) -> Page:
        context = chromium.new_context(**LOOK, storage_state=seat)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", hear)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="module")
def watched(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Scribe]]:
    """A site on SQLite with one auditor, and somebody who writes entries into its book."""
    folder = tmp_path_factory.mktemp("watched")
    shutil.copy(sqlite_template, folder / "gatehouse.db")
    url = f"sqlite:///{folder / 'gatehouse.db'}"
    app = build(url)
    with app.app_context():
        make_user("audrey", Role.AUDITOR)
        db.session.remove()
    with serving(url, folder) as site:
        yield site, Scribe(app)
    with app.app_context():
        db.engine.dispose()


@dataclass(frozen=True)
class Odd:
    """A site with the oddest book: to be read only."""

    site: Site
    people: dict[str, int]
    seat: StorageState


@pytest.fixture(scope="session")
def odd(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Odd]:
    """The longest and oddest names, addresses and agents, and an auditor's cookies."""
    folder = tmp_path_factory.mktemp("odd")
    shutil.copy(sqlite_template, folder / "gatehouse.db")
    url = f"sqlite:///{folder / 'gatehouse.db'}"
    with build(url).app_context():
        people = odd_book.fill()
        db.engine.dispose()
    with serving(url, folder) as site:
        yield Odd(site, people, take_seat(site, chromium))


@pytest.fixture
def scribe(watched: tuple[Site, Scribe]) -> Scribe:
    """Writes into the book that `live` shows."""
    return watched[1]


@pytest.fixture(scope="module")
def seat(watched: tuple[Site, Scribe], chromium: Browser) -> StorageState:
    """The cookies of the auditor, who signed in once."""
    return take_seat(watched[0], chromium)


@pytest.fixture
def live(watched: tuple[Site, Scribe], open_page: Open, seat: StorageState) -> Page:
    """The live page, connected."""
    page = open_page(seat)
    watch(page, watched[0])
    return page


def take_seat(site: Site, chromium: Browser) -> StorageState:
    """Sign the auditor in and return the cookies."""
    with chromium.new_context(**LOOK) as context:
        page = context.new_page()
        sign_in(page, site, "audrey")
        expect(page).to_have_url(f"{site.url}/admin/")
        return context.storage_state()


def sign_in(page: Page, site: Site, name: str, password: str = PASSWORD) -> None:
    """Fill in the form."""
    page.goto(f"{site.url}/login")
    page.get_by_label("User name or e-mail").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def watch(page: Page, site: Site, choice: str = "") -> None:
    """Open the live page and wait until it is connected."""
    page.goto(f"{site.url}/admin/live/{choice}")
    expect(page.locator("#state")).to_have_text("connected")


def ready(page: Page) -> None:
    """Wait until the scripts of the book's list have run."""
    expect(page.get_by_role("combobox", name="Query")).to_be_visible()
