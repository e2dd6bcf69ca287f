"""The wiring: who hears which signal, and what follows, a sentence each.

Nothing else connects the dashboard to ``auth``. What comes after an entry is in the log, sealing and telling
viewers, hangs on the commit (`dashboard.background.schedule.committed`), not on a signal.
"""

from typing import Any
from uuid import UUID

from blinker import ANY, NamedSignal
from flask import Flask
from sqlalchemy.orm import Session

from auth.events import AuthEvent
from auth.signals import AUTH_SIGNALS, recording_unavailable
from dashboard.log.recorder import record
from dashboard.log.spool import replay


class WiringError(Exception):
    """An auth signal has no storage receiver, or more than one: the app must not start."""


def store_entry(_app: Flask, *, event: AuthEvent, session: Session, **_: Any) -> UUID:
    """Write the event into the log, in the transaction that makes it true."""
    return record(session, event)


def spool_attempt(_app: Flask, *, event: AuthEvent, **_: Any) -> None:
    """Keep an attempt that the database could not take, until it can."""
    replay.keep_attempt(event)


store_entry.is_storage = True  # type: ignore[attr-defined]


def connect_receivers() -> None:
    """Connect the receivers; again is harmless."""
    for signal in AUTH_SIGNALS:
        signal.connect(store_entry)
    recording_unavailable.connect(spool_attempt)


def check_wiring() -> None:
    """Raise ``WiringError`` unless each auth signal has exactly one storage receiver."""
    for signal in AUTH_SIGNALS:
        count = sum(getattr(receiver, "is_storage", False) for receiver in _receivers(signal))
        if count != 1:
            raise WiringError(f"signal {signal.name} has {count} storage receivers, not one")


def _receivers(signal: NamedSignal) -> list[Any]:
    return list(signal.receivers_for(ANY))
