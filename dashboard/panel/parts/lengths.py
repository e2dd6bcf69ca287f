"""Lengths of time as a viewer reads them."""

from datetime import timedelta

from babel.dates import format_timedelta
from flask_babel import get_locale


def length_in_words(seconds: float) -> str:
    """Return "12 minutes" or "3 hours" in the viewer's language."""
    return str(format_timedelta(timedelta(seconds=seconds), threshold=2, locale=get_locale()))
