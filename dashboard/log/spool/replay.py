"""Late entries: what the spool kept enters the book once the database is back."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import select, update
from sqlalchemy.exc import DataError, StatementError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from auth.events import AuthEvent, Client, Subject
from dashboard.background.schedule import at_intervals, committed
from dashboard.config.settings import Settings
from dashboard.log.authentic.mac import authenticated
from dashboard.log.chain import PERSON, PLACE
from dashboard.log.head import log_origin
from dashboard.log.recorder import columns, record
from dashboard.log.spool.line import BadLine
from dashboard.log.spool.spool import Spool
from models import (
    Action,
    LoginLog,
    NotWritten,
    Outcome,
    Reason,
    User,
    UserSession,
    adds_entry,
    on_commit,
    write_transaction,
)
from models.clock import now
from models.measures.catalogue import ENTRIES

_KEY = "gatehouse.spool"
#: Seconds that it may take to enter a full spool, one transaction an entry.
ENTERING = 600


def init_app(app: Flask, settings: Settings) -> None:
    """Give the app a spool and have it emptied every two seconds."""
    app.extensions[_KEY] = Spool(settings.spool_file, settings.database_location, settings.spool_folders)
    at_intervals(app, "spool", enter_all, every=2, longest=ENTERING)


def spool() -> Spool:
    """Return the spool of the present app."""
    stored: Spool = current_app.extensions[_KEY]
    return stored


def keep_attempt(event: AuthEvent) -> None:
    """Keep a refused attempt outside the database."""
    refused = replace(event, outcome=Outcome.FAILURE, reason=Reason.RECORDING_UNAVAILABLE)
    spool().append(columns(refused))


def enter_all() -> int:
    """Write what the spool kept into the book; return how many entries. Again is harmless."""
    if spool().is_sure and spool().is_empty():
        return 0
    spool().learn(log_origin())
    return spool().hand_over(_enter_late)


def _enter_late(entry: dict[str, Any]) -> None:
    """Write one entry; raises ``BadLine`` when the database never will take it, else ``NotWritten``."""
    try:
        write_transaction(partial(_enter, entry=entry, revocation=uuid7()))
    except NotWritten as error:
        if isinstance(error.__cause__, DataError):
            raise BadLine(str(error)) from error
        raise
    except (StatementError, ValueError, TypeError, OverflowError) as error:
        raise BadLine(str(error)) from error


def _enter(session: Session, entry: dict[str, Any], revocation: UUID) -> None:
    """Add one entry, unless its event is in the book: then its COMMIT had succeeded after all.

    ``revocation`` is the id of the entry that tells so.
    """
    event_id: UUID = entry["event_id"]
    stored = session.scalars(select(LoginLog).where(LoginLog.event_id == event_id)).one_or_none()
    if stored is None:
        adds_entry(session, event_id)
        session.add(LoginLog(**_unless_erased(session, entry)))
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        on_commit(session, partial(committed, app, event_id))
        kind = (entry["action"], entry["outcome"], entry.get("reason") or "")
        on_commit(session, partial(ENTRIES.note, *kind))
    elif stored.outcome == Outcome.SUCCESS and stored.session_ref:
        _take_back(session, stored, revocation)


def _unless_erased(session: Session, entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry, without what is personal when its account was erased meanwhile.

    It is authenticated anew then, and when an older Gatehouse kept it without a mac.
    """
    account = session.get(User, entry["user_id"]) if entry.get("user_id") else None
    if account is not None and account.erased_at is not None:
        return authenticated(entry | dict.fromkeys((*PLACE, *PERSON)))
    return entry if entry.get("mac") else authenticated(entry)


def _take_back(session: Session, admitted: LoginLog, event_id: UUID) -> None:
    """Revoke a session whose owner was told that the sign-in had failed."""
    live = (UserSession.public_id == admitted.session_ref) & UserSession.revoked_at.is_(None)
    unused = UserSession.last_seen_at <= UserSession.created_at  # else the same form let them in meanwhile
    result = session.connection().execute(update(UserSession).where(live, unused).values(revoked_at=now()))
    if result.rowcount:
        record(session, _revoked(admitted, event_id))


def _revoked(admitted: LoginLog, event_id: UUID) -> AuthEvent:
    """Return the event of a session that ends because its sign-in could not be recorded in time."""
    return AuthEvent(
        Action.SESSION_REVOKE,
        Outcome.SUCCESS,
        Subject(admitted.username or "", admitted.user_id),
        Client(),
        reason=Reason.RECORDING_UNAVAILABLE,
        session_ref=admitted.session_ref,
        event_id=event_id,
    )
