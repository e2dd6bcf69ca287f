"""The fields of an export row, and of an entry in the live feed."""

import json
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from models import LoginLog

#: The columns of every format, in order.
FIELDS = (
    "seq",
    "event_id",
    "occurred_at",
    "action",
    "outcome",
    "reason",
    "username",
    "user_id",
    "actor_name",
    "ip",
    "country",
    "asn",
    "user_agent",
    "browser",
    "os",
    "device",
    "auth_method",
    "session_ref",
    "request_id",
    "source",
    "new_device",
    "detail",
)

#: Those that are numbers; all others are text to a spreadsheet.
NUMBERS = ("seq", "user_id", "asn")

_values = attrgetter(*FIELDS)


def as_fields(row: LoginLog | Row[Any]) -> dict[str, object]:
    """Return the fields of an entry as plain JSON values, absent ones as None.

    ``occurred_at`` is ISO 8601 with microseconds in UTC, ``detail`` the parsed object.
    """
    fields: dict[str, object] = dict(zip(FIELDS, _values(row), strict=True))
    return fields | {
        "event_id": str(row.event_id),
        "occurred_at": row.occurred_at.isoformat(timespec="microseconds"),
        "session_ref": _text(row.session_ref),
        "detail": None if row.detail is None else detail(row.detail),
    }


def detail(text: str) -> dict[str, Any]:
    """Return the object of a detail; what is none, as somebody changed it, as the text it is."""
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"unreadable": text}


def _text(uid: UUID | None) -> str | None:
    return None if uid is None else str(uid)
