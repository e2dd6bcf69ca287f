"""A zone's offsets as the browser is given them: its own rules may be others."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

#: Entries of other years are told with the nearest offset.
FIRST_YEAR, LAST_YEAR = datetime(2000, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)
#: No zone changes its clocks and back within so little.
_STEP = timedelta(days=4)


@lru_cache(maxsize=64)
def offsets(zone: ZoneInfo) -> list[tuple[int, int]]:
    """Return from which Unix second on the clocks are how many seconds ahead of UTC, since `FIRST_YEAR`."""
    return [(int(moment.timestamp()), _seconds(moment, zone)) for moment in (FIRST_YEAR, *_changes(zone))]


def _changes(zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the first second of each offset but the first."""
    here = FIRST_YEAR
    while here < LAST_YEAR:
        there = here + _STEP
        if _seconds(here, zone) != _seconds(there, zone):
            yield _change(here, there, zone)
        here = there


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return when the offset of ``before`` ends: it is another at ``after``."""
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _seconds(middle, zone) == _seconds(before, zone):
            before = middle
        else:
            after = middle
    return after


def _seconds(moment: datetime, zone: ZoneInfo) -> int:
    return int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds())
