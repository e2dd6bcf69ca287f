"""How far an export has come: written by its stream, read and cancelled by its owner.

It stands in the database because another process may be asked about it.
"""

import logging
import time
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models import ExportJob, ExportState, NotWritten, db, write_transaction
from models.clock import now
from models.database.limits import Purpose, used_for, within

logger = logging.getLogger(__name__)
#: Seconds between two notes of how far an export has come.
NOTE_EVERY = 1.0
#: Seconds that a note may hold up its export.
NOTE_TIMEOUT = 0.5
#: How long an export that ended is remembered.
KEEP_JOBS = timedelta(days=1)


class Cancelled(Exception):
    """The owner cancelled the export; its transfer must visibly fail."""


class JobProgress:
    """The job of one export, as its own stream sees it."""

    def __init__(self, export_id: UUID) -> None:
        self.export_id, self._noted = export_id, time.monotonic()

    def note(self, rows: int, reached: datetime) -> None:
        """Note how far the export has come, once a second; raises `Cancelled` when it was."""
        if time.monotonic() - self._noted >= NOTE_EVERY:
            self._noted = time.monotonic()
            if not self._write(rows=rows, reached=reached):
                raise self._cancelled()

    def end(self, session: Session, state: ExportState, rows: int) -> None:
        """Note how the export ended; raises `Cancelled` when it is done and was cancelled a moment ago."""
        was_running = _change(session, self.export_id, state=state, rows=rows)
        if state is ExportState.DONE and not was_running:
            raise self._cancelled()

    def _cancelled(self) -> Cancelled:
        return Cancelled(f"export {self.export_id} was cancelled")

    def _write(self, **values: object) -> bool:
        """Write values of a running job; False when it runs no more. A failure only costs the note."""
        try:
            with within(NOTE_TIMEOUT), used_for(Purpose.COMMANDS):
                return write_transaction(lambda session: _change(session, self.export_id, **values))
        except NotWritten as error:
            logger.warning("export %s: progress not noted: %s", self.export_id, error)
            return True


def begin_job(session: Session, export_id: UUID, user_id: int) -> None:
    """Add the job of an export that begins, and forget old ones; an id can be used once."""
    moment = now()
    session.execute(delete(ExportJob).where(ExportJob.updated_at < moment - KEEP_JOBS))
    job = ExportJob(export_id=export_id, user_id=user_id, started_at=moment, updated_at=moment)
    session.add(job)
    session.flush()


def _change(session: Session, export_id: UUID, **values: object) -> bool:
    running = (ExportJob.export_id == export_id) & (ExportJob.state == ExportState.RUNNING)
    change = update(ExportJob).where(running).values(updated_at=now(), **values)
    return bool(session.connection().execute(change).rowcount)


def abandoned(session: Session, older_than: datetime) -> list[ExportJob]:
    """Note that exports are aborted whose process died, as their last note is so old; return them."""
    silent = (ExportJob.state == ExportState.RUNNING) & (ExportJob.updated_at < older_than)
    found = session.scalars(select(ExportJob).where(silent).with_for_update()).all()
    for job in found:
        job.state, job.updated_at = ExportState.ABORTED, now()
    return list(found)


def running(user_id: int, since: datetime) -> int:
    """Return how many exports of a person run, in any process, and were heard of since a moment."""
    own = (ExportJob.user_id == user_id) & (ExportJob.state == ExportState.RUNNING)
    count = select(func.count()).select_from(ExportJob).where(own, ExportJob.updated_at >= since)
    return db.session.scalar(count) or 0


def find(export_id: UUID, user_id: int) -> ExportJob | None:
    """Return a person's own export, or None."""
    own = (ExportJob.export_id == export_id) & (ExportJob.user_id == user_id)
    return db.session.scalars(select(ExportJob).where(own)).one_or_none()


def cancel(export_id: UUID, user_id: int) -> None:
    """Have a person's own running export stop at its next step; again is harmless."""
    own = (ExportJob.export_id == export_id) & (ExportJob.user_id == user_id)
    running = update(ExportJob).where(own, ExportJob.state == ExportState.RUNNING)
    stop = running.values(state=ExportState.CANCELLED, updated_at=now())
    write_transaction(lambda session: session.execute(stop))
