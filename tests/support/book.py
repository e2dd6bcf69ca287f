"""A small book to ask questions of."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from dashboard.log.authentic.mac import authenticated
from dashboard.log.recorder import name_ref
from models import Action, LoginLog, Outcome, Reason, write_transaction
from models.names import masked, username_key
from models.vocabulary import SOURCE

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SESSION = UUID("0190a4c2-7d3e-7b11-8f00-3c5d2a9e4b17")


def entry(number: int, name: str | None = "alice", *, known: bool = True, **columns: Any) -> LoginLog:
    """Return an entry that is not sealed; ``number`` is its event_id, and its age in hours unless told."""
    who: dict[str, Any] = {}
    if name is not None and known:
        who = {"user_id": 1, "username": name, "username_key": username_key(name)}
    elif name is not None:
        who = {"username": masked(name), "name_ref": name_ref(username_key(name))}
    facts = {
        "event_id": UUID(int=number),
        "place_nonce": bytes(16),
        "person_nonce": bytes(16),
        "source": SOURCE,
        "occurred_at": NOW - timedelta(hours=number),
        "action": Action.LOGIN,
        "outcome": Outcome.SUCCESS,
    }
    return LoginLog(**facts | who | columns)


def authenticate(row: LoginLog) -> None:
    """Give an entry the mac that belongs to its fields."""
    facts = authenticated({column.name: getattr(row, column.name) for column in LoginLog.__table__.c})
    row.mac = facts["mac"]


def store(entries: Iterable[LoginLog]) -> None:
    """Write entries as they are, authenticated as the recorder would unless they are already."""
    rows = list(entries)
    for row in rows:
        if row.mac is None:
            authenticate(row)
    write_transaction(lambda session: session.add_all(rows))


def various() -> list[LoginLog]:
    """Return entries that differ in everything a filter looks at."""
    failed = {"outcome": Outcome.FAILURE, "reason": Reason.INVALID_PASSWORD}
    return [
        entry(1, ip="10.0.0.7", browser="Firefox 140", country="DE", session_ref=SESSION),
        entry(2, "ALICE", ip="10.1.2.3", browser="Firefox", country="FR", **failed),
        entry(3, "alina", ip="203.0.113.9", browser="Chrome 155", **failed),
        entry(4, "al_ce", ip="2001:db8::1", browser="Chrome Mobile 155"),
        entry(5, "李娜", ip="::1", browser="Mobile Safari 19", action=Action.LOGOUT),
        entry(6, "alice", known=False, outcome=Outcome.FAILURE, reason=Reason.UNKNOWN_USER, ip="10.0.0.8"),
        entry(7, "al%ce", known=False, outcome=Outcome.FAILURE, reason=Reason.UNKNOWN_USER),
        entry(8, None, action=Action.LOG_PURGE),
        entry(30, "bob", action=Action.REGISTER, ip="255.255.255.255"),
    ]
