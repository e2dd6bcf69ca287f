"""Filters that no entry can meet together: told, as “none” would be no answer."""

import re
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from itertools import combinations
from operator import itemgetter
from typing import Any

from dashboard.query.language.compile import time_range_of, time_ranges
from dashboard.query.language.errors import QueryError, shown
from dashboard.query.language.filter import TimeRange
from dashboard.query.language.filters import FILTERS
from dashboard.query.language.terms import Browser, Name, Selection, Term
from models import Outcome, Reason

#: Why something failed: a success never has one of these.
_OF_FAILURES = frozenset(
    {
        Reason.UNKNOWN_USER,
        Reason.INVALID_PASSWORD,
        Reason.INVALID_CODE,
        Reason.USERNAME_IN_USE,
        Reason.EMAIL_IN_USE,
        Reason.PASSWORD_REJECTED,
        Reason.INVALID_FORM,
        Reason.REGISTRATION_CLOSED,
    }
)


def refuse_contradictions(selection: Selection) -> None:
    """Raise ``QueryError`` at the later of two filters that exclude each other."""
    _refuse_empty_period(selection)
    distinct = list({(term.value, term.negated): term for term in reversed(selection.query.terms)}.values())
    for earlier, later in combinations(reversed(distinct), 2):
        if _exclude(earlier, later):
            raise _never(str(earlier), later)


def _never(earlier: str, later: Term) -> QueryError:
    return QueryError(
        "“%(earlier)s” and “%(later)s” can never both hold.",
        position=later.position,
        earlier=shown(earlier),
        later=shown(str(later)),
    )


def _exclude(one: Term, other: Term) -> bool:
    """Whether no entry meets both terms."""
    if FILTERS[one.name].period or FILTERS[other.name].period:
        return False  # a matter of the time
    if one.name != other.name:
        return (_is_success(one) and _is_failure(other)) or (_is_failure(one) and _is_success(other))
    if one.negated and other.negated:
        return isinstance(one.value, Outcome)  # there are two
    if one.negated or other.negated:
        wanted, unwanted = (other, one) if one.negated else (one, other)
        return _is_within(wanted.value, unwanted.value)
    return not _overlap(one.value, other.value)


def _is_success(term: Term) -> bool:
    return isinstance(term.value, Outcome) and (term.value == Outcome.SUCCESS) is not term.negated


def _is_failure(term: Term) -> bool:
    return term.value in _OF_FAILURES and not term.negated


def _overlap(one: Any, other: Any) -> bool:
    """Whether an entry may have both values; an address may belong to any name."""
    if isinstance(one, Name) and isinstance(other, Name):
        if one.is_email is not other.is_email:
            return True
        return _begins(one, other) or _begins(other, one)
    return _is_within(one, other) or _is_within(other, one)


def _begins(one: Name, other: Name) -> bool:
    return one.key.startswith(other.key) if other.is_prefix else one.key == other.key and not one.is_prefix


def _is_within(one: Any, other: Any) -> bool:
    """Whether each entry that has ``one`` has ``other``."""
    match one, other:
        case Name(), Name():  # an exact name also finds those without an account, a prefix does not
            return one.is_prefix is other.is_prefix and _begins(one, other)
        case IPv4Network() | IPv6Network(), IPv4Network() | IPv6Network():
            return _mapped(one).subnet_of(_mapped(other))
        case Browser(), Browser():
            return one == other or bool(re.match(rf"{re.escape(other)} \d", one))
    return bool(one == other)


def _mapped(network: IPv4Network | IPv6Network) -> IPv6Network:
    """Return an IPv4 network as it is kept: mapped into IPv6 (RFC 4291 2.5.5.2)."""
    if isinstance(network, IPv6Network):
        return network
    return IPv6Network((0xFFFF << 32 | int(network.network_address), 96 + network.prefixlen))


def _refuse_empty_period(selection: Selection) -> None:
    ranges = list(time_ranges(selection))
    starts = [(time_range[0], term) for time_range, term in ranges if time_range[0]]
    ends = [(time_range[1], term) for time_range, term in ranges if time_range[1]]
    if not (starts and ends):
        return
    (start, first), (end, last) = max(starts, key=itemgetter(0)), min(ends, key=itemgetter(0))
    if start >= end:
        raise _no_time(first, last, selection)
    for term in selection.query.terms:
        begins, ends_at = _left_out(term, selection)
        if begins and ends_at and begins <= start and end <= ends_at:
            raise _never(str(first or "from"), term)


def _left_out(term: Term, selection: Selection) -> TimeRange:
    """Return the stretch of time that a term leaves out, if it does."""
    if term.negated and not time_range_of(term, selection):
        return time_range_of(replace(term, negated=False), selection) or (None, None)
    return None, None


def _no_time(first: Term | None, last: Term | None, selection: Selection) -> QueryError:
    if first is last and first:
        return QueryError(
            "%(zone)s skipped the day of “%(filter)s”.",
            position=first.position,
            zone=selection.zone.key,
            filter=str(first),
        )
    if last and (first is None or first.position < last.position):
        return _never(str(first or "from"), last)
    return _never(str(last or "to"), first or selection.query.terms[0])
