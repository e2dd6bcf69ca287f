"""What a query says: terms joined by AND."""

from dataclasses import dataclass
from datetime import date, timedelta
from ipaddress import IPv4Network, IPv6Network
from uuid import UUID

from models import Action, Outcome, Reason


@dataclass(frozen=True, slots=True)
class Name:
    """A user name by its `models.names.username_key`, or with ``is_prefix`` how it begins."""

    key: str
    is_prefix: bool = False


class Browser(str):
    """A parsed browser in lower case, with or without its version."""

    __slots__ = ()


class Country(str):
    """A country by its two letters (ISO 3166-1 alpha-2)."""

    __slots__ = ()


#: What a term compares with: a timedelta is "within the last", a date a day of the viewer.
Value = (
    Name | IPv4Network | IPv6Network | Action | Outcome | Reason | UUID | Browser | Country | timedelta | date
)


@dataclass(frozen=True, slots=True)
class Term:
    """One filter: ``name:text`` as it is written, and the ``value`` that means."""

    name: str
    text: str
    value: Value
    negated: bool = False

    def __str__(self) -> str:
        return f"{'-' if self.negated else ''}{self.name}:{self.text}"


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all hold; its text parses to an equal query."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    def without(self, *names: str) -> "Query":
        """Return the query without its terms called ``names``."""
        return Query(tuple(term for term in self.terms if term.name not in names))

    def minus(self, term: Term) -> "Query":
        """Return the query without ``term``."""
        return Query(tuple(other for other in self.terms if other != term))
