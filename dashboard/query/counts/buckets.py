"""How a period is cut into bars: as people cut it, in the viewer's zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dashboard.query.language.period import day_begins

#: Bars of a histogram at most.
MAX_BARS = 72
#: The finest step of any zone's offset, and of the totals.
QUARTER = timedelta(minutes=15)

#: Widths of bars: fractions of a day, then whole days.
_WIDTHS = [
    *(timedelta(hours=n) for n in (0.25, 0.5, 1, 2, 3, 6, 12)),
    *(timedelta(days=n) for n in (1, 2, 7, 14, 28, 91, 182, 364, 3640)),
]
_DAY = timedelta(days=1)
#: A Monday: bars of weeks begin with theirs.
_MONDAY = date(1970, 1, 5).toordinal()


def edges(start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return where bars begin and end, in UTC, for ``start`` < ``end`` within a few centuries.

    Bars are as narrow as 72 of them allow and count from midnight or Monday; the first and
    last are cut off at the quarter hours around the period.
    """
    first, last = quarter(start), quarter(end + QUARTER - datetime.resolution)
    for width in _WIDTHS:
        inner = (edge for edge in _steps(first, last, zone, width) if first < edge < last)
        some = [first, *islice(inner, MAX_BARS)]
        if len(some) <= MAX_BARS:
            break
    return [*some, last]


def quarter(moment: datetime) -> datetime:
    """Return the beginning of the quarter hour that ``moment`` is in."""
    moment = moment.astimezone(UTC)
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


def _steps(first: datetime, last: datetime, zone: ZoneInfo, width: timedelta) -> Iterator[datetime]:
    """Yield edges: days of a zone are not of one length, so each is cut by itself."""
    days = max(1, width // _DAY)
    number = (first.astimezone(zone) - _DAY).toordinal()
    number -= (number - _MONDAY) % days
    while (edge := day_begins(date.fromordinal(number), zone)) < last:
        number += days
        next_day = day_begins(date.fromordinal(number), zone)
        while edge < next_day:
            yield edge
            edge = edge + width if width < _DAY else next_day
