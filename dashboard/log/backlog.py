"""What waits: committed entries for their seal, refused attempts for the database."""

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.log.spool.spool import Spool
from models import LoginLog
from models.clock import now

#: How far unsealed entries, and rows that were moved aside, are counted.
MAX_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Backlog:
    """``count`` entries wait, the oldest for ``seconds``."""

    count: int = 0
    seconds: float = 0


def unsealed(session: Session, caught_up: float | None) -> Backlog:
    """Return how many entries have no seal, up to ``MAX_COUNTED``, and how long the oldest has waited.

    ``caught_up`` is when the sealer of this process last left none (monotonic seconds): what came from
    the spool since is new, however old its time.
    """
    first = select(LoginLog.occurred_at).where(LoginLog.seq.is_(None)).limit(MAX_COUNTED).subquery()
    count, oldest = session.execute(select(func.count(), func.min(first.c.occurred_at))).one()
    if not count:
        return Backlog()
    age = _age(oldest)
    return Backlog(count, age if caught_up is None else min(age, time.monotonic() - caught_up))


def spooled(spool: Spool) -> Backlog:
    """Return how many attempts wait in the spool and since when."""
    count, since = spool.waiting()
    return Backlog(count, _age(since) if since else 0)


def _age(moment: datetime) -> float:
    return max(0.0, (now() - moment).total_seconds())
