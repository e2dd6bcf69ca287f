"""A turn is nobody's once it ended, or who has it is dead."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.background.turn import has_ended, new_holder

NOW, LENGTH = datetime(2026, 11, 22, 12, tzinfo=UTC), timedelta(minutes=1)


def ended(holder: str | None, seconds: float | None) -> bool:
    until = None if seconds is None else NOW + timedelta(seconds=seconds)
    return has_ended(holder, until, LENGTH, NOW)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(-1, True), (0, False), (59, False), (60, False), (61, True), (None, True)]
)
def test_it_lasts_until_its_end_and_no_longer_than_a_turn(seconds: float | None, expected: bool) -> None:
    assert ended("elsewhere 1 aa", seconds) == expected


def test_a_turn_that_nobody_has_is_free() -> None:
    assert ended(None, 30)


def test_no_two_have_a_name() -> None:
    names = {new_holder() for _ in range(50)}
    assert len(names) == 50
    assert all(len(name) <= 64 for name in names)


def test_who_lives_is_waited_for() -> None:
    assert not ended(new_holder(), 30)


def test_who_died_on_this_machine_is_not_waited_for() -> None:
    script = "import os; print(os.getpid())"
    dead = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True)
    machine = new_holder().split()[0]
    assert ended(f"{machine} {int(dead.stdout)} aa", 30)
    assert not ended(f"{machine} {os.getppid()} aa", 30)


@pytest.mark.parametrize("rest", ["", "x", "-1", "9" * 40, "٣", "1.5"])
def test_a_number_that_is_none_is_waited_for(rest: str) -> None:
    machine = new_holder().split()[0]
    assert not ended(f"{machine} {rest} aa", 30)
