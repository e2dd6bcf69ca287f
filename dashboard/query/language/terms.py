"""What is asked for: terms joined by AND, a period, and the zone that days are counted in."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from uuid import UUID
from zoneinfo import ZoneInfo

from models import Action, Outcome, Reason


@dataclass(frozen=True, slots=True)
class Name:
    """A user name by its `models.names.username_key`, or with ``is_prefix`` how it begins.

    One with an @ is the e-mail address of an account: no user name has it.
    """

    key: str
    is_prefix: bool = False

    @property
    def is_email(self) -> bool:
        """Whether it is an e-mail address."""
        return "@" in self.key


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
    """One filter: ``name:text`` as it is written, the ``value`` that means, and where it stands."""

    name: str
    text: str
    value: Value
    negated: bool = False
    position: int = field(default=0, compare=False)

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


@dataclass(frozen=True, slots=True)
class Selection:
    """Entries of ``query`` with ``start`` <= time < ``end``, both UTC or None.

    ``now`` is when it was asked: what ``since:7d`` counts from.
    """

    query: Query
    start: datetime | None
    end: datetime | None
    zone: ZoneInfo
    now: datetime
