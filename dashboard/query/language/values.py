"""Reads the values of filters. Every function raises ``QueryError`` saying what it wants."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeVar
from unicodedata import normalize
from uuid import UUID

from babel import Locale

from dashboard.config.durations import duration
from dashboard.query.language.errors import QueryError, shown
from dashboard.query.language.terms import Browser, Country, Typed

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)
#: Years that a filter may name: databases and clocks agree on them.
YEARS = range(1970, 3000)
_LONGEST = timedelta(days=36_500)


def whole(read: Callable[[str], T]) -> Callable[[Typed], T]:
    """Return what reads a value in which a star and quotes mean nothing."""
    return lambda typed: read(normalize("NFKC", typed.text + "*" * typed.has_star))


def read_day(text: str, field: str = "q") -> date:
    """Return the day of an ISO 8601 date; ``field`` is the input an error belongs to."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise QueryError("“%(value)s” is not a day such as 2026-11-22.", field=field, value=shown(text))
    return day


def near(text: str, known: list[str]) -> str:
    """Return those of ``known`` that ``text`` may have meant, else all of them."""
    return ", ".join(get_close_matches(text.casefold(), known, cutoff=0.5) or known)


def read_network(text: str) -> IPv4Network | IPv6Network:
    """Return a network, or an address as a network of one."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise QueryError(
            "“%(value)s” is not an address or network such as 10.0.0.7, 10.0.0.0/8 or 2001:db8::/32.",
            value=shown(text),
        ) from None


def word_of(name: str, choices: type[Word]) -> Callable[[str], Word]:
    """Return what reads one of our own words."""

    def read(text: str) -> Word:
        try:
            return choices(text.casefold())
        except ValueError:
            raise QueryError(
                "There is no %(name)s “%(value)s”. Try: %(near)s.",
                name=name,
                value=shown(text),
                near=near(text, list(choices)),
            ) from None

    return read


def read_session(text: str) -> UUID:
    """Return the public id of a session."""
    try:
        return UUID(text)
    except ValueError:
        raise QueryError(
            "“%(value)s” is not a session such as 0190a4c2-7d3e-7b11-8f00-3c5d2a9e4b17.", value=shown(text)
        ) from None


def read_browser(text: str) -> Browser:
    """Return a browser, with or without its version."""
    if "*" in text:
        raise QueryError("A star means nothing in a browser's name: agent:Firefox finds every version of it.")
    return Browser(text.strip().lower())


def read_country(text: str) -> Country:
    """Return a country by its two letters."""
    if not re.fullmatch("[A-Za-z]{2}", text) or text.upper() not in _territories():
        raise QueryError("“%(value)s” is not a country's two letters, such as DE.", value=shown(text))
    return Country(text.upper())


@cache
def _territories() -> frozenset[str]:
    """Return the codes of countries, as the Unicode CLDR knows them."""
    return frozenset(Locale("en").territories)


def read_length(text: str) -> timedelta:
    """Return a length of time."""
    try:
        length: timedelta = duration(text.lower())
    except ValueError:
        length = timedelta.max
    if length > _LONGEST:
        raise QueryError("“%(value)s” is not a length of time such as 30m, 12h or 7d.", value=shown(text))
    return length
