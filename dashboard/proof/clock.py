"""Whether this machine's clock may be trusted: what destroys by it, or signs it, asks here first.

The clock is held against what else tells the time: the entries, the signed checkpoints and the
database's own clock. One entry with a wild date says nothing once a checkpoint covers it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select, text

from dashboard.proof.checkpoint.checkpoint import Checkpoint
from dashboard.proof.checkpoint.history import History
from models import LoginLog, StreamHead, db
from models.database.base import is_sqlite

#: seq, event_id and time of an entry.
DatedEntry = Row[int | None, UUID, datetime]
#: How far an entry, a checkpoint or the database's clock may be ahead of ours.
CLOCK_TOLERANCE = timedelta(hours=1)
#: For how long nothing may have happened; after that the clock may have jumped.
GAP = timedelta(days=31)


class Doubtful(Exception):
    """The clock disagrees with what else tells the time, so that nothing is done by it; says how."""


def database_time() -> datetime | None:
    """Return what the database's clock says; None on SQLite, which has none."""
    if is_sqlite(db.engine.url):
        return None
    with db.engine.connect() as connection:
        there: datetime = connection.execute(text("SELECT UTC_TIMESTAMP(6)")).scalar_one()
    return there.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Clock:
    """What this machine's clock said, ``moment``, beside the checkpoints of the log."""

    moment: datetime
    history: History

    @property
    def soon(self) -> datetime:
        """The latest time that is not ahead of the clock."""
        return self.moment + CLOCK_TOLERANCE

    @property
    def confirmed(self) -> Checkpoint | None:
        """The newest checkpoint that is not ahead of the clock."""
        return self.history.newest(until=self.soon)

    def doubt(self) -> str | None:
        """Return why nothing may be destroyed by this clock, or None."""
        return self._database() or self._ahead() or self._gap()

    def doubt_of_signing(self) -> str | None:
        """Return why no checkpoint may be taken by this clock, or None.

        Unlike `doubt` it lets a checkpoint cover entries with a wild date, when the last one
        agrees with the clock; when none does, a sign-in alone does not confirm the clock.
        """
        if doubt := self._database():
            return doubt
        return None if self.agrees_with_last() else self._ahead() or self._gap() or self.jump()

    def jump(self) -> str | None:
        """Return that the clock may have jumped ahead in the last 31 days, or None.

        So it is when all that is known from these days begins 31 days or more after what is
        known from before: sign-ins go on under a wrong clock as well.
        """
        begin = self.moment - GAP
        before = _latest(_moment(func.max, LoginLog.occurred_at < begin), self.history.newest(until=begin))
        since = _earliest(
            _moment(func.min, LoginLog.occurred_at.between(begin, self.soon)),
            self.history.oldest(since=begin, until=self.soon),
        )
        if before is None or since is None or since - before <= GAP:
            return None
        return f"it is {self.moment:%F %T} UTC, and from {before:%F %T} to {since:%F %T} nothing is known"

    def wild(self, margin: timedelta = CLOCK_TOLERANCE, *, covered: int = 0) -> DatedEntry | None:
        """Return seq, event_id and time of the entry furthest ahead of the clock, or None.

        It is at least ``margin`` ahead, and not among the first ``covered`` entries.
        """
        is_uncovered = or_(LoginLog.seq.is_(None), LoginLog.seq > covered)
        late = select(LoginLog.seq, LoginLog.event_id, LoginLog.occurred_at).where(
            LoginLog.occurred_at > self.moment + margin, is_uncovered
        )
        with db.engine.connect() as connection:
            return connection.execute(late.order_by(LoginLog.occurred_at.desc()).limit(1)).first()

    def covered(self) -> int:
        """Return how many entries the newest checkpoint covers that is not ahead of the clock."""
        last = self.confirmed
        with db.engine.connect() as connection:
            epoch = connection.scalars(select(StreamHead.epoch)).one()
        return last.size if last and last.epoch == epoch else 0

    def agrees_with_last(self) -> bool:
        """Whether the last checkpoint is at most 31 days old.

        One that is ahead of the clock is the last when it covers more: then the clock was set back.
        """
        last, ahead = self.confirmed, self.history.newest(after=self.soon)
        if last is None or (ahead and ahead.size > last.size):
            return False
        return self.moment - last.time <= GAP

    def _database(self) -> str | None:
        there = database_time()
        if there is None or abs(there - self.moment) <= CLOCK_TOLERANCE:
            return None
        return f"it is {self.moment:%F %T} UTC here and {there:%F %T} by the database's clock"

    def _ahead(self) -> str | None:
        entry = self.wild(covered=self.covered())
        return entry and f"it is {self.moment:%F %T} UTC, but {name(entry)} is of {entry.occurred_at:%F %T}"

    def _gap(self) -> str | None:
        last = _latest(_moment(func.max, LoginLog.occurred_at <= self.soon), self.confirmed)
        if last is None or self.moment - last <= GAP:
            return None
        return f"it is {self.moment:%F %T} UTC, but the newest entry or checkpoint is of {last:%F %T}"


def name(entry: DatedEntry) -> str:
    """Return how an entry of `Clock.wild` is called."""
    return f"entry {entry.seq}" if entry.seq else f"the entry {entry.event_id}"


def _moment(function: Any, where: ColumnElement[bool]) -> datetime | None:
    with db.engine.connect() as connection:
        found: datetime | None = connection.scalar(select(function(LoginLog.occurred_at)).where(where))
    return found


def _latest(entry: datetime | None, checkpoint: Checkpoint | None) -> datetime | None:
    return max((time for time in (entry, checkpoint and checkpoint.time) if time), default=None)


def _earliest(entry: datetime | None, checkpoint: Checkpoint | None) -> datetime | None:
    return min((time for time in (entry, checkpoint and checkpoint.time) if time), default=None)
