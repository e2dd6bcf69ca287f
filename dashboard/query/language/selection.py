"""Reads what part of the book is asked for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.query.language.contradictions import refuse_contradictions
from dashboard.query.language.errors import QueryError, shown
from dashboard.query.language.parse import parse
from dashboard.query.language.period import day_begins
from dashboard.query.language.terms import NameRefs, Selection
from dashboard.query.language.values import YEARS, read_day
from models.zones import zone_names

__all__ = ["Selection", "read_selection"]

_INSTANT = timedelta(microseconds=1)
#: Characters of a time; the box on the page takes no more.
_LONGEST = 40


def read_selection(
    parameters: Mapping[str, str], zone: ZoneInfo, now: datetime, name_refs: NameRefs
) -> Selection:
    """Return what the parameters ``q``, ``from``, ``to`` and ``tz`` ask for.

    A time without an offset is one in ``tz``, by default ``zone``; ``to`` includes the
    instant or the whole day that it names; ``name_refs`` finds names without an account.
    Raises ``QueryError`` naming the field that is wrong, also when no entry could ever answer.
    """
    for name in ("from", "to"):
        if len(parameters.get(name, "")) > _LONGEST:
            raise _no_time(parameters[name], name)
    zone = _zone(parameters.get("tz", "").strip()) or zone
    start, end = (
        _start(parameters.get("from", "").strip(), zone),
        _end(parameters.get("to", "").strip(), zone),
    )
    if start and end and end <= start:
        raise QueryError("This is before the beginning of the period.", field="to")
    selection = Selection(parse(parameters.get("q", "")), start, end, zone, now, name_refs)
    refuse_contradictions(selection)
    return selection


def _zone(name: str) -> ZoneInfo | None:
    if name and name not in zone_names():
        raise QueryError(
            "“%(value)s” is not a time zone such as Europe/Berlin.", field="tz", value=shown(name)
        )
    return ZoneInfo(name) if name else None


def _start(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    return min(_instants(text, zone, "from")) if _has_time(text) else day_begins(read_day(text, "from"), zone)


def _end(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    if _has_time(text):
        return max(_instants(text, zone, "to")) + _INSTANT
    return day_begins(read_day(text, "to") + timedelta(days=1), zone)


def _has_time(text: str) -> bool:
    return ":" in text


def _instants(text: str, zone: ZoneInfo, field: str) -> list[datetime]:
    """Return the instants of a date-time: two when clocks are turned back at that hour."""
    moment = _moment(text)
    if moment is None or moment.year not in YEARS:
        raise _no_time(text, field)
    if moment.tzinfo:
        return [moment.astimezone(UTC)]
    return [moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]


def _no_time(text: str, field: str) -> QueryError:
    return QueryError(
        "“%(value)s” is not a day or time such as 2026-11-22 or 2026-11-22T14:30.",
        field=field,
        value=shown(text),
    )


def _moment(text: str) -> datetime | None:
    """Read ISO 8601; a plus sign that was not escaped in an address arrives as a space."""
    try:
        return datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        return None
