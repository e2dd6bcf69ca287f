"""The filters there are, and what of `LoginLog` each means.

Nothing is matched with LIKE: a prefix is a range of keys, a network a range of addresses.
"""

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.query.language.filter import Branch, Filter, TimeRange
from dashboard.query.language.period import day_bounds
from dashboard.query.language.terms import Browser, Name, Selection
from dashboard.query.language.users import read_user
from dashboard.query.language.values import (
    read_browser,
    read_country,
    read_day,
    read_length,
    read_network,
    read_session,
    whole,
    word_of,
)
from models import Action, LoginLog, LoginTotal, Outcome, Reason, User

_LAST_CHARACTER = "\U0010ffff"
_BROWSERS = ("Firefox", "Chrome", '"Chrome Mobile"', "Safari", '"Mobile Safari"', "Edge", "Opera")


def prefix_range(column: InstrumentedAttribute[Any], prefix: str) -> Branch:
    """Return the conditions of a text that begins so, which an index serves."""
    return [column >= prefix, column < prefix + _LAST_CHARACTER]


def equals(column: InstrumentedAttribute[Any]) -> Callable[[Any, Selection], list[Branch]]:
    """Return what holds where ``column`` is the value."""
    return lambda value, _selection: [[column == value]]


def _user(name: Name, selection: Selection) -> list[Branch]:
    """The entries of the account, and those in which the same was typed when it was nobody's."""
    keys = list(dict.fromkeys(key for key in (name.key, name.former) if key))
    if name.is_prefix:
        return [prefix_range(LoginLog.username_key, key) for key in keys]
    refs = [ref for key in keys for ref in selection.name_refs(key)]
    by = _of_address(name.key) if name.is_email else [LoginLog.username_key == key for key in keys]
    return [*([own] for own in by), *([LoginLog.name_ref == ref] for ref in refs)]


def _of_address(email_key: str) -> list[ColumnElement[bool]]:
    account = select(User.id).where(User.email_key == email_key).scalar_subquery()
    return [LoginLog.user_id == account]


def _network(network: IPv4Network | IPv6Network, _selection: Selection) -> list[Branch]:
    first, last = str(network[0]), str(network[-1])
    return [[LoginLog.ip == first] if first == last else [LoginLog.ip >= first, LoginLog.ip <= last]]


def _agent(name: Browser, _selection: Selection) -> list[Branch]:
    """``firefox`` is Firefox of any version: its name, a space and a digit."""
    browser = func.lower(LoginLog.browser)
    return [[or_(browser == name, and_(browser >= f"{name} 0", browser < f"{name} :"))]]


def _other_outcome(outcome: Outcome, _selection: Selection) -> Branch:
    (other,) = set(Outcome) - {outcome}
    return [LoginLog.outcome == other]


def _since(length: timedelta, selection: Selection, is_negated: bool) -> TimeRange:
    begin = selection.now - length
    return (None, begin) if is_negated else (begin, None)


def _on(day: date, selection: Selection, is_negated: bool) -> TimeRange | None:
    return None if is_negated else day_bounds(day, selection.zone)


def _word(name: str, words: type[StrEnum], hint: Any, **facts: Any) -> Filter:
    """Return the filter of a column whose values are words of ours."""
    return Filter(
        name=name,
        hint=hint,
        read=whole(word_of(name, words)),
        holds=equals(getattr(LoginLog, name)),
        words=tuple(words),
        total=getattr(LoginTotal, name),
        **facts,
    )


class Kind(StrEnum):
    """What ``is:`` asks for."""

    NEW_DEVICE = "new-device"


def _is(_kind: Kind, _selection: Selection) -> list[Branch]:
    return [[LoginLog.new_device == true()]]


def in_period(time_range: TimeRange) -> Branch:
    """Return the conditions of the entries of a stretch of time."""
    start, end = time_range
    bounds: Branch = [LoginLog.occurred_at >= start] if start else []
    return bounds + ([LoginLog.occurred_at < end] if end else [])


def _in_its_period(period: Callable[[Any, Selection, bool], TimeRange | None]) -> dict[str, Any]:
    """Return the parts of a filter that is about the time of an entry."""

    def holds(value: Any, selection: Selection) -> list[Branch]:
        return [in_period(period(value, selection, False) or (None, None))]

    return {"holds": holds, "period": period}


#: Every filter by its name, in the order in which they are suggested.
FILTERS: dict[str, Filter] = {
    known.name: known
    for known in (
        Filter(
            name="user",
            example="user:alice",
            hint=_l("a name, al* for how it begins, or an e-mail address"),
            read=read_user,
            holds=_user,
        ),
        Filter(
            name="ip",
            example="ip:10.0.0.0/8",
            hint=_l("an address or a network such as 10.0.0.0/8"),
            read=whole(read_network),
            holds=_network,
        ),
        _word("action", Action, _l("what was attempted"), example="action:login"),
        _word("outcome", Outcome, _l("how it ended"), example="outcome:failure", fails=_other_outcome),
        _word("reason", Reason, _l("why it failed or ended"), example="reason:invalid_password"),
        Filter(
            name="session",
            example="session:0190a4c2-7d3e-7b11-8f00-3c5d2a9e4b17",
            hint=_l("the public id of a session"),
            read=whole(read_session),
            holds=equals(LoginLog.session_ref),
        ),
        Filter(
            name="agent",
            example="agent:Firefox",
            hint=_l("a browser, with or without its version"),
            read=whole(read_browser),
            holds=_agent,
            suggests=lambda _today: _BROWSERS,
        ),
        Filter(
            name="country",
            example="country:DE",
            hint=_l("two letters, such as DE"),
            read=whole(read_country),
            holds=equals(LoginLog.country),
        ),
        Filter(
            name="is",
            example="is:new-device",
            hint=_l("signed in from a device or network that the account did not use before"),
            read=whole(word_of("is", Kind)),
            holds=_is,
            words=tuple(Kind),
        ),
        Filter(
            name="since",
            example="since:7d",
            hint=_l("within the last 30m, 12h or 7d"),
            read=whole(read_length),
            suggests=lambda _today: ("1h", "24h", "7d", "30d", "90d"),
            **_in_its_period(_since),
        ),
        Filter(
            name="on",
            example="on:2026-11-22",
            hint=_l("a day"),
            read=whole(read_day),
            suggests=lambda today: (f"{today:%Y-%m-%d}",),
            **_in_its_period(_on),
        ),
    )
}
#: The filter that a word alone is for.
ALONE = "user"
