"""Tells ``entry_recorded`` to its receivers, after the commit, from one thread."""

import logging
import threading
from contextlib import suppress
from queue import Full, Queue
from uuid import UUID

from flask import Flask

from dashboard.signals import entry_recorded
from models.purpose import Purpose, used_for

log = logging.getLogger(__name__)


class Dispatcher:
    """A bounded queue and the one thread that empties it; a full queue drops and counts."""

    def __init__(self, app: Flask, size: int = 10_000) -> None:
        self._app = app
        self._queue: Queue[UUID | None] = Queue(size)
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
        self.dropped = 0

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def put(self, event_id: UUID) -> None:
        """Have ``event_id`` announced; never waits."""
        try:
            self._queue.put_nowait(event_id)
        except Full:
            self.dropped += 1
            log.warning("entry_recorded: queue full, %d announcements dropped", self.dropped)

    def stop(self) -> None:
        """Let the thread, a daemon, end once it has told what is queued; never waits."""
        with suppress(Full):
            self._queue.put_nowait(None)

    def _run(self) -> None:
        while (event_id := self._queue.get()) is not None:
            self._tell(event_id)

    def _tell(self, event_id: UUID) -> None:
        """Call every receiver, each contained: none can silence another."""
        for receiver in entry_recorded.receivers_for(self._app):
            try:
                with self._app.app_context(), used_for(Purpose.BACKGROUND):
                    receiver(self._app, event_id=event_id)
            except Exception:
                log.exception("a receiver of entry_recorded failed for %s", event_id)
