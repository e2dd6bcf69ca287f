"""Traces in the database: written together, read for an entry, forgotten by age and with their person."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from dashboard.traces.own_texts import own_texts
from dashboard.traces.waiting import Trace, waiting_of
from models import LoginLog, NotWritten, RequestTrace, db, write_transaction

#: Traces written, and forgotten, in one transaction.
TRACE_BATCH = 500
_LENGTHS = {name: RequestTrace.__table__.c[name].type.length for name in ("route", "page", "error")}  # type: ignore[attr-defined]


def write_traces() -> int:
    """Write what waits here and return how much; what cannot be written waits on, if there is room."""
    waiting = waiting_of(current_app._get_current_object())  # type: ignore[attr-defined]
    count = 0
    while waiting and (traces := waiting.take(TRACE_BATCH)):
        try:
            write_transaction(partial(_store, [(trace, _row(trace)) for trace in traces]))
        except NotWritten:
            waiting.put(*traces)
            raise
        count += len(traces)
    return count


def trace_by_request(request_id: str | None) -> RequestTrace | None:
    """Return how a request went, if that is known."""
    if request_id is None:
        return None
    return db.session.scalar(select(RequestTrace).where(RequestTrace.request_id == request_id))


def errors_since(moment: datetime, limit: int) -> tuple[int, Sequence[RequestTrace]]:
    """Return how many requests met an error since then, and the newest of them."""
    met = (RequestTrace.status == 500) & (RequestTrace.began_at >= moment)
    newest = select(RequestTrace).where(met).order_by(RequestTrace.began_at.desc()).limit(limit)
    count = db.session.scalar(select(func.count()).select_from(RequestTrace).where(met)) or 0
    return count, db.session.scalars(newest).all()


def forget_traces(session: Session, request_ids: Iterable[str | None]) -> None:
    """Forget how these requests went."""
    theirs = [request_id for request_id in request_ids if request_id]
    session.execute(delete(RequestTrace).where(RequestTrace.request_id.in_(theirs)))


def forget_older_traces(than: datetime) -> int:
    """Forget the requests that began before then, in batches; return how many."""
    count = 0
    while batch := write_transaction(partial(_forget_some, than)):
        count += batch
    return count


def _forget_some(than: datetime, session: Session) -> int:
    old = select(RequestTrace.id).where(RequestTrace.began_at < than).order_by(RequestTrace.began_at)
    ids = session.scalars(old.limit(TRACE_BATCH)).all()
    return session.connection().execute(delete(RequestTrace).where(RequestTrace.id.in_(ids))).rowcount


def _row(trace: Trace) -> dict[str, Any]:
    texts = own_texts(Path(current_app.root_path, current_app.config["BABEL_TRANSLATION_DIRECTORIES"]))
    row = {name: getattr(trace, name) for name in ("request_id", "began_at", "seconds", "status")}
    row |= {name: getattr(trace, name) and getattr(trace, name)[:most] for name, most in _LENGTHS.items()}
    return row | {"event_id": next(iter(trace.entries), None), "shown": texts.of(trace.texts)}


def _store(traces: list[tuple[Trace, dict[str, Any]]], session: Session) -> None:
    """Insert those that are not there: a COMMIT whose answer was lost may have taken effect.

    An erasure meanwhile is not undone: traces whose entry is blank by now are left out.
    """
    ids = [row["request_id"] for _, row in traces]
    there = set(session.scalars(select(RequestTrace.request_id).where(RequestTrace.request_id.in_(ids))))
    blank = _blank(session, {entry for trace, _ in traces for entry in trace.entries})
    rows = [
        row for trace, row in traces if row["request_id"] not in there and blank.isdisjoint(trace.entries)
    ]
    if rows:
        session.execute(insert(RequestTrace), rows)


def _blank(session: Session, entries: set[UUID]) -> set[UUID]:
    """Return those entries whose person is erased, and keep others from erasing one before the commit."""
    theirs = select(LoginLog.event_id, LoginLog.person_nonce).where(LoginLog.event_id.in_(entries))
    found = session.execute(theirs.order_by(LoginLog.id).with_for_update(read=True))
    return {event_id for event_id, nonce in found if nonce is None}
