"""The time zones: their names and rules are those of the pinned tzdata package, on every machine."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

import tzdata

# A system's own rules may be years older than the package's, and `zoneinfo` would prefer them.
# Whoever imports anything of `models` has passed here before a zone is made.
reset_tzpath(())
ZoneInfo.clear_cache()

#: Which rules these are, as IANA numbers them: "2026f".
RULES = tzdata.IANA_VERSION
#: A name of no place; browsers refuse it.
_NO_PLACE = {"Factory"}


@cache
def zone_names() -> frozenset[str]:
    """Return every IANA name."""
    return frozenset(available_timezones() - _NO_PLACE)
