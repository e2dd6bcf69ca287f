"""What a list has, without reading a page of it."""

from dataclasses import replace

from sqlalchemy import select

from dashboard.query.counts.histogram import clock_end
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.selection import Selection
from dashboard.query.reading.budget import Budget
from dashboard.query.reading.count import SECONDS, Count, count
from dashboard.query.reading.keyset import Keyset
from dashboard.query.reading.range_scan import POSITION
from models import db

#: Entries dated after now are counted up to here.
MAX_DATED_AHEAD = 1_000


def may_match(selection: Selection) -> bool:
    """Whether the list may have an entry: one was found, or not all was searched in time."""
    scanned = _keyset(selection).find(db.session(), None, 1, descending=True, budget=Budget())
    return bool(scanned.rows or scanned.reached)


def dated_ahead(selection: Selection) -> Count:
    """Count what is dated after the clock, where charts end."""
    begin = clock_end(selection.now)
    later = replace(selection, start=max(begin, selection.start or begin))
    return count(db.session(), _keyset(later), MAX_DATED_AHEAD, Budget(SECONDS))


def _keyset(selection: Selection) -> Keyset:
    return Keyset(select(*POSITION), compile_selection(selection))
