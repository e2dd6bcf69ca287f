"""How often a process tries whether it can write, and what it makes of the answer."""

from functools import partial
from threading import Event

import pytest
from flask import Flask

from dashboard.monitoring.probes import Probes
from models import NotWritten
from tests.support.waiting import wait_until

Moments = dict[str, float | None]


class Disk:
    """What becomes of the rows that are tried."""

    def __init__(self) -> None:
        self.tries, self.is_full = 0, False
        self.is_free = Event()
        self.is_free.set()

    def write(self, _work: object) -> None:
        """Count a try; refuse it when full, hang unless free."""
        self.tries += 1
        self.is_free.wait(30)
        if self.is_full:
            raise NotWritten("the disk is full")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Takes the place of the database."""
    disk = Disk()
    monkeypatch.setattr("dashboard.monitoring.probes.write_transaction", disk.write)
    return disk


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Moments:
    """When the process last committed and failed to, on a clock that stands at 1000."""
    moments: Moments = {"commit": None, "failure": None}
    monkeypatch.setattr("dashboard.monitoring.probes.last_commit", lambda: moments["commit"])
    monkeypatch.setattr("dashboard.monitoring.probes.last_failure", lambda: moments["failure"])
    return moments


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock by which tries are timed; the test sets it."""
    clock = [1000.0]
    monkeypatch.setattr("dashboard.monitoring.probes.monotonic", lambda: clock[0])
    monkeypatch.setattr("dashboard.background.inquiry.monotonic", lambda: clock[0])
    return clock


@pytest.fixture
def probes(disk: Disk, moments: Moments, clock: list[float]) -> Probes:
    """The probes of a process that has done nothing yet."""
    return Probes(Flask("bare"))


def test_who_wrote_lately_tries_nothing(probes: Probes, disk: Disk, moments: Moments) -> None:
    moments |= {"commit": 991.0, "failure": 990.0}
    assert (probes.why_not_writable(9), disk.tries) == ("", 0)


def test_an_idle_process_tries_once_in_ten_seconds(
    probes: Probes, disk: Disk, moments: Moments, clock: list[float]
) -> None:
    for clock[0] in range(1000, 1030):
        assert probes.why_not_writable(9) == ""
    assert disk.tries == 3


def test_after_a_write_that_failed_it_tries_at_once(probes: Probes, disk: Disk, moments: Moments) -> None:
    moments |= {"commit": 999.0, "failure": 999.5}
    disk.is_full = True
    assert (probes.why_not_writable(9), disk.tries) == ("the disk is full", 1)


def test_while_it_fails_it_tries_every_two_seconds_and_remembers_why(
    probes: Probes, disk: Disk, moments: Moments, clock: list[float]
) -> None:
    disk.is_full, moments["failure"] = True, 999.0
    for clock[0] in range(1000, 1010):
        assert probes.why_not_writable(9) == "the disk is full"
    assert disk.tries == 5
    disk.is_full, clock[0] = False, 1011.0
    assert probes.why_not_writable(9) == ""


def test_what_could_not_be_read_is_tried_though_it_wrote_lately(
    probes: Probes, disk: Disk, moments: Moments
) -> None:
    moments["commit"], disk.is_full = 999.9, True
    assert probes.why_not_writable(9, is_doubtful=True) == "the disk is full"


def test_a_try_that_hangs_is_told_and_no_second_one_begins(
    probes: Probes, disk: Disk, moments: Moments
) -> None:
    disk.is_free.clear()
    assert [probes.why_not_writable(0)[:13] for _ in range(3)] == ["no answer for"] * 3
    disk.is_free.set()
    assert (probes.why_not_writable(9), disk.tries) == ("", 1)


def test_a_page_waits_for_no_try_and_tells_of_one_that_hangs(
    probes: Probes, disk: Disk, moments: Moments, clock: list[float]
) -> None:
    disk.is_free.clear()
    glance = partial(probes.why_not_writable, 0, told_after=2)
    assert [glance(), glance()] == ["", ""]
    clock[0] += 3
    assert glance() == "no answer for 3 s"
    disk.is_full = True
    disk.is_free.set()
    wait_until(lambda: glance() == "the disk is full", "the outcome is known")
    assert disk.tries <= 2
