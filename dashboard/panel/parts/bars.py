"""The bars over the book's list: what they say and where they lead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _

from dashboard.panel.parts.list_links import ListLinks
from dashboard.panel.parts.listing import selection_of
from dashboard.panel.parts.matches import dated_ahead, may_match
from dashboard.query.counts.bars import Bar
from dashboard.query.counts.histogram import clock_end, read_histogram
from dashboard.query.language.period import day_begins
from models import db

#: Units of a bar's height; the drawing is stretched to the height it has on the page.
HEIGHT = 100
#: Labels below the bars at most.
LABELS = 7


_INSTANT = timedelta(microseconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar: heights in units, its period as the list's ``from`` and ``to``, and a sentence."""

    successes: int
    failures: int
    start: str
    end: str
    href: str
    label: str


def bars(parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return what the drawing shows of a selection; raises ``QueryError`` as the list does.

    Nothing is drawn when nothing matches. What cannot be counted by the totals is drawn grey.
    """
    selection = selection_of(parameters)
    histogram, ahead = read_histogram(db.session(), selection), dated_ahead(selection)
    is_exact, is_drawn = histogram.is_exact, histogram.total and (histogram.is_exact or may_match(selection))
    links, zone = ListLinks(parameters, selection), selection.zone
    shown = histogram.bars if is_drawn else []
    highest = max((bar.total for bar in shown), default=0)
    return {
        "bars": [_drawn(bar, highest, links, zone, is_exact=is_exact) for bar in shown],
        "labels": list(_labels(shown, zone)),
        "is_exact": is_exact,
        "ignored": " ".join(map(str, histogram.ignored)),
        "total": histogram.total + ahead.number if is_exact and ahead.is_exact else None,
        "height": HEIGHT,
        "ahead": ahead,
        "ahead_href": links.dated_after(bound(clock_end(selection.now), zone)),
    }


def bound(moment: datetime, zone: ZoneInfo, *, is_end: bool = False) -> str:
    """Return the shortest ``from`` or ``to`` that means ``moment``, an end that is not included."""
    named = (moment - _INSTANT if is_end else moment).astimezone(zone)
    if _is_midnight(moment, zone):
        return f"{named:%Y-%m-%d}"
    is_twice = named.replace(fold=0).utcoffset() != named.replace(fold=1).utcoffset()
    return (named if is_twice else named.replace(tzinfo=None)).isoformat(
        timespec="microseconds" if is_end else "minutes"
    )


def _drawn(bar: Bar, highest: int, links: ListLinks, zone: ZoneInfo, *, is_exact: bool) -> Drawn:
    start, end = bound(bar.start, zone), bound(bar.end, zone, is_end=True)
    return Drawn(
        successes=_height(bar.successes, highest),
        failures=_height(bar.failures, highest),
        start=start,
        end=end,
        href=links.period(start, end),
        label=_label(bar, zone, is_exact=is_exact),
    )


def _label(bar: Bar, zone: ZoneInfo, *, is_exact: bool) -> str:
    period = _period(bar, zone)
    if not is_exact:
        number = format_decimal(bar.total)
        return _("%(period)s: %(n)s entries, whether they match or not", n=number, period=period)
    return _(
        "%(period)s: %(successes)s successes, %(failures)s failures",
        successes=format_decimal(bar.successes),
        failures=format_decimal(bar.failures),
        period=period,
    )


def _period(bar: Bar, zone: ZoneInfo) -> str:
    """Return what a bar counts; an end at midnight is the day before, as in its link."""
    last = bar.end - _INSTANT if _is_midnight(bar.end, zone) else bar.end
    start, end = _text(bar.start, zone), _text(last, zone, is_day=last != bar.end)
    return start if start == end else _("%(start)s to %(end)s", start=start, end=end)


def _height(number: int, highest: int) -> int:
    """Return a height that shows there is something, however little."""
    return max(2, round(number * HEIGHT * 0.98 / highest)) if number else 0


def _labels(drawn: list[Bar], zone: ZoneInfo) -> Iterator[str]:
    """Yield labels at equal distances, the first below the first bar."""
    if not drawn:
        return
    length = drawn[-1].end - drawn[0].start
    skeleton = "Hm" if length <= 2 * _DAY else "MMMd" if length < 300 * _DAY else "yMMM"
    number = min(LABELS, len(drawn))
    for place in range(number):
        start = drawn[place * len(drawn) // number].start.astimezone(zone)
        yield format_skeleton(skeleton, start, locale=get_locale())


def _text(moment: datetime, zone: ZoneInfo, *, is_day: bool = False) -> str:
    """Return a moment for people; midnight, or with ``is_day``, is its day alone."""
    local, is_day = moment.astimezone(zone), is_day or _is_midnight(moment, zone)
    day = format_skeleton("yMMMEd" if is_day else "MMMEd", local, locale=get_locale())
    return day if is_day else f"{day} {local:%H:%M}"


def _is_midnight(moment: datetime, zone: ZoneInfo) -> bool:
    return day_begins(moment.astimezone(zone).date(), zone) == moment
