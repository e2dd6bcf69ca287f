"""Places, ended sessions and the words of exports are forgotten by the clock, while it may be trusted."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from auth import sessions
from auth.events import Client
from dashboard.background import schedule
from dashboard.log.recording import query_words
from dashboard.log.sealer import seal_all
from dashboard.proof import retention
from dashboard.proof.clock import Doubtful
from dashboard.proof.retention import forget_sessions, forget_words, purge_old_addresses
from models import ExportQuery, LoginLog, UserSession, db, write_transaction
from models.clock import now
from tests.dashboard.proof.verify.tampering import fault
from tests.support.actions import make_user
from tests.support.app import running
from tests.support.book import entry, store
from tests.support.waiting import wait_until

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep keys and checkpoints here."""
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path / "instance")


def log_of(*ages: float) -> None:
    """Seal entries with a place that are so many days old."""
    moments = {number: now() - age * DAY for number, age in enumerate(ages, 1)}
    store([entry(number, ip="192.0.2.1", occurred_at=moment) for number, moment in moments.items()])
    seal_all()


def leave_traces() -> None:
    """Leave an ended session, one that goes on from an old place, and words that were used long ago."""
    user = make_user("carol")

    def work(session: object) -> None:
        for remember, columns in ((False, {"revoked_at": now() - 40 * DAY}), (True, {})):
            _, row = sessions.begin_session(session, user, Client(ip="192.0.2.1"), remember=remember)  # type: ignore[arg-type]
            row.created_at = now() - 20 * DAY
            for name, value in columns.items():
                setattr(row, name, value)
        query_words.keep_words(session, "user:carol")  # type: ignore[arg-type]

    write_transaction(work)
    old = update(ExportQuery).values(used_at=now() - 20 * DAY)
    write_transaction(lambda session: session.execute(old))


def left() -> tuple[list[int | None], int, list[str | None], int]:
    """Return entries with a place, sessions, their addresses, and words that are left."""
    db.session.rollback()
    return (
        list(db.session.scalars(select(LoginLog.seq).where(LoginLog.place_nonce.is_not(None)))),
        db.session.scalar(select(func.count(UserSession.id))) or 0,
        list(db.session.scalars(select(UserSession.ip))),
        db.session.scalar(select(func.count()).select_from(ExportQuery)) or 0,
    )


def test_what_is_old_enough_is_forgotten(app: Flask) -> None:
    log_of(20, 15, 1, 0)
    leave_traces()
    assert (forget_sessions(), forget_words(10 * DAY), purge_old_addresses(10 * DAY)) == (1, 1, 2)
    seal_all()
    assert left() == ([3, 4, 5], 1, [None], 0)
    assert fault() is None
    assert (forget_sessions(), forget_words(10 * DAY), purge_old_addresses(10 * DAY)) == (0, 0, 0)


@pytest.mark.parametrize(
    "ages", [(20, 15, -1), (400, 390, 380), (400, 390, 0)], ids=["ahead", "nothing since", "jumped"]
)
def test_a_clock_in_doubt_forgets_nothing(app: Flask, ages: tuple[float, ...]) -> None:
    log_of(*ages)
    leave_traces()
    before = left()
    assert (forget_sessions(), forget_words(10 * DAY)) == (0, 0)
    with pytest.raises(Doubtful, match="no address is purged"):
        purge_old_addresses(10 * DAY)
    assert left() == before


def test_a_serving_process_does_it_by_itself(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "RETENTION_INTERVAL", 0.02)
    before = set(threading.enumerate())
    with running(database_url, retention_addresses="10d") as app:
        log_of(20, 0)
        leave_traces()
        schedule.start(app)
        wait_until(lambda: left()[1:] == (1, [None], 0) and 1 not in left()[0], "all is forgotten")
        schedule.stop(app)
        for thread in set(threading.enumerate()) - before:
            thread.join(10)
        seal_all()
        assert fault() is None


@pytest.mark.parametrize(
    ("settings", "jobs"),
    [
        ({}, {"sessions", "old traces"}),
        ({"retention": "100d"}, {"sessions", "old traces", "words", "quarantine"}),
        ({"retention_addresses": "10d"}, {"sessions", "old traces", "words", "addresses", "quarantine"}),
    ],
)
def test_it_does_what_is_set(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], jobs: set[str]
) -> None:
    named: list[str] = []
    monkeypatch.setattr(retention, "at_intervals", lambda _app, name, *_, **__: named.append(name))
    with running(sqlite_url, **settings):
        assert set(named) == jobs
