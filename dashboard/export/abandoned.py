"""The end of exports that could not record it themselves: their process died."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from auth.events import AuthEvent, Client, Subject
from dashboard.background.schedule import at_intervals
from dashboard.export import progress, quota
from dashboard.log.recorder import record
from models import Action, ExportJob, Outcome, Reason, User, write_transaction
from models.clock import now

#: How long an export may say nothing: a slow reader blocks it for a while.
ABANDONED_AFTER = timedelta(hours=1)
#: Seconds between two looks; each process looks.
ABANDONED_INTERVAL = 300


def init_app(app: Flask) -> None:
    """Count the exports under way, and have the ends of dead ones recorded."""
    quota.init_app(app)
    at_intervals(app, "exports", end_abandoned, every=ABANDONED_INTERVAL)


def end_abandoned() -> int:
    """Record that exports broke off whose process died; return how many."""
    event_ids: defaultdict[UUID, UUID] = defaultdict(uuid7)  # another try makes the same entries

    def work(session: Session) -> int:
        jobs = progress.abandoned(session, now() - ABANDONED_AFTER)
        for job in jobs:
            event = replace(_broken_off(job, session), event_id=event_ids[job.export_id])
            record(session, event)
        return len(jobs)

    return write_transaction(work)


def _broken_off(job: ExportJob, session: Session) -> AuthEvent:
    user = session.get(User, job.user_id)
    subject = Subject.of(user) if user else None
    detail = {"export_id": str(job.export_id), "stage": "end", "rows": job.rows}
    return AuthEvent(
        Action.LOG_EXPORT, Outcome.FAILURE, subject, Client(), reason=Reason.ABORTED, detail=detail
    )
