"""Rebuild: make the totals again from the entries they count.

The totals of pruned entries cannot be made again: what is left of them stays, and the head
keeps how many are lost.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from dashboard.proof.verify.ranges import CheckRange, QuarterKind, counted
from dashboard.proof.verify.standing import QUARTER_SECONDS, Standing, read_totals
from models import LoginTotal, StreamHead, write_transaction


class Moved(Exception):
    """Entries were pruned meanwhile; nothing was changed."""


def rebuild_totals(standing: Standing, progress: Callable[[int], object]) -> int:
    """Replace the totals by counts of the entries; return how many entries' totals are lost.

    ``progress`` hears how many more entries were counted. Raises ``Moved``.
    """
    totals: Counter[QuarterKind] = Counter()
    for some in counted(_bounds(standing.pruned, standing.last)):
        totals.update(some)
        progress(some.total())
    return write_transaction(partial(_replace, standing, totals))


def _replace(standing: Standing, totals: Counter[QuarterKind], session: Session) -> int:
    """Count what was sealed meanwhile, and store all under the lock of the head."""
    head = session.scalars(select(StreamHead).with_for_update()).one()
    if (head.epoch, head.pruned) != (standing.epoch, standing.pruned):
        raise Moved("entries were pruned meanwhile: run it again")
    kept = totals.copy()
    for some in counted(_bounds(standing.last, head.seq), session.connection()):
        kept.update(some)
    gone = _of_pruned(read_totals(session.connection()), kept, head.pruned)
    session.execute(delete(LoginTotal))
    rows = [_row(kind, count) for kind, count in (kept + gone).items()]
    if rows:
        session.execute(insert(LoginTotal), rows)
    head.uncounted = head.pruned - gone.total()
    return head.uncounted


def _of_pruned(
    stored: dict[QuarterKind, int], kept: Counter[QuarterKind], pruned: int
) -> Counter[QuarterKind]:
    """Return what is left of the totals of pruned entries; none when they are more than the entries were."""
    surplus = Counter(stored) - kept
    return surplus if surplus.total() <= pruned else Counter()


def _bounds(after: int, last: int) -> CheckRange:
    return CheckRange(after + 1, last, anchor=b"", places=0)


def _row(kind: QuarterKind, count: int) -> dict[str, object]:
    quarter, action, outcome, reason = kind
    when = datetime.fromtimestamp(quarter * QUARTER_SECONDS, UTC)
    return {"quarter": when, "action": action, "outcome": outcome, "reason": reason, "count": count}
