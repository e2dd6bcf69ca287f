"""How times are shown: relative, exact beside it, in the viewer's zone."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_timedelta
from flask import Flask, g
from flask_babel import get_locale
from flask_babel import gettext as _

from auth.pages.locale import viewer_zone
from auth.pages.offsets import offsets
from models.clock import now


@dataclass(frozen=True, slots=True)
class PageTime:
    """What one page needs to tell times: its viewer's zone and language, and when it is made."""

    zone: ZoneInfo
    locale: Locale
    now: datetime

    def ago(self, moment: datetime) -> str:
        """Return "2 min. ago", "in 10 yr." or, within a minute, "now"; as `static/panel/time.js` does."""
        passed = self.now - moment
        if abs(passed.total_seconds()) < 60:
            word: str = _("now")
            return word
        return format_timedelta(-passed, format="short", threshold=1, add_direction=True, locale=self.locale)

    def local_time(self, moment: datetime) -> str:
        """Return the viewer's "14:57:30", "Nov 21 14:57:30" or, of another year, "2025-11-21 14:57".

        A time that the clocks tell twice has its offset: "02:30:00 UTC+2".
        """
        local = moment.astimezone(self.zone)
        is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        which = f" {offset(local)}" if is_twice else ""
        if local.year != self.now.year:
            return f"{local:%Y-%m-%d %H:%M}{which}"
        day = "" if local.date() == self.now.date() else f"{_day(local.date(), self.locale)} "
        return f"{day}{local:%H:%M:%S}{which}"

    def stamp(self, moment: datetime) -> str:
        """Return the whole time with its offset: "2026-11-22 14:57:30.123456 UTC+8"."""
        local = moment.astimezone(self.zone)
        return f"{local:%Y-%m-%d %H:%M:%S.%f} {offset(local)}"

    def all(self, moment: datetime) -> tuple[str, str, str, str]:
        """Return it in ISO 8601, exactly, in words, and as `local_time`."""
        return moment.isoformat(), self.stamp(moment), self.ago(moment), self.local_time(moment)


def init_app(app: Flask) -> None:
    """Add the filters and globals by which templates tell times."""
    app.add_template_filter(lambda moment: page_time().ago(moment), "ago")
    app.add_template_filter(lambda moment: page_time().local_time(moment), "local_time")
    app.add_template_filter(lambda moment: page_time().stamp(moment), "stamp")
    app.add_template_global(page_time)
    app.add_template_global(zone_name)
    app.add_template_global(lambda: offsets(viewer_zone()), "offsets")


def page_time() -> PageTime:
    """Return the clock of the present request."""
    if "clock" not in g:
        zone = viewer_zone()
        g.clock = PageTime(zone, get_locale(), now().astimezone(zone))
    clock: PageTime = g.clock
    return clock


def zone_name() -> str:
    """Return the viewer's zone with its present offset: "Asia/Shanghai (UTC+8)"."""
    clock = page_time()
    return clock.zone.key if clock.zone.key == "UTC" else f"{clock.zone.key} ({offset(clock.now)})"


@lru_cache(maxsize=1024)
def _day(day: date, locale: Locale) -> str:
    text: str = format_skeleton("MMMd", day, locale=locale)
    return text


def offset(local: datetime) -> str:
    """Return "UTC", "UTC+8" or "UTC-3:30" of an aware time."""
    seconds = int((local.utcoffset() or datetime.resolution * 0).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    sign = "-" if seconds < 0 else "+"
    return "UTC" if not seconds else f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
