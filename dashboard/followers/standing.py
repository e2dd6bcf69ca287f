"""How each follower stands: what it has done, what waits, what fails."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.log.head import read_head
from models import Follower, LoginLog
from models.clock import now


@dataclass(frozen=True, slots=True)
class FollowerStanding:
    """A follower's row, and what of the log it has not delivered yet: ``behind`` entries, for ``seconds``."""

    row: Follower
    behind: int
    seconds: float


def standings(session: Session) -> list[FollowerStanding]:
    """Return how each follower stands that ever ran, by name; raises ``BrokenStream``."""
    head = read_head(session)
    rows = session.scalars(select(Follower).order_by(Follower.name)).all()
    waits = _waits(session, {row.cursor + 1 for row in rows if row.cursor < head.seq})
    return [
        FollowerStanding(row, max(0, head.seq - row.cursor), waits.get(row.cursor + 1, 0.0)) for row in rows
    ]


def _waits(session: Session, numbers: Sequence[int] | set[int]) -> dict[int, float]:
    """Return how many seconds ago the entries of these numbers happened."""
    chosen = select(LoginLog.seq, LoginLog.occurred_at).where(LoginLog.seq.in_(numbers))
    moment = now()
    return {seq: max(0.0, (moment - at).total_seconds()) for seq, at in session.execute(chosen) if seq}
