"""The names of time zones."""

from functools import cache
from zoneinfo import available_timezones

#: Files among the zones that name no place; browsers refuse them, and with them a page's scripts.
_NO_PLACE = {"Factory", "localtime", "posixrules"}


@cache
def zone_names() -> frozenset[str]:
    """Return every IANA name; finding them walks a whole folder tree, so it is done once."""
    return frozenset(available_timezones() - _NO_PLACE)
