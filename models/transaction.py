"""``write_transaction()``: the only way to write."""

import random
import time
from collections.abc import Callable
from typing import Generic, TypeVar
from uuid import UUID

import pymysql
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from models.base import WRITES, db
from models.login_log import LoginLog

T = TypeVar("T")

RETRIES = 3
#: Deadlock, lock wait, changed row (MariaDB); each asks for the whole transaction again.
_AGAIN = {1213, 1205, 1020}
_CALLBACKS = "gatehouse_on_commit"
_moments: dict[str, float] = {}


def last_commit() -> float | None:
    """Return when this process last committed (monotonic seconds), if ever."""
    return _moments.get("commit")


def last_failure() -> float | None:
    """Return when this process last could not commit (monotonic seconds), if ever."""
    return _moments.get("failure")


class NotWritten(Exception):
    """The database did not take the transaction; nothing of it is stored."""


def on_commit(session: Session, callback: Callable[[], None]) -> None:
    """Call ``callback`` once the transaction of ``session`` is known to be committed.

    It runs on the writer's thread: it must be quick and must not raise.
    """
    session.info[_CALLBACKS].append(callback)


def write_transaction(work: Callable[[Session], T], *, event_id: UUID | None = None) -> T:
    """Run ``work`` in one transaction, again when the database asks for it, and commit.

    ``work`` gets a fresh session each time and may run up to four times, so it must have
    no effect outside it. ``event_id`` is an entry that ``work`` adds: after a COMMIT whose
    answer was lost, that entry tells whether it took effect. The read transaction of the
    caller ends here.

    Raises ``NotWritten`` when the database is unreachable, read-only, full or stays busy,
    and whatever ``work`` raises, such as ``IntegrityError``; then nothing is stored.
    """
    session, unknown = db.session(), None
    if _CALLBACKS in session.info:
        raise RuntimeError("write_transaction() inside write_transaction()")
    for attempt in range(RETRIES + 1):
        trial = _Trial(session, work)
        try:
            if unknown and _is_stored(event_id):
                return unknown.finish()
            return trial.run()
        except IntegrityError:
            if unknown and _is_stored(event_id):
                return unknown.finish()
            raise
        except (DBAPIError, PoolTimeout) as error:
            if attempt == RETRIES or not _worth_retrying(error):
                _moments["failure"] = time.monotonic()
                raise NotWritten(str(getattr(error, "orig", error))) from error
            if trial.committing and event_id:
                unknown = trial
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 - jitter
    raise AssertionError("unreachable")


class _Trial(Generic[T]):
    """One try: begin, work, commit; then the callbacks, when it is known to be committed."""

    def __init__(self, session: Session, work: Callable[[Session], T]) -> None:
        self._session, self._work = session, work
        self._callbacks: list[Callable[[], None]] = []
        #: Whether COMMIT was sent; if its answer is lost it may have taken effect.
        self.committing = False

    def run(self) -> T:
        session = self._session
        session.close()
        session.info[_CALLBACKS] = self._callbacks
        try:
            session.connection(execution_options={WRITES: True})
            self._result = self._work(session)
            session.flush()
            self.committing = True
            session.commit()
            _moments["commit"] = time.monotonic()
        finally:
            del session.info[_CALLBACKS]
            session.close()
        return self.finish()

    def finish(self) -> T:
        for callback in self._callbacks:
            callback()
        return self._result


def _is_stored(event_id: UUID | None) -> bool:
    """Look on a fresh connection whether the entry is in the book."""
    with db.engine.connect() as connection:
        found = connection.scalar(select(LoginLog.id).where(LoginLog.event_id == event_id))
    return found is not None


def _worth_retrying(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and (_code(error) in _AGAIN or _lost(error) or _busy(error))


def _code(error: DBAPIError) -> int | None:
    is_mysql = isinstance(error.orig, pymysql.err.MySQLError)
    return error.orig.args[0] if is_mysql and error.orig and error.orig.args else None


def _lost(error: DBAPIError) -> bool:
    return error.connection_invalidated


def _busy(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")
