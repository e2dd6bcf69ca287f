"""A selection as conditions on `LoginLog`, shaped so that an index can serve them.

Nothing is matched with LIKE: a prefix is a range of keys, a network a range of addresses.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from ipaddress import IPv4Network, IPv6Network
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.query.language.period import day_bounds
from dashboard.query.language.terms import Browser, Country, Name, Query, Selection, Term
from models import Action, LoginLog, Outcome, Reason, User

Condition = ColumnElement[bool]
#: Conditions that must all hold.
Branch = list[Condition]
#: `dashboard.log.recorder.name_ref`: how names without an account are found.
NameRef = Callable[[str], bytes]

_LAST_CHARACTER = "\U0010ffff"
_COLUMNS: Mapping[type, InstrumentedAttribute[Any]] = {
    Action: LoginLog.action,
    Outcome: LoginLog.outcome,
    Reason: LoginLog.reason,
    UUID: LoginLog.session_ref,
    Country: LoginLog.country,
}


def compile_selection(selection: Selection, name_ref: NameRef) -> list[Branch]:
    """Return the branches whose entries together are those of ``selection``.

    There are two when an exact name is asked for, as it stands in one of two columns, each
    with its own index; no entry is in both. Otherwise there is one.
    """
    for term in selection.query.terms:
        if name := _exact_name(term):
            rest = _conditions(selection.query.minus(term), selection, name_ref)
            return [[way, *rest] for way in _exactly(name, name_ref)]
    return [_conditions(selection.query, selection, name_ref)]


def _exact_name(term: Term) -> Name | None:
    value = term.value
    return value if isinstance(value, Name) and not value.is_prefix and not term.negated else None


def _conditions(query: Query, selection: Selection, name_ref: NameRef) -> Branch:
    terms = (_conditions_of(term, selection, name_ref) for term in query.terms)
    return [*_period(selection), *chain.from_iterable(terms)]


def _period(selection: Selection) -> Branch:
    bounds: Branch = []
    if selection.start:
        bounds.append(LoginLog.occurred_at >= selection.start)
    if selection.end:
        bounds.append(LoginLog.occurred_at < selection.end)
    return bounds


def _conditions_of(term: Term, selection: Selection, name_ref: NameRef) -> Branch:
    if not term.negated:
        return _holds(term, selection, name_ref)
    match term.value:
        case timedelta() as length:
            return [LoginLog.occurred_at < selection.now - length]
        case Outcome() as outcome:
            (other,) = set(Outcome) - {outcome}
            return [LoginLog.outcome == other]
    return [and_(*_holds(term, selection, name_ref)).is_not(true())]


def _holds(term: Term, selection: Selection, name_ref: NameRef) -> Branch:
    match term.value:
        case Name() as name:
            return _prefix(name) if name.is_prefix else [or_(*_exactly(name, name_ref))]
        case IPv4Network() | IPv6Network() as network:
            return _address(network)
        case Browser() as browser:
            return [_browser(browser)]
        case timedelta() as length:
            return [LoginLog.occurred_at >= selection.now - length]
        case date() as day:
            return _day(day, selection)
        case word:
            return [_COLUMNS[type(word)] == word]


def _exactly(name: Name, name_ref: NameRef) -> list[Condition]:
    """The entries of the account, and those in which the same was typed when it was nobody's."""
    own = LoginLog.user_id == _account_of(name.key) if name.is_email else LoginLog.username_key == name.key
    return [own, LoginLog.name_ref == name_ref(name.key)]


def _account_of(email_key: str) -> ScalarSelect[int]:
    return select(User.id).where(User.email_key == email_key).scalar_subquery()


def _prefix(name: Name) -> Branch:
    return [LoginLog.username_key >= name.key, LoginLog.username_key < name.key + _LAST_CHARACTER]


def _address(network: IPv4Network | IPv6Network) -> Branch:
    first, last = str(network[0]), str(network[-1])
    return [LoginLog.ip == first] if first == last else [LoginLog.ip >= first, LoginLog.ip <= last]


def _browser(name: str) -> Condition:
    """``firefox`` is Firefox of any version: its name, a space and a digit."""
    browser = func.lower(LoginLog.browser)
    return or_(browser == name, and_(browser >= f"{name} 0", browser < f"{name} :"))


def _day(day: date, selection: Selection) -> Branch:
    begins, ends = day_bounds(day, selection.zone)
    return [LoginLog.occurred_at >= begins, LoginLog.occurred_at < ends]
