"""Refused authorisations in the server's log (ASVS 16.3.2): a line each, a number in a flood."""

import logging
import threading
import time

from flask import Flask, request

logger = logging.getLogger(__name__)
_KEY = "gatehouse.refusals"
#: Lines in so many seconds; what is beyond is counted.
REFUSAL_LINES, REFUSAL_PERIOD = 60, 60.0


class RefusalLines:
    """How many lines an app has written lately."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began, self._count = 0.0, 0

    def next(self) -> tuple[bool, int]:
        """Return whether one more line may be written, and how many were left out of the period before."""
        with self._lock:
            left_out = 0
            if time.monotonic() - self._began >= REFUSAL_PERIOD:
                left_out = max(0, self._count - REFUSAL_LINES)
                self._began, self._count = time.monotonic(), 0
            self._count += 1
            return self._count <= REFUSAL_LINES, left_out


def asked_for() -> str:
    """Return method and path of this request for the log, without the token of a link."""
    token = (request.view_args or {}).get("token")
    path = request.path.replace(token, "…") if isinstance(token, str) and token else request.path
    return f"{request.method} {path}"


def note_refusal(app: Flask, what: str, status: int, *, user: object, client: str | None) -> None:
    """Say that somebody was refused: ``what`` is method and path, ``user`` an account's id if it is known."""
    lines: RefusalLines = app.extensions.setdefault(_KEY, RefusalLines())
    may_write, left_out = lines.next()
    if left_out:
        logger.warning("%d refusals more were not written", left_out)
    if may_write:
        parts = (what, status, "-" if user is None else user, client or "-")
        logger.warning("refused: %s: %d, user %s, client %s", *parts)
