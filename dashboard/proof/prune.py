"""Prune: delete the oldest entries, in small batches, with an entry that tells so.

The number and the link of the last pruned entry stay in the head, so that a verification
starts there; the totals stay too.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from auth.events import AuthEvent, Client, Subject
from dashboard.log.recorder import record
from dashboard.proof.checkpoint.history import History
from dashboard.proof.clock import CLOCK_TOLERANCE, Clock
from dashboard.proof.prune_cover import covered
from dashboard.proof.verify.authentic import pruned_tree
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.standing import Standing, read_pruned
from dashboard.proof.verify.verify import Advance, check_entries
from dashboard.proof.voucher import Signer
from dashboard.traces.store import forget_older_traces
from models import Action, LoginLog, Outcome, StreamHead, db, write_transaction
from models.clock import now

#: Entries deleted in one transaction, and looked through by one statement.
PRUNE_BATCH, LOOKAHEAD = 1000, 100_000


class PruneConflict(Exception):
    """Somebody else prunes; the transaction was rolled back."""


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """The entries after ``standing.pruned`` up to ``through``; all of them older than ``before``.

    ``history`` holds the checkpoints of the log.
    """

    standing: Standing
    before: datetime
    through: int
    history: History

    @property
    def count(self) -> int:
        """How many entries these are."""
        return self.through - self.standing.pruned

    @property
    def is_most(self) -> bool:
        """Whether these are more than half of the log."""
        return 2 * self.count > self.standing.seq - self.standing.pruned


def plan_prune(standing: Standing, age: timedelta, clock: Clock) -> PrunePlan:
    """Return what is older than ``age``, up to the first sealed entry that is not.

    An entry is as old as it says, or as the first checkpoint that covers it, if that is older:
    one with a wild date stops nothing.
    """
    before = clock.moment - age
    past = max(standing.pruned, covered(standing, clock.history, before))
    return PrunePlan(standing, before, _through(past, standing.seq, before), clock.history)


def _through(past: int, last: int, before: datetime) -> int:
    """Return the number after ``past`` up to which all entries are older; looked for in stretches."""
    for begin in range(past, last, LOOKAHEAD):
        end = min(begin + LOOKAHEAD, last)
        within = (LoginLog.seq > begin) & (LoginLog.seq <= end)
        kept = select(LoginLog.seq).where(within, LoginLog.occurred_at >= before)
        first = db.session.scalar(kept.order_by(LoginLog.seq).limit(1))
        db.session.rollback()
        if first is not None:
            return first - 1
    return last


def next_entry(wanted: PrunePlan) -> LoginLog | None:
    """Return the first entry that stays."""
    return db.session.scalar(select(LoginLog).where(LoginLog.seq == wanted.through + 1))


def is_any_older(wanted: PrunePlan) -> bool:
    """Whether an entry that stays is older than what goes."""
    older = (LoginLog.occurred_at < wanted.before) & (LoginLog.seq > wanted.through)
    return db.session.scalar(select(LoginLog.id).where(older).limit(1)) is not None


def was_pruned(since: datetime, action: Action = Action.LOG_PURGE) -> bool:
    """Whether a purge was recorded after ``since``; one that is ahead of the clock tells nothing."""
    recent = (LoginLog.occurred_at > since) & (LoginLog.occurred_at <= now() + CLOCK_TOLERANCE)
    found = select(LoginLog.id).where(LoginLog.action == action, recent).limit(1)
    return db.session.scalar(found) is not None


def check_before(wanted: PrunePlan, progress: Advance) -> None:
    """Verify what is to go: a prune must not sweep away the traces of a change.

    Raises ``Broken``, and ``PruneConflict`` when another process prunes.
    """
    try:
        check_entries(wanted.standing, wanted.through, progress, wanted.history)
    except Broken:
        if read_pruned() != wanted.standing.pruned:
            raise PruneConflict("another process prunes") from None
        raise


def prune(
    wanted: PrunePlan,
    signer: Signer,
    *,
    actor: Subject | None = None,
    unless_since: datetime | None = None,
) -> Iterator[int]:
    """Delete what was planned, as far as a checkpoint covers it; yield how many entries after each batch.

    ``actor`` is who asked for it. With ``unless_since`` nothing is done when a purge was
    recorded since then. Raises ``PruneConflict`` when another process prunes.
    """
    wanted = replace(wanted, through=min(wanted.through, signer.covered))
    if not wanted.count:
        return
    event = _purged(wanted, signer, actor)
    if not write_transaction(partial(_announce, wanted, event, unless_since)):
        return
    for first in range(wanted.standing.pruned, wanted.through, PRUNE_BATCH):
        last = min(first + PRUNE_BATCH, wanted.through)
        write_transaction(partial(_delete, first, last))
        yield last - first
    forget_older_traces(wanted.before)


def _purged(wanted: PrunePlan, signer: Signer, actor: Subject | None) -> AuthEvent:
    """Return the event of a purge, signed: where it ends, with the link and the tree there."""
    ended = pruned_tree(wanted.standing.pruned, wanted.standing.anchor_frontier)
    for first in range(ended.size, wanted.through, PRUNE_BATCH):
        ended.extend(_links(db.session(), first, min(first + PRUNE_BATCH, wanted.through)))
    link = db.session.scalar(select(LoginLog.chain).where(LoginLog.seq == wanted.through))
    db.session.rollback()
    if link is None:
        raise PruneConflict("another process prunes")
    detail: dict[str, object] = {
        "before": wanted.before.isoformat(timespec="seconds"),
        "entries": wanted.count,
        "through": wanted.through,
        "chain": link.hex(),
        "frontier": b64encode(ended.as_bytes()).decode(),
    }
    return signer.sign(AuthEvent(Action.LOG_PURGE, Outcome.SUCCESS, None, Client(), actor=actor), detail)


def _announce(wanted: PrunePlan, event: AuthEvent, unless_since: datetime | None, session: Session) -> bool:
    """Record the purge before it begins, so that an interrupted one is on record too."""
    head = session.scalars(select(StreamHead).with_for_update()).one()
    if unless_since and was_pruned(unless_since):
        return False
    if head.pruned != wanted.standing.pruned:
        raise PruneConflict("another process prunes")
    record(session, event)
    return True


def _links(session: Session, first: int, last: int) -> list[bytes]:
    within = (LoginLog.seq > first) & (LoginLog.seq <= last)
    links = session.scalars(select(LoginLog.chain).where(within).order_by(LoginLog.seq)).all()
    return [link for link in links if link is not None]


def _delete(first: int, last: int, session: Session) -> None:
    """Delete the entries after ``first`` up to ``last``; the head is locked at the very end only."""
    head = session.execute(select(StreamHead.pruned, StreamHead.anchor_frontier)).one()
    if head.pruned >= last:
        return  # a COMMIT whose answer was lost, or another process
    anchor = session.scalars(select(LoginLog.chain).where(LoginLog.seq == last)).one_or_none()
    ended = pruned_tree(head.pruned, head.anchor_frontier)
    ended.extend(_links(session, first, last))
    gone = delete(LoginLog).where(LoginLog.seq > first, LoginLog.seq <= last)
    deleted = session.connection().execute(gone).rowcount
    moved = update(StreamHead).where(StreamHead.pruned == first)
    moved = moved.values(pruned=last, anchor=anchor, anchor_frontier=ended.as_bytes())
    if deleted != last - first or session.connection().execute(moved).rowcount != 1:
        raise PruneConflict("another process prunes")
