"""What must hold whatever went wrong, read straight from the database."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from flask import current_app
from sqlalchemy import func, select

from dashboard.export.fields import as_fields
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.verify.verify import current_standing, verify
from models import Action, ExportJob, ExportState, LoginLog, Outcome, Reason, StreamHead, UserSession, db
from tests.faults.crowd import Attempt
from tests.support.feed import Feed

Sealed = dict[int, tuple[UUID, bytes]]


def unsealed() -> int:
    """Return how many entries still wait for their seal."""
    db.session.rollback()
    return db.session.scalar(select(func.count(LoginLog.id)).where(LoginLog.seq.is_(None))) or 0


def exporting() -> int:
    """Return how many exports are under way."""
    db.session.rollback()
    running = select(func.count()).where(ExportJob.state == ExportState.RUNNING)
    return db.session.scalar(running) or 0


def head() -> StreamHead:
    """Return the head as it is now."""
    db.session.rollback()
    return db.session.scalars(select(StreamHead).execution_options(populate_existing=True)).one()


def sealed(before: Sealed) -> Sealed:
    """Return what is sealed: contiguous, chained, counted, and with all of ``before`` in its place."""
    standing = current_standing()
    verify(standing, Store.of(current_app.config["SETTINGS"]).history(standing.origin), lambda _: None)
    columns = (LoginLog.seq, LoginLog.event_id, LoginLog.chain)
    rows = db.session.execute(select(*columns).where(LoginLog.seq.isnot(None)).order_by(LoginLog.seq)).all()
    assert [row.seq for row in rows] == list(range(1, head().seq + 1))
    found = {row.seq: (row.event_id, row.chain) for row in rows}
    assert before.items() <= found.items(), "a sealed entry changed"
    return found


def sessions() -> None:
    """Each session has exactly one entry of its beginning, and each such entry its session."""
    begun = (LoginLog.action == Action.LOGIN) & (LoginLog.outcome == Outcome.SUCCESS)
    entries = Counter(db.session.scalars(select(LoginLog.session_ref).where(begun)))
    assert entries == Counter(db.session.scalars(select(UserSession.public_id)))


def attempts(made: Iterable[Attempt]) -> int:
    """Each attempt that was answered has exactly one entry, and it says what the visitor was told.

    Returns how many were refused with a 503 and have none.
    """
    entries: dict[str, list[LoginLog]] = {}
    for entry in db.session.scalars(select(LoginLog).where(LoginLog.action == Action.LOGIN)):
        entries.setdefault(entry.user_agent or "", []).append(entry)
    revoked = set(db.session.scalars(select(UserSession.public_id).where(UserSession.revoked_at.isnot(None))))
    lost = 0
    for attempt in made:
        found = entries.get(attempt.agent, [])
        if attempt.status == 503 and not found:
            lost += 1
        else:
            _agrees(attempt, found, revoked)
    return lost


def _agrees(attempt: Attempt, entries: list[LoginLog], revoked: set[UUID]) -> None:
    facts = [(entry.outcome, entry.reason) for entry in entries]
    refused = {"wrong": Reason.INVALID_PASSWORD, "unknown": Reason.UNKNOWN_USER}.get(attempt.kind)
    decided = (Outcome.FAILURE, refused) if refused else (Outcome.SUCCESS, None)
    unheard = [[(Outcome.FAILURE, reason)] for reason in (Reason.RECORDING_UNAVAILABLE, Reason.RATE_LIMITED)]
    match attempt.status:
        case None:
            assert facts in ([], [decided], *unheard), (attempt, facts)
        case 302 | 401:
            assert facts == [decided], (attempt, facts)
        case 503 if facts == [(Outcome.SUCCESS, None)]:
            assert entries[0].session_ref in revoked, attempt
            assert taken_back(entries[0].session_ref) == 1, attempt
        case 503:
            assert facts in ([decided], *unheard), (attempt, facts)
        case _:
            raise AssertionError(f"{attempt} is neither in nor out")


def taken_back(session_ref: UUID | None = None) -> int:
    """Return how many entries say that a session, or that one, was ended since its owner had been refused."""
    entries = select(func.count(LoginLog.id)).where(LoginLog.action == Action.SESSION_REVOKE)
    entries = entries.where(LoginLog.reason == Reason.RECORDING_UNAVAILABLE)
    if session_ref:
        entries = entries.where(LoginLog.session_ref == session_ref)
    return db.session.scalar(entries) or 0


def watched(feeds: Iterable[Feed]) -> None:
    """Each viewer was shown exactly the sealed entries after the cursor it began with."""
    rows = db.session.scalars(select(LoginLog).where(LoginLog.seq.isnot(None)).order_by(LoginLog.seq))
    book = [as_fields(row) for row in rows]
    for feed in feeds:
        assert len(feed.shown) == 1, "the feed was reset"
        assert feed.shown[0].entries == book[feed.shown[0].begin :]
