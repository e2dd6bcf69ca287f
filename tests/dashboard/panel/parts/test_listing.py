"""Turning the pages of the book: cursors, order, long searches, counts, zone."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from dashboard.query.reading.budget import Budget
from dashboard.query.reading.pages import cursor
from tests.support.book import NOW, entry, store, various

LIST = "/admin/logins/"


def listed(page):
    return [UUID(text).int for text in re.findall(r'<tr data-event="([^"]+)"', page)]


def link(page, rel):
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return found and found[1].replace("&amp;", "&")


@pytest.fixture
def page(client, auditor):
    def read(status=200, **asked):
        answer = client.get(LIST, query_string={name.rstrip("_"): text for name, text in asked.items()})
        assert answer.status_code == status
        return answer.text

    return read


def test_the_pager_leads_through_all_pages_and_back(client, page):
    store(entry(number) for number in range(1, 46))
    text = page(q="user:alice", size="20")
    pages = [listed(text)]
    assert link(text, "first") is link(text, "prev") is None
    last = link(text, "last")
    while forward := link(text, "next"):
        text = client.get(forward).text
        pages.append(listed(text))
    assert [number for shown in pages for number in shown] == list(range(1, 46))
    assert link(text, "last") is None
    assert listed(client.get(link(text, "first")).text) == pages[0]
    assert listed(client.get(link(text, "prev")).text) == pages[1]
    assert listed(client.get(last).text) == list(range(26, 46))


def test_matches_are_counted_up_to_a_limit(page, monkeypatch):
    store(entry(number) for number in range(1, 26))
    assert "25 entries" in page(q="user:alice", size="20")
    assert "1 entry" in page(q="user:alice since:1h") or "1 entry" in page(q="user:audrey")
    monkeypatch.setattr("dashboard.panel.parts.listing.COUNTED", 22)
    assert "more than 22 entries" in page(q="user:alice", size="20")


def test_a_foreign_cursor_is_a_position(page):
    store(various())
    assert listed(page(q="user:alice", after=cursor((NOW - timedelta(hours=1, minutes=1), 1)))) == [2, 6]


def test_entries_are_listed_oldest_first(client, page):
    store(entry(number) for number in range(1, 46))
    text = page(q="user:alice", size="20", order="oldest")
    assert listed(text) == list(range(45, 25, -1))
    assert "Newest »" in text
    assert listed(client.get(link(text, "next")).text) == list(range(25, 5, -1))
    assert listed(client.get(link(text, "last")).text) == list(range(20, 0, -1))


def test_a_search_that_takes_long_shows_how_far_it_came(client, page, monkeypatch):
    monkeypatch.setattr("dashboard.query.reading.range_scan.FIRST_SLICE", 10)
    monkeypatch.setattr("dashboard.query.reading.pages.Budget", lambda *_: Budget(0))
    store([entry(number, browser="Firefox 140" if number == 25 else None) for number in range(1, 31)])
    text, pages = page(q="agent:firefox"), 1
    while not listed(text):
        assert "Nothing found yet" in text
        assert "Searched back to" in text
        text, pages = client.get(link(text, "next")).text, pages + 1
    assert (listed(text), pages) == ([25], 3)
    assert "Searched forward to" in client.get(link(text, "prev")).text


def test_the_zone_of_the_page_is_shown(page):
    assert 'name="tz" list="zones" value="UTC"' in page()
    assert 'value="Asia/Kathmandu" data-own="UTC"' in page(tz="Asia/Kathmandu")
    assert "UTC+5:45" in page(tz="Asia/Kathmandu")
