"""What the totals tell of a selection: bars over its period, and long counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from dashboard.query.buckets import QUARTER, edges, quarter
from dashboard.query.period import bounds_of
from dashboard.query.terms import Selection, Term
from models import Action, LoginLog, LoginTotal, Outcome, Reason

_COLUMNS: Mapping[type, InstrumentedAttribute[str]] = {
    Action: LoginTotal.action,
    Outcome: LoginTotal.outcome,
    Reason: LoginTotal.reason,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """Entries of start <= time < end."""

    start: datetime
    end: datetime
    successes: int = 0
    failures: int = 0

    @property
    def total(self) -> int:
        """All entries of the bar."""
        return self.successes + self.failures


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars over a period; ``ignored`` are the terms that totals know nothing of.

    ``is_exact`` when the bars hold what the selection asks for, and nothing else.
    """

    bars: list[Bar]
    ignored: list[Term]
    is_exact: bool

    @property
    def total(self) -> int:
        """All entries of all bars."""
        return sum(bar.total for bar in self.bars)


def read_histogram(session: Session, selection: Selection) -> Histogram:
    """Return the bars of ``selection``, none when the book or the period is empty.

    They miss what is not sealed yet, for about a second.
    """
    ignored = [term for term in selection.query.terms if not (_is_counted(term) or _is_period(term))]
    period = _period(session, selection)
    if period is None:
        return Histogram([], ignored, is_exact=False)
    counted = [_condition(term) for term in selection.query.terms if _is_counted(term)]
    bars = [Bar(*ends) for ends in pairwise(edges(*period, selection.zone))]
    found = session.execute(union_all(*(_sum(n, bar, counted) for n, bar in enumerate(bars))))
    sums = {(number, outcome): int(total) for number, outcome, total in found}
    bars = [
        Bar(bar.start, bar.end, sums.get((n, Outcome.SUCCESS), 0), sums.get((n, Outcome.FAILURE), 0))
        for n, bar in enumerate(bars)
    ]
    is_whole = all(bound == quarter(bound) for bound in period) and _is_kept(session, period[0])
    is_exact = not ignored and is_whole
    return Histogram(bars, ignored, is_exact)


def _is_kept(session: Session, start: datetime) -> bool:
    """Whether all that the totals count from ``start`` on is in the book: they outlive pruned entries."""
    oldest = session.scalar(select(func.min(LoginLog.occurred_at)))
    counted = session.scalar(select(func.min(LoginTotal.quarter)))
    return oldest is not None and (counted == quarter(oldest) or start > oldest)


def _sum(number: int, bar: Bar, counted: list[ColumnElement[bool]]) -> Select[int, str, int]:
    summed = select(literal(number), LoginTotal.outcome, func.sum(LoginTotal.count))
    within = (LoginTotal.quarter >= bar.start, LoginTotal.quarter < bar.end)
    return summed.where(*within, *counted).group_by(LoginTotal.outcome)


def _is_counted(term: Term) -> bool:
    return type(term.value) in _COLUMNS


def _condition(term: Term) -> ColumnElement[bool]:
    column = _COLUMNS[type(term.value)]
    return column != term.value if term.negated else column == term.value


def _is_period(term: Term) -> bool:
    return isinstance(term.value, timedelta) or (isinstance(term.value, date) and not term.negated)


def _period(session: Session, selection: Selection) -> tuple[datetime, datetime] | None:
    """Return the period asked for, cut to what the book can hold; None when nothing is left."""
    first, last = (session.scalar(select(end(LoginTotal.quarter))) for end in (func.min, func.max))
    if first is None or last is None:
        return None
    starts, ends = [first], [max(last + QUARTER, quarter(selection.now) + QUARTER)]
    for bounds in bounds_of(selection):
        starts += [bounds.start] if bounds.start else []
        ends += [bounds.end] if bounds.end else []
    start, end = max(starts), min(ends)
    return (start, end) if start < end else None
