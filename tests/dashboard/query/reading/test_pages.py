"""Walking through the book."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dashboard.log.recorder import name_refs
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.errors import QueryError
from dashboard.query.language.selection import read_selection
from dashboard.query.reading.budget import Budget
from dashboard.query.reading.keyset import Keyset
from dashboard.query.reading.pages import LAST_PAGE, Pages, _position, cursor
from models import LoginLog, db
from tests.support.book import NOW, entry, store

#: Every third entry shares its time with its neighbours; odd ones were made before alice had an account.
NUMBERS = range(1, 24)


@pytest.fixture
def book(app):
    store(
        entry(
            number,
            known=number % 2 == 0,
            ip=f"10.0.0.{number % 4}",
            occurred_at=NOW - timedelta(hours=number // 3),
        )
        for number in NUMBERS
    )
    return sorted(NUMBERS, key=lambda number: (-(number // 3), number), reverse=True)


def keyset(q=""):
    selection = read_selection({"q": q}, ZoneInfo("UTC"), NOW, name_refs)
    return Keyset(select(LoginLog.__table__), compile_selection(selection))


def page(entries, newest_first=True, **cursors):
    return Pages(db.session(), entries, 5, newest_first).read(**cursors)


QUERIES = ["", "user:alice", "action:login", "ip:10.0.0.0/8", "-action:logout", "user:alice -action:logout"]
both_ways = pytest.mark.parametrize("newest_first", [True, False])
every_query = pytest.mark.parametrize("q", QUERIES)


@pytest.fixture(params=["one slice", "few values", "small slices", "no time"])
def pace(request, monkeypatch):
    """Read the book in slices as large as it, by values, of two entries, and one such slice a page."""
    if request.param != "one slice":
        monkeypatch.setattr("dashboard.query.reading.keyset.SMALL", 0)
    if request.param in ("small slices", "no time"):
        monkeypatch.setattr("dashboard.query.reading.keyset.FEW", 0)
        monkeypatch.setattr("dashboard.query.reading.range_scan.FIRST_SLICE", 2)
        monkeypatch.setattr("dashboard.query.reading.range_scan.next_size", lambda *_: 2)
    if request.param == "no time":
        monkeypatch.setattr("dashboard.query.reading.pages.Budget", lambda *_: Budget(0))


@both_ways
@every_query
def test_forwards_every_entry_comes_once_in_order(book, pace, q, newest_first):
    entries, seen = keyset(q), []
    shown = page(entries, newest_first)
    assert shown.prev is None
    while True:
        seen += [row.event_id.int for row in shown.entries]
        if shown.next is None:
            break
        shown = page(entries, newest_first, after=shown.next)
        assert shown.prev is not None
    assert shown.searched is None
    assert seen == (book if newest_first else book[::-1])


@both_ways
@every_query
def test_backwards_from_the_last_page_too(book, pace, q, newest_first):
    entries, seen = keyset(q), []
    shown = page(entries, newest_first, before=LAST_PAGE)
    assert shown.next is None
    while True:
        seen = [row.event_id.int for row in shown.entries] + seen
        if shown.prev is None:
            break
        shown = page(entries, newest_first, before=shown.prev)
        assert shown.next is not None
    assert seen == (book if newest_first else book[::-1])


@both_ways
def test_a_page_can_be_turned_back_even_where_nothing_was_found(book, monkeypatch, newest_first):
    entries = keyset("-action:login")
    monkeypatch.setattr("dashboard.query.reading.range_scan.FIRST_SLICE", 5)
    monkeypatch.setattr("dashboard.query.reading.pages.Budget", lambda *_: Budget(0))
    first = page(entries, newest_first)
    assert (first.entries, first.prev) == ([], None)
    assert first.searched is not None
    second = page(entries, newest_first, after=first.next)
    again = page(keyset(), newest_first, before=second.prev)
    assert [row.event_id.int for row in again.entries] == (book if newest_first else book[::-1])[:5]


def test_new_entries_do_not_move_the_pages_behind_them(book):
    second = page(keyset()).next
    before = [row.event_id.int for row in page(keyset(), after=second).entries]
    store([entry(100, occurred_at=NOW + timedelta(hours=1))])
    assert [row.event_id.int for row in page(keyset(), after=second).entries] == before


def test_beyond_the_oldest_is_an_empty_page(book):
    oldest = page(keyset(), before=LAST_PAGE).entries[-1]
    shown = page(keyset(), after=cursor((oldest.occurred_at, oldest.id)))
    assert (shown.entries, shown.next) == ([], None)
    assert page(keyset(), before=shown.prev).entries[-1] == oldest


@pytest.mark.parametrize(
    "text",
    ["x", "end", "!" * 22, "AAAA", "é" * 22, "A" * 22, "_" * 22, "f" * 10_000, "f_________9_________w"],
)
def test_a_damaged_cursor_is_refused_or_a_position(book, text):
    try:
        page(keyset(), after=text)
    except QueryError as error:
        assert error.field == "after"


def test_two_cursors_are_one_too_many(book):
    with pytest.raises(QueryError):
        page(keyset(), after=page(keyset()).next, before=LAST_PAGE)


@given(st.datetimes(timezones=st.just(NOW.tzinfo)), st.integers(0, 2**63 - 1))
def test_a_cursor_keeps_its_position(moment, number):
    assert _position(cursor((moment, number)), "after") == (moment, number)
