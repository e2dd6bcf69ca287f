"""What somebody reads on the live page keeps its place while rows arrive; every row leads to its entry."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.scribe import Scribe

OLD = [f"old-{number:02}" for number in range(60)]
SLIDES = """() => import("/static/panel/place.js").then(({ Place }) => {
  const table = document.getElementById("feed"), body = table.tBodies[0];
  new Place(table).keep(() => body.prepend(body.rows[0].cloneNode(true)));
  return body.getAnimations().length;
})"""


def row(page: Page, name: str) -> Locator:
    return page.locator(f'#feed tbody tr[data-user="{name}"]').first


def top(locator: Locator) -> float:
    return float(locator.evaluate("row => row.getBoundingClientRect().top"))


@pytest.fixture
def page(live: Page, scribe: Scribe) -> Page:
    """The live page with more rows than a screen holds, at rest."""
    live.locator(f'[data-event="{scribe.write(*OLD)}"]').wait_for()
    live.wait_for_function("document.querySelector('#feed tbody').getAnimations().length === 0")
    return live


def scroll(page: Page, _row: Locator) -> None:
    page.evaluate("scrollTo({ top: 700, behavior: 'instant' })")


def focus(_page: Page, row: Locator) -> None:
    row.locator(".t-when a").focus()


def select(_page: Page, row: Locator) -> None:
    row.locator(".t-action").evaluate("cell => getSelection().selectAllChildren(cell)")


def hover(_page: Page, row: Locator) -> None:
    row.locator(".t-agent").hover(position={"x": 5, "y": 5}, force=True)


@pytest.mark.parametrize(("read", "number"), [(scroll, 30), (focus, 55), (select, 55), (hover, 55)])
def test_what_is_read_keeps_its_place(
    page: Page, scribe: Scribe, read: Callable[[Page, Locator], None], number: int
) -> None:
    being_read = row(page, OLD[number])
    read(page, being_read)
    before = top(being_read)

    for name in ("new-1", "new-2", "new-3"):
        scribe.write(name)
        row(page, name).wait_for(state="attached")

    assert abs(top(being_read) - before) < 1


def test_at_the_top_new_rows_push_the_others_down(page: Page, scribe: Scribe) -> None:
    scribe.write("pushed-1")
    row(page, "pushed-1").wait_for()

    assert page.evaluate("scrollY") == 0
    expect(page.locator("#feed tbody tr").first).to_have_attribute("data-user", "pushed-1")


def test_who_only_pointed_is_taken_back(page: Page, scribe: Scribe) -> None:
    hover(page, row(page, OLD[55]))
    scribe.write("detour-1")
    row(page, "detour-1").wait_for(state="attached")
    assert page.evaluate("scrollY") > 0
    page.mouse.move(2, 2)

    scribe.write("detour-2")
    row(page, "detour-2").wait_for(state="attached")

    assert page.evaluate("scrollY") == 0


def test_new_rows_out_of_sight_are_counted_and_a_click_away(page: Page, scribe: Scribe) -> None:
    scroll(page, row(page, OLD[30]))
    scribe.write("above-1", "above-2")

    page.get_by_role("button", name="2 new").click()

    expect(row(page, "above-2")).to_be_in_viewport()
    expect(page.locator("#above")).to_be_hidden()


def test_a_row_that_is_read_is_not_dropped(page: Page, scribe: Scribe) -> None:
    scribe.write(*[f"drop-{number}" for number in range(440)])
    row(page, "drop-439").wait_for(state="attached")
    page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
    last = page.locator("#feed tbody tr").last.get_attribute("data-event")

    scribe.write(*[f"late-{number}" for number in range(30)])
    resume = page.get_by_role("button", name="Resume, 30 new")
    resume.wait_for(state="attached")

    assert page.locator("#feed tbody tr").last.get_attribute("data-event") == last
    resume.click()
    expect(row(page, "late-29")).to_be_in_viewport()
    expect(page.locator("#state")).to_have_text("connected")


@pytest.mark.parametrize(("motion", "slides"), [("no-preference", 1), ("reduce", 0)])
def test_rows_slide_in_for_who_likes_it(page: Page, motion: str, slides: int) -> None:
    page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]

    assert page.evaluate(SLIDES) == slides


def test_a_click_anywhere_on_a_row_opens_its_entry(page: Page) -> None:
    event = row(page, OLD[58]).get_attribute("data-event")

    row(page, OLD[58]).locator(".t-agent").click()

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
