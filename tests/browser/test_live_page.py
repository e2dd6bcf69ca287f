"""The live page: what it shows, hides and leaves alone."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, StorageState, expect

from models import Action, Outcome
from tests.browser.conftest import Open, watch
from tests.browser.scribe import Scribe
from tests.support.servers.gatehouse import Site


def rows(page: Page) -> Locator:
    return page.locator("#feed tbody tr:visible")


def names(page: Page, pattern: str) -> list[str]:
    """Return the shown names that match, newest first."""
    shown = page.locator("#feed tbody tr:not([hidden]) .t-user").all_inner_texts()
    return [name for name in shown if re.fullmatch(pattern, name)]


def arrives(page: Page, name: str) -> None:
    """Wait for somebody's newest entry, shown or hidden."""
    page.locator(f'#feed tbody tr[data-user="{name}"]').first.wait_for(state="attached")


def test_outcomes_can_be_chosen_and_new_rows_obey(live: Page, scribe: Scribe) -> None:
    live.get_by_label("Failures").check()
    scribe.write("ok-1")
    scribe.write("bad-1", outcome=Outcome.FAILURE)
    arrives(live, "bad-1")

    assert names(live, "(ok|bad)-1") == ["bad-1"]
    live.get_by_label("Successes").check()
    assert names(live, "(ok|bad)-1") == ["ok-1"]


def test_a_choice_outlives_a_reload_and_travels_by_link(live: Page, scribe: Scribe) -> None:
    scribe.write("link-a", "link-b")
    scribe.write("link-a", action=Action.LOGOUT)
    arrives(live, "link-b")
    live.get_by_label("Action").select_option("login")
    live.get_by_label("User name begins with").fill("link-a")

    expect(live).to_have_url(re.compile(r"/admin/live/\?action=login&user=link-a$"))
    live.reload()
    expect(rows(live)).to_have_count(1)
    assert names(live, "link-.") == ["link-a"]
    expect(live.get_by_label("User name begins with")).to_have_value("link-a")


def test_a_choice_nobody_offers_is_none(live: Page) -> None:
    live.goto(re.sub(r"\?.*", "", live.url) + "?outcome=maybe&action=dance&q=x")

    expect(live.get_by_label("Action")).to_have_value("")
    expect(live.get_by_role("button", name="Show all")).to_be_hidden()


def test_names_are_compared_by_their_key(live: Page, scribe: Scribe) -> None:
    scribe.write("STRASSE", "straße", "stra", "other")
    scribe.write("straw", known=False)
    arrives(live, "stra")
    live.get_by_label("User name begins with").fill(" STRaß ")

    assert names(live, ".*") == ["straße", "STRASSE"]


def test_admin_actions_are_a_choice(live: Page, scribe: Scribe) -> None:
    scribe.write("admin-1", action=Action.LOG_EXPORT)
    scribe.write("admin-2")
    arrives(live, "admin-2")
    live.get_by_label("Action").select_option("Admin actions")

    assert names(live, "admin-.") == ["admin-1"]
    expect(live.get_by_role("link", name="Search the book")).to_be_hidden()


def test_show_all_shows_all(live: Page, scribe: Scribe) -> None:
    scribe.write("all-1", "all-2")
    arrives(live, "all-2")
    live.get_by_label("User name begins with").fill("nobody")
    expect(live.get_by_text("None of these among the newest entries")).to_be_visible()

    live.get_by_role("button", name="Show all").click()

    expect(live.get_by_text("None of these among the newest entries")).to_be_hidden()
    assert names(live, "all-.") == ["all-2", "all-1"]
    expect(live).to_have_url(re.compile("/admin/live/$"))


def test_the_book_answers_the_same_question(live: Page, scribe: Scribe) -> None:
    scribe.write("book-1", "book-2", outcome=Outcome.FAILURE)
    arrives(live, "book-2")
    live.get_by_label("Failures").check()
    live.get_by_label("Action").select_option("login")
    live.get_by_label("User name begins with").fill("BOOK-")

    live.get_by_role("link", name="Search the book").click()

    expect(live.get_by_label("Query")).to_have_value("outcome:failure action:login user:BOOK-*")
    expect(live.locator("tbody tr")).to_have_count(2)


def test_nothing_arrives_while_it_is_paused_and_nothing_is_lost(live: Page, scribe: Scribe) -> None:
    live.get_by_role("button", name="Pause").click()
    scribe.write("pause-1", "pause-2")
    scribe.write("pause-3")
    resume = live.get_by_role("button", name="Resume, 3 new")
    expect(resume).to_be_visible()

    assert names(live, "pause-.") == []
    expect(live.locator("#state")).to_have_text("paused")
    resume.click()
    arrives(live, "pause-3")
    assert names(live, "pause-.") == ["pause-3", "pause-2", "pause-1"]
    expect(live.get_by_role("button", name="Pause")).to_be_visible()


def test_no_more_than_500_rows_are_kept(live: Page, scribe: Scribe) -> None:
    scribe.write(*[f"many-{number:03}" for number in range(620)])
    arrives(live, "many-619")

    assert live.locator("#feed tbody tr").count() == 500
    assert names(live, ".*") == [f"many-{number:03}" for number in range(619, 119, -1)]


def test_what_is_chosen_stays_and_no_gap_is_shown_later(live: Page, scribe: Scribe) -> None:
    scribe.write("rare-1")
    live.get_by_label("User name begins with").fill("rare-")
    for hundred in range(6):
        scribe.write(*[f"common-{hundred}{number:02}" for number in range(100)])
    scribe.write("rare-2")
    arrives(live, "rare-2")
    assert names(live, ".*") == ["rare-2", "rare-1"]

    live.get_by_role("button", name="Show all").click()
    expect(live.get_by_role("button", name="Show all")).to_be_hidden()

    shown = names(live, ".*")
    assert shown == ["rare-2", *[f"common-{number}" for number in range(599, 599 - len(shown) + 1, -1)]]


def test_the_status_tells_the_pace(live: Page, scribe: Scribe) -> None:
    scribe.write("pace-1", "pace-2")
    scribe.write("pace-3", outcome=Outcome.FAILURE)
    arrives(live, "pace-3")

    expect(live.locator("#rate")).to_have_text(re.compile(r"^[\d.,]+ a second$"))
    expect(live.locator("#spark .ok")).to_have_attribute("d", re.compile("M"))
    expect(live.locator("#spark .bad")).to_have_attribute("d", re.compile("M"))
    expect(
        live.get_by_role("img", name=re.compile(r"Entries, last 5 minutes at most [\d,]+ in 5 seconds"))
    ).to_be_visible()


def test_figures_are_brought_up_to_date(
    watched: tuple[Site, Scribe], open_page: Open, seat: StorageState
) -> None:
    (site, scribe), page = watched, open_page(seat)
    page.clock.install()
    watch(page, site)
    tile = page.locator(".tile", has_text="Sign-ins, last hour").locator(".v")
    before = int(tile.inner_text().replace(",", ""))
    scribe.write("figure-1", "figure-2")
    arrives(page, "figure-2")

    page.clock.run_for(16_000)

    expect(tile).to_have_text(f"{before + 2:,}")


def test_times_move_on_by_themselves(
    watched: tuple[Site, Scribe], open_page: Open, seat: StorageState
) -> None:
    (site, scribe), page = watched, open_page(seat)
    page.clock.install()
    watch(page, site)
    scribe.write("aging-1")
    arrives(page, "aging-1")
    row = page.locator('#feed tbody tr[data-user="aging-1"]').first

    page.clock.run_for(90_000)

    expect(row.locator("time .ago")).to_have_text(re.compile("^1 min"))


def test_without_scripts_it_is_a_page(
    watched: tuple[Site, Scribe], live: Page, scribe: Scribe, chromium: Browser, seat: StorageState
) -> None:
    scribe.write("plain-1")
    arrives(live, "plain-1")
    with chromium.new_context(java_script_enabled=False, storage_state=seat) as context:
        page = context.new_page()
        page.goto(f"{watched[0].url}/admin/live/")

        expect(page.locator("noscript p")).to_be_visible()
        expect(page.get_by_text("plain-1")).to_be_visible()
        expect(page.get_by_role("button", name="Pause")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out(live: Page, width: int) -> None:
    live.set_viewport_size({"width": width, "height": 800})

    assert live.evaluate("document.documentElement.scrollWidth") == width
