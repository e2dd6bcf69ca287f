"""The wiring: who hears which signal, and what follows, a sentence each.

Nothing else connects the dashboard to ``auth``. What comes after an entry is in the log hangs on the commit
(sealing, telling viewers: `dashboard.background.schedule.committed`), on ``entry_recorded`` where one may be
missed, and on the sealed log where none may (`dashboard.followers`).
"""

import logging
from typing import Any
from uuid import UUID

from blinker import ANY, NamedSignal
from flask import Flask
from sqlalchemy.orm import Session

from auth.events import AuthEvent
from auth.signals import AUTH_SIGNALS, recording_unavailable
from dashboard.config.settings import Settings
from dashboard.log.recorder import record
from dashboard.log.spool import replay
from dashboard.signals import entry_recorded

logger = logging.getLogger(__name__)


class WiringError(Exception):
    """An auth signal has no storage receiver, or more than one: the app must not start."""


def store_entry(_app: Flask, *, event: AuthEvent, session: Session, **_: Any) -> UUID:
    """Write the event into the log, in the transaction that makes it true."""
    return record(session, event)


def spool_attempt(_app: Flask, *, event: AuthEvent, **_: Any) -> None:
    """Keep an attempt that the database could not take, until it can."""
    replay.keep_attempt(event)


def point_to_entry(app: Flask, *, event_id: UUID, **_: Any) -> None:
    """Say where an entry can be seen, to who tries the site out in a terminal."""
    logger.info("an entry: %s/admin/logins/%s", app.config["SETTINGS"].address, event_id)


store_entry.is_storage = True  # type: ignore[attr-defined]


def connect_receivers() -> None:
    """Connect the receivers; again is harmless."""
    for signal in AUTH_SIGNALS:
        signal.connect(store_entry)
    recording_unavailable.connect(spool_attempt)


def connect_terminal(app: Flask, settings: Settings) -> None:
    """Have the entries of ``app`` pointed to in its terminal, unless it is in production."""
    if not settings.is_production:
        logger.setLevel(logging.INFO)
        entry_recorded.connect(point_to_entry, app)


def check_wiring() -> None:
    """Raise ``WiringError`` unless each auth signal has exactly one storage receiver."""
    for signal in AUTH_SIGNALS:
        count = sum(getattr(receiver, "is_storage", False) for receiver in _receivers(signal))
        if count != 1:
            raise WiringError(f"signal {signal.name} has {count} storage receivers, not one")


def _receivers(signal: NamedSignal) -> list[Any]:
    return list(signal.receivers_for(ANY))
