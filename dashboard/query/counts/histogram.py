"""What the totals tell of a selection: bars over its period, and long counts."""

from datetime import datetime
from itertools import pairwise

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from dashboard.query.counts.bars import Bar, Histogram
from dashboard.query.counts.buckets import QUARTER, edges, quarter
from dashboard.query.counts.margins import Period, read_margins, whole_quarters
from dashboard.query.language.compile import time_range_of, time_ranges
from dashboard.query.language.filters import FILTERS
from dashboard.query.language.terms import Selection, Term
from models import LoginLog, LoginTotal, Outcome


def read_histogram(session: Session, selection: Selection) -> Histogram:
    """Return the bars of ``selection`` up to the clock, none when the book or the period is empty.

    They miss what is not sealed yet, for about a second.
    """
    terms = selection.query.terms
    counted = [term for term in terms if FILTERS[term.name].total is not None]
    ignored = [term for term in terms if term not in counted and not time_range_of(term, selection)]
    period = _period(session, selection)
    if period is None:
        return Histogram([], ignored, is_exact=False)
    bars = [Bar(*ends) for ends in pairwise(edges(*period, selection.zone))]
    bars = _summed(session, bars, counted, whole_quarters(period))
    before, after = read_margins(session, selection, counted, period)
    is_exact = not ignored and all(count.is_exact for count in (*before.values(), *after.values()))
    for place, margin in ((0, before), (-1, after)):
        bars[place] += {outcome: count.number for outcome, count in margin.items()}
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
    for (start, end), _term in time_ranges(selection):
        starts += [start] if start else []
        ends += [end] if end else []
    begin, stop = max(starts), min(ends)
    return (begin, stop) if begin < stop else None


def _summed(session: Session, bars: list[Bar], counted: list[Term], whole: Period) -> list[Bar]:
    """Return the bars with the sums of the whole quarter hours in them."""
    conditions = [LoginTotal.quarter >= whole[0], LoginTotal.quarter < whole[1], *map(_condition, counted)]
    sums_by_bar = session.execute(union_all(*(_sum(n, bar, conditions) for n, bar in enumerate(bars))))
    sums = {(number, outcome): int(total) for number, outcome, total in sums_by_bar}
    return [bar + {outcome: sums.get((n, outcome), 0) for outcome in Outcome} for n, bar in enumerate(bars)]


def _sum(number: int, bar: Bar, conditions: list[ColumnElement[bool]]) -> Select[int, str, int]:
    summed = select(literal(number), LoginTotal.outcome, func.sum(LoginTotal.count))
    within = (LoginTotal.quarter >= bar.start, LoginTotal.quarter < bar.end)
    return summed.where(*within, *conditions).group_by(LoginTotal.outcome)


def _condition(term: Term) -> ColumnElement[bool]:
    is_equal: ColumnElement[bool] = FILTERS[term.name].total == term.value
    return ~is_equal if term.negated else is_equal
