"""The names of time zones."""

from functools import cache
from zoneinfo import available_timezones


@cache
def zone_names() -> frozenset[str]:
    """Return every IANA name; finding them walks a whole folder tree, so it is done once."""
    return frozenset(available_timezones())
