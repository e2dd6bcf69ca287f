"""What the totals tell of a selection: bars over its period, and long counts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from dashboard.query.counts.buckets import QUARTER, edges, quarter
from dashboard.query.counts.margins import Period, read_margins, whole_quarters
from dashboard.query.language.period import bounds_of
from dashboard.query.language.terms import Selection, Term
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

    def __add__(self, more: Mapping[Outcome, int]) -> "Bar":
        """Return the bar with further entries."""
        successes, failures = (more.get(outcome, 0) for outcome in Outcome)
        return replace(self, successes=self.successes + successes, failures=self.failures + failures)


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
    """Return the bars of ``selection`` up to the clock, none when the book or the period is empty.

    They miss what is not sealed yet, for about a second.
    """
    terms = selection.query.terms
    ignored = [term for term in terms if not (_is_counted(term) or _is_period(term))]
    period = _period(session, selection)
    if period is None:
        return Histogram([], ignored, is_exact=False)
    counted = [term for term in terms if _is_counted(term)]
    bars = [Bar(*ends) for ends in pairwise(edges(*period, selection.zone))]
    bars = _summed(session, bars, counted, whole_quarters(period))
    before, after = read_margins(session, selection, counted, period)
    is_exact = not ignored and all(one.is_exact for one in (*before.values(), *after.values()))
    for place, margin in ((0, before), (-1, after)):
        bars[place] += {outcome: one.number for outcome, one in margin.items()}
    return Histogram(bars, ignored, is_exact)


def clock_end(now: datetime) -> datetime:
    """Return the end of the quarter hour of now, where charts end."""
    return quarter(now) + QUARTER


def _period(session: Session, selection: Selection) -> Period | None:
    """Return the period asked for, cut to what the book holds until now; None when nothing is left."""
    first = session.scalar(select(func.min(LoginTotal.quarter)))
    oldest = session.scalar(select(func.min(LoginLog.occurred_at)))
    if first is None or oldest is None:
        return None
    # Totals outlive pruned entries.
    starts, ends = [first if first == quarter(oldest) else oldest], [clock_end(selection.now)]
    for bounds in bounds_of(selection):
        starts += [bounds.start] if bounds.start else []
        ends += [bounds.end] if bounds.end else []
    start, end = max(starts), min(ends)
    return (start, end) if start < end else None


def _summed(session: Session, bars: list[Bar], counted: list[Term], whole: Period) -> list[Bar]:
    """Return the bars with the sums of the whole quarter hours in them."""
    conditions = [LoginTotal.quarter >= whole[0], LoginTotal.quarter < whole[1], *map(_condition, counted)]
    found = session.execute(union_all(*(_sum(n, bar, conditions) for n, bar in enumerate(bars))))
    sums = {(number, outcome): int(total) for number, outcome, total in found}
    return [bar + {outcome: sums.get((n, outcome), 0) for outcome in Outcome} for n, bar in enumerate(bars)]


def _sum(number: int, bar: Bar, conditions: list[ColumnElement[bool]]) -> Select[int, str, int]:
    summed = select(literal(number), LoginTotal.outcome, func.sum(LoginTotal.count))
    within = (LoginTotal.quarter >= bar.start, LoginTotal.quarter < bar.end)
    return summed.where(*within, *conditions).group_by(LoginTotal.outcome)


def _is_counted(term: Term) -> bool:
    return type(term.value) in _COLUMNS


def _condition(term: Term) -> ColumnElement[bool]:
    column = _COLUMNS[type(term.value)]
    return column != term.value if term.negated else column == term.value


def _is_period(term: Term) -> bool:
    return isinstance(term.value, timedelta) or (isinstance(term.value, date) and not term.negated)
