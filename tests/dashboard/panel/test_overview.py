"""The overview counts today and shows the newest entries."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from dashboard.background.thread_state import Health, ThreadState
from dashboard.log.sealer import seal_all
from models import User
from models.clock import now
from tests.support.actions import AuthActions, make_user
from tests.support.book import entry, store
from tests.support.waiting import wait_until


def tiles(page: str) -> dict[str, str]:
    """Return the figures of the page by their titles."""
    return dict(re.findall(r'<div class="k">([^<]+)</div><div class="v">([^<]+)</div>', page))


def test_it_counts_todays_attempts_users_and_people(auth: AuthActions, auditor: User) -> None:
    AuthActions(auth.client.application.test_client()).login("audrey", "wrong password")

    figures_shown = tiles(auth.client.get("/admin/").text)

    assert figures_shown == {"Sign-ins": "1", "Failed": "1", "New users": "1", "People in": "1"}


def test_it_shows_the_newest_entry(auditor: User, client: FlaskClient) -> None:
    page = client.get("/admin/").text

    assert page.count("<tr data-event=") == 1
    assert 'href="/admin/logins/?q=user:audrey"' in page


def test_yesterday_ends_at_this_time_of_day(
    auditor: User, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not 24 hours ago: the clocks went back in between."""
    client.set_cookie("tz", "Europe/Berlin")
    noon = datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    store([entry(1, occurred_at=noon), entry(2, occurred_at=noon + timedelta(hours=1))])
    seal_all()

    monkeypatch.setattr("dashboard.panel.overview.now", lambda: datetime(2026, 10, 25, 11, 30, tzinfo=UTC))

    assert "1 by this time yesterday" in client.get("/admin/").text


@pytest.mark.parametrize(
    ("locale", "title", "told"),
    [
        ("en", "Not everything works", "Entries that are not sealed: 2, the oldest for 5 minutes."),
        ("zh", "部分功能出现问题", "最早的已等待 5分钟。"),
    ],
)
def test_what_does_not_work_stands_first(
    auditor: User, client: FlaskClient, locale: str, title: str, told: str
) -> None:
    seal_all()
    store([entry(number, occurred_at=now() - timedelta(minutes=5)) for number in (1, 2)])
    page = client.get("/admin/", headers={"Accept-Language": locale}).text
    assert f'<h2 id="trouble">{title}</h2>' in page
    assert f"{told}</li>" in page
    assert page.index("trouble") < page.index('class="tiles"')


@pytest.mark.parametrize(("task", "leads"), [("letters", True), ("sealer", False)])
def test_what_fails_beyond_the_book_leads_to_the_followers(
    auditor: User, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, task: str, leads: bool
) -> None:
    seal_all()
    failing = ThreadState(task, Health.FAILING, seconds=16, failures=4)
    monkeypatch.setattr("dashboard.background.schedule.states", lambda _: [failing])
    told = f"The task “{task}” has been failing for 16 seconds."
    page = client.get("/admin/").text
    assert (f'<a href="/admin/followers/">{told}</a>' in page) == leads
    assert told in page


def test_where_all_is_well_nothing_is_said(auditor: User, client: FlaskClient) -> None:
    seal_all()
    assert "trouble" not in client.get("/admin/").text


def test_the_overview_is_shown_while_nothing_can_be_written(
    auditor: User, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_all()
    monkeypatch.setattr("dashboard.monitoring.probes.PROBE_IDLE", 0)
    monkeypatch.setattr("dashboard.monitoring.probes._write_nothing", [].pop)
    wait_until(lambda: "nobody can sign in" in client.get("/admin/").text, "the try has failed")


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("America/Havana", "2024-11-03T04:45+00:00"),  # its midnight hour comes twice: the first one
        ("America/Havana", "2024-11-03T05:45+00:00"),  # the second
        ("America/Havana", "2024-11-03T06:45+00:00"),
        ("Atlantic/Azores", "2026-10-25T01:15+00:00"),
        ("America/Santiago", "2026-09-06T04:20+00:00"),  # a day without a midnight
        ("Africa/Cairo", "2026-04-23T22:20+00:00"),
        ("Europe/Berlin", "2026-10-25T12:00+00:00"),
    ],
)
def test_today_is_the_day_that_on_finds(
    auditor: User, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, zone: str, moment: str
) -> None:
    present = datetime.fromisoformat(moment)
    monkeypatch.setattr("dashboard.panel.overview.now", lambda: present)
    moments = [present - timedelta(minutes=10 * number, seconds=1) for number in range(200)]
    store(entry(number, occurred_at=moment) for number, moment in enumerate(moments))
    seal_all()
    for number, created_at in enumerate(moments[:24]):
        make_user(f"user-{number}", created_at=created_at)
    shown = client.get("/admin/", query_string={"tz": zone}).text
    asked = {"q": f"user:alice on:{present.astimezone(ZoneInfo(zone)):%Y-%m-%d}", "tz": zone}
    listed = client.get("/admin/logins/", query_string=asked).text

    total = re.search(r'id="total">\s*(\d+) entr', listed)
    assert total
    assert tiles(shown)["Sign-ins"] == total[1]
    assert tiles(shown)["New users"] == str(min(24, int(total[1])))
