"""axe finds nothing to complain of, on any page and in any state: light and dark, English and Chinese."""

from collections.abc import Callable

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LOOK, Odd
from tests.browser.test_widths import DOOR, PANEL
from tests.support.waiting import wait_until

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """rules => axe.run({ resultTypes: ["violations"], runOnly: rules }).then(
  ({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.length} such as ${nodes[0].target}`)
)"""
#: Where and how the page is looked at: both schemes in each language, each layout of the tables.
LOOKS = [("en", [("light", 1280), ("dark", 390)]), ("zh", [("dark", 1600), ("light", 768)])]


def opened_entry(page: Page) -> None:
    page.locator(".t-when a").first.click()
    expect(page.locator("tr.opened #details .copy").first).to_be_visible()


def help_of_keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def suggestions(page: Page) -> None:
    page.locator("#q").press_sequentially("out")
    expect(page.locator("#suggestions")).to_be_visible()


def copy_button(page: Page) -> None:
    page.locator(".t-address a").first.focus()
    expect(page.locator("td .copy")).to_be_visible()


def waiting_rows(page: Page) -> None:
    page.locator("#waiting").evaluate(
        "button => { button.hidden = false; button.lastElementChild.append('3') }"
    )


def empty_form(page: Page) -> None:
    page.locator("[name=password]").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()


#: States that a page comes into: its address, and what to do there.
STATES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "an opened entry": (PANEL["list"], opened_entry),
    "the keys": (PANEL["list"], help_of_keys),
    "suggestions": (PANEL["list"], suggestions),
    "the copy button": (PANEL["list"], copy_button),
    "waiting rows": (PANEL["live"], waiting_rows),
}


def judged(page: Page, looks: list[tuple[str, int]]) -> list[str]:
    """Return what axe finds in each look of the page."""
    found = set()
    drawn = "!document.getElementById('bars') || document.querySelector('.bars') !== null"
    wait_until(lambda: page.evaluate(drawn), "the bars are drawn")
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(AXE_SCRIPT)
        found.update(f"{text} ({scheme}, {width})" for text in page.evaluate(RUN, RULES))
    return sorted(found)


@pytest.mark.parametrize(("language", "looks"), LOOKS)
def test_the_panel(odd: Odd, chromium: Browser, language: str, looks: list[tuple[str, int]]) -> None:
    found = {}
    pages = {name: (path, lambda _page: None) for name, path in PANEL.items()}
    options = LOOK | {"locale": language, "bypass_csp": True}
    with chromium.new_context(**options, storage_state=odd.seat) as context:
        page = context.new_page()
        for name, (path, act) in (pages | STATES).items():
            page.goto(odd.site.url + path.format(**odd.people))
            act(page)
            found[name] = judged(page, looks)
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(("language", "looks"), LOOKS)
def test_the_door(odd: Odd, chromium: Browser, language: str, looks: list[tuple[str, int]]) -> None:
    found = {}
    with chromium.new_context(**LOOK | {"locale": language, "bypass_csp": True}) as context:
        page = context.new_page()
        for name, path in DOOR.items():
            page.goto(odd.site.url + path)
            found[name] = judged(page, looks)
            if page.locator("[name=password]").count():
                empty_form(page)
                found[f"{name}, refused"] = judged(page, looks)
    assert {name: faults for name, faults in found.items() if faults} == {}
