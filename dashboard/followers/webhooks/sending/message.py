"""What is sent: an entry in the form that an endpoint wants, or a test."""

from datetime import datetime
from typing import Any
from uuid import UUID

from dashboard.export import ocsf
from dashboard.export.fields import as_fields
from dashboard.export.jsonl import json_line
from models import LoginLog

#: What ``data`` is: an export row, or an event of OCSF 1.8.
WEBHOOK_FORMATS = ("json", "ocsf")


def body_of(entry: LoginLog, form: str) -> bytes:
    """Return the body that tells of an entry."""
    fields = as_fields(entry)
    data: dict[str, Any] = ocsf.event(fields) if form == "ocsf" else fields
    return _body(f"{entry.action}.{entry.outcome}", str(fields["occurred_at"]), data)


def body_of_test(event_id: UUID, moment: datetime) -> bytes:
    """Return the body of a test; there is no such entry."""
    return _body("test", moment.isoformat(timespec="microseconds"), {"event_id": str(event_id)})


def _body(kind: str, timestamp: str, data: dict[str, Any]) -> bytes:
    text = json_line({"type": kind, "timestamp": timestamp, "data": data})
    return text.rstrip("\n").encode("utf-8", "replace")
