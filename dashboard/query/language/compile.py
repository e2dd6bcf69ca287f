"""A selection as conditions on `LoginLog`, shaped so that an index can serve them."""

from collections.abc import Iterator
from itertools import chain

from sqlalchemy import and_, or_, true

from dashboard.query.language.filter import Branch, TimeRange
from dashboard.query.language.filters import FILTERS, in_period
from dashboard.query.language.terms import Query, Selection, Term


def compile_selection(selection: Selection) -> list[Branch]:
    """Return the branches whose entries together are those of ``selection``.

    There are several when a filter may hold in several ways, each with its own index, such as an exact name
    that stands in one of two columns; no entry is in two. Otherwise there is one.
    """
    for term in selection.query.terms:
        ways = [] if term.negated else FILTERS[term.name].holds(term.value, selection)
        if len(ways) > 1:
            rest = _conditions(selection.query.minus(term), selection)
            return [[*way, *rest] for way in ways]
    return [_conditions(selection.query, selection)]


def time_ranges(selection: Selection) -> Iterator[tuple[TimeRange, Term | None]]:
    """Yield all that must hold of the time and the term that says so, but for days that must not be."""
    yield (selection.start, selection.end), None
    for term in selection.query.terms:
        if time_range := time_range_of(term, selection):
            yield time_range, term


def time_range_of(term: Term, selection: Selection) -> TimeRange | None:
    """Return what a term demands of the time, None when it does not, or not one stretch."""
    period = FILTERS[term.name].period
    return period(term.value, selection, term.negated) if period else None


def _conditions(query: Query, selection: Selection) -> Branch:
    terms = (_conditions_of(term, selection) for term in query.terms)
    return [*in_period((selection.start, selection.end)), *chain.from_iterable(terms)]


def _conditions_of(term: Term, selection: Selection) -> Branch:
    if time_range := time_range_of(term, selection):
        return in_period(time_range)
    known = FILTERS[term.name]
    if term.negated and known.fails:
        return known.fails(term.value, selection)
    ways = known.holds(term.value, selection)
    if term.negated:
        return [or_(*(and_(*way) for way in ways)).is_not(true())]
    return ways[0] if len(ways) == 1 else [or_(*(and_(*way) for way in ways))]
