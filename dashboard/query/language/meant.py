"""What a word alone may have been meant for, when no name begins so."""

from collections.abc import Iterator

from dashboard.query.language.filters import FILTERS
from dashboard.query.language.terms import Name, Query, Term


def meant(query: Query) -> Iterator[tuple[Term, str]]:
    """Yield each term that is a value of some filter, and how that filter is written."""
    for term in query.terms:
        if isinstance(term.value, Name) and term.value.is_prefix:
            sign, key = "-" * term.negated, term.value.key
            names = [known.name for known in FILTERS.values() if key in known.words]
            yield from ((term, f"{sign}{name}:{key}") for name in names)
