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


def _exclude(first: Term, second: Term) -> bool:
    """Whether no entry meets both terms."""
    if FILTERS[first.name].period or FILTERS[second.name].period:
        return False  # a matter of the time
    if first.name != second.name:
        return (_is_success(first) and _is_failure(second)) or (_is_failure(first) and _is_success(second))
    if first.negated and second.negated:
        return isinstance(first.value, Outcome)  # there are two
    if first.negated or second.negated:
        wanted, unwanted = (second, first) if first.negated else (first, second)
        return _is_within(wanted.value, unwanted.value)
    return not _overlap(first.value, second.value)


def _is_success(term: Term) -> bool:
    return isinstance(term.value, Outcome) and (term.value == Outcome.SUCCESS) is not term.negated


def _is_failure(term: Term) -> bool:
    return term.value in _OF_FAILURES and not term.negated


def _overlap(first: Any, second: Any) -> bool:
    """Whether an entry may have both values; an address may belong to any name."""
    if isinstance(first, Name) and isinstance(second, Name):
        if first.is_email is not second.is_email:
            return True
        return _begins(first, second) or _begins(second, first)
    return _is_within(first, second) or _is_within(second, first)


def _begins(first: Name, second: Name) -> bool:
    return (
        first.key.startswith(second.key)
        if second.is_prefix
        else first.key == second.key and not first.is_prefix
    )


def _is_within(first: Any, second: Any) -> bool:
    """Whether each entry that has ``one`` has ``other``."""
    match first, second:
        case Name(), Name():  # an exact name also finds those without an account, a prefix does not
            return first.is_prefix is second.is_prefix and _begins(first, second)
        case IPv4Network() | IPv6Network(), IPv4Network() | IPv6Network():
            return _mapped(first).subnet_of(_mapped(second))
        case Browser(), Browser():
            return first == second or bool(re.match(rf"{re.escape(second)} \d", first))
    return bool(first == second)


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
