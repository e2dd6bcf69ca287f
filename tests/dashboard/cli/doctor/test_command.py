"""``doctor``: one line for each part."""

from collections.abc import Callable
from contextvars import Context
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from flask import Flask
from sqlalchemy import text

from auth.events import AuthEvent, Client, Subject
from dashboard.log.head import log_origin
from dashboard.log.sealer import seal_all
from dashboard.log.spool import replay
from dashboard.log.spool.spool import Spool
from models import Action, Outcome, User, write_transaction, zones
from models import clock as present
from models.clock import now
from tests.dashboard.cli.conftest import Run, on
from tests.support.book import entry, store

ATTEMPT: dict[str, Any] = {
    "action": Action.LOGIN,
    "outcome": Outcome.FAILURE,
    "subject": Subject("nobody"),
    "client": Client(),
}
PARTS = [
    "configuration",
    "database",
    "migrations",
    "schema",
    "secret",
    "quarantine",
    "redis",
    "clock",
    "zones",
    "spool",
    "proxy",
]
PARTS += ["sharing", "sealing", "followers", "text-log", "syslog", "totals"]
PARTS += ["names", "checkpoint", "mail", "server"]


@pytest.fixture
def manage(database_url: str) -> Run:
    """Run a command that builds an app of its own, whatever is current here."""
    return partial(Context().run, on(database_url))


def report(run: Run, **settings: object) -> tuple[int, dict[str, tuple[str, str]]]:
    """Return the exit code, and state and text of each part."""
    result = run("doctor", **settings)
    assert result.stderr == ""
    lines = [line.split(maxsplit=2) for line in result.stdout.splitlines()]
    return result.exit_code, {part: (state, text) for state, part, text in lines}


def test_a_sound_installation_is_ok_throughout(manage: Run) -> None:
    code, parts = report(manage)
    assert code == 0
    assert list(parts) == PARTS
    assert {state for state, _ in parts.values()} == {"ok"}


def test_a_bad_setting_is_all_it_can_tell(manage: Run) -> None:
    code, parts = report(manage, max_viewers="many")
    assert code == 1
    assert list(parts) == ["configuration"]
    assert "GATEHOUSE_MAX_VIEWERS" in parts["configuration"][1]


def test_a_misspelt_variable_is_bad(sqlite_url: str) -> None:
    result = on(sqlite_url)("doctor", registraton="closed")
    line = "GATEHOUSE_REGISTRATON is no setting and has no effect: is GATEHOUSE_REGISTRATION meant?"
    assert result.exit_code == 1
    assert f"bad  configuration  {line}\n" in result.stdout


def test_a_missing_database_does_not_hide_the_rest() -> None:
    code, parts = report(on("mariadb://root@127.0.0.1:1/gatehouse"))
    assert code == 1
    unknown = ["database", "migrations", "schema", "secret", "quarantine", "clock"]
    unknown += ["sealing", "followers", "totals", "names", "checkpoint"]
    assert [part for part in PARTS if parts[part][0] == "bad"] == unknown


@pytest.fixture
def waiting(app: Flask, alice: User) -> Callable[..., None]:
    """A way to have an attempt of a log wait since a time, in the spool of this one."""

    def keep(since: datetime, origin: str = "") -> None:
        box = Spool(app.config["SETTINGS"].spool_file, app.config["SETTINGS"].database_location)
        box.hear(origin or log_origin())
        box.append(replay.columns(AuthEvent(**ATTEMPT, occurred_at=since)))

    return keep


def test_attempts_that_just_came_are_told(manage: Run, waiting: Callable[..., None]) -> None:
    waiting(now())
    code, parts = report(manage)
    assert (code, parts["spool"][0]) == (0, "ok")
    assert parts["spool"][1].startswith("1 attempts wait since ")


def test_a_place_where_no_attempt_can_be_kept_is_bad(manage: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, parts = report(manage, spool=tmp_path / "file" / "spool.jsonl")
    assert (code, parts["spool"][0]) == (1, "bad")
    assert "attempts would be lost" in parts["spool"][1]


def test_a_folder_for_attempts_is_bad(manage: Run, tmp_path: Path) -> None:
    assert "It is no file" in report(manage, spool=tmp_path)[1]["spool"][1]


def test_attempts_that_wait_for_long_are_bad(manage: Run, waiting: Callable[..., None]) -> None:
    waiting(now() - timedelta(hours=2))
    waiting(now())
    code, parts = report(manage)
    assert (code, parts["spool"][0]) == (1, "bad")
    assert f"2 attempts wait since {now() - timedelta(hours=2):%F %H}:" in parts["spool"][1]


def test_attempts_of_another_log_are_bad(app: Flask, manage: Run, waiting: Callable[..., None]) -> None:
    waiting(now(), "0f" * 16)
    code, parts = report(manage)
    assert (code, parts["spool"][0]) == (1, "bad")
    assert f"1 lines in {app.config['SETTINGS'].spool_file} cannot enter" in parts["spool"][1]


def test_attempts_are_counted_during_an_outage_too(manage: Run, waiting: Callable[..., None]) -> None:
    waiting(now() - timedelta(hours=2))
    replay.enter_all()  # it is heard which log this is
    waiting(now() - timedelta(hours=3))
    write_transaction(lambda session: session.execute(text("ALTER TABLE stream_head RENAME TO away")))
    try:
        told = report(manage)[1]["spool"]
    finally:
        write_transaction(lambda session: session.execute(text("ALTER TABLE away RENAME TO stream_head")))
    assert told[1].startswith("1 attempts wait since ")


@pytest.mark.parametrize(
    ("settings", "part", "advice"),
    [
        ({"redis_url": "redis://127.0.0.1:1/0"}, "redis", "GATEHOUSE_REDIS_URL"),
        ({"public_url": "https://gate.example.org"}, "proxy", "GATEHOUSE_TRUSTED_PROXIES=1"),
        ({"host": "0.0.0.0"}, "proxy", "GATEHOUSE_PUBLIC_URL"),
    ],
)
def test_what_is_bad_says_what_to_do(
    sqlite_url: str, settings: dict[str, str], part: str, advice: str
) -> None:
    code, parts = report(on(sqlite_url), **settings)
    assert (code, parts[part][0]) == (1, "bad")
    assert advice in parts[part][1]


def test_redis_that_answers_is_ok(sqlite_url: str, redis_url: str) -> None:
    assert report(on(sqlite_url), redis_url=redis_url)[1]["redis"] == ("ok", "answers")


def test_an_entry_of_the_future_accuses_the_clock(app: Flask, manage: Run) -> None:
    store([entry(1, occurred_at=now() + timedelta(hours=1))])
    assert report(manage)[1]["clock"][0] == "bad"


def log_of(*ages: float) -> None:
    """Seal entries that are so many days old."""
    store([entry(number, occurred_at=now() - timedelta(days=age)) for number, age in enumerate(ages, 1)])
    seal_all()


@pytest.fixture
def signed(app: Flask, tmp_path: Path) -> dict[str, object]:
    """Settings of a folder for checkpoints."""
    return {"checkpoint_dir": tmp_path / "checkpoints", "checkpoint_key": tmp_path / "key"}


def test_one_wild_entry_accuses_no_clock_that_a_checkpoint_confirms(
    manage: Run, signed: dict[str, object]
) -> None:
    manage("checkpoint", **signed)
    log_of(0.1, -3650, 0)
    code, parts = report(manage, **signed)
    assert (code, parts["clock"][0]) == (0, "ok")
    assert "; entry 2 bears a wild date, " in parts["clock"][1]
    assert parts["clock"][1].endswith("nothing is pruned before the next checkpoint covers it")


def test_once_it_is_covered_it_stops_nothing(manage: Run, signed: dict[str, object]) -> None:
    log_of(0.1, -3650, 0)
    manage("checkpoint", **signed)
    code, parts = report(manage, **signed)
    assert (code, parts["clock"][0]) == (0, "ok")
    assert "; entry 2 bears a wild date, " in parts["clock"][1]
    assert parts["clock"][1].endswith("the time of the first checkpoint that covers it counts")


@pytest.mark.parametrize(
    ("ages", "reason"),
    [((40,), "but the newest entry or checkpoint is of"), ((90, 0), "nothing is known")],
)
def test_a_clock_that_may_have_jumped_is_bad(
    manage: Run, signed: dict[str, object], ages: tuple[float, ...], reason: str
) -> None:
    log_of(*ages)
    code, parts = report(manage, **signed)
    assert (code, parts["clock"][0]) == (1, "bad")
    assert reason in parts["clock"][1]
    assert "no checkpoint" in parts["clock"][1]
    manage("checkpoint", **signed)
    assert report(manage, **signed)[1]["clock"][0] == "ok"


def test_retention_that_rests_is_bad(manage: Run, signed: dict[str, object]) -> None:
    log_of(200, 190, 0)
    manage("checkpoint", **signed)
    assert report(manage, **signed)[1]["clock"][0] == "ok"
    code, parts = report(manage, retention="100d", **signed)
    assert (code, parts["clock"][0]) == (1, "bad")
    assert "retention rests: if the clock is right, run `manage.py prune` once" in parts["clock"][1]


def test_a_database_with_another_time_is_bad(
    mariadb_app: Flask, mariadb_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(present, "datetime", Mock(now=lambda zone: datetime.now(zone) + timedelta(minutes=1)))
    code, parts = report(partial(Context().run, on(mariadb_url)))
    assert (code, parts["clock"][0]) == (1, "bad")
    assert parts["clock"][1] == "the database's clock differs by -60 s: set both by NTP"


def test_the_rules_of_time_zones_are_named(sqlite_url: str) -> None:
    state, text = report(on(sqlite_url))[1]["zones"]
    assert (state, text.endswith(f"by tzdata {zones.RULES}")) == ("ok", True)
