"""``write_transaction()``: the only way to write, in trials that the database may ask for again."""

import random
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Generic, TypeVar
from uuid import UUID

import pymysql
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from models.database.base import WRITES, db
from models.database.driver import Unanswering
from models.database.limits import Purpose, is_over, left, purpose
from models.login_log import LoginLog
from models.measures.catalogue import WRITE_RETRIES

T = TypeVar("T")

RETRIES = 3
#: Where a session keeps the trial that it is in.
TRIAL = "gatehouse_trial"
#: Pages that write at once; the other connections are left to those that only read.
WRITERS = 20
#: Seconds to wait until one of them has written.
WRITER_TIMEOUT = 5
#: Deadlock, lock wait, changed row (MariaDB); each asks for the whole transaction again.
_AGAIN = {1213, 1205, 1020}

_writers = BoundedSemaphore(WRITERS)
_last: dict[str, float] = {}


class NotWritten(Exception):
    """The database did not take the transaction, or did not say so: then its entry tells later."""


def last_commit() -> float | None:
    """Return when this process last wrote something, in monotonic seconds; None before the first time."""
    return _last.get("commit")


def last_failure() -> float | None:
    """Return when this process last could not write, in monotonic seconds; None before the first time."""
    return _last.get("failure")


def write_transaction(work: Callable[[Session], T]) -> T:
    """Run ``work`` in one transaction, again when the database asks for it, and commit.

    ``work`` gets a fresh session each time and may run up to four times, so it must have
    no effect outside it. After a COMMIT whose answer was lost, the entries that it added tell whether
    it took effect; without any, ``work`` runs again and must find out itself. The read transaction of
    the caller ends here.

    Raises ``NotWritten`` when the database is unreachable, read-only, full or stays busy, at the
    latest by the deadline, and whatever ``work`` raises, such as ``IntegrityError``; then nothing is stored.
    """
    session = db.session()
    if TRIAL in session.info:
        raise RuntimeError("write_transaction() inside write_transaction()")
    try:
        with _place():
            result = _tried(session, work)
    except NotWritten:
        _last["failure"] = time.monotonic()
        raise
    _last["commit"] = time.monotonic()
    return result


def end_read() -> None:
    """End the read transaction of the caller; a connection that was lost meanwhile is no failure."""
    try:
        db.session.close()
    except DBAPIError:
        db.session().invalidate()


@contextmanager
def _place() -> Iterator[None]:
    """Be one of the writers; who waits to become one holds no connection."""
    end_read()
    if purpose() is not Purpose.PAGES:
        yield
        return
    if not _writers.acquire(timeout=left(WRITER_TIMEOUT)):
        raise NotWritten(f"{WRITERS} others wait to write")
    try:
        yield
    finally:
        _writers.release()


def _tried(session: Session, work: Callable[[Session], T]) -> T:
    """Try as often as it is worth it."""
    unknown = None
    for attempt in range(RETRIES + 1):
        trial = Trial(session, work, unknown)
        try:
            return trial.run()
        except IntegrityError:
            raise
        except (DBAPIError, PoolTimeout) as error:
            if attempt == RETRIES or is_over() or not _worth_retrying(error):
                raise NotWritten(str(getattr(error, "orig", error))) from error
            if trial.committing and trial.entries:
                unknown = trial
            WRITE_RETRIES.note()
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 - jitter
    raise AssertionError("unreachable")


def _worth_retrying(error: Exception) -> bool:
    if not isinstance(error, DBAPIError) or isinstance(error.orig, Unanswering):
        return False
    return _code(error) in _AGAIN or _lost(error) or _busy(error)


def _code(error: DBAPIError) -> int | None:
    is_mysql = isinstance(error.orig, pymysql.err.MySQLError)
    return error.orig.args[0] if is_mysql and error.orig and error.orig.args else None


def _lost(error: DBAPIError) -> bool:
    return error.connection_invalidated


def _busy(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def on_commit(session: Session, callback: Callable[[], None]) -> None:
    """Call ``callback`` once the transaction of ``session`` is known to be committed.

    It runs on the writer's thread: it must be quick and must not raise.
    """
    session.info[TRIAL].callbacks.append(callback)


def adds_entry(session: Session, event_id: UUID) -> None:
    """Say that the transaction of ``session`` adds this entry to the log.

    After a COMMIT whose answer was lost, its entries tell whether it took effect. So their ids are
    made before the first try: another try must add the same.
    """
    session.info[TRIAL].entries.append(event_id)


class Trial(Generic[T]):
    """One try: begin, work, commit; then the callbacks, when it is known to be committed.

    ``before`` is an earlier one whose COMMIT was not answered. It may still take effect while this one
    works, which then finds its own doing: so it is looked for at the beginning, when the work
    fails, and before this one commits.
    """

    def __init__(self, session: Session, work: Callable[[Session], T], before: "Trial[T] | None") -> None:
        self._session, self._work, self._before = session, work, before
        self.callbacks: list[Callable[[], None]] = []
        self.entries: list[UUID] = []
        #: Whether COMMIT was sent; if its answer is lost it may have taken effect.
        self.committing = False

    def run(self) -> T:
        """Return what the committed try did; raises what the database and the work raise."""
        self._session.close()
        self._session.info[TRIAL] = self
        try:
            committed = self._tried()
        finally:
            del self._session.info[TRIAL]
            self._session.close()
        for callback in committed.callbacks:
            callback()
        return committed._result

    def _tried(self) -> "Trial[T]":
        """Return the try that was committed: this one, or the one before."""
        self._session.connection(execution_options={WRITES: True})
        if self._before and self._is_stored(self._before.entries):
            return self._before
        try:
            self._result = self._work(self._session)
            self._session.flush()
        except Exception:
            if self._before is None:
                raise
            self._session.rollback()
            if self._is_stored(self._before.entries):
                return self._before
            raise
        if self._before and self._is_stored(set(self._before.entries) - set(self.entries)):
            return self._before
        self.committing = True
        self._session.commit()
        return self

    def _is_stored(self, entries: Collection[UUID]) -> bool:
        """Look whether entries, one at least, are all in the log."""
        stored = select(func.count()).where(LoginLog.event_id.in_(entries))
        return bool(entries) and self._session.scalar(stored) == len(entries)
