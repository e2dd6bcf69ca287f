"""The bars over the list: each leads to its own entries."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from dashboard.log.recorder import name_refs
from dashboard.log.sealer import seal_all
from dashboard.panel.parts.bars import bound
from dashboard.query.counts.buckets import edges
from dashboard.query.language.selection import read_selection
from dashboard.query.reading.budget import Budget
from models.clock import now
from tests.support.actions import AuthActions, make_user
from tests.support.book import NOW, entry, store

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
        selection = read_selection(asked, zone, NOW, name_refs)
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
        assert re.search(r"\d entries, whether they match or not", label)
    assert seen == list(range(19, 0, -1))


def test_bars_that_show_more_than_the_list_are_grey_and_say_so(client, auditor):
    seal_all()
    grey = client.get(BARS, query_string={"q": "user:audrey outcome:success"}).text
    assert 'data-grey aria-describedby="bars-note"' in grey
    assert re.search(r'id="bars-note">The bars ignore user:audrey.\s+They are grey', grey)
    assert re.search('aria-label="[^"]+: 1 entries, whether they match or not"', grey)
    plain = client.get(BARS, query_string={"q": "outcome:success since:24h"}).text
    assert "data-from" in plain
    assert "grey" not in plain
    assert "ignore" not in plain


@pytest.mark.parametrize("q", ["user:nobody", "reason:expired", "user:nobody@example.org", "agent:Opera"])
def test_without_a_match_there_is_no_picture(client, auditor, q):
    seal_all()
    assert "<svg" not in client.get(BARS, query_string={"q": q}).text
    assert 'id="bars"' not in client.get(LIST, query_string={"q": q}).text
    assert 'id="bars"' in client.get(LIST, query_string={"q": "user:audrey"}).text


def test_a_search_that_was_not_finished_keeps_its_picture(client, auditor, monkeypatch):
    store(entry(number) for number in range(1, 4))
    seal_all()
    monkeypatch.setattr("dashboard.query.reading.range_scan.FIRST_SLICE", 1)
    monkeypatch.setattr("dashboard.query.reading.budget.PAGE_SECONDS", 0)
    monkeypatch.setattr("dashboard.panel.parts.matches.Budget", lambda *_: Budget(0))
    assert "data-grey" in client.get(BARS, query_string={"q": "agent:Opera"}).text


def test_what_is_dated_after_now_is_named_and_linked(client, auditor):
    store(entry(number, occurred_at=now() + timedelta(days=3653 + number)) for number in range(1, 4))
    store([entry(9, occurred_at=now() - timedelta(days=2))])
    seal_all()
    client.set_cookie("tz", "Asia/Kathmandu")
    page = client.get(BARS).text
    (address,) = re.findall(r'<a href="([^"]+)">3 entries are dated after now</a>', page)
    listed = client.get(unescape(address)).text
    assert re.findall(r'<tr data-event="([^"]+)"', listed) == [str(UUID(int=n)) for n in (3, 2, 1)]
    assert "tz=Asia/Kathmandu" in address
    assert page.count("<a href") == 1 + page.count("data-from") < 80
    assert 'data-total="5 entries"' in page
    ahead = client.get(unescape(address).replace(LIST, BARS)).text
    assert "3 entries are dated after now" in ahead
    assert "<svg" not in ahead
    assert "dated after" not in client.get(BARS, query_string={"q": "user:bob"}).text


def test_an_empty_period_draws_nothing(drawn):
    seal_all()
    assert drawn(to="2020-01-01") == []


def test_a_long_count_comes_with_the_bars(client, auditor):
    seal_all()
    assert 'data-total="1 entries"' in client.get(BARS).text
    assert "data-total" not in client.get(BARS, query_string={"q": "user:audrey"}).text


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
