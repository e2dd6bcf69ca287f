"""The viewer's language and time zone."""

from zoneinfo import ZoneInfo

from flask import Flask, current_app, request
from flask_babel import Babel
from flask_login import current_user
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.zones import zone_names

#: The languages that there are.
LANGUAGES = ("en", "zh")
#: What a browser's ``zh-CN`` asks for.
_ASKED = ["en", "zh", "zh-CN", "zh-Hans", "zh-SG"]


def init_app(app: Flask) -> None:
    """Choose language and zone for each request."""
    Babel(app, locale_selector=viewer_locale, timezone_selector=lambda: viewer_zone().key)
    app.context_processor(
        lambda: {"viewer_locale": viewer_locale, "viewer_zone": viewer_zone, "own_zone": own_zone}
    )


def viewer_locale() -> str:
    """Return the viewer's language: own setting, else the browser's, else the site's."""
    own = _setting("locale")
    own = own if own in LANGUAGES else None
    asked = request.accept_languages.best_match(_ASKED)
    return own or (asked and asked[:2]) or current_app.config["LOCALE"]


def viewer_zone() -> ZoneInfo:
    """Return the zone times are shown in: the one asked for, else the viewer's own."""
    asked = request.args.get("tz")
    return ZoneInfo(asked) if asked and asked in zone_names() else own_zone()


def own_zone() -> ZoneInfo:
    """Return the viewer's zone: own setting, else the browser's, else the site's."""
    for name in (_setting("timezone"), request.cookies.get("tz")):
        if name in zone_names():
            return ZoneInfo(name)
    return ZoneInfo(current_app.config["TIMEZONE"])


def _setting(name: str) -> str | None:
    """Return what the viewer set; nothing when that cannot be read: it must keep nobody from an answer."""
    try:
        own: str | None = getattr(current_user, name, None)
    except (DBAPIError, PoolTimeout):
        return None
    return own
