"""Traces of requests that ended and are not written yet: few at most, and nobody waits for them."""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask import Flask

_KEY = "gatehouse.traces"
#: Traces that may wait; of further ones only the number is kept.
MAX_TRACES = 5000


@dataclass(slots=True)
class Trace:
    """What is heard of one request; ``began`` is in seconds of the process's own clock.

    ``texts`` are what its page told, in the viewer's language; ``entries`` those that were recorded for it.
    """

    began: float
    page: str | None = None
    texts: list[str] = field(default_factory=list)
    error: str | None = None
    request_id: str = ""
    began_at: datetime | None = None
    seconds: float = 0.0
    route: str = ""
    status: int = 0
    entries: tuple[UUID, ...] = ()


class WaitingTraces:
    """The traces of a process that wait to be written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._traces: deque[Trace] = deque()
        self.lost = 0

    def put(self, *traces: Trace) -> None:
        """Keep traces, as many as there is room for."""
        with self._lock:
            room = MAX_TRACES - len(self._traces)
            self._traces.extend(traces[: max(0, room)])
            self.lost += max(0, len(traces) - room)

    def take(self, count: int) -> list[Trace]:
        """Hand out the oldest ones and forget them."""
        with self._lock:
            return [self._traces.popleft() for _ in range(min(count, len(self._traces)))]


def keep_in(app: Flask) -> None:
    """Have ``app`` keep traces."""
    app.extensions[_KEY] = WaitingTraces()


def waiting_of(app: Flask) -> WaitingTraces | None:
    """Return what waits in ``app``; None when it keeps no traces."""
    return app.extensions.get(_KEY)
