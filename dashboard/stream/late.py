"""Late entries: what the spool kept enters the book once the database is back."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from auth.events import AuthEvent, Person, Place, now
from dashboard.config import Settings
from dashboard.stream.background import at_intervals, committed
from dashboard.stream.chain import PERSON, PLACE
from dashboard.stream.recorder import columns, record
from dashboard.stream.spool import Spool
from models import Action, LoginLog, Outcome, Reason, User, UserSession, on_commit, write_transaction

_KEY = "gatehouse.spool"


def init_app(app: Flask, settings: Settings) -> None:
    """Give the app a spool and have it emptied every two seconds."""
    app.extensions[_KEY] = Spool(settings.spool_file)
    at_intervals(app, "spool", enter_all, every=2)


def spool() -> Spool:
    """Return the spool of the present app."""
    found: Spool = current_app.extensions[_KEY]
    return found


def keep(event: AuthEvent) -> None:
    """Keep a refused attempt outside the database."""
    refused = columns(event) | {"outcome": Outcome.FAILURE, "reason": Reason.RECORDING_UNAVAILABLE}
    spool().append(refused)


def enter_all() -> int:
    """Write what the spool kept into the book; return how many entries. Again is harmless."""
    if spool().is_empty():
        return 0
    with spool().taken() as entries:
        for entry in entries:
            write_transaction(partial(_enter, entry=entry))  # asks itself whether the event is in the book
    return len(entries)


def _enter(session: Session, entry: dict[str, Any]) -> None:
    """Add one entry, unless its event is in the book: then its COMMIT had succeeded after all."""
    event_id: UUID = entry["event_id"]
    found = session.scalars(select(LoginLog).where(LoginLog.event_id == event_id)).one_or_none()
    if found is None:
        session.add(LoginLog(**_unless_erased(session, entry)))
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        on_commit(session, partial(committed, app, event_id))
    elif found.outcome == Outcome.SUCCESS and found.session_ref:
        _take_back(session, found)


def _unless_erased(session: Session, entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry, without what is personal when its account was erased meanwhile."""
    account = session.get(User, entry["user_id"]) if entry.get("user_id") else None
    is_erased = account is not None and account.erased_at is not None
    return entry | dict.fromkeys((*PLACE, *PERSON)) if is_erased else entry


def _take_back(session: Session, admitted: LoginLog) -> None:
    """Revoke a session whose owner was told that the sign-in had failed."""
    live = (UserSession.public_id == admitted.session_ref) & UserSession.revoked_at.is_(None)
    result = session.connection().execute(update(UserSession).where(live).values(revoked_at=now()))
    if result.rowcount:
        event = AuthEvent(
            action=Action.SESSION_REVOKE,
            outcome=Outcome.SUCCESS,
            person=Person(admitted.username or "", admitted.user_id),
            place=Place(),
            reason=Reason.RECORDING_UNAVAILABLE,
            session_ref=admitted.session_ref,
        )
        record(session, event)
