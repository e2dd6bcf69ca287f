"""A named thread that works when woken and at least every so often."""

import logging
import threading
from collections.abc import Callable

from flask import Flask

from models.purpose import Purpose, used_for

log = logging.getLogger(__name__)


class Loop:
    """Calls ``work`` in an application context: when woken, else every ``every`` seconds.

    ``rest`` seconds pass between two calls at least. A failure is logged and the loop goes
    on; one failure in a row is one line, not a flood.
    """

    def __init__(
        self, app: Flask, name: str, work: Callable[[], object], *, every: float, rest: float = 0
    ) -> None:
        self._app, self._work, self._every, self._rest = app, work, every, rest
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._failing = False

    def start(self) -> None:
        """Start the thread; a loop starts once."""
        self._thread.start()

    def wake(self) -> None:
        """Have the work done soon; many wakes before that are one."""
        self._woken.set()

    def stop(self) -> None:
        """Ask the thread to end after its present round; it is a daemon, nobody waits for it."""
        self._stopping.set()
        self._woken.set()

    def _run(self) -> None:
        while not self._stopping.wait(self._rest):
            self._woken.wait(self._every)
            self._woken.clear()
            if not self._stopping.is_set():
                self._once()

    def _once(self) -> None:
        try:
            with self._app.app_context(), used_for(Purpose.BACKGROUND):
                self._work()
            self._failing = False
        except Exception as error:
            if not self._failing:
                log.warning("%s failed: %s; trying again", self._thread.name, error)
            self._failing = True
