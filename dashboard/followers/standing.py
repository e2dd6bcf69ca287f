"""How each follower stands: what it has done, what waits, what fails, in words for operators."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.followers.follow import DeliveryFailed
from dashboard.log.head import Head, read_head
from models import Follower, LoginLog, Webhook
from models.clock import now

#: Seconds that entries may wait before the follower is called behind: a round takes one or two.
ROUND_LASTS = 5.0
#: What stands before the message of an error that is told in our words.
_OURS = f"{DeliveryFailed.__name__}: "
_WEBHOOK = re.compile(r"webhook:(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class FollowerStanding:
    """A follower's row, and what of the log it has not delivered yet: ``behind`` entries, for ``seconds``."""

    row: Follower
    behind: int
    seconds: float

    @property
    def is_behind(self) -> bool:
        """Whether entries wait for longer than a round takes."""
        return self.behind > 0 and self.seconds >= ROUND_LASTS


def standings(session: Session) -> list[FollowerStanding]:
    """Return how each follower stands that ever ran, by name; raises ``BrokenStream``."""
    head = read_head(session)
    rows = session.scalars(select(Follower).order_by(Follower.name)).all()
    waits = _waits(session, {_next(row) for row in rows if _next(row) <= head.seq})
    return [FollowerStanding(row, entries_behind(row, head), waits.get(_next(row), 0.0)) for row in rows]


def entries_behind(row: Follower, head: Head) -> int:
    """Return how many entries a follower has not delivered yet; all of them when its cursor is no number."""
    return max(0, head.seq + 1 - _next(row))


def _next(row: Follower) -> int:
    return (row.cursor or 0) + 1


def last_words(row: Follower) -> str:
    """Return why a follower fails in a line, without its traceback; "" when it does not."""
    return str(row.last_error or "").strip().rpartition("\n")[2].strip().removeprefix(_OURS)


def title_of(session: Session, name: str) -> str:
    """Return what operators call a follower: a webhook has a name that an admin gave it."""
    number = _WEBHOOK.fullmatch(str(name))
    webhook = session.get(Webhook, int(number[1])) if number else None
    return f"webhook “{webhook.name}”" if webhook else str(name)


def _waits(session: Session, numbers: Sequence[int] | set[int]) -> dict[int, float]:
    """Return how many seconds ago the entries of these numbers happened."""
    chosen = select(LoginLog.seq, LoginLog.occurred_at).where(LoginLog.seq.in_(numbers))
    moment = now()
    return {seq: max(0.0, (moment - at).total_seconds()) for seq, at in session.execute(chosen) if seq}
