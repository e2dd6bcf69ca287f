"""Takes the screenshots of the README and of docs/screens from the running product.

``python -m docs.screenshots`` starts a server on a throw-away database with seeded history
and photographs each page, light and dark, 1280 and 390 pixels wide. ``SOURCES`` then holds
the digest of everything the pages are made of; a test compares it.
"""

import hashlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from models import Role, db
from tests.browser.conftest import FLAGS
from tests.support.actions import PASSWORD, make_user
from tests.support.app import build, migrate
from tests.support.servers.gatehouse import Site, environment, manage, serving

ROOT = Path(__file__).resolve().parent.parent
SCREENS = ROOT / "docs" / "screens"
SOURCES = SCREENS / "SOURCES"
WIDTHS = {1280: 800, 390: 844}
DOOR = {"login": "/login", "register": "/register"}
PANEL = {
    "overview": "/admin/",
    "logins": "/admin/logins/",
    "live": "/admin/live/",
    "users": "/admin/users/",
    "followers": "/admin/followers/",
    "signals": "/admin/signals/",
    "user": "/admin/users/1",
    "account": "/account",
}


def digest() -> str:
    """Return the digest of templates, styles and scripts."""
    files = sorted(path for folder in ("templates", "static") for path in (ROOT / folder).rglob("*.*"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def main() -> None:
    """Photograph everything."""
    SCREENS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = prepared(Path(folder))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        with serving(url, Path(folder)) as site:
            for page, name in looks(browser):
                photograph(page, site, name)
    SOURCES.write_text(digest() + "\n")


def prepared(folder: Path) -> str:
    """Return a migrated database with history and one admin."""
    url = migrate(f"sqlite:///{folder / 'screens.db'}")
    with build(url).app_context():
        make_user("root", Role.ADMIN)
        db.engine.dispose()
    seed = manage("seed", "--rows", "20000", "--seed", "7")
    subprocess.run(seed, env=environment(url), cwd=folder, check=True)
    return url


def looks(browser: Browser) -> Iterator[tuple[Page, str]]:
    """Yield a page for each colour scheme and width, with the name of the look."""
    for scheme in ("light", "dark"):
        for width, height in WIDTHS.items():
            size = {"width": width, "height": height}
            context = browser.new_context(color_scheme=scheme, viewport=size, timezone_id="Asia/Shanghai")
            yield context.new_page(), f"{scheme}-{width}"
            context.close()


def photograph(page: Page, site: Site, look: str) -> None:
    """Take every page in one look."""
    for name, path in DOOR.items():
        shoot(page, site, path, f"{name}-{look}")
    page.goto(f"{site.url}/login")
    page.locator("[name=username]").fill("root")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button").first.click()
    page.wait_for_url("**/admin/")
    for name, path in PANEL.items():
        shoot(page, site, path, f"{name}-{look}")
    page.goto(f"{site.url}/admin/logins/")
    entry = page.locator("tbody tr a[href*='/admin/logins/']").first.get_attribute("href")
    shoot(page, site, entry or "/admin/logins/", f"entry-{look}")


def shoot(page: Page, site: Site, path: str, name: str) -> None:
    """Open a page, let it settle and save its picture."""
    page.goto(f"{site.url}{path}")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    if page.locator("#peak").count():
        page.locator("#peak:not(:empty)").wait_for()  # drawn each second
    page.screenshot(path=SCREENS / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main()
