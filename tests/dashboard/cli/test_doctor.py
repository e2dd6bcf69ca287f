"""``doctor``: one line for each part."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from auth.events import AuthEvent, Person, Place, now
from dashboard.stream import late
from dashboard.stream.spool import Spool
from models import Action, Outcome, User, write_transaction
from tests.dashboard.book import entry, store
from tests.dashboard.cli.conftest import Run, on

ATTEMPT: dict[str, Any] = {
    "action": Action.LOGIN,
    "outcome": Outcome.FAILURE,
    "person": Person("nobody"),
    "place": Place(),
}
PARTS = ["configuration", "database", "migrations", "redis", "clock", "spool", "proxy"]


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


def test_a_missing_database_does_not_hide_the_rest() -> None:
    code, parts = report(on("mariadb://root@127.0.0.1:1/gatehouse"))
    assert code == 1
    assert [part for part in PARTS if parts[part][0] == "bad"] == ["database", "migrations", "clock"]


@pytest.fixture
def waiting(app: Flask, alice: User) -> Callable[..., None]:
    """A way to have an attempt of a log wait since a time, in the spool of this one."""

    def keep(since: datetime, origin: str = "") -> None:
        box = Spool(app.config["SETTINGS"].spool_file, app.config["SETTINGS"].database_location)
        box.hear(origin or late.origin())
        box.append(late.columns(AuthEvent(**ATTEMPT, occurred_at=since)))

    return keep


def test_attempts_that_just_came_are_told(manage: Run, waiting: Callable[..., None]) -> None:
    waiting(now())
    code, parts = report(manage)
    assert (code, parts["spool"][0]) == (0, "ok")
    assert parts["spool"][1].startswith("1 attempts wait since ")


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
    late.enter_all()  # it is heard which log this is
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
