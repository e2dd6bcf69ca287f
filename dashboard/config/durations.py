"""Durations as people write them: ``90s``, ``30m``, ``12h``, ``365d``, ``2w``."""

import re
from datetime import timedelta
from typing import Any

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def duration(text: Any) -> Any:
    """Return the ``timedelta`` of ``text``; other types pass through unchanged.

    Raises ``ValueError`` for anything but a positive whole number and a unit.
    """
    if not isinstance(text, str):
        return text
    match = re.fullmatch(r"([1-9][0-9]{0,5})([smhdw])", text.strip(), re.ASCII)
    if not match:
        raise ValueError("must be a number above 0 and a unit, such as 30m, 12h or 365d; 999999 at most")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
