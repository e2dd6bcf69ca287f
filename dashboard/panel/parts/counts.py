"""The counts of the overview and of the live page; however long the book, none reads much of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, Select, func, literal, select

from dashboard.query.counts.buckets import QUARTER, quarter
from models import Action, LoginLog, LoginTotal, Outcome, User, UserSession, db

#: A person is in when their session was seen this recently.
PRESENT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many attempts to sign in succeeded and failed in a stretch of time."""

    successes: int
    failures: int

    @property
    def failed_share(self) -> float:
        """Failures among all attempts, 0 to 1."""
        return self.failures / max(1, self.successes + self.failures)


def attempts(since: datetime, until: datetime) -> Attempts:
    """Count the attempts to sign in with since <= time < until.

    Whole quarter hours are sums of the totals, what sticks out at either end is counted by
    index. An entry that is not sealed yet, for a second, may be missing.
    """
    first, last = quarter(since + QUARTER - datetime.resolution), quarter(until)
    if first >= last:
        first = last = until
    whole, edges = _totals(first, last), _logged((since, first), (last, until))
    return Attempts(*(whole.get(outcome, 0) + edge for outcome, edge in zip(Outcome, edges, strict=True)))


def new_users(since: datetime, until: datetime) -> int:
    """Count the accounts created at since <= time < until."""
    return _count(select(func.count(User.id)).where(User.created_at >= since, User.created_at < until))


def people_in(at: datetime) -> int:
    """Count the people with a session that was seen within ``PRESENT`` before ``at``."""
    seen = (UserSession.last_seen_at > at - PRESENT) & UserSession.revoked_at.is_(None)
    return _count(select(func.count(UserSession.user_id.distinct())).where(seen))


def _totals(since: datetime, until: datetime) -> dict[str, int]:
    """Return the sealed attempts of whole quarter hours by outcome."""
    summed = select(LoginTotal.outcome, func.sum(LoginTotal.count)).group_by(LoginTotal.outcome)
    summed = summed.where(LoginTotal.quarter >= since, LoginTotal.quarter < until)
    return {
        outcome: int(total)
        for outcome, total in db.session.execute(summed.where(LoginTotal.action == Action.LOGIN))
    }


def _logged(*stretches: tuple[datetime, datetime]) -> Sequence[int]:
    """Count successes and failures in all ``stretches`` by the index (action, outcome, occurred_at)."""

    def counted(outcome: Outcome, since: datetime, until: datetime) -> ScalarSelect[int]:
        which = (LoginLog.action == Action.LOGIN) & (LoginLog.outcome == outcome)
        stretch = (LoginLog.occurred_at >= since) & (LoginLog.occurred_at < until)
        return select(func.count()).select_from(LoginLog).where(which, stretch).scalar_subquery()

    some = [(since, until) for since, until in stretches if since < until]
    sums = [sum((counted(outcome, *stretch) for stretch in some), start=literal(0)) for outcome in Outcome]
    return db.session.execute(select(*sums)).one()


def _count(statement: Select[int]) -> int:
    return db.session.scalar(statement) or 0
