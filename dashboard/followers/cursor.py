"""Where a follower is: its row, moved only by who has the turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.followers.lease import hold, is_free, this_process
from dashboard.log.head import BrokenStream, Head, read_head, sealed_after
from models import LoginLog, db
from models.clock import now
from models.following.follower import Follower

#: Entries that a new follower delivers at most of those that were recorded before its first round.
MAX_BEFORE_BEGIN = 10_000


class TurnLost(Exception):
    """Another process delivers now, or the cursor was moved; what was delivered may be delivered again."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The turn to deliver what follows ``cursor``, up to ``head``.

    ``unfinished`` is what was written down before a delivery of the same entries that did not end.
    """

    cursor: int
    head: int
    unfinished: str | None


def create(session: Session, name: str, since: datetime) -> None:
    """Make the follower's row, unless it has one: it begins with what happens after ``since``."""
    if session.get(Follower, name) is None:
        head = read_head(session)
        cursor = _last_before(session, head, since)
        session.add(Follower(name=name, epoch=head.epoch, cursor=cursor, failures=0, delivered=0, missed=0))


def _last_before(session: Session, head: Head, moment: datetime) -> int:
    """Return the number of the last entry from before ``moment``; of the newest few at most."""
    floor = max(head.pruned, head.seq - MAX_BEFORE_BEGIN)
    earlier = select(func.max(LoginLog.seq)).where(LoginLog.seq > floor, LoginLog.seq <= head.seq)
    return session.scalar(earlier.where(LoginLog.occurred_at < moment)) or floor


def due(name: str) -> int | None:
    """Return the cursor when there is something to deliver for who may: a look that takes no lock."""
    row, head = db.session.get(Follower, name, populate_existing=True), read_head(db.session())
    is_due = row is not None and row.paused_at is None and is_free(row, now()) and _is_behind(row, head)
    seen = row.cursor if row is not None and is_due else None
    db.session.rollback()
    return seen


def claim(session: Session, name: str, intent: str | None, seen: int) -> Claim | None:
    """Take the turn and write down ``intent``; None when there is nothing to do or another has it.

    ``seen`` is the cursor from before ``intent`` was made: where others delivered since, that is out of date.
    Raises ``BrokenStream`` when the log is shorter than what was delivered of it.
    """
    row = locked(session, name)
    if row is None or row.paused_at is not None or row.cursor != seen or not is_free(row, now()):
        return None
    head = read_head(session)
    _adapt(row, head)
    hold(row, now())
    unfinished, row.intent = row.intent, row.intent or intent
    return Claim(row.cursor, head.seq, unfinished) if row.cursor < head.seq else None


def entries_after(cursor: int, head: int, limit: int) -> Sequence[LoginLog]:
    """Return the next entries, held by no session; raises ``BrokenStream`` when one is missing."""
    rows = sealed_after(db.session(), cursor, head, limit)
    db.session.expunge_all()
    db.session.rollback()
    if [row.seq for row in rows] != list(range(cursor + 1, min(cursor + limit, head) + 1)):
        raise BrokenStream(f"entries are missing after {cursor}")
    return rows


def renew(session: Session, name: str, cursor: int) -> None:
    """Keep the turn during a long delivery; raises ``TurnLost``."""
    hold(_own(session, name, cursor), now())


def advance(session: Session, name: str, cursor: int, last: int) -> None:
    """Move on from ``cursor``: all up to ``last`` is delivered; raises ``TurnLost``."""
    row, moment = _own(session, name, cursor), now()
    row.cursor, row.intent = last, None
    row.delivered, row.delivered_at = row.delivered + last - cursor, moment
    forgive(row)
    hold(row, moment)


def forgive(row: Follower | None) -> None:
    """Forget that deliveries failed: one succeeded, or nobody wants any more."""
    if row is not None:
        row.failing_since, row.failures, row.last_error = None, 0, None


def fail(session: Session, name: str, error: str) -> None:
    """Note that a delivery failed, and how."""
    row = locked(session, name)
    if row is not None:
        row.failing_since = row.failing_since or now()
        row.failures, row.last_error = row.failures + 1, error


def locked(session: Session, name: str) -> Follower | None:
    """Return the follower's row, which nobody else changes in this transaction; None before it began."""
    mine = select(Follower).where(Follower.name == name)
    return session.scalars(mine.with_for_update().execution_options(populate_existing=True)).one_or_none()


def _own(session: Session, name: str, cursor: int) -> Follower:
    row = locked(session, name)
    if row is None or row.holder != this_process() or row.cursor != cursor:
        raise TurnLost(f"{name}: another process delivers now, or the cursor was moved")
    return row


def _is_behind(row: Follower, head: Head) -> bool:
    """Whether there is something to deliver; raises ``BrokenStream`` when the cursor is no number."""
    _require_cursor(row)
    return row.epoch != head.epoch or row.cursor != head.seq


def _require_cursor(row: Follower) -> None:
    """Raise ``BrokenStream`` for a cursor that somebody changed: where to go on is for an admin to say."""
    if row.cursor is None:
        raise BrokenStream(f"{row.name}: its cursor is no number; have it deliver again from an entry on")


def _adapt(row: Follower, head: Head) -> None:
    """Follow a log that was restored or pruned meanwhile."""
    _require_cursor(row)
    if row.epoch != head.epoch:  # a backup was restored: what comes now are other entries
        row.epoch, row.cursor, row.intent = head.epoch, min(row.cursor, head.seq), None
    if row.cursor > head.seq:
        raise BrokenStream(f"{row.name} delivered {row.cursor} entries of a log that has {head.seq}")
    row.missed, row.cursor = row.missed + max(0, head.pruned - row.cursor), max(row.cursor, head.pruned)
