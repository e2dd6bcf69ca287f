"""The bars over the list: each leads to its own entries."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from auth.events import now
from dashboard.panel.bars import bound
from dashboard.query.buckets import edges
from dashboard.query.selection import read_selection
from dashboard.stream.sealer import seal_all
from tests.actions import AuthActions, make_user
from tests.dashboard.book import NOW, entry, store

BARS, LIST = "/admin/logins/histogram", "/admin/logins/"


@pytest.fixture
def drawn(client, auditor):
    """Return the address, sentence and heights of each bar."""

    def read(**asked):
        text = client.get(BARS, query_string=asked).text
        links = re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"', text)
        return [(unescape(href), label) for href, label in links]

    return read


@pytest.mark.parametrize(
    ("moment", "zone"),
    [
        (NOW, "UTC"),
        (datetime(2026, 10, 25, 1, tzinfo=UTC), "Europe/Berlin"),
        (datetime(2026, 3, 29, 1, tzinfo=UTC), "Europe/Berlin"),
        (datetime(2018, 11, 4, 3, tzinfo=UTC), "America/Sao_Paulo"),
        (NOW, "Asia/Kathmandu"),
    ],
)
@pytest.mark.parametrize("days", [0.4, 2, 30, 400])
def test_a_bars_period_reads_back_as_itself(moment, zone, days):
    zone, around = ZoneInfo(zone), timedelta(days=days)
    for start, end in pairwise(edges(moment - around, moment + around, zone)):
        asked = {"from": bound(start, zone), "to": bound(end, zone, is_end=True)}
        selection = read_selection(asked, zone, NOW)
        assert (selection.start, selection.end) == (start, end)


def test_a_bar_leads_to_its_entries(client, drawn):
    store(entry(number, occurred_at=now() - timedelta(hours=7 * number)) for number in range(1, 20))
    seal_all()
    seen = []
    for href, label in drawn(q="action:login since:30d user:alice", tz="Asia/Kathmandu", size="20"):
        found = re.findall(r'<tr data-event="([^"]+)"', client.get(href).text)
        numbers = [UUID(text).int for text in found]
        assert "since" not in href
        assert "tz=Asia" in href
        seen += numbers[::-1]
        assert re.search(r"\d successes, 0 failures", label)
    assert seen == list(range(19, 0, -1))


def test_bars_say_what_they_ignore(client, auditor):
    seal_all()
    assert "The bars ignore user:alice." in client.get(BARS, query_string={"q": "user:alice"}).text
    assert "ignore" not in client.get(BARS, query_string={"q": "outcome:success"}).text


def test_an_empty_period_draws_nothing(drawn):
    seal_all()
    assert drawn(to="2020-01-01") == []


def test_a_long_count_comes_with_the_bars(client, auditor):
    seal_all()
    assert 'data-total="1 entries"' in client.get(BARS).text
    assert "data-total" not in client.get(BARS, query_string={"q": "user:alice"}).text


def test_turning_pages_does_not_draw_them_again(client, auditor):
    headers = client.get(BARS).headers
    assert headers["Cache-Control"] == "private, max-age=30"
    assert "Cookie" in headers["Vary"]


@pytest.mark.parametrize("asked", [{"q": "nope:1"}, {"from": "soon"}, {"tz": "Nowhere"}])
def test_a_bad_question_has_no_bars(client, auditor, asked):
    assert client.get(BARS, query_string=asked).status_code == 400


def test_the_bars_are_for_viewers(client, role):
    make_user("rita", role)
    AuthActions(client).login("rita")
    assert client.get(BARS).status_code == (403 if role == "user" else 200)
