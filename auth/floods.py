"""Attempts that come in floods and were turned away unread: counted, and an entry a minute tells how many.

Everything whose password was looked at has an entry of its own; so have the first of each network and minute.
"""

import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace

from flask import Flask, current_app

from auth import signals
from auth.events import AuthEvent
from auth.throttle.networks import network_of
from models import Action, NotWritten
from models.clock import now
from models.database.limits import within
from models.names import username_key

_KEY = "gatehouse.floods"
#: Entries of one network in a minute, and accounts that are told apart.
EACH, MINUTE, MAX_TOLD_APART = 200, 60.0, 1000
#: Seconds to write them; what the database has not taken then is kept elsewhere.
WRITING = 10.0


class Floods:
    """What this process counted and has not written yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._networks: Counter[str] = Counter()
        self._counted: dict[tuple[str, object], tuple[AuthEvent, int]] = {}

    def takes(self, event: AuthEvent) -> bool:
        """Count a refused attempt; return whether that is all that becomes of it."""
        with self._lock:
            network = network_of(event.client.ip)
            self._networks[network] += 1
            if self._networks[network] <= EACH:
                return False
            key = (f"{event.action} {event.reason}", _who(event))
            if key not in self._counted and len(self._counted) >= MAX_TOLD_APART:
                key, event = (f"{event.action} {event.reason}", None), replace(event, subject=None)
            first, count = self._counted.get(key, (event, 0))
            self._counted[key] = (first, count + 1)
            return True

    def due(self, *, at_once: bool = False) -> list[AuthEvent]:
        """Hand out what a minute brought, an event for each account, and begin the next one."""
        with self._lock:
            if not at_once and time.monotonic() - self._began < MINUTE:
                return []
            counted, self._counted, self._networks = self._counted, {}, Counter()
            self._began = time.monotonic()
        return [
            replace(event, detail={"count": count}, occurred_at=now()) for event, count in counted.values()
        ]


def init_app(app: Flask) -> None:
    """Count in ``app``; somebody has to call `record_floods` from time to time, and at the end."""
    app.extensions[_KEY] = Floods()


def takes(event: AuthEvent) -> bool:
    """Count a refused attempt; return whether it needs no entry of its own."""
    return _floods().takes(event)


def record_floods(*, at_once: bool = False) -> int:
    """Record what a minute brought; return how many entries that took.

    What the database does not take is kept as any refused attempt is.
    """
    events = _floods().due(at_once=at_once)
    with within(WRITING):
        for event in events:
            signal = signals.registration_failed if event.action == Action.REGISTER else signals.login_failed
            with suppress(NotWritten), signals.refused_unrecorded(event):
                signals.record_change(signal, lambda _, event=event: event)  # type: ignore[misc]
    return len(events)


def _who(event: AuthEvent) -> object:
    subject = event.subject
    return subject and (subject.id if subject.id is not None else username_key(subject.name))


def _floods() -> Floods:
    floods: Floods = current_app.extensions[_KEY]
    return floods
