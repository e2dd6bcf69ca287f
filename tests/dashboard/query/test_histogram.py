"""Bars and long counts come from the totals and agree with the book."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select

from dashboard.query.histogram import read_histogram
from dashboard.query.selection import read_selection
from dashboard.stream.sealer import seal_all
from models import LoginLog, db, write_transaction
from tests.dashboard.book import NOW, entry, store, various


def histogram(zone="UTC", **asked):
    asked = {name.rstrip("_"): text for name, text in asked.items()}
    return read_histogram(db.session(), read_selection(asked, ZoneInfo(zone), NOW))


@pytest.fixture
def book(app):
    store(various())
    seal_all()


def test_an_empty_book_has_no_bars(app):
    assert histogram().bars == []


def test_bars_hold_all_entries_by_outcome(book):
    found = histogram()
    assert (sum(bar.successes for bar in found.bars), sum(bar.failures for bar in found.bars)) == (5, 4)
    assert (found.total, found.is_exact, found.ignored) == (9, True, [])


@pytest.mark.parametrize(
    ("q", "total"),
    [
        ("outcome:failure", 4),
        ("-outcome:failure", 5),
        ("action:login", 6),
        ("-action:login reason:unknown_user", 0),
        ("-reason:unknown_user", 7),
        ("on:2026-11-22", 8),
        ("on:2026-11-21 outcome:success", 1),
    ],
)
def test_what_totals_know_is_counted_exactly(book, q, total):
    assert (histogram(q=q).total, histogram(q=q).is_exact) == (total, True)


def test_a_period_cuts_the_bars(book):
    found = histogram(from_="2026-11-22T06:00", to="2026-11-22T08:59:59.999999")
    assert (found.total, found.is_exact) == (3, True)
    assert not histogram(from_="2026-11-22T06:01").is_exact
    assert histogram(to="2026-11-01").bars == []
    assert histogram(q="-since:3h").bars[-1].end <= NOW - timedelta(hours=3) + timedelta(minutes=15)


def test_what_totals_do_not_know_is_ignored_and_named(book):
    found = histogram(q="user:alice outcome:failure -on:2026-11-22")
    assert (found.total, found.is_exact) == (4, False)
    assert [str(term) for term in found.ignored] == ["user:alice", "-on:2026-11-22"]


def test_days_are_those_of_the_zone(app):
    store(entry(number, occurred_at=NOW - timedelta(hours=number)) for number in range(200))
    seal_all()
    zone = ZoneInfo("Asia/Kathmandu")
    for bar in histogram("Asia/Kathmandu").bars[1:-1]:
        assert bar.start.astimezone(zone).minute in (0, 30)
        assert bar.total == (bar.end - bar.start) / timedelta(hours=1)


def test_what_was_pruned_is_not_counted_as_there(book):
    oldest = db.session.scalars(select(LoginLog).order_by(LoginLog.occurred_at).limit(1)).one()
    write_transaction(lambda session: session.execute(delete(LoginLog).where(LoginLog.id == oldest.id)))
    assert not histogram().is_exact
    assert histogram(from_="2026-11-22T05:00").is_exact
