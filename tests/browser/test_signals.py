"""The figures of the signals page move while somebody looks."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Locator, Page, StorageState, expect

from tests.browser.conftest import LOOK, sign_in
from tests.browser.scribe import Scribe
from tests.support.servers.gatehouse import Site

Watched = tuple[Site, Scribe]


def figure(page: Page, signal: str, name: str) -> Locator:
    return page.locator(f"[data-signal={signal}] [data-figure={name}]")


def test_a_refused_sign_in_is_counted_before_their_eyes(
    watched: Watched, open_page: Callable[..., Page], seat: StorageState, chromium: Browser
) -> None:
    site, _ = watched
    page = open_page(seat)
    page.goto(f"{site.url}/admin/signals/")
    total = figure(page, "login-failed", "total")
    before = int(total.inner_text())
    with chromium.new_context(**LOOK) as other:
        sign_in(other.new_page(), site, "audrey", "a wrong password")
    expect(total).to_have_text(str(before + 1))
    expect(figure(page, "login-failed", "sent")).to_have_text("now")
    expect(page.locator("#state")).to_contain_text("1 worker")
    expect(page.locator("[data-signal=login-failed] svg path.ok")).to_have_attribute("d", re.compile("^M"))
    expect(page.locator("[data-signal=not-me-reported] svg path.ok")).to_have_attribute("d", "")


def test_the_contract_of_a_signal_opens(
    watched: Watched, open_page: Callable[..., Page], seat: StorageState
) -> None:
    page = open_page(seat)
    page.goto(f"{watched[0].url}/admin/signals/")
    row = page.locator("[data-signal=login-succeeded]")
    expect(row.locator("pre")).to_be_hidden()
    row.get_by_text("Contract").click()
    expect(row.locator("pre")).to_contain_text("Exactly one receiver, the *storage* receiver")
    expect(row.locator("pre")).to_be_visible()
