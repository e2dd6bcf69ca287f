"""Who reads the live page holds new rows back: nothing moves or is lost; each row leads to its entry."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.browser.conftest import Open, watch
from tests.browser.scribe import Scribe
from tests.support.servers.gatehouse import Site
from tests.support.waiting import wait_until

OLD = [f"old-{number:02}" for number in range(60)]
SLIDES = """() => import("/static/panel/slide.js").then(({ slideIn }) => {
  const table = document.getElementById("feed"), body = table.tBodies[0];
  slideIn(table, () => body.prepend(body.rows[0].cloneNode(true)));
  return body.getAnimations().length;
})"""
#: Where the page, its Pause button and each row stand.
PLACES = """() => [scrollY, ...[...document.querySelectorAll("#pause, #feed tbody tr")].map(
  (element) => Math.round(element.getBoundingClientRect().top)
)]"""


def row(page: Page, name: str) -> Locator:
    return page.locator(f'#feed tbody tr[data-user="{name}"]').first


def shown(page: Page) -> list[str]:
    """Return the event ids on the page, newest first."""
    rows = page.locator("#feed tbody tr")
    return rows.evaluate_all("rows => rows.map((row) => row.dataset.event)")  # type: ignore[no-any-return]


def waiting(page: Page, number: int) -> Locator:
    """Wait until so many new rows are held back, and return the button that tells."""
    button = page.get_by_role("button", name=f"{number} new")
    expect(button).to_be_visible()
    return button


@pytest.fixture
def page(live: Page, scribe: Scribe) -> Page:
    """The live page with more rows than a screen holds, at rest."""
    live.locator(f'[data-event="{scribe.write(*OLD)}"]').wait_for()
    moving = "document.querySelector('#feed tbody').getAnimations().length"
    wait_until(lambda: live.evaluate(moving) == 0, "the table is at rest")
    return live


def scroll(page: Page) -> None:
    page.evaluate("scrollTo({ top: 700, behavior: 'instant' })")


def focus(page: Page) -> None:
    row(page, OLD[55]).locator(".t-when a").focus()


def select(page: Page) -> None:
    row(page, OLD[55]).locator(".t-action").evaluate("cell => getSelection().selectAllChildren(cell)")


def hover(page: Page) -> None:
    row(page, OLD[55]).locator(".t-user").hover(position={"x": 5, "y": 5}, force=True)


def touch(page: Page) -> None:
    cell = row(page, OLD[55]).locator(".t-user")
    cell.dispatch_event("pointerdown", {"pointerType": "touch", "bubbles": True})


@pytest.mark.parametrize("read", [scroll, focus, select, hover, touch])
def test_who_reads_holds_new_rows_back_and_nothing_moves(
    page: Page, scribe: Scribe, read: Callable[[Page], None]
) -> None:
    read(page)
    before = page.evaluate(PLACES)

    for number in (1, 2, 3):
        scribe.write(f"held-{number}")
        waiting(page, number)

    assert page.evaluate(PLACES) == before
    expect(page.locator("#seq")).to_have_text(f"{scribe.head():,}")  # the feed itself went on


@pytest.mark.parametrize(
    ("read", "let_go"),
    [
        (scroll, "scrollTo({ top: 0, behavior: 'instant' })"),
        (focus, "document.activeElement.blur()"),
        (select, "getSelection().removeAllRanges()"),
        (hover, None),
    ],
)
def test_who_lets_go_gets_every_row_once_and_in_order(
    page: Page, scribe: Scribe, read: Callable[[Page], None], let_go: str | None
) -> None:
    read(page)
    scribe.write(*[f"go-{number}" for number in range(38)])
    waiting(page, 38)

    if let_go:
        page.evaluate(let_go)
    else:
        page.mouse.move(2, 2)

    expect(page.locator("#waiting")).to_be_hidden()
    expected = scribe.sealed()
    assert shown(page) == expected[: len(shown(page))]
    assert len(shown(page)) >= 98


def test_the_button_shows_what_waits_although_the_pointer_stays_in_the_table(
    page: Page, scribe: Scribe
) -> None:
    hover(page)
    scribe.write("button-1", "button-2")
    waiting(page, 2).click()

    expect(row(page, "button-2")).to_be_in_viewport()
    expect(page.locator("#waiting")).to_be_hidden()
    assert shown(page) == scribe.sealed()[: len(shown(page))]


def test_from_far_below_the_button_leads_to_the_newest_rows(page: Page, scribe: Scribe) -> None:
    scroll(page)
    scribe.write("far-1", "far-2")
    button = waiting(page, 2)
    expect(button).to_be_in_viewport()
    button.click()

    expect(row(page, "far-2")).to_be_in_viewport()
    assert page.evaluate("scrollY") == 0


def test_by_keyboard_new_rows_are_shown_and_reading_goes_on_at_the_newest(page: Page, scribe: Scribe) -> None:
    for key in ("j", "j", "j"):
        page.keyboard.press(key)
    scribe.write("key-1")
    waiting(page, 1)
    page.keyboard.press("n")

    expect(row(page, "key-1").locator(".t-when a")).to_be_focused()
    expect(page.locator("#waiting")).to_be_hidden()


def test_what_waits_is_spoken_but_not_often(
    watched: tuple[Site, Scribe], open_page: Open, seat: StorageState
) -> None:
    (site, scribe), page = watched, open_page(seat)
    page.clock.install()
    watch(page, site)
    page.locator("#feed .t-when a").first.focus()
    scribe.write("spoken-1")
    waiting(page, 1)
    expect(page.locator("#spoken")).to_be_empty()

    page.clock.run_for(11_000)

    expect(page.locator("#spoken")).to_contain_text("1 new")


def test_what_waits_is_bounded_and_the_newest_is_kept(page: Page, scribe: Scribe) -> None:
    hover(page)
    before = page.evaluate(PLACES)
    for hundred in range(7):
        scribe.write(*[f"much-{hundred}{number:02}" for number in range(100)])
    waiting(page, 700)
    assert page.evaluate(PLACES) == before
    page.mouse.move(2, 2)

    expect(page.locator("#feed tbody tr")).to_have_count(500)
    assert shown(page) == scribe.sealed()[:500]


def test_a_filter_chosen_meanwhile_leaves_no_gap(page: Page, scribe: Scribe) -> None:
    page.get_by_label("User name begins with").fill("gap-")
    row(page, OLD[0]).wait_for(state="hidden")
    scribe.write("gap-1")
    row(page, "gap-1").hover()
    for hundred in range(6):
        scribe.write(*[f"other-{hundred}{number:02}" for number in range(100)])
    scribe.write("gap-2")
    waiting(page, 1)

    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("button", name="Show all")).to_be_hidden()

    assert shown(page) == scribe.sealed()[: len(shown(page))]


def test_at_the_top_new_rows_push_the_others_down(page: Page, scribe: Scribe) -> None:
    scribe.write("pushed-1")
    row(page, "pushed-1").wait_for()

    assert page.evaluate("scrollY") == 0
    expect(page.locator("#feed tbody tr").first).to_have_attribute("data-user", "pushed-1")


@pytest.mark.parametrize(("motion", "slides"), [("no-preference", 1), ("reduce", 0)])
def test_rows_slide_in_for_who_likes_it(page: Page, motion: str, slides: int) -> None:
    page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]

    assert page.evaluate(SLIDES) == slides


def test_a_click_anywhere_on_a_row_opens_its_entry(page: Page) -> None:
    event = row(page, OLD[58]).get_attribute("data-event")

    row(page, OLD[58]).locator(".t-user").click()

    expect(page).to_have_url(re.compile(f"/admin/logins/{event}$"))


def test_the_keyboard_walks_and_opens(page: Page) -> None:
    event = row(page, OLD[58]).get_attribute("data-event")

    for key in ("j", "j", "j", "k", "Enter"):
        page.keyboard.press(key)

    expect(page).to_have_url(re.compile(f"/admin/logins/{event}$"))


def test_letters_that_are_typed_stay_letters(page: Page) -> None:
    box = page.get_by_label("User name begins with")
    box.press_sequentially("jk")

    expect(box).to_have_value("jk")
    expect(box).to_be_focused()
