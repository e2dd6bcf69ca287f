"""How times are shown: relative, exact beside it, in the viewer's zone."""

from datetime import datetime, tzinfo

from babel.dates import format_skeleton, format_timedelta
from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _

from auth.events import now
from dashboard.locale import viewer_zone


def init_app(app: Flask) -> None:
    """Add the filters ``ago``, ``local_time`` and ``stamp``, and ``zone_name()``."""
    for name in (ago, local_time, stamp):
        app.add_template_filter(name)
    app.add_template_global(zone_name)


def ago(moment: datetime) -> str:
    """Return "2 min. ago", or "now" within the minute; `static/panel/time.js` says the same."""
    passed = now() - moment
    if passed.total_seconds() < 60:
        return _("now")
    return format_timedelta(-passed, format="short", threshold=1, add_direction=True, locale=get_locale())


def local_time(moment: datetime) -> str:
    """Return the viewer's "14:57:30", "Nov 21 14:57:30" or, of another year, "2025-11-21 14:57"."""
    local, today = moment.astimezone(viewer_zone()), now().astimezone(viewer_zone())
    if local.year != today.year:
        return f"{local:%Y-%m-%d %H:%M}"
    day = "" if local.date() == today.date() else format_skeleton("MMMd", local, locale=get_locale()) + " "
    return f"{day}{local:%H:%M:%S}"


def stamp(moment: datetime) -> str:
    """Return the whole time with its offset: "2026-11-22 14:57:30.123456 UTC+8"."""
    local = moment.astimezone(viewer_zone())
    return f"{local:%Y-%m-%d %H:%M:%S.%f} {offset(local)}"


def zone_name() -> str:
    """Return the viewer's zone with its present offset: "Asia/Shanghai (UTC+8)"."""
    zone = viewer_zone()
    return zone.key if zone.key == "UTC" else f"{zone.key} ({offset(now().astimezone(zone))})"


def offset(local: datetime) -> str:
    """Return "UTC", "UTC+8" or "UTC-3:30" of an aware time."""
    seconds = int((local.utcoffset() or datetime.resolution * 0).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    sign = "-" if seconds < 0 else "+"
    return "UTC" if not seconds else f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def day_start(moment: datetime, zone: tzinfo) -> datetime:
    """Return the local midnight that began the day of ``moment``."""
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
