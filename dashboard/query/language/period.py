"""The period of a selection: what its fields and its query demand of the time of an entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashboard.query.language.terms import Selection, Term


@dataclass(frozen=True, slots=True)
class TimeBounds:
    """That start <= time < end, either of which may be missing, and the term that says so."""

    start: datetime | None
    end: datetime | None
    term: Term | None = None


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of ``day`` in ``zone``, in UTC.

    That is the first of two midnights, and where clocks skip midnight the instant they do.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instants of ``day`` and of the next."""
    return day_begins(day, zone), day_begins(day + timedelta(days=1), zone)


def bounds_of(selection: Selection) -> Iterator[TimeBounds]:
    """Yield all that must hold of the time, but for days that must not be."""
    yield TimeBounds(selection.start, selection.end)
    for term in selection.query.terms:
        match term.value:
            case timedelta() as length if term.negated:
                yield TimeBounds(None, selection.now - length, term)
            case timedelta() as length:
                yield TimeBounds(selection.now - length, None, term)
            case date() as day if not term.negated:
                yield TimeBounds(*day_bounds(day, selection.zone), term)
