"""Work for ``write_transaction()`` to do."""

from collections.abc import Callable
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Action, LoginLog, Outcome, adds_entry, db
from models.clock import now


def add_entry(session: Session, event_id: UUID | None = None) -> None:
    """Add some entry."""
    event_id = event_id or uuid4()
    adds_entry(session, event_id)
    facts = {"occurred_at": now(), "action": Action.LOGIN, "outcome": Outcome.SUCCESS}
    session.add(LoginLog(event_id=event_id, **facts))


def count() -> int:
    """Return how many entries are stored, as a new reader sees it."""
    db.session.rollback()
    return db.session.scalar(select(func.count(LoginLog.id))) or 0


def fail_first(times: int, how: Callable[[Session], object]) -> tuple[Callable[[Session], int], list[int]]:
    """Return work that adds an entry and then fails its first ``times`` runs, and the list of runs."""
    runs: list[int] = []

    def work(session: Session) -> int:
        runs.append(len(runs))
        add_entry(session)
        session.flush()
        if len(runs) <= times:
            how(session)
        return len(runs)

    return work, runs
