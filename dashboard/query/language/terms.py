"""What is asked for: terms joined by AND, a period, and the zone that days are counted in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

#: `dashboard.log.recorder.name_refs`: how names without an account are found.
NameRefs = Callable[[str], list[bytes]]


@dataclass(frozen=True, slots=True)
class Typed:
    """A value as it was typed, out of its quotes; ``is_alone`` without ``user:`` before it."""

    text: str
    has_star: bool
    is_alone: bool
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A user name by its `models.names.username_key`, or with ``is_prefix`` how it begins.

    One with an @ is the e-mail address of an account: no user name has it. ``former`` is the key by which
    earlier versions recorded it.
    """

    key: str
    is_prefix: bool = False
    former: str = field(default="", compare=False)

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


@dataclass(frozen=True, slots=True)
class Term:
    """``name:text`` as it is written, the ``value`` that its filter reads there, and where it stands."""

    name: str
    text: str
    value: Any
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

    ``now`` is when it was asked: what ``since:7d`` counts from. ``name_refs`` finds names without an account.
    """

    query: Query
    start: datetime | None
    end: datetime | None
    zone: ZoneInfo
    now: datetime
    name_refs: NameRefs
