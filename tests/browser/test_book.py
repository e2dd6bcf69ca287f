"""The book in a browser: its filter bar, bars, rows and keys."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.log.sealer import seal_all
from models import Outcome, Reason, Role, db
from tests.browser.conftest import ready
from tests.support.actions import PASSWORD, make_user
from tests.support.app import build
from tests.support.book import entry, store
from tests.support.servers.gatehouse import Site, serving
from tests.support.waiting import wait_until

FAILED = {"outcome": Outcome.FAILURE, "reason": Reason.INVALID_PASSWORD}


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose book has an entry every five hours for eight weeks, each third one a failure."""
    folder = tmp_path_factory.mktemp("book")
    shutil.copy(sqlite_template, folder / "gatehouse.db")
    url, now = f"sqlite:///{folder / 'gatehouse.db'}", datetime.now(UTC)
    with build(url).app_context():
        make_user("audrey", Role.AUDITOR)
        store(
            entry(
                n, occurred_at=now - timedelta(hours=5 * n), ip="10.0.0.7", **(FAILED if n % 3 == 0 else {})
            )
            for n in range(1, 270)
        )
        seal_all()
        db.session.remove()
        db.engine.dispose()
    with serving(url, folder) as site:
        yield site


@pytest.fixture
def book(site: Site, open_page: Callable[[], Page]) -> Page:
    """The list, opened by an auditor."""
    page = open_page()
    page.goto(f"{site.url}/login?next=/admin/logins/")
    page.get_by_label("User name or e-mail").fill("audrey")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    ready(page)
    return page


def test_text_chips_presets_and_address_say_the_same(book: Page) -> None:
    query, chips = book.get_by_label("Query"), book.locator(".chip")
    query.fill("outcome:failure")
    query.press("Enter")
    expect(book).to_have_url(re.compile("outcome(:|%3A)failure"))
    book.get_by_role("link", name="7 days", exact=True).click()
    expect(query).to_have_value("outcome:failure since:7d")
    expect(chips).to_have_text(["outcome:failureremove", "since:7dremove"])
    expect(book.get_by_role("link", name="7 days", exact=True)).to_have_attribute("aria-current", "true")
    chips.first.click()
    expect(query).to_have_value("since:7d")
    expect(book).to_have_url(re.compile(r"\?q=since:7d$"))
    book.get_by_role("link", name="Custom").click()
    expect(book.get_by_label("from")).to_be_focused()


def test_a_cell_narrows_the_list(book: Page) -> None:
    book.locator("tbody").get_by_role("link", name="failure").first.click()
    book.locator("tbody").get_by_role("link", name="10.0.0.7").first.click()
    expect(book.get_by_label("Query")).to_have_value("outcome:failure ip:10.0.0.7")


def test_filters_and_values_are_suggested(book: Page) -> None:
    query, options = book.get_by_label("Query"), book.locator("#suggestions [role=option]")
    book.keyboard.press("/")
    book.keyboard.type("-out")
    expect(options).to_have_count(1)
    book.keyboard.press("ArrowDown")
    expect(options).to_have_attribute("aria-selected", "true")
    book.keyboard.press("Enter")
    expect(query).to_have_value("-outcome:")
    expect(options).to_have_text(["outcome:success", "outcome:failure"])
    book.keyboard.press("ArrowUp")
    book.keyboard.press("Enter")
    expect(query).to_have_value("-outcome:failure ")
    expect(book.get_by_role("listbox")).to_be_hidden()
    book.keyboard.press("Enter")
    expect(book.locator(".chip")).to_have_text("-outcome:failureremove")
    expect(book.locator("tbody .badge.bad")).to_have_count(0)


def test_a_mistake_is_said_beside_the_field_and_selected(book: Page) -> None:
    query = book.get_by_label("Query")
    query.fill("user:alice nope:1 since:7d")
    query.press("Enter")
    expect(book.get_by_role("alert")).to_contain_text("There is no filter “nope”")
    expect(query).to_have_attribute("aria-invalid", "true")
    wait_until(lambda: book.evaluate("getSelection().toString()") == "nope:1", "the mistake is selected")


def test_entries_are_reached_opened_and_closed_by_keys(book: Page) -> None:
    details = book.locator("tr.opened")
    for key in ("j", "j", "k", "Enter"):
        book.keyboard.press(key)
    link = book.locator(".t-when a").first
    expect(link).to_have_attribute("aria-expanded", "true")
    expect(details).to_contain_text("What happened")
    expect(details.get_by_role("link", name="Same address")).to_be_visible()
    book.keyboard.press("j")
    expect(book.locator(".t-when a").nth(1)).to_be_focused()
    book.keyboard.press("Escape")
    expect(details).to_have_count(0)
    book.keyboard.press("?")
    expect(book.get_by_role("dialog", name="Keyboard")).to_be_visible()
    book.keyboard.press("Escape")
    expect(book.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_what_is_around_an_entry_is_one_click_away(book: Page) -> None:
    book.get_by_role("link", name="Older").click()
    expect(book).to_have_url(re.compile("after="))
    ready(book)
    link = book.locator(".t-when a").nth(3)
    address = link.get_attribute("href")
    link.click()
    book.get_by_role("link", name="All entries around it").click()
    number = re.search(r"logins/([-0-9a-f]+)", address or "")[1]  # type: ignore[index]
    expect(book.locator(":target")).to_have_attribute("data-event", number)
    expect(book.locator("tbody tr").nth(10)).to_have_attribute("data-event", number)


def test_the_zone_is_shown_and_can_be_changed(book: Page) -> None:
    zone = book.get_by_label("zone")
    expect(zone).to_have_value("Asia/Shanghai")
    zone.fill("Asia/Kathmandu")
    zone.press("Enter")
    expect(book).to_have_url(re.compile(r"tz=Asia(/|%2F)Kathmandu"))
    expect(book.locator("time.when").first).to_have_attribute("title", re.compile(r"UTC\+5:45$"))
    ready(book)
    zone.fill("Asia/Shanghai")
    zone.press("Enter")
    expect(book).not_to_have_url(re.compile("tz="))


def test_a_bar_narrows_the_list_by_pointer_and_by_keys(book: Page) -> None:
    bars = book.locator(".bars a")
    bars.nth(5).click()
    expect(book).to_have_url(re.compile(r"from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d&tz=Asia(/|%2F)Shanghai$"))
    expect(book.locator(".chip")).to_have_count(2)
    ready(book)
    bars.first.focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "Enter"):
        book.keyboard.press(key)
    expect(book).to_have_url(re.compile(r"from=[^&]+T[^&]+&to="))


def test_a_drag_over_bars_chooses_all_of_them(book: Page) -> None:
    bars = book.locator(".bars a")
    first, last = (
        bars.nth(number).get_attribute(name) for number, name in ((3, "data-from"), (8, "data-to"))
    )
    bars.nth(3).hover()
    book.mouse.down()
    bars.nth(8).hover()
    book.mouse.up()
    expect(book).to_have_url(re.compile(rf"from={first}&to={last}&tz=Asia(/|%2F)Shanghai$"))


def test_a_period_of_one_s_own_takes_the_place_of_a_preset(book: Page) -> None:
    book.get_by_role("link", name="7 days", exact=True).click()
    ready(book)
    first, last = ((datetime.now(UTC) - timedelta(days=back)).strftime("%Y-%m-%d") for back in (20, 10))
    book.get_by_label("from").fill(first)
    book.get_by_label("to", exact=True).fill(last)
    book.get_by_label("to", exact=True).blur()
    book.get_by_role("button", name="Find").click()
    expect(book).to_have_url(re.compile(rf"\?from={first}&to={last}&tz=Asia(/|%2F)Shanghai$"))
    expect(book.locator(".chip")).to_have_text([f"from:{first}remove", f"to:{last}remove"])
    expect(book.locator("tbody tr")).to_have_count(50)


def test_a_session_and_an_agent_are_one_click_away(book: Page) -> None:
    book.goto(re.sub(r"/admin.*", "/admin/logins/?q=user:audrey", book.url))
    ready(book)
    row = book.locator("tbody tr").first
    row.get_by_role("link", name="Same session").click()
    expect(book.get_by_label("Query")).to_have_value(re.compile("^user:audrey session:[-0-9a-f]{36}$"))
    ready(book)
    book.locator("tbody tr").first.locator(".t-agent a").click()
    expect(book.get_by_label("Query")).to_have_value(re.compile("agent:"))
    expect(book.locator("tbody tr")).to_have_count(1)


def test_bars_are_grey_and_say_so_or_are_not_there(book: Page) -> None:
    address = re.sub(r"\?.*", "", book.url)
    book.goto(f"{address}?q=user:alice")
    group = book.get_by_role("group", name="Entries over time")
    expect(group).to_have_accessible_description(re.compile("grey because they show more than the list"))
    fills = group.locator("rect:not(.room)").evaluate_all("all => all.map(one => getComputedStyle(one).fill)")
    assert len(set(fills)) == 1
    book.goto(f"{address}?q=outcome:failure")
    expect(group.locator("rect.bad").first).to_be_attached()
    assert group.get_attribute("aria-describedby") is None
    with book.expect_response(lambda answer: "/logins/" in answer.url):
        book.goto(f"{address}?q=user:nobody")
    ready(book)
    expect(book.locator("#bars")).to_have_count(0)


def test_an_address_with_a_day_names_its_zone(book: Page) -> None:
    address = re.sub(r"\?.*", "", book.url)
    book.get_by_role("link", name="Today").click()
    expect(book).to_have_url(re.compile(r"q=on:[-\d]+&tz=Asia/Shanghai$"))
    book.goto(f"{address}?from=2026-01-01")
    expect(book).to_have_url(re.compile(r"from=2026-01-01&tz=Asia(/|%2F)Shanghai$"))
    query = book.get_by_label("Query")
    query.fill("on:2026-01-02")
    query.press("Enter")
    expect(book).to_have_url(re.compile(r"q=on(:|%3A)2026-01-02&.*tz=Asia(/|%2F)Shanghai"))


def test_what_means_nothing_is_selected(book: Page) -> None:
    query = book.get_by_label("Query")
    query.fill("user:alice OR user:bob")
    query.press("Enter")
    expect(book.get_by_role("alert")).to_contain_text("“OR” means nothing here")
    wait_until(lambda: book.evaluate("getSelection().toString()") == "OR", "the word is selected")
