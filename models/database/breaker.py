"""A circuit breaker: once the database did not answer one, the others need not wait for it as well."""

import threading
import time

#: Seconds for which others fail at once after an answer that never came; then one asks again.
BREAK_SECONDS = 2.0


class Breaker:
    """Lets callers through while the database answers; otherwise one each `BREAK_SECONDS` seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answered_at = 0.0
        #: When the next may ask; None while all may.
        self._next_at: float | None = None

    def lets_through(self, patience: float) -> bool:
        """Whether a caller may ask, who will wait ``patience`` seconds at most."""
        if self._next_at is None:
            return True
        with self._lock:
            now = time.monotonic()
            if self._next_at is not None and now < self._next_at:
                return False
            if self._next_at is not None:
                self._next_at = now + patience  # the others wait how this one fares
            return True

    def answered(self) -> None:
        """Note an answer, whatever it says."""
        self._answered_at = time.monotonic()
        self._next_at = None

    def unanswered(self, asked_at: float) -> None:
        """Note that nothing came since ``asked_at``; that others were answered since shows that it can."""
        with self._lock:
            if self._answered_at < asked_at:
                self._next_at = time.monotonic() + BREAK_SECONDS
