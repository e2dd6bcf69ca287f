"""Days as a zone counts them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of ``day`` in ``zone``, in UTC.

    That is the first of two midnights, and where clocks skip midnight the instant they do.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instants of ``day`` and of the next."""
    return day_begins(day, zone), day_begins(day + timedelta(days=1), zone)
