"""How fast entries came in the last minutes, as the live page draws it before it goes on by itself."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from dashboard.log.head import Head
from models import LoginLog, Outcome, db

#: Seconds of one bar, and how many there are.
STEP, BARS = 5, 60
#: Entries that are looked at; where more happened, the older bars are left out.
LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known at ``at`` of the time after ``since``, in Unix seconds.

    Each of ``bars`` is [second a step begins, successes, failures]; steps without entries are
    left out. A step takes ``step`` seconds, and ``length`` of them are drawn.
    """

    at: float
    since: float
    bars: list[list[int]]
    step: int = STEP
    length: int = BARS


def pace(head: Head, at: datetime) -> Pace:
    """Count the sealed entries up to ``head`` in each step of the five minutes before ``at``."""
    begin = at - timedelta(seconds=STEP * BARS)
    cursor = max(head.floor, head.seq - LOOKED_AT)
    newest = (LoginLog.seq > cursor) & (LoginLog.seq <= head.seq)
    looked_at = select(LoginLog.occurred_at, LoginLog.outcome).where(newest)
    rows = db.session.execute(looked_at.where(LoginLog.occurred_at >= begin).order_by(LoginLog.seq)).all()
    is_cut = cursor > 0 and len(rows) == head.seq - cursor
    since = rows[0].occurred_at if is_cut else begin
    end = at + timedelta(seconds=STEP)  # what is dated later comes from a wrong clock
    outcomes = [(int(row.occurred_at.timestamp()), row.outcome) for row in rows if row.occurred_at < end]
    steps = Counter((second // STEP * STEP, outcome) for second, outcome in outcomes)
    moments = sorted({moment for moment, _ in steps})
    bars = [[moment, *(steps[moment, outcome] for outcome in Outcome)] for moment in moments]
    return Pace(at.timestamp(), since.timestamp(), bars)
