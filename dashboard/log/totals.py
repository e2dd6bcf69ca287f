"""Quarter-hour counts: moved with the head, in the sealing transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from models import LoginTotal


class TotalKey(NamedTuple):
    """What is counted together."""

    quarter: datetime
    action: str
    outcome: str
    reason: str


def kind(occurred_at: datetime, action: str, outcome: str, reason: str | None) -> TotalKey:
    """Return the kind an entry is counted under."""
    quarter = occurred_at.replace(minute=occurred_at.minute // 15 * 15, second=0, microsecond=0)
    return TotalKey(quarter, action, outcome, reason or "")


def add(session: Session, kinds: Iterable[TotalKey]) -> None:
    """Count entries; the caller holds the lock of the head, so nobody else counts."""
    for counted, number in Counter(kinds).items():
        if not _raise(session, counted._asdict(), number):
            session.execute(insert(LoginTotal).values(**counted._asdict(), count=number))


def _raise(session: Session, key: Mapping[str, object], number: int) -> bool:
    """Raise a count that exists; return False when there is none yet."""
    raised = update(LoginTotal).filter_by(**key).values(count=LoginTotal.count + number)
    return bool(session.connection().execute(raised).rowcount)
