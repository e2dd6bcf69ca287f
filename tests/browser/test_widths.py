"""Every page from 320 to 1600 pixels: names last, nothing beside its card, no sideways scrolling."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import LOOK, Odd

WIDTHS = range(320, 1601, 20)
#: Each kind of page and of table; ``{busy}`` has entries and sessions, ``{idle}`` has none.
PANEL = {
    "overview": "/admin/",
    "list": "/admin/logins/",
    "a wrong query": "/admin/logins/?q=nope:1&from=2026-13-45T99",
    "no match": "/admin/logins/?q=user:nobody&from=2024-01-01&to=2024-01-02",
    "an old page": "/admin/logins/?q=action:login+outcome:success&to=2024-12-31&size=20",
    "entry": "/admin/logins/00000000-0000-0000-0000-000000000001",
    "live": "/admin/live/",
    "users": "/admin/users/",
    "followers": "/admin/followers/",
    "webhooks": "/admin/followers/webhooks/",
    "a webhook": "/admin/followers/webhooks/00000000-0000-0000-0000-000000000001",
    "a new webhook": "/admin/followers/webhooks/new",
    "signals": "/admin/signals/",
    "tokens": "/admin/tokens/",
    "nobody of that name": "/admin/users/?q=" + "W" * 64,
    "user": "/admin/users/{busy}",
    "user without entries": "/admin/users/{idle}",
    "account": "/account",
    "no such page": "/admin/nowhere",
}
DOOR = {"login": "/login", "register": "/register", "no such page": "/nowhere"}
#: Says what is wrong with the page as it stands; nothing is the answer to hope for.
FAULTS = (Path(__file__).parent / "layout_faults.js").read_text()


def sweep(page: Page, widths: range = WIDTHS) -> dict[str, list[int]]:
    """Return each fault with the widths at which it is seen."""
    found: dict[str, list[int]] = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        for fault in page.evaluate(FAULTS):
            found.setdefault(re.sub(r"\d+\.\d+", "…", fault), []).append(width)
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_cut_or_sticks_out_at_any_width(odd: Odd, chromium: Browser, language: str) -> None:
    found = {}
    with chromium.new_context(**LOOK | {"locale": language}, storage_state=odd.seat) as context:
        page = context.new_page()
        for name, path in PANEL.items():
            page.goto(odd.site.url + path.format(**odd.people))
            found[name] = sweep(page)
    with chromium.new_context(**LOOK | {"locale": language}) as context:
        page = context.new_page()
        for name, path in DOOR.items():
            page.goto(odd.site.url + path)
            found[f"{name}, a stranger"] = sweep(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
