"""Errors at the door: requests of the last day that met an error which nobody expected."""

from datetime import timedelta
from typing import Any

from flask import current_app

from dashboard.traces.store import errors_since
from dashboard.traces.waiting import waiting_of
from models.clock import now

#: How far back errors are told.
DOOR_DAY = timedelta(hours=24)
#: How many of the newest are shown.
DOOR_ERRORS = 5


def door_errors() -> dict[str, Any] | None:
    """Return how many there were, the newest, and how many traces were lost; None when nobody watches."""
    waiting = waiting_of(current_app._get_current_object())  # type: ignore[attr-defined]
    if waiting is None:
        return None
    count, newest = errors_since(now() - DOOR_DAY, DOOR_ERRORS)
    return {"count": count, "newest": newest, "lost": waiting.lost}
