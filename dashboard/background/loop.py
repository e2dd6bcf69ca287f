"""A named thread that works when woken and at least every so often."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from flask import Flask

from dashboard.background.thread_state import STUCK_AFTER, Health, ThreadState, Watch
from models.database.limits import Purpose, used_for

logger = logging.getLogger(__name__)
#: Seconds after which what failed is tried again at the latest.
RETRY_AT_LATEST = 300.0


class Loop:
    """Calls ``work`` in an application context: when woken, else every ``every`` seconds.

    ``rest`` seconds pass between two calls at least. A failure is logged and the loop goes
    on, sooner than usual when it works rarely; ``longest`` is how many seconds a call may take
    before it counts as stuck. With ``backoff`` it goes on after 1, 2, 4 … up to that many seconds while it
    fails, woken or not.
    """

    def __init__(
        self,
        app: Flask,
        name: str,
        work: Callable[[], object],
        *,
        every: float,
        rest: float = 0,
        longest: float = STUCK_AFTER,
        backoff: float = 0,
    ) -> None:
        self._app, self._work, self._every, self._rest = app, work, every, rest
        self._backoff = backoff
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._died = 0.0
        self.watch = Watch(name, longest)

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

    def state(self) -> ThreadState:
        """Return how the thread stands; dead is one that ended without being asked to."""
        state = self.watch.state()
        if self._thread.ident is None or self._thread.is_alive() or self._stopping.is_set():
            return state
        return replace(state, condition=Health.DEAD, seconds=time.monotonic() - self._died)

    def _run(self) -> None:
        try:
            while not self._stopping.wait(self._rest):
                self._wait()
                self._woken.clear()
                if not self._stopping.is_set():
                    self._once()
        except BaseException:
            logger.critical("%s ended and does no more until a restart", self._thread.name, exc_info=True)
        finally:
            self._died = time.monotonic()

    def _wait(self) -> None:
        failures = self.watch.failures
        if failures and self._backoff:
            self._stopping.wait(min(2.0 ** min(failures - 1, 32), self._backoff))
        else:
            self._woken.wait(min(self._every, RETRY_AT_LATEST) if failures else self._every)

    def _once(self) -> None:
        with self.watch.round(), self._app.app_context(), used_for(Purpose.BACKGROUND):
            self._work()
