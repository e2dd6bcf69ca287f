"""When sessions and tokens were last used: kept in memory and written together; nobody waits for it."""

import threading
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy import BindParameter, Update, bindparam, or_, update
from sqlalchemy.orm import Session

from models import ApiToken, NotWritten, UserSession, write_transaction

_KEY = "gatehouse.seen"
#: Sessions, and tokens, that may wait to be written; the uses of further ones are not noted.
MAX_WAITING = 10_000

_ID: BindParameter[int] = bindparam("used_id")
_MOMENT: BindParameter[datetime] = bindparam("moment")
_SEEN = (
    update(UserSession)
    .where(UserSession.id == _ID, UserSession.last_seen_at < _MOMENT)
    .values(last_seen_at=_MOMENT)
)
_USED = (
    update(ApiToken)
    .where(ApiToken.id == _ID, or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at < _MOMENT))
    .values(last_used_at=_MOMENT)
)


class Seen:
    """The newest use of each session, or token, that is not written yet; ``statement`` writes one."""

    def __init__(self, statement: Update) -> None:
        self.statement, self._lock = statement, threading.Lock()
        self._moments: dict[int, datetime] = {}

    def note(self, used_id: int, moment: datetime) -> None:
        """Keep a use, unless a newer one or too many are kept."""
        with self._lock:
            known = self._moments.get(used_id)
            if (known and known < moment) or (not known and len(self._moments) < MAX_WAITING):
                self._moments[used_id] = moment

    def take(self) -> dict[int, datetime]:
        """Hand out what is kept and forget it."""
        with self._lock:
            taken, self._moments = self._moments, {}
        return taken


def init_app(app: Flask) -> None:
    """Keep uses in ``app``; somebody has to call `write` from time to time."""
    app.extensions[_KEY] = (Seen(_SEEN), Seen(_USED))


def seen() -> Seen:
    """Return what the present app keeps of sessions."""
    return _kept()[0]


def used() -> Seen:
    """Return what the present app keeps of tokens."""
    return _kept()[1]


def write() -> int:
    """Write what is kept; return how many uses. What cannot be written is kept on."""
    taken = [(uses, uses.take()) for uses in _kept()]
    rows = [(uses.statement, _rows(moments)) for uses, moments in taken if moments]
    if not rows:
        return 0
    try:
        write_transaction(lambda session: _store(session, rows))
    except NotWritten:
        for uses, moments in taken:
            for number, moment in moments.items():
                uses.note(number, moment)
        raise
    return sum(len(moments) for _, moments in taken)


def _kept() -> tuple[Seen, Seen]:
    kept: tuple[Seen, Seen] = current_app.extensions[_KEY]
    return kept


def _rows(moments: dict[int, datetime]) -> list[dict[str, object]]:
    return [{"used_id": number, "moment": moments[number]} for number in sorted(moments)]


def _store(session: Session, rows: list[tuple[Update, list[dict[str, object]]]]) -> None:
    for statement, values in rows:
        session.connection().execute(statement, values)
