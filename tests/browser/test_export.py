"""An export as the person who orders it sees it."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from models import Role, db
from tests.browser.conftest import ready
from tests.support.actions import PASSWORD, make_user
from tests.support.app import build
from tests.support.servers.gatehouse import Site, environment, manage, serving


def test_it_tells_how_far_it_is_and_that_it_is_done(
    sqlite_url: str, tmp_path: Path, open_page: Callable[[], Page]
) -> None:
    with build(sqlite_url).app_context():
        make_user("audrey", Role.AUDITOR)
        db.engine.dispose()
    with serving(sqlite_url, tmp_path) as site:
        page = open_page()
        open_book(page, site)
        with page.expect_download() as download:
            page.get_by_role("button", name="Export").click()
        assert download.value.path().read_bytes().startswith(b"seq,event_id,")
        box = page.get_by_role("status", name="Export")
        expect(box).to_contain_text("Exported: 2 rows")  # the sign-in, and that the list was looked at
        box.get_by_role("button", name="Close").click()
        expect(box).to_have_count(0)


def test_excel_and_what_stands_between_its_cells_can_be_chosen(
    sqlite_url: str, tmp_path: Path, open_page: Callable[[], Page]
) -> None:
    with build(sqlite_url).app_context():
        make_user("audrey", Role.AUDITOR)
        db.engine.dispose()
    with serving(sqlite_url, tmp_path) as site:
        page = open_page()
        open_book(page, site)
        page.get_by_label("Format").select_option("JSON Lines")
        expect(page.get_by_label("Delimiter")).to_be_hidden()
        page.get_by_label("Format").select_option("Excel")
        page.get_by_label("Delimiter").select_option("Semicolon")
        with page.expect_download() as download:
            page.get_by_role("button", name="Export").click()
        lines = download.value.path().read_text("utf-8-sig").splitlines()
        assert lines[0].startswith('"seq";"event_id";"occurred_at"')
        assert '+08:00";"login";"success"' in lines[1]


def test_it_is_followed_and_cancelled(sqlite_url: str, tmp_path: Path, open_page: Callable[[], Page]) -> None:
    subprocess.run(
        manage("seed", "--rows", "40000", "--seed", "1"),
        env=environment(sqlite_url),
        cwd=tmp_path,
        check=True,
    )
    with build(sqlite_url).app_context():
        make_user("audrey", Role.AUDITOR)
        db.engine.dispose()
    with serving(sqlite_url, tmp_path) as site:
        page = open_page()
        open_book(page, site)
        slow_down(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="Export").click()
        box = page.get_by_role("status", name="Export")
        expect(box).to_contain_text(re.compile(r"Exporting: [\d,]+ rows"))
        box.get_by_role("button", name="Cancel").click()
        expect(box).to_contain_text(re.compile(r"Cancelled after [\d,]+ rows"))
        assert download.value.failure() is not None


def slow_down(page: Page) -> None:
    """Have the browser read no more than 1 MB a second."""
    limits = {"offline": False, "latency": 0, "downloadThroughput": 1_000_000, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", limits)


def open_book(page: Page, site: Site) -> None:
    """Sign the auditor in and open the list."""
    page.goto(f"{site.url}/login?next=/admin/logins/")
    page.get_by_label("User name or e-mail").fill("audrey")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    ready(page)
