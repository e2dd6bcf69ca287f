"""Every mono value can be copied, by pointer and by keyboard, without a tab stop for each."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LOOK, Odd
from tests.browser.odd_book import LONG_IP

PASTED = "() => navigator.clipboard.readText()"


@pytest.fixture
def page(odd: Odd, chromium: Browser) -> Iterator[Page]:
    """A page that may read the clipboard."""
    with chromium.new_context(**LOOK, storage_state=odd.seat) as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield context.new_page()


def test_a_row_s_address_is_copied_by_the_button_under_the_pointer(odd: Odd, page: Page) -> None:
    page.goto(f"{odd.site.url}/admin/logins/?q=ip:{LONG_IP}")
    address = page.locator("tbody .t-address").nth(1)
    address.hover()
    address.get_by_role("button", name="Copy").click()

    expect(page.locator("#copied")).to_have_text("Copied")
    assert page.evaluate(PASTED) == LONG_IP
    assert page.get_by_role("button", name="Copy").count() == 1


def test_the_button_follows_the_focus(odd: Odd, page: Page) -> None:
    page.goto(f"{odd.site.url}/admin/logins/?q=ip:{LONG_IP}")
    page.locator("tbody .t-address a").nth(2).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("#copied")).to_have_text("Copied")
    assert page.evaluate(PASTED) == LONG_IP


def test_an_entry_s_facts_have_a_button_each(odd: Odd, page: Page) -> None:
    page.goto(f"{odd.site.url}/admin/logins/00000000-0000-0000-0000-000000000001")
    page.locator("dd", has_text="00000000-0000").get_by_role("button", name="Copy").press("Enter")

    expect(page.locator("#copied")).to_have_text("Copied")
    assert page.evaluate(PASTED) == "00000000-0000-0000-0000-000000000001"


def test_rows_without_links_have_one_tab_stop(odd: Odd, page: Page) -> None:
    page.goto(f"{odd.site.url}/admin/users/{odd.people['busy']}")
    cells = page.locator(".rows td.mono")
    expect(page.locator(".rows td[tabindex='0']")).to_have_count(1)
    cells.first.focus()
    page.keyboard.press("ArrowDown")

    expect(cells.nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#copied")).to_have_text("Copied")
    assert page.evaluate(PASTED) == cells.nth(1).get_attribute("title")


def test_on_plain_http_it_is_copied_too(odd: Odd, page: Page) -> None:
    page.add_init_script("delete Navigator.prototype.clipboard")
    page.goto(f"{odd.site.url}/admin/logins/00000000-0000-0000-0000-000000000001")
    page.evaluate("addEventListener('copy', () => (window.copied = String(getSelection())))")
    page.get_by_role("button", name="Copy").last.click()

    expect(page.locator("#copied")).to_have_text("Copied")
    assert len(page.evaluate("copied")) == 64


def test_a_selection_across_the_cut_middle_is_the_whole_address(odd: Odd, page: Page) -> None:
    page.goto(f"{odd.site.url}/admin/logins/?q=ip:{LONG_IP}")
    address = page.locator("tbody .t-address a").first
    address.evaluate("link => getSelection().selectAllChildren(link)")

    assert page.evaluate("String(getSelection())") == LONG_IP
    assert address.locator(".ends span").evaluate("end => end.scrollWidth > end.clientWidth")
