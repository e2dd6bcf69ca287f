"""``write_transaction()``: the only way to write."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import TypeVar

import pymysql
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from models.database.base import db
from models.database.deadline import is_over, left
from models.database.driver import Unanswering
from models.database.purpose import Purpose, purpose
from models.trial import TRIAL, Trial

T = TypeVar("T")

RETRIES = 3
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
        with _place(session):
            result = _tried(session, work)
    except NotWritten:
        _last["failure"] = time.monotonic()
        raise
    _last["commit"] = time.monotonic()
    return result


@contextmanager
def _place(session: Session) -> Iterator[None]:
    """Be one of the writers; who waits to become one holds no connection."""
    try:
        session.close()
    except DBAPIError:
        session.invalidate()
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
