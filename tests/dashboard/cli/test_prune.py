"""``prune`` asks before it trusts a doubtful clock or empties most of the log."""

import os
import pty
import subprocess
from contextvars import Context
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard.log.sealer import seal_all
from models import LoginLog, db
from models.clock import now
from tests.dashboard.cli.conftest import Run, on, refusal
from tests.dashboard.proof.timeline import DAY
from tests.dashboard.proof.verify.tampering import fault
from tests.support.app import running
from tests.support.book import entry, store
from tests.support.servers.gatehouse import environment
from tests.support.servers.gatehouse import manage as command


@pytest.fixture
def manage(database_url: str) -> Run:
    """Run a command that builds an app of its own, whatever is current here."""
    return partial(Context().run, on(database_url))


def log_of(*ages: float) -> None:
    """Seal entries that are so many days old."""
    store([entry(number, occurred_at=now() - age * DAY) for number, age in enumerate(ages, 1)])
    seal_all()


def left() -> int:
    """Return how many entries there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count(LoginLog.id))) or 0


def test_half_of_the_log_goes_unasked(app: Flask, manage: Run) -> None:
    log_of(30, 25, 5, 0)
    assert manage("prune", "--older-than", "20d").stdout.startswith("deleted 2 entries older than ")
    assert fault() is None


def test_more_than_half_wants_a_yes(app: Flask, manage: Run) -> None:
    log_of(30, 25, 21, 5, 0)
    told = refusal(manage("prune", "--older-than", "20d"))
    assert told.startswith("that is more than half of the log's 5 entries: delete 3 entries older than ")
    assert told.endswith("Say --yes if that is right; nothing was deleted")
    assert left() == 5
    assert manage("prune", "--older-than", "20d", "--yes").exit_code == 0
    assert (left(), fault()) == (3, None)


@pytest.mark.parametrize(
    ("ages", "reason"),
    [
        ((90, 85, 60, 45), "but the newest entry or checkpoint is of "),
        ((90, 5, 2, -0.1, -400), "but entry 5 is of "),
    ],
)
def test_a_doubtful_clock_wants_a_yes(app: Flask, manage: Run, ages: tuple[float, ...], reason: str) -> None:
    log_of(*ages)
    assert reason in refusal(manage("prune", "--older-than", "80d"))
    assert left() == len(ages)
    dry = manage("prune", "--older-than", "80d", "--dry-run")
    assert dry.stdout.startswith("would delete ")
    assert "it would ask first: " in dry.stderr
    assert manage("prune", "--older-than", "80d", "--yes").exit_code == 0
    assert (left() < len(ages) + 1, fault()) == (True, None)


@pytest.mark.parametrize(("answer", "gone"), [("y", True), ("n", False), ("", False)])
def test_a_person_is_asked(sqlite_app: Flask, tmp_path: Path, answer: str, gone: bool) -> None:
    log_of(30, 25, 0)
    settings = sqlite_app.config["SETTINGS"]
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    result = subprocess.run(
        command("prune", "--older-than", "20d"),
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment(settings.database, checkpoint_dir=tmp_path / "none", checkpoint_key=tmp_path / "key"),
    )
    os.close(ours)
    os.close(theirs)
    assert "more than half of the log's 3 entries" in result.stderr
    assert (result.returncode == 0, left() < 3) == (gone, gone)


def test_a_checkpoint_by_hand_says_that_the_clock_is_right(app: Flask, manage: Run) -> None:
    log_of(90, 85, 60, 45)
    result = manage("checkpoint")
    assert "this checkpoint says that the clock is right" in result.stderr
    assert result.stdout.startswith("4 entries vouched for in ")
    assert manage("checkpoint").stderr == ""
    assert manage("prune", "--older-than", "80d").exit_code == 0
    assert (left(), fault()) == (3, None)


def test_what_stands_behind_a_younger_entry_is_told(manage: Run, database_url: str) -> None:
    with running(database_url):
        store([entry(1, occurred_at=now()), entry(2, occurred_at=now() - 9 * DAY)])
    result = manage("prune", "--older-than", "5d")
    assert result.exit_code == 0
    assert "entry 1 of" in result.stdout
    assert "nothing goes before it does" in result.stdout
