"""What is sent again on a new connection: the last seconds, which may have been lost with the old one."""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import timedelta
from time import monotonic

from sqlalchemy import func, select

from dashboard.log.head import sealed_after
from models import LoginLog, db

#: How long before the newest that was sent.
REPEATED = timedelta(seconds=5)
#: Entries that are sent again at most, and in one reading.
MOST_REPEATED, SLICE = 50_000, 500


class Sent:
    """What this process sent on its connection lately: times and the first of each batch."""

    def __init__(self) -> None:
        self._batches: deque[tuple[float, int]] = deque(maxlen=MOST_REPEATED)
        self._last = 0

    def note(self, first: int, last: int, *, is_taken: bool) -> None:
        """Remember that ``first`` to ``last`` were sent.

        Forget what was sent long before, unless the server's machine has not even taken that (``is_taken``).
        """
        moment = monotonic()
        self._batches.append((moment, first))
        while is_taken and moment - self._batches[0][0] > REPEATED.total_seconds():
            self._batches.popleft()
        self._last = last

    def precedes(self, first: int) -> bool:
        """Whether this process sent the entry before ``first``, as the last one."""
        return bool(self._batches) and self._last == first - 1

    def lost_from(self, first: int) -> int:
        """Return the number from which on entries before ``first`` may not have arrived."""
        if self.precedes(first):
            return max(min(number for _, number in self._batches), first - MOST_REPEATED)
        return _lately_before(first)


def entries_between(first: int, end: int) -> Iterator[Sequence[LoginLog]]:
    """Yield the entries with first <= seq < end, some at a time, held by no session."""
    while first < end:
        rows = sealed_after(db.session(), first - 1, end - 1, SLICE)
        db.session.expunge_all()
        db.session.rollback()
        if not rows:
            return
        yield rows
        first = int(rows[-1].seq or end) + 1


def _lately_before(first: int) -> int:
    """Return the number of the first entry before ``first`` that happened shortly before the newest of them.

    For a process that sent none of them: another did, or an earlier one. The newest need not be the last, as
    an outage's entries are sealed after it.
    """
    before = LoginLog.seq < first, LoginLog.seq >= first - MOST_REPEATED
    newest = db.session.scalar(select(func.max(LoginLog.occurred_at)).where(*before))
    since = select(func.min(LoginLog.seq)).where(*before)
    found = newest and db.session.scalar(since.where(LoginLog.occurred_at >= newest - REPEATED))
    db.session.rollback()
    return found or first
