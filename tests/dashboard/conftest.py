"""The threads of a serving process."""

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from uuid import UUID

import pytest
from flask import Flask

from dashboard.background import schedule
from dashboard.signals import entry_recorded
from tests.dashboard.proof.timeline import RETENTION, Site, running


@pytest.fixture
def threads(app: Flask) -> Iterator[None]:
    """The background threads run, and have ended when the test has."""
    before = set(threading.enumerate())
    schedule.start(app)
    yield
    schedule.stop(app)
    ours = set(threading.enumerate()) - before
    for thread in (thread for thread in ours if not thread.name.startswith("hash_")):  # those wait for more
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def heard() -> Iterator["Queue[UUID]"]:
    """What a receiver of ``entry_recorded`` heard."""
    queue: Queue[UUID] = Queue()

    def receiver(_app: Flask, *, event_id: UUID) -> None:
        queue.put(event_id)

    with entry_recorded.connected_to(receiver):
        yield queue


@pytest.fixture
def site(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    """A site that keeps entries for 98 days and runs for 150, with checkpoints."""
    return running(sqlite_app, monkeypatch, tmp_path)


@pytest.fixture
def unsigned(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    """The same without any checkpoint."""
    site = Site(sqlite_app, monkeypatch, tmp_path, RETENTION)
    site.live(150, signs=False)
    return site
