"""``doctor``: one line for each part."""

from datetime import timedelta

import pytest
from flask import Flask

from auth.events import now
from models import zones
from tests.dashboard.book import entry, store
from tests.dashboard.cli.conftest import Run, on

PARTS = ["configuration", "database", "migrations", "redis", "clock", "zones", "proxy"]


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


def test_the_rules_of_time_zones_are_named(sqlite_url: str) -> None:
    state, text = report(on(sqlite_url))[1]["zones"]
    assert (state, text.endswith(f"by tzdata {zones.RULES}")) == ("ok", True)
