"""One try to write: what ``write_transaction()`` repeats when the database asks for it."""

from collections.abc import Callable, Collection
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.database.base import WRITES
from models.login_log import LoginLog

T = TypeVar("T")

#: Where a session keeps the try that it is in.
TRIAL = "gatehouse_trial"


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
        found = select(func.count()).where(LoginLog.event_id.in_(entries))
        return bool(entries) and self._session.scalar(found) == len(entries)
