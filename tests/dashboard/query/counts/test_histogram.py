"""Bars and long counts come from the totals and agree with the book."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from dashboard.log.recorder import name_refs
from dashboard.log.sealer import seal_all
from dashboard.query.counts.histogram import read_histogram
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.selection import read_selection
from dashboard.query.reading.keyset import Keyset
from models import Action, LoginLog, Outcome, Reason, db, write_transaction
from tests.support.book import NOW, entry, store, various


def histogram(zone="UTC", **asked):
    asked = {name.rstrip("_"): text for name, text in asked.items()}
    return read_histogram(db.session(), read_selection(asked, ZoneInfo(zone), NOW, name_refs))


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
    cut = histogram(from_="2026-11-22T06:01", to="2026-11-22T10:59:59")
    assert (cut.total, cut.is_exact) == (4, True)
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
    found = histogram()
    assert (found.total, found.is_exact) == (8, True)
    assert found.bars[0].start == NOW - timedelta(hours=8)


def test_bars_end_at_the_clock(app):
    store(various())
    far = [timedelta(minutes=14), timedelta(minutes=16), timedelta(days=3653)]
    store(entry(100 + n, occurred_at=NOW + ahead) for n, ahead in enumerate(far))
    seal_all()
    for asked in ({}, {"to": "2050-01-01"}, {"q": "since:90d"}, {"from_": "2026-11-01"}):
        found = histogram(**asked)
        assert found.bars[-1].end == NOW + timedelta(minutes=15)
        assert (found.total, found.is_exact) == (10, True)
        assert found.bars[0].end - found.bars[0].start < timedelta(days=1)
    assert histogram(from_="2030-01-01").bars == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(st.integers(-400, 40), max_size=2).map(sorted),
    st.sampled_from(["", "outcome:failure", "-reason:unknown_user", "action:login -outcome:failure"]),
)
def test_bars_hold_what_the_list_has(minutes_apart, minutes, q):
    names = dict(zip(("from_", "to"), minutes, strict=False))
    asked = {name: f"{NOW + timedelta(minutes=at):%Y-%m-%dT%H:%M:30}" for name, at in names.items()}
    found = histogram(q=q, **asked)
    selection = read_selection(
        {"q": q} | {n.rstrip("_"): t for n, t in asked.items()}, ZoneInfo("UTC"), NOW, name_refs
    )
    keyset = Keyset(select(LoginLog.occurred_at, LoginLog.id), compile_selection(selection))
    rows = keyset.rows(db.session(), None, 1000, descending=True)
    listed = [row for row in rows if row.occurred_at < NOW + timedelta(minutes=15)]
    assert found.total == len(listed)
    assert found.is_exact or not found.bars


@pytest.fixture
def minutes_apart(sqlite_app):
    kinds = [{}, {"outcome": Outcome.FAILURE, "reason": Reason.UNKNOWN_USER}, {"action": Action.LOGOUT}]
    ages = ((n, timedelta(minutes=n, seconds=n)) for n in range(-30, 300))
    store(entry(1000 + n, occurred_at=NOW - age, **kinds[n % 3]) for n, age in ages)
    seal_all()


def test_a_crowded_quarter_hour_is_left_to_the_totals(book, monkeypatch):
    monkeypatch.setattr("dashboard.query.counts.margins.MAX_MARGIN", 0)
    assert not histogram(to="2026-11-22T06:01").is_exact
    assert histogram(to="2026-11-22T05:59:59.999999").is_exact
