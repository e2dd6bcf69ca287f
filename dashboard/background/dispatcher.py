"""Tells ``entry_recorded`` to its receivers, after the commit, from one thread."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from queue import Full, Queue
from typing import Any
from uuid import UUID

from flask import Flask

from dashboard.background.thread_state import STUCK_AFTER, Health, ThreadState, Watch
from dashboard.signals import entry_recorded
from dashboard.watch.catalogue import receiver_name
from dashboard.watch.sends import counting
from models.database.limits import Purpose, used_for

logger = logging.getLogger(__name__)
Receiver = Callable[..., Any]
_WORST = list(Health)


class Dispatcher:
    """A bounded queue and the one thread that empties it; a full queue drops and counts."""

    def __init__(self, app: Flask, size: int = 10_000) -> None:
        self._app = app
        self._queue: Queue[UUID | None] = Queue(size)
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
        self._watches: dict[str, Watch] = {}
        self._is_ending = False
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
            logger.warning("entry_recorded: queue full, %d announcements dropped", self.dropped)

    def stop(self) -> None:
        """Let the thread, a daemon, end once it has told what is queued; never waits."""
        self._is_ending = True
        with suppress(Full):
            self._queue.put_nowait(None)

    def state(self) -> ThreadState:
        """Return how the thread stands: as its worst receiver, which ``error`` names."""
        if self._thread.ident and not (self._thread.is_alive() or self._is_ending):
            return ThreadState("dispatcher", Health.DEAD)
        return max(self._receivers(), key=_badness, default=ThreadState("dispatcher"))

    def _run(self) -> None:
        try:
            while (event_id := self._queue.get()) is not None:
                self._tell(event_id)
        except BaseException:
            logger.critical("the dispatcher ended and tells no more until a restart", exc_info=True)

    def _tell(self, event_id: UUID) -> None:
        """Call every receiver, each contained: none can silence another."""
        with counting(entry_recorded, self._app) as sending:
            for receiver in entry_recorded.receivers_for(self._app):
                with self._watch(receiver).round(), self._context(), sending.failing():
                    receiver(self._app, event_id=event_id)

    @contextmanager
    def _context(self) -> Iterator[None]:
        with self._app.app_context(), used_for(Purpose.BACKGROUND):
            yield

    def _watch(self, receiver: Receiver) -> Watch:
        name = receiver_name(receiver)
        return self._watches.setdefault(name, Watch(f"receiver {name} of entry_recorded", STUCK_AFTER))

    def _receivers(self) -> Iterator[ThreadState]:
        """Yield how each receiver that is still connected stands, under the name of the thread."""
        for receiver in entry_recorded.receivers_for(self._app):
            state = self._watch(receiver).state()
            told = f"{receiver_name(receiver)} {state.error}".strip()
            yield replace(state, name="dispatcher", error="" if state.condition == Health.OK else told)


def _badness(state: ThreadState) -> tuple[int, float]:
    return _WORST.index(state.condition), state.seconds
