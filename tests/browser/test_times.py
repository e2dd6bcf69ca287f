"""Times in a browser: the live page and the list tell the same."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, StorageState, expect

from models.clock import now
from tests.browser.conftest import Open, watch
from tests.browser.scribe import Scribe
from tests.models.test_zones import CHANGED
from tests.support.servers.gatehouse import Site


def told(page: Page, event_id: str) -> tuple[str, str]:
    """Return what the row of an entry says of its time: all of it, and where one reads it."""
    time = page.locator(f'tr[data-event="{event_id}"] time')
    return time.get_attribute("title") or "", time.locator("small").inner_text()


@pytest.mark.parametrize(("zone", "day", "hours"), [*CHANGED, ("Asia/Kathmandu", "2026-12-15", 5.75)])
def test_a_live_row_tells_its_time_as_the_list_does(
    watched: tuple[Site, Scribe], open_page: Open, seat: StorageState, zone: str, day: str, hours: float
) -> None:
    site, scribe = watched
    page = open_page(seat)
    watch(page, site, f"?tz={zone}")
    moment = datetime.fromisoformat(f"{day}T12:34:56.789012+00:00")
    event_id = scribe.write("clara", at=moment)
    expect(page.locator(f'tr[data-event="{event_id}"]')).to_be_visible()
    live = told(page, event_id)
    page.goto(f"{site.url}/admin/logins/?q=user:clara&tz={zone}")

    assert told(page, event_id) == live
    assert f"{moment + timedelta(hours=hours):%Y-%m-%d %H:%M:%S.%f}" in live[0]


@pytest.mark.parametrize(
    ("zone", "moment", "time", "offset"),
    [
        ("Europe/Berlin", "2026-10-25T00:30:00.5+00:00", "02:30", " UTC+2"),
        ("Europe/Berlin", "2026-10-25T01:30:00.5+00:00", "02:30", " UTC+1"),
        ("Europe/Berlin", "2026-10-25T02:00:00.5+00:00", "03:00", ""),
        ("Europe/Berlin", "2026-10-24T23:59:59.5+00:00", "01:59", ""),
        ("Europe/Berlin", "2026-03-29T01:00:00.5+00:00", "03:00", ""),
        ("America/Havana", "2025-11-02T04:30:00.5+00:00", "00:30", " UTC-4"),
        ("America/Havana", "2025-11-02T05:30:00.5+00:00", "00:30", " UTC-5"),
        ("Australia/Lord_Howe", "2026-04-04T15:15:00.5+00:00", "01:45", " UTC+10:30"),
    ],
)
def test_an_hour_that_comes_twice_says_which(
    watched: tuple[Site, Scribe],
    open_page: Open,
    seat: StorageState,
    zone: str,
    moment: str,
    time: str,
    offset: str,
) -> None:
    site, scribe = watched
    page = open_page(seat)
    watch(page, site, f"?tz={zone}")
    event_id = scribe.write("zweimal", at=datetime.fromisoformat(moment))
    row = page.locator(f'tr[data-event="{event_id}"] time small')
    for _ in ("live", "list"):
        expect(row).to_have_text(re.compile(rf"\b{time}(:\d\d)?{re.escape(offset)}$"))
        page.goto(f"{site.url}/admin/logins/?q=user:zweimal&tz={zone}")


def test_an_entry_of_the_future_is_never_now(
    watched: tuple[Site, Scribe], open_page: Open, seat: StorageState
) -> None:
    site, scribe = watched
    page = open_page(seat)
    watch(page, site)
    event_id = scribe.write("futura", at=now().replace(month=6, day=1) + timedelta(days=3653))
    shown = page.locator(f'tr[data-event="{event_id}"] time')
    for _ in ("live", "list"):
        expect(shown.locator(".ago")).to_have_text(re.compile(r"in \d+ yrs?\.?"))
        expect(shown.locator("small")).to_have_text(re.compile(rf"{datetime.now(UTC).year + 10}-\d\d-\d\d "))
        page.goto(f"{site.url}/admin/logins/?q=user:futura")


def test_a_wrong_clock_moves_no_chart(
    watched: tuple[Site, Scribe], open_page: Open, seat: StorageState
) -> None:
    site, scribe = watched
    page = open_page(seat)
    watch(page, site)
    scribe.write("futura", at=now() + timedelta(days=3653))
    event_id = scribe.write("presenta", "presenta", "presenta")
    expect(page.locator(f'tr[data-event="{event_id}"]')).to_be_visible()

    expect(page.locator("#peak")).to_have_text(re.compile(r"at most ([3-9]|\d\d)"))
