"""An export as the person who orders it sees it."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from models import Role, db
from tests.actions import PASSWORD, make_user
from tests.browser.conftest import ready
from tests.conftest import build
from tests.servers.gatehouse import serving


def test_it_tells_how_far_it_is_and_that_it_is_done(
    sqlite_url: str, tmp_path: Path, open_page: Callable[[], Page]
) -> None:
    with build(sqlite_url).app_context():
        make_user("audrey", Role.AUDITOR)
        db.engine.dispose()
    with serving(sqlite_url, tmp_path) as site:
        page = open_page()
        page.goto(f"{site.url}/login?next=/admin/logins/")
        page.get_by_label("User name or e-mail").fill("audrey")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        ready(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="Export").click()
        assert download.value.path().read_bytes().startswith(b"seq,event_id,")
        box = page.get_by_role("status", name="Export")
        expect(box).to_contain_text("Exported: 1 rows")
        box.get_by_role("button", name="Close").click()
        expect(box).to_have_count(0)
