"""When sessions were last used: kept in memory and written together, so that no page waits for it."""

import threading
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from models import NotWritten, UserSession, write_transaction

_KEY = "gatehouse.seen"
#: Sessions that may wait to be written; the uses of further ones are not noted.
MAX_WAITING = 10_000

_SEEN = (
    update(UserSession)
    .where(UserSession.id == bindparam("session_id"), UserSession.last_seen_at < bindparam("moment"))
    .values(last_seen_at=bindparam("moment"))
)


class Seen:
    """The newest use of each session that is not written yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moments: dict[int, datetime] = {}

    def note(self, session_id: int, moment: datetime) -> None:
        """Keep a use, unless a newer one or too many are kept."""
        with self._lock:
            known = self._moments.get(session_id)
            if (known and known < moment) or (not known and len(self._moments) < MAX_WAITING):
                self._moments[session_id] = moment

    def take(self) -> dict[int, datetime]:
        """Hand out what is kept and forget it."""
        with self._lock:
            taken, self._moments = self._moments, {}
        return taken


def init_app(app: Flask) -> None:
    """Keep uses in ``app``; somebody has to call `write` from time to time."""
    app.extensions[_KEY] = Seen()


def seen() -> Seen:
    """Return what the present app keeps."""
    kept: Seen = current_app.extensions[_KEY]
    return kept


def write() -> int:
    """Write what is kept; return how many sessions. What cannot be written is kept on."""
    moments = seen().take()
    if not moments:
        return 0
    rows = [{"session_id": number, "moment": moments[number]} for number in sorted(moments)]
    try:
        write_transaction(lambda session: _store(session, rows))
    except NotWritten:
        for number, moment in moments.items():
            seen().note(number, moment)
        raise
    return len(rows)


def _store(session: Session, rows: list[dict[str, object]]) -> None:
    session.connection().execute(_SEEN, rows)
