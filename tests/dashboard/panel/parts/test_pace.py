"""The pace before the page goes on by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from dashboard.log.head import read_head
from dashboard.log.sealer import seal_all
from dashboard.panel.parts.pace import Pace, pace
from models import Outcome, db
from tests.support.book import entry, store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = int(NOON.timestamp())


def happened(*seconds_before: float) -> Pace:
    """Return the pace at noon after sign-ins, every second one a failure."""
    outcomes = (Outcome.SUCCESS, Outcome.FAILURE)
    store(
        entry(number, occurred_at=NOON - timedelta(seconds=seconds), outcome=outcomes[number % 2])
        for number, seconds in enumerate(seconds_before)
    )
    seal_all()
    return pace(read_head(db.session()), NOON)


def test_entries_are_counted_by_step_and_outcome(sqlite_app: Flask) -> None:
    assert happened(12, 11, 5, 0.5).bars == [[SECOND - 15, 1, 1], [SECOND - 5, 1, 1]]


def test_five_minutes_are_known(sqlite_app: Flask) -> None:
    known = happened(301, 299)

    assert (known.since, known.bars) == (SECOND - 300, [[SECOND - 300, 0, 1]])


def test_an_empty_book_has_no_bars(sqlite_app: Flask) -> None:
    assert happened() == Pace(SECOND, SECOND - 300, [])


def test_what_was_not_looked_at_is_not_known(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.panel.parts.pace.LOOKED_AT", 2)

    known = happened(20, 12, 4)

    assert (known.since, known.bars) == (SECOND - 12, [[SECOND - 15, 0, 1], [SECOND - 5, 1, 0]])


def test_what_is_not_sealed_waits_for_the_feed(sqlite_app: Flask) -> None:
    happened(10)
    store([entry(9, occurred_at=NOON)])

    assert pace(read_head(db.session()), NOON).bars == [[SECOND - 10, 1, 0]]


def test_what_is_dated_after_now_is_not_drawn(sqlite_app: Flask) -> None:
    assert happened(12, -86_400).bars == [[SECOND - 15, 1, 0]]
