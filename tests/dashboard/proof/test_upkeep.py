"""What a serving process does by the clock."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dashboard.background import schedule
from dashboard.log.sealer import seal_all
from dashboard.proof import upkeep
from dashboard.proof.checkpoint.checkpoint import Checkpoint
from dashboard.proof.checkpoint.history import read_checkpoint
from models import LoginLog, StreamHead, db
from models.clock import now
from tests.support.app import running
from tests.support.book import entry, store


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Look often; keep the key here."""
    monkeypatch.setattr(upkeep, "CHECKPOINT_LOOK", 0.02)
    monkeypatch.setattr(upkeep, "PRUNE_LOOK", 0.02)
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path / "instance")


def served(url: str, done: threading.Event, **settings: object) -> None:
    """Run the threads of a serving process until ``done`` or for ten seconds."""
    before = set(threading.enumerate())
    with running(url, **settings) as app:
        schedule.start(app)
        done.wait(10)
        schedule.stop(app)
        for thread in set(threading.enumerate()) - before:
            thread.join(10)


def test_a_checkpoint_is_kept_without_any_sign_in(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, keep = threading.Event(), upkeep.Store.keep_if_due
    looks = iter(range(3))

    def kept(store: upkeep.Store, every: timedelta) -> Checkpoint | None:
        taken = keep(store, every)
        if next(looks, None) is None:
            done.set()
        return taken

    monkeypatch.setattr(upkeep.Store, "keep_if_due", kept)
    served(database_url, done, checkpoint_dir=tmp_path / "kept")
    [path] = (tmp_path / "kept").glob("*.note")
    found = read_checkpoint(path.read_text(), ())
    with running(database_url):
        head = db.session.scalars(select(StreamHead)).one()
        assert (found.origin, found.size) == (head.origin, 0)


@pytest.mark.parametrize(("retention", "pruned"), [("10d", 1), (None, 0)])
def test_what_is_older_than_the_retention_goes(
    database_url: str, retention: str | None, pruned: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(database_url):
        store([entry(1, occurred_at=now() - timedelta(days=20)), entry(2, occurred_at=now())])
        seal_all()
    done, prune_if_due = threading.Event(), upkeep.prune_if_due
    monkeypatch.setattr(upkeep, "prune_if_due", lambda age: prune_if_due(age) and done.set())
    if retention is None:
        done.set()
    served(database_url, done, retention=retention)
    with running(database_url):
        assert db.session.scalars(select(StreamHead.pruned)).one() == pruned
        assert db.session.scalar(select(LoginLog.id).where(LoginLog.seq == 2))


def test_by_a_doubtful_clock_nothing_goes_and_that_is_said_once(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with running(database_url):
        store([entry(number, occurred_at=now() - timedelta(days=age)) for number, age in ((1, 50), (2, 40))])
        seal_all()
    done, prune_if_due, looks = threading.Event(), upkeep.prune_if_due, iter(range(3))

    def looked(age: timedelta) -> int:
        if next(looks, None) is None:
            done.set()
        return prune_if_due(age)

    monkeypatch.setattr(upkeep, "prune_if_due", looked)
    served(database_url, done, retention="45d", checkpoint_dir=tmp_path / "kept")
    told = [str(record.exc_info and record.exc_info[1]) for record in caplog.records]
    assert [sum(what in text for text in told) for what in ("retention rests", "no checkpoint is taken")] == [
        1,
        1,
    ]
    assert not (tmp_path / "kept").exists()
    with running(database_url):
        assert db.session.scalars(select(StreamHead.pruned)).one() == 0
