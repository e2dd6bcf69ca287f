"""The newest entries of this process as JSON, encoded once for all who follow the log."""

import orjson
from flask import Flask
from sqlalchemy import Row

from dashboard.export.fields import as_fields
from dashboard.log import wire
from dashboard.log.recent_entries import RecentEntries
from models import LoginLog

_KEY = "gatehouse.recent"


def recent_entries(app: Flask) -> RecentEntries[orjson.Fragment]:
    """Return the newest entries of ``app``, each the fields of an export row."""
    recent: RecentEntries[orjson.Fragment] = app.extensions.setdefault(_KEY, RecentEntries(encoded_entry))
    return recent


def encoded_entry(row: LoginLog | Row[tuple[object, ...]]) -> orjson.Fragment:
    """Return the fields of an entry as JSON."""
    return wire.encoded(as_fields(row))
