"""What of a period lies before and after its whole quarter hours, which is counted one by one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.query.counts.buckets import QUARTER, quarter
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.terms import Query, Selection, Term
from dashboard.query.reading.budget import Budget
from dashboard.query.reading.count import Count, count
from dashboard.query.reading.keyset import Keyset
from dashboard.query.reading.range_scan import POSITION
from models import LoginLog, Outcome

#: Entries that are counted one by one; more than these in a quarter hour are left to the totals.
MAX_MARGIN = 20_000
Period = tuple[datetime, datetime]


def whole_quarters(period: Period) -> Period:
    """Return the part of a period that is whole quarter hours; it begins where it ends when there is none."""
    begin, end = quarter(period[0] + QUARTER - datetime.resolution), quarter(period[1])
    return begin, max(begin, end)


def read_margins(
    session: Session, selection: Selection, terms: list[Term], period: Period
) -> Iterator[dict[Outcome, Count]]:
    """Yield the counts of ``terms`` by outcome before the whole quarter hours of a period, and after them."""
    counted = replace(selection, query=Query(tuple(terms)))
    begin, end = whole_quarters(period)
    for start, stop in ((period[0], min(begin, period[1])), (max(end, period[0]), period[1])):
        yield _counted(session, replace(counted, start=start, end=stop)) if start < stop else {}


def _counted(session: Session, selection: Selection) -> dict[Outcome, Count]:
    (branch,) = compile_selection(selection)
    branches = {outcome: [*branch, LoginLog.outcome == outcome] for outcome in Outcome}
    return {
        outcome: count(session, Keyset(select(*POSITION), [branch]), MAX_MARGIN, Budget())
        for outcome, branch in branches.items()
    }
